"""The list of projects, its views, the map and the search of the site: what they show, say and cost."""

import gzip
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.models import Edition
from cards.pages import listing as list_views
from municipalities.models import Territory, TerritoryBoundary
from observatory.public_cache import response_cache
from protocols.models import Protocol
from tests import builders
from tests.cards.test_public_pages import words

pytestmark = pytest.mark.django_db
SQUARE = "M{x} {y}l90 0 0 90-90 0z"


@pytest.fixture
def municipalities():
    places = builders.piedmont()
    for number, place in enumerate(Territory.objects.filter(valid_to=None)):
        x = 5000 + 100 * number
        TerritoryBoundary.objects.create(
            territory=place,
            geojson="{}",
            svg_path=SQUARE.format(x=x, y=-45000),
            min_x=x,
            min_y=-45000,
            max_x=x + 90,
            max_y=-44910,
        )
    return places


@pytest.fixture
def publish(municipalities):
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()

    def one(title="Illuminazione pubblica a LED", municipality="torino", **fields):
        return builders.published(office, desk, municipalities[municipality], title=title, **fields)

    return one


@pytest.fixture
def cards(publish):
    publish()
    publish(
        "Mobilità sostenibile in città", "ivrea", primary_area="mobility", stage="completed", total_cost=90
    )
    publish("Qualità dell’aria", "samone", primary_area="environment", need="Troppe polveri a scuola.")


def get(client, path):
    """The page as it is made, with its context, not as it was kept."""
    response_cache.LOCAL.clear()
    response = client.get(path)
    assert response.status_code == 200, path
    return response


def titles(response) -> list[str]:
    return [item["title"] for item in response.context["items"]]


def group(response, key: str) -> dict:
    return next(group for group in response.context["groups"] if group["key"] == key)


# Filters


def test_filters_are_in_their_order_and_the_less_used_ones_folded(client, cards):
    groups = get(client, "/progetti/").context["groups"]
    assert [(g["name"], g["is_folded"]) for g in groups] == [
        ("area", False),
        ("stato", False),
        ("notizia", False),
        ("replicabilita", False),
        ("comune", False),
        ("provincia", True),
        ("regione", True),
        ("anno", True),
        ("tipo", True),
        ("fonte", True),
        ("costo", True),
        ("tecnologia", True),
        ("obiettivo", True),
    ]


def test_counts_follow_the_other_filters_and_keep_what_has_none(client, cards):
    page = get(client, "/progetti/?comune=ivrea")
    areas = {option["value"]: option["count"] for option in group(page, "area")["options"]}
    assert areas["mobilita"] == 1
    assert areas["energia"] == 0
    municipalities = [(option["label"], option["count"]) for option in group(page, "municipality")["options"]]
    assert municipalities == [("Ivrea", 1), ("Samone", 1), ("Torino", 1)]


def test_folded_group_with_a_value_is_open(client, cards):
    page = get(client, "/progetti/?regione=01")
    assert (group(page, "region")["is_open"], group(page, "year")["is_open"]) == (True, False)
    html = page.content.decode()
    assert re.search(r'id="group-region"\s+data-live\s+open\s*>', html)
    assert re.search(r'id="group-year"\s+data-live\s*>', html)


def test_several_values_and_their_chips(client, cards):
    page = get(client, "/progetti/?area=energia&area=mobilita&vista=tabella")
    assert page.context["count"] == 2
    chips = [(str(chip["title"]), str(chip["label"]), chip["url"]) for chip in page.context["chips"]]
    assert chips == [
        ("Area", "Energia", "?area=mobilita&vista=tabella"),
        ("Area", "Mobilità", "?area=energia&vista=tabella"),
    ]
    assert "Togli il filtro Area: Energia" in words(page)


def test_long_lists_are_bounded_and_the_rest_is_proposed_while_typing(client, publish):
    publish(technologies=[f"tecnica {n:02d}" for n in range(14)])
    technology = group(get(client, "/progetti/?tecnologia=tecnica+13"), "technology")
    assert [option["label"] for option in technology["options"]][:2] == ["tecnica 13", "tecnica 00"]
    assert (len(technology["options"]), len(technology["offered"]), technology["more"]) == (10, 4, [])


def test_goals_are_shown_ten_at_first_then_all(client, publish):
    publish(sdgs=[7, 11])
    page = get(client, "/progetti/")
    goals = group(page, "sdg")
    assert (len(goals["options"]), len(goals["more"])) == (10, 7)
    assert "Mostra tutti (17)" in words(page)


