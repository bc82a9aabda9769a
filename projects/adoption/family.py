"""Who took a project from whom: the public family of a project, and what a city took and gave.

Only what everybody may read goes in here: bodies, steps, days, words marked as public.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, Q

from municipalities.models import Organisation, Territory
from projects.adoption.moves import ADOPTED, PUBLIC, Step
from projects.models import Adoption, AdoptionStep, Card, OutsidePractice
from projects.replicability.standing import adoptions_of


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
    children: list["Node"] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.adoption.step in ADOPTED

    @property
    def body(self) -> Organisation:
        return self.adoption.adopter


@dataclass(frozen=True)
class Family:
    """The practices from outside a project comes from, and the tree of those who took it up."""

    origins: list[OutsidePractice]
    nodes: list[Node]
    count: int

    def __bool__(self):
        return bool(self.origins or self.nodes)

    @property
    def is_demonstration(self) -> bool:
        return any(node.adoption.is_demonstration for node in self.nodes)


def family_of(project_id: int, adoptions: list[Adoption] | None = None) -> Family:
    """The public family of one project, of `adoptions` when standing.panel_of has read them already.

    Two queries, one more where it was adopted.
    """
    adoptions = adoptions_of(project_id) if adoptions is None else adoptions
    told = _told(adoptions)
    nodes = {a.pk: Node(a, *told[a.pk]) for a in adoptions}
    roots = []
    for key, node in nodes.items():
        parent = nodes.get(node.adoption.parent_id)
        (parent.children if parent and not _is_above(nodes, key, parent) else roots).append(node)
    origins = OutsidePractice.objects.shown().filter(project=project_id).select_related("adopter")
    return Family(list(origins.order_by("pk")), roots, len(nodes))


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
    current = Prefetch("project__cards", Card.objects.current(), to_attr="current")
    found = Adoption.objects.public().select_related("adopter", "giver", "project")
    found = found.filter(Q(adopter__territory__in=places) | Q(giver__territory__in=places))
    rows = found.filter(project__cards__is_current=True).prefetch_related(current)
    pairs = [(a, a.project.current[0]) for a in rows.order_by("-waiting_since", "-pk")]
    practices = OutsidePractice.objects.shown().filter(adopter__territory__in=places)
    return {
        "taken": [pair for pair in pairs if pair[0].adopter.territory_id in places],
        "given": [pair for pair in pairs if pair[0].giver.territory_id in places],
        "practices": list(practices.select_related("adopter").order_by("-created_at", "-pk")),
    }
