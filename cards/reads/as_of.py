"""Editions as of a day: which were public at its end, Italian time."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cards.models import Edition
from lib.dates import end_of


def editions_as_of(day: date | None = None) -> QuerySet[Edition]:
    """The public edition of each record at the end of `day` (Europe/Rome); without a day the current ones.

    A record whose newest edition was withdrawn by then has none: an earlier edition does not return.
    """
    if day is None or day > timezone.localdate():
        return Edition.objects.current()
    end = end_of(day)
    newer = Edition.objects.filter(
        record=OuterRef("record"), edition__gt=OuterRef("edition"), published_at__lt=end
    )
    issued = Edition.objects.filter(~Exists(newer), published_at__lt=end)
    return issued.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gte=end))


def withdrawn_since(day: date | None) -> QuerySet[Edition]:
    """The last edition of each record that is withdrawn now, since the beginning of `day`, newest first."""
    rows = Edition.objects.exclude(withdrawn_at=None)
    later = Edition.objects.filter(record=OuterRef("record"), edition__gt=OuterRef("edition"))
    rows = rows.filter(~Exists(later)).order_by("-withdrawn_at", "-pk")
    # Nothing was withdrawn before the registry began, and a change of time zone overflows in year 1.
    since = end_of(max(day, date(2000, 1, 1)) - timedelta(days=1)) if day else None
    return rows.filter(withdrawn_at__gte=since) if since else rows


def replaced_after(newest: int) -> QuerySet[Edition]:
    """As replaced_since(), at the moment when the edition with key `newest` was the last one published."""
    same = Edition.objects.filter(record=OuterRef("record"))
    newer = same.filter(pk__gt=OuterRef("pk"), pk__lte=newest)
    issued = Edition.objects.filter(is_current=False, pk__lte=newest, withdrawn_at=None)
    return issued.filter(~Exists(newer), Exists(same.current()))


def replaced_since(day: date) -> QuerySet[Edition]:
    """Editions public at the end of `day` whose record has a later current one now; none withdrawn."""
    end = end_of(day)
    same = Edition.objects.filter(record=OuterRef("record"))
    newer = same.filter(edition__gt=OuterRef("edition"), published_at__lt=end)
    issued = Edition.objects.filter(is_current=False, published_at__lt=end, withdrawn_at=None)
    return issued.filter(~Exists(newer), Exists(same.current()))
