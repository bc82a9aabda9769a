"""The ten ratings as a form: a rating, its motive, a proof. A draft may be partial, closing may not."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Assessment, Document, Rating
from projects.replicability.criteria import CRITERIA, Criterion

PARTS = ("value", "motive", "evidence_url", "evidence_document")
MOTIVE_MAX = 500


def _choices(criterion: Criterion) -> list[tuple[str, object]]:
    return [
        ("", _("Non so, o non si applica")),
        ("1", _("1: {}").format(criterion.low)),
        ("2", "2"),
        ("3", _("3: {}").format(criterion.middle)),
        ("4", "4"),
        ("5", _("5: {}").format(criterion.high)),
    ]


class AssessmentForm(forms.Form):
    """Fields `{criterion}_{part}`; `is_closing` asks each rating for its motive and at least one rating."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args, assessment: Assessment, ratings: Iterable[Rating], is_closing: bool = False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.is_closing = is_closing
        self.fields["revision"].initial = assessment.revision
        documents = Document.objects.filter(project=assessment.project_id, removed_at=None).order_by("title")
        stored = {rating.key: rating for rating in ratings}
        for criterion in CRITERIA:
            self._add(criterion, documents, stored.get(criterion.key))

    def _add(self, criterion: Criterion, documents, rating) -> None:
        made = {
            "value": forms.TypedChoiceField(
                label=_("Voto"),
                choices=_choices(criterion),
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Scegli un voto da 1 a 5")},
            ),
            "motive": forms.CharField(
                label=_("Motivo"),
                max_length=MOTIVE_MAX,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Una o due frasi: da quali fatti lo capisci. Serve se dai un voto."),
            ),
            "evidence_url": forms.URLField(
                label=_("Pagina che lo prova"), max_length=500, assume_scheme="https"
            ),
            "evidence_document": forms.ModelChoiceField(
                label=_("Documento che lo prova"),
                queryset=documents,
                empty_label=_("Nessuno"),
                error_messages={"invalid_choice": _("Scegli un documento dell’elenco")},
            ),
        }
        for part, bound in made.items():
            bound.required = False
            bound.is_optional = part.startswith("evidence")
            name = f"{criterion.key}_{part}"
            self.fields[name] = bound
            self.initial[name] = (
                ("" if part == "value" else None) if rating is None else getattr(rating, part)
            )
        if rating is not None and rating.value is None:
            self.initial[f"{criterion.key}_value"] = ""

    def clean(self):
        data = super().clean()
        for criterion in CRITERIA:
            value, motive = data.get(f"{criterion.key}_value"), data.get(f"{criterion.key}_motive")
            if self.is_closing and value is not None and not motive:
                self.add_error(
                    f"{criterion.key}_motive",
                    _("Scrivi il motivo del voto per «{}»").format(criterion.name),
                )
            if self.is_closing and motive and value is None and f"{criterion.key}_value" not in self.errors:
                self.add_error(
                    f"{criterion.key}_value",
                    _("Scegli un voto per «{}» o togli il motivo").format(criterion.name),
                )
        if self.is_closing and not self.errors and not any(g["value"] for g in self.ratings().values()):
            self.add_error(None, _("Dai almeno un voto prima di concludere"))
        return data

    def ratings(self) -> dict[str, dict]:
        """`{criterion: {value, motive, evidence_url, evidence_document}}` of what was filled in."""
        found = {}
        for criterion in CRITERIA:
            given = {part: self.cleaned_data.get(f"{criterion.key}_{part}") for part in PARTS}
            given |= {part: given[part] or "" for part in ("motive", "evidence_url")}
            if any(part not in (None, "") for part in given.values()):
                found[criterion.key] = given
        return found

    def groups(self) -> list[tuple[Criterion, list]]:
        """`[(criterion, its bound fields)]` in the order of the criteria."""
        return [(c, [self[f"{c.key}_{part}"] for part in PARTS]) for c in CRITERIA]
