"""Django's PostgreSQL backend with a deadline for every wait, enforced in this process.

`statement_timeout` is enforced by the server: one that hangs or is frozen enforces nothing. Here a wait ends
after `wait_seconds` (an entry of OPTIONS) whatever the server does, and at most `max_waits` threads of the
process wait at once, so that others still serve what needs no database. Both raise OperationalError.
"""

import threading
import time
from contextlib import contextmanager

import psycopg
from django.db.backends.postgresql import base
from psycopg import IsolationLevel

# A wait of so many seconds says that the server is in trouble: then nobody waits for a turn.
LONG = 1.0


class Turns:
    """Counts the threads that wait for one server."""

    def __init__(self, most: int):
        self._most, self._since = most, {}
        self._free = threading.Condition()

    @contextmanager
    def turn(self):
        """A wait begins and ends. Raises psycopg.OperationalError where too many threads wait."""
        with self._free:
            while len(self._since) >= self._most:
                left = LONG - (time.monotonic() - min(self._since.values()))
                if left <= 0:
                    raise psycopg.OperationalError("too many threads wait for the database")
                self._free.wait(left)
            self._since[threading.get_ident()] = time.monotonic()
        try:
            yield
        finally:
            with self._free:
                del self._since[threading.get_ident()]
                self._free.notify()


class Connection(psycopg.Connection):
    """A connection each of whose waits has a deadline, after which it is closed."""

    wait_seconds: float
    turns: Turns

    def wait(self, gen, interval=0.1, timeout=None):
        started = time.monotonic()
        with self.turns.turn():
            try:
                return super().wait(gen, interval, timeout or self.wait_seconds)
            except psycopg.OperationalError:
                if time.monotonic() - started >= self.wait_seconds:
                    # The state of the connection is unknown.
                    self.pgconn.finish()
                raise


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend; `wait_seconds` and `max_waits` in OPTIONS are required."""

    # By alias: the connections of all threads share one.
    all_turns: dict[str, Turns] = {}

    def get_connection_params(self):
        params = super().get_connection_params()
        self.wait_seconds = params.pop("wait_seconds")
        self.turns = self.all_turns.setdefault(self.alias, Turns(params.pop("max_waits")))
        return params

    def get_new_connection(self, conn_params):
        self.isolation_level = IsolationLevel.READ_COMMITTED
        # Connecting is bounded by connect_timeout.
        with self.turns.turn():
            connection = Connection.connect(**conn_params)
        connection.wait_seconds, connection.turns = self.wait_seconds, self.turns
        return connection