def test_form_keeps_sort_view_and_ranges(client, cards):
    html = get(client, "/progetti/?ordina=titolo&vista=tabella&anno_da=2010").content.decode()
    kept = re.search(r'id="filter-kept".*?</div>', html, re.DOTALL)[0]
    assert re.findall(r'name="(\w+)" value="(\w+)"', kept) == [
        ("ordina", "titolo"),
        ("vista", "tabella"),
        ("anno_da", "2010"),
    ]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("vista=globo", "Il valore «globo» di vista non esiste"),
        ("ordina=caso", "Il valore «caso» di ordina non esiste"),
        ("formato=doc", "Il valore «doc» di formato non esiste"),
        ("q=" + "a" * 300, "al massimo 200 caratteri: qui sono 300"),
        ("comune=Samone", "Più Comuni si chiamano «Samone»"),
    ],
)
def test_what_cannot_be_read_is_told(client, cards, query, told):
    assert told in words(get(client, f"/progetti/?{query}"))


@pytest.mark.parametrize("path", ["/progetti/", "/mappa/", "/cerca/"])
def test_address_beyond_the_most_is_refused_with_its_reason(client, cards, path):
    response = client.get(path, {"area": ["energia"] * 900})
    assert response.status_code == 414
    assert "il massimo è 8.000" in words(response)
    assert "Ricomincia senza filtri" in words(response)


def test_page_beyond_the_end_keeps_the_view(client, cards):
    response = client.get("/progetti/?pagina=7&vista=tabella")
    assert (response.status_code, response["Location"]) == (302, "/progetti/?vista=tabella&pagina=1")


# Nothing found


def test_empty_list_says_what_to_remove_most_first(client, cards):
    page = get(client, "/progetti/?area=energia&stato=completed&q=luce+fognature")
    assert page.context["widenings"] == []
    page = get(client, "/progetti/?area=energia&area=ambiente&stato=completed")
    ways = [(way["label"], way["count"], way["url"]) for way in page.context["widenings"]]
    assert ways == [
        ("Concluso", 2, "?area=energia&area=ambiente"),
        ("Energia o Ambiente", 1, "?stato=completed"),
    ]


def test_empty_search_says_which_word_to_remove(client, cards):
    ways = get(client, '/progetti/?q="polveri"+fognature').context["widenings"]
    assert [(way["label"], way["count"], way["url"]) for way in ways] == [
        ('"polveri" fognature', 3, ""),
        ("le virgolette", 1, "?q=polveri+fognature"),
    ]


def test_search_without_a_card_for_all_words_gives_those_with_most_and_says_so(client, cards):
    page = get(client, "/progetti/?q=polveri+fognature")
    assert page.context["count"] == 1
    assert "Nessuna scheda ha tutte le parole: 1 ne ha 1 su 2." in words(page)


def test_synonyms_are_searched_and_named(client, cards):
    page = get(client, "/progetti/?q=smog+scuole")
    assert page.context["count"] == 1
    assert "Abbiamo cercato anche: " in words(page)


# Words


def test_words_put_in_place_of_others_are_told_with_a_way_back(client, cards):
    page = get(client, "/progetti/?q=mobilita+sostenible")
    assert titles(page) == ["Mobilità sostenibile in città"]
    assert "Nessun risultato per “mobilita sostenible”: mostriamo “mobilità sostenibile”." in words(page)
    exact = re.search(r'href="([^"]+)"[^>]*>Cerca esattamente', page.content.decode())[1]
    again = get(client, exact.replace("&amp;", "&"))
    assert titles(again) == []
    assert again.context["query"].text == 'mobilita "sostenible"'


def test_found_words_are_marked_in_title_and_text(client, cards):
    html = get(client, "/progetti/?q=scuole").content.decode()
    assert "Troppe polveri a <mark>scuola</mark>." in html
    html = get(client, "/progetti/?q=mobilita").content.decode()
    assert "<mark>Mobilità</mark> sostenibile in città</a></h3>" in html


def test_phrase_too_frequent_to_be_checked_is_told(client, cards, monkeypatch):
    monkeypatch.setattr("cardindex.matching.MAX_CHECKED", 0)
    page = get(client, '/progetti/?q="mobilità+sostenibile"')
    assert "non abbiamo controllato che siano proprio in quell’ordine" in words(page)
    monkeypatch.undo()
    assert "non abbiamo controllato" not in words(get(client, '/progetti/?q="mobilità+sostenibile"'))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=240),
    path=st.sampled_from(["/progetti/", "/mappa/", "/cerca/", "/cerca/suggerimenti"]),
)
def test_no_text_is_an_error(client, cards, text, path):
    assert client.get(path, {"q": text, "tecnologia": text, "comune": text}).status_code == 200


# Views and downloads


def test_view_is_in_the_address_and_told(client, cards):
    page = get(client, "/progetti/?vista=tabella&area=energia")
    views = [(view["label"], view["url"], view["is_current"]) for view in page.context["views"]]
    assert views == [
        ("Elenco", "?area=energia", False),
        ("Mappa", "?area=energia&vista=mappa", False),
        ("Tabella", "?area=energia&vista=tabella", True),
    ]


