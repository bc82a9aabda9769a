"""Concurrent writers of one SQLite file with the options of the settings."""

import threading

import pytest
from django.db.utils import ConnectionHandler

from observatory.environment import database

WRITERS, VISITS = 6, 15


@pytest.fixture
def connections(tmp_path, django_db_blocker):
    """Connections to a database of its own; what keeps tests away from theirs does not apply to it."""
    url = f"sqlite:///{tmp_path / 'writers.sqlite3'}"
    with django_db_blocker.unblock():
        handler = ConnectionHandler({"default": database(url)})
        with handler["default"].cursor() as cursor:
            cursor.execute("CREATE TABLE visits (writer INTEGER, number INTEGER)")
        yield handler
        handler.close_all()


def test_transactions_that_read_and_then_write_all_succeed(connections):
    """Each reads the highest number and writes the next: none is lost, none fails as locked."""
    errors, together = [], threading.Barrier(WRITERS)

    def write(writer: int) -> None:
        connection = connections["default"]
        together.wait()
        try:
            for _visit in range(VISITS):
                with connection.cursor() as cursor:
                    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
                    cursor.execute("SELECT coalesce(max(number), 0) FROM visits")
                    (number,) = cursor.fetchone()
                    cursor.execute("INSERT INTO visits VALUES (%s, %s)", [writer, number + 1])
                    connection.commit()
                    connection.set_autocommit(True)
        except Exception as error:  # the outcome is what the test looks at
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[writer]) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with connections["default"].cursor() as cursor:
        numbers = cursor.execute("SELECT number FROM visits ORDER BY number").fetchall()
    assert numbers == [(number,) for number in range(1, WRITERS * VISITS + 1)]
