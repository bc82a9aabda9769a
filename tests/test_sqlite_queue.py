"""Writers queue before an SQLite database: in the order they came, woken at once, never for ever.

On files of their own, whatever database the other tests use.
"""

import fcntl
import gc
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.utils import ConnectionHandler

from observatory.sqlite3 import turns

ROOT = Path(__file__).resolve().parent.parent
WRITER = """
import sys
from django.conf import settings
name, path, timeout = sys.argv[1:]
options = {"timeout": float(timeout), "transaction_mode": "IMMEDIATE"}
settings.configure(
    DATABASES={"default": {"ENGINE": "observatory.sqlite3", "NAME": path, "OPTIONS": options}}
)
from django.db import connection, transaction
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("INSERT INTO visits (name) VALUES (%s)", [name])
    print("in", flush=True)
    sys.stdin.readline()
"""
needs_locks = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="who waits is read in /proc/locks")


def opened(path, **options):
    """A connection to this file, as the settings open theirs."""
    options = {"timeout": 20, "transaction_mode": "IMMEDIATE"} | options
    return ConnectionHandler(
        {"default": {"ENGINE": "observatory.sqlite3", "NAME": str(path), "OPTIONS": options}}
    )["default"]


def begin(writer) -> None:
    writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(writer) -> None:
    writer.commit()
    writer.set_autocommit(True)


def is_taken(path) -> bool:
    """Whether somebody has the turn: we look without waiting, and give it back."""
    with open(f"{path}{turns.SUFFIX}") as gate:
        try:
            fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def visits(path) -> list[str]:
    with opened(path).cursor() as cursor:
        return [name for (name,) in cursor.execute("SELECT name FROM visits ORDER BY id").fetchall()]


def waiting(path) -> int:
    """How many wait at the gate, as the kernel tells."""
    inode = os.stat(f"{path}-queue").st_ino
    return sum("->" in line and f":{inode} " in line for line in Path("/proc/locks").open())


def until(condition) -> None:
    for _attempt in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


