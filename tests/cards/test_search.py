import csv
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from cards.search.query import facet_counts, find, page_params, parse
from cards.search.synonyms import FILE
from municipalities.models import Territory
from projects.models import Identifier
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def cards():
    municipalities = builders.piedmont()
    office, desk = builders.officer(municipalities["torino"]), builders.reviewer()
    return {
        "led": builders.published(office, desk, municipalities["torino"]),
        "bici": builders.published(
            office,
            desk,
            municipalities["ivrea"],
            title="Mobilità sostenibile in città",
            primary_area="mobility",
            other_areas=["environment"],
            stage="completed",
            total_cost=90_000,
            start_actual="2015",
            technologies=[],
        ),
        "aria": builders.published(
            office,
            desk,
            municipalities["samone"],
            title="Qualità dell’aria",
            summary="Sensori per la mobilità",
            primary_area="environment",
            total_cost=None,
            cost_unknown=True,
            start_actual="",
            technologies=["sensori"],
        ),
    }


def found(query: str, *, page: bool = False) -> list[str]:
    parsed, problems = parse(QueryDict(query), page=page)
    assert problems == []
    return [card.title for card in find(parsed)]


def test_no_filter_finds_all_from_the_newest(cards):
    assert found("") == [cards["aria"].title, cards["bici"].title, cards["led"].title]


@pytest.mark.parametrize("words", ["mobilita", "MOBILITÀ", "mobil", "mobilita%20sosten"])
def test_words_fold_case_and_accents_and_match_prefixes(cards, words):
    assert found(f"q={words}")[0] == "Mobilità sostenibile in città"


def test_every_expression_of_the_list_of_synonyms_is_a_query(cards):
    with FILE.open(encoding="utf-8", newline="") as file:
        expressions = [
            text for row in csv.DictReader(file, delimiter=";") for text in row["terms"].split("|")
        ]
    assert len(expressions) > 150
    for text in expressions:
        found(urlencode({"q": text}))


@pytest.mark.parametrize("words", ["AI", "IA", "intelligenza artificiale", "machine learning"])
def test_an_acronym_that_is_a_stop_word_has_synonyms(cards, words):
    working_copy = builders.project_of(cards["aria"])
    title = "Sportello con intelligenza artificiale"
    municipality, office = working_copy.lead_municipality, working_copy.created_by
    builders.published(office, builders.reviewer("altra@example.org"), municipality, title=title)
    assert found(urlencode({"q": words})) == [title]


def test_code_of_a_card_comes_first_and_is_found_with_blanks(cards):
    code = cards["led"].code
    prefix, year, number = code.split("-")
    for words in (code, code.lower(), f"{prefix} {year} {number}", f"{prefix}{year}{number}", f" {code} "):
        assert found(urlencode({"q": words}))[0] == cards["led"].title
    assert found("q=TO-1999-0001") == []


def test_cup_is_found_with_blanks_between_its_parts(cards):
    project = builders.project_of(cards["bici"])
    Identifier.objects.create(project=project, scheme="cup", value="J82C23000310001")
    builders.published_again(cards["bici"], builders.reviewer("altra@example.org"))
    for words in ("J82C 2300 0310 001", "j82c23000310001", "J82C-2300-0310-001"):
        assert found(urlencode({"q": words})) == [cards["bici"].title]


def test_name_of_a_former_municipality_finds_the_cards_of_the_present_one(cards, client):
    place = Territory.objects.get(code="M405")
    title = "Percorsi della valle"
    builders.published(
        builders.officer(place, "valle@example.org"),
        builders.reviewer("terza@example.org"),
        place,
        title=title,
    )
    assert found("q=Alice+Superiore") == [title]
    page = client.get("/progetti/?q=Alice+Superiore").content.decode()
    assert "«Alice Superiore» oggi fa parte di Val di Chy: questi sono i suoi progetti." in page
    search = client.get("/api/v1/projects?q=Alice+Superiore").json()["search"]
    assert search["former"] == [{"code": "M405", "former_name": "Alice Superiore"}]


def test_title_counts_more_than_summary(cards):
    assert found("q=mobilita") == ["Mobilità sostenibile in città", "Qualità dell’aria"]


