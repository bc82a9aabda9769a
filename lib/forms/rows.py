import uuid

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.lists import IdentifierScheme
from lib.forms.base import WholeText, name_blanks


class RowForm(WholeText, forms.ModelForm):
    """One row of a repeated part: a row left empty is no row, and one emptied is taken away."""

    uid = forms.CharField(widget=forms.HiddenInput, required=False)
    required_words = {
        "name": _("Scrivi la denominazione"),
        "role": _("Scegli il ruolo"),
        "source": _("Scegli la fonte"),
        "title": _("Scrivi il nome della tappa"),
        "scheme": _("Scegli il tipo di codice"),
        "value": _("Scrivi il codice"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name_blanks(self)
        self.fields["uid"].initial = str(self.instance.uid)
        for name, words in self.required_words.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = words

    @property
    def is_new(self) -> bool:
        return self.instance.pk is None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        names = [n for n in self.fields if n not in ("uid", DELETION_FIELD_NAME)]
        return not any(self[n].data for n in names)


class Rows(forms.BaseFormSet):
    """The rows of one project. `project` and `rows` (its present ones, in order) come from the page."""

    project = None

    def __init__(self, data=None, *, project, prefix, **kwargs):
        self.project, self.used = project, set()
        present = self.form._meta.model.objects.filter(project=project).order_by("pk")
        self.present = [row for row in present if self.holds(row)]
        self.by_uid = {row.uid: row for row in self.present}
        super().__init__(data, prefix=prefix, **kwargs)

    def holds(self, row) -> bool:
        return getattr(row, "scheme", "") != IdentifierScheme.CUP

    def initial_form_count(self):
        return 0 if self.is_bound else len(self.present)

    def _construct_form(self, i, **kwargs):
        kwargs["instance"] = self._row(i)
        kwargs["empty_permitted"] = True
        kwargs["use_required_attribute"] = False
        return super()._construct_form(i, **kwargs)

    def _row(self, i: int):
        if not self.is_bound:
            return self.present[i] if i < len(self.present) else self.form._meta.model(project=self.project)
        uid = read_uid(self.data.get(f"{self.prefix}-{i}-uid", ""))
        if uid in self.used:
            uid = uuid.uuid4()
        self.used.add(uid)
        return self.by_uid.get(uid) or self.form._meta.model(project=self.project, uid=uid)

    def _should_delete_form(self, form):
        return super()._should_delete_form(form) or (self.is_bound and form.is_blank)

    @property
    def deleted_rows(self) -> list:
        """Rows of the page that go: marked, or left without a word."""
        return [form for form in self.forms if self.is_bound and self._should_delete_form(form)]

    def clean(self):
        """A code written twice is told: it can be kept once."""
        seen = set()
        for form in self.forms:
            key = (form.cleaned_data.get("scheme"), form.cleaned_data.get("value"))
            if all(key) and not self._should_delete_form(form):
                if key in seen:
                    form.add_error("value", _("Hai scritto due volte questo codice"))
                seen.add(key)

    def save(self) -> None:
        """Make the rows of the project those of the page. Rows the page does not name stay."""
        for form in self.forms:
            if self._should_delete_form(form):
                if not form.is_new:
                    form.instance.delete()
            elif form.has_changed() or form.is_new:
                form.save()


def read_uid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def rows_of(form: type[RowForm], limit: int) -> type[Rows]:
    """A formset of `form`, at most `limit` rows, two empty ones to write in."""
    return forms.formset_factory(
        form,
        formset=Rows,
        extra=2,
        max_num=limit,
        absolute_max=limit + 10,
        validate_max=True,
        can_delete=True,
    )
