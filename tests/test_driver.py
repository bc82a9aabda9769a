"""Questions put to the driver itself: the same rows, the same errors, on either database."""

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from observatory.versions import version_in
from projects import driver
from projects.driver import Question, text

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="prepared on PostgreSQL alone")


def answer(question: Question, *values: str) -> list[tuple[int, str]]:
    return [(int(number), text(word)) for number, word in question.rows(connection, *values)]


@pytest.fixture
def question():
    return Question("SELECT 7, %s || ' è %'", "SELECT 7, %s::text || ' è %'")


@pytest.mark.django_db
def test_driver_answers_as_djangos_cursor_does(question):
    by_driver = answer(question, "caffè 'x' %s")
    with CaptureQueriesContext(connection) as seen:
        by_cursor = answer(Question("SELECT 7, %s || ' è'", "SELECT 7, %s::text || ' è'"), "caffè 'x'")
    assert (by_driver, by_cursor, len(seen)) == ([(7, "caffè 'x' %s è %")], [(7, "caffè 'x' è")], 1)


@pytest.mark.django_db
def test_what_fails_raises_what_djangos_cursor_would():
    with pytest.raises((OperationalError, ProgrammingError)):
        Question(*["SELECT x FROM nowhere"] * 2).rows(connection)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_prepared_once_for_each_connection_and_not_within_a_transaction(question):
    def prepared() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE name = %s", [question._name.decode()]
            )
            return cursor.fetchone()[0]

    connection.ensure_connection()
    found = [answer(question, "a"), prepared(), answer(question, "b"), prepared()]
    assert found == [[(7, "a è %")], 1, [(7, "b è %")], 1]
    connection.close()
    assert (prepared(), answer(question, "c"), prepared()) == (0, [(7, "c è %")], 1)


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("spoilt", ["DEALLOCATE ALL", "DISCARD ALL"])
def test_statement_that_a_pooler_lost_is_asked_unprepared(question, spoilt):
    assert answer(question, "a") == [(7, "a è %")]
    with connection.cursor() as cursor:
        cursor.execute(spoilt)
    assert [answer(question, word) for word in "bc"] == [[(7, "b è %")], [(7, "c è %")]]
    assert driver._prepared[connection.connection] is None


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_table_changed_under_a_prepared_statement_is_read_as_it_is():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE changing (a integer, b text)")
        try:
            cursor.execute("INSERT INTO changing VALUES (1, 'x')")
            asked = Question("", "SELECT * FROM changing")
            before = asked.rows(connection)
            cursor.execute("ALTER TABLE changing ADD c integer DEFAULT 2")
            after = asked.rows(connection)
        finally:
            cursor.execute("DROP TABLE changing")
    assert (before, after) == ([(b"1", b"x")], [(b"1", b"x", b"2")])


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_connection_cut_by_the_server_is_told_and_opened_anew():
    before = version_in("default")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    other.close()
    with pytest.raises(OperationalError):
        Question("", "SELECT 1").rows(connection)
    assert version_in("default") == before
