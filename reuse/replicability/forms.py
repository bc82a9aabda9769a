"""The form of an assessment: for each criterion a rating, its motive and evidence."""

from collections.abc import Iterable, Mapping

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lib.files.checks import Upload, check_upload
from projects.models import Document
from reuse.criteria import CRITERIA, PEER, Criterion
from reuse.models import Assessment, EvidenceFile, Rating

PARTS = ("value", "motive", "evidence_url", "evidence_document", "evidence_file")
# The visible fields of the evidence: also a file to upload and whether to remove the stored one.
EVIDENCE = ("evidence_url", "evidence_document", "upload", "drop")
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


class StoredFileField(forms.ModelChoiceField):
    """The stored file of a rating; None when it was withdrawn in the meantime."""

    widget = forms.HiddenInput

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError:
            return None


def _fields_of(criterion: Criterion, documents: QuerySet, evidence_files: QuerySet) -> dict[str, forms.Field]:
    """`{part: field}` of one criterion, all optional: what closing requires is checked by clean()."""
    fields = {
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
        "evidence_url": forms.URLField(label=_("Pagina che lo prova"), max_length=500, assume_scheme="https"),
        "evidence_document": forms.ModelChoiceField(
            label=_("Documento che lo prova"),
            queryset=documents,
            empty_label=_("Nessuno"),
            error_messages={"invalid_choice": _("Scegli un documento dell’elenco")},
        ),
        "evidence_file": StoredFileField(queryset=evidence_files),
        "upload": forms.FileField(
            label=_("File che lo prova"), help_text=_("PDF, ODF, CSV o immagine, al massimo 10 MB")
        ),
        "drop": forms.BooleanField(label=_("Togli il file")),
    }
    for part, field in fields.items():
        field.required = False
        field.is_optional = part.startswith("evidence") or part == "upload"
    return fields


def _initial_of(rating: Rating | None, part: str) -> object:
    """The stored value of a part; empty for no rating, no withdrawn file."""
    value = None if rating is None else getattr(rating, part)
    if part == "value":
        return "" if value is None else value
    if part == "evidence_file" and value and value.withdrawn_at:
        return None
    return value


class AssessmentForm(forms.Form):
    """Fields `{criterion}_{part}`. `is_closing` requires a motive for each rating and at least one rating.

    `ratings` are the initial values; after validation `checked` holds the uploaded files, not yet saved.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args, assessment: Assessment, ratings: Iterable[Rating], is_closing: bool = False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.assessment, self.is_closing = assessment, is_closing
        self.fields["revision"].initial = assessment.revision
        documents = Document.objects.filter(project=assessment.record_id, removed_at=None).order_by("title")
        if assessment.rater == PEER:
            # Another city may name public documents only.
            documents = documents.exclude(published_at=None)
        rated_by = {"record": assessment.record_id, "rater": assessment.rater}
        self.evidence_files = EvidenceFile.objects.filter(
            **rated_by, organisation=assessment.organisation_id, withdrawn_at=None
        )
        self.checked: dict[str, EvidenceFile] = {}
        stored = {rating.key: rating for rating in ratings}
        for criterion in CRITERIA:
            self._add(criterion, documents, stored.get(criterion.key))

    def _add(self, criterion: Criterion, documents: QuerySet, rating: Rating | None) -> None:
        for part, field in _fields_of(criterion, documents, self.evidence_files).items():
            name = f"{criterion.key}_{part}"
            self.fields[name] = field
            if part in PARTS:
                self.initial[name] = _initial_of(rating, part)

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
        if (
            self.is_closing
            and not self.errors
            and not any(fields["value"] for fields in self.ratings().values())
        ):
            self.add_error(None, _("Dai almeno un voto prima di concludere"))
        return data

    def _check_upload(self, criterion: Criterion) -> None:
        name = f"{criterion.key}_upload"
        if file := self.cleaned_data.get(name):
            try:
                self.checked[criterion.key] = self._evidence_of(file.name, check_upload(file))
            except forms.ValidationError as error:
                self.add_error(name, error)

    def _evidence_of(self, name: str, upload: Upload) -> EvidenceFile:
        """The row of a checked upload, not yet saved."""
        mine = self.assessment
        evidence = EvidenceFile(record=mine.record, rater=mine.rater, organisation=mine.organisation)
        evidence.name, evidence.media_type = name[:160], upload.media_type
        evidence.extension, evidence.sha256 = upload.extension, upload.sha256
        evidence.size, evidence.file = len(upload.content), upload.as_file()
        return evidence

    def attach(self, stored: Mapping[str, EvidenceFile]) -> None:
        """Put `{criterion: file just stored}` in the place of the uploads, also for the next rendering."""
        self.data = self.data.copy()
        for key, evidence in stored.items():
            self.cleaned_data[f"{key}_evidence_file"] = evidence
            self.cleaned_data[f"{key}_drop"] = False
            self.data[f"{key}_evidence_file"] = str(evidence.pk)
            self.data.pop(f"{key}_drop", None)

    def stored_file(self, key: str) -> EvidenceFile | None:
        """The file that the form renders for a criterion. One query, none without a file."""
        value = self[f"{key}_evidence_file"].value()
        if isinstance(value, EvidenceFile):
            value = value.pk
        if not str(value or "").isdecimal():
            return None
        return self.evidence_files.filter(pk=value).first()

    def ratings(self) -> dict[str, dict]:
        """`{criterion: fields of Rating}` of the criteria that were filled in."""
        ratings = {}
        for criterion in CRITERIA:
            fields = {part: self.cleaned_data.get(f"{criterion.key}_{part}") for part in PARTS}
            fields |= {part: fields[part] or "" for part in ("motive", "evidence_url")}
            fields["evidence_document"] = fields["evidence_document"] and fields["evidence_document"].pk
            if self.cleaned_data.get(f"{criterion.key}_drop"):
                fields["evidence_file"] = None
            if any(part not in (None, "") for part in fields.values()):
                ratings[criterion.key] = fields
        return ratings

    def groups(self) -> list[dict]:
        """`[{criterion, fields, proofs, is_proved, file, hidden}]` in order.

        `proofs` are the fields of the evidence, `is_proved` says whether one has a value or an error;
        `hidden` names `file`, the stored one.
        """
        groups = []
        for criterion in CRITERIA:
            stored = self.stored_file(criterion.key)
            parts = [part for part in EVIDENCE if part != "drop" or stored]
            proofs = [self[f"{criterion.key}_{part}"] for part in parts]
            groups.append(
                {
                    "criterion": criterion,
                    "fields": [self[f"{criterion.key}_{part}"] for part in ("value", "motive")],
                    "proofs": proofs,
                    "is_proved": bool(stored) or any(field.value() or field.errors for field in proofs),
                    "file": stored,
                    "hidden": self[f"{criterion.key}_evidence_file"],
                }
            )
        return groups
