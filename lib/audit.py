"""The audit log: who did what to which subject, when, and what changed. One table for all apps."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.networks import truncated

# An entry may be extended for so long after it was written or last extended.
EXTENDABLE_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Subject:
    """What an entry is about: its kind, its natural key, its title and the slug of its organisation."""

    kind: str
    code: str
    title: str = ""
    body: str = ""


_address: ContextVar[str] = ContextVar("address", default="")


class EntryQuerySet(models.QuerySet):
    def update(self, **fields):
        raise TypeError("entries of the audit log are changed by extend() alone")

    def delete(self):
        raise TypeError("entries of the audit log are never deleted")


class Entry(models.Model):
    """One act of a person or of the system.

    It stores the natural key of its subject and its title at that time, and so outlives the subject.
    """

    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=16)
    code = models.CharField(max_length=120)
    title = models.TextField()
    body = models.CharField(max_length=120)
    changes = models.JSONField(default=dict)
    # From where; truncated to a network after some time, empty for the system.
    address = models.CharField(max_length=45, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("evento")
        verbose_name_plural = _("registro")
        indexes = [
            models.Index(fields=["kind", "code", "at"], name="entry_subject"),
            models.Index(fields=["verb", "at"], name="entry_verb"),
        ]

    def __str__(self):
        return f"{self.verb} {self.at:%Y-%m-%d}"

    def save(self, *args, **kwargs):
        """Stores a new entry; raises TypeError for a stored one."""
        if not self._state.adding:
            raise TypeError("entries of the audit log are changed by extend() alone")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("entries of the audit log are never deleted")


def record(verb: str, *, by, on: Subject, person=None, changes: Mapping | None = None) -> Entry:
    """Store an entry; call it inside the transaction of what happened.

    `by` is who did it, None for the system; `person` whom it was done to.
    """
    return Entry.objects.create(
        verb=str(verb),
        by=by,
        person=person,
        kind=on.kind,
        code=on.code,
        title=on.title,
        body=on.body,
        changes=dict(changes or {}),
        address=_address.get(),
    )


@contextmanager
def acting_from(address: str):
    """Entries recorded within have this address of the network."""
    token = _address.set(address[:45])
    try:
        yield
    finally:
        _address.reset(token)


def truncate_addresses(before: datetime) -> int:
    """Replace the addresses of entries before a moment by their network; gives how many changed."""
    rows = Entry._base_manager.filter(at__lt=before).exclude(address="")
    changed = 0
    for address in list(rows.values_list("address", flat=True).distinct()):
        if (network := truncated(address)) != address:
            changed += rows.filter(address=address).update(address=network)
    return changed


def replace_names(names: Iterable[str], pseudonym: str) -> int:
    """Replace names and addresses of an erased person in all entries; gives how many changed.

    Who did what stays: `by` and `person` point to the account, which has the pseudonym.
    """
    changed = 0
    for name in names:
        # JSON stores other letters than ASCII as escapes.
        written = {name, json.dumps(name)[1:-1]}
        where = Q(title__icontains=name)
        for form in written:
            where |= Q(changes__icontains=form)
        pattern = re.compile(re.escape(name), re.IGNORECASE)
        for entry in Entry._base_manager.filter(where):
            title = pattern.sub(pseudonym, entry.title)
            changes = _replaced(entry.changes, pattern, pseudonym)
            if (title, changes) != (entry.title, entry.changes):
                Entry._base_manager.filter(pk=entry.pk).update(title=title, changes=changes)
                changed += 1
    return changed


def _replaced(value, pattern: re.Pattern, pseudonym: str):
    if isinstance(value, str):
        return pattern.sub(pseudonym, value)
    if isinstance(value, list):
        return [_replaced(one, pattern, pseudonym) for one in value]
    if isinstance(value, dict):
        return {key: _replaced(one, pattern, pseudonym) for key, one in value.items()}
    return value


def extend(entry: Entry, changes: Mapping) -> bool:
    """Replace the changes of a recent entry and set its moment to now.

    False, and nothing is written, when it is older than EXTENDABLE_FOR.
    """
    now = timezone.now()
    if now - entry.at > EXTENDABLE_FOR:
        return False
    entry.at, entry.changes = now, dict(changes)
    # The base manager has a plain QuerySet, which may update.
    return bool(Entry._base_manager.filter(pk=entry.pk).update(at=entry.at, changes=entry.changes))


def history(kind: str, code: str) -> EntryQuerySet:
    """The entries of one subject, the newest first."""
    return Entry.objects.filter(kind=kind, code=code).order_by("-at", "-pk")
