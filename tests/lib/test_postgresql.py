"""Waits for PostgreSQL end after a deadline that this process keeps, whatever the server does."""

import os
import signal
import threading
import time

import psycopg
import pytest
from django.db import OperationalError, connection

from lib.postgresql.base import Turns

needs_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server")


@pytest.fixture
def impatient(transactional_db):
    """A connection whose waits end after a second, its server's after a minute."""
    connection.close()
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 60000")
    connection.connection.wait_seconds = 1
    yield
    connection.close()


def seconds_of(action) -> float:
    started = time.monotonic()
    with pytest.raises(OperationalError):
        action()
    return time.monotonic() - started


def ask(text: str = "SELECT 1"):
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchone()


@needs_postgresql
def test_slow_query_ends_at_the_deadline_and_the_next_connects_anew(impatient):
    assert 1 <= seconds_of(lambda: ask("SELECT pg_sleep(20)")) < 30
    connection.close_if_unusable_or_obsolete()
    assert ask() == (1,)


@needs_postgresql
def test_frozen_server_holds_nobody(impatient):
    """SIGSTOP: the kernel still acknowledges what is sent, so that no network option helps."""
    pid = connection.connection.info.backend_pid
    try:
        os.kill(pid, signal.SIGSTOP)
    except PermissionError:
        pytest.skip("the server is of another user")
    try:
        assert 1 <= seconds_of(ask) < 30
    finally:
        os.kill(pid, signal.SIGCONT)
    connection.close_if_unusable_or_obsolete()
    assert ask() == (1,)


def hold(turns: Turns, begun: threading.Event, end: threading.Event) -> None:
    with turns.turn():
        begun.set()
        end.wait(60)


def test_no_more_threads_wait_than_allowed():
    turns, begun, end = Turns(1), threading.Event(), threading.Event()
    thread = threading.Thread(target=hold, args=(turns, begun, end))
    thread.start()
    begun.wait(60)
    # The first waits for a second: the server is in trouble, and nobody else waits for it.
    for _again in range(2):
        with pytest.raises(psycopg.OperationalError), turns.turn():
            pass
    end.set()
    thread.join()
    with turns.turn():
        pass


def test_turn_passes_on_when_a_wait_ends():
    turns, begun, end = Turns(1), threading.Event(), threading.Event()
    thread = threading.Thread(target=hold, args=(turns, begun, end))
    thread.start()
    begun.wait(60)
    threading.Timer(0.1, end.set).start()
    with turns.turn():
        assert end.is_set()
    thread.join()
