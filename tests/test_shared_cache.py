"""Redis as the cache of all processes, and the memory of each while Redis does not respond."""

import time

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from observatory.public_cache import redis_cache, response_cache
from tests import builders
from tools import cache_server

SERVER = cache_server.find_server()
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(SERVER is None, reason="redis-server is not here and could not be installed"),
]


@pytest.fixture
def port():
    return cache_server.free_port()


@pytest.fixture
def redis(settings, port):
    settings.CACHES = {
        "default": {
            "BACKEND": "observatory.public_cache.redis_cache.RedisOrLocal",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
        }
    }
    settings.CACHE_IS_SHARED = True
    with cache_server.throwaway_server(SERVER, port) as server:
        caches["default"]._local.clear()
        yield server


@pytest.fixture
def card():
    municipality = builders.piedmont()["torino"]
    return builders.published(builders.officer(municipality), builders.reviewer(), municipality)


def test_response_cached_by_one_process_serves_the_others(redis, client, card):
    first = client.get("/progetti/")
    response_cache.LOCAL.clear()  # as a process that has just begun
    key = first["ETag"].removeprefix('W/"').removesuffix('"')
    assert response_cache.find(key).content == first.content
    assert client.get("/progetti/").content == first.content


def test_emptied_cache_changes_no_response(redis, client, card):
    first = client.get("/api/v1/projects")
    response_cache.LOCAL.clear()
    caches["default"].clear()
    again = client.get("/api/v1/projects")
    assert (again.status_code, again.content, again["ETag"]) == (200, first.content, first["ETag"])


def test_stopped_redis_changes_no_response_and_rates_are_counted(redis, client, card):
    before = client.get("/progetti/")
    redis.kill()
    redis.wait()
    response_cache.LOCAL.clear()
    assert client.get("/progetti/").content == before.content
    data = [client.get("/api/v1/projects") for _ in range(2)]
    assert [response.status_code for response in data] == [200, 200]
    # Limits go on counting, in this process.
    assert int(data[0]["X-RateLimit-Remaining"]) - 1 == int(data[1]["X-RateLimit-Remaining"])
    form = {"login": "referente@example.org", "password": "sbagliata"}
    assert client.post(reverse("account_login"), form).status_code == 200
    form["password"] = builders.PASSWORD
    assert Client().post(reverse("account_login"), form).status_code == 302


def test_redis_is_used_again_after_the_pause(redis, port, client, card, monkeypatch):
    cache = caches["default"]
    cache.set("a", 1)
    redis.kill()
    redis.wait()
    monkeypatch.setattr(redis_cache, "PAUSE", 0.2)
    assert cache.get("a") is None
    with cache_server.throwaway_server(SERVER, port):
        time.sleep(0.25)
        cache.set("b", 2)
        assert cache.get("b") == 2
        assert cache._local.get("b") is None
