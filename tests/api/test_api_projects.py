"""/api/v1/projects: lists, filters, facets, cards and editions."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.utils import timezone

from accounts.models import User
from cards.models import Edition
from projects import publishing
from tests import builders


def titles(answer) -> list[str]:
    return [item["title"] for item in answer["results"]]


def test_list_gives_the_stored_items(get, publish):
    card = publish()
    answer = get("projects")
    item = orjson.loads(card.item)
    assert answer == {"count": 1, "next": None, "previous": None, "results": [item], "search": None}
    assert answer["results"][0]["total_cost"] == "14000000"
    assert answer["results"][0]["lead_municipality"]["name"] == "Torino"


def test_list_is_empty_without_cards(get, municipalities):
    builders.draft(builders.officer(municipalities["torino"]), municipalities["torino"])
    empty = {"count": 0, "next": None, "previous": None, "results": [], "search": None}
    assert get("projects") == empty


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("area=energy", ["Luci"]),
        ("area=energy&area=mobility", ["Bici", "Luci"]),
        ("area=energy&municipality=E379", []),
        ("municipality=001125", ["Bici"]),
        ("province=TO&stage=idea", ["Bici"]),
        ("region=01", ["Bici", "Luci"]),
        ("q=lampioni", ["Luci"]),
        ("q=lampioni bici", ["Bici", "Luci"]),
        ("cost_max=1000", ["Bici"]),
        ("year_from=2020", ["Luci"]),
        ("technology=LED", ["Luci"]),
        ("updated_since=2999-01-01", []),
        ("sort=-title", ["Luci", "Bici"]),
        ("sort=cost", ["Bici", "Luci"]),
    ],
)
def test_filters(get, publish, query, found):
    publish(title="Luci", end_planned="2022")
    publish(
        "ivrea",
        title="Bici",
        primary_area="mobility",
        stage="idea",
        total_cost=500,
        summary="Bici",
        need="Auto",
        technologies=["app"],
        start_actual="2015",
        end_actual="2016",
    )
    query = query if "sort" in query else f"{query}&sort=title"
    assert titles(get(f"projects?{query}")) == found


def test_pages_have_links(get, publish, client):
    for title in ("A", "B", "C"):
        publish(title=title)
    answer = client.get("/api/v1/projects?limit=1&offset=1&sort=title")
    body = answer.json()
    assert (body["count"], titles(body)) == (3, ["B"])
    assert body["next"] == "http://testserver/api/v1/projects?limit=1&offset=2&sort=title"
    assert body["previous"] == "http://testserver/api/v1/projects?limit=1&offset=0&sort=title"
    assert answer["Link"] == f'<{body["next"]}>; rel="next", <{body["previous"]}>; rel="prev"'


def test_unknown_parameter_is_refused(get, db):
    answer = get("projects?colore=rosso&area=energy", 400)
    assert answer["status"] == 400
    assert answer["errors"] == [{"parameter": "colore", "detail": "Questo parametro non esiste"}]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("area=energia", "area"),
        ("stage=finito", "stage"),
        ("municipality=Z999", "municipality"),
        ("province=ZZ", "province"),
        ("year_from=nessuno", "year_from"),
        ("cost_min=-1", "cost_min"),
        ("bbox=1,2,3", "bbox"),
        ("sort=random", "sort"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=²", "limit"),
        ("offset=-1", "offset"),
        ("updated_since=ieri", "updated_since"),
        ("q=%00", "q"),
    ],
)
def test_bad_value_names_its_parameter(client, db, query, parameter):
    answer = client.get(f"/api/v1/projects?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


@pytest.mark.parametrize("cards", [1, 3])
def test_list_takes_two_queries(get, publish, django_assert_num_queries, cards):
    for number in range(cards):
        publish(title=f"Progetto {number}")
    get("projects")  # which renews what this process keeps of the index
    with django_assert_num_queries(2):  # the version of the index, the page
        get("projects")


@pytest.mark.parametrize("cards", [1, 3])
def test_facets_take_one_query(get, publish, django_assert_num_queries, cards):
    for number in range(cards):
        publish(title=f"Progetto {number}")
    get("projects/facets")
    with django_assert_num_queries(1):  # the version: names of places are at hand
        get("projects/facets")


def test_facets_are_counted_without_their_own_filter(get, publish):
    publish(title="Luci")
    publish("ivrea", title="Bici", primary_area="mobility")
    answer = get("projects/facets?area=energy")
    assert answer["count"] == 1
    assert answer["facets"]["area"] == [
        {"value": "energy", "label": "Energia", "count": 1},
        {"value": "mobility", "label": "Mobilità", "count": 1},
    ]
    assert answer["facets"]["municipality"] == [{"value": "L219", "label": "Torino", "count": 1}]
    assert answer["facets"]["cost_band"] == [
        {"value": "5m_20m", "label": "Da 5 a 20 milioni di €", "count": 1}
    ]


def test_answers_follow_the_language_asked_for(client, publish):
    publish()
    answer = client.get("/api/v1/projects/facets", headers={"accept-language": "en"})
    assert (answer["Content-Language"], "Accept-Language" in answer["Vary"]) == ("en", True)


@pytest.mark.parametrize("name", ["code", "slug"])
def test_card_by_code_or_slug(get, publish, django_assert_num_queries, name):
    card = publish()
    with django_assert_num_queries(
        2
    ):  # the version, the card; its municipality is known since it was published
        answer = get(f"projects/{getattr(card, name)}")
    assert answer["code"] == card.code
    assert answer["need"] == "I lampioni consumano troppo."
    assert answer["lead_municipality"]["code"] == "L219"
    assert answer["contact_email"] is None


def test_unknown_card_is_a_problem(get, db):
    assert get("projects/nessuno", 404)["title"] == "Not Found"


def test_draft_is_not_found(get, municipalities):
    project = builders.draft(builders.officer(municipalities["torino"]), municipalities["torino"])
    assert get(f"projects/{project.code}", 404)["status"] == 404


def test_withdrawn_card_says_why(get, publish):
    card = publish()
    publishing.withdraw(card, by=builders.reviewer("altra@example.org"), reason="Dati errati")
    assert get(f"projects/{card.code}", 410)["detail"] == "Scheda ritirata: Dati errati"
    assert get(f"projects/{card.code}/versions/1", 410)["status"] == 410
    assert get("projects")["count"] == 0
    assert get(f"projects/{card.code}/versions", 410)["detail"] == "Scheda ritirata: Dati errati"
    assert get(f"projects/{card.code}/similar", 410)["status"] == 410
    assert get(f"projects/{card.code}?as_of=2999-01-01", 410)["status"] == 410


def test_data_beside_the_page_are_gone_with_the_card(client, publish):
    card = publish()
    publishing.withdraw(card, by=builders.reviewer("altra@example.org"), reason="Dati errati")
    answer = client.get(f"/progetti/{card.slug}/scheda.json")
    assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
    assert answer.json()["detail"] == "Scheda ritirata: Dati errati"


@pytest.fixture
def two_editions(publish):
    card = publish(title="Prima")
    Edition.objects.filter(pk=card.pk).update(published_at=datetime(2024, 5, 1, 12, tzinfo=UTC))
    project = builders.project_of(card)
    project.title = "Seconda"
    project.save()
    return publishing.issue_project(project, by=None, change_note="Titolo")


def test_editions_stay_readable(get, two_editions):
    code = two_editions.code
    versions = get(f"projects/{code}/versions")
    assert [(v["edition"], v["is_current"], v["change_note"]) for v in versions["results"]] == [
        (2, True, "Titolo"),
        (1, False, ""),
    ]
    assert get(f"projects/{code}/versions/1")["title"] == "Prima"
    assert get(f"projects/{code}")["title"] == "Seconda"
    assert get(f"projects/{code}/versions/9", 404)["status"] == 404


@pytest.mark.parametrize(
    ("day", "status", "title"),
    [
        ("2024-04-30", 404, "Not Found"),
        ("2024-05-01", 200, "Prima"),
        ("2999-01-01", 200, "Seconda"),
        ("ieri", 422, "Unprocessable Entity"),
    ],
)
def test_card_as_of_a_day(get, two_editions, day, status, title):
    answer = get(f"projects/{two_editions.code}?as_of={day}", status)
    assert answer["title"] == title


def test_withdrawn_cards_are_listed_with_the_reason_until_published_again(get, publish, municipalities):
    cards = [publish(title=f"Progetto {number}") for number in range(2)]
    desk = User.objects.get(email="redazione@example.org")
    publishing.withdraw(cards[0], by=desk, reason="Doppione")
    today = timezone.localdate()
    answer = get(f"projects/withdrawn?withdrawn_since={today}")
    assert answer["count"] == 1
    (row,) = answer["results"]
    assert (row["code"], row["edition"], row["withdrawal_reason"]) == (cards[0].code, 1, "Doppione")
    assert get(f"projects/withdrawn?withdrawn_since={today + timedelta(days=1)}")["results"] == []
    get("projects/withdrawn?withdrawn_since=ieri", 422)
    get("projects/withdrawn?withdrawn_since=0001-01-01")


def test_search_says_how_the_words_were_searched(get, publish):
    publish(title="Luci")
    publish("ivrea", title="Raccolta differenziata")
    assert get("projects?q=spazzatura")["search"]["synonyms"]["spazzatura"] == ["raccolta differenziata"]
    search = get("projects?q=luci+fognature")["search"]
    assert (search["expressions"], search["matched"]) == (2, 1)
