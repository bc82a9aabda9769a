"""City cards: what a municipality writes, who are its peers, two of them side by side; and linked data."""

import gzip
import json
import re
from decimal import Decimal

import pytest
from PIL import Image

from cards.vocabulary.areas import AREAS
from cities import actions as city_actions
from cities.models import CityProfile
from cities.peers import class_of, money_per_head, peers_of
from lib.audit import Entry
from observatory.settings import BASE_DIR
from tests import builders
from tests.cards.test_public_pages import words

pytestmark = pytest.mark.django_db
TEXTS = {
    "summary": "Una città che misura.",
    "strategy": "La strategia.\n\nGli atti.",
    "strategy_url": "https://example.org/piano.pdf",
    "governance": "Assessorato all’innovazione",
    "office": "Ufficio innovazione",
    "email": "ufficio@example.org",
}
ROWS = {"needs-TOTAL_FORMS": "2", "needs-INITIAL_FORMS": "0"}
NEED = {
    "needs-0-title": "Sensori per il verde",
    "needs-0-text": "Entro il 2027",
    "needs-0-area": "environment",
}


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def officer(country):
    return builders.officer(country["torino"])


@pytest.fixture
def desk(country):
    return builders.reviewer()


@pytest.fixture
def card(officer, desk, country):
    return builders.published(officer, desk, country["torino"])


def test_office_previews_then_publishes(client, officer, country):
    client.force_login(officer)
    typed = {**TEXTS, **ROWS, **NEED}
    preview = client.post("/area-riservata/citta/torino/", {**typed, "preview": "1"})
    assert "Anteprima: non è ancora pubblica Una città che misura. Cerchiamo…" in words(preview)
    assert CityProfile.objects.count() == 0
    response = client.post("/area-riservata/citta/torino/", typed)
    assert response["Location"] == "/citta/torino/"
    text = words(client.get("/citta/torino/"))
    for told in (
        "Una città che misura.",
        "Sensori per il verde",
        "Gli atti.",
        "Ufficio innovazione",
        "Ambiente",
    ):
        assert told in text
    event = Entry.objects.get(verb="write_city")
    assert (event.by, event.code, event.changes["needs"]) == (
        officer,
        "comune-di-torino",
        1,
    )


def test_mistakes_keep_what_was_typed(client, officer):
    client.force_login(officer)
    bad = {**TEXTS, **ROWS, "email": "ufficio", "needs-0-text": "Senza titolo"}
    response = client.post("/area-riservata/citta/torino/", bad)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Scrivi un’e-mail, per esempio innovazione@comune.esempio.it" in text
    assert "Scrivi che cosa cercate, o svuota anche gli altri campi" in text
    assert "Una città che misura." in text


def test_office_writes_its_own_city_alone(client, officer):
    client.force_login(officer)
    assert client.get("/area-riservata/citta/")["Location"] == "/area-riservata/citta/torino/"
    assert client.get("/area-riservata/citta/ivrea/").status_code == 403
    assert client.get("/area-riservata/citta/nessuna/").status_code == 403


def test_strangers_sign_in_first(client, country):
    assert client.get("/area-riservata/citta/torino/").status_code == 302


def test_desk_hides_with_a_reason_and_shows_again(client, desk, officer, country):
    city_actions.write_city(country["torino"], by=officer, needs=[], featured=[], **TEXTS)
    client.force_login(desk)
    assert "Torino (TO)" in words(client.get("/redazione/citta/"))
    client.post("/redazione/citta/torino/", {"reason": ""})
    assert "Una città che misura." in words(client.get("/citta/torino/"))
    client.post("/redazione/citta/torino/", {"reason": "Offende"})
    assert "Una città che misura." not in words(client.get("/citta/torino/"))
    client.post("/redazione/citta/torino/", {"show": "1"})
    assert "Una città che misura." in words(client.get("/citta/torino/"))
    verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["write_city", "hide_city", "show_city"]


