from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Motivo"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Scrivi il motivo")},
    )


class ColleagueForm(forms.Form):
    """A colleague of one's own body."""

    name = forms.CharField(
        label=_("Nome e cognome"), max_length=120, error_messages={"required": _("Scrivi nome e cognome")}
    )
    email = forms.EmailField(
        label=_("E-mail di lavoro"),
        error_messages={
            "required": _("Scrivi l’e-mail"),
            "invalid": _("Scrivi un’e-mail, per esempio nome.cognome@comune.esempio.it"),
        },
    )
    role = forms.ChoiceField(
        label=_("Ruolo"),
        choices=[(r.value, r.label) for r in (Membership.Role.OFFICER, Membership.Role.MANAGER)],
        help_text=_("Il responsabile invita e toglie i colleghi"),
    )


class TokenForm(forms.Form):
    """A name by which the office knows its key again."""

    name = forms.CharField(
        label=_("A che cosa serve"),
        max_length=80,
        help_text=_("Per esempio «Gestionale dei lavori pubblici»"),
        error_messages={"required": _("Scrivi a che cosa serve la chiave")},
    )
