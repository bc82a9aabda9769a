"""How often something public changed that is no card. Cached responses are stored under it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.db import models
from django.db.models import F

# The token read at the beginning of the request, which holds for all of it.
_TOKEN: ContextVar[str | None] = ContextVar("content_token", default=None)


class ContentVersion(models.Model):
    """The single row that changes when a page would say something else though no card came or went.

    The number tells which of two databases is ahead; `token` differs for every change,
    also for one that took the number of a change rolled back.
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
    """Public pages say something else from this commit on: no response cached before it is served again.

    For everything shown beside the cards (adhesions, protocols, places, assessments, adoptions): call it
    last in the transaction that writes. Cards do not need it, their index has a version of its own.
    """
    ContentVersion.objects.get_or_create(pk=1)
    ContentVersion.objects.filter(pk=1).update(number=F("number") + 1, token=uuid4().hex)
