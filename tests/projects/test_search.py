import pytest
from django.http import QueryDict

from projects.search import facet_counts, find, page_params, parse
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def cards():
    towns = builders.piedmont()
    office, desk = builders.officer(towns["torino"]), builders.reviewer()
    return {
        "led": builders.published(office, desk, towns["torino"]),
        "bici": builders.published(
            office,
            desk,
            towns["ivrea"],
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
            towns["samone"],
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


def test_title_counts_more_than_summary(cards):
    assert found("q=mobilita") == ["Mobilità sostenibile in città", "Qualità dell’aria"]


@pytest.mark.parametrize("text", ["%25", "_", "'", '"', "*", "AND", "(", "a" * 500, "%F0%9F%98%80"])
def test_query_is_text_never_syntax(cards, text):
    assert found(f"q={text}") == []


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
        ("sort=colour", "sort"),
        ("updated_since=ieri", "updated_since"),
        ("bbox=9,1,8,2", "bbox"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_parameter(cards, query, parameter):
    parsed, problems = parse(QueryDict(query))
    assert [p.parameter for p in problems] == [parameter]
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
