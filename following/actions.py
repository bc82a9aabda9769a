"""Subscriptions to updates by e-mail: request, confirmation, messages, unsubscribing."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from cards.models import Record
from following import mail as follow_mail
from following.models import Follower
from following.news import newest_card, news_for

# A second request within this time sends no second message.
RESEND_AFTER = timedelta(minutes=10)
UNCONFIRMED_FOR = timedelta(days=7)
# Some hours less than the pace, since runs do not start at the same minute.
INTERVALS = {Follower.Pace.DAILY: timedelta(hours=20), Follower.Pace.WEEKLY: timedelta(days=7, hours=-4)}


def request_updates(
    *, email: str, language: str, pace: str, query: str, record: Record | None, by=None
) -> Follower:
    """Store an unconfirmed subscription and send the message by which it is confirmed.

    A repeated request keeps the row as it is and sends the message again after RESEND_AFTER.
    """
    now = timezone.now()
    key = {"email": email.lower(), "query": query, "record": record}
    try:
        with transaction.atomic():
            follower = Follower.objects.create(**key, language=language, pace=pace, asked_at=now)
    except IntegrityError:
        follower = Follower.objects.get(**key)
        resendable = Follower.objects.filter(pk=follower.pk, asked_at__lt=now - RESEND_AFTER)
        if not resendable.update(asked_at=now):
            return follower
    follow_mail.send_confirmation_request(follower)
    return follower


def confirm(follower: Follower, *, pace: str = "", by=None) -> None:
    """Confirm a subscription: cards published from now on are news. Repeated, it changes only the pace."""
    now = timezone.now()
    mine = Follower.objects.filter(pk=follower.pk)
    mine.filter(confirmed_at=None).update(confirmed_at=now, newest_card=newest_card())
    if pace in Follower.Pace.values:
        mine.update(pace=pace)
    follower.refresh_from_db()


def stop(follower: Follower, *, by=None) -> None:
    """Unsubscribe: delete the row, and with it the address."""
    follower.delete()


def delete_unconfirmed(*, by=None) -> int:
    """Delete requests older than UNCONFIRMED_FOR; return how many."""
    expired = Follower.objects.filter(confirmed_at=None, asked_at__lt=timezone.now() - UNCONFIRMED_FOR)
    return expired.delete()[0]


def due(at) -> list[Follower]:
    """Confirmed followers whose pace allows a message at this time."""
    followers = Follower.objects.confirmed().select_related("record").order_by("pk")
    return [f for f in followers.iterator() if (f.told_at or f.confirmed_at) <= at - INTERVALS[f.pace]]


def send_news(follower: Follower, *, by=None) -> bool:
    """Send the news of a follower; return whether it was sent. Of two concurrent runs one sends it."""
    news, before = news_for(follower), follower.newest_card
    mine = Follower.objects.filter(pk=follower.pk, newest_card=before, told_at=follower.told_at)
    if not news:
        mine.update(newest_card=news.newest)
        return False
    if not mine.update(newest_card=news.newest, told_at=timezone.now()):
        return False
    if follow_mail.send_news(follower, news):
        return True
    # The mail server refused it: the next run tries again.
    Follower.objects.filter(pk=follower.pk).update(newest_card=before, told_at=follower.told_at)
    return False
