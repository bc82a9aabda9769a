"""The index in the database: equal to the cards after every change, also one that fails half-way."""

import os
import signal
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.http import QueryDict

from projects import actions, index
from projects.cards import FACETS
from projects.importers.bulk import generate
from projects.models import Card, IndexEntry, IndexLog, IndexVersion, Project
from projects.presentation import snippet
from projects.search import ProjectQuery, find, parse
from tests import builders
from tests.projects.test_races import together

TABLES = (IndexEntry, IndexLog, IndexVersion, Card)


@pytest.fixture
def towns(db):
    return builders.piedmont()


@pytest.fixture
def invented(towns):
    """Two hundred invented cards, after which nothing is different on either database."""
    generate(200, seed=7)
    return list(Card.objects.current().order_by("-pk"))


def found(query: str) -> list[int]:
    return list(find(parse(QueryDict(query))[0]).ids())


def check() -> str:
    out = StringIO()
    call_command("check_index", stdout=out, stderr=out)
    return out.getvalue()


def rows() -> list[list[tuple]]:
    return [sorted(model.objects.values_list()) for model in TABLES]


def test_publishing_again_and_withdrawing_keep_index_and_cards_equal(towns):
    office, desk = builders.officer(towns["torino"]), builders.reviewer()
    card = builders.published(office, desk, towns["torino"])
    builders.published(office, desk, towns["ivrea"], title="Bici")
    Project.objects.filter(pk=card.project_id).update(title="Lanterne nuove", primary_area="mobility")
    second = actions.issue_card(card.project, by=desk)
    assert "2" in check()
    assert (found("q=lanterne"), found("q=illuminazione")) == ([second.pk], [])
    actions.withdraw(second, by=desk, reason="Dati errati")
    assert "1" in check()
    assert found("q=lanterne") == []
    assert IndexVersion.objects.get().number == IndexLog.objects.count() == 4


def test_live_values_move_the_card_without_an_edition_and_pass_to_the_next(towns):
    office, desk = builders.officer(towns["torino"]), builders.reviewer()
    project = builders.draft(office, towns["torino"])
    index.reindex(project, facets={"adopted": ["yes"]})
    assert IndexVersion.objects.get().number == 0
    card = builders.published(office, desk, towns["ivrea"])
    index.reindex(card.project, facets={"adopted": ["yes"], "band": ["high", "low"], "stage": [card.stage]})
    index.reindex(card.project, facets={"band": ["low"], "stage": []})
    card.refresh_from_db()
    assert card.live_values == '[["adopted","yes"],["band","low"]]'

    def placed() -> dict:
        return {name: set(where) for name, where in index.INDEX.state(index.ROWS).sets["band"].items()}

    assert placed() == {"low": {card.pk}}
    assert found(f"stage={card.stage}") == [card.pk]
    second = actions.issue_card(card.project, by=desk)
    assert placed() == {"low": {second.pk}}
    check()
    call_command("rebuild_cards", stdout=StringIO())
    call_command("rebuild_index", stdout=StringIO())
    assert placed() == {"low": {second.pk}}
    actions.withdraw(second, by=desk, reason="Dati errati")
    index.reindex(card.project, facets={"band": ["top"]})
    assert placed() == {}
    third = actions.issue_card(card.project, by=desk)
    assert placed() == {"top": {third.pk}}
    check()


def test_failure_after_the_index_was_written_leaves_everything_as_it_was(towns):
    office, desk = builders.officer(towns["torino"]), builders.reviewer()
    card = builders.published(office, desk, towns["torino"])
    before = rows()
    with pytest.raises(RuntimeError), transaction.atomic():
        second = actions.issue_card(card.project, by=desk)
        assert found("") == [second.pk]
        raise RuntimeError
    assert rows() == before
    assert found("") == [card.pk]
    check()


def test_difference_is_told_and_mended_by_a_rebuild(invented):
    index.change(added={}, dropped={invented[0].pk: {"area": [invented[0].primary_area]}})
    with pytest.raises(CommandError, match="rebuild_index"):
        check()
    out = StringIO()
    call_command("rebuild_index", stdout=out)
    assert "Indice ricostruito" in out.getvalue()
    assert "200" in check()


