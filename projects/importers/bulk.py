"""Writing many invented projects at once: COPY on PostgreSQL, executemany on SQLite, the index in bulk.

Blocks are invented by several processes and written by one, in the order of their numbers.
"""

import os
import pickle
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

from cardindex.building import Builder
from cardindex.words import tokens
from municipalities.models import Organisation, Territory
from projects import index
from projects.cards import Place, build_card, derive_columns, places_of, serialise
from projects.importers.invented import Country, Town, invent, published_at
from projects.models import Card, Project

PREFIX = "invented:"
BLOCK = 1_000
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
    """The rows of one block, ready to be written, and its terms: `{kind: {value: [card key]}}`."""

    projects: list[tuple] | str
    cards: list[tuple] | str
    terms: dict[str, dict[str, list[int]]]


def real_projects() -> int:
    """Projects that nobody invented."""
    return Project.objects.exclude(origin_key__startswith=PREFIX, origin_key__isnull=False).count()


@transaction.atomic
def generate(total: int, *, seed: int, told: Callable[[int], None] = lambda _done: None) -> int:
    """Invent projects until there are `total` invented ones; gives how many were added.

    One transaction: all cards and their index, or nothing.
    """
    index.lock()
    _allow_long_statements()
    done = Project.objects.filter(origin_key__startswith=PREFIX).count()
    if done >= total:
        return 0
    plan, builder = _plan(seed, done), Builder()
    for number, terms in index.current_terms():
        builder.add(number, terms)
    spans = [(start, min(start + BLOCK, total)) for start in range(done, total, BLOCK)]
    for (_start, stop), block in zip(spans, _blocks(plan, spans), strict=True):
        _copy(Project, PROJECT_COLUMNS, block.projects)
        _copy(Card, CARD_COLUMNS, block.cards)
        builder.extend(block.terms)
        told(stop)
    _move_counters()
    index.rebuild(builder.rows())
    return total - done


def _plan(seed: int, done: int) -> Plan:
    rows = Territory.objects.municipalities().current().exclude(province=None)
    rows = rows.values_list("code", "province__code", "population", "longitude", "latitude")
    towns = [Town(code, province, population or 0, x, y) for code, province, population, x, y in rows]
    names = [{"lead_municipality": town.code, "other_municipalities": []} for town in towns]
    last_project = Project.objects.aggregate(n=Max("pk"))["n"] or 0
    last_card = Card.objects.aggregate(n=Max("pk"))["n"] or 0
    return Plan(
        seed, towns, places_of(names), _owners(), last_project + 1 - done, last_card + 1 - done, _copies()
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
            waiting.append(pool.submit(make_block, packed, *span))
            # A few ahead of the writer, so that memory does not grow with their number.
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@cache
def _unpacked(packed: bytes) -> tuple[Plan, Country]:
    plan = pickle.loads(packed)
    return plan, Country(plan.towns)


def make_block(packed: bytes, start: int, stop: int) -> Block:
    """Invent the projects `start` to `stop` of a packed Plan. Runs in a process of its own."""
    plan, country = _unpacked(packed)
    block = Block([], [], defaultdict(lambda: defaultdict(list)))
    for number in range(start, stop):
        facts = invent(number, plan.seed, country)
        slug = f"{'-'.join(tokens(facts['title']))[:120]}-{number}"
        document = build_card(facts, slug=slug, edition=1, published_at=published_at(number))
        derived = derive_columns(document, plan.places)["columns"]
        _add(block, plan, number, derived, serialise(document))
    # Making the text here leaves less to the one process that writes.
    shape = _lines if plan.is_copied else list
    terms = {kind: dict(found) for kind, found in block.terms.items()}
    return Block(shape(block.projects), shape(block.cards), terms)


def _add(block: Block, plan: Plan, number: int, derived: Mapping, document: str) -> None:
    moment, project, key = published_at(number), plan.project_base + number, plan.card_base + number
    for kind, values in index.terms_of(SimpleNamespace(**derived, live_values="[]")).items():
        for value in values:
            block.terms[kind][value].append(key)
    own = {
        "id": project,
        "code": derived["code"],
        "slug": derived["slug"],
        "title": derived["title"],
        "owner_id": plan.owners[derived["municipality_code"]],
        "nonce": UUID(int=(plan.seed << 64) + number).hex,
        "origin_key": f"{PREFIX}{plan.seed}:{number}",
        "created_at": moment,
        "updated_at": moment,
    }
    shown = {"id": key, "project_id": project, "published_at": moment, "document": document, **derived}
    block.projects.append(tuple((PROJECT | own).values()))
    block.cards.append(tuple((CARD | shown).values()))


def _blank(model) -> dict[str, object]:
    """`{column: stored default}`: lists and objects as JSON, the rest as Python has it."""
    found = {field.attname: field.get_default() for field in model._meta.concrete_fields}
    return {name: str(value) if value in ([], {}) else value for name, value in found.items()}


PROJECT, CARD = _blank(Project), _blank(Card) | {"edition": 1}
PROJECT |= {"status": "published", "origin": "imported"}
PROJECT_COLUMNS, CARD_COLUMNS = tuple(PROJECT), tuple(CARD)


def _copies() -> bool:
    return connection.vendor == "postgresql"


def _copy(model, columns: tuple[str, ...], rows: list[tuple] | str) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if _copies():
            with cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
                copy.write(rows)
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(
            f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", [_plain(row) for row in rows]
        )


def _lines(rows: list[tuple]) -> str:
    """Rows as COPY reads them."""
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.replace("\\", r"\\").replace("\n", r"\n").replace("\t", r"\t").replace("\r", r"\r")
    return str(value)


def _plain(row: tuple) -> tuple:
    """A row as Django writes it into SQLite."""
    return tuple(_adapted(value) for value in row)


def _adapted(value):
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, Decimal) else value


def _allow_long_statements() -> None:
    """Writing a million rows takes longer than a page may."""
    if _copies():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
            )


def _move_counters() -> None:
    """Rows came with their keys: the next row given one by the database must not meet them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Project, Card]):
            cursor.execute(statement)
