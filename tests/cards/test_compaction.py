"""Compaction beside publication: in bounded steps, each complete, and the index right after each of them."""

import random
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cardindex.snapshot import ALL, EVERY, Index, read_words
from cardindex.sort_keys import MOST
from cards import issuing
from cards.index import reader, writer
from cards.index.check import differences
from cards.models import Edition, IndexLog, IndexVersion
from cards.search.query import ProjectQuery, find
from projects import publishing
from tests import builders
from tests.projects.test_races import together

TITLES = ["Luce in piazza", "Luci a led", "Aria di città", "Scuola aperta", "Mobilità dolce"]
SORTS = ("title", "-title", "cost", "-cost", "published_at", "-published_at")


@pytest.fixture
def municipality(db):
    return builders.piedmont()["torino"]


@pytest.fixture
def people(municipality):
    return builders.officer(municipality), builders.reviewer()


def contents(engine: Index) -> dict:
    """All that a reader sees: posting lists by value, words, the cards in every order."""
    snapshot = engine.snapshot(reader.ROWS)
    lists = {
        (kind, value): set(cards)
        for kind, values in snapshot.postings.items()
        if kind not in MOST
        for value, cards in values.items()
    }
    words = read_words(snapshot, reader.ROWS, snapshot.terms.forms)
    lists |= {key: set(cards) for key, cards in words.items() if cards}
    orders = {sort: list(find(ProjectQuery(sort=sort)).ids()) for sort in SORTS}
    return lists | {"forms": snapshot.terms.forms, "orders": orders}


@pytest.mark.parametrize("seed", range(6))
def test_publications_withdrawals_and_steps_in_any_order_equal_a_rebuild(
    municipality, people, monkeypatch, seed
):
    """For who follows every change, who looks now and then, and who comes at the end."""
    office, desk = people
    draw, late = random.Random(seed), Index()
    monkeypatch.setattr(writer, "STEP_ROWS", 3)
    monkeypatch.setattr("cardindex.deltas.SEGMENT", draw.choice([1, 2, 16]))
    for kind in MOST:
        monkeypatch.setitem(MOST, kind, 2)
    cards = [builders.published(office, desk, municipality, title=title) for title in TITLES[:2]]

    def publish() -> None:
        cards.append(builders.published(office, desk, municipality, title=draw.choice(TITLES)))

    def publish_again() -> None:
        cards.append(publishing.issue_project(builders.project_of(draw.choice(cards)), by=desk))

    def withdraw() -> None:
        if current := list(Edition.objects.current()):
            publishing.withdraw(draw.choice(current), by=desk, reason="Dati errati")

    def place_anew() -> None:
        issuing.set_live(draw.choice(cards).record_id, {"band": [draw.choice(["low", "high"])]})

    for _step in range(24):
        draw.choice([publish, publish_again, publish_again, withdraw, place_anew, writer.compact_step])()
        assert differences() == []
        assert set(reader.newest().snapshot(reader.ROWS).all) == set(
            Edition.objects.current().values_list("pk", flat=True)
        )
        if draw.random() < 0.2:
            late.snapshot(reader.ROWS)
    seen = [contents(engine) for engine in (reader.newest(), late, Index())]
    writer.compact()
    assert IndexVersion.objects.get().uncompacted == 0
    seen += [contents(engine) for engine in (reader.newest(), late, Index())]
    writer.rebuild_alone()
    rebuilt = contents(Index())
    for content in seen:
        assert content == rebuilt


