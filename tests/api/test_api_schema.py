"""The contract as a file, and the rules of the Italian guidelines (ModI) that their checker counts as errors.

The official rule set runs on Spectral and is not a package: what it calls an error is said again here.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.views.documentation import document

SNAPSHOT = Path(__file__).parent / "openapi.json"
RENEW = (
    "DEBUG=1 .venv/bin/python -c 'import django; django.setup(); "
    "from tests.api.test_api_schema import renew; renew()'"
)


def told() -> str:
    """The schema as it is kept: the same whatever the address of the portal."""
    return json.dumps(document("https://osservatorio.example.org"), indent=1, ensure_ascii=False) + "\n"


def renew() -> None:
    SNAPSHOT.write_text(told(), encoding="utf-8")


def test_schema_is_the_one_agreed():
    """A change of the contract is a change of this file, which somebody reads."""
    assert told() == SNAPSHOT.read_text(encoding="utf-8"), f"If it is wanted: {RENEW}"


@pytest.fixture(scope="module")
def schema() -> dict:
    return json.loads(told())


def parts(schema, path: str = "") -> Iterator[tuple[str, dict]]:
    """Every object of the document with where it stands."""
    if isinstance(schema, dict):
        yield path, schema
        for name, value in schema.items():
            yield from parts(value, f"{path}/{name}")
    elif isinstance(schema, list):
        for number, value in enumerate(schema):
            yield from parts(value, f"{path}/{number}")


def operations(schema) -> list[tuple[str, str, dict]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_paths_are_kebab_case_without_trailing_slash(schema):
    assert [path for path in schema["paths"] if not re.fullmatch(r"(/[a-z0-9-.]+|/\{[a-z_]+\})+", path)] == []


def test_servers_use_https_or_say_that_they_are_for_trials(schema):
    assert schema["servers"] == [
        {"url": "https://osservatorio.example.org/api/v1", "description": "Osservatorio Smart City"}
    ]
    assert document("http://127.0.0.1:8000")["servers"][0]["x-sandbox"] is True


def test_info_tells_who_and_under_which_terms(schema):
    info = schema["info"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", info["version"])
    assert all(info[name] for name in ("x-summary", "x-api-id", "termsOfService", "contact", "description"))
    assert info["license"]["url"] == "https://creativecommons.org/licenses/by/4.0/"


def test_status_answers_a_problem(schema):
    good = schema["paths"]["/status"]["get"]["responses"]["200"]
    assert list(good["content"]) == ["application/problem+json"]


def test_errors_are_problems(schema):
    for code, answer in schema["components"]["responses"].items():
        assert list(answer["content"]) == ["application/problem+json"], code
    for path, _method, operation in operations(schema):
        errors = {c: a for c, a in operation["responses"].items() if c[0] in "45"}
        assert {f"#/components/responses/Problem{c}" for c in errors} == {
            a["$ref"] for a in errors.values()
        }, path


def test_rate_is_told_on_every_answer_and_wait_where_there_is_one(schema):
    rate = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    answers = schema["components"]["responses"]
    assert all(rate <= set(answer["headers"]) for answer in answers.values())
    assert all("Retry-After" in answers[f"Problem{code}"]["headers"] for code in (429, 503))
    for _path, _method, operation in operations(schema):
        good = [a for c, a in operation["responses"].items() if c[0] == "2"]
        assert good and all(rate <= set(answer["headers"]) for answer in good)


def test_integers_and_numbers_have_a_format(schema):
    kinds = {"integer": {"int32", "int64"}, "number": {"float", "double"}}
    wrong = [
        where
        for where, p in parts(schema)
        if p.get("type") in ("integer", "number") and p.get("format") not in kinds[p["type"]]
    ]
    assert wrong == []


def test_names_of_parameters_and_properties_are_snake_case(schema):
    names = [p["name"] for _w, p in parts(schema) if p.get("in") in ("query", "path")]
    names += [n for _w, p in parts(schema) if isinstance(p.get("properties"), dict) for n in p["properties"]]
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    assert [
        name for name in schema["components"]["schemas"] if not re.fullmatch(r"([A-Z][a-z0-9]*)+", name)
    ] == []


def test_no_credential_travels_in_an_address(schema):
    names = [p["name"] for _where, p in parts(schema) if p.get("in") in ("query", "path")]
    assert [name for name in names if re.search("password|secret|apikey|token", name)] == []
    assert [s["type"] for s in schema["components"]["securitySchemes"].values()] == ["http"]


def test_headers_that_openapi_tells_otherwise_are_no_parameters(schema):
    names = [p["name"].lower() for _where, p in parts(schema) if p.get("in") == "header"]
    assert names == ["idempotency-key"]


def test_what_writes_is_protected_and_what_reads_has_no_body(schema):
    for path, method, operation in operations(schema):
        if method == "get":
            assert "requestBody" not in operation, path
        else:
            assert operation["security"] == [{"BodyToken": []}], path


def test_every_operation_has_its_own_name_a_known_tag_and_words(schema):
    known = {tag["name"] for tag in schema["tags"]}
    found = [operation for _path, _method, operation in operations(schema)]
    assert len({operation["operationId"] for operation in found}) == len(found)
    assert all(operation["summary"] and set(operation["tags"]) <= known for operation in found)


def test_path_parameters_are_those_of_the_path(schema):
    for path, _method, operation in operations(schema):
        told = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert told == set(re.findall(r"\{(\w+)\}", path))


def test_lists_share_one_envelope(schema):
    lists = {name: s for name, s in schema["components"]["schemas"].items() if name.endswith("List")}
    assert len(lists) == 10
    for name, part in lists.items():
        more = ["search"] if name == "ProjectSearchList" else []
        assert list(part["properties"]) == ["count", "next", "previous", "results", *more], name
