"""The datasets that the portal offers: what is in them, in which formats, where, with which checksums.

All but the national export are the registry as it is now. The export is a folder that the operator writes
with `manage.py export_national`; its files are offered with the checksums written beside them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import get_language

from cards.models import Edition
from opendata.datapackage import MEDIA_TYPES, SUMS

LICENCE, LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
NATIONAL = "esportazione-nazionale"
JSON = {"json": "application/json"}
EXTRA_TYPES = {"": "text/plain", "json": "application/json", **MEDIA_TYPES}


@dataclass(frozen=True)
class File:
    """One file of a dataset. Size in bytes and SHA-256 of a file that is stored, else None."""

    format: str
    media_type: str
    url: str
    name: str = ""
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Dataset:
    """`title`, `about`, `keywords` are pairs (Italian, English); `themes` codes of the EU data themes."""

    slug: str
    title: tuple[str, str]
    about: tuple[str, str]
    themes: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]
    files: Callable[[], list[File]]

    @property
    def name(self) -> str:
        return self.title[_place()]

    @property
    def description(self) -> str:
        return self.about[_place()]


def _place() -> int:
    return 1 if get_language() == "en" else 0


def _live(route: str, formats: dict[str, str]) -> Callable[[], list[File]]:
    """Files that the API writes for each request."""

    def files() -> list[File]:
        base = f"{settings.SITE_URL}{reverse(route)}"
        return [
            File(name, media_type, base if name == "json" else f"{base}?format={name}", name)
            for name, media_type in formats.items()
        ]

    return files


def export_files() -> list[File]:
    """The files of the national export, none while there is no export."""
    files = []
    for name, digest in listed_files().items():
        suffix = Path(name).suffix[1:]
        path = settings.EXPORT_ROOT / name
        if not path.is_file():
            continue
        url = f"{settings.SITE_URL}{reverse('data-file', args=[name])}"
        kind = EXTRA_TYPES.get(suffix, "application/octet-stream")
        files.append(File(suffix or "txt", kind, url, name, path.stat().st_size, digest))
    return files


def listed_files() -> dict[str, str]:
    """`{name: SHA-256}`, read from the file of sums of the export."""
    sums = settings.EXPORT_ROOT / SUMS
    if not sums.is_file():
        return {}
    pairs = (line.partition("  ") for line in sums.read_text("utf-8").splitlines())
    return {name: digest for digest, _blank, name in pairs if name and Path(name).name == name}


def modified_at() -> datetime | None:
    """When a card was last published; None in an empty registry."""
    return Edition.objects.current().aggregate(at=Max("published_at"))["at"]


def exported_at() -> datetime | None:
    """When the national export was written; None while there is none."""
    sums = settings.EXPORT_ROOT / SUMS
    return datetime.fromtimestamp(sums.stat().st_mtime, UTC) if sums.is_file() else None


SMART_CITY = ("smart city", "smart city")
DATASETS = (
    Dataset(
        "progetti",
        ("Schede dei progetti", "Project sheets"),
        (
            "Le schede pubblicate dei progetti smart city dei Comuni italiani, una riga per progetto. "
            "Con i filtri dell’API si scarica solo ciò che serve.",
            "The published sheets of smart-city projects of Italian municipalities, one row a project. "
            "With the filters of the API only what is needed is downloaded.",
        ),
        ("REGI", "TECH"),
        (SMART_CITY, ("progetti", "projects"), ("Comuni", "municipalities")),
        _live("api:projects", {**MEDIA_TYPES, **JSON}),
    ),
    Dataset(
        "comuni",
        ("Comuni", "Municipalities"),
        (
            "I Comuni italiani, oggi o in un giorno passato, con codici, misure e popolazione.",
            "Italian municipalities, today or on a past day, with codes, measures and population.",
        ),
        ("REGI",),
        (("Comuni", "municipalities"), ("codici catastali", "cadastral codes")),
        _live("api:municipalities", JSON),
    ),
    Dataset(
        "aree",
        ("Aree", "Areas"),
        ("Le otto aree, con i progetti di ognuna.", "The eight areas, with the projects of each."),
        ("REGI",),
        (SMART_CITY,),
        _live("api:areas", JSON),
    ),
    Dataset(
        "enti",
        ("Enti", "Bodies"),
        ("Gli enti che hanno progetti pubblicati.", "The bodies that have published projects."),
        ("GOVE",),
        (("enti pubblici", "public bodies"),),
        _live("api:organisations", JSON),
    ),
    Dataset(
        "protocolli",
        ("Protocolli", "Protocols"),
        ("I protocolli a cui gli enti aderiscono.", "The protocols that bodies join."),
        ("GOVE",),
        (("accordi", "agreements"),),
        _live("api:protocols", JSON),
    ),
    Dataset(
        NATIONAL,
        ("Esportazione nazionale", "National export"),
        (
            "Schede di progetti e città, aree, replicabilità, finanziamenti e documenti: tutte le tabelle in "
            "un solo pacchetto, descritto in due lingue e con le somme di controllo. Lo stesso stato dà gli "
            "stessi byte.",
            "Sheets of projects and cities, areas, replicability, funding and documents: all tables in one "
            "package, described in two languages and with checksums. The same state gives the same bytes.",
        ),
        ("REGI", "TECH"),
        (SMART_CITY, ("progetti", "projects"), ("ANCI", "ANCI")),
        export_files,
    ),
)
