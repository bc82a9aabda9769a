"""How often something public changed that is no card. Stored answers are kept under it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections, models, router

# The seal that a whole request goes by, where it was read at its beginning.
_SEAL: ContextVar[str | None] = ContextVar("seal", default=None)


class ContentVersion(models.Model):
    """The single row that moves when a page would say something else though no card came or went.

    The number tells which of two databases is ahead; the seal tells this very change from one rolled back.
    """

    number = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_content_version")]

    def __str__(self):
        return str(self.number)


def content_seal() -> str:
    """The seal of the content public now: the request's own, else one query."""
    seal = _SEAL.get()
    return _stored() if seal is None else seal


def _stored() -> str:
    # Asked again and again, so not through a queryset, which costs many times the answer.
    with connections[router.db_for_read(ContentVersion)].cursor() as cursor:
        cursor.execute(f"SELECT seal FROM {ContentVersion._meta.db_table} WHERE id = 1")
        found = cursor.fetchone()
    return found[0] if found else ""


@contextmanager
def content_sealed(seal: str | None) -> Iterator[None]:
    """All that is asked within goes by this seal, which was read already; None when it was not."""
    token = _SEAL.set(seal)
    try:
        yield
    finally:
        _SEAL.reset(token)
