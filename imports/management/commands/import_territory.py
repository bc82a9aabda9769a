import json
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from imports import territory
from imports.comparing import ImportFailed, reference_date_of
from imports.models import Row

SHOWN = 40


class Command(BaseCommand):
    help = (
        "Confronta una lista ufficiale dei Comuni con quelli noti: PROFILO è elenco, situas61, dimensioni o "
        "ipa. Senza --apply dice solo le differenze. Nulla si cancella."
    )

    def add_arguments(self, parser):
        parser.add_argument("profile")
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="scrive; altrimenti è una prova")
        parser.add_argument("--json", action="store_true", help="l’ultima riga è un oggetto JSON con i conti")
        parser.add_argument("--on", type=date.fromisoformat, help="giorno della lista (AAAA-MM-GG)")

    def handle(self, *, profile, file, **options):
        if not file.is_file():
            raise CommandError(f"Il file {file} non c’è.")
        known_on = options["on"] or reference_date_of(file.name) or timezone.localdate()
        try:
            report = territory.compare(profile, file, known_on)
        except ImportFailed as error:
            raise CommandError(str(error)) from error
        told = [line for line in report.lines if line.outcome != Row.Outcome.UNCHANGED and line.reason]
        for line in told[:SHOWN]:
            label = Row.Outcome(line.outcome).label.lower()
            self.stdout.write(f"Riga {line.number}, {label}: {line.reason}")
        if len(told) > SHOWN:
            self.stdout.write(f"… e altre {len(told) - SHOWN} righe.")
        for place in report.missing[:SHOWN]:
            self.stdout.write(f"Non è nella lista: {place.name} ({place.code}); resta com’è.")
        if not report.lines:
            self.stdout.write("Il file ha solo i nomi delle colonne: non cambia nulla.")
        if options["apply"]:
            territory.apply(report, known_on)
        counts = report.counts
        words = ", ".join(f"{Row.Outcome(name).label.lower()} {counts[name]}" for name in Row.Outcome.values)
        self.stdout.write(f"Righe {counts['rows']}: {words}. Dati al {known_on:%d/%m/%Y}.")
        if not options["apply"]:
            self.stdout.write("Era una prova: con --apply si scrive.")
        if options["json"]:
            self.stdout.write(json.dumps(counts))
