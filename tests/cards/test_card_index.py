"""The index in the database: equal to the cards after every change, also one that fails half-way."""

import os
import re
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from cardindex.snapshot import RARE, TEXT
from cardindex.sort_keys import MOST, TITLE_KEY
from cards import issuing
from cards.index import reader, terms, writer
from cards.index import terms as terms_
from cards.models import Edition, IndexEntry, IndexLog, IndexVersion
from cards.presentation.snippets import snippet
from cards.search.query import ProjectQuery, find, parse
from cards.vocabulary.facets import FACETS
from demo.bulk_load import generate
from lib import workflow
from projects import publishing
from projects.models import Project
from tests import builders
from tests.projects.test_races import together

TABLES = (IndexEntry, IndexLog, IndexVersion, Edition)


@pytest.fixture
def municipalities(db):
    return builders.piedmont()


@pytest.fixture
def generated(municipalities):
    """Two hundred generated cards, after which nothing is different on either database."""
    generate(200, seed=7)
    return list(Edition.objects.current().order_by("-pk"))


def found(query: str) -> list[int]:
    return list(find(parse(QueryDict(query))[0]).ids())


def check() -> str:
    out = StringIO()
    call_command("check_index", stdout=out, stderr=out)
    return out.getvalue()


def rows() -> list[list[tuple]]:
    return [sorted(model.objects.values_list()) for model in TABLES]


def test_publishing_again_and_withdrawing_keep_index_and_cards_equal(municipalities):
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    card = builders.published(office, desk, municipalities["torino"])
    builders.published(office, desk, municipalities["ivrea"], title="Bici")
    Project.objects.filter(pk=card.record_id).update(title="Lanterne nuove", primary_area="mobility")
    second = publishing.issue_project(builders.project_of(card), by=desk)
    assert "2" in check()
    assert (found("q=lanterne"), found("q=illuminazione")) == ([second.pk], [])
    publishing.withdraw(second, by=desk, reason="Dati errati")
    assert "1" in check()
    assert found("q=lanterne") == []
    assert IndexVersion.objects.get().number == IndexLog.objects.count() == 4


def test_live_values_move_the_card_without_an_edition_and_pass_to_the_next(municipalities):
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    project = builders.draft(office, municipalities["torino"])
    issuing.set_live(project.pk, {"adopted": ["yes"]})
    assert IndexVersion.objects.get().number == 0
    card = builders.published(office, desk, municipalities["ivrea"])
    issuing.set_live(card.record_id, {"adopted": ["yes"], "band": ["high", "low"], "stage": [card.stage]})
    issuing.set_live(card.record_id, {"band": ["low"], "stage": []})
    card.refresh_from_db()
    assert card.live_values == '[["adopted","yes"],["band","low"]]'

    def placed() -> dict:
        return {
            name: set(where) for name, where in reader.newest().snapshot(reader.ROWS).postings["band"].items()
        }

    assert placed() == {"low": {card.pk}}
    assert found(f"stage={card.stage}") == [card.pk]
    second = publishing.issue_project(builders.project_of(card), by=desk)
    assert placed() == {"low": {second.pk}}
    check()
    call_command("rebuild_cards", stdout=StringIO())
    call_command("rebuild_index", stdout=StringIO())
    assert placed() == {"low": {second.pk}}
    publishing.withdraw(second, by=desk, reason="Dati errati")
    issuing.set_live(card.record_id, {"band": ["top"]})
    assert placed() == {}
    third = publishing.issue_project(builders.project_of(card), by=desk)
    assert placed() == {"top": {third.pk}}
    check()


def test_failure_after_the_index_was_written_leaves_everything_as_it_was(municipalities):
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    card = builders.published(office, desk, municipalities["torino"])
    before = rows()
    with pytest.raises(RuntimeError), transaction.atomic():
        second = publishing.issue_project(builders.project_of(card), by=desk)
        assert found("") == [second.pk]
        raise RuntimeError
    assert rows() == before
    assert found("") == [card.pk]
    check()


def test_difference_is_reported_and_a_rebuild_repairs_it(generated):
    writer.change(added={}, dropped={generated[0].pk: {"area": [generated[0].primary_area]}})
    with pytest.raises(CommandError, match="rebuild_index"):
        check()
    out = StringIO()
    call_command("rebuild_index", stdout=out)
    assert "Indice ricostruito" in out.getvalue()
    assert "200" in check()


def test_generated_projects_are_the_same_for_one_seed(municipalities):
    generate(30, seed=3)
    first = list(Edition.objects.order_by("pk").values_list("code", "document"))
    generate(40, seed=3)
    assert list(Edition.objects.order_by("pk").values_list("code", "document"))[:30] == first
    assert Edition.objects.count() == 40
    check()