def test_featured_projects_come_first_and_withdrawn_ones_go(client, officer, desk, country, card):
    other = builders.published(officer, desk, country["torino"], title="Sensori")
    city_actions.write_city(country["torino"], by=officer, needs=[], featured=[card.code, "TO-0"], **TEXTS)
    assert [item["code"] for item in client.get("/citta/torino/").context["items"]] == [card.code]
    city_actions.write_city(country["torino"], by=officer, needs=[], featured=[], **TEXTS)
    items = client.get("/citta/torino/").context["items"]
    assert [item["code"] for item in items] == [other.code, card.code]


@pytest.mark.parametrize(
    ("people", "least", "limit"), [(1, 0, 1000), (1000, 1000, 5000), (250_000, 250_000, None)]
)
def test_classes_of_inhabitants(people, least, limit):
    assert class_of(people)[:2] == (least, limit)


def municipalities_in(country, count: int, zone: int, start: int = 0) -> list:
    province = country["torino"].province
    return [
        builders.territory(
            "municipality",
            f"Z{start + n:03d}",
            f"Paese {start + n}",
            province=province,
            region=province.region,
            population=25_000,
            altitude_zone=zone,
        )
        for n in range(count)
    ]


def test_peers_share_class_and_ground_where_they_are_enough(country):
    ivrea = country["ivrea"]
    ivrea.altitude_zone = 3
    near, far = municipalities_in(country, 10, 4), municipalities_in(country, 3, 5, start=100)
    found = peers_of(ivrea)
    assert found["codes"] == {municipality.code: 25_000 for municipality in near}
    assert list(map(str, found["words"])) == ["da 20.000 a 60.000 abitanti", "in collina"]
    near[0].delete()
    assert set(peers_of(ivrea)["codes"]) == {municipality.code for municipality in [*near[1:], *far]}
    assert peers_of(country["samone"]) is None


def test_money_per_head_needs_three_peers(country, officer, desk):
    near = municipalities_in(country, 3, 4)
    ivrea = country["ivrea"]
    peers = peers_of(ivrea)
    for number, municipality in enumerate(near[:2], 1):
        builders.published(
            officer, desk, municipality, title=f"Progetto {number}", total_cost=25_000 * number
        )
    assert money_per_head(peers, ivrea, None) is None
    builders.published(officer, desk, near[2], title="Progetto 3", total_cost=25_000 * 9)
    money = money_per_head(peers, ivrea, Decimal(22_683 * 4))
    assert (money["mine"], money["median"], money["count"]) == (4, 2, 3)
    assert (money["bar"], money["median_bar"]) == (100, 50)


def test_city_without_projects_sees_its_peers(client, country, officer, desk):
    alike = municipalities_in(country, 1, 4)[0]
    builders.published(officer, desk, alike, title="Sensori", total_cost=None, cost_unknown=True)
    text = words(client.get("/citta/ivrea/"))
    assert "Ivrea non ha ancora pubblicato progetti." in text
    assert "Che cosa fanno le città simili" in text
    assert "Paese 0 (TO) 1 progetto" in text
    assert "Sensori" in text


def test_name_leads_to_the_city(client, country):
    assert client.get("/citta/?q=Ivrea&vai=1")["Location"] == "/citta/ivrea/"
    assert client.get("/citta/?q=Samone&vai=1").status_code == 200
    assert client.get("/citta/?q=Ivrea").status_code == 200


def test_two_cities_side_by_side(client, country, card):
    response = client.get("/confronta/citta/?a=torino&b=Ivrea")
    rows = {row["label"]: (row["values"], row["differs"]) for row in response.context["rows"]}
    assert rows["Abitanti"] == ([848_748, 22_683], True)
    assert rows["Progetti: Energia"] == ([1, 0], True)
    assert rows["Progetti: Persone"] == ([0, 0], False)
    assert rows["Provincia"] == (["Torino", "Torino"], False)
    assert "Abitanti: diverso 848.748 22.683" in words(response)
    fewer = client.get("/confronta/citta/?a=torino&b=ivrea&solo=differenze").context["rows"]
    assert [row["label"] for row in fewer if not row["differs"]] == []
    assert len(fewer) < len(rows)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", None),
        ("a=torino", None),
        ("a=torino&b=torino", "Scegli due Comuni diversi."),
        ("a=torino&b=Atlantide", "Non c’è un solo Comune che si chiama «Atlantide»"),
        ("a=torino&b=Samone", "Non c’è un solo Comune che si chiama «Samone»"),
        ("a=%00&b=torino", None),
    ],
)
def test_comparison_asks_until_it_has_two(client, country, query, problem):
    response = client.get(f"/confronta/citta/?{query}")
    assert (response.status_code, response.context["municipalities"]) == (200, [])
    assert bool(response.context["problems"]) is bool(problem)
    assert not problem or problem in words(response)


