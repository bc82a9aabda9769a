"""Files while they are sent: as the list was when asked for, and nothing left when nobody reads on."""

import json
import tempfile
from contextlib import closing

import pytest
from django.db import connection
from psycopg.pq import TransactionStatus

from projects import publishing
from tests import builders


@pytest.fixture
def cards(publish):
    return [publish(title="Prima"), publish("ivrea", title="Seconda")]


def renewed(card, title: str) -> None:
    project = builders.project_of(card)
    project.title = title
    project.save()
    publishing.issue_project(project, by=None)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "geojson"])
def test_publication_meanwhile_does_not_change_a_file(client, cards, publish, suffix):
    answer = client.get(f"/api/v1/projects?format={suffix}&sort=title")
    whole = b"".join(client.get(f"/api/v1/projects?format={suffix}&sort=title").streaming_content)
    renewed(cards[0], "Rinnovata")
    publish(title="Terza")
    publishing.withdraw(cards[1], by=builders.reviewer("altra@example.org"), reason="Errore")
    # Nothing of it was read before: the first piece is asked for now.
    assert b"".join(answer.streaming_content) == whole


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "xlsx"])
def test_reader_who_goes_away_leaves_nothing_behind(client, cards, tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with closing(client.get(f"/api/v1/projects?format={suffix}")) as answer:
        assert next(iter(answer.streaming_content))
        assert bool(list(tmp_path.iterdir())) == (suffix in ("parquet", "xlsx"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_no_transaction_stays_open_between_two_pieces(client, cards):
    """A slow reader holds up neither publications nor the cleaning of the database."""
    answer = client.get("/api/v1/projects?format=jsonl")
    assert next(iter(answer.streaming_content))
    if connection.vendor == "postgresql":
        assert connection.connection.info.transaction_status == TransactionStatus.IDLE
    else:
        assert not connection.connection.in_transaction
    renewed(cards[0], "Rinnovata")
    answer.close()


@pytest.mark.parametrize("day", ["9999-12-31", "2999-01-01"])
def test_day_to_come_is_today_for_a_card(client, cards, day):
    answer = client.get(f"/api/v1/projects/{cards[0].code}?as_of={day}")
    assert (answer.status_code, json.loads(answer.content)["title"]) == (200, "Prima")


def test_first_day_of_all_has_no_cards(client, cards):
    assert client.get(f"/api/v1/projects/{cards[0].code}?as_of=0001-01-01").status_code == 404
