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
from municipalities.search import SHEETS
from observatory import answers, quick
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


@pytest.fixture(autouse=True)
def other_country():
    """Each test has a country of its own: nothing is remembered of the towns of another."""
    SHEETS.forget()


@pytest.fixture(autouse=True)
def italian():
    """Each test begins in Italian: a page asked for under /en/ leaves its language to the thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def nothing_answered_yet():
    """Each test has a database of its own, and what was answered from another says nothing of it."""
    answers.HERE.forget()
    quick.forget()


@pytest.fixture(autouse=True)
def nobody_asked_yet():
    """Each test starts with the rate counters at nought."""
    throttles.HERE.forget()


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
    """Queries are counted of answers that have to be made, not of those kept."""

    def counted(*args, **kwargs):
        answers.HERE.forget()
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
