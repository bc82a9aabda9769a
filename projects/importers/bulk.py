"""Writing many invented projects at once: COPY on PostgreSQL, executemany on SQLite, the index in bulk.

Blocks are invented by several processes and written by one, in the order of their numbers.
"""

import gc
import os
import pickle
from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from multiprocessing import get_context
from types import SimpleNamespace
from uuid import UUID

import django
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max
from django.utils.text import slugify

from cardindex.building import KEYS, Builder
from cardindex.slices import slice_of
from cardindex.words import tokens
from municipalities.models import Organisation, Territory
from projects import index
from projects.cards import Place, build_card, derive_columns, places_of, serialise
from projects.importers.invented import Country, Town, invent, published_at
from projects.index_store import allow_long_statements, is_postgresql
from projects.models import Card, Project

PREFIX = "invented:"
BLOCK = 4_096
# Fewer are not worth starting processes for.
WORTH_PROCESSES = 10_000


@dataclass(frozen=True)
class Plan:
    """What a process needs to invent: the country, its names of today, owners, the keys to give."""

    seed: int
    towns: list[Town]
    places: dict[str, Place]
    owners: dict[str, int]
    # Added to the number of an invented project, they give the keys of its rows.
    project_base: int
    card_base: int
    is_copied: bool


@dataclass(frozen=True)
class Block:
    """The rows of one block, ready to be written, and its terms: `{kind: {value: packed card keys}}`."""

    projects: list[tuple] | bytes
    cards: list[tuple] | bytes
    terms: dict[str, dict[str, bytes]]


def real_projects() -> int:
    """Projects that nobody invented."""
    return Project.objects.exclude(origin_key__startswith=PREFIX, origin_key__isnull=False).count()


@transaction.atomic
def generate(total: int, *, seed: int, told: Callable[[int], None] = lambda _done: None) -> int:
    """Invent projects until there are `total` invented ones; gives how many were added.

    One transaction: all cards and their index, or nothing.
    """
    index.lock()
    allow_long_statements()
    done = Project.objects.filter(origin_key__startswith=PREFIX).count()
    if done >= total:
        return 0
    plan, builder = _plan(seed, done), Builder()
    for number, terms in index.current_terms():
        builder.add(number, terms)
    spans = list(_spans(done, total, plan.card_base))
    for (_start, stop), block in zip(spans, _blocks(plan, spans), strict=True):
        _copy(PROJECTS, block.projects)
        _copy(CARDS, block.cards)
        builder.extend(slice_of(plan.card_base + stop - 1), block.terms)
        told(stop)
    _move_counters()
    index.rebuild(builder.rows())
    return total - done


def _spans(start: int, stop: int, card_base: int) -> Iterator[tuple[int, int]]:
    """Blocks that lie within one slice of the index each, whatever the number of processes."""
    while start < stop:
        end = min(stop, start + BLOCK - (card_base + start) % BLOCK)
        yield start, end
        start = end


def _plan(seed: int, done: int) -> Plan:
    rows = Territory.objects.municipalities().current().exclude(province=None)
    rows = rows.values_list("code", "province__code", "population", "longitude", "latitude")
    towns = [Town(code, province, population or 0, x, y) for code, province, population, x, y in rows]
    names = [{"lead_municipality": town.code, "other_municipalities": []} for town in towns]
    last_project = Project.objects.aggregate(n=Max("pk"))["n"] or 0
    last_card = Card.objects.aggregate(n=Max("pk"))["n"] or 0
    return Plan(
        seed,
        towns,
        places_of(names),
        _owners(),
        last_project + 1 - done,
        last_card + 1 - done,
        is_postgresql(),
    )


def _owners() -> dict[str, int]:
    """`{municipality: its body}`, opening those that are missing."""
    kind = Organisation.Kind.MUNICIPALITY
    without = Territory.objects.municipalities().current().exclude(organisations__kind=kind)
    Organisation.objects.bulk_create(
        Organisation(
            kind=kind,
            territory=town,
            name=f"Comune di {town.name}",
            slug=slugify(f"comune di {town.name} {town.code}")[:120],
        )
        for town in without
    )
    return dict(Organisation.objects.filter(kind=kind).values_list("territory__code", "pk"))


