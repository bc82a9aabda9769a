"""What the settings ask of the two databases, read back from a live connection."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

WANTED = {
    "sqlite": {
        "PRAGMA journal_mode": "wal",
        "PRAGMA synchronous": 2,  # FULL: NORMAL loses acknowledged writes on a power cut
        "PRAGMA busy_timeout": 20_000,
    },
    "postgresql": {
        "SHOW statement_timeout": "15s",
        "SHOW lock_timeout": "10s",
        "SHOW idle_in_transaction_session_timeout": "1min",
    },
}


def test_connection_is_as_the_settings_ask():
    found = {}
    with connection.cursor() as cursor:
        for question in WANTED[connection.vendor]:
            cursor.execute(question)
            found[question] = cursor.fetchone()[0]
    assert found == WANTED[connection.vendor]


def test_lost_connections_are_noticed_and_writers_wait_in_turn():
    options = connection.settings_dict
    if connection.vendor == "sqlite":
        assert options["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    else:
        assert options["CONN_HEALTH_CHECKS"] is True