def test_table_sorts_by_its_headings(client, cards):
    page = get(client, "/progetti/?vista=tabella&ordina=costo_crescente")
    assert titles(page)[0] == "Mobilità sostenibile in città"
    columns = page.context["columns"]
    assert columns["cost"] == {"url": "?ordina=costo_decrescente&vista=tabella", "sorted": "ascending"}
    assert columns["title"] == {"url": "?ordina=titolo&vista=tabella", "sorted": ""}
    html = page.content.decode()
    assert html.count("aria-sort=") == 1
    assert '<th scope="row"><a href="/progetti/' in html
    newest = get(client, "/progetti/?vista=tabella").context["columns"]["published"]
    assert newest == {"url": "?ordina=meno_recenti&vista=tabella", "sorted": "descending"}


def test_map_view_draws_the_results_nearer_with_each_filter(client, cards):
    far = get(client, "/progetti/?vista=mappa").context["map"]
    assert (far["level"], [(s["code"], s["count"], s["url"]) for s in far["shapes"]]) == (
        "region",
        [("01", 3, "?regione=01&vista=mappa")],
    )
    near = get(client, "/progetti/?vista=mappa&regione=01&provincia=TO").context["map"]
    assert near["level"] == "municipality"
    assert [(s["code"], s["label"]) for s in near["shapes"]] == [
        ("E379", "Ivrea: 1 progetto"),
        ("H753", "Samone: 1 progetto"),
        ("L219", "Torino: 1 progetto"),
    ]
    assert (near["blank_count"], near["outer"]) == (1, "?regione=01&vista=mappa")


def test_json_is_the_whole_list_and_its_size_as_told(client, publish):
    for number in range(12):
        publish(f"Progetto numero {number}")
    page = get(client, "/progetti/?pagina=2")
    response = get(client, "/progetti/?formato=json&pagina=2")
    body = b"".join(response.streaming_content)
    assert len(json.loads(body)) == 12
    assert json.loads(body)[0]["title"] == "Progetto numero 11"
    assert abs(page.context["sizes"]["json"] - len(body)) < len(body) * 0.1
    empty = get(client, "/progetti/?formato=json&area=persone")
    assert json.loads(b"".join(empty.streaming_content)) == []


def test_csv_comes_from_the_api_with_the_same_filters(client, cards):
    response = client.get("/progetti/?formato=csv&area=energia&comune=torino")
    assert response.status_code == 302
    assert response["Location"] == "/api/v1/projects?area=energy&municipality=L219&format=csv"


def test_size_of_csv_is_about_as_told(client, publish):
    for number in range(12):
        publish(f"Progetto numero {number}")
    told = get(client, "/progetti/").context["sizes"]["csv"]
    response = client.get("/progetti/?formato=csv", follow=True)
    size = len(b"".join(response.streaming_content))
    assert size / 3 < told < size * 3


# Map


def test_map_counts_places_and_leads_nearer(client, cards):
    page = get(client, "/mappa/?area=energia")
    text = words(page)
    assert "Piemonte 1" in text
    assert "Senza progetti: 1 regione." in text
    assert 'href="/mappa/?area=energia&amp;regione=01"' in page.content.decode()
    assert "Vedi questi progetti in elenco" in text
    provinces = get(client, "/mappa/?regione=01").context["map"]
    assert (provinces["level"], [s["name"] for s in provinces["shapes"]]) == ("province", ["Torino"])


