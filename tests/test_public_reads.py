"""Cached public responses: equal to rendered ones, the same for all clients, one query each."""

import logging

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie

from cards import urls
from cards.models import Edition
from cards.pages import areas
from lib.content_version import bump_content_version
from municipalities.models import Territory, TerritoryChange
from observatory.public_cache import response_cache
from observatory.public_cache.response_cache import ByteLRU, key_of
from observatory.public_cache.versions import Version, version_in
from projects import actions, publishing
from protocols.models import Protocol
from tests import builders

pytestmark = pytest.mark.django_db
PATHS = ("/", "/progetti/", "/en/progetti/", "/citta/torino/", "/aree/", "/api/v1/projects", "/api/v1/stats")


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def people(country):
    return builders.officer(country["torino"]), builders.reviewer()


@pytest.fixture
def card(country, people):
    return builders.published(*people, country["torino"])


def queries(client, path, **headers) -> tuple[int, int]:
    """(queries, status) of one GET."""
    with CaptureQueriesContext(connection) as seen:
        response = client.get(path, headers=headers)
    return len(seen), response.status_code


@pytest.mark.parametrize("path", PATHS)
def test_second_response_equals_the_first_for_one_query(client, card, path):
    first = client.get(path)
    assert queries(client, path) == (1, 200)
    again = client.get(path)
    assert again.content == first.content
    names = {name for name in first.headers if not name.startswith("X-RateLimit")}
    assert {name: again[name] for name in names} == {name: first[name] for name in names}


@pytest.mark.parametrize("path", PATHS)
def test_known_etag_gets_304_for_one_query(client, card, path):
    first = client.get(path)
    assert queries(client, path, if_none_match=first["ETag"]) == (1, 304)
    response = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (response.content, response["ETag"]) == (b"", first["ETag"])
    assert response["Cache-Control"] == first["Cache-Control"]
    assert response["Vary"] == first["Vary"]


def test_caching_headers_let_a_cdn_wait_ten_seconds(client, card):
    page, data = client.get("/progetti/"), client.get("/api/v1/projects")
    assert page["Cache-Control"] == "public, max-age=0, s-maxage=10, must-revalidate"
    assert data["Cache-Control"] == page["Cache-Control"]
    assert (page["Vary"], data["Vary"]) == ("Cookie", "Accept-Language")
    assert not page.cookies and not data.cookies


def test_publication_and_withdrawal_show_at_once(client, country, people, card):
    def titles():
        data = client.get("/api/v1/projects").json()["results"]
        html = client.get("/progetti/").content.decode()
        found = {row["title"] for row in data}
        assert found == {title for title in ("Illuminazione pubblica a LED", "Orti") if title in html}
        return found

    assert titles() == {"Illuminazione pubblica a LED"}
    other = builders.published(*people, country["torino"], title="Orti")
    assert titles() == {"Illuminazione pubblica a LED", "Orti"}
    publishing.withdraw(card, by=people[1], reason="Doppia")
    assert titles() == {"Orti"}
    assert client.get(f"/progetti/{card.slug}/").status_code == 410
    assert client.get(f"/api/v1/projects/{other.slug}").status_code == 200


def test_old_etag_gets_200_after_a_publication(client, country, people, card):
    before = client.get("/progetti/")["ETag"]
    builders.published(*people, country["torino"], title="Orti")
    assert client.get("/progetti/", headers={"if-none-match": before}).status_code == 200


def test_confirmation_of_a_card_shows_at_once(client, people, card):
    path = f"/progetti/{card.slug}/"
    before = client.get(path)["ETag"]
    actions.confirm_current(builders.project_of(card), by=people[0])
    assert client.get(path)["ETag"] != before


