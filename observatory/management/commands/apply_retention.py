from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from following.models import Follower
from lib import audit, rates

ADDRESSES, UNCONFIRMED = timedelta(days=30), timedelta(days=7)


class Command(BaseCommand):
    help = (
        "Applica i tempi di conservazione, una volta al giorno: indirizzi di rete nel registro troncati dopo "
        "30 giorni, sessioni scadute, conteggi dei limiti, iscrizioni mai confermate dopo 7 giorni."
    )

    def handle(self, *args, **options):
        now = timezone.now()
        call_command("clearsessions")
        # Network and browser of a session are kept as long as the session.
        UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
        unconfirmed = Follower.objects.filter(confirmed_at=None, asked_at__lt=now - UNCONFIRMED)
        done = {
            "indirizzi di rete troncati": audit.truncate_addresses(now - ADDRESSES),
            "conteggi eliminati": rates.delete_ended(),
            "iscrizioni mai confermate eliminate": unconfirmed.delete()[0],
        }
        for words, count in done.items():
            self.stdout.write(f"{words}: {count}")
