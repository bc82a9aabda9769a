"""Load the sample of real projects and the two protocols; on a laptop, three accounts too."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.demo_accounts import PASSWORD, TORINO, create_accounts
from demo.demo_adoptions import load_adoptions
from demo.demo_assessments import load_assessments
from demo.demo_kits import load_kits
from demo.sample import Report, load_projects, load_protocols
from municipalities.models import Territory

FIXTURES = settings.BASE_DIR / "fixtures"


class Command(BaseCommand):
    help = "Carica i progetti di esempio da fonti pubbliche. Ripetuto, non cambia nulla."

    def add_arguments(self, parser):
        parser.add_argument("--demo-accounts", action="store_true", help="crea i tre profili di prova")
        parser.add_argument("--file", type=Path, default=FIXTURES / "sample" / "projects.json")

    def handle(self, *, demo_accounts, file, **options):
        if demo_accounts and not (settings.DEMO or settings.DEBUG):
            raise CommandError("I profili di prova si creano solo con DEMO=1 o DEBUG=1.")
        if not Territory.objects.municipalities().filter(code=TORINO).exists():
            raise CommandError("Mancano i Comuni: esegui prima `manage.py load_reference`.")
        if not file.exists():
            raise CommandError(f"Non trovo {file}.")
        created = load_protocols(FIXTURES / "protocols.json")
        self.stdout.write(f"Protocolli nuovi: {created}")
        self._report_projects(load_projects(file))
        self._report_assessments(load_assessments(FIXTURES / "sample" / "assessments.json"))
        self._report_new("Kit dimostrativi", load_kits(FIXTURES / "sample" / "kits"))
        self._report_new("Riusi dimostrativi", load_adoptions(FIXTURES / "sample" / "adoptions.json"))
        if demo_accounts:
            addresses = ", ".join(create_accounts())
            self.stdout.write(f"Profili di prova: {addresses} (password: {PASSWORD})")

    def _report_new(self, what: str, report: Report) -> None:
        for problem in report.problems:
            self.stderr.write(self.style.WARNING(problem))
        self.stdout.write(f"{what} nuovi: {len(report.created)}, invariati: {len(report.unchanged)}")

    def _report_assessments(self, report: Report) -> None:
        for problem in report.problems:
            self.stderr.write(self.style.WARNING(problem))
        self.stdout.write(
            f"Valutazioni dimostrative nuove: {len(report.created)}, invariate: {len(report.unchanged)}, "
            f"non caricate: {len(report.problems)}"
        )

    def _report_projects(self, report: Report) -> None:
        for problem in report.problems:
            self.stderr.write(self.style.WARNING(problem))
        self.stdout.write(
            f"Progetti nuovi: {len(report.created)}, aggiornati: {len(report.updated)}, "
            f"invariati: {len(report.unchanged)}, modificati da persone e lasciati: {len(report.edited)}, "
            f"non caricati: {len(report.problems)}"
        )
        if not (report.created or report.updated):
            self.stdout.write("Nessun cambiamento.")
