"""Rate limits counted in the database: the same for all processes, and after a restart."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone


class RateCount(models.Model):
    """The uses of one key within a window of time, which begins with the first use."""

    # A digest: no address of a person stays here.
    key = models.CharField(max_length=64, primary_key=True)
    uses = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self):
        return f"{self.key[:8]} {self.uses}"


def use(scope: str, subject: str, seconds: int) -> int:
    """Count one use of `subject` in `scope`; gives the uses within the window of `seconds`, this one too."""
    key, now = _key(scope, subject), timezone.now()
    ends_at = now + timedelta(seconds=seconds)
    RateCount.objects.get_or_create(key=key, defaults={"ends_at": ends_at})
    RateCount.objects.filter(key=key, ends_at__lte=now).update(uses=0, ends_at=ends_at)
    RateCount.objects.filter(key=key).update(uses=F("uses") + 1)
    return RateCount.objects.values_list("uses", flat=True).filter(key=key).first() or 1


def give_back(scope: str, subject: str) -> None:
    """Take back one use, as of a sign-in that succeeded."""
    RateCount.objects.filter(key=_key(scope, subject), uses__gt=0).update(uses=F("uses") - 1)


def forget(scope: str, subject: str) -> None:
    """Begin anew for a subject."""
    RateCount.objects.filter(key=_key(scope, subject)).delete()


def delete_ended() -> int:
    """Delete the counts of past windows; gives how many."""
    return RateCount.objects.filter(ends_at__lt=timezone.now()).delete()[0]


def _key(scope: str, subject: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY}|{scope}|{subject}".encode()).hexdigest()