def test_generated_projects_stay_away_from_real_ones(municipalities):
    builders.draft(builders.officer(municipalities["torino"]), municipalities["torino"])
    with pytest.raises(CommandError, match="1 progetti veri"):
        call_command("generate_projects", 5)
    call_command("generate_projects", 5, force=True, stdout=StringIO())
    assert Edition.objects.count() == 5


@pytest.mark.parametrize(
    ("query", "keep"),
    [
        ("cost_min=100000", lambda card: card.total_cost is not None and card.total_cost >= 100_000),
        (
            "cost_max=54321.99",
            lambda card: card.total_cost is not None and float(card.total_cost) <= 54_321.99,
        ),
        ("year_from=2021", lambda card: card.year_to >= 2021),
        ("year_to=2018", lambda card: card.year_from <= 2018),
        ("kind=idea&kind=test", lambda card: card.kind in ("idea", "test")),
    ],
)
def test_filters_equal_a_scan_of_the_cards(generated, query, keep):
    wanted = [card.pk for card in generated if keep(card)]
    assert 0 < len(wanted) < 200
    assert found(query) == wanted


@pytest.mark.parametrize("sort", ["title", "-title", "cost", "-cost", "published_at"])
def test_sorts_equal_a_sort_of_the_cards(generated, sort):
    column = {"title": "title_key", "cost": "total_cost"}.get(sort.strip("-"), "pk")
    descends = sort.startswith("-")
    known = [card for card in generated if getattr(card, column) is not None]
    wanted = sorted(known, key=lambda card: (getattr(card, column), card.pk), reverse=descends)
    blank = sorted((c for c in generated if getattr(c, column) is None), key=lambda c: c.pk, reverse=descends)
    assert found(f"sort={sort}") == [card.pk for card in wanted + blank]
    assert list(find(ProjectQuery(sort=sort)).ids(57, 20)) == found(f"sort={sort}")[57:77]


def test_number_of_queries_does_not_depend_on_the_query(generated, django_assert_num_queries):
    found("q=progetto servizio")
    with django_assert_num_queries(2):  # the version of the index, the page; the words are known
        cards = find(parse(QueryDict("q=progetto servizio&area=energy"))[0])
        cards.items()[0:20]
        cards.facets(FACETS)
    with django_assert_num_queries(2):  # the version, the words
        found("q=cittadini rete")


def test_phrase_is_checked_on_the_text(municipalities):
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    card = builders.published(
        office, desk, municipalities["torino"], title="Qualità dell’aria", summary="In città."
    )
    builders.published(office, desk, municipalities["ivrea"], title="Aria di qualità")
    assert found('q="qualità dell’aria"') == [card.pk]
    assert find(ProjectQuery('"qualità dell’aria"')).phrases_are_checked
    assert found('q="aria in città"') == []


@pytest.mark.parametrize(
    ("passages", "forms", "wanted"),
    [
        (
            ["Più qualità <b>dell’aria</b>"],
            {"qualita"},
            "Più <mark>qualità</mark> &lt;b&gt;dell’aria&lt;/b&gt;",
        ),
        (["Niente", "Aria & acqua"], {"aria", "acqua"}, "<mark>Aria</mark> &amp; <mark>acqua</mark>"),
        (["Niente"], {"aria"}, ""),
        ([], {"aria"}, ""),
        (["parola " * 40 + "aria " + "coda " * 80], {"aria"}, None),
    ],
)
def test_snippet_marks_words_and_escapes_the_rest(passages, forms, wanted):
    html = snippet(passages, forms)
    if wanted is None:
        assert html.startswith("… parola") and html.endswith(" …")
        assert "<mark>aria</mark>" in html and len(html) < 280
    else:
        assert html == wanted


def writers(card):
    """All that writes editions, `{name: call}`."""
    return {
        "issue": lambda: publishing.issue_project(builders.project_of(card), by=None),
        "withdraw": lambda: publishing.withdraw(card, by=None, reason="Dati errati"),
        "set_live": lambda: issuing.set_live(card.record_id, {"band": ["low"]}),
        "generate": lambda: generate(3, seed=1),
        "rebuild_cards": lambda: call_command("rebuild_cards", stdout=StringIO()),
    }


