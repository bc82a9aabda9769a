"""Forms of a subscription: e-mail address and pace."""

from django import forms
from django.utils.translation import gettext_lazy as _

from following.models import Follower


class PaceForm(forms.Form):
    pace = forms.ChoiceField(
        label=_("Quanto spesso vuoi riceverli"),
        choices=Follower.Pace,
        initial=Follower.Pace.WEEKLY,
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli quanto spesso vuoi riceverli")},
    )


class FollowForm(PaceForm):
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("La usiamo solo per questi messaggi e la cancelliamo quando smetti."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Scrivi la tua e-mail"),
            "invalid": _("Scrivi un’e-mail, per esempio nome@example.org"),
        },
    )
    field_order = ("email", "pace")
