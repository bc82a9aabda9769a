"""The other endpoints, and what holds for all: errors, headers, rate, schema."""

import pytest
from django.db import OperationalError, transaction
from jsonschema import Draft202012Validator

from api.throttles import AddressRate, MinuteCounts
from projects import publishing
from projects.models import Project
from protocols.models import Protocol
from tests import builders

READS = [
    "",
    "projects",
    "projects/facets",
    "municipalities",
    "municipalities/L219",
    "areas",
    "organisations",
    "protocols",
    "stats",
    "datasets",
    "status",
    "openapi.json",
]
SCHEMAS = {
    "projects": "ProjectList",
    "projects/facets": "Facets",
    "municipalities": "MunicipalityList",
    "municipalities/L219": "Municipality",
    "areas": "AreaList",
    "organisations": "OrganisationList",
    "protocols": "ProtocolList",
    "stats": "Stats",
    "datasets": "DatasetList",
    "status": "Status",
}


def test_areas_are_the_eight(get, publish, django_assert_num_queries):
    publish(other_areas=["mobility"])
    get("areas")  # which renews what this process keeps of the index
    with django_assert_num_queries(1):  # the version of the index
        answer = get("areas")
    assert [(area["key"], area["projects"]) for area in answer["results"]] == [
        ("environment", 0),
        ("energy", 1),
        ("economy", 0),
        ("people", 0),
        ("mobility", 1),
        ("living", 0),
        ("government", 0),
        ("planning", 0),
    ]


@pytest.mark.parametrize("cards", [1, 3])
def test_organisations_are_those_with_cards(get, publish, municipalities, django_assert_num_queries, cards):
    for number in range(cards):
        publish(title=f"Progetto {number}")
    builders.draft(builders.officer(municipalities["samone"], "samone@example.org"), municipalities["samone"])
    with django_assert_num_queries(3):  # the version, the count, the page
        answer = get("organisations")
    assert answer["results"] == [
        {
            "slug": "comune-di-torino",
            "name": "Comune di Torino",
            "kind": "municipality",
            "ipa_code": "",
            "website": "",
            "municipality": "L219",
            "projects": cards,
        }
    ]
    assert get("organisations?q=ivrea")["count"] == 0


def test_protocols_are_the_published_ones(get, db):
    Protocol.objects.create(slug="bozza", title="Bozza", summary="x", promoter="y")
    Protocol.objects.create(
        slug="toscana", title="Toscana", summary="x", promoter="y", published_at="2026-01-01T00:00Z"
    )
    answer = get("protocols")
    assert [(p["slug"], p["members"]) for p in answer["results"]] == [("toscana", 0)]


@pytest.mark.parametrize("cards", [1, 3])
def test_stats_count_everything(get, publish, django_assert_num_queries, cards):
    for number in range(cards):
        publish(title=f"Progetto {number}", total_cost=1000)
    get("stats")  # which renews what this process keeps of the index
    with django_assert_num_queries(2):  # the version, the newest card; names of regions are at hand
        answer = get("stats")
    assert (answer["projects"], answer["municipalities"], answer["total_cost"]) == (
        cards,
        1,
        f"{cards}000.00",
    )
    assert answer["region"] == [{"value": "01", "label": "Piemonte", "count": cards}]


@pytest.mark.parametrize("cards", [1, 3])
def test_datasets_take_one_query(get, publish, django_assert_num_queries, cards):
    for number in range(cards):
        publish(title=f"Progetto {number}")
    with django_assert_num_queries(1):  # when a card was last published
        answer = get("datasets")
    assert [dataset["slug"] for dataset in answer["results"]] == [
        "progetti",
        "comuni",
        "aree",
        "enti",
        "protocolli",
        "esportazione-nazionale",
    ]
    assert {file["format"] for file in answer["results"][0]["files"]} >= {"csv", "jsonl", "geojson", "json"}