@pytest.fixture(autouse=True)
def own_databases(django_db_blocker):
    """The files of these tests are their own: what keeps tests away from the database has no say."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "queue.sqlite3"
    with opened(path).cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("CREATE TABLE visits (id INTEGER PRIMARY KEY, name TEXT)")
    return path


@pytest.fixture
def writer(database):
    """Starts a process that writes its name and stays in its transaction until it is told to go."""
    running = []

    def start(name: str, timeout: float = 20):
        command = [sys.executable, "-c", WRITER, name, str(database), str(timeout)]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        running.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def go(process) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def test_portal_uses_the_queue():
    if connection.vendor == "sqlite":
        assert settings.DATABASES["default"]["ENGINE"] == "observatory.sqlite3"


@needs_locks
def test_processes_are_served_in_the_order_they_came(database, writer):
    first = writer("first")
    assert first.stdout.readline() == "in\n"
    later = []
    for number, name in enumerate(("second", "third", "fourth"), 1):
        later.append(writer(name))
        until(lambda number=number: waiting(database) == number)
    go(first)
    for process in later:
        assert process.stdout.readline() == "in\n"
        go(process)
        assert process.wait(20) == 0
    assert visits(database) == ["first", "second", "third", "fourth"]


@needs_locks
def test_turn_of_a_killed_process_passes_on(database, writer):
    first = writer("first")
    assert first.stdout.readline() == "in\n"
    second = writer("second")
    until(lambda: waiting(database) == 1)
    first.send_signal(signal.SIGKILL)
    assert second.stdout.readline() == "in\n"
    go(second)
    assert second.wait(20) == 0
    assert visits(database) == ["second"]


def test_wait_ends_with_the_timeout_and_leaves_nothing_behind(database, writer):
    first = writer("first")
    assert first.stdout.readline() == "in\n"
    late = writer("late", timeout=0.2)
    _out, told = late.communicate(timeout=20)
    assert late.returncode == 1
    assert told.splitlines()[-1] == "django.db.utils.OperationalError: database is locked"
    go(first)
    assert first.wait(20) == 0
    assert visits(database) == ["first"]


@needs_locks
def test_who_gave_up_does_not_take_the_turn_later(database):
    one, other = opened(database), opened(database, timeout=0.05)
    begin(one)
    with pytest.raises(OperationalError, match="database is locked"):
        begin(other)
    # Its thread still waits; when the turn comes to it, nobody wants it any more.
    assert waiting(database) == 1
    end(one)
    until(lambda: not is_taken(database))
    begin(other)
    end(other)


def test_threads_of_one_process_queue(database):
    inside, most = [], []

    def visit(number):
        writer = opened(database)
        for _time in range(10):
            begin(writer)
            inside.append(number)
            most.append(len(inside))
            writer.cursor().execute("INSERT INTO visits (name) VALUES (%s)", [str(number)])
            inside.remove(number)
            end(writer)
        writer.close()

    threads = [threading.Thread(target=visit, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert max(most) == 1
    assert sorted(visits(database)) == sorted(["0", "1", "2", "3"] * 10)


@pytest.mark.parametrize("how", ["commit", "rollback", "close"])
def test_turn_ends_with_the_transaction(database, how):
    writer = opened(database)
    begin(writer)
    assert is_taken(database)
    getattr(writer, how)()
    assert not is_taken(database)


def test_turn_ends_with_a_connection_nobody_closed(database):
    thread = threading.Thread(target=lambda: begin(opened(database)))
    thread.start()
    thread.join(20)
    # What nobody holds any more goes when Python collects it.
    gc.collect()
    until(lambda: not is_taken(database))


def test_turn_is_given_back_when_the_transaction_cannot_begin(database, monkeypatch):
    unruly, writer = opened(database), opened(database, timeout=0.05)
    monkeypatch.setattr(turns, "fcntl", None)
    begin(unruly)
    monkeypatch.undo()
    with pytest.raises(OperationalError, match="database is locked"):
        begin(writer)
    assert not is_taken(database)
    end(unruly)


def test_child_that_lives_on_does_not_keep_the_turn(database):
    writer = opened(database)
    begin(writer)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.read(read, 1)
        os._exit(0)
    try:
        end(writer)
        assert not is_taken(database)
    finally:
        os.write(write, b"x")
        os.waitpid(child, 0)


def test_who_only_reads_or_writes_one_statement_does_not_queue(database):
    writer, other = opened(database), opened(database, transaction_mode="DEFERRED")
    begin(writer)
    begin(other)
    assert other.cursor().execute("SELECT count(*) FROM visits").fetchone() == (0,)
    end(other)
    end(writer)
    writer.cursor().execute("INSERT INTO visits (name) VALUES ('alone')")
    assert not is_taken(database)
    assert visits(database) == ["alone"]


def test_without_a_queue_the_lock_of_sqlite_is_there(database, monkeypatch):
    monkeypatch.setattr(turns, "fcntl", None)
    one, other = opened(database), opened(database, timeout=0.05)
    begin(one)
    with pytest.raises(OperationalError, match="database is locked"):
        begin(other)
    end(one)
    begin(other)
    end(other)
    assert not Path(f"{database}-queue").exists()


@pytest.mark.parametrize("name", [":memory:", "file:shared?mode=memory&cache=shared"])
def test_database_in_memory_has_no_queue(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    writer = opened(name)
    begin(writer)
    end(writer)
    assert list(tmp_path.iterdir()) == []


def test_folder_that_takes_no_file_has_no_queue(tmp_path):
    assert turns.enter(str(tmp_path / "missing" / "x.sqlite3"), 1) is None


def test_all_names_of_a_file_have_one_queue(database, tmp_path):
    link = tmp_path / "link.sqlite3"
    link.symlink_to(database)
    writer = opened(f"file:{link}")
    begin(writer)
    assert is_taken(database)
    end(writer)
    assert not Path(f"{link}-queue").exists()


def test_file_of_the_queue_is_as_open_as_the_database(database):
    os.chmod(database, 0o640)
    begin(writer := opened(database))
    end(writer)
    assert stat.S_IMODE(os.stat(f"{database}-queue").st_mode) == 0o640


@pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"] != "observatory.sqlite3", reason="SQLite's")
@pytest.mark.django_db(transaction=True)
def test_turn_outlasts_what_is_undone_within():
    path = connection.settings_dict["NAME"]
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        with transaction.atomic():
            pass
        assert is_taken(path)
    assert not is_taken(path)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    assert not is_taken(path)
