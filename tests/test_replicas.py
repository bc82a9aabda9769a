"""Public reads from a streaming replica, a real one of PostgreSQL that lags and is stopped."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from cards.models import Edition
from observatory.public_cache import replicas
from observatory.public_cache.replicas import Router, reading_from
from tests import builders
from tools.cache_server import free_port
from tools.replica import can_replicate, primary_and_replica

ROOT = Path(__file__).resolve().parent.parent
READERS = """SELECT count(*) FROM pg_stat_activity
WHERE query LIKE '%cards_edition%' AND pid <> pg_backend_pid()"""
PUBLISH = """
import django; django.setup()
from accounts.models import User
from municipalities.models import Territory
from tests import builders
municipality = Territory.objects.filter(code="L219").first() or builders.piedmont()["torino"]
known = User.objects.order_by("pk")
people = list(known) or [builders.officer(municipality), builders.reviewer()]
builders.published(*people, municipality, title="{title}")
"""


def test_router_reads_from_the_replica_only_within_a_public_read():
    router = Router()
    with reading_from("replica1"):
        assert (router.db_for_read(Edition), router.db_for_write(Edition)) == ("replica1", "default")
        with reading_from("default"):
            assert router.db_for_read(Edition) is None
    assert router.db_for_read(Edition) is None
    assert (router.allow_migrate("replica1", "projects"), router.allow_migrate("default", "x")) == (
        False,
        None,
    )


@pytest.fixture
def replica(settings, transactional_db):
    """A second connection to the database of the tests, in the place of a replica without lag."""
    settings.DATABASE_ROUTERS = ["observatory.public_cache.replicas.Router"]
    connections["replica1"] = connections["default"].copy("replica1")
    state = replicas.Replica("replica1")
    state.checked_at = float("inf")  # its lag, for which the primary is queried too, is never checked
    replicas.REPLICAS.append(state)
    yield connections["replica1"]
    replicas.REPLICAS.remove(state)
    connections["replica1"].close()
    del connections["replica1"]


def test_public_read_queries_the_replica_alone(client, replica, office, desk, municipalities):
    """Also where a statement stands outside the ORM: it would read the primary unless it asks the router."""
    card = builders.published(office, desk, municipalities["torino"])
    builders.published(office, desk, municipalities["ivrea"], title="Orti")
    paths = ["/", "/progetti/", "/progetti/?q=orti", "/mappa/", "/aree/", "/citta/torino/", "/cerca/?q=orti"]
    paths += [f"/progetti/{card.slug}/", f"/api/v1/projects/{card.slug}", "/api/v1/stats"]
    paths += [f"/api/v1/projects{query}" for query in ("", "?q=orti")]
    paths += [f"/api/v1/projects?format={suffix}" for suffix in ("csv", "jsonl", "geojson", "xlsx")]
    found = {}
    for path in paths:
        with CaptureQueriesContext(connection) as primary, CaptureQueriesContext(replica) as copy:
            response = client.get(path)
            getattr(response, "getvalue", lambda: b"")()
        found[path] = response.status_code, [query["sql"] for query in primary], len(copy) > 0
    assert found == dict.fromkeys(paths, (200, [], True))


def test_replica_of_sqlite_is_refused():
    env = environment("sqlite:///x.sqlite3", "sqlite:///y.sqlite3")
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "DATABASE_REPLICA_URLS" in done.stderr


def environment(primary: str, replica: str = "") -> dict:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST"))}
    urls = {"DATABASE_URL": primary, **({"DATABASE_REPLICA_URLS": replica} if replica else {})}
    return {
        **kept,
        **urls,
        "DEMO": "1",
        "REPLICA_MAX_LAG": "2",
        "DJANGO_SETTINGS_MODULE": "observatory.settings",
    }


def run(primary: str, *words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT, env=environment(primary), check=True)


@contextmanager
def serving(primary: str, replica: str):
    """Runs the production server; gives `count(**headers)`, the number of projects in its API."""
    port = free_port()
    words = ["-m", "granian", "--interface", "wsgi", "observatory.wsgi:application", "--port", str(port)]
    env = environment(primary, replica)
    server = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)

    def count(**headers) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/projects", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)["count"]

    try:
        eventually(count, lambda found: isinstance(found, int))
        yield count
    finally:
        server.terminate()
        server.wait()


def eventually(ask, is_good, seconds: float = 30):
    """The result of `ask` once `is_good` holds of it; fails with the last result or error after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = ask()
            if is_good(found):
                return found
        except (OSError, psycopg.Error) as error:
            found = error
        if time.monotonic() > deadline:
            raise AssertionError(found)
        time.sleep(0.1)


def tell(url: str, statement: str):
    with psycopg.connect(url, autocommit=True) as session:
        return session.execute(statement).fetchone()[0]


@pytest.mark.django_db
@pytest.mark.skipif(not can_replicate(), reason="PostgreSQL's own programs are not on this machine")
def test_reads_use_a_replica_that_is_up_and_does_not_lag():
    if connection.vendor != "postgresql":
        pytest.skip("replicas are PostgreSQL's: see the PostgreSQL half")
    with primary_and_replica() as (pair, primary, replica):
        run(primary, "manage.py", "migrate", "-v0")
        run(primary, "-c", PUBLISH.format(title="Primo"))
        eventually(lambda: tell(replica, "SELECT count(*) FROM cards_edition"), lambda found: found == 1)
        with serving(primary, replica) as count:
            assert_lagging_replica_is_paused(count, primary, replica)
        tell(replica, "SELECT pg_wal_replay_resume()::text")
        eventually(lambda: tell(replica, "SELECT count(*) FROM cards_edition"), lambda found: found == 2)
        with serving(primary, replica) as count:
            assert tell(replica, READERS) >= 1
            pair.stop("replica")
            assert [count() for _ in range(5)] == [2] * 5
            run(primary, "-c", PUBLISH.format(title="Terzo"))
            assert count() == 3
        pair.start("replica")
        eventually(lambda: tell(replica, "SELECT count(*) FROM cards_edition"), lambda found: found == 3)
        with serving(primary, replica) as count:
            pair.stop("primary")
            assert [count() for _ in range(5)] == [3] * 5


def assert_lagging_replica_is_paused(count, primary: str, replica: str) -> None:
    """A client with a session reads the primary at once; others as soon as the lag passes the limit."""
    tell(replica, "SELECT pg_wal_replay_pause()::text")
    run(primary, "-c", PUBLISH.format(title="Secondo"))
    assert (count(), count(Cookie="sessionid=x")) == (1, 2)
    eventually(count, lambda found: found == 2, seconds=10)
    assert [count() for _ in range(5)] == [2] * 5
