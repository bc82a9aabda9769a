"""The public adoptions of a project as a tree, and those of a city: bodies, states, days, public texts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, Q

from cards.models import Edition
from municipalities.models import Organisation, Territory
from reuse.models import Adoption, AdoptionStep, OutsidePractice
from reuse.reads.adoptions import adoptions_of
from reuse.reads.presence import ALL_PRESENT, Presence
from reuse.transitions import ADOPTED, PUBLIC, AdoptionState


@dataclass(frozen=True)
class PublicText:
    """The public texts of one step of an adoption."""

    label: str
    on: date
    note: str
    what_changed: str
    what_learnt: str


@dataclass
class Node:
    """One adoption with its public steps `(state, label, day)`, its texts and the adoptions made of it."""

    adoption: Adoption
    steps: list[tuple[str, str, date]]
    texts: list[PublicText]
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
    """The practices that a project comes from, and the tree of its adoptions; `count` is how many.

    `born_of` are the adoptions of other projects of which this one is the result, with their cards.
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


def family_of(
    record_id: int, adoptions: list[Adoption] | None = None, presence: Presence = ALL_PRESENT
) -> Family:
    """The public family of one record, of `adoptions` when standing.panel_of has read them already.

    Two queries; one for the adoptions when they are not given, one for steps, one for cards of others.
    `presence` (presence_of) saves the queries that would find nothing.
    """
    adoptions = adoptions_of(record_id) if adoptions is None else adoptions
    steps = _public_steps(adoptions)
    sources = _sources(record_id) if presence.is_result else []
    cards = _cards({a.result_id for a in adoptions} | {a.record_id for a in sources} - {record_id})
    nodes = {a.pk: Node(a, *steps[a.pk], cards.get(a.result_id)) for a in adoptions}
    roots = []
    for key, node in nodes.items():
        parent = nodes.get(node.adoption.parent_id)
        (parent.children if parent and not _is_above(nodes, key, parent) else roots).append(node)
    born_of = [(a, cards[a.record_id]) for a in sources if a.record_id in cards]
    return Family(_origins(record_id) if presence.has_origins else [], roots, len(nodes), born_of)


def _sources(record_id: int) -> list[Adoption]:
    """The public adoptions of other projects whose result is this record. One query."""
    adoptions = Adoption.objects.public().filter(result=record_id)
    return list(adoptions.select_related("adopter", "giver").order_by("asked_at", "pk"))


def _origins(record_id: int) -> list[OutsidePractice]:
    """The practices from outside the registry whose result is this record. One query."""
    practices = OutsidePractice.objects.visible().filter(record=record_id)
    return list(practices.select_related("adopter").order_by("pk"))


def _cards(record_ids: set[int | None]) -> dict[int, Edition]:
    """`{record: current card}`. One query, none for no records."""
    keys = record_ids - {None}
    return {c.record_id: c for c in Edition.objects.current().filter(record__in=keys)} if keys else {}


def _is_above(nodes: dict[int, Node], key: int, parent: Node) -> bool:
    """Whether adoption `key` is an ancestor of its own parent: a cycle would be rendered nowhere."""
    seen, at = set(), parent.adoption.pk
    while at in nodes and at not in seen:
        if at == key:
            return True
        seen.add(at)
        at = nodes[at].adoption.parent_id
    return False


def _public_steps(adoptions: list[Adoption]) -> dict[int, tuple[list, list[PublicText]]]:
    """`{adoption: ([(state, label, its first day)], texts)}`. One query, none for no adoptions."""
    steps = {adoption.pk: ([], []) for adoption in adoptions}
    if not steps:
        return steps
    labels = dict(AdoptionState.choices)
    for row in AdoptionStep.objects.filter(adoption__in=steps, step__in=PUBLIC).order_by("at", "pk"):
        days, texts = steps[row.adoption_id]
        if row.step not in [key for key, _label, _on in days]:
            days.append((row.step, labels[row.step], row.on))
        changed, learnt = row.public_lessons
        if row.public_note or changed or learnt:
            texts.append(PublicText(labels[row.step], row.on, row.public_note, changed, learnt))
    return steps


def city_exchange(territories: Iterable[Territory]) -> dict[str, list]:
    """The public adoptions of current cards in which organisations of these territories adopt or give.

    Returns `{taken: [(adoption, card)], practices: […], given: [(adoption, card)]}`, newest first. Two
    queries, one more for cards.
    """
    places = {place.pk for place in territories}
    current = Prefetch("record__editions", Edition.objects.current(), to_attr="current")
    adoptions = Adoption.objects.public().select_related("adopter", "giver", "record")
    adoptions = adoptions.filter(Q(adopter__territory__in=places) | Q(giver__territory__in=places))
    rows = adoptions.filter(record__editions__is_current=True).prefetch_related(current)
    pairs = [(a, a.record.current[0]) for a in rows.order_by("-waiting_since", "-pk")]
    practices = OutsidePractice.objects.visible().filter(adopter__territory__in=places)
    return {
        "taken": [pair for pair in pairs if pair[0].adopter.territory_id in places],
        "given": [pair for pair in pairs if pair[0].giver.territory_id in places],
        "practices": list(practices.select_related("adopter").order_by("-created_at", "-pk")),
    }