@pytest.mark.parametrize("name", ["issue", "withdraw", "set_live", "generate", "rebuild_cards"])
def test_writers_of_cards_lock_the_index_before_any_row_of_cards(municipalities, name):
    """Keys of editions follow the order of publication, and no two writers wait for each other."""
    card = builders.published(
        builders.officer(municipalities["torino"]), builders.reviewer(), municipalities["torino"]
    )
    Edition.objects.update(item="{}")
    with CaptureQueriesContext(connection) as captured:
        writers(card)[name]()
    statements = [query["sql"].replace('"', "") for query in captured]
    lock = next(place for place, sql in enumerate(statements) if " cards_indexversion" in sql)
    written = re.compile("(INSERT INTO|UPDATE|DELETE FROM) cards_")
    writes = [place for place, sql in enumerate(statements) if written.match(sql)]
    assert writes and all(lock <= place for place in writes)


def test_editions_are_written_by_issuing_alone():
    """Besides the fast loader of sample data, which copies rows into the table."""
    root = Path(writer.__file__).parents[2]
    pattern = re.compile(
        r"\bEdition\(|\bEdition\.objects\.(bulk_|create|update)|\bEdition\.objects\.filter\(.*\)\.update\("
        r"|\.editions\..*update\(|\b(edition|card)\.save\("
    )
    apps = ("accounts", "api", "cards", "cities", "feedback", "following", "lib", "municipalities")
    apps += ("observatory", "opendata", "projects", "protocols", "reuse", "suitability")
    found = {
        str(path.relative_to(root))
        for app in apps
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts
        and pattern.search(path.read_text("utf-8").replace("class Edition(", ""))
    }
    assert found == {"cards/issuing.py"}


@pytest.mark.parametrize(("every", "rows"), [(1, 50), (30, 50), (5, 2)])
def test_buckets_that_split_keep_the_order(generated, monkeypatch, municipalities, every, rows):
    """The index each change and for who comes at the end."""
    wanted = {sort: found(f"sort={sort}") for sort in ("title", "-title", "cost", "-cost")}
    box = "bbox=7.4,45.0,7.8,45.2"
    inside = found(box)
    for kind in MOST:
        monkeypatch.setitem(MOST, kind, 7)
    monkeypatch.setattr(writer, "STEP_ROWS", rows)
    writer.rebuild(rows=())
    terms = {card.pk: terms_.terms_of(card) for card in Edition.objects.current()}
    with transaction.atomic():
        for number in sorted(terms):
            writer.change(added={number: terms[number]}, dropped={})
            found("")
            if number % every == 0:
                writer.compact_step()
                found("")
    writer.compact()
    assert len(writer.boundaries()[TITLE_KEY]) > 25
    check()
    for _reader in ("who followed", "who comes at the end"):
        assert {sort: found(f"sort={sort}") for sort in wanted} == wanted
        assert found(box) == inside
        reader.INDEXES.clear()


def test_bucket_that_cannot_be_split_is_stored_in_blocks(generated, monkeypatch):
    """More cards of one long title than a blob may hold."""
    monkeypatch.setattr("cardindex.blocks.SPAN", 3)
    monkeypatch.setattr("cardindex.blocks.LIMIT", 60)
    monkeypatch.setitem(MOST, TITLE_KEY, 7)
    writer.rebuild(rows=())
    Edition.objects.update(title_key="a" * 120)
    # Every other one, as a run of numbers takes no room.
    Edition.objects.filter(pk__in=[card.pk for card in generated[::2]]).update(is_current=False)
    cards = list(Edition.objects.current().order_by("pk"))
    for card in cards:
        writer.change(added={card.pk: terms.terms_of(card)}, dropped={})
        writer.compact()
    assert IndexEntry.objects.filter(kind=TITLE_KEY).count() > 10
    check()
    assert found("sort=title") == [card.pk for card in cards]
    dropped = cards[3]
    Edition.objects.filter(pk=dropped.pk).update(is_current=False)
    writer.change(added={}, dropped={dropped.pk: terms.terms_of(dropped)})
    check()
    assert found("sort=title") == [card.pk for card in cards if card != dropped]


@pytest.mark.django_db(transaction=True)
def test_readers_at_work_see_whole_editions_while_two_publish():
    """Each publication replaces a card, so that every reader at any moment counts the same."""
    municipalities = builders.piedmont()
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    projects = [
        builders.project_of(builders.published(office, desk, municipalities["torino"])) for _ in range(4)
    ]

    def work(number: int):
        if number < 2:
            return [publishing.issue_project(projects[2 * number + n % 2], by=None).pk for n in range(8)]
        seen = set()
        for _ in range(25):
            cards = find(parse(QueryDict("q=illuminazione&kind=" + first.kind))[0])
            stages = cards.facets(["stage"])["stage"]
            seen.add((cards.count(), len(cards.items()[0:20]), sum(stages.values())))
        return seen

    first = Edition.objects.current().first()
    outcomes = together(work, times=5)
    assert outcomes[2:] == [{(4, 4, 4)}] * 3
    assert len({*outcomes[0], *outcomes[1]}) == 16
    assert "4" in check()