@pytest.mark.parametrize("text", ["%25", "_", "'", '"', "*", "AND", "(", "a" * 200, "%F0%9F%98%80"])
def test_query_is_text_never_syntax(cards, text):
    assert found(f"q={text}") == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("q=" + "a" * 201, "al massimo 200 caratteri: qui sono 201"),
        ("q=" + "+".join(f"parola{n}{'x' * n}" for n in range(13)), "al massimo 12 parole"),
        ("&".join(f"technology=t{n}" for n in range(51)), "al massimo 50 valori: qui sono 51"),
    ],
)
def test_limits_are_told(cards, query, told):
    _parsed, problems = parse(QueryDict(query))
    assert len(problems) == 1
    assert told in problems[0].detail


def test_name_of_a_municipality_is_read_on_pages(cards):
    assert found("comune=Ivrea", page=True) == ["Mobilità sostenibile in città"]
    assert found("comune=samone+(to)", page=True) == ["Qualità dell’aria"]


def test_name_that_two_municipalities_bear_is_told(cards):
    parsed, problems = parse(QueryDict("comune=Samone"), page=True)
    assert [p.detail for p in problems] == [
        "Più Comuni si chiamano «Samone»: scrivi Samone (TN) o Samone (TO)"
    ]
    assert problems[0].choices == (("H754", "Samone (TN)"), ("H753", "Samone (TO)"))
    assert find(parsed).count() == 0


def test_one_query_has_one_address(cards):
    first, second = (
        parse(QueryDict(query), page=True)[0]
        for query in (
            "stato=running&area=mobilita&area=energia&q=+led++torino",
            "q=led torino&area=energia&area=mobilita&area=&stato=running&stato=running",
        )
    )
    assert page_params(first).urlencode() == page_params(second).urlencode()
    assert page_params(first).urlencode() == "q=led+torino&area=energia&area=mobilita&stato=running"


def test_values_of_one_facet_are_alternatives_and_facets_narrow(cards):
    assert found("area=energy&area=mobility") == [
        "Mobilità sostenibile in città",
        "Illuminazione pubblica a LED",
    ]
    assert found("area=environment&stage=completed") == ["Mobilità sostenibile in città"]


def test_pages_speak_italian(cards):
    assert found("area=energia&comune=torino&stato=running", page=True) == ["Illuminazione pubblica a LED"]


def test_municipality_by_any_code(cards):
    assert found("municipality=001125") == found("municipality=E379") == ["Mobilità sostenibile in città"]


def test_ranges(cards):
    assert found("cost_min=90000&cost_max=90000") == ["Mobilità sostenibile in città"]
    assert found("year_from=2018") == ["Illuminazione pubblica a LED"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("area=ambiente", "area"),
        ("stage=x", "stage"),
        ("municipality=Z999", "municipality"),
        ("year=abc", "year"),
        ("cost_min=molto", "cost_min"),
        ("cost_max=NaN", "cost_max"),
        ("bbox=1,2,3", "bbox"),
        ("updated_since=ieri", "updated_since"),
        ("bbox=9,1,8,2", "bbox"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_parameter(cards, query, parameter):
    parsed, problems = parse(QueryDict(query))
    assert [p.parameter for p in problems] == [parameter]
    assert find(parsed).count() == 0


def test_unknown_order_is_told_and_narrows_nothing(cards):
    parsed, problems = parse(QueryDict("sort=colour"))
    assert [p.parameter for p in problems] == ["sort"]
    assert parsed.is_empty


def test_counts_leave_out_their_own_filter(cards):
    query, _problems = parse(QueryDict("area=environment"))
    counts = facet_counts(query, ("area", "stage"))
    assert counts == {
        "area": {"energy": 1, "environment": 2, "mobility": 1},
        "stage": {"completed": 1, "running": 1},
    }


def test_page_params_is_the_inverse_of_parse(cards):
    query, _problems = parse(
        QueryDict("q=luce&area=energia&stato=running&anno_da=2015&ordina=titolo"), page=True
    )
    assert parse(page_params(query), page=True)[0] == query
