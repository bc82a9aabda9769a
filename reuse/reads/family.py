"""Who took a project from whom: the public family of a project, and what a city took and gave.

Only what everybody may read goes in here: bodies, steps, days, words marked as public.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, Q

from cards.models import Edition
from municipalities.models import Organisation, Territory
from reuse.models import Adoption, AdoptionStep, OutsidePractice
from reuse.reads.adoptions import adoptions_of
from reuse.reads.beside import ANYTHING, Beside
from reuse.transitions import ADOPTED, PUBLIC, Step


@dataclass(frozen=True)
class Word:
    """What one side made public at one step."""

    label: str
    on: date
    note: str
    what_changed: str
    what_learnt: str


@dataclass
class Node:
    """One body that took the project up, the days of its steps, its public words, who took it from there."""

    adoption: Adoption
    steps: list[tuple[str, str, date]]
    words: list[Word]
    result: Edition | None = None
    children: list["Node"] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.adoption.step in ADOPTED

    @property
    def body(self) -> Organisation:
        return self.adoption.adopter


@dataclass(frozen=True)
class Family:
    """What a project comes from, outside the registry and within, and the tree of those who took it up.

    `born_of` are the adoptions of other projects of which this one came, with the cards of those.
    """

    origins: list[OutsidePractice]
    nodes: list[Node]
    count: int
    born_of: list[tuple[Adoption, Edition]] = field(default_factory=list)

    def __bool__(self):
        return bool(self.origins or self.nodes or self.born_of)

    @property
    def is_demonstration(self) -> bool:
        return any(node.adoption.is_demonstration for node in self.nodes) or any(
            adoption.is_demonstration for adoption, _card in self.born_of
        )


def family_of(record_id: int, adoptions: list[Adoption] | None = None, known: Beside = ANYTHING) -> Family:
    """The public family of one project, of `adoptions` when standing.panel_of has read them already.

    Two queries; one for the adoptions when they are not given, one for steps, one for cards of others.
    `known`, from standing.beside(), spares those that would find nothing.
    """
    adoptions = adoptions_of(record_id) if adoptions is None else adoptions
    told = _told(adoptions)
    sources = _sources(record_id) if known.is_result else []
    cards = _cards({a.result_id for a in adoptions} | {a.record_id for a in sources} - {record_id})
    nodes = {a.pk: Node(a, *told[a.pk], cards.get(a.result_id)) for a in adoptions}
    roots = []
    for key, node in nodes.items():
        parent = nodes.get(node.adoption.parent_id)
        (parent.children if parent and not _is_above(nodes, key, parent) else roots).append(node)
    born_of = [(a, cards[a.record_id]) for a in sources if a.record_id in cards]
    return Family(_origins(record_id) if known.has_origins else [], roots, len(nodes), born_of)


def _sources(record_id: int) -> list[Adoption]:
    """The adoptions of other projects of which this one came. One query."""
    found = Adoption.objects.public().filter(result=record_id)
    return list(found.select_related("adopter", "giver").order_by("asked_at", "pk"))


def _origins(record_id: int) -> list[OutsidePractice]:
    """The practices outside the registry of which this project came. One query."""
    found = OutsidePractice.objects.shown().filter(record=record_id)
    return list(found.select_related("adopter").order_by("pk"))


def _cards(record_ids: set[int | None]) -> dict[int, Edition]:
    """The current cards of projects. One query, none for none."""
    wanted = record_ids - {None}
    return {c.record_id: c for c in Edition.objects.current().filter(record__in=wanted)} if wanted else {}


def _is_above(nodes: dict[int, Node], key: int, parent: Node) -> bool:
    """Whether an adoption stands above its own parent: rows that went in a circle would show nowhere."""
    seen, at = set(), parent.adoption.pk
    while at in nodes and at not in seen:
        if at == key:
            return True
        seen.add(at)
        at = nodes[at].adoption.parent_id
    return False


def _told(adoptions: list[Adoption]) -> dict[int, tuple[list, list[Word]]]:
    """`{adoption: (the first day of each public step, its public words)}`. One query, none for none."""
    told = {adoption.pk: ([], []) for adoption in adoptions}
    if not told:
        return told
    labels = dict(Step.choices)
    for row in AdoptionStep.objects.filter(adoption__in=told, step__in=PUBLIC).order_by("at", "pk"):
        days, words = told[row.adoption_id]
        if row.step not in [key for key, _label, _on in days]:
            days.append((row.step, labels[row.step], row.on))
        changed, learnt = row.public_lessons
        if row.public_note or changed or learnt:
            words.append(Word(labels[row.step], row.on, row.public_note, changed, learnt))
    return told


def city_exchange(territories: Iterable[Territory]) -> dict[str, list]:
    """What the bodies of a place took from others, from outside, and gave: of public cards alone.

    `{taken: [(adoption, card)], practices: […], given: [(adoption, card)]}`. Two queries, one more for cards.
    """
    places = {place.pk for place in territories}
    current = Prefetch("record__editions", Edition.objects.current(), to_attr="current")
    found = Adoption.objects.public().select_related("adopter", "giver", "record")
    found = found.filter(Q(adopter__territory__in=places) | Q(giver__territory__in=places))
    rows = found.filter(record__editions__is_current=True).prefetch_related(current)
    pairs = [(a, a.record.current[0]) for a in rows.order_by("-waiting_since", "-pk")]
    practices = OutsidePractice.objects.shown().filter(adopter__territory__in=places)
    return {
        "taken": [pair for pair in pairs if pair[0].adopter.territory_id in places],
        "given": [pair for pair in pairs if pair[0].giver.territory_id in places],
        "practices": list(practices.select_related("adopter").order_by("-created_at", "-pk")),
    }
