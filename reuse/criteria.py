"""The ten criteria of replicability, after CITYkeys: names, anchors, weights, bands; aspects of the kit.

Forms, cards, ranking, API and exports read them here.
Sources: observatory/templates/observatory/method.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.bands import HIGH, LOW, MEDIUM


@dataclass(frozen=True)
class Criterion:
    """`low`, `middle` and `high` describe the ratings 1, 3 and 5."""

    key: str
    name: Promise
    low: Promise
    middle: Promise
    high: Promise


CRITERIA = (
    Criterion(
        "social_compatibility",
        _("Compatibilità sociale"),
        _("Chiede alle persone di cambiare abitudini o valori"),
        _("Chiede qualche adattamento"),
        _("Si accorda con quello che le persone fanno già"),
    ),
    Criterion(
        "technical_compatibility",
        _("Compatibilità tecnica"),
        _("Ha bisogno di una base tecnica che poche città hanno"),
        _("Basta una base tecnica comune, con qualche lavoro"),
        _("Funziona con quello che ogni Comune ha già"),
    ),
    Criterion(
        "ease_of_use_end_users",
        _("Facilità d’uso per gli utenti"),
        _("Chi lo usa deve seguire una formazione"),
        _("Basta una breve guida"),
        _("Si usa subito ed è accessibile"),
    ),
    Criterion(
        "ease_of_use_staff",
        _("Facilità d’uso per il personale"),
        _("Lo gestisce solo uno specialista"),
        _("Lo gestisce un ufficio formato"),
        _("Lo gestisce il personale che c’è già"),
    ),
    Criterion(
        "trialability",
        _("Possibilità di prova"),
        _("O tutto o niente"),
        _("Si può provare, ma la prova costa"),
        _("Si prova in piccolo e si può tornare indietro"),
    ),
    Criterion(
        "advantages_end_users",
        _("Vantaggi per gli utenti"),
        _("I vantaggi non sono chiari"),
        _("Alcuni li avvertono"),
        _("Sono chiari e misurati"),
    ),
    Criterion(
        "advantages_stakeholders",
        _("Vantaggi per i portatori di interesse"),
        _("I costi ricadono su di loro"),
        _("Costi e vantaggi sono in equilibrio"),
        _("I vantaggi sono chiari e misurati"),
    ),
    Criterion(
        "visibility_of_results",
        _("Visibilità dei risultati"),
        _("Nessuno li vede"),
        _("Se ne trova traccia in relazioni"),
        _("Sono visibili a tutti e in dati aperti"),
    ),
    Criterion(
        "answer_to_issue",
        _("Risposta a un problema di sviluppo"),
        _("Il problema è marginale"),
        _("Il problema è del posto"),
        _("Il problema è comune a quasi tutte le città"),
    ),
    Criterion(
        "market_demand",
        _("Domanda di mercato"),
        _("Non risulta nessuna richiesta"),
        _("Risulta qualche richiesta"),
        _("Più enti lo chiedono o lo hanno già adottato"),
    ),
)
KEYS = tuple(criterion.key for criterion in CRITERIA)
BY_KEY = {criterion.key: criterion for criterion in CRITERIA}
LOWEST, HIGHEST = 1, 5

# Weights in the order of the criteria; each preset sums to one.
EQUAL, SMALL_MUNICIPALITY = "equal", "small_municipality"
PRESETS: Mapping[str, Mapping[str, Decimal]] = {
    EQUAL: dict.fromkeys(KEYS, Decimal("0.10")),
    SMALL_MUNICIPALITY: dict(
        zip(
            KEYS,
            map(Decimal, ("0.10", "0.12", "0.08", "0.12", "0.10", "0.10", "0.10", "0.06", "0.12", "0.10")),
            strict=True,
        )
    ),
}
PRESET_NAMES = {EQUAL: _("Pesi uguali"), SMALL_MUNICIPALITY: _("Piccolo Comune")}

# (band, lowest score), from the highest
BANDS = ((HIGH, 70), (MEDIUM, 40), (LOW, 0))

SELF, PEER, OBSERVATORY = "self", "peer", "observatory"
# The first of these that rated enough criteria is published (score.published_rater).
RATER_ORDER = (OBSERVATORY, PEER, SELF)
RATER_NAMES = {
    OBSERVATORY: _("Osservatorio"),
    PEER: _("Un’altra città"),
    SELF: _("Autovalutazione dell’ente"),
}


@dataclass(frozen=True)
class Aspect:
    """One of the five OCPA aspects of a reuse kit. One document type of each of `parts` is enough."""

    key: str
    name: Promise
    parts: tuple[tuple[str, ...], ...]


# Images do not help to repeat a project: they belong to no aspect.
ASPECTS = (
    Aspect("technical", _("Tecnico"), (("specification",), ("manual", "catalogue"))),
    Aspect(
        "economic", _("Economico"), (("budget",), ("financial_plan", "financing_scheme"), ("feasibility",))
    ),
    Aspect("administrative", _("Amministrativo"), (("resolution",), ("contract",), ("call",))),
    Aspect("organisational", _("Organizzativo"), (("guideline",), ("faq",))),
    Aspect("context", _("Contesto"), (("partnership",), ("stakeholder_plan",), ("evaluation",))),
)
