import hashlib
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cards.document.build import build_card, serialise
from cards.document.places import places_of
from cards.issuing import derive_into
from cards.models import Edition
from projects.source import collect
from tests import builders


def sums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture
def municipalities(db):
    return builders.piedmont()


@pytest.fixture
def publish(municipalities):
    """`publish("ivrea", on="2024-05-01", rows={…}, title=…)` gives a card with child rows."""
    desk = builders.reviewer()
    offices = {}

    def run(municipality: str = "torino", *, on: str = "2024-05-01", rows=None, **fields) -> Edition:
        if municipality not in offices:
            offices[municipality] = builders.officer(
                municipalities[municipality], f"{municipality}@example.org"
            )
        card = builders.published(offices[municipality], desk, municipalities[municipality], **fields)
        return reissued(card, on, rows or {})

    return run


def reissued(card: Edition, on: str, rows: dict) -> Edition:
    """The card with child rows in its document, as if published at noon of a day."""
    project = builders.project_of(card)
    for name, values in rows.items():
        for value in values:
            getattr(project, name).create(**value)
    moment = datetime.fromisoformat(f"{on}T12:00:00").replace(tzinfo=UTC)
    document = build_card(collect(project.pk), slug=card.slug, edition=card.edition, published_at=moment)
    # Past the model, which never lets a stored document change.
    Edition.objects.filter(pk=card.pk).update(published_at=moment, document=serialise(document))
    card = Edition.objects.get(pk=card.pk)
    derive_into(card, document, places_of([document]))
    return card


@pytest.fixture
def export(tmp_path):
    """Run the command into a folder; gives the folder and what was printed."""

    def run(name: str = "out", **options) -> Path:
        out = StringIO()
        call_command("export_national", out=tmp_path / name, stdout=out, **options)
        run.printed = out.getvalue()
        return tmp_path / name

    return run
