"""Paging by cursor, looking back to a day, choosing words: what the list of projects can beyond pages."""

import csv
import io
import random
from datetime import UTC, datetime

import pytest

from accounts.models import User
from cards.models import Edition
from cards.search import as_of
from projects import publishing
from tests import builders

SORTS = [
    "",
    "-published_at",
    "published_at",
    "title",
    "-title",
    "cost",
    "-cost",
    "replicability",
    "relevance",
]
COSTS = [None, 500, 500, 1200, 999_999, 14_000_000, None]


@pytest.fixture
def many(publish):
    return [
        publish(title=f"Rete {name}", total_cost=cost, cost_unknown=cost is None, technologies=["led", name])
        for name, cost in zip("bdacfeg", COSTS, strict=True)
    ]


def codes(answer: dict) -> list[str]:
    return [item["code"] for item in answer["results"]]


def walk(client, path: str) -> list[str]:
    """The codes of all pages from `path` on, following `next`."""
    found, url = [], path
    while url:
        answer = client.get(url).json()
        found += codes(answer)
        url = answer["next"]
    return found


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("words", ["", "&q=rete"])
def test_cursor_walks_the_whole_list_in_its_order(client, many, sort, words):
    question = (
        f"/api/v1/projects?sort={sort}{words}"
        if sort
        else f"/api/v1/projects?x{words}".replace("x&", "").replace("?x", "?")
    )
    whole = codes(client.get(f"{question}&limit=500").json())
    assert sorted(whole) == sorted(card.code for card in many)
    assert walk(client, f"{question}&cursor=*&limit=2") == whole
    assert walk(client, f"{question}&cursor=&limit=3") == whole


@pytest.mark.parametrize("sort", ["-published_at", "title", "cost", "-cost"])
def test_publication_shifts_no_cursor(client, many, publish, sort):
    question = f"/api/v1/projects?sort={sort}&limit=2"
    whole = codes(client.get(f"{question}&limit=500".replace("limit=2&", "")).json())
    first = client.get(f"{question}&cursor=*").json()
    publish(title="Aaa prima di tutte", total_cost=1)
    publishing.withdraw(Edition.objects.get(code=whole[1], is_current=True), by=None, reason="Prova")
    rest = walk(client, first["next"])
    assert codes(first) + [code for code in rest if code in whole] == whole


def test_cursor_tells_how_to_go_on(client, many):
    answer = client.get("/api/v1/projects?cursor=*&limit=5")
    body = answer.json()
    assert (body["count"], len(body["results"]), body["previous"]) == (7, 5, None)
    assert answer["Link"] == f'<{body["next"]}>; rel="next"'
    last = client.get(body["next"])
    assert (last.json()["next"], "Link" in last) == (None, False)


@pytest.mark.parametrize("query", ["cursor=boh", "cursor=%E2%82%AC", "cursor=AAAA&sort=title"])
def test_cursor_of_elsewhere_is_refused(client, many, query):
    answer = client.get(f"/api/v1/projects?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "cursor")


def test_cursor_of_other_filters_is_refused(client, many):
    cursor = client.get("/api/v1/projects?cursor=*&limit=1").json()["next"]
    answer = client.get(f"{cursor}&area=energy")
    assert answer.json()["errors"][0]["parameter"] == "cursor"


def test_cursor_and_offset_exclude_each_other(client, many):
    answer = client.get("/api/v1/projects?cursor=*&offset=2")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "offset")


@pytest.mark.parametrize("cards", [1, 3])
def test_cursor_takes_two_queries(client, publish, django_assert_num_queries, cards):
    for number in range(cards + 1):
        publish(title=f"Progetto {number}")
    ahead = client.get("/api/v1/projects?cursor=*&limit=1").json()["next"]
    with django_assert_num_queries(2):  # the version of the index, the page
        client.get(ahead)


def dated(card: Edition, moment: datetime) -> None:
    Edition.objects.filter(pk=card.pk).update(published_at=moment)


@pytest.fixture
def history(publish):
    """Two cards of 2024, one renewed now under another title and area; a third of now; a fourth withdrawn."""
    kept, renewed = publish(title="Bici in rete"), publish("ivrea", title="Luci vecchie", total_cost=700)
    gone = publish(title="Sbagliata")
    for card in (kept, renewed, gone):
        dated(card, datetime(2024, 5, 1, 12, tzinfo=UTC))
    project = builders.project_of(renewed)
    project.title, project.primary_area = "Fari nuovi", "living"
    project.save()
    publishing.issue_project(project, by=None)
    publish(title="Appena nata")
    publishing.withdraw(gone, by=None, reason="Prova")
    return kept, renewed