def test_invented_projects_are_the_same_for_one_seed(towns):
    generate(30, seed=3)
    first = list(Card.objects.order_by("pk").values_list("code", "document"))
    generate(40, seed=3)
    assert list(Card.objects.order_by("pk").values_list("code", "document"))[:30] == first
    assert Card.objects.count() == 40
    check()


def test_invented_projects_stay_away_from_real_ones(towns):
    builders.draft(builders.officer(towns["torino"]), towns["torino"])
    with pytest.raises(CommandError, match="1 progetti veri"):
        call_command("generate_projects", 5)
    call_command("generate_projects", 5, force=True, stdout=StringIO())
    assert Card.objects.count() == 5


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
def test_filters_equal_a_scan_of_the_cards(invented, query, keep):
    wanted = [card.pk for card in invented if keep(card)]
    assert 0 < len(wanted) < 200
    assert found(query) == wanted


@pytest.mark.parametrize("sort", ["title", "-title", "cost", "-cost", "published_at"])
def test_sorts_equal_a_sort_of_the_cards(invented, sort):
    column = {"title": "title_key", "cost": "total_cost"}.get(sort.strip("-"), "pk")
    descends = sort.startswith("-")
    known = [card for card in invented if getattr(card, column) is not None]
    wanted = sorted(known, key=lambda card: (getattr(card, column), card.pk), reverse=descends)
    blank = sorted((c for c in invented if getattr(c, column) is None), key=lambda c: c.pk, reverse=descends)
    assert found(f"sort={sort}") == [card.pk for card in wanted + blank]
    assert list(find(ProjectQuery(sort=sort)).ids(57, 20)) == found(f"sort={sort}")[57:77]


def test_number_of_queries_does_not_depend_on_the_question(invented, django_assert_num_queries):
    found("q=progetto servizio")
    with django_assert_num_queries(2):  # the version of the index, the page; the words are known
        cards = find(parse(QueryDict("q=progetto servizio&area=energy"))[0])
        cards.items()[0:20]
        cards.facets(FACETS)
    with django_assert_num_queries(2):  # the version, the words
        found("q=cittadini rete")


def test_phrase_is_checked_on_the_text(towns):
    office, desk = builders.officer(towns["torino"]), builders.reviewer()
    card = builders.published(office, desk, towns["torino"], title="Qualità dell’aria", summary="In città.")
    builders.published(office, desk, towns["ivrea"], title="Aria di qualità")
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
    told = snippet(passages, forms)
    if wanted is None:
        assert told.startswith("… parola") and told.endswith(" …")
        assert "<mark>aria</mark>" in told and len(told) < 280
    else:
        assert told == wanted


@pytest.mark.django_db(transaction=True)
def test_publishing_at_once_leaves_index_and_cards_equal():
    town = builders.piedmont()["torino"]
    office, desk = builders.officer(town), builders.reviewer()
    projects = [builders.published(office, desk, town, title=f"Progetto {n}").project for n in range(4)]
    outcomes = together(lambda n: actions.issue_card(projects[n], by=None), times=4)
    assert [o for o in outcomes if isinstance(o, Exception)] == []
    assert "4" in check()
    assert found("") == sorted((card.pk for card in outcomes), reverse=True)


KILLED = """
import os, signal, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["NAME_OF_TEST"]
django.setup()
from django.db import transaction
from projects import actions
from projects.models import Project
with transaction.atomic():
    actions.issue_card(Project.objects.get(), by=None)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.django_db(transaction=True)
def test_process_killed_before_the_commit_leaves_no_trace():
    town = builders.piedmont()["torino"]
    builders.published(builders.officer(town), builders.reviewer(), town)
    before = rows()
    connection.close()
    words = os.environ | {
        "NAME_OF_TEST": str(connection.settings_dict["NAME"]),
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "observatory.settings",
    }
    killed = subprocess.run([sys.executable, "-c", KILLED], env=words, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert rows() == before
    check()
    actions.issue_card(Project.objects.get(), by=None)
    check()
