from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cards.models import Edition
from lib.dates import end_of


def cards_on(day: date | None = None) -> QuerySet[Edition]:
    """The edition of each project in force at the end of `day` in Italy, or now.

    An edition withdrawn by then is left out, and does not bring an earlier one back.
    """
    if day is None or day > timezone.localdate():
        return Edition.objects.current()
    end = end_of(day)
    newer = Edition.objects.filter(
        record=OuterRef("record"), edition__gt=OuterRef("edition"), published_at__lt=end
    )
    issued = Edition.objects.filter(~Exists(newer), published_at__lt=end)
    return issued.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gte=end))


def replaced_since(day: date) -> QuerySet[Edition]:
    """Editions in force at the end of `day` of projects that have a later one now; withdrawn ones never."""
    end = end_of(day)
    same = Edition.objects.filter(record=OuterRef("record"))
    newer = same.filter(edition__gt=OuterRef("edition"), published_at__lt=end)
    issued = Edition.objects.filter(is_current=False, published_at__lt=end, withdrawn_at=None)
    return issued.filter(~Exists(newer), Exists(same.current()))
