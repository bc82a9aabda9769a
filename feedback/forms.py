"""Forms of reports, which need no account, and of the answers of staff."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.models import ErrorReport


class ReportForm(forms.Form):
    """An error on a card. `idempotency_key` makes a second submission of the same page harmless."""

    topic = forms.ChoiceField(
        label=_("Che cosa non va"),
        choices=[choice for choice in ErrorReport.Topic.choices if choice[0] != ErrorReport.Topic.QUESTION],
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli che cosa non va")},
    )
    text = forms.CharField(
        label=_("Che cosa hai trovato"),
        help_text=_("Se conosci il dato giusto, scrivi anche dove si trova. Niente dati personali."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "data-counter": 2000}),
        error_messages={"required": _("Scrivi che cosa hai trovato")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Solo se vuoi una risposta: la cancelliamo appena ti abbiamo risposto."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Scrivi un’e-mail, per esempio nome@example.org")},
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {})
        kwargs["initial"]["idempotency_key"] = uuid.uuid4()
        super().__init__(*args, **kwargs)


class QuestionForm(ReportForm):
    """A question to the body of a card."""

    topic = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("La tua domanda")
        self.fields["text"].help_text = _("Per esempio: i lavori sono finiti? Niente dati personali.")
        self.fields["text"].error_messages["required"] = _("Scrivi la domanda")


class AccessReportForm(ReportForm):
    """A page that somebody cannot use: a field for the page instead of the topic."""

    topic = None
    page = forms.CharField(
        label=_("Quale pagina"),
        help_text=_("Copia l’indirizzo, per esempio /progetti/, o scrivi come si chiama"),
        max_length=300,
        error_messages={"required": _("Scrivi quale pagina")},
    )
    field_order = ("page", "text", "email", "idempotency_key")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Che cosa volevi fare e con quale dispositivo")
        self.fields["text"].help_text = ""


class ReportAnswerForm(forms.Form):
    """Outcome and text with which staff close a report."""

    status = forms.ChoiceField(
        label=_("Esito"),
        choices=[
            (status.value, status.label)
            for status in (ErrorReport.Status.MENDED, ErrorReport.Status.REJECTED)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli l’esito")},
    )
    answer = forms.CharField(
        label=_("Risposta"),
        help_text=_("La legge chi ha scritto. Non serve il nome di nessuno."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Scrivi la risposta")},
    )


class QuestionAnswerForm(ReportAnswerForm):
    """The text with which a body, or staff in its place, answers a question."""

    status = None
