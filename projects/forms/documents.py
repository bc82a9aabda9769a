"""One document of a draft: a file, checked, or a link."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.lists import DocumentType
from lib.files.checks import check_upload
from lib.forms.base import WholeText, label_empty_choices
from lib.forms.fields import PartialDateField
from projects.models import Document


class DocumentForm(WholeText, forms.ModelForm):
    """One file or one link, with its type and title. The file is checked, images are re-encoded.

    `instance` may be a file that was sent before with answers to correct, whose key is `kept`.
    """

    file = forms.FileField(
        label=_("File"), required=False, help_text=_("PDF, ODF, CSV o immagine, al massimo 10 MB")
    )
    date = PartialDateField(label=_("Data"), required=False, help_text=_("Per esempio 5/2024"))
    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Document
        fields = ["type", "title", "file", "url", "alt_text", "credit", "date", "licence"]
        error_messages = {
            "type": {"required": _("Scegli il tipo di documento")},
            "title": {"required": _("Scrivi il titolo del documento")},
        }
        help_texts = {
            "title": _("Per esempio «Capitolato della gara 2025»"),
            "alt_text": _("Per le immagini: che cosa si vede"),
            "url": _("In alternativa al file, per esempio https://www.comune.esempio.it/capitolato.pdf"),
            "credit": _("Chi ha fatto la foto o scritto il documento, per esempio «Archivio del Comune»"),
            "licence": _("Per esempio CC BY 4.0"),
        }

    upload = None
    # The stored file of a form to be corrected.
    kept: Document | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        label_empty_choices(self)

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if self.files.get("file"):
            self.upload = check_upload(file)
        return file

    def clean(self):
        data = super().clean()
        if not self.errors and bool(data.get("file")) == bool(data.get("url")):
            self.add_error("file", _("Carica un file oppure scrivi un collegamento"))
        is_image = (self.upload or self.instance).media_type.startswith("image/")
        if (data.get("type") == DocumentType.IMAGE) != is_image and "file" not in self.errors:
            if is_image:
                self.add_error("type", _("Per un’immagine scegli il tipo «Immagine»"))
            elif not self.errors:
                self.add_error("file", _("Carica un’immagine JPEG, PNG o WebP"))
        if is_image and not data.get("alt_text"):
            self.add_error("alt_text", _("Descrivi che cosa si vede nell’immagine"))
        return data

    def describe(self) -> Document:
        """The document with the facts of its file, not saved."""
        self.instance.uid = self.cleaned_data.get("uid") or self.instance.uid
        self.instance.removed_at = None
        if self.upload:
            up = self.upload
            self.instance.set_upload(up)
            self.instance.width, self.instance.height = up.width, up.height
        return self.instance
