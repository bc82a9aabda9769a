"""Answers made in brief are those of the long way, byte for byte and header for header."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from api.brief import CARD, LIST
from api.params import read
from api.urls import urlpatterns
from observatory import answers, quick
from observatory.wsgi import application, django
from projects import actions
from projects.models import Card
from tests import builders
from tests.calls import call, lasting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connection_outlives_requests")]
LANGUAGES = (None, "it", "en", "en-GB,en;q=0.8", "fr")
PLACES = (
    {},
    {"HTTP_HOST": "localhost:8000", "SERVER_PORT": "8000"},
    {"wsgi.url_scheme": "https", "SERVER_PORT": "443"},
    {"SCRIPT_NAME": "/portale"},
)
LISTS = (
    "",
    "limit=1",
    "limit=1&offset=1",
    "offset=2&limit=2",
    "offset=9",
    "limit=500",
    "&&limit=2&",
    "area=mobility",
    "area=energy&area=mobility&stage=completed",
    "q=luce",
    "q=",
    "q=caff%C3%A8+e+pane&limit=1",
    "q=%22illuminazione%20pubblica%22&sort=title",
    "sort=-cost&limit=1&offset=1",
    "municipality=L219&province=TO&region=01&limit=1",
    "year=2025&cost_min=1000&replicability_min=0",
    "bbox=7,44,8,46",
    "as_of=2026-11-01",
    "updated_since=2020-01-01&technology=a%26b",
)
# What takes more, or is wrong: (path, query, what else the call says).
OTHERS = (
    (LIST, "limit=0", {}),
    (LIST, "limit=x&nope=1", {}),
    (LIST, "nope=1", {}),
    (LIST, "limit=", {}),
    (LIST, "area=nope", {}),
    (LIST, "limit=1&limit=2", {}),
    (LIST, "as_of=ieri", {}),
    (LIST, "format=csv", {}),
    (LIST, "fields=code", {}),
    (LIST, "labels=it", {}),
    (LIST, "cursor=*&limit=1", {}),
    (LIST, "q=%00", {}),
    (LIST, "q=caff\xc3\xa8", {}),
    (LIST, "q=" + "x" * 2_500, {}),
    (LIST, "q=" + "x" * 9_000, {}),
    (LIST, "&".join(["area=energy"] * 2_100), {}),
    (LIST + "/", "", {}),
    (LIST, "", {"HTTP_COOKIE": "sessionid=x"}),
    (LIST, "", {"HTTP_HOST": "elsewhere.example"}),
    (LIST, "", {"REQUEST_METHOD": "HEAD"}),
    (LIST, "", {"REQUEST_METHOD": "OPTIONS"}),
    (LIST, "", {"REQUEST_METHOD": "POST"}),
    (f"{LIST}/facets", "", {}),
    (f"{LIST}/TO-1999-0001", "", {}),
    (f"{LIST}/niente", "", {}),
    (f"{LIST}/caff\xc3\xa8", "", {}),
)


@pytest.fixture
def cards():
    """Three cards in force, and one withdrawn."""
    country = builders.piedmont()
    people = builders.officer(country["torino"]), builders.reviewer()
    titles = ("Luce «nuova» per tutti", 'Caffè & pane "dop"', "Mobilità lenta")
    found = [builders.published(*people, country["torino"], title=title) for title in titles]
    gone = builders.published(*people, country["torino"], title="Ritirata")
    actions.withdraw(gone, by=people[1], reason="Doppia")
    return [*found, Card.objects.get(pk=gone.pk)]


@pytest.fixture
def by_the_long_way(monkeypatch):
    """The paths that Django was asked for."""
    asked = []

    def told(environ, start_response):
        asked.append(environ["PATH_INFO"])
        return django(environ, start_response)

    monkeypatch.setattr(application, "_django", told)
    return asked


def both(path: str, **environ) -> list[tuple]:
    """What the long way answers and what the short way does, without what the moment says."""
    found = []
    for app in (django, application):
        answers.HERE.forget()
        status, headers, body = call(path, app=app, **environ)
        found.append((status, lasting(headers), body))
    return found


def learnt(**environ) -> None:
    """As a process that was asked once for the list and once for a card in this way."""
    for path in (LIST, f"{LIST}/{Card.objects.current().first().code}"):
        assert call(path, **environ)[0] == "200 OK"


def spoken(language: str | None) -> dict[str, str]:
    return {"HTTP_ACCEPT_LANGUAGE": language} if language else {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_brief_answers_are_those_of_the_long_way(cards, by_the_long_way, language):
    keys = [key for card in cards[:3] for key in (card.code, card.code.lower(), card.slug)]
    learnt(**spoken(language))
    by_the_long_way.clear()
    for query in LISTS:
        long, short = both(LIST, QUERY_STRING=query, **spoken(language))
        assert short == long, query
        assert long[0] == "200 OK", query
    for key in keys:
        long, short = both(f"{LIST}/{key}", **spoken(language))
        assert short == long, key
    assert by_the_long_way == []


@pytest.mark.parametrize("place", PLACES)
def test_brief_answers_name_the_place_they_were_asked_at(cards, by_the_long_way, place):
    learnt(**place)
    by_the_long_way.clear()
    long, short = both(LIST, QUERY_STRING="limit=1&offset=1", **place)
    assert short == long
    assert (long[1]["Link"].count("rel="), by_the_long_way) == (2, [])


@pytest.mark.parametrize(("path", "query", "more"), OTHERS)
def test_what_takes_more_goes_the_long_way(cards, by_the_long_way, path, query, more):
    learnt()
    by_the_long_way.clear()
    long, short = both(path, QUERY_STRING=query, **more)
    assert short == long
    assert by_the_long_way == [path]


def test_card_withdrawn_is_gone_by_the_long_way(cards, by_the_long_way):
    learnt()
    long, short = both(f"{LIST}/{cards[3].code}")
    assert short == long
    assert (long[0], by_the_long_way[-1]) == ("410 Gone", f"{LIST}/{cards[3].code}")


@pytest.mark.parametrize("query", ["limit=2", "nope=1"])
def test_every_answer_counts_once(cards, query):
    learnt()
    left = []
    for _ in range(3):
        answers.HERE.forget()
        left.append(int(call(LIST, QUERY_STRING=query)[1]["X-RateLimit-Remaining"]))
    assert left == [597, 596, 595]


def test_too_many_are_refused_in_the_words_of_the_long_way(cards, monkeypatch):
    learnt()
    monkeypatch.setattr("api.throttles.AddressRate.limit", 2)
    long, short = both(LIST)
    assert short == long
    assert long[0] == "429 Too Many Requests"


@pytest.mark.parametrize("path", [LIST, "card"])
def test_who_has_it_gets_304_and_who_has_an_older_one_gets_it_whole(cards, by_the_long_way, path):
    path = LIST if path == LIST else f"{LIST}/{cards[0].code}"
    learnt()
    tag = call(path)[1]["ETag"]
    by_the_long_way.clear()
    long, short = both(path, HTTP_IF_NONE_MATCH=tag)
    assert short == long
    assert (long[0], long[2], by_the_long_way) == ("304 Not Modified", b"", [])
    long, short = both(path, HTTP_IF_NONE_MATCH=f'W/"{"0" * 32}"')
    assert short == long
    assert (long[0], long[1]["ETag"], by_the_long_way) == ("200 OK", tag, [])


def test_publication_and_withdrawal_show_at_once(cards, by_the_long_way):
    learnt()
    by_the_long_way.clear()
    assert b'"count":3' in call(LIST)[2]
    actions.withdraw(cards[0], by=builders.reviewer("altra@example.org"), reason="Doppia")
    assert b'"count":2' in call(LIST)[2]
    assert by_the_long_way == []


def test_brief_answers_are_kept_as_the_others(cards, django_assert_num_queries):
    learnt()
    with django_assert_num_queries(2):  # the version, the items
        first = call(LIST, QUERY_STRING="limit=2")
    tag = first[1]["ETag"].removeprefix('W/"').removesuffix('"')
    assert answers.HERE.get(tag).content == first[2]


def test_answers_too_large_are_not_kept(cards, monkeypatch):
    learnt()
    monkeypatch.setattr(quick, "LARGEST", 10)
    tag = call(LIST, QUERY_STRING="limit=2")[1]["ETag"].removeprefix('W/"').removesuffix('"')
    assert answers.HERE.get(tag) is None


def test_brief_answer_of_a_card_costs_two_queries(cards, django_assert_num_queries):
    learnt()
    with django_assert_num_queries(2):  # the version, the document; its town is known
        assert call(f"{LIST}/{cards[1].code}")[0] == "200 OK"


def test_without_a_database_the_long_way_says_so(cards, by_the_long_way, monkeypatch):
    def away(*args):
        raise quick.AWAY[0]

    learnt()
    by_the_long_way.clear()
    monkeypatch.setattr("projects.driver.Question.rows", away)
    assert call(LIST)[0] == "503 Service Unavailable"
    assert by_the_long_way == [LIST]


def test_mistake_of_ours_is_answered_by_the_long_way_and_told(cards, by_the_long_way, monkeypatch, caplog):
    def broken(*args):
        raise ValueError

    learnt()
    by_the_long_way.clear()
    assert call(LIST, QUERY_STRING="area=nowhere")[0] == "422 Unprocessable Entity"
    assert "in brief" not in caplog.text
    monkeypatch.setattr("api.views.projects.page_of", broken)
    assert call(LIST, QUERY_STRING="limit=3")[0] == "200 OK"
    assert by_the_long_way == [LIST, LIST]
    assert f"{LIST} was not answered in brief" in caplog.text


def test_paths_are_those_of_the_api():
    assert reverse("api:projects") == LIST
    assert CARD.fullmatch(reverse("api:project", args=["un-progetto"]))[1] == "un-progetto"
    fixed = [str(p.pattern) for p in urlpatterns if "<" not in str(p.pattern)]
    assert [path for path in fixed if CARD.fullmatch(f"/api/v1/{path}")] == []


@pytest.mark.parametrize("query", [*LISTS, "a&b=&=c", "a=1;b=2", "q=%zz%C3&q=+%2B"])
def test_queries_are_read_as_django_reads_them(query):
    assert dict(read(query).lists()) == dict(QueryDict(query).lists())
