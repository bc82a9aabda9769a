"""Sizes of requests, headers of errors, HEAD, and what is built once for all."""

import io

import pytest

from cards.issuing import withdraw
from observatory.request_limits import MAX_BODY_BYTES, MAX_HEADER_BYTES, RequestLimits
from tests import builders

pytestmark = pytest.mark.django_db


class Unread(io.BytesIO):
    def read(self, *_size):
        raise AssertionError("the body was read")


def answer(**environ) -> str:
    """The status of a request with these entries of its environ."""
    found = []

    def application(environ, start_response):
        start_response("200 OK", [])
        return [b""]

    base = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": Unread()}
    RequestLimits(application)({**base, **environ}, lambda status, headers: found.append(status))
    return found[0][:3]


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({}, "200"),
        ({"CONTENT_LENGTH": ""}, "200"),
        ({"CONTENT_LENGTH": str(MAX_BODY_BYTES)}, "200"),
        ({"CONTENT_LENGTH": str(MAX_BODY_BYTES + 1)}, "413"),
        ({"CONTENT_LENGTH": str(200 * 1024 * 1024)}, "413"),
        ({"CONTENT_LENGTH": "-1"}, "413"),
        ({"HTTP_X": "a" * (MAX_HEADER_BYTES - 6)}, "200"),
        ({"HTTP_X": "a" * (MAX_HEADER_BYTES - 5)}, "431"),
        ({f"HTTP_X{n}": "a" * 160 for n in range(110)}, "431"),
    ],
)
def test_request_is_refused_by_its_size_before_it_is_read(environ, status):
    assert answer(**environ) == status


def test_missing_and_withdrawn_pages_say_how_long_they_hold(client, office, desk, municipalities):
    card = builders.published(office, desk, municipalities["torino"])
    withdraw(card, by=desk, reason="Doppione")
    for path, status in (("/niente/", 404), ("/progetti/niente/", 404), (f"/progetti/{card.slug}/", 410)):
        response = client.get(path)
        assert response.status_code == status
        assert response["Cache-Control"] == "public, max-age=0, s-maxage=10, must-revalidate", path
    client.force_login(office)
    for path in ("/niente/", "/progetti/niente/"):
        assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/en/",
        "/progetti/",
        "/citta/torino/",
        "/dati/",
        "/mappa/punti.geojson",
        "/feed/progetti.atom",
        "/sitemap.xml",
        "/sitemap-citta.xml",
        "/api/v1/projects",
        "/salute/live",
        "/niente/",
        "/robots.txt",
    ],
)
def test_head_is_get_without_a_body(client, office, desk, municipalities, path):
    builders.published(office, desk, municipalities["torino"])
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code
    left_out = {"Content-Length", "X-RateLimit-Remaining", "Date"}
    assert {k: v for k, v in head.items() if k not in left_out} == {
        k: v for k, v in get.items() if k not in left_out
    }
    assert head.content == b""


def test_sitemap_is_built_once(client, municipalities, django_assert_num_queries):
    first = client.get("/sitemap-citta.xml")
    assert b"/citta/ivrea/" in first.content
    with django_assert_num_queries(0):
        again = client.get("/sitemap-citta.xml", headers={"Accept-Language": "en;q=0.3"})
    assert again.content == first.content
    for path in ("/sitemap-niente.xml", "/sitemap-citta.xml?p=99", "/sitemap-citta.xml?p=x"):
        assert client.get(path).status_code == 404
