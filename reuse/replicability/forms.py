"""The ten ratings as a form: a rating, its motive, a proof. A draft may be partial, closing may not."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.files.checks import Upload, check_upload
from projects.models import Document
from reuse.criteria import CRITERIA, PEER, Criterion
from reuse.models import Assessment, EvidenceFile, Rating

PARTS = ("value", "motive", "evidence_url", "evidence_document", "evidence_file")
# What the form shows beside: a file to upload, the one kept, whether to take it off.
SHOWN = ("value", "motive", "evidence_url", "evidence_document", "upload", "drop")
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


class KeptFileField(forms.ModelChoiceField):
    """The file kept before, which may have been withdrawn in the meantime: then there is none."""

    widget = forms.HiddenInput

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError:
            return None


class AssessmentForm(forms.Form):
    """Fields `{criterion}_{part}`; `is_closing` asks each rating for its motive and at least one rating."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args, assessment: Assessment, ratings: Iterable[Rating], is_closing: bool = False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.assessment, self.is_closing = assessment, is_closing
        self.fields["revision"].initial = assessment.revision
        documents = Document.objects.filter(project=assessment.record_id, removed_at=None).order_by("title")
        if assessment.rater == PEER:
            # Another city reads what everybody reads.
            documents = documents.exclude(published_at=None)
        seat = {"record": assessment.record_id, "rater": assessment.rater}
        self.files_of_seat = EvidenceFile.objects.filter(
            **seat, organisation=assessment.organisation_id, withdrawn_at=None
        )
        self.checked: dict[str, EvidenceFile] = {}
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
            "evidence_file": KeptFileField(queryset=self.files_of_seat),
            "upload": forms.FileField(
                label=_("File che lo prova"), help_text=_("PDF, ODF, CSV o immagine, al massimo 10 MB")
            ),
            "drop": forms.BooleanField(label=_("Togli il file")),
        }
        for part, bound in made.items():
            bound.required = False
            bound.is_optional = part.startswith("evidence") or part == "upload"
            name = f"{criterion.key}_{part}"
            self.fields[name] = bound
            if part in PARTS:
                told = None if rating is None else getattr(rating, part)
                if part == "evidence_file" and told and told.withdrawn_at:
                    told = None
                self.initial[name] = "" if part == "value" and rating is None else told
        if rating is not None and rating.value is None:
            self.initial[f"{criterion.key}_value"] = ""

    def clean(self):
        data = super().clean()
        for criterion in CRITERIA:
            self._check_upload(criterion)
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

    def _check_upload(self, criterion: Criterion) -> None:
        name = f"{criterion.key}_upload"
        if file := self.cleaned_data.get(name):
            try:
                self.checked[criterion.key] = self._described(file.name, check_upload(file))
            except forms.ValidationError as error:
                self.add_error(name, error)

    def _described(self, name: str, upload: Upload) -> EvidenceFile:
        """The file as it will be kept, not yet saved."""
        mine = self.assessment
        made = EvidenceFile(record=mine.record, rater=mine.rater, organisation=mine.organisation)
        made.name, made.media_type, made.extension = name[:160], upload.media_type, upload.extension
        made.size, made.sha256, made.file = len(upload.content), upload.sha256, upload.as_file()
        return made

    def keep(self, kept: Mapping[str, EvidenceFile]) -> None:
        """Name the files just kept in the place of those uploaded, also where the form comes back."""
        self.data = self.data.copy()
        for key, evidence in kept.items():
            self.cleaned_data[f"{key}_evidence_file"] = evidence
            self.cleaned_data[f"{key}_drop"] = False
            self.data[f"{key}_evidence_file"] = str(evidence.pk)
            self.data.pop(f"{key}_drop", None)

    def kept_file(self, key: str) -> EvidenceFile | None:
        """The file that stands beside a criterion as the form is shown."""
        value = self[f"{key}_evidence_file"].value()
        if isinstance(value, EvidenceFile):
            value = value.pk
        if not str(value or "").isdecimal():
            return None
        return self.files_of_seat.filter(pk=value).first()

    def ratings(self) -> dict[str, dict]:
        """`{criterion: the fields of Rating}` of what was filled in."""
        found = {}
        for criterion in CRITERIA:
            given = {part: self.cleaned_data.get(f"{criterion.key}_{part}") for part in PARTS}
            given |= {part: given[part] or "" for part in ("motive", "evidence_url")}
            given["evidence_document"] = given["evidence_document"] and given["evidence_document"].pk
            if self.cleaned_data.get(f"{criterion.key}_drop"):
                given["evidence_file"] = None
            if any(part not in (None, "") for part in given.values()):
                found[criterion.key] = given
        return found

    def groups(self) -> list[dict]:
        """`[{criterion, fields, kept: its file, hidden: the field that names it}]` in their order."""
        found = []
        for criterion in CRITERIA:
            kept = self.kept_file(criterion.key)
            parts = [part for part in SHOWN if part != "drop" or kept]
            fields = [self[f"{criterion.key}_{part}"] for part in parts]
            hidden = self[f"{criterion.key}_evidence_file"]
            found.append({"criterion": criterion, "fields": fields, "kept": kept, "hidden": hidden})
        return found
