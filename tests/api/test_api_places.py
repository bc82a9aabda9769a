"""/api/v1/municipalities: today, on a day, and by codes old and new."""

from datetime import date

import pytest

from municipalities.models import TerritoryCode


def codes(answer) -> list[str]:
    return [item["code"] for item in answer["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["E379", "H753", "H754", "L219", "M405"]),
        ("province=TO", ["E379", "H753", "L219", "M405"]),
        ("province=to", ["E379", "H753", "L219", "M405"]),
        ("province=TO&province=TN", ["E379", "H753", "H754", "L219", "M405"]),
        ("region=04", ["H754"]),
        ("province=TO&on=2018-12-31", ["A199", "E379", "H753", "L219"]),
        ("province=TO&on=2019-01-01", ["E379", "H753", "L219", "M405"]),
        ("q=chy val", ["M405"]),
        ("q=xyz", []),
        ("limit=1&offset=3", ["L219"]),
    ],
)
def test_list(get, municipalities, query, found):
    assert sorted(codes(get(f"municipalities?{query}"))) == found


@pytest.mark.parametrize("query", ["province=ZZ", "region=99", "on=ieri"])
def test_bad_value_is_told(get, municipalities, query):
    assert get(f"municipalities?{query}", 422)["errors"][0]["parameter"] == query.split("=")[0]


def test_names_and_codes_are_those_of_the_day(get, municipalities):
    TerritoryCode.objects.filter(territory=municipalities["ivrea"]).update(valid_from=date(2010, 1, 1))
    TerritoryCode.objects.create(
        territory=municipalities["ivrea"],
        istat_code="001999",
        name="Eporedia",
        search_name="eporedia",
        province=municipalities["ivrea"].province,
        valid_to=date(2010, 1, 1),
    )
    then = get("municipalities?q=ivrea&on=2009-12-31")["results"][0]
    assert (then["name"], then["istat_code"], then["code"]) == ("Eporedia", "001999", "E379")
    assert get("municipalities?q=ivrea")["results"][0]["name"] == "Ivrea"


@pytest.mark.parametrize("limit", [1, 3])
def test_list_takes_three_queries(get, municipalities, django_assert_num_queries, limit):
    with django_assert_num_queries(3):  # the version, the count, the page
        get(f"municipalities?limit={limit}")


@pytest.mark.parametrize("limit", [1, 3])
def test_list_on_a_day_takes_four_queries(get, municipalities, django_assert_num_queries, limit):
    with django_assert_num_queries(4):  # the version, the count, the page, the codes of that day
        get(f"municipalities?on=2019-01-01&limit={limit}")


@pytest.mark.parametrize("code", ["L219", "l219", "001272", "1272", "torino"])
def test_detail_by_any_code(get, municipalities, code):
    answer = get(f"municipalities/{code}")
    assert (answer["code"], answer["requested_code"], answer["province"], answer["region"]) == (
        "L219",
        code,
        "TO",
        "01",
    )
    assert (answer["population"], answer["population_year"]) == (848_748, 2021)


@pytest.mark.parametrize("code", ["A199", "001005"])
def test_merged_municipality_leads_to_its_successor(get, municipalities, code):
    answer = get(f"municipalities/{code}")
    assert (answer["code"], answer["name"], answer["requested_code"]) == ("M405", "Val di Chy", code)


@pytest.mark.parametrize("code", ["Z999", "999999", "a%00b", "²²²²"])
def test_unknown_code_is_a_problem(get, municipalities, code):
    assert get(f"municipalities/{code}", 404)["title"] == "Not Found"


@pytest.mark.parametrize("cards", [1, 3])
def test_totals_of_a_municipality(get, publish, django_assert_num_queries, cards):
    publish(title="Luci", start_actual="2019", end_planned="2020")
    for number in range(cards - 1):
        publish(title=f"Bici {number}", primary_area="mobility", start_actual="2020", end_actual="2020")
    publish("ivrea", title="Altrove")
    get("municipalities/L219")  # which renews what this process keeps of the index
    with django_assert_num_queries(2):  # the place, the version of the index
        totals = get("municipalities/L219")["totals"]
    assert totals["projects"] == cards
    assert sum(row["count"] for row in totals["area"]) == cards
    assert totals["year"][0] == {"value": "2019", "label": "2019", "count": 1}


def test_project_of_a_merged_municipality_counts_for_its_successor(get, publish, municipalities):
    publish("alice", title="Scuola")
    assert get("municipalities/M405")["totals"]["projects"] == 1
