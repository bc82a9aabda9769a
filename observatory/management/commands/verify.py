from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lib.backup import DamagedBackup, verify


class Command(BaseCommand):
    help = "Legge per intero un archivio di `backup` e dice se è sano. Non tocca il portale."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, file, **options):
        try:
            manifest = verify(file)
        except DamagedBackup as damage:
            raise CommandError(f"{file}: {damage}.") from damage
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"{file}: sano, {rows} righe e {len(manifest['files'])} file")
