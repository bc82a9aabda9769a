"""Forms of adoptions: the request, each transition, the result, a practice from outside."""

import uuid
from operator import attrgetter

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from cards.models import Record
from cards.records import newest_title
from lib.forms.base import label_empty_choices
from lib.forms.fields import DayField, PartialDateField
from municipalities.models import Organisation
from reuse.models import Adoption, OutsidePractice
from reuse.models.adoption import NOTE_MAX
from reuse.transitions import ADOPTED, ADOPTION, AdoptionTransition

TRANSITIONS_BY_SLUG = {
    "risposta": AdoptionTransition.REPLY,
    "accordo": AdoptionTransition.AGREE,
    "adattamento": AdoptionTransition.ADAPT,
    "servizio": AdoptionTransition.START,
    "riscontro": AdoptionTransition.TELL,
    "nota": AdoptionTransition.WRITE,
    "rifiuto": AdoptionTransition.DECLINE,
    "ritiro": AdoptionTransition.WITHDRAW,
}
SLUG_OF_TRANSITION = {transition: slug for slug, transition in TRANSITIONS_BY_SLUG.items()}
NOTE_LABELS = {
    AdoptionTransition.REPLY: _("La tua risposta: come e con chi ci si sente"),
    AdoptionTransition.DECLINE: _("Perché non puoi accoglierla"),
    AdoptionTransition.WITHDRAW: _("Perché ritiri la richiesta"),
    AdoptionTransition.WRITE: _("Nota"),
}
NOTE_MISSING = {
    AdoptionTransition.REPLY: _("Scrivi la risposta"),
    AdoptionTransition.DECLINE: _("Scrivi il motivo: l’altro ente lo legge"),
    AdoptionTransition.WITHDRAW: _("Scrivi il motivo: l’altro ente lo legge"),
    AdoptionTransition.WRITE: _("Scrivi la nota"),
}


def _text_field(label, rows: int = 3, **options) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


