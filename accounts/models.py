"""People, their roles in bodies, invitations to roles, and the API tokens of bodies."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.constraints import pair
from municipalities.models import Organisation

INVITATION_LASTS = timedelta(days=14)


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields):
        """A stored account; without `password` it has none until the person chooses one from a link."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password) if password else user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields):
        """A stored account with all permissions, as `manage.py createsuperuser` asks for it."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account, signed in to by e-mail. What it may do comes from its memberships (accounts.rules)."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("nome o ufficio"), max_length=120, blank=True)
    is_active = models.BooleanField(_("attivo"), default=True)
    is_staff = models.BooleanField(_("accede all’amministrazione"), default=False)
    joined_at = models.DateTimeField(_("iscrizione"), auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        verbose_name = _("persona")
        verbose_name_plural = _("persone")

    def __str__(self):
        return self.name or self.email

    def clean(self):
        super().clean()
        self.email = self.email.lower()


class Membership(models.Model):
    """The one role of a person in a body."""

    class Role(models.TextChoices):
        OFFICER = "officer", _("Referente")
        MANAGER = "manager", _("Responsabile dell’ente")
        REVIEWER = "reviewer", _("Redazione")
        ADMINISTRATOR = "administrator", _("Amministrazione")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(_("ruolo"), max_length=16, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("appartenenza")
        verbose_name_plural = _("appartenenze")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="one_role_per_person_and_body")
        ]

    def __str__(self):
        return f"{self.user_id} {self.role}"


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Neither accepted nor cancelled; expired ones among them."""
        return self.filter(accepted_at=None, cancelled_at=None)


class Invitation(models.Model):
    """A role offered to an address: it becomes a membership when the person accepts, never before."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("nome e cognome"), max_length=120)
    role = models.CharField(_("ruolo"), max_length=16, choices=Membership.Role)
    # Of the secret part of the link, which is only in the message.
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("inviato il"))
    is_delivered = models.BooleanField(_("il messaggio è partito"), default=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invito")
        verbose_name_plural = _("inviti")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at=None, cancelled_at=None),
                name="one_open_invitation",
            )
        ]

    def __str__(self):
        return f"{self.email} {self.organisation_id}"

    @property
    def expires_at(self):
        """The moment from which the link is no longer valid."""
        return self.sent_at + INVITATION_LASTS


class ApiTokenQuerySet(models.QuerySet):
    def valid(self):
        """Tokens that are neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def of(self, plain: str):
        """The token with this secret, of which only the digest is stored."""
        return self.filter(digest=digest_of(plain))


def digest_of(plain: str) -> str:
    """SHA-256 of a secret, in hexadecimal digits."""
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


class ApiToken(models.Model):
    """A secret with which a body's software sends drafts to the API in the name of `created_by`."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("a che cosa serve"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("creata il"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(_("scade il"))
    last_used_at = models.DateTimeField(_("ultimo uso"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revocata il"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("chiave dell’API")
        verbose_name_plural = _("chiavi dell’API")
        constraints = [pair("api_token_revoked_at_by", "revoked_at", "revoked_by")]

    def __str__(self):
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class ApiRequest(models.Model):
    """A request with an idempotency key and its response, which a repeated request receives again."""

    token = models.ForeignKey(ApiToken, models.PROTECT, related_name="requests")
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    answer = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_request_once")]

    def __str__(self):
        return self.key
