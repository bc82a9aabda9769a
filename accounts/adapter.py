"""allauth's adapter: accounts are created by an accepted adhesion or invitation, never by signing up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Failed logins lock an account for the sender's address alone, so that nobody locks its owner out."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "Nome utente o password non corretti. Dopo 5 tentativi l’accesso si blocca per 15 minuti"
        ),
        "incorrect_password": _("Password non corretta. Dopo 5 tentativi l’accesso si blocca per 15 minuti"),
        "too_many_login_attempts": _(
            "Troppi tentativi: da qui l’accesso è bloccato per 15 minuti. "
            "Aspetta, oppure scegli una nuova password"
        ),
    }

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address of a mailed link: SITE_URL, whatever host the request named."""
        uid, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return settings.SITE_URL + path

    def get_email_confirmation_url(self, request, emailconfirmation) -> str:
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def is_open_for_signup(self, request) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request, **credentials) -> str:
        """allauth counts failures by account alone; here by account and address of the sender."""
        return (
            f"{super()._get_login_attempts_cache_key(request, **credentials)}:{self.get_client_ip(request)}"
        )
