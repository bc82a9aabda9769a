"""Sign-in through SPID, CIE or a body's own directory (OpenID Connect 1.0), by allauth.

The provider says who somebody is; accounts stay those that an adhesion or an invitation opened. An identity
belongs to an account from the first sign-in with a verified e-mail that is the account's, or by connecting it
on the account page. Nothing but the provider's `sub` is stored.
"""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.records import subject_of
from lib import audit


class Adapter(DefaultSocialAccountAdapter):
    """Finds the account of an identity; creates none."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "connected_other": _("Questa identità è già collegata a un altro account"),
    }

    def pre_social_login(self, request, sociallogin) -> None:
        # Names, birth dates and tax codes that the provider sends are not stored.
        sociallogin.account.extra_data = {}
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        user = _account_of(sociallogin)
        if user is None:
            audit.record("single_sign_on_refused", by=None, on=audit.Subject("account", ""))
            messages.error(
                request,
                _(
                    "Nessun account ha questa identità. Entra con e-mail e password e collegala dalla pagina "
                    "del tuo account; se il tuo ente non ha ancora aderito, aderisci a un protocollo."
                ),
            )
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, user)

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        """The provider refused, failed, or the response is not the one that was asked for."""
        audit.record("single_sign_on_failed", by=None, on=audit.Subject("account", ""))
        messages.error(request, _("L’accesso non è riuscito: riprova, oppure entra con e-mail e password."))
        raise ImmediateHttpResponse(redirect("account_login"))

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def get_connect_redirect_url(self, request, socialaccount) -> str:
        return reverse("accounts:account")


def _account_of(sociallogin) -> User | None:
    verified = [one.email.lower() for one in sociallogin.email_addresses if one.verified]
    return User.objects.filter(email__in=verified, is_active=True).first() if verified else None


def providers() -> list[dict]:
    """`{"id", "name"}` of the providers that the settings name."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return [{"id": app["provider_id"], "name": app["name"]} for app in apps]


def disconnect(user: User, pk: int) -> bool:
    """Disconnect one identity of the person; False where it is not theirs. The password stays."""
    deleted, _rows = user.socialaccount_set.filter(pk=pk).delete()
    if deleted:
        audit.record("account_disconnected", by=user, on=subject_of(user))
    return bool(deleted)
