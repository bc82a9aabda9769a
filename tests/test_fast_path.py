"""Responses served before Django builds a request: those of the middleware, and only while they hold."""

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from api import throttles
from lib.content_version import bump_content_version
from observatory.metrics import CACHED, RENDERED
from observatory.public_cache import fast_path, response_cache
from projects import publishing
from tests import builders
from tests.calls import call, lasting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connection_outlives_requests")]
API, PAGE = "/api/v1/projects", "/progetti/"
VALIDATORS = ("Cache-Control", "Content-Language", "ETag", "Vary")


@pytest.fixture
def people():
    country = builders.piedmont()
    return country, builders.officer(country["torino"]), builders.reviewer()


@pytest.fixture
def card(people):
    country, *both = people
    return builders.published(*both, country["torino"])


@pytest.fixture
def ways(monkeypatch):
    """For each response, whether it was cached or rendered by Django."""
    counted = []
    monkeypatch.setattr(fast_path, "count", lambda way, status, started: counted.append(way))
    return counted


@pytest.mark.parametrize("path", [API, PAGE])
def test_second_response_equals_the_first_for_one_query_without_django(card, ways, path):
    status, headers, body = call(path)
    with CaptureQueriesContext(connection) as seen:
        again = call(path)
    assert (ways, len(seen)) == ([RENDERED, CACHED], 1)
    assert (again[0], again[2]) == (status, body) == ("200 OK", body)
    assert lasting(again[1]) == lasting(headers)


@pytest.mark.parametrize("path", [API, PAGE])
def test_known_etag_gets_304_without_django(card, ways, path):
    tag = call(path)[1]["ETag"]
    fast = call(path, HTTP_IF_NONE_MATCH=tag)
    fast_path.REQUEST_KEYS.clear()
    slow = call(path, HTTP_IF_NONE_MATCH=tag)
    assert ways == [RENDERED, CACHED, RENDERED]
    assert (fast[0], fast[2]) == (slow[0], slow[2]) == ("304 Not Modified", b"")
    assert {n: fast[1][n] for n in VALIDATORS} == {n: slow[1][n] for n in VALIDATORS}


def test_cached_response_ends_with_publication_withdrawal_and_other_content(people, card, ways):
    country, officer, reviewer = people
    assert b"Orti" not in call(API)[2]
    other = builders.published(officer, reviewer, country["torino"], title="Orti")
    assert b"Orti" in call(API)[2]
    assert b"Orti" in call(API)[2]
    publishing.withdraw(other, by=reviewer, reason="Doppia")
    assert b"Orti" not in call(API)[2]
    bump_content_version()
    call(API)
    assert ways == [RENDERED, RENDERED, CACHED, RENDERED, RENDERED]


def test_request_with_another_key_is_left_to_django(card, ways):
    call(API)
    call(PAGE)
    others = [
        (API, {"HTTP_ACCEPT_LANGUAGE": "en"}),
        (API, {"QUERY_STRING": "limit=1"}),
        (PAGE, {"HTTP_COOKIE": "sessionid=x"}),
        (PAGE, {"HTTP_HOST": "127.0.0.1"}),
        (PAGE, {"method": "HEAD"}),
    ]
    assert [call(path, **headers)[0] for path, headers in others] == ["200 OK"] * 5
    assert ways == [RENDERED] * 7


def test_cached_response_of_the_api_counts_for_the_rate_limit(card, ways):
    left = [int(call(API)[1]["X-RateLimit-Remaining"]) for _ in range(3)]
    assert (left, ways) == ([599, 598, 597], [RENDERED, CACHED, CACHED])
    throttles.LOCAL._counts["reads:10.0.0.1"] = 600
    assert call(API)[0] == "429 Too Many Requests"


def test_response_without_a_database_is_djangos_503(card, ways):
    def away(execute, sql, params, many, context):
        raise OperationalError("server closed the connection unexpectedly")

    call(PAGE)
    with connection.execute_wrapper(away):
        assert call(PAGE)[0] == "503 Service Unavailable"
    assert ways == [RENDERED, RENDERED]


def test_unknown_etag_gets_the_cached_response(card, ways):
    first = call(PAGE)
    again = call(PAGE, HTTP_IF_NONE_MATCH='"another"')
    assert (again[0], again[2], ways) == ("200 OK", first[2], [RENDERED, CACHED])


def test_dropped_response_is_rendered_again(card, ways):
    first = call(PAGE)
    response_cache.LOCAL.clear()
    assert call(PAGE)[2] == first[2]
    assert ways == [RENDERED, RENDERED]


def test_metrics_need_the_token(card, settings):
    def figures(token: str) -> tuple[str, float]:
        status, _headers, body = call("/metrics", HTTP_AUTHORIZATION=f"Bearer {token}")
        name = 'osservatorio_answers_total{status="2xx",way="kept"} '
        lines = [line.removeprefix(name) for line in body.decode().splitlines() if line.startswith(name)]
        return status, float(lines[0]) if lines else 0

    assert figures("")[0] == "404 Not Found"
    settings.METRICS_TOKEN = "segreto"
    assert figures("segretissimo")[0] == "404 Not Found"
    call(PAGE)
    before = figures("segreto")
    call(PAGE)
    assert (before[0], figures("segreto")) == ("200 OK", ("200 OK", before[1] + 1))
