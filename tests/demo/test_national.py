"""The facts of PA digitale 2026 that `make serve` shows: loaded once, by the importer."""

from datetime import date
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from imports import comparing
from imports.models import ImportedProject, Run
from tests import builders

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("load_national", stdout=out)
    return out.getvalue()


def test_files_are_loaded_once_and_every_row_is_accounted_for():
    # Two municipalities of three hundred: the rows of the others wait.
    builders.piedmont()
    assert "padigitale2026_145_2026-08-12.csv" in run()
    assert Run.objects.count() == 5
    assert ImportedProject.objects.filter(municipalities__code="L219").exists()
    assert "Nessun cambiamento" in run()


def test_every_file_names_its_day_and_its_source_is_stated():
    folder = settings.BASE_DIR / "fixtures" / "national"
    days = {path.name: comparing.reference_date_of(path.name) for path in folder.glob("*.csv")}
    assert days["padigitale2026_145_2026-08-12.csv"] == date(2026, 8, 12)
    assert days["padigitale2026_12_2023-03-04.csv"] == date(2023, 3, 4)
    assert None not in days.values()
    assert "CC BY 4.0" in (folder / "README.md").read_text()
