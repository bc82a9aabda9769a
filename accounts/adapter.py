"""allauth's adapter: accounts are created by an accepted adhesion or invitation, never by signing up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import mail, throttle
from accounts.models import User
from accounts.records import subject_of
from lib import audit, rates
from lib.limits import sender

NEW_PASSWORD = ("password_reset", "password_changed", "password_set")
SECOND_FACTOR = ("totp_activated", "totp_deactivated", "recovery_codes_generated")
DAY = 86_400


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Accounts by invitation; failed sign-ins are limited by accounts.throttle and recorded."""

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

    def pre_authenticate(self, request, **credentials) -> None:
        """Refuse an attempt beyond the limits; allauth's own are of each process."""
        email = _email_of(credentials)
        try:
            throttle.admit(email, sender(request))
        except throttle.TooManyAttempts as refusal:
            user = User.objects.filter(email=email, is_active=True).first()
            if refusal.is_first and user:
                mail.many_attempts(user)
            raise self.validation_error("too_many_login_attempts") from refusal

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user:
            throttle.succeeded(_email_of(credentials), sender(request))
        return user

    def authentication_failed(self, request, **credentials) -> None:
        """Recorded for the person; an address that has no account is not stored."""
        user = User.objects.filter(email=_email_of(credentials)).first()
        on = subject_of(user) if user else audit.Subject("account", "")
        audit.record("sign_in_failed", by=None, on=on, person=user)

    def login(self, request, user) -> None:
        """Recorded; the person is notified of a sign-in from a network not used lately."""
        address, known = sender(request), throttle.networks_of(user.email)
        super().login(request, user)
        audit.record("sign_in", by=user, on=subject_of(user))
        if known and not throttle.is_known_among(known, address):
            mail.signed_in_from_new_place(user, timezone.now(), address)

    def logout(self, request) -> None:
        if request.user.is_authenticated:
            audit.record("sign_out", by=request.user, on=subject_of(request.user))
        super().logout(request)

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """Changes of an account are recorded, and mailed to its owner in our words."""
        name = template_prefix.rpartition("/")[2]
        if name in NEW_PASSWORD:
            audit.record("new_password", by=user, on=subject_of(user))
            mail.password_is_new(user, timezone.now())
        elif name in SECOND_FACTOR:
            audit.record(name, by=user, on=subject_of(user))
            mail.second_factor_changed(user, timezone.now(), is_on=name != "totp_deactivated")
        elif name == "account_connected":
            audit.record(name, by=user, on=subject_of(user))
            mail.identity_connected(user, timezone.now())
        elif name == "email_changed":
            changes = {key: str((context or {}).get(key, "")) for key in ("from_email", "to_email")}
            audit.record("new_email", by=user, on=subject_of(user), changes=changes)
            mail.email_is_new(user, changes["from_email"], changes["to_email"])

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """An address that has no account is told so once a day, however often it is typed."""
        is_unknown = template_prefix == "account/email/unknown_account"
        if not is_unknown or rates.use("unknown-account", email.strip().lower(), DAY) == 1:
            super().send_mail(template_prefix, email, context)

    def _delete_login_attempts_cached_email(self, request, **credentials) -> None:
        """allauth calls this after a new password."""
        throttle.forget(_email_of(credentials), sender(request))


def _email_of(credentials: dict) -> str:
    return (credentials.get("email") or credentials.get("username") or "").strip().lower()[:254]
