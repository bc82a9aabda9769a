"""The eight areas of a smart city: keys of API and files, slugs of pages, labels, colours, icons.

The one source of forms, filters, CSS variables and the icon sprite.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Area:
    key: str
    slug: str
    name: Promise
    hint: Promise
    colour: str
    tint: str

    @property
    def icon(self) -> str:
        return f"area-{self.slug}"


AREAS = (
    Area(
        "environment",
        "ambiente",
        _("Ambiente"),
        _("Aria, acqua, verde, rifiuti e clima"),
        "#1B6B33",
        "#E8F0EB",
    ),
    Area(
        "energy", "energia", _("Energia"), _("Efficienza, rinnovabili, illuminazione"), "#8A4B00", "#F3EDE6"
    ),
    Area("economy", "economia", _("Economia"), _("Imprese, lavoro e sperimentazione"), "#6A3C9C", "#F0ECF5"),
    Area(
        "people", "persone", _("Persone"), _("Competenze, inclusione e partecipazione"), "#A3195B", "#F6E8EF"
    ),
    Area(
        "mobility",
        "mobilita",
        _("Mobilità"),
        _("Trasporto pubblico, ciclabilità, strade"),
        "#005C99",
        "#E6EFF5",
    ),
    Area(
        "living",
        "qualita-della-vita",
        _("Qualità della vita"),
        _("Casa, salute, cultura e sicurezza"),
        "#00665C",
        "#E6F0EF",
    ),
    Area(
        "government",
        "governo",
        _("Governo"),
        _("Servizi pubblici e amministrazione digitale"),
        "#2B3F6B",
        "#EAECF0",
    ),
    Area(
        "planning",
        "pianificazione",
        _("Pianificazione"),
        _("Territorio, dati e scenari urbani"),
        "#7A3B22",
        "#F2EBE9",
    ),
)
AREA_BY_KEY = {area.key: area for area in AREAS}
AREA_BY_SLUG = {area.slug: area for area in AREAS}
AREA_CHOICES = [(area.key, area.name) for area in AREAS]
