"""issue, withdraw and set_live: the lock of the index comes first, statements do not grow with documents."""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cards import extensions, issuing
from cards.models import Edition, Record
from tests.cards import builders

pytestmark = pytest.mark.django_db
LOCK = re.compile(r"(SELECT|UPDATE) .*cards_indexversion")
WRITE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)")
WITHOUT_DOCUMENTS = 8


@pytest.fixture
def record(municipalities) -> Record:
    return builders.record(municipalities["torino"])


@pytest.fixture
def no_extensions(settings):
    """Cards alone: what the features read and write is counted in their own tests."""
    settings.CARD_EXTENSIONS = []
    extensions.extensions.cache_clear()
    yield
    extensions.extensions.cache_clear()


def statements(action) -> list[str]:
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        action()
    return [query["sql"].replace('"', "") for query in captured]


def issue_first(record: Record) -> None:
    """The first edition stores the slug and the address of the record too."""
    issuing.issue(record.pk, builders.source(record), files={}, by=None, notify_email="ufficio@example.org")


def issue_next(record: Record) -> None:
    builders.issue(record, {1: "a.pdf"})


def withdraw(record: Record) -> None:
    issuing.withdraw(record.editions.current().get(), by=None, reason="Dati errati")


def set_live(record: Record) -> None:
    issuing.set_live(record.pk, {"adopted": ["yes"]})


@pytest.mark.parametrize(
    ("action", "tables"),
    [
        (issue_first, {"cards_record", "cards_edition", "cards_line", "cards_indexlog"}),
        (issue_next, {"cards_edition", "cards_line", "cards_file", "cards_file_editions", "cards_indexlog"}),
        (withdraw, {"cards_edition", "cards_indexlog"}),
        (set_live, {"cards_edition", "cards_indexlog"}),
    ],
)
def test_index_is_locked_before_any_row_is_written(record, action, tables, no_extensions):
    """Two writers lock in one order, and keys of editions follow the order of publication."""
    if action is not issue_first:
        builders.issue(record)
    executed = statements(lambda: action(record))
    lock = next(place for place, sql in enumerate(executed) if LOCK.match(sql))
    writes = [(place, match[2]) for place, sql in enumerate(executed) if (match := WRITE.match(sql))]
    assert tables <= {table for _place, table in writes}
    assert all(lock < place for place, _table in writes)


def count(action) -> int:
    """Statements of an action but those that open and close savepoints."""
    return len([sql for sql in statements(action) if "SAVEPOINT" not in sql])


def test_queries_of_an_issue_do_not_depend_on_the_number_of_documents(record, no_extensions):
    builders.issue(record)
    assert count(lambda: builders.issue(record)) == WITHOUT_DOCUMENTS
    assert count(lambda: builders.issue(record, {1: "1.pdf"})) == WITHOUT_DOCUMENTS + 2
    files = {number: f"{number}.pdf" for number in (1, 2, 3)}
    assert count(lambda: builders.issue(record, files)) == WITHOUT_DOCUMENTS + 2


def test_queries_of_a_withdrawal_and_of_live_values(record, no_extensions):
    builders.issue(record, {number: f"{number}.pdf" for number in (1, 2, 3)})
    assert count(lambda: set_live(record)) == 5
    assert count(lambda: set_live(record)) == 2
    edition = Edition.objects.current().get()
    assert count(lambda: issuing.withdraw(edition, by=None, reason="Dati errati")) == 5
