from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership


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


class OwnWords:
    """allauth's forms say what is missing in our words, each field in its own."""

    required = {
        "login": _("Scrivi la tua e-mail"),
        "email": _("Scrivi la tua e-mail"),
        "password": _("Scrivi la password"),
        "oldpassword": _("Scrivi la password di oggi"),
        "password1": _("Scegli una password"),
        "password2": _("Scrivi di nuovo la password"),
    }

    fields: dict  # of the form that inherits from this
    labels = {
        "login": _("E-mail"),
        "email": _("E-mail"),
        "oldpassword": _("Password di oggi"),
        "password1": _("Nuova password"),
        "password2": _("Nuova password, di nuovo"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, bound in self.fields.items():
            # The label stands above the field: repeated inside, it goes as soon as one writes.
            bound.widget.attrs.pop("placeholder", None)
            bound.label = self.labels.get(name, bound.label)
        for name, words in self.required.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = words
            if name in self.fields and name in ("login", "email"):
                wrong = _("Scrivi un’e-mail, per esempio nome.cognome@comune.esempio.it")
                self.fields[name].error_messages["invalid"] = wrong
                for check in self.fields[name].validators:
                    if getattr(check, "code", "") == "invalid":
                        check.message = wrong


class SignInForm(OwnWords, allauth_forms.LoginForm):
    """E-mail and password."""


class ForgottenPasswordForm(OwnWords, allauth_forms.ResetPasswordForm):
    """Where to send the link that lets one choose a password."""


class ChosenPasswordForm(OwnWords, allauth_forms.ResetPasswordKeyForm):
    """A password chosen from a link."""


class ChangedPasswordForm(OwnWords, allauth_forms.ChangePasswordForm):
    """A new password in place of the old."""


class FirstPasswordForm(OwnWords, allauth_forms.SetPasswordForm):
    """The password of an account that had none."""


class SureForm(OwnWords, allauth_forms.ReauthenticateForm):
    """The password again, before something delicate."""


class AnotherEmailForm(OwnWords, allauth_forms.AddEmailForm):
    """One more address."""


class TokenForm(forms.Form):
    """A name by which the office knows its key again."""

    name = forms.CharField(
        label=_("A che cosa serve"),
        max_length=80,
        help_text=_("Per esempio «Gestionale dei lavori pubblici»"),
        error_messages={"required": _("Scrivi a che cosa serve la chiave")},
    )
