"""Writing many invented projects at once: COPY on PostgreSQL, executemany on SQLite, the index in bulk.

Blocks are invented by several processes and written by one, in the order of their numbers.
"""

import gc
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context

import django
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from cardindex.blocks import block_of
from cardindex.builder import Builder
from cardindex.sort_keys import DEGREE
from cards.document.places import Place, places_of
from cards.index import writer
from cards.index.rows import allow_long_statements, is_postgresql
from cards.models import Edition, Line, Record
from demo.copy_tables import bare, move_counters
from demo.fast_cards import CARDS, LINES, PREFIX, PROJECTS, RECORDS, Found, Keys, Press
from demo.generator import Country, Town
from municipalities.models import Organisation, Territory
from projects.models import Project

BLOCK = 8_192
# Fewer are not worth starting processes for.
WORTH_PROCESSES = 10_000


@dataclass(frozen=True)
class Plan:
    """What a process needs to invent: the country, its names of today, owners, the keys to give."""

    seed: int
    towns: list[Town]
    places: dict[str, Place]
    keys: Keys


@dataclass(frozen=True)
class Block:
    """The rows of one block as COPY reads them, and what its cards are found under."""

    records: bytes
    projects: bytes
    cards: bytes
    lines: bytes
    found: Found


def real_projects() -> int:
    """Projects that nobody invented."""
    return Project.objects.exclude(origin_key__startswith=PREFIX, origin_key__isnull=False).count()


@transaction.atomic
def generate(total: int, *, seed: int, told: Callable[[int], None] = lambda _done: None) -> int:
    """Invent projects until there are `total` invented ones; gives how many were added.

    One transaction: all cards and their index, or nothing.
    """
    writer.lock()
    allow_long_statements()
    done = Project.objects.filter(origin_key__startswith=PREFIX).count()
    if done >= total:
        return 0
    plan, builder = _plan(seed, done), Builder()
    for number, terms in writer.current_terms():
        builder.add(number, terms)
    spans = list(_spans(done, total, plan.keys.card))
    with _made_bare(total - done):
        for (_start, stop), block in zip(spans, _blocks(plan, spans), strict=True):
            RECORDS.write(block.records)
            PROJECTS.write(block.projects)
            CARDS.write(block.cards)
            LINES.write(block.lines)
            builder.extend(block_of(plan.keys.card + stop - 1), *block.found)
            told(stop)
    move_counters([Record, Edition])
    writer.rebuild(builder.rows())
    return total - done


def _made_bare(added: int):
    """Many rows for an empty PostgreSQL are written before their indexes, which takes half the time."""
    is_worth = is_postgresql() and added >= WORTH_PROCESSES
    if is_worth and not Record.objects.exists():
        return bare([Record, Project, Edition, Line])
    return nullcontext()


def _spans(start: int, stop: int, card_base: int) -> Iterator[tuple[int, int]]:
    """Blocks that lie within one slice of the index each, whatever the number of processes."""
    while start < stop:
        end = min(stop, start + BLOCK - (card_base + start) % BLOCK)
        yield start, end
        start = end


def towns_of_today() -> list[Town]:
    """The municipalities in force."""
    rows = Territory.objects.municipalities().current().exclude(province=None)
    rows = rows.values_list("code", "province__code", "population", "longitude", "latitude")
    return [
        Town(code, province, population or 0, None if x is None else (int(x * DEGREE), int(y * DEGREE)))
        for code, province, population, x, y in rows
    ]


def _plan(seed: int, done: int) -> Plan:
    towns = towns_of_today()
    names = [{"lead_municipality": town.code, "other_municipalities": []} for town in towns]
    last_record = Record.objects.aggregate(n=Max("pk"))["n"] or 0
    last_card = Edition.objects.aggregate(n=Max("pk"))["n"] or 0
    return Plan(
        seed,
        towns,
        places_of(names),
        Keys(last_record + 1 - done, last_card + 1 - done, _owners()),
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
def _press(packed: bytes) -> Press:
    plan = pickle.loads(packed)
    return Press(plan.seed, Country(plan.towns), plan.places, plan.keys)


def make_block(packed: bytes, start: int, stop: int) -> Block:
    """Invent the projects `start` to `stop` of a packed Plan."""
    press = _press(packed)
    rows = [press.press(number) for number in range(start, stop)]
    # Joining here leaves less to the one process that writes.
    records, projects, cards, lines = (b"".join(part) for part in zip(*rows, strict=True))
    RECORDS.check(records, len(rows))
    PROJECTS.check(projects, len(rows))
    CARDS.check(cards, len(rows))
    LINES.check(lines, len(rows))
    return Block(records, projects, cards, lines, press.found())
