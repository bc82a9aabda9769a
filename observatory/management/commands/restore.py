from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lib.backup import DamagedBackup, restore
from lib.content_version import bump_content_version


class Command(BaseCommand):
    help = "Rimette banca dati e file com’erano in un archivio di `backup`. Ferma prima il portale."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--yes", action="store_true", help="non chiede conferma")

    def handle(self, *, file, yes, **options):
        question = "Tutto quello che c’è ora nella banca dati sarà sostituito. Scrivi «sì» per continuare: "
        if not yes and input(question).strip().lower() not in ("sì", "si", "yes"):
            raise CommandError("Annullato: non è cambiato niente.")
        try:
            manifest = restore(file)
        except DamagedBackup as damage:
            raise CommandError(f"{file}: {damage}. Non è cambiato niente.") from damage
        # No response stored for another content is served again.
        bump_content_version()
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"Rimesse {rows} righe e {len(manifest['files'])} file. Riavvia il portale.")