def test_admin_change_shows_at_once(client, card):
    protocol = Protocol.objects.create(
        slug="p",
        title="Prima",
        promoter="X",
        published_at="2026-01-01T00:00Z",
        admitted_kinds=["municipality"],
    )
    assert "Prima" in client.get("/protocolli/").content.decode()
    admin = builders.person("admin@example.org")
    admin.is_staff = admin.is_superuser = True
    admin.save()
    staff = Client()
    staff.force_login(admin)
    fields = {
        "slug": "p",
        "title": "Dopo",
        "summary": "s",
        "promoter": "X",
        "admitted_kinds": '["municipality"]',
    }
    fields |= {"published_at_0": "2026-01-01", "published_at_1": "00:00"}
    address = reverse("admin:protocols_protocol_change", args=[protocol.pk])
    assert staff.post(address, fields).status_code == 302
    assert "Dopo" in client.get("/protocolli/").content.decode()


def test_merger_shows_on_card_and_data_at_once(client, country, people):
    card = builders.published(*people, country["samone"])
    paths = (f"/progetti/{card.slug}/", f"/api/v1/projects/{card.slug}")
    assert all("Samone" in client.get(path).content.decode() for path in paths)
    Territory.objects.filter(pk=country["samone"].pk).update(valid_to="2026-01-01")
    TerritoryChange.objects.create(
        kind="merger",
        effective_date="2026-01-01",
        predecessor=country["samone"],
        successor=country["ivrea"],
    )
    bump_content_version()
    municipality = client.get(paths[1]).json()["lead_municipality"]
    assert (municipality["code"], municipality["name"]) == ("E379", "Ivrea")
    assert "Ivrea" in client.get(paths[0]).content.decode()


def test_page_of_a_signed_in_person_is_neither_cached_nor_a_cached_one(client, people, card):
    client.get("/progetti/")
    person = Client()
    person.force_login(people[0])
    own = person.get("/progetti/")
    assert str(people[0]) in own.content.decode()
    assert "no-store" in own["Cache-Control"]
    assert "ETag" not in own
    assert str(people[0]) not in client.get("/progetti/").content.decode()
    assert SESSION_KEY in person.session


def test_language_host_scheme_and_query_are_part_of_the_key(client, card):
    tags = [client.get(path)["ETag"] for path in ("/progetti/", "/en/progetti/", "/progetti/?area=energia")]
    tags.append(client.get("/progetti/", headers={"host": "localhost"})["ETag"])
    tags.append(client.get("/progetti/", secure=True)["ETag"])
    english = client.get("/api/v1/areas", headers={"accept-language": "en"})
    italian = client.get("/api/v1/areas", headers={"accept-language": "it"})
    assert len(set(tags)) == 5
    assert english.content != italian.content


def test_key_ignores_the_order_of_names_and_not_of_values():
    version = Version(version_in("default").index, 1, "s")
    keys = [key_of(version, "h", "it", "/", q) for q in ("a=1&b=2", "b=2&a=1", "a=1&a=2", "a=2&a=1")]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_key_is_none_without_a_version_and_for_a_long_query():
    assert key_of(Version(), "h", "it", "/", "") is None
    assert key_of(Version(None, 1, "s"), "h", "it", "/", "q=" + "x" * 2_000) is None


