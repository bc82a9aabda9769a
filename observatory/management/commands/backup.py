from pathlib import Path

from django.core.management.base import BaseCommand

from lib.backup import backup


class Command(BaseCommand):
    help = "Salva banca dati e file in un archivio ZIP, anche mentre si lavora. Si prova con `verify FILE`."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="l’archivio da scrivere")

    def handle(self, *, file, **options):
        manifest = backup(file)
        rows = sum(table["rows"] for table in manifest["tables"].values())
        size = file.stat().st_size
        self.stdout.write(f"{file}: {rows} righe, {len(manifest['files'])} file, {size:,} byte")
