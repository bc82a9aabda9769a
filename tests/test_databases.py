"""The settings of both databases, as a live connection has them."""

import pytest
from django.db import connection

from cards.models import Edition

pytestmark = pytest.mark.django_db

EXPECTED = {
    "sqlite": {
        "PRAGMA journal_mode": "wal",
        "PRAGMA synchronous": 2,  # FULL: NORMAL loses acknowledged writes on a power cut
        "PRAGMA busy_timeout": 20_000,
        "PRAGMA wal_autocheckpoint": 4_000,
    },
    "postgresql": {
        "SHOW statement_timeout": "15s",
        "SHOW lock_timeout": "15s",
        "SHOW idle_in_transaction_session_timeout": "1min",
    },
}


def test_connection_has_the_options_of_the_settings():
    found = {}
    with connection.cursor() as cursor:
        for question in EXPECTED[connection.vendor]:
            cursor.execute(question)
            found[question] = cursor.fetchone()[0]
    assert found == EXPECTED[connection.vendor]


def test_connection_checks_its_health_or_begins_immediate_transactions():
    options = connection.settings_dict
    if connection.vendor == "sqlite":
        assert options["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    else:
        assert options["CONN_HEALTH_CHECKS"] is True


def test_editions_have_only_indexes_that_a_query_uses():
    """Every publication writes each of them."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Edition._meta.db_table)
    columns = [c["columns"] for c in found.values() if c["index"] or c["unique"]]
    assert sorted(column for column in columns if column != ["id"]) == [
        ["code", "edition"],
        ["own_municipality_code", "total_cost"],
        ["part_of"],
        ["published_at"],
        ["published_at", "id"],
        ["published_by_id"],
        ["record_id"],  # the current one: unique, of current editions alone
        ["record_id", "edition"],
        ["slug", "edition"],
        ["withdrawn_by_id"],
    ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's")
def test_texts_of_editions_are_compressed_with_lz4_where_the_server_can():
    with connection.cursor() as cursor:
        cursor.execute("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'")
        (known,) = cursor.fetchone() or ([],)
        cursor.execute(
            "SELECT DISTINCT attcompression FROM pg_attribute WHERE attrelid = 'cards_edition'::regclass "
            "AND attname IN ('document', 'item', 'search_text', 'facet_values', 'csv_line')"
        )
        assert cursor.fetchall() == [("l" if "lz4" in known else "",)]
