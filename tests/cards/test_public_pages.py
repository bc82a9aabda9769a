"""Public pages read cards only: what they show and refuse, in how many queries, and without cookies."""

import json
import re
import uuid

import orjson
import pytest

from cards.models import Edition
from municipalities.models import TerritoryBoundary
from projects import actions, publishing, reviewing
from projects.models import Project
from tests import builders

pytestmark = pytest.mark.django_db


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


def words(response) -> str:
    """The page as a person reads it: no tags, single spaces."""
    main = re.search(r"<main.*?</main>", response.content.decode(), re.DOTALL)[0]
    text = re.sub(r"<[^>]+>", " ", main).replace("\xa0", " ").replace("&#x27;", "'").replace("&nbsp;", " ")
    return re.sub(r"\s+([.,;:)])", r"\1", " ".join(text.split()))


def results(response) -> list[str]:
    return [orjson.loads(item["raw"][0])["title"] for item in response.context["items"]]


# Home


def test_home_counts_what_is_published(client, card):
    response = client.get("/")
    figures = response.context["figures"]
    assert {name: figures[name] for name in ("projects", "cities", "municipalities", "undated")} == {
        "projects": 1,
        "cities": 1,
        "municipalities": 5,
        "undated": 0,
    }
    text = words(response)
    assert "Illuminazione pubblica a LED" in text
    assert "14 milioni di euro nella sola scheda su 1 che dice il costo." in text
    assert "Energia 14 1 scheda su 1" in text
    assert "Persone non noto 0 schede su 0" in text


def test_home_invites_when_empty(client, country):
    text = words(client.get("/"))
    assert "Le prime schede saranno pubblicate a breve. Sei un Comune? Pubblica la tua" in text
    assert "Ultimi aggiornamenti" not in text


def test_home_map_has_a_point_for_each_municipality_with_cards(client, card, country):
    def boundary(place, west, east, north, south):
        box = {"min_x": west, "max_x": east, "min_y": north, "max_y": south}
        TerritoryBoundary.objects.create(territory=country[place], svg_path="M0 0z", **box)

    region = country["torino"].province.region
    TerritoryBoundary.objects.create(
        territory=region, svg_path="M0 0z", min_x=100, max_x=900, min_y=50, max_y=700
    )
    boundary("torino", 300, 320, 250, 270)
    boundary("ivrea", 400, 420, 150, 170)
    assert client.get("/").context["italy"]["points"] == [(21, 21, 5.0)]


# List


def test_list_shows_card_with_its_words(client, card):
    text = words(client.get("/progetti/"))
    assert "1 progetto trovato" in text
    assert "14.000.000 € · 2019" in text
    assert "Torino (TO)" in text


def test_list_hides_drafts(client, officer, country):
    builders.draft(officer, country["torino"], title="Ancora una bozza")
    response = client.get("/progetti/")
    assert results(response) == []
    assert "Ancora una bozza" not in words(response)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("area=energia", 1),
        ("area=mobilita", 0),
        ("stato=running", 1),
        ("stato=completed", 0),
        ("comune=torino", 1),
        ("comune=ivrea", 0),
        ("q=lampioni", 1),
        ("q=fognature", 0),
        ("area=energia&stato=running&comune=L219&q=led", 1),
    ],
)
def test_list_filters(client, card, query, found):
    assert len(results(client.get(f"/progetti/?{query}"))) == found


def test_unknown_filter_matches_nothing_and_is_told(client, card):
    response = client.get("/progetti/?area=marte")
    assert results(response) == []
    assert "Il valore «marte» di area non esiste" in words(response)
    assert "Togli il filtro Area: marte" in words(response)


def test_homonyms_are_offered_as_filters(client, card):
    response = client.get("/progetti/?comune=Samone")
    assert results(response) == []
    page = response.content.decode()
    assert 'href="?comune=H754"' in page
    assert 'href="?comune=H753"' in page