@pytest.mark.django_db(transaction=True)
def test_withdrawing_while_an_edition_is_issued_ends_for_both():
    municipality = builders.piedmont()["torino"]
    office, desk = builders.officer(municipality), builders.reviewer()
    for _round in range(3):
        card = builders.published(office, desk, municipality)
        work = (
            (lambda c=card: publishing.issue_project(builders.project_of(c), by=None)),
            (lambda c=card: publishing.withdraw(c, by=desk, reason="Dati errati")),
        )
        outcomes = together(lambda n, w=work: w[n](), times=2)
        assert isinstance(outcomes[0], Edition)
        assert isinstance(outcomes[1], Edition | workflow.WrongMove)
    check()


@pytest.mark.django_db(transaction=True)
def test_publishing_at_once_leaves_index_and_cards_equal():
    municipality = builders.piedmont()["torino"]
    office, desk = builders.officer(municipality), builders.reviewer()
    projects = [
        builders.project_of(builders.published(office, desk, municipality, title=f"Progetto {n}"))
        for n in range(4)
    ]
    outcomes = together(lambda n: publishing.issue_project(projects[n], by=None), times=4)
    assert [o for o in outcomes if isinstance(o, Exception)] == []
    assert "4" in check()
    assert found("") == sorted((card.pk for card in outcomes), reverse=True)


KILLED = """
import os, signal, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["NAME_OF_TEST"]
django.setup()
from django.db import transaction
from projects import publishing
from projects.models import Project
with transaction.atomic():
    publishing.issue_project(Project.objects.get(), by=None)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.django_db(transaction=True)
def test_process_killed_before_the_commit_leaves_no_trace():
    municipality = builders.piedmont()["torino"]
    builders.published(builders.officer(municipality), builders.reviewer(), municipality)
    before = rows()
    connection.close()
    environment = os.environ | {
        "NAME_OF_TEST": str(connection.settings_dict["NAME"]),
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "observatory.settings",
    }
    killed = subprocess.run([sys.executable, "-c", KILLED], env=environment, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert rows() == before
    check()
    publishing.issue_project(Project.objects.get(), by=None)
    check()


PUBLISHING = """
import os, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["NAME_OF_TEST"]
django.setup()
from cards.index import writer
from projects import publishing
from projects.models import Project
writer.COMPACT_AT, writer.STEP_ROWS = 3, 2
projects = list(Project.objects.order_by("pk"))
print("ready", flush=True)
while True:
    for project in projects:
        print(publishing.issue_project(project, by=None).pk, flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_process_killed_at_any_moment_leaves_index_and_cards_equal():
    """What was acknowledged is there, what was not left no half."""
    municipality = builders.piedmont()["torino"]
    office, desk = builders.officer(municipality), builders.reviewer()
    for number in range(3):
        builders.published(office, desk, municipality, title=f"Luce {number}")
    connection.close()
    environment = os.environ | {
        "NAME_OF_TEST": str(connection.settings_dict["NAME"]),
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "observatory.settings",
    }
    for delay in (0.0, 0.03, 0.11, 0.2):
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHING],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        time.sleep(delay)
        process.kill()
        acknowledged = [int(line) for line in process.communicate()[0].splitlines() if line.strip()]
        assert set(acknowledged) <= set(Edition.objects.values_list("pk", flat=True))
        assert "3" in check()
        assert found("q=luce") == sorted(Edition.objects.current().values_list("pk", flat=True), reverse=True)
    publishing.issue_project(Project.objects.first(), by=None)
    check()


@pytest.mark.django_db
def test_posting_lists_of_rare_words_are_read_and_of_others_only_measured():
    rows = {
        ("led", -1): b"whole",
        ("luce", -1): b"",
        ("luce", 0): b"one",
        ("luce", 3): b"two",
        ("aria", -1): b"",
    }
    rows |= {("via", -1): b"", ("via", 0): b"x" * RARE, ("via", 1): b"y"}
    IndexEntry.objects.bulk_create(
        IndexEntry(kind=kind, value=value, block=part, data=data, version=1)
        for kind in (TEXT, "in_title")
        for (value, part), data in rows.items()
    )
    found = reader.ROWS.rare(["led", "luce", "via", "aria", "mai"])
    assert {v: sorted(filter(None, p)) if isinstance(p, list) else p for v, p in found.items()} == {
        "led": [b"whole"],
        "luce": [b"one", b"two"],
        "aria": [],
        "via": RARE + 1,
    }