def test_unknown_host_is_refused(client, card, caplog):
    caplog.set_level(logging.CRITICAL)
    response = client.get("/progetti/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "Non abbiamo capito la richiesta" in response.content.decode()


def test_rate_counts_cached_responses_too(client, card):
    left = [int(client.get("/api/v1/projects")["X-RateLimit-Remaining"]) for _ in range(3)]
    assert left == [599, 598, 597]
    etag = client.get("/api/v1/projects")["ETag"]
    known = client.get("/api/v1/projects", headers={"if-none-match": etag})
    assert (known.status_code, known["X-RateLimit-Remaining"]) == (304, "595")


def test_request_over_the_rate_is_refused_though_the_response_is_cached(client, card, monkeypatch):
    monkeypatch.setattr("api.throttles.AddressRate.limit", 2)
    assert [client.get("/api/v1/projects").status_code for _ in range(3)] == [200, 200, 429]


def test_public_page_with_a_form_sets_the_csrf_cookie_and_is_not_cached(client, card, monkeypatch):
    """Such a page is rendered again with all middlewares."""
    pattern = next(p for p in urls.PUBLIC if p.name == "area-list")
    monkeypatch.setattr(pattern, "callback", ensure_csrf_cookie(areas.area_list))
    responses = [client.get("/aree/") for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 200]
    assert all("csrftoken" in response.cookies for response in responses)
    assert "ETag" not in responses[1]


def test_cache_in_memory_drops_the_least_recently_used():
    cache = ByteLRU(10)
    for key in ("a", "b", "c"):
        cache.set(key, key, 5)
    assert [cache.get(key) for key in ("a", "b", "c")] == [None, "b", "c"]
    cache.set("b", "another", 5)
    assert cache.get("b") == "b"
    cache.set("large", "x", 11)
    assert cache.get("large") is None


def test_key_differs_where_its_parts_join_to_the_same_text():
    version = Version(None, 1, "s")
    keys = {
        key_of(version, *parts)
        for parts in (("h", "it", "/a\nb", ""), ("h", "it", "/a", "b"), ("h", "it\n/a", "b", ""))
    }
    assert len(keys) == 3


def test_response_over_the_limit_is_not_cached(client, card, monkeypatch):
    monkeypatch.setattr(response_cache, "MAX_RESPONSE_BYTES", 10)
    key = client.get("/api/v1/projects")["ETag"].removeprefix('W/"').removesuffix('"')
    assert response_cache.LOCAL.get(key) is None


def test_card_of_the_api_is_its_document_with_names_of_places(client, country, people):
    card = builders.published(
        *people,
        country["torino"],
        title='Chiave "lead_municipality":"X" nel titolo',
        need='"other_municipalities":[]',
    )
    builders.project_of(card).other_municipalities.set([country["ivrea"]])
    data = client.get(f"/api/v1/projects/{card.slug}").json()
    assert data["title"] == 'Chiave "lead_municipality":"X" nel titolo'
    assert data["need"] == '"other_municipalities":[]'
    assert data["lead_municipality"]["name"] == "Torino"
    assert Edition.objects.get().document == card.document


@pytest.mark.parametrize("path", ["/", "/progetti/", "/accesso/entra/", "/admin/", "/api/v1/projects"])
def test_trace_is_refused(client, path):
    assert client.generic("TRACE", path).status_code == 405


def test_expired_form_says_how_to_go_on(country):
    client = Client(enforce_csrf_checks=True)
    Protocol.objects.create(
        slug="p", title="P", promoter="X", published_at="2026-01-01T00:00Z", admitted_kinds=["municipality"]
    )
    response = client.post("/protocolli/p/aderisci/", {"body_name": "x"})
    assert response.status_code == 403
    assert "Torna indietro: trovi quello che hai scritto" in response.content.decode()


@pytest.mark.parametrize("path", ["/progetti/", "/api/v1/projects"])
@pytest.mark.parametrize("is_cached", [True, False])
def test_if_none_match_accepts_any_tag_and_compares_weakly(client, card, path, is_cached):
    """RFC 9110, 13.1.2."""
    tag = client.get(path)["ETag"]
    for tags in ("*", tag.removeprefix("W/"), f'"another", {tag}', f'W/"another", {tag.removeprefix("W/")}'):
        if not is_cached:
            response_cache.LOCAL.clear()
        response = client.get(path, headers={"if-none-match": tags})
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag), tags
        assert ("Content-Type" in response, "X-RateLimit-Limit" in response) == (
            False,
            path.startswith("/api/"),
        )
    for tags in ('"*"', f'"{"0" * 32}"', 'W/"another"'):
        assert client.get(path, headers={"if-none-match": tags}).status_code == 200, tags


@pytest.mark.parametrize("path", ["/api/v1/projects/niente", "/progetti/niente/", "/api/v1/projects?limit=0"])
def test_if_none_match_of_an_error_is_ignored(client, card, path):
    assert client.get(path, headers={"if-none-match": "*"}).status_code in (404, 422)


def test_charset_of_the_request_does_not_change_its_query(client, card):
    path, odd = "/api/v1/projects?q=citt%C3%A0", {"CONTENT_TYPE": "text/plain; charset=utf-16"}
    read = client.get(path, **odd)
    response_cache.LOCAL.clear()
    assert client.get(path).content == read.content