@pytest.mark.parametrize("path", ["/feed/progetti.atom", "/mappa/punti.geojson"])
@pytest.mark.parametrize("query", ["area=zzz", "comune=Samone", "costo_min=molto"])
def test_machine_readable_addresses_refuse_an_unknown_filter(client, card, path, query):
    response = client.get(f"{path}?{query}")
    assert response.status_code == 400
    assert ("non esiste" in response.content.decode()) or ("Samone (TO)" in response.content.decode())


def test_feed_names_its_author_and_its_filters(client, card):
    feed = client.get("/feed/progetti.atom?area=energia&comune=Torino").content.decode()
    assert "<author><name>Osservatorio Smart City</name></author>" in feed
    assert "<title>Progetti pubblicati – Area: Energia; Comune: Torino</title>" in feed


def test_list_without_result_says_which_filter_to_remove(client, card):
    text = words(client.get("/progetti/?area=mobilita"))
    assert "Nessun progetto corrisponde alla ricerca" in text
    assert "Togli «Mobilità»: 1 progetto" in text


def test_list_without_result_offers_like_words_other_pages_and_a_subscription(client, card):
    response = client.get("/progetti/?q=illuminotecnica")
    assert results(response) == []
    page = response.content.decode()
    assert [near["word"] for near in response.context["like_words"]] == ["illuminazione"]
    assert 'href="/progetti/?q=illuminazione"' in page
    assert 'href="/cerca/?q=illuminotecnica"' in page
    assert 'href="/segui/?q=illuminotecnica"' in page


def test_list_page_beyond_the_end_leads_to_the_last(client, card):
    response = client.get("/progetti/?area=energia&pagina=99")
    assert (response.status_code, response["Location"]) == (302, "/progetti/?area=energia&pagina=1")


@pytest.mark.parametrize("number", ["²", "0", "-1", "boh"])
def test_list_page_that_is_no_number_shows_the_first(client, card, number):
    assert results(client.get("/progetti/", {"pagina": number})) == ["Illuminazione pubblica a LED"]


def test_list_keeps_the_filters_when_it_is_sorted(client, card):
    html = client.get("/progetti/?area=energia&q=led").content.decode()
    form = re.search(r'<form class="sort-form".*?</form>', html, re.DOTALL)[0]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form)
    assert hidden == [("area", "energia"), ("q", "led")]


# Edition


def test_card_page_says_what_is_missing(client, card):
    text = words(client.get(f"/progetti/{card.slug}/"))
    assert "L’ente non lo ha scritto:" in text
    assert "quali risultati ha dato quale ufficio se ne occupa" in text
    assert "N/A" not in text


def test_card_page_formats_money_and_states_the_licence(client, card):
    response = client.get(f"/progetti/{card.slug}/")
    assert "14.000.000\u00a0€" in response.content.decode()
    assert f"Scheda {card.code} di Comune di Torino, edizione 1." in words(response)


def test_card_page_escapes_what_offices_write(client, officer, desk, country):
    nasty = "<script>alert(1)</script>"
    card = builders.published(officer, desk, country["torino"], title="Prova & co", need=nasty, summary=nasty)
    html = client.get(f"/progetti/{card.slug}/").content.decode()
    assert nasty not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_card_linked_data_is_readable_and_cannot_break_out(client, officer, desk, country):
    card = builders.published(officer, desk, country["torino"], title="</script><b>", summary="Due & due.")
    html = client.get(f"/progetti/{card.slug}/").content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1]
    data = json.loads(block)
    assert (data["name"], data["abstract"], data["identifier"]) == ("</script><b>", "Due & due.", card.code)


def test_code_leads_to_the_slug(client, card):
    response = client.get(f"/progetti/{card.code.lower()}/")
    assert (response.status_code, response["Location"]) == (301, f"/progetti/{card.slug}/")


def test_unknown_card_is_404_with_search_and_areas(client, country):
    response = client.get("/progetti/non-esiste/")
    assert response.status_code == 404
    assert "Questa pagina non esiste o è stata spostata" in words(response)
    assert 'href="/aree/energia/"' in response.content.decode()


def test_withdrawn_card_is_410_with_reason(client, card, desk):
    publishing.withdraw(card, by=desk, reason="Scheda doppia")
    response = client.get(f"/progetti/{card.slug}/")
    assert response.status_code == 410
    assert "Perché Scheda doppia" in words(response)
    assert "14.000.000" not in words(response)
    assert results(client.get("/progetti/")) == []


