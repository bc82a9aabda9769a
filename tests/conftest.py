"""Fixtures of all tests. The SQLite database of the tests is a file, so that threads wait for real locks."""

import tempfile

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from api import throttles
from cards.index.reader import INDEXES
from cards.search import as_of, totals
from municipalities.search import PLACE_CACHE
from observatory.public_cache import fast_path, response_cache, routes
from tests import builders

# The speed of a machine says nothing about what is tested.
hypothesis_settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """A database in memory is one connection for all threads; a file is locked as in production."""
    database = settings.DATABASES["default"]
    with tempfile.TemporaryDirectory(prefix="osservatorio-") as folder:
        if database["ENGINE"].endswith("sqlite3"):
            database.setdefault("TEST", {})["NAME"] = f"{folder}/test.sqlite3"
        yield


# Empties each state of a process that depends on its database, its clients or its settings. Caches of pure
# functions (icons, stems, squares of the map) are not among them.
RESETS = (
    caches["default"].clear,
    response_cache.LOCAL.clear,
    fast_path.REQUEST_KEYS.clear,
    routes._route.cache_clear,
    throttles.LOCAL.clear,
    PLACE_CACHE.clear,
    INDEXES.clear,
    as_of.SNAPSHOTS.clear,
    totals._sums.clear,
)


@pytest.fixture(autouse=True)
def new_process():
    """Each test begins as a process does: nothing cached, no request counted, Italian as the language."""
    for reset in RESETS:
        reset()
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def connection_outlives_requests():
    """Requests to the WSGI application close no connection at their end: it is that of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def django_assert_num_queries(django_assert_num_queries):
    """Counts the queries of rendered responses, not of cached ones."""

    def counted(*args, **kwargs):
        response_cache.LOCAL.clear()
        return django_assert_num_queries(*args, **kwargs)

    return counted


@pytest.fixture
def municipalities(db):
    """Municipalities of Piedmont by slug."""
    return builders.piedmont()


@pytest.fixture
def office(municipalities):
    """An officer of Torino."""
    return builders.officer(municipalities["torino"])


@pytest.fixture
def desk():
    """A reviewer."""
    return builders.reviewer()
