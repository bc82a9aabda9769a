"""The questions that almost every public read asks, put to the database's driver itself.

Django's cursor, and psycopg's own, cost several times what the answer does. What comes back is as the
database gives it: text as bytes (SQLite: where it is cast to BLOB), numbers as `int()` reads them.
"""

from collections.abc import Sequence
from hashlib import blake2b
from weakref import WeakKeyDictionary

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Connection, OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, PGresult, TransactionStatus

# What PostgreSQL says of a prepared statement that it does not know, and of one whose table was changed.
WORTHLESS = {b"26000", b"0A000"}


class Question:
    """One question in the words of each database, with `%s` for each value.

    On PostgreSQL it is prepared once for each connection, under a name that tells this very text.
    """

    def __init__(self, sqlite: str, postgresql: str = ""):
        self._words = {"sqlite": sqlite, "postgresql": postgresql}
        self._sqlite = sqlite.replace("%s", "?")
        parts = postgresql.split("%s")
        spelt = "".join(f"{part}${number}" for number, part in enumerate(parts[:-1], 1)) + parts[-1]
        self._postgresql = spelt.encode()
        self._name = b"osservatorio_" + blake2b(self._postgresql, digest_size=8).hexdigest().encode()

    def rows(self, connection: BaseDatabaseWrapper, *values: str) -> Sequence[tuple]:
        """All rows of the answer of one database. Raises what Django's cursor would."""
        if connection.connection is None:
            connection.ensure_connection()
        if connection.queries_logged or connection.execute_wrappers:
            return self._told(connection, values)
        with connection.wrap_database_errors:
            if connection.vendor == "sqlite":
                return connection.connection.execute(self._sqlite, values).fetchall()
            found = self._found(connection.connection, [value.encode() for value in values])
        rows, value_at = range(found.ntuples), found.get_value
        # Column after column: to make each row a tuple of its own would cost as much as the question.
        columns = [[value_at(row, column) for row in rows] for column in range(found.nfields)]
        return list(zip(*columns, strict=True))

    def _told(self, connection: BaseDatabaseWrapper, values: Sequence[str]) -> list[tuple]:
        """By Django's cursor, for those who count queries or stop them."""
        with connection.cursor() as cursor:
            cursor.execute(self._words[connection.vendor], values)
            rows = cursor.fetchall()
        return [tuple(part.encode() if isinstance(part, str) else part for part in row) for row in rows]

    def _found(self, driver: Connection, values: list[bytes]) -> PGresult:
        """Straight through libpq; nothing is prepared within a transaction, which a failure would spoil."""
        asked, found = driver.pgconn, None
        if asked.transaction_status == TransactionStatus.IDLE and self._is_prepared(driver):
            found = asked.exec_prepared(self._name, values)
            if found.status != ExecStatus.TUPLES_OK and _state_of(found) in WORTHLESS:
                # It is no use to prepare anything here: perhaps a pooler gives us another session each time.
                _prepared[driver], found = None, None
        found = found or asked.exec_params(self._postgresql, values)
        if found.status == ExecStatus.TUPLES_OK:
            return found
        if asked.status == ConnStatus.BAD:
            raise OperationalError(found.get_error_message())
        raise error_from_result(found)

    def _is_prepared(self, driver: Connection) -> bool:
        known = _prepared.setdefault(driver, set())
        if known is not None and self._name not in known:
            driver.pgconn.prepare(self._name, self._postgresql)
            known.add(self._name)
        return known is not None


def text(told: str | bytes) -> str:
    """A column of text, which SQLite gives as a string where it was not cast."""
    return told.decode() if isinstance(told, bytes) else told


def _state_of(found: PGresult) -> bytes | None:
    return found.error_field(DiagnosticField.SQLSTATE)


# The names prepared on each connection; None where that did not last.
_prepared: WeakKeyDictionary[Connection, set[bytes] | None] = WeakKeyDictionary()
