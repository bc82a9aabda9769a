"""The version of public content other than cards. Cached responses are stored under its token."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.db import models
from django.db.models import F

# The token read at the start of the request, used until its end.
_TOKEN: ContextVar[str | None] = ContextVar("content_token", default=None)


class ContentVersion(models.Model):
    """The single row that changes with public content that is no card.

    `number` tells which of two databases is ahead; `token` differs for every change, also for one that has
    the number of a change rolled back.
    """

    number = models.BigIntegerField(default=0)
    token = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_content_version")]

    def __str__(self):
        return str(self.number)


def content_token() -> str:
    """The version token of the public content: the request's own, else one query; "" before any change."""
    token = _TOKEN.get()
    if token is None:
        token = ContentVersion.objects.filter(pk=1).values_list("token", flat=True).first()
    return token or ""


@contextmanager
def using_content_token(token: str | None) -> Iterator[None]:
    """Within the block `content_token` gives this token, read before; with None it queries the database."""
    reset = _TOKEN.set(token)
    try:
        yield
    finally:
        _TOKEN.reset(reset)


def bump_content_version() -> None:
    """Raise the version, so that from this commit on no response cached before is served.

    For public content other than cards (adhesions, protocols, territories, assessments, adoptions): call it
    last in the transaction that writes. Cards have the version of their index.
    """
    ContentVersion.objects.get_or_create(pk=1)
    ContentVersion.objects.filter(pk=1).update(number=F("number") + 1, token=uuid4().hex)
