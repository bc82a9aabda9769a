"""Following by e-mail: asked, proved by the address, told, stopped. Stopping deletes the row."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from cards.models import Record
from following import mail as follow_mail
from following.models import Follower
from following.news import newest_card, news_for

# A second request soon after the first sends no second message.
PATIENCE = timedelta(minutes=10)
UNCONFIRMED_FOR = timedelta(days=7)
PACES = {Follower.Pace.DAILY: timedelta(hours=20), Follower.Pace.WEEKLY: timedelta(days=7, hours=-4)}


def ask(*, email: str, language: str, pace: str, query: str, record: Record | None, by=None) -> Follower:
    """Ask for news; counts once the address is proved. Asking again writes again and changes the pace."""
    now = timezone.now()
    place = {"email": email.lower(), "query": query, "record": record}
    try:
        with transaction.atomic():
            follower = Follower.objects.create(**place, language=language, pace=pace, asked_at=now)
    except IntegrityError:
        follower = Follower.objects.get(**place)
        waits = Follower.objects.filter(pk=follower.pk, asked_at__lt=now - PATIENCE)
        if not waits.update(asked_at=now):
            return follower
    follow_mail.ask_to_confirm(follower)
    return follower


def confirm(follower: Follower, *, pace: str = "", by=None) -> None:
    """The address is proved; news count from now. Confirming twice changes nothing but the pace."""
    now = timezone.now()
    mine = Follower.objects.filter(pk=follower.pk)
    mine.filter(confirmed_at=None).update(confirmed_at=now, newest_card=newest_card())
    if pace in Follower.Pace.values:
        mine.update(pace=pace)
    follower.refresh_from_db()


def stop(follower: Follower, *, by=None) -> None:
    """No more messages: the row goes, and with it the address."""
    follower.delete()


def forget_unconfirmed(*, by=None) -> int:
    """Delete requests that nobody confirmed in a week; gives how many."""
    late = Follower.objects.filter(confirmed_at=None, asked_at__lt=timezone.now() - UNCONFIRMED_FOR)
    return late.delete()[0]


def due(at) -> list[Follower]:
    """Confirmed followers whose pace allows a message at this moment."""
    found = Follower.objects.confirmed().select_related("record").order_by("pk")
    return [f for f in found.iterator() if (f.told_at or f.confirmed_at) <= at - PACES[f.pace]]


def tell(follower: Follower, *, by=None) -> bool:
    """Send what is new, once: two runs at a time send one message. Whether a message left."""
    news, before = news_for(follower), follower.newest_card
    mine = Follower.objects.filter(pk=follower.pk, newest_card=before, told_at=follower.told_at)
    if not news:
        mine.update(newest_card=news.newest)
        return False
    if not mine.update(newest_card=news.newest, told_at=timezone.now()):
        return False
    if follow_mail.news(follower, news):
        return True
    # The next run tries again.
    Follower.objects.filter(pk=follower.pk).update(newest_card=before, told_at=follower.told_at)
    return False
