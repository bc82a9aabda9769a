import json

from django.core.management.base import BaseCommand, CommandError

from accounts.actions import LastManager
from observatory import personal_data


class Command(BaseCommand):
    help = (
        "Dati di una persona: `map` elenca dove possono stare, `export EMAIL` li scrive in JSON (accesso e "
        "portabilità), `erase EMAIL --yes` li cancella; gli atti degli enti restano sotto pseudonimo."
    )

    def add_arguments(self, parser):
        parser.add_argument("action", choices=["map", "export", "erase"])
        parser.add_argument("email", nargs="?")
        parser.add_argument("--yes", action="store_true", help="conferma la cancellazione")

    def handle(self, *args, action, email, yes, **options):
        if action == "map":
            for row in personal_data.DATA_MAP:
                words = [row.model._meta.label, ", ".join(row.fields), row.purpose, row.kept, row.on_erasure]
                self.stdout.write(" | ".join(words))
            return
        if not email:
            raise CommandError("Di chi? Scrivi l’indirizzo e-mail.")
        try:
            if action == "export":
                self.stdout.write(json.dumps(personal_data.export_of(email), ensure_ascii=False, indent=2))
                return
            if not yes:
                raise CommandError("La cancellazione non si annulla: ripeti il comando con --yes.")
            for label, count in personal_data.erase(email, by=None).items():
                self.stdout.write(f"{label}: {count}")
        except personal_data.UnknownPerson as error:
            raise CommandError(f"Nessun dato appartiene a {error}.") from error
        except LastManager as error:
            raise CommandError(
                f"È l’unica persona responsabile di {error}: prima nominane un’altra (/redazione/enti/)."
            ) from error
