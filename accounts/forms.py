"""Forms of people: invitations, API tokens, and those of allauth with our messages."""

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User


class ColleagueForm(forms.Form):
    """Whom to invite to a body, with which role."""

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


class NameForm(forms.ModelForm):
    """The name of a person, as colleagues and reviewers read it."""

    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": _("Nome e cognome, o ufficio")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.required, name.error_messages["required"] = True, _("Scrivi nome e cognome")


class OwnMessages:
    """Labels and error messages of ours for the fields of allauth's forms."""

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
            # The label is above the field: a placeholder would repeat it and vanish on input.
            bound.widget.attrs.pop("placeholder", None)
            bound.label = self.labels.get(name, bound.label)
        for name, message in self.required.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = message
            if name in self.fields and name in ("login", "email"):
                wrong = _("Scrivi un’e-mail, per esempio nome.cognome@comune.esempio.it")
                self.fields[name].error_messages["invalid"] = wrong
                for check in self.fields[name].validators:
                    if getattr(check, "code", "") == "invalid":
                        check.message = wrong


class SignInForm(OwnMessages, allauth_forms.LoginForm):
    """E-mail and password."""


class PasswordResetForm(OwnMessages, allauth_forms.ResetPasswordForm):
    """The address that receives a link to choose a password."""


class PasswordResetKeyForm(OwnMessages, allauth_forms.ResetPasswordKeyForm):
    """A password chosen from a link."""


class PasswordChangeForm(OwnMessages, allauth_forms.ChangePasswordForm):
    """A new password in place of the old."""


class PasswordSetForm(OwnMessages, allauth_forms.SetPasswordForm):
    """The password of an account that had none."""


class ReauthenticationForm(OwnMessages, allauth_forms.ReauthenticateForm):
    """The password again, before an account is changed."""


class AddEmailForm(OwnMessages, allauth_forms.AddEmailForm):
    """A further e-mail address of an account."""


class TokenForm(forms.Form):
    """The purpose by which an office recognises an API token."""

    name = forms.CharField(
        label=_("A che cosa serve"),
        max_length=80,
        help_text=_("Per esempio «Gestionale dei lavori pubblici»"),
        error_messages={"required": _("Scrivi a che cosa serve la chiave")},
    )
    days = forms.TypedChoiceField(
        label=_("Per quanto vale"),
        coerce=int,
        choices=[(90, _("Tre mesi")), (365, _("Un anno")), (730, _("Due anni"))],
        initial=365,
        required=False,
        empty_value=365,
        help_text=_("Poi smette di funzionare: se ne crea un’altra"),
    )
