"""Fill a database with generated projects, for load tests. Deterministic for one seed."""

from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from demo.bulk_load import generate, real_projects
from municipalities.models import Territory

STEP = 50_000


class Command(BaseCommand):
    help = "Riempie una banca dati di prova con progetti inventati, fino al numero chiesto."

    def add_arguments(self, parser):
        parser.add_argument("total", type=int, help="quanti progetti inventati devono esserci")
        parser.add_argument("--seed", type=int, default=1, help="lo stesso seme dà gli stessi progetti")
        parser.add_argument("--force", action="store_true", help="anche accanto a progetti veri")

    def handle(self, *, total, seed, force, **options):
        if not Territory.objects.municipalities().exists():
            raise CommandError("Mancano i Comuni: esegui prima `manage.py load_reference`.")
        if not force and (real := real_projects()):
            raise CommandError(
                f"Ci sono {real} progetti veri: quelli inventati vanno in una banca dati a parte. "
                "Con --force lo fai lo stesso."
            )
        started, self.reported = monotonic(), 0
        added = generate(total, seed=seed, progress=self._report)
        seconds = monotonic() - started
        self.stdout.write(
            f"Progetti inventati: {added} in {seconds:.1f} s ({added / max(seconds, 0.001):.0f} al secondo)"
        )

    def _report(self, done: int) -> None:
        if done >= self.reported + STEP:
            self.reported = done
            self.stdout.write(str(done))
