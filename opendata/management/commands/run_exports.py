"""Write the exports that wait: those of registries too large to be written while a person waits."""

from django.core.management.base import BaseCommand

from opendata.jobs import run_export, waiting_jobs


class Command(BaseCommand):
    help = "Scrive le esportazioni chieste in redazione e non ancora pronte. Si può rieseguire."

    def handle(self, **options):
        for job in waiting_jobs():
            done = run_export(job)
            self.stdout.write(f"{done.pk} {done.format}: {done.get_state_display()}")
