"""Django's SQLite whose transactions queue (turns.py). ENGINE = "observatory.sqlite3".

Only transactions that are going to write wait in the queue: those begun as IMMEDIATE or EXCLUSIVE. A single
statement outside a transaction meets SQLite's own lock and waits for it as ever.
"""

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from observatory.sqlite3 import turns

# What sqlite3.connect waits when it is not told.
PATIENCE = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection, with the turn it holds while its transaction lasts."""

    _file, _turn = "", None

    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        # As SQLite knows it: one path for all names of a file, none for a database in memory.
        self._file = next(row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main")
        return connection

    def _start_transaction_under_autocommit(self):
        if self._file and self.transaction_mode in ("IMMEDIATE", "EXCLUSIVE"):
            self._enter()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave()
            raise

    def _enter(self):
        self._leave()
        try:
            self._turn = turns.enter(self._file, self.settings_dict["OPTIONS"].get("timeout", PATIENCE))
        except TimeoutError as error:
            raise OperationalError("database is locked") from error

    def _leave(self):
        if self._turn is not None:
            turn, self._turn = self._turn, None
            turns.leave(turn)

    def _commit(self):
        # One that fails is rolled back next: the turn stays until then.
        super()._commit()
        self._leave()

    def _rollback(self):
        super()._rollback()
        self._leave()

    def _close(self):
        try:
            super()._close()
        finally:
            self._leave()
