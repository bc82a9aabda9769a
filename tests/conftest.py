"""What all tests share: the SQLite of the tests is a file, so that threads meet real locks."""

import tempfile

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from api import throttles
from municipalities.search import PLACE_CACHE
from observatory.public_cache import fast_path, response_cache, routes
from tests import builders

# How fast a machine invents examples says nothing about what is tested.
hypothesis_settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """A database in memory would be one connection for all threads; a file behaves as in production."""
    database = settings.DATABASES["default"]
    with tempfile.TemporaryDirectory(prefix="osservatorio-") as folder:
        if database["ENGINE"].endswith("sqlite3"):
            database.setdefault("TEST", {})["NAME"] = f"{folder}/test.sqlite3"
        yield


def clear_process_caches() -> None:
    """As in a process that has just started: what was cached from the database of another test is gone."""
    PLACE_CACHE.clear()
    response_cache.LOCAL.clear()
    fast_path.REQUEST_KEYS.clear()
    routes._route.cache_clear()
    throttles.HERE.forget()


@pytest.fixture(autouse=True)
def empty_process_caches():
    """Each test starts with empty caches and rate counters."""
    clear_process_caches()


@pytest.fixture(autouse=True)
def italian():
    """Each test begins in Italian: a page asked for under /en/ leaves its language to the thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def connection_outlives_requests():
    """Calls beneath the test client end as a server's do, but the connection is that of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def django_assert_num_queries(django_assert_num_queries):
    """Queries are counted of rendered responses, not of cached ones."""

    def counted(*args, **kwargs):
        response_cache.LOCAL.clear()
        return django_assert_num_queries(*args, **kwargs)

    return counted


@pytest.fixture
def towns():
    """Municipalities of Piedmont by slug."""
    return builders.piedmont()


@pytest.fixture
def office(towns):
    """An officer of Torino."""
    return builders.officer(towns["torino"])


@pytest.fixture
def desk():
    """A reviewer."""
    return builders.reviewer()