def test_json_is_the_document_of_the_card(client, card):
    response = client.get(f"/progetti/{card.slug}/scheda.json")
    data = json.loads(response.content)
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert (data["code"], data["total_cost"], data["lead_municipality"]["name"]) == (
        card.code,
        "14000000",
        "Torino",
    )


def test_preview_is_not_for_the_public(client, officer, country):
    project = builders.draft(officer, country["torino"])
    response = client.get(f"/area-riservata/progetti/{project.code}/anteprima/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accesso/")


# Editions


@pytest.fixture
def second_edition(card, officer, desk):
    project = actions.revise(builders.project_of(card), by=officer)
    Project.objects.filter(pk=project.pk).update(summary="Ora con 9.000 lampioni.")
    project.refresh_from_db()
    actions.submit(project, by=officer, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    return publishing.publish(project, by=desk)


def test_versions_lists_editions_from_the_last(client, second_edition):
    text = words(client.get(f"/progetti/{second_edition.slug}/versioni/"))
    assert text.index("Edizione 2 (in vigore)") < text.index("Edizione 1")
    assert "Confronta la 1 con la 2" in text


def test_comparison_tells_the_difference_in_words(client, second_edition):
    rows = client.get(f"/progetti/{second_edition.slug}/versioni/1/confronta/2/").context["differences"]
    assert [(row["field"], row["before"], row["after"]) for row in rows] == [
        (
            "summary",
            "Sostituzione dei lampioni con apparecchi a LED telecontrollati.",
            "Ora con 9.000 lampioni.",
        )
    ]


def test_past_edition_says_it_is_past_and_is_not_indexed(client, second_edition):
    response = client.get(f"/progetti/{second_edition.slug}/versioni/1/")
    assert "Questa è l’edizione 1: non è più in vigore." in words(response)
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_unknown_edition_is_404(client, card):
    assert client.get(f"/progetti/{card.slug}/versioni/7/").status_code == 404
    assert client.get(f"/progetti/{card.slug}/versioni/1/confronta/7/").status_code == 404


# Cities


def test_city_page_tells_year_and_source(client, card):
    text = words(client.get("/citta/torino/"))
    assert "Abitanti 848.748 ISTAT, 2021" in text
    assert "Superficie Non comunicato" in text
    assert "Vedi il progetto" in text


def test_city_without_projects_has_its_page_and_its_neighbours(client, card):
    text = words(client.get("/citta/ivrea/"))
    assert "Ivrea non ha ancora pubblicato progetti." in text


@pytest.mark.parametrize("name", ["L219", "l219", "001272"])
def test_city_code_leads_to_the_slug(client, country, name):
    response = client.get(f"/citta/{name}/")
    assert (response.status_code, response["Location"]) == (301, "/citta/torino/")


def test_merged_municipality_leads_to_its_successor(client, country):
    response = client.get("/citta/A199/")
    assert (response.status_code, response["Location"]) == (301, "/citta/val-di-chy/")


def test_unknown_city_is_404(client, country):
    assert client.get("/citta/atlantide/").status_code == 404


def test_city_list_filters_by_name_and_province(client, card):
    def names(query):
        return [row["municipality"].slug for row in client.get(f"/citta/?{query}").context["rows"]]

    assert sorted(names("q=samone")) == ["samone-tn", "samone-to"]
    assert names("q=samone&provincia=TN") == ["samone-tn"]
    assert names("solo=con-progetti") == ["torino"]
    assert names("q=atlantide") == []


# Areas, search, feeds


def test_area_page_counts_its_projects(client, card):
    context = client.get("/aree/energia/").context
    assert (context["count"], context["municipalities"]) == (1, 1)
    assert client.get("/aree/mobilita/").context["count"] == 0
    assert client.get("/aree/marte/").status_code == 404


def test_search_finds_projects_municipalities_and_areas(client, card):
    context = client.get("/cerca/?q=torino").context
    assert (results_of(context), [t.slug for t in context["municipalities"]]) == (
        ["Illuminazione pubblica a LED"],
        ["torino"],
    )
    assert [a.slug for a in client.get("/cerca/?q=mobil").context["areas"]] == ["mobilita"]


def results_of(context) -> list[str]:
    return [item["title"] for item in context["items"]]


def test_search_without_result_offers_the_areas(client, card):
    text = words(client.get("/cerca/?q=fognature"))
    assert "Non c’è niente con queste parole" in text
    assert "Oppure comincia da un’area" in text


def test_feeds_carry_the_cards(client, card):
    everything = client.get("/feed/progetti.atom").content.decode()
    assert f"urn:osservatorio:{card.code}" in everything
    assert card.code in client.get("/citta/torino/feed.atom").content.decode()
    assert card.code not in client.get("/citta/ivrea/feed.atom").content.decode()


# What holds for all of them

PUBLIC = [
    "/", "/progetti/", "/progetti/{slug}/", "/progetti/{slug}/versioni/", "/progetti/{slug}/scheda.json",
    "/mappa/", "/citta/", "/citta/torino/", "/citta/ivrea/", "/aree/", "/aree/energia/", "/cerca/?q=led",
    "/feed/progetti.atom", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt", "/accessibilita/",
    "/privacy/", "/note-legali/", "/assistenza/", "/domande-frequenti/", "/per-i-comuni/", "/mappa-del-sito/",
    "/protocolli/", "/en/",
]  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_answers_without_cookies(client, card, path):
    response = client.get(path.format(slug=card.slug))
    assert response.status_code == 200
    assert response.cookies == {}
    assert "default-src 'none'" in response["Content-Security-Policy"]


# Django's own feeds and site maps answer any method in the same way.
@pytest.mark.parametrize("path", [path for path in PUBLIC if not path.endswith((".atom", ".xml"))])
def test_public_page_takes_no_post(client, card, path):
    assert client.post(path.format(slug=card.slug)).status_code == 405


@pytest.mark.parametrize("path", [path for path in PUBLIC if path.endswith("/") and "en" not in path])
def test_public_page_has_one_heading_and_the_frame(client, card, path):
    html = client.get(path.format(slug=card.slug)).content.decode()
    assert len(re.findall(r"<h1\b", html)) == 1
    assert '<a class="visually-hidden-focusable" href="#contenuto">Vai al contenuto</a>' in html
    assert re.search(r"<title>[^<]+ \| Osservatorio Smart City</title>", html)
    assert 'hreflang="en"' in html


# One query more only for each line of reason: never one for each card.
# The version of all that is public is among them.
QUERIES = {
    # version; newest. The places are at hand
    "/": 2,
    # version; card; whether anybody rated it, took it up or says where it comes from; similar
    "/progetti/{slug}/": 4,
    # count, page, provinces
    "/citta/": 4,
    # municipality; sums; peers; money of peers; profile; page; former; reuses; practices; adhesions
    "/citta/torino/": 12,
    # two municipalities; for each: sums
    "/confronta/citta/?a=torino&b=ivrea": 7,
    # editions, by month, scores, reports
    "/statistiche/": 5,
    # card; assessments; adoptions, practices from outside, what it was born of
    "/progetti/{slug}/scheda.pdf": 6,
    # card
    "/progetti/{slug}/segnala/": 2,
    # cards
    "/aree/energia/": 2,
}


# A card alone has no similar ones to read.
@pytest.mark.parametrize("cards", [2, 3])
@pytest.mark.parametrize("path", QUERIES)
def test_page_takes_the_same_queries_with_more_cards(
    client, officer, desk, country, django_assert_num_queries, path, cards
):
    titles = ["LED in centro", "LED in collina", "LED a Mirafiori"][:cards]
    made = [builders.published(officer, desk, country["torino"], title=title) for title in titles]
    assert Edition.objects.current().count() == cards
    client.get(path.format(slug=made[0].slug))  # which renews what this process keeps of the index
    with django_assert_num_queries(QUERIES[path]):
        client.get(path.format(slug=made[0].slug))
