"""Send followers their news. To be run once a day; each gets a message at most at their pace."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from following import actions as follow_actions
from following.news import news_for, title_of


class Command(BaseCommand):
    help = "Invia gli aggiornamenti a chi segue progetti, città o ricerche. Ripeterlo non ripete i messaggi."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="dice che cosa invierebbe, senza inviare")

    def handle(self, *, dry_run, **options):
        followers = follow_actions.due(timezone.now())
        if dry_run:
            with_news = [follower for follower in followers if news_for(follower)]
            for follower in with_news:
                self.stdout.write(f"{title_of(follower)}")
            self.stdout.write(f"Messaggi da inviare: {len(with_news)} su {len(followers)} iscrizioni")
            return
        deleted = follow_actions.delete_unconfirmed()
        sent = sum(follow_actions.send_news(follower) for follower in followers)
        self.stdout.write(f"Messaggi inviati: {sent}; richieste mai confermate e cancellate: {deleted}")