def titles(get, query: str) -> list[str]:
    return [item["title"] for item in get(f"projects?sort=title&{query}")["results"]]


def test_list_as_of_a_day_is_that_of_then(get, history):
    assert titles(get, "") == ["Appena nata", "Bici in rete", "Fari nuovi"]
    assert titles(get, "as_of=2024-05-01") == ["Bici in rete", "Luci vecchie"]
    assert titles(get, "as_of=2024-04-30") == []
    assert titles(get, "as_of=2999-01-01") == ["Appena nata", "Bici in rete", "Fari nuovi"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=luci", ["Luci vecchie"]),
        ("q=lucii", ["Luci vecchie"]),
        ("q=fari", []),
        ("q=bici", ["Bici in rete"]),
        ("q=nata", []),
        ("area=energy", ["Bici in rete", "Luci vecchie"]),
        ("area=living", []),
        ("cost_max=1000", ["Luci vecchie"]),
        ("municipality=E379", ["Luci vecchie"]),
        ("updated_since=2024-05-01", ["Bici in rete", "Luci vecchie"]),
        ("updated_since=2024-05-02", []),
    ],
)
def test_filters_hold_as_of_a_day(get, history, query, expected):
    assert titles(get, f"as_of=2024-06-01&{query}") == expected


def test_facets_files_and_cursors_hold_as_of_a_day(client, get, history):
    facets = get("projects/facets?as_of=2024-06-01")
    assert facets["count"] == 2
    assert [(v["value"], v["count"]) for v in facets["facets"]["area"]] == [("energy", 2)]
    file = b"".join(client.get("/api/v1/projects?format=csv&sort=title&as_of=2024-06-01").streaming_content)
    assert [row["title"] for row in csv.DictReader(io.StringIO(file.decode()))] == [
        "Bici in rete",
        "Luci vecchie",
    ]
    assert len(walk(client, "/api/v1/projects?as_of=2024-06-01&cursor=*&limit=1&sort=title")) == 2


def test_every_item_of_then_opens_as_of_then(get, history):
    for item in get("projects?as_of=2024-06-01")["results"]:
        assert get(f"projects/{item['code']}?as_of=2024-06-01")["title"] == item["title"]


def test_too_far_back_is_explained(client, history, monkeypatch):
    monkeypatch.setattr(as_of, "MAX_REPLACED", 0)
    as_of.SNAPSHOTS.clear()
    answer = client.get("/api/v1/projects?as_of=2024-06-01")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "as_of")


def test_past_equals_a_naive_reading(get, publish):
    """Random lives of cards: the list of each day is what the rows themselves say of it."""
    chance, days = random.Random(7), [datetime(2020, month, 1, 12, tzinfo=UTC) for month in range(1, 13)]
    lives = {}
    for number in range(8):
        card = publish(title=f"Vita {number}")
        moments = sorted(chance.sample(days, chance.randint(1, 4)))
        editions = [card] + [
            publishing.issue_project(builders.project_of(card), by=None) for _again in moments[1:]
        ]
        for edition, moment in zip(editions, moments, strict=True):
            dated(edition, moment)
        lives[card.code] = moments
    for day in days:
        then = get(f"projects?as_of={day:%Y-%m-%d}&limit=100")["results"]
        told = {item["code"]: item["edition"] for item in then}
        assert told == {code: sum(m <= day for m in ms) for code, ms in lives.items() if ms[0] <= day}


def file_of(client, query: str) -> list[dict]:
    content = b"".join(client.get(f"/api/v1/projects?format=csv&{query}").streaming_content)
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize(
    ("labels", "column", "value"),
    [
        ("codes", "primary_area", "energy"),
        ("it", "Area principale", "Energia"),
        ("en", "Primary area", "Energy"),
    ],
)
def test_labels_choose_the_words_of_a_file(client, publish, labels, column, value):
    publish(title="Luci")
    assert file_of(client, f"labels={labels}")[0][column] == value


@pytest.mark.parametrize("suffix", ["jsonl", "geojson", "xlsx", "parquet"])
def test_every_format_takes_words(client, publish, suffix):
    publish(title="Luci", latitude=45, longitude=7)
    answer = client.get(f"/api/v1/projects?format={suffix}&labels=it&fields=primary_area,title")
    content = b"".join(answer.streaming_content)
    assert answer.status_code == 200
    if suffix in ("jsonl", "geojson"):
        assert '"Area principale":"Energia"' in content.decode()


def test_words_of_columns_are_never_the_same_twice(client, publish):
    publish()
    for labels in ("codes", "it", "en"):
        content = b"".join(client.get(f"/api/v1/projects?format=csv&labels={labels}").streaming_content)
        header = next(csv.reader(io.StringIO(content.decode())))
        assert len(set(header)) == len(header)


