"""The second factor of sign-in: codes of an app (TOTP, RFC 6238) and recovery codes, by allauth.

Staff must have one where settings.STAFF_SECOND_FACTOR says so; officers may.
"""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_reviewer

# What only people with a second factor open, where it is required.
GUARDED = ("desk", "admin")
SEEN = "second_factor"


class Adapter(DefaultMFAAdapter):
    """Our messages; the secrets are stored encrypted with a key that SECRET_KEY gives."""

    error_messages = {
        "add_email_blocked": _("Con il secondo fattore attivo l’indirizzo non si cambia: prima disattivalo"),
        "cannot_delete_authenticator": _("Il secondo fattore non si può disattivare"),
        "cannot_generate_recovery_codes": _("Prima attiva il secondo fattore"),
        "incorrect_code": _("Codice non corretto: scrivi quello che l’app mostra adesso"),
        "unverified_email": _("Prima conferma il tuo indirizzo e-mail"),
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class OwnCode:
    """The field of a code with our words."""

    fields: dict  # of the form that inherits from this

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Codice")
        code.error_messages["required"] = _("Scrivi il codice")
        code.widget.attrs.pop("placeholder", None)
        code.widget.attrs["inputmode"] = "numeric"


class CodeForm(OwnCode, AuthenticateForm):
    """The code at sign-in: of the app, or a recovery code."""


class CodeAgainForm(OwnCode, ReauthenticateForm):
    """The code again, before an account is changed."""


class ActivateForm(OwnCode, ActivateTOTPForm):
    """The first code of an app, which proves that it has the secret."""


class SecondFactorMiddleware:
    """Leads staff without a second factor to its page instead of theirs, where it is required."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not settings.STAFF_SECOND_FACTOR or request.resolver_match.app_name not in GUARDED:
            return None
        if not is_reviewer(request.user) and not request.user.is_staff:
            return None
        if request.session.get(SEEN) or has_second_factor(request.user):
            request.session[SEEN] = True
            return None
        messages.warning(request, _("Chi lavora in redazione entra con un secondo fattore: attivalo ora."))
        return redirect("mfa_activate_totp")


def has_second_factor(user) -> bool:
    """Whether signing in asks this person for a code. One query."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
