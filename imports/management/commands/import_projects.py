import json
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from accounts.models import User
from imports import comparing, workbook, writing
from imports.models import ColumnMap, Row, Run
from imports.profiles.generic import TARGETS
from lib.dates import parse_partial_date
from municipalities.actions import body_of_municipality
from municipalities.search import find_municipality

COUNTS = ("rows", *Row.Outcome.values)
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Importa progetti: PROFILO è padigitale2026, italiadomani, opencup, opencoesione, generic, workbook "
        "o un profilo salvato. Senza --apply dice che cosa cambierebbe e non scrive nulla. --undo N annulla "
        "la N."
    )

    def add_arguments(self, parser):
        parser.add_argument("profile", nargs="?")
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--apply", action="store_true", help="scrive; altrimenti è una prova")
        parser.add_argument("--json", action="store_true", help="l’ultima riga è un oggetto JSON con i conti")
        parser.add_argument(
            "--on", help="giorno a cui i dati si riferiscono, se il nome del file non lo dice"
        )
        parser.add_argument("--places", type=Path, help="secondo file, con i luoghi (italiadomani)")
        parser.add_argument("--by", help="e-mail di chi importa")
        parser.add_argument("--body", help="workbook: Comune (codice) per cui sono le bozze")
        parser.add_argument(
            "--partial", action="store_true", help="workbook: prende le righe giuste anche se altre no"
        )
        parser.add_argument(
            "--columns", help=f"generic: {', '.join(TARGETS)}; per esempio title=Titolo,cup=CUP"
        )
        parser.add_argument("--delimiter", default="", help="generic: segno fra le colonne")
        parser.add_argument("--encoding", default="", help="generic: codifica del testo")
        parser.add_argument("--decimal-mark", default="", choices=["", ",", "."], help="segno dei decimali")
        parser.add_argument("--save", help="generic: salva il profilo con questo nome")
        parser.add_argument("--undo", type=int, help="annulla l’importazione con questo numero")

    def handle(self, *, profile, file, **options):
        if options["undo"]:
            return self._undo(options["undo"])
        if not (profile and file):
            raise CommandError("Servono il profilo e il file: import_projects PROFILO FILE.")
        for path in filter(None, (file, options["places"])):
            if not path.is_file():
                raise CommandError(f"Il file {path} non c’è.")
        by = User.objects.filter(email=(options["by"] or "").lower()).first()
        if options["by"] and by is None:
            raise CommandError(f"Nessuno ha l’indirizzo {options['by']}.")
        try:
            if profile == workbook.NAME:
                counts = self._workbook(file, by, options)
            else:
                counts = self._national(profile, file, by, options)
        except comparing.ImportFailed as error:
            raise CommandError(str(error)) from error
        except IntegrityError as error:
            raise CommandError("Un’altra importazione ha scritto le stesse righe: riprova.") from error
        words = ", ".join(f"{Row.Outcome(name).label.lower()} {counts[name]}" for name in Row.Outcome.values)
        self.stdout.write(f"Righe {counts['rows']}: {words}.")
        if not options["apply"]:
            self.stdout.write("Era una prova: con --apply si scrive.")
        if options["json"]:
            self.stdout.write(json.dumps({name: counts[name] for name in COUNTS}))
        return None

    def _undo(self, number: int) -> None:
        run = Run.objects.filter(pk=number).first()
        if run is None:
            raise CommandError(f"L’importazione {number} non c’è.")
        try:
            writing.undo(run)
        except writing.CannotUndo as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Importazione {number} annullata.")

    def _options(self, options: dict) -> dict:
        chosen = {name: options[name] for name in ("delimiter", "encoding", "decimal_mark") if options[name]}
        if options["columns"]:
            pairs = [part.partition("=") for part in options["columns"].split(",")]
            if wrong := [name for name, _sign, column in pairs if name not in TARGETS or not column]:
                raise CommandError(
                    f"--columns: {', '.join(wrong)} non esiste. Ci sono: {', '.join(TARGETS)}."
                )
            chosen["columns"] = {name: column for name, _sign, column in pairs}
        return chosen

    def _day(self, text: str | None) -> date | None:
        try:
            return date.fromisoformat(parse_partial_date(text)) if text else None
        except ValueError as error:
            raise CommandError(f"--on: {text} non è un giorno, per esempio 2024-02-29.") from error

    def _national(self, name: str, file: Path, by, options: dict) -> dict:
        chosen = self._options(options)
        if options["save"] and name == "generic":
            columns = chosen.get("columns") or {}
            mark = chosen.get("decimal_mark") or ","
            values = {
                "delimiter": options["delimiter"],
                "encoding": options["encoding"],
                "decimal_mark": mark,
            }
            ColumnMap.objects.update_or_create(name=options["save"], defaults={"columns": columns, **values})
            name, chosen = options["save"], {}
        profile = comparing.profile_of(name, chosen)
        known_on = self._day(options["on"]) or comparing.reference_date_of(file.name)
        known_on = known_on or comparing.day_of(profile, file)
        self.stdout.write(f"Dati al {known_on:%d/%m/%Y}.")
        with comparing.examined(profile, file, known_on=known_on, places=options["places"]) as result:
            for note in result.notes:
                self.stdout.write(note)
            told = [
                line
                for line in result.lines()
                if line["outcome"] in (Row.Outcome.WAITING, Row.Outcome.REFUSED)
            ]
            for line in told[:SHOWN]:
                self.stdout.write(f"Riga {line['number']}: {line['reason']}")
            if len(told) > SHOWN:
                self.stdout.write(f"… e altre {len(told) - SHOWN} righe da decidere o rifiutate.")
            if options["apply"]:
                run = Run(
                    profile=name,
                    file_name=file.name,
                    sha256=comparing.digest_of_file(file),
                    reference_date=known_on,
                    options=chosen,
                    by=by,
                )
                writing.apply(run, result, profile.source)
                self.stdout.write(f"Importazione {run.pk}.")
            return {"rows": result.rows, **{value: result.counts[value] for value in Row.Outcome.values}}

    def _workbook(self, file: Path, by, options: dict) -> dict:
        place = find_municipality(options["body"] or "")
        if place is None or by is None:
            raise CommandError("workbook vuole --body CODICE DEL COMUNE e --by E-MAIL di chi scrive.")
        owner = body_of_municipality(place)
        return workbook.run_file(
            file,
            owner=owner,
            by=by,
            is_applied=options["apply"],
            is_partial=options["partial"],
            report=self.stdout.write,
        )