def queries_of(work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_queries_of_a_publication_and_of_a_step_do_not_grow_with_what_is_uncompacted(municipality, people):
    office, desk = people
    project = builders.project_of(builders.published(office, desk, municipality))
    counts = []
    for number in (1, 3):
        writer.compact()
        for _time in range(number):
            publishing.issue_project(project, by=desk)
        publication = queries_of(lambda: publishing.issue_project(project, by=desk))
        counts.append((publication, queries_of(writer.compact_step)))
    # Rows of posting lists are read and written by cursors of psycopg that Django does not count.
    step = {"sqlite": 9, "postgresql": 7}[connection.vendor]
    assert counts == [(11, step)] * 2


def test_step_takes_few_rows_and_few_terms_but_one_row_in_any_case(municipality, people, monkeypatch):
    office, desk = people
    for title in TITLES:
        builders.published(office, desk, municipality, title=title)

    def compacted() -> int:
        writer.compact_step()
        return IndexVersion.objects.get().compacted

    monkeypatch.setattr(writer, "STEP_ROWS", 2)
    assert compacted() == 2
    monkeypatch.setattr(writer, "STEP_TERMS", 1)
    assert compacted() == 3
    assert writer.compact_step(at_least=3) == 2
    assert IndexVersion.objects.get().compacted == 3
    assert differences() == []


def test_command_compacts_all(municipality, people, monkeypatch):
    monkeypatch.setattr(writer, "STEP_ROWS", 1)
    for title in TITLES[:3]:
        builders.published(*people, municipality, title=title)
    out = StringIO()
    call_command("compact_index", stdout=out)
    assert out.getvalue() == "Schede portate nell’indice: 3\n"
    version = IndexVersion.objects.get()
    assert (version.compacted, version.uncompacted) == (3, 0)


def test_changes_are_kept_until_they_are_compacted(municipality, people, monkeypatch):
    """However many versions ago they were."""
    monkeypatch.setattr(writer, "LOGGED", 1)
    monkeypatch.setattr(writer, "STEP_ROWS", 2)
    for title in TITLES:
        builders.published(*people, municipality, title=title)
    writer.compact_step()
    kept = IndexLog.objects.exclude(changes=None).order_by("version").values_list("version", flat=True)
    assert list(kept) == [3, 4, 5]
    assert differences() == []
    writer.compact()
    assert list(kept.all()) == [5]
    assert set(Index().snapshot(reader.ROWS).postings[ALL][EVERY]) == set(
        Edition.objects.values_list("pk", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_commit_past_the_limit_is_followed_by_a_step(municipality, people, monkeypatch):
    monkeypatch.setattr(writer, "COMPACT_AT", 3)
    monkeypatch.setattr(writer, "STEP_ROWS", 2)
    uncompacted = []
    for title in TITLES:
        builders.published(*people, municipality, title=title)
        uncompacted.append(IndexVersion.objects.get().uncompacted)
    assert uncompacted == [1, 2, 1, 2, 1]
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_step_that_fails_leaves_the_publication_and_is_done_after_the_next(municipality, people, monkeypatch):
    monkeypatch.setattr(writer, "COMPACT_AT", 1)

    def fail(_rows) -> None:
        raise RuntimeError

    with monkeypatch.context() as failing:
        failing.setattr(writer, "write", fail)
        card = builders.published(*people, municipality, title=TITLES[0])
    assert list(find(ProjectQuery()).ids()) == [card.pk]
    version = IndexVersion.objects.get()
    assert (version.number, version.compacted, version.uncompacted) == (1, 0, 1)
    assert differences() == []
    builders.published(*people, municipality, title=TITLES[1])
    version.refresh_from_db()
    assert (version.compacted, version.uncompacted) == (2, 0)
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_publishing_at_once_while_steps_run_leaves_index_and_cards_equal(municipality, people, monkeypatch):
    monkeypatch.setattr(writer, "COMPACT_AT", 2)
    monkeypatch.setattr(writer, "STEP_ROWS", 1)
    projects = [
        builders.project_of(builders.published(*people, municipality, title=title)) for title in TITLES
    ]

    def work(number: int):
        if number == 4:
            return [writer.compact_step() for _time in range(8)]
        return [publishing.issue_project(projects[number], by=None).pk for _time in range(5)]

    outcomes = together(work, times=5)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert differences() == []
    fresh = contents(Index())
    assert contents(reader.newest()) == fresh
    writer.rebuild_alone()
    assert contents(Index()) == fresh
