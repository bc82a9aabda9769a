"""Forms of the review: comments, messages to the office and its answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules import STAFF_ROLES
from lib.forms.base import WholeText, textarea
from projects.forms.stepper import STEPS
from projects.models import DeskNote, ReplyText


class CommentForm(forms.Form):
    field = forms.ChoiceField(label=_("Campo"), choices=[], error_messages={"required": _("Scegli il campo")})
    text = forms.CharField(
        label=_("Commento"),
        max_length=2000,
        widget=textarea(3),
        error_messages={"required": _("Scrivi il commento")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = commentable_fields()


def commentable_fields() -> list[tuple[str, list]]:
    """The fields that a reviewer can comment on, `[(title of the step, [(name, label)])]`."""
    groups = []
    for step in STEPS:
        if not step.form:
            continue
        own = [(n, f.label or n) for n, f in step.form.base_fields.items() if n != "version"]
        own += [(rows.key, rows.title) for rows in step.rows]
        if step.key == "documents":
            own.append(("documents", _("Documenti")))
        groups.append((step.title, own))
    return groups


def field_label(name: str) -> str:
    """The label of a field in the form; the name itself when no step has it."""
    for _group, fields in commentable_fields():
        for key, label in fields:
            if key == name:
                return label
    return name


class AnswerForm(WholeText, forms.Form):
    """The office's answer to one comment."""

    answer = forms.CharField(
        label=_("La tua risposta"),
        max_length=2000,
        required=False,
        widget=textarea(2, **{"data-counter": 2000}),
        error_messages={
            "max_length": _(
                "La risposta può avere al massimo %(limit_value)d caratteri: ne hai scritti %(show_value)d"
            )
        },
    )


class ReviewForm(WholeText, forms.Form):
    """The texts of a review: a comment for each field, and a message about the whole.

    `was-` fields carry the texts that the page was loaded with, so that those of another page are not lost.
    """

    message = forms.CharField(
        label=_("Messaggio all’ente"),
        max_length=4000,
        required=False,
        widget=textarea(3, **{"data-counter": 4000}),
    )

    def __init__(self, *args, comments: dict[str, str], **kwargs):
        super().__init__(*args, **kwargs)
        for _step, fields in commentable_fields():
            for name, label in fields:
                self._add(name, label, comments.get(name, ""))

    def _add(self, name: str, label: str, text: str) -> None:
        note = forms.CharField(
            label=label,
            max_length=2000,
            required=False,
            initial=text,
            widget=textarea(3),
            error_messages={
                "max_length": _(
                    "Il commento può avere al massimo %(limit_value)d caratteri: "
                    "ne hai scritti %(show_value)d"
                )
            },
        )
        self.fields[f"comment-{name}"] = note
        self.fields[f"was-{name}"] = forms.CharField(
            required=False, initial=text, widget=forms.HiddenInput, strip=False
        )

    def texts(self) -> dict[str, tuple[str, str]]:
        """`{field: (text when the page was loaded, text now)}` of the comments that changed."""
        changed = {}
        for key, now in self.cleaned_data.items():
            kind, _dash, name = key.partition("-")
            if kind == "comment" and f"comment-{name}" in self.data:
                loaded = self.cleaned_data.get(f"was-{name}", "")
                if loaded.strip() != now:
                    changed[name] = (loaded, now)
        return changed

    def unsaved_texts(self) -> list[tuple[str, str]]:
        """`[(label, text)]` of all that was posted, to be shown again when it cannot be stored."""
        names = [name for name in self.fields if not name.startswith("was-")]
        posted = [
            (self.fields[name].label, self.data.get(name, ""), self.data.get(f"was-{name[8:]}", ""))
            for name in names
        ]
        return [(label, text) for label, text, loaded in posted if text.strip() and text != loaded]


class BulkMessageForm(WholeText, forms.Form):
    """One message for several offices."""

    message = forms.CharField(
        label=_("Messaggio agli enti"),
        max_length=4000,
        widget=textarea(4, **{"data-counter": 4000}),
        error_messages={"required": _("Scrivi che cosa chiedi")},
    )


class MessageForm(forms.Form):
    message = forms.CharField(
        label=_("Messaggio all’ente"), max_length=4000, required=False, widget=textarea(3)
    )


class NoteForm(WholeText, forms.ModelForm):
    """A note for colleagues."""

    class Meta:
        model = DeskNote
        fields = ["text"]
        labels = {"text": _("Nota per i colleghi")}
        widgets = {"text": textarea(2)}
        error_messages = {"text": {"required": _("Scrivi la nota")}}


class ReplyTextForm(WholeText, forms.ModelForm):
    """A text that reviewers use again."""

    class Meta:
        model = ReplyText
        fields = ["title", "text"]
        widgets = {"text": textarea(5, **{"data-counter": 2000})}
        error_messages = {
            "title": {"required": _("Scrivi il titolo"), "unique": _("C’è già un testo con questo titolo")},
            "text": {"required": _("Scrivi il testo")},
        }


class AssignForm(forms.Form):
    """The reviewer that a submission is given to."""

    to = forms.ModelChoiceField(
        label=_("Affida a"),
        queryset=User.objects.none(),
        empty_label=_("Scegli"),
        error_messages={
            "required": _("Scegli a chi affidarla"),
            "invalid_choice": _("Questa persona non fa parte della redazione: scegline un’altra"),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(is_active=True, memberships__role__in=STAFF_ROLES)
        self.fields["to"].queryset = staff.distinct().order_by("name", "email")
