"""The page that explains the API: it names all that the schema names, in both languages."""

import re
from html import unescape

import pytest

from api.params import FILTERS, PARAMETERS
from api.views.documentation import ENDPOINTS, document

LANGUAGES = ("it", "en")


@pytest.fixture(scope="module")
def paths() -> dict:
    return document("https://osservatorio.example.org")["paths"]


@pytest.fixture
def page(client, db):
    def run(language: str) -> str:
        answer = client.get("/api/v1/docs", headers={"accept-language": language})
        assert (answer.status_code, answer["Content-Language"]) == (200, language)
        assert "Accept-Language" in answer["Vary"]
        return unescape(answer.content.decode())

    return run


def rows(page: str) -> dict[tuple[str, str], str]:
    """`{(method, path): its line of the table}`."""
    found = re.findall(r"<tr>\s*<th scope=\"row\"><code>(\w+) (\S+)</code></th>(.*?)</tr>", page, re.DOTALL)
    return {(method, path): rest for method, path, rest in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_address_is_named_with_its_parameters(page, paths, language):
    told = rows(page(language))
    assert set(told) == {(method.upper(), path) for path, methods in paths.items() for method in methods}
    for (method, path), line in told.items():
        parameters = paths[path][method.lower()].get("parameters", [])
        query = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        named = set(re.findall(r"<code>(\w+)</code>", line.rpartition("<td>")[2]))
        assert named | (set(FILTERS) if "#filtri" in line else set()) == query, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_is_explained(page, language):
    told = dict(re.findall(r"<dt><code>(\w+)</code></dt>\s*<dd>(.*?)</dd>", page(language), re.DOTALL))
    assert set(PARAMETERS) <= set(told)
    assert [name for name, words in told.items() if not words.strip()] == []
    choices = PARAMETERS["sort"].type["enum"]
    assert re.findall(r"<code>(\S+)</code>", told["sort"]) == choices


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_headers_and_ways_to_ask_are_told(page, paths, language):
    text = page(language)
    codes = {code for methods in paths.values() for op in methods.values() for code in op["responses"]}
    told = set(re.findall(r"<dt><code>(\d{3})</code></dt>", text))
    assert told == {code for code in codes if code[0] in "45"}
    header = [p["name"] for p in paths["/submissions"]["post"]["parameters"] if p["in"] == "header"]
    for word in (
        *header,
        "If-None-Match",
        "X-RateLimit-Remaining",
        "Retry-After",
        "cursor=*",
        "curl -X POST",
    ):
        assert word in text


def test_english_page_is_english(page):
    italian, english = rows(page("it")), rows(page("en"))
    assert [path for path in italian if path[1] != "/status" and italian[path] == english[path]] == []


@pytest.mark.parametrize("path", [endpoint.example for endpoint in ENDPOINTS if endpoint.example])
def test_examples_answer(client, municipalities, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