class AskForm(forms.Form):
    """The request of a project: adopting organisation, giver, note."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    adopter = forms.ModelChoiceField(
        label=_("Per quale ente"),
        queryset=Organisation.objects.none(),
        error_messages={"required": _("Scegli l’ente che riusa il progetto")},
    )
    parent = forms.ModelChoiceField(
        label=_("Da chi lo prendi"),
        queryset=Adoption.objects.none(),
        required=False,
        help_text=_("Da chi lo ha fatto nascere, o da un ente che lo ha già riusato e adattato."),
    )
    note = _text_field(
        _("Che cosa ti serve"),
        5,
        help_text=_(
            "Perché ti interessa, che cosa vuoi sapere, come ti possono ricontattare. Resta privato."
        ),
        error_messages={"required": _("Scrivi in due righe che cosa ti serve")},
    )

    def __init__(self, *args, record: Record, bodies, parents, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = uuid.uuid4()
        self.fields["adopter"].queryset = bodies
        if len(bodies) == 1:
            self.fields["adopter"].initial = bodies[0]
        parent = self.fields["parent"]
        parent.queryset = parents.filter(step__in=ADOPTED)
        parent.label_from_instance = lambda adoption: adoption.adopter.name
        parent.empty_label = record.owner.name
        if not parent.queryset.exists():
            del self.fields["parent"]

    def clean(self):
        data = super().clean()
        parent = data.get("parent")
        if parent and data.get("adopter") == parent.adopter:
            self.add_error("parent", _("Scegli un ente diverso dal tuo"))
        return data


class TransitionForm(forms.Form):
    """One transition: its day and a note; for TELL also what was changed and learnt.

    Texts are private unless their box is ticked.
    """

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    on = DayField(
        label=_("In che giorno"),
        required=False,
        help_text=_("Giorno/mese/anno, per esempio 1/3/2024. Vuoto: oggi."),
    )
    what_changed = _text_field(_("Che cosa hai cambiato rispetto all’originale"), 4, required=False)
    what_learnt = _text_field(_("Che cosa hai imparato"), 4, required=False)
    lessons_are_public = forms.BooleanField(
        label=_("Mostra a tutti che cosa è cambiato e che cosa si è imparato, nella scheda del progetto"),
        required=False,
    )
    note = _text_field(_("Nota"))
    note_is_public = forms.BooleanField(label=_("Mostra a tutti la nota, nella scheda"), required=False)

    def __init__(self, *args, transition: AdoptionTransition, adoption: Adoption, **kwargs):
        super().__init__(*args, prefix=SLUG_OF_TRANSITION[transition], **kwargs)
        self.transition, self.adoption = transition, adoption
        self.fields["idempotency_key"].initial = uuid.uuid4()
        note = self.fields["note"]
        note.required = ADOPTION.transitions[transition].needs_note
        note.label = NOTE_LABELS.get(transition, note.label)
        if transition in NOTE_MISSING:
            note.error_messages["required"] = NOTE_MISSING[transition]
        if transition != AdoptionTransition.TELL:
            for name in ("what_changed", "what_learnt", "lessons_are_public"):
                del self.fields[name]
        if transition in (AdoptionTransition.DECLINE, AdoptionTransition.WITHDRAW):
            del self.fields["note_is_public"]
        if transition == AdoptionTransition.WRITE:
            del self.fields["on"]

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day and day > localdate():
            raise forms.ValidationError(_("Il giorno non può essere nel futuro"))
        if day and day < localdate(self.adoption.asked_at):
            raise forms.ValidationError(_("Il giorno non può venire prima della richiesta"))
        return day

    def clean(self):
        data = super().clean()
        is_empty = not (data.get("what_changed") or data.get("what_learnt"))
        if self.transition == AdoptionTransition.TELL and is_empty and not self.errors:
            self.add_error("what_changed", _("Racconta che cosa hai cambiato o che cosa hai imparato"))
        return data


def published_records(organisations) -> QuerySet[Record]:
    """Records of these bodies with a current edition, each with its `title`, by title."""
    records = Record.objects.filter(owner__in=organisations, editions__is_current=True)
    return records.annotate(title=newest_title("pk")).order_by("title")


class ResultForm(forms.Form):
    """Which published project of the adopter came of an adoption."""

    result = forms.ModelChoiceField(
        label=_("Il progetto che ne è nato"),
        queryset=Record.objects.none(),
        required=False,
        empty_label=_("Nessuno, o non ancora nel registro"),
        help_text=_("Un progetto pubblicato dell’ente che riusa: le due schede si nominano a vicenda."),
        error_messages={"invalid_choice": _("Scegli un progetto dell’elenco")},
    )

    def __init__(self, *args, adoption: Adoption, **kwargs):
        super().__init__(*args, prefix="nato", **kwargs)
        mine = published_records([adoption.adopter_id])
        self.fields["result"].queryset = mine.exclude(pk=adoption.record_id)
        self.fields["result"].label_from_instance = attrgetter("title")
        self.fields["result"].initial = adoption.result_id


class PracticeForm(forms.ModelForm):
    """A practice from outside the registry. Public, with its source."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    adopted_on = PartialDateField(
        label=_("Adottata nel"),
        required=False,
        help_text=_("Giorno, mese o anno: per esempio 1/3/2024, 3/2024 oppure 2024."),
    )

    class Meta:
        model = OutsidePractice
        fields = ("adopter", "name", "city", "country", "url", "adopted_on", "what_changed", "record")
        error_messages = {
            "adopter": {"required": _("Scegli l’ente che l’ha adottata")},
            "name": {"required": _("Scrivi il nome della pratica")},
            "city": {"required": _("Scrivi da quale città o ente viene")},
            "country": {"required": _("Scrivi il Paese")},
            "url": {"required": _("Scrivi l’indirizzo di una pagina che la racconta")},
        }

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = uuid.uuid4()
        self.fields["adopter"].queryset = bodies
        if len(bodies) == 1:
            self.fields["adopter"].initial = bodies[0]
        self.fields["record"].queryset = published_records(bodies)
        self.fields["record"].label_from_instance = attrgetter("title")
        self.fields["url"].assume_scheme = "https"
        label_empty_choices(self)

    def clean(self):
        data = super().clean()
        record = data.get("record")
        if record and data.get("adopter") and record.owner_id != data["adopter"].pk:
            self.add_error("record", _("Scegli un progetto dell’ente che ha adottato la pratica"))
        return data
