"""`send_reminders`: mail to offices about cards to confirm, idle drafts, requested changes, idle reuses.

For cron, once a day: no reminder is sent twice, so a second run sends nothing.
"""

from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from projects.drafts import empty_bin
from projects.office.home import BIN_DAYS
from projects.reminders import due_reminders, recipients, remind
from reuse.actions import adopting
from reuse.mail import people_of
from reuse.transitions import ADOPTION


class Command(BaseCommand):
    help = (
        "Ricorda agli enti schede da confermare, bozze ferme, integrazioni e riusi fermi; svuota il cestino."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="mostra che cosa invierebbe, senza inviare"
        )

    def handle(self, *, dry_run, **_options):
        now, sent = timezone.now(), 0
        for due in due_reminders(now=now):
            people = [user.email for user in recipients(due.project)] if dry_run else remind(due)
            sent += len(people)
            self.stdout.write(
                f"{due.matter} {due.project.code} {due.since:%Y-%m-%d}: {', '.join(people) or '-'}"
            )
        sent += self._remind_reuses(now, dry_run)
        binned = 0 if dry_run else empty_bin(before=now - timedelta(days=BIN_DAYS))
        self.stdout.write(f"Messaggi: {sent}. Bozze tolte dal cestino: {binned}.")

    def _remind_reuses(self, now, dry_run) -> int:
        sent = 0
        for adoption in adopting.overdue(now):
            late = people_of(adoption, ADOPTION.turn_of(adoption.step))
            people = late if dry_run else adopting.remind(adoption, now=now)
            sent += len(people)
            to, since = ", ".join(people) or "-", f"{adoption.waiting_since:%Y-%m-%d}"
            self.stdout.write(f"adoption {adoption.record.code} {since}: {to}")
        return sent