def _blocks(plan: Plan, spans: list[tuple[int, int]]) -> Iterator[Block]:
    packed = pickle.dumps(plan)
    if spans[-1][1] - spans[0][0] < WORTH_PROCESSES:
        yield from (make_block(packed, *span) for span in spans)
        return
    workers = os.cpu_count() or 2
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=django.setup) as pool:
        waiting = deque()
        for span in spans:
            waiting.append(pool.submit(_make_alone, packed, *span))
            # A few ahead of the writer, so that memory does not grow with their number.
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _make_alone(packed: bytes, start: int, stop: int) -> Block:
    """make_block in a process of its own. Rows make no circles, and looking for them takes its time."""
    gc.disable()
    return make_block(packed, start, stop)


@cache
def _unpacked(packed: bytes) -> tuple[Plan, Country]:
    plan = pickle.loads(packed)
    return plan, Country(plan.towns)


def make_block(packed: bytes, start: int, stop: int) -> Block:
    """Invent the projects `start` to `stop` of a packed Plan."""
    plan, country = _unpacked(packed)
    projects, cards, terms = [], [], defaultdict(lambda: defaultdict(list))
    for number in range(start, stop):
        facts, moment = invent(number, plan.seed, country), published_at(number)
        slug = f"{'-'.join(tokens(facts['title']))[:120]}-{number}"
        document = build_card(facts, slug=slug, edition=1, published_at=moment)
        derived = derive_columns(document, plan.places)["columns"]
        key = plan.card_base + number
        for kind, values in index.terms_of(SimpleNamespace(pk=key, **derived, live_values="[]")).items():
            found = terms[kind]
            for value in values:
                found[value].append(key)
        projects.append(_project(plan, number, derived))
        cards.append(
            {
                "id": key,
                "project_id": plan.project_base + number,
                "published_at": moment,
                "document": serialise(document),
                **derived,
            }
        )
    # Making the text here leaves less to the one process that writes.
    shape = Form.lines if plan.is_copied else Form.rows
    packed_terms = {
        kind: {value: array(KEYS, keys).tobytes() for value, keys in found.items()}
        for kind, found in terms.items()
    }
    return Block(shape(PROJECTS, projects), shape(CARDS, cards), packed_terms)


def _project(plan: Plan, number: int, derived: Mapping) -> dict[str, object]:
    moment = published_at(number)
    return {
        "id": plan.project_base + number,
        "code": derived["code"],
        "slug": derived["slug"],
        "title": derived["title"],
        "owner_id": plan.owners[derived["municipality_code"]],
        "nonce": UUID(int=(plan.seed << 64) + number).hex,
        "origin_key": f"{PREFIX}{plan.seed}:{number}",
        "created_at": moment,
        "updated_at": moment,
    }


class Form:
    """Rows of one table, most columns of which are the same in each: those are spelt once."""

    def __init__(self, model, **same):
        blank = {field.attname: field.get_default() for field in model._meta.concrete_fields}
        self.table = model._meta.db_table
        # Lists and objects are stored as JSON, the rest as Python has it.
        stored = {name: str(value) if value in ([], {}) else value for name, value in blank.items()}
        self.blank = stored | same
        self.columns = ", ".join(self.blank)

    def rows(self, found: list[dict]) -> list[tuple]:
        """Rows as SQLite takes them."""
        return [tuple(map(_adapted, (self.blank | own).values())) for own in found]

    def lines(self, found: list[dict]) -> bytes:
        """Rows as COPY reads them."""
        own = [name for name in self.blank if name in found[0]]
        cells = (
            "%s" if name in own else _cell(value).replace("%", "%%") for name, value in self.blank.items()
        )
        line = "\t".join(cells) + "\n"
        return "".join([line % tuple([_cell(row[name]) for name in own]) for row in found]).encode()


def _cell(value) -> str:
    if isinstance(value, str):
        return value.replace("\\", r"\\").replace("\n", r"\n").replace("\t", r"\t").replace("\r", r"\r")
    return r"\N" if value is None else str(value)


def _adapted(value):
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, Decimal) else value


PROJECTS = Form(Project, status="published", origin="imported")
CARDS = Form(Card, edition=1)


def _copy(form: Form, rows: list[tuple] | bytes) -> None:
    with connection.cursor() as cursor:
        if is_postgresql():
            with cursor.copy(f"COPY {form.table} ({form.columns}) FROM STDIN") as copy:
                copy.write(rows)
            return
        marks = ", ".join(["%s"] * len(form.blank))
        cursor.executemany(f"INSERT INTO {form.table} ({form.columns}) VALUES ({marks})", rows)


def _move_counters() -> None:
    """Rows came with their keys: the next row given one by the database must not meet them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Project, Card]):
            cursor.execute(statement)
