"""People, what they may do in which body, and who did what."""

import hashlib

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.models import Adhesion, Organisation


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields):
        """A person known by e-mail; without a password they choose one from an invitation."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password) if password else user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
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


class Membership(models.Model):
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


class Event(models.Model):
    """One thing that somebody did to an adhesion, an account or a body."""

    verb = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="events")
    adhesion = models.ForeignKey(Adhesion, models.PROTECT, null=True, related_name="events")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="events")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("evento")
        verbose_name_plural = _("registro")

    def __str__(self):
        return self.verb


class ApiTokenQuerySet(models.QuerySet):
    def valid(self):
        return self.filter(revoked_at=None)

    def of(self, plain: str):
        """The token of a secret; the secret itself is nowhere stored."""
        return self.filter(digest=digest_of(plain))


def digest_of(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


class ApiToken(models.Model):
    """A secret with which a body's own software sends drafts in the name of who made it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("a che cosa serve"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("creata il"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField(_("ultimo uso"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revocata il"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("chiave dell’API")
        verbose_name_plural = _("chiavi dell’API")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="api_token_revoked_at_by",
            )
        ]

    def __str__(self):
        return self.name


class ApiRequest(models.Model):
    """What was answered to a request with an idempotency key, to answer the same when it comes again."""

    token = models.ForeignKey(ApiToken, models.PROTECT, related_name="requests")
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    answer = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_request_once")]

    def __str__(self):
        return self.key