@pytest.mark.parametrize("query", ["labels=it", "labels=fr", "format=csv&labels="])
def test_labels_without_sense_are_refused(client, publish, query):
    answer = client.get(f"/api/v1/projects?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "labels")


def test_fields_choose_what_a_list_tells(get, publish):
    publish(title="Luci")
    assert get("projects?fields=title,stage")["results"] == [{"title": "Luci", "stage": "running"}]
    assert get("projects?fields=need", 422)["errors"][0]["parameter"] == "fields"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("technology=led", 7),
        ("technology=LED&technology=nessuna", 7),
        ("sdg=11", 0),
        ("origin=entered", 7),
        ("bbox=7,44,8,46", 0),
        ("updated_since=2020-01-01", 7),
        ("updated_since=8999-01-01", 0),
        ("adopted=false", 7),
        ("adopted=true", 0),
        ("replicability_min=0", 0),
    ],
)
def test_filters_answer(get, many, query, found):
    assert get(f"projects?{query}")["count"] == found


@pytest.mark.parametrize(
    "query", ["adopted=forse", "replicability_min=101", "replicability_min=NaN", "as_of=ieri"]
)
def test_values_of_no_sense_are_refused(client, db, query):
    answer = client.get(f"/api/v1/projects?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, query.partition("=")[0])


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("limit=501", 422, "limit"),
        ("offset=1000000001", 422, "offset"),
        ("q=" + "a" * 201, 422, "q"),
        ("&".join(f"year={year}" for year in range(1960, 2011)), 422, "year"),
        ("limit=1&limit=2", 422, "limit"),
        ("cursor=" + "a" * 200, 422, "cursor"),
        ("q=" + "a" * 8001, 414, None),
    ],
)
def test_every_limit_is_explained(client, db, query, status, parameter):
    answer = client.get(f"/api/v1/projects?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert [e["parameter"] for e in answer.json().get("errors", [{"parameter": None}])] == [parameter]


def test_long_facets_tell_what_they_leave_out(get, many):
    answer = get("projects/facets?facet=technology&facet=area&facet_limit=3")
    assert list(answer["facets"]) == ["area", "technology"]
    assert [value["value"] for value in answer["facets"]["technology"]] == ["led", "a", "b"]
    assert answer["omitted"] == {"technology": 5}
    assert get("projects/facets?facet=colore", 422)["errors"][0]["parameter"] == "facet"


@pytest.mark.parametrize("cards", [1, 3])
def test_similar_projects_share_area_or_technology(get, publish, django_assert_num_queries, cards):
    card = publish(title="Luci")
    for number in range(cards):
        publish("ivrea" if number else "torino", title=f"Altra {number}")
    publish(title="Diversa", primary_area="mobility", technologies=[])
    get("projects")
    # version of all that is public, the card; what municipalities are like; version of the index, page
    with django_assert_num_queries(6):
        answer = get(f"projects/{card.code}/similar")
    assert answer["count"] == cards
    assert {item["title"] for item in answer["results"]} == {f"Altra {number}" for number in range(cards)}


def test_card_of_nobody_has_nothing_similar(get, municipalities):
    draft = builders.draft(builders.officer(municipalities["torino"]), municipalities["torino"])
    assert get(f"projects/{draft.code}/similar", 404)["status"] == 404


@pytest.mark.parametrize(
    "sort", ["-published_at", "published_at", "title", "-title", "cost", "-cost", "relevance"]
)
@pytest.mark.parametrize("words", ["", "&q=rete"])
def test_cards_published_again_are_neither_skipped_nor_doubled(client, many, sort, words):
    question, desk = f"/api/v1/projects?sort={sort}{words}", User.objects.get(email="redazione@example.org")
    whole = codes(client.get(f"{question}&limit=500").json())
    first = client.get(f"{question}&cursor=*&limit=2").json()
    for code in (whole[0], whole[3], whole[-1]):
        card = Edition.objects.get(code=code, is_current=True)
        builders.published_again(card, desk, title="Zzz in fondo a tutte", total_cost=9, cost_unknown=False)
    rest = walk(client, first["next"])
    assert codes(first) + rest == whole
    assert client.get(first["next"]).json()["count"] == len(whole)


def test_cursor_reads_the_current_index_while_nothing_is_published(client, many):
    ahead = client.get("/api/v1/projects?cursor=*&limit=2").json()["next"]
    as_of.SNAPSHOTS.clear()
    client.get(ahead)
    assert not as_of.SNAPSHOTS