def test_boundaries_are_geojson_and_304_for_whoever_has_them(client, municipalities):
    response = get(client, "/mappa/confini/provincia-TO.geojson")
    data = json.loads(response.content)
    assert response["Content-Type"] == "application/geo+json"
    assert [f["properties"]["name"] for f in data["features"]] == ["Ivrea", "Samone", "Torino", "Val di Chy"]
    ring = data["features"][0]["geometry"]["coordinates"][0][0]
    assert ring[0] == ring[-1]
    assert 6 < ring[0][0] < 8
    assert 44 < ring[0][1] < 46
    again = client.get("/mappa/confini/provincia-TO.geojson", HTTP_IF_NONE_MATCH=response["ETag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("key", ["regione-99", "provincia-", "mondo", "provincia-XX", "regione-01-02"])
def test_unknown_boundaries_are_404(client, municipalities, key):
    assert client.get(f"/mappa/confini/{key}.geojson").status_code == 404


# Search of the whole site


def test_search_groups_projects_cities_protocols_pages(client, cards):
    Protocol.objects.create(
        slug="ivrea",
        title="Patto di Ivrea",
        summary="Per la città.",
        promoter="CTM",
        published_at="2026-01-01T00:00Z",
    )
    Protocol.objects.create(slug="bozza", title="Ivrea, bozza", summary="Non pubblicata.", promoter="CTM")
    context = get(client, "/cerca/?q=ivrea").context
    assert titles(get(client, "/cerca/?q=ivrea")) == ["Mobilità sostenibile in città"]
    assert [municipality.slug for municipality in context["municipalities"]] == ["ivrea"]
    assert [protocol.slug for protocol in context["protocols"]] == ["ivrea"]
    pages = [(str(page["title"]), page["url"]) for page in get(client, "/cerca/?q=cookie").context["pages"]]
    assert pages == [("Informativa privacy", "/privacy/")]


def test_suggestions_are_titles_places_and_areas(client, cards):
    found = json.loads(get(client, "/cerca/suggerimenti?q=mob").content)["suggestions"]
    slug = Edition.objects.get(title__startswith="Mobilità").slug
    assert found == [
        {"kind": "Progetto", "text": "Mobilità sostenibile in città", "url": f"/progetti/{slug}/"},
        {"kind": "Area", "text": "Mobilità", "url": "/aree/mobilita/"},
    ]
    found = json.loads(get(client, "/en/cerca/suggerimenti?q=ivr").content)["suggestions"]
    assert {"kind": "Municipality", "text": "Ivrea (TO)", "url": "/en/citta/ivrea/"} in found
    assert json.loads(get(client, "/cerca/suggerimenti?q=m").content) == {"suggestions": []}


def test_municipalities_are_suggested_as_a_form_reads_them(client, cards):
    found = json.loads(get(client, "/comuni/suggerimenti?q=ivr").content)["suggestions"]
    assert found == [{"kind": "Comune", "text": "Ivrea (TO)"}]
    assert json.loads(get(client, "/comuni/suggerimenti?q=%00i").content) == {"suggestions": []}
    assert json.loads(get(client, "/comuni/suggerimenti").content) == {"suggestions": []}


# What they cost

QUERIES = {
    # version, page; names and shapes of places are at hand
    "/progetti/": 2,
    # beside: texts of the cards shown for the snippets
    "/progetti/?q=led": 3,
    # the region: its code
    "/progetti/?regione=01": 3,
    "/progetti/?vista=mappa": 2,
    "/progetti/?vista=mappa&provincia=TO": 3,
    # no map
    "/progetti/?vista=tabella": 2,
    # version; the code of the province
    "/mappa/": 1,
    "/mappa/?provincia=TO": 2,
    # version, cards, their texts, municipalities: starting, containing; protocols
    "/cerca/?q=led": 7,
    # version, cards, municipalities: starting, containing
    "/cerca/suggerimenti?q=led": 5,
    "/mappa/confini/regione-01.geojson": 2,
    "/mappa/punti.geojson": 2,
}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("path", QUERIES)
def test_page_takes_the_same_queries_with_more_cards(
    client, publish, django_assert_num_queries, path, number
):
    for title in ["LED in centro", "LED in collina", "LED a Mirafiori"][:number]:
        publish(title)
    client.get(path)  # which renews what this process keeps of the index
    with django_assert_num_queries(QUERIES[path]):
        client.get(path)


@pytest.mark.parametrize(
    "path",
    [
        "/progetti/",
        "/progetti/?q=lavori",
        "/progetti/?vista=tabella",
        "/progetti/?vista=mappa&provincia=TO",
        "/mappa/",
        "/mappa/?provincia=TO",
        "/cerca/?q=lavori",
    ],
)
def test_page_stays_within_its_weight(client, publish, path):
    long = {"summary": "Lavori lunghi. " * 18, "technologies": [f"tecnica numero {n}" for n in range(30)]}
    for number in range(10):
        publish(f"Lavori {number} " + "con un titolo lungo " * 5, **long)
    assert list_views.PER_PAGE == 10
    assert len(gzip.compress(get(client, path).content)) <= 30_000


def test_points_are_the_cards_found_and_those_of_one_place_are_one(client, publish):
    first, second = publish("LED in centro"), publish("LED in collina")
    Edition.objects.filter(pk__in=[first.pk, second.pk]).update(longitude="7.68", latitude="45.07")
    alone = json.loads(get(client, "/mappa/punti.geojson?q=collina").content)["features"]
    assert [(f["geometry"]["coordinates"], f["properties"]) for f in alone] == [
        ([7.68, 45.07], {"label": "LED in collina", "url": f"/progetti/{second.slug}/"})
    ]
    (both,) = json.loads(get(client, "/mappa/punti.geojson?q=led").content)["features"]
    assert both["properties"]["label"] == "2 progetti in questo punto"
    Edition.objects.filter(pk=first.pk).update(longitude=None, latitude=None)
    assert len(json.loads(get(client, "/mappa/punti.geojson?q=led").content)["features"]) == 1