def test_status_speaks_problem_json(client):
    answer = client.get("/api/v1/status")
    assert (answer["Content-Type"], answer.json()) == (
        "application/problem+json",
        {"status": 200, "title": "OK"},
    )


@pytest.mark.parametrize("path", ["nessuno", "projects/", "projects/x/y/z", "areas/energy"])
def test_unknown_path_is_a_problem(client, db, path):
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["type"] == "about:blank"


@pytest.mark.parametrize("path", READS)
def test_every_read_has_etag_cors_and_rate(client, publish, path):
    publish()
    answer = client.get(f"/api/v1/{path}", headers={"accept": "text/html", "origin": "https://example.org"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert (answer["X-RateLimit-Limit"], answer["X-RateLimit-Remaining"]) == ("600", "599")
    assert 0 < int(answer["X-RateLimit-Reset"]) <= 60
    again = client.get(f"/api/v1/{path}", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    assert again["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_etag_changes_with_the_content(client, publish):
    publish()
    before = client.get("/api/v1/projects")["ETag"]
    publish("ivrea", title="Altro")
    assert client.get("/api/v1/projects", headers={"if-none-match": before}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_only_reads_are_allowed(client, db, method):
    answer = getattr(client, method)("/api/v1/projects")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_head_has_no_body(client, publish):
    publish()
    answer = client.head("/api/v1/projects")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"] == client.get("/api/v1/projects")["ETag"]


def test_preflight_is_answered(client, db):
    answer = client.options("/api/v1/projects", headers={"access-control-request-method": "GET"})
    assert (answer.status_code, answer["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")


def test_too_many_requests_are_told_when_to_come_back(client, monkeypatch):
    monkeypatch.setattr(AddressRate, "limit", 2)
    answers = [client.get("/api/v1/status") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert answers[2]["X-RateLimit-Remaining"] == "0"
    assert 0 < int(answers[2]["Retry-After"]) <= 60


def test_cache_that_is_away_closes_nothing(get, monkeypatch, settings):
    def broken(*args, **kwargs):
        raise ConnectionError

    settings.CACHE_IS_SHARED = True
    monkeypatch.setattr("api.throttles.cache.add", broken)
    assert get("status")["status"] == 200


def test_database_that_is_away_is_a_503(client, monkeypatch, db):
    def away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("api.views.projects.find", away)
    answer = client.get("/api/v1/projects")
    assert (answer.status_code, answer["Retry-After"]) == (503, "15")
    assert answer.json()["title"] == "Service Unavailable"


def test_signed_in_person_gets_the_same_answer(client, publish):
    card = publish()
    before = client.get("/api/v1/projects").content
    client.force_login(card.published_by)
    assert client.get("/api/v1/projects").content == before


def test_nothing_of_the_desk_leaks(client, publish, municipalities):
    canary = "CANARINO"
    builders.draft(
        builders.officer(municipalities["samone"], "samone@example.org"),
        municipalities["samone"],
        title=canary,
    )
    card = publish()
    Project.objects.filter(pk=card.record_id).update(
        title=canary, need=canary, contact_email="capo@example.org"
    )
    for path in [*READS, f"projects/{card.code}", f"projects/{card.code}/versions"]:
        body = client.get(f"/api/v1/{path}").content.decode()
        assert canary not in body
        assert "@example.org" not in body


@pytest.fixture
def schema(get):
    return get("openapi.json")


def test_schema_is_openapi_31(schema):
    assert schema["openapi"] == "3.1.0"
    assert schema["info"]["license"]["name"] == "CC BY 4.0"
    assert sorted(schema["paths"]) == [
        "/areas",
        "/datasets",
        "/municipalities",
        "/municipalities/{code}",
        "/organisations",
        "/projects",
        "/projects/facets",
        "/projects/withdrawn",
        "/projects/{code}",
        "/projects/{code}/adoptions",
        "/projects/{code}/fit",
        "/projects/{code}/replicability",
        "/projects/{code}/similar",
        "/projects/{code}/versions",
        "/projects/{code}/versions/{edition}",
        "/protocols",
        "/stats",
        "/status",
        "/submissions",
    ]


def test_schema_tells_errors_and_rate_of_every_operation(schema):
    for path in schema["paths"].values():
        if "get" not in path:
            continue
        answers = path["get"]["responses"]
        assert {"200", "400", "404", "422", "429", "503"} <= set(answers)
        assert "X-RateLimit-Remaining" in answers["200"]["headers"]


@pytest.mark.parametrize("path", SCHEMAS)
def test_answer_is_as_the_schema_says(get, publish, schema, path):
    publish(other_areas=["mobility"])
    told = {"$ref": f"#/components/schemas/{SCHEMAS[path]}", "components": schema["components"]}
    errors = list(Draft202012Validator(told).iter_errors(get(path)))
    assert errors == []


def test_card_is_as_the_schema_says(get, publish, schema):
    card = publish()
    told = {"$ref": "#/components/schemas/ProjectCard", "components": schema["components"]}
    assert list(Draft202012Validator(told).iter_errors(get(f"projects/{card.code}"))) == []


@pytest.mark.parametrize("number", [1, 3])
def test_protocols_take_three_queries(get, municipalities, django_assert_num_queries, number):
    for name in ("torino", "ivrea", "samone")[:number]:
        protocol = Protocol.objects.create(
            slug=name, title=name, summary="x", promoter="y", published_at="2026-01-01T00:00Z"
        )
        builders.officer(municipalities[name], f"{name}@example.org")
    with django_assert_num_queries(3):  # the version, the count, the page
        answer = get("protocols")
    assert (answer["count"], len(answer["results"])) == (number, number)
    assert protocol.slug in {row["slug"] for row in answer["results"]}


@pytest.mark.parametrize("number", [1, 3])
def test_versions_take_four_queries(get, publish, django_assert_num_queries, number):
    card = publish(title="Luci")
    for _edition in range(1, number):
        with transaction.atomic():
            publishing.issue_project(builders.project_of(card), by=None)
    with django_assert_num_queries(4):  # the version, the card, the count, the page
        answer = get(f"projects/{card.code}/versions")
    assert [row["edition"] for row in answer["results"]] == list(range(number, 0, -1))


@pytest.mark.parametrize(("text", "number", "queries"), [("ivrea", 1, 4), ("", 3, 3)])
def test_municipalities_found_take_as_many_queries(
    get, municipalities, django_assert_num_queries, text, number, queries
):
    get("municipalities?q=torino")  # the names of municipalities are cached
    with django_assert_num_queries(queries):  # the version, of a text the one it means, the count, the page
        answer = get(f"municipalities?q={text}")
    assert len(answer["results"]) >= number


def test_former_name_leads_to_the_municipality_of_today(get, municipalities):
    (row,) = get("municipalities?q=Alice+Superiore")["results"]
    assert (row["name"], row["former_name"]) == ("Val di Chy", "Alice Superiore")


def test_every_address_is_counted_however_many_there_are(client, monkeypatch):
    monkeypatch.setattr(AddressRate, "limit", 1)
    monkeypatch.setattr("api.throttles.time.time", lambda: 1_800_000_000.0)
    addresses = [f"10.0.{number // 250}.{number % 250}" for number in range(700)]
    for expected in (200, 429):
        found = {client.get("/api/v1/status", REMOTE_ADDR=address).status_code for address in addresses}
        assert found == {expected}


def test_count_begins_anew_with_the_minute_and_before_memory_ends(monkeypatch):
    monkeypatch.setattr("api.throttles.MAX_ADDRESSES", 2)
    minute = MinuteCounts()
    assert [minute.count("a", 1), minute.count("a", 1), minute.count("a", 2)] == [1, 2, 1]
    assert [minute.count(name, 2) for name in ("b", "a", "c", "a")] == [1, 2, 1, 1]
