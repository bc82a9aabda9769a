"""Tell followers what is new. To be run once a day: each gets a message at most at the pace they chose."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from following import actions as follow_actions
from following.news import news_for, title_of


class Command(BaseCommand):
    help = "Invia gli aggiornamenti a chi segue progetti, città o ricerche. Ripeterlo non ripete i messaggi."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="dice che cosa invierebbe, senza inviare")

    def handle(self, *, dry_run, **options):
        waiting = follow_actions.due(timezone.now())
        if dry_run:
            told = [follower for follower in waiting if news_for(follower)]
            for follower in told:
                self.stdout.write(f"{title_of(follower)}")
            self.stdout.write(f"Messaggi da inviare: {len(told)} su {len(waiting)} iscrizioni")
            return
        forgotten = follow_actions.forget_unconfirmed()
        sent = sum(follow_actions.tell(follower) for follower in waiting)
        self.stdout.write(f"Messaggi inviati: {sent}; richieste mai confermate e cancellate: {forgotten}")