# Linked data, pictures, weight


def linked(response) -> dict[str, dict]:
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode())
    return {block["@type"]: block for block in map(json.loads, blocks)}


def test_card_is_linked_data(client, card):
    found = linked(client.get(f"/progetti/{card.slug}/"))
    steps = [(i["position"], i["name"], i["item"]) for i in found["BreadcrumbList"]["itemListElement"]]
    site = "http://127.0.0.1:8000"
    assert steps == [
        (1, "Home", f"{site}/"),
        (2, "Progetti", f"{site}/progetti/"),
        (3, card.title, f"{site}/progetti/{card.slug}/"),
    ]
    work = found["CreativeWork"]
    assert (work["name"], work["inLanguage"], work["about"]) == (card.title, "it", ["Energia"])
    assert work["temporalCoverage"] == "2019/.."
    assert work["encoding"]["contentUrl"] == f"{site}/progetti/{card.slug}/scheda.pdf"
    assert work["spatialCoverage"] == {"@type": "City", "name": "Torino", "identifier": "001272"}


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/", {"WebSite"}),
        ("/citta/torino/", {"BreadcrumbList", "City"}),
        ("/aree/energia/", {"BreadcrumbList", "CollectionPage"}),
        ("/privacy/", {"BreadcrumbList"}),
    ],
)
def test_pages_are_linked_data(client, card, path, kinds):
    assert set(linked(client.get(path))) == kinds


def test_pictures_have_the_size_that_networks_ask():
    folder = BASE_DIR / "static" / "img" / "og"
    wanted = {"osservatorio", *(area.slug for area in AREAS)}
    assert {path.stem for path in folder.iterdir()} == wanted
    assert {Image.open(path).size for path in folder.iterdir()} == {(1200, 630)}
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 200_000


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/aree/",
        "/aree/energia/",
        "/citta/torino/",
        "/citta/ivrea/",
        "/confronta/citta/?a=torino&b=ivrea",
    ],
)
def test_page_weighs_little_and_sets_no_cookie(client, card, path):
    response = client.get(path)
    assert len(gzip.compress(response.content)) <= 30_000
    assert response.cookies == {}


def test_pages_name_both_languages(client, card):
    html = client.get("/en/citta/torino/").content.decode()
    site = "http://127.0.0.1:8000"
    assert re.findall(r'hreflang="([\w-]+)"\s+href="([^"]+)"', html)[:3] == [
        ("en", f"{site}/en/citta/torino/"),
        ("it", f"{site}/citta/torino/"),
        ("x-default", f"{site}/citta/torino/"),
    ]


# Query counts of the list and of a card


@pytest.mark.parametrize("number", [1, 3])
def test_city_list_takes_the_same_queries_for_one_and_three_projects(
    client, country, officer, desk, number, django_assert_num_queries
):
    """Versions, municipalities of the page and their count, the provinces of the filter."""
    for title in ("Lampioni", "Semafori", "Sensori")[:number]:
        builders.published(officer, desk, country["torino"], title=title)
    client.get("/citta/")
    with django_assert_num_queries(4):
        response = client.get("/citta/")
    counts = {row["municipality"].code: row["projects"] for row in response.context["rows"]}
    assert counts["L219"] == number


@pytest.mark.parametrize("number", [1, 3])
def test_city_card_takes_the_same_queries_for_one_and_three_projects(
    client, country, officer, desk, number, django_assert_num_queries
):
    for title in ("Lampioni", "Semafori", "Sensori")[:number]:
        builders.published(officer, desk, country["torino"], title=title)
    client.get("/citta/torino/")
    with django_assert_num_queries(12):
        response = client.get("/citta/torino/")
    assert len(response.context["items"]) == number
