"""A queue of writers before an SQLite database: first come, first served, and woken at once.

By itself SQLite lets a writer that finds another at work sleep and look again, after 1, 2, 5 … 100 ms: the
database rests meanwhile, and who comes later may well be served first. The queue is a file beside the
database under flock, which the kernel lets go of when a process dies. It is but good manners: who cannot
queue, or does not, still meets SQLite's own lock.
"""

import contextlib
import os
import threading
from io import FileIO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

SUFFIX = "-queue"


def enter(database: str, seconds: float) -> FileIO | None:
    """Wait for one's turn to write in the database file of this path; `leave` gives it back.

    None where there is no queueing: no flock, a folder closed to us. Raises TimeoutError after `seconds`.
    """
    if fcntl is None:
        return None
    try:
        gate = _gate(database)
    except OSError:
        return None
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return gate
    except BlockingIOError:
        return _Wait(gate).end(seconds)
    except OSError:
        gate.close()
        return None


def leave(gate: FileIO) -> None:
    """Let the next one in, also where a forked child still has the file open."""
    with contextlib.suppress(OSError):
        fcntl.flock(gate, fcntl.LOCK_UN)
    gate.close()


def _gate(database: str) -> FileIO:
    """The file of the queue, opened: a lock belongs to who opened, so that threads queue too.

    Made with the owner and the mode of the database, as SQLite makes its own: what a command of the
    superuser leaves behind does not shut the server out.
    """
    path = database + SUFFIX
    with contextlib.suppress(FileNotFoundError):
        return FileIO(path)
    about = os.stat(database)
    gate = FileIO(path, "ab", opener=lambda name, flags: os.open(name, flags, about.st_mode & 0o666))
    if os.geteuid() == 0:
        os.fchown(gate.fileno(), about.st_uid, about.st_gid)
    return gate


class _Wait(threading.Thread):
    """Sleeps in the kernel until the turn comes, which alone knows no time limit; hence a thread."""

    def __init__(self, gate: FileIO):
        super().__init__(daemon=True)
        self.gate, self.has_come, self.is_over = gate, threading.Event(), False
        self.deciding = threading.Lock()

    def run(self) -> None:
        # Where the lock cannot be had at all, SQLite's own is there.
        with contextlib.suppress(OSError):
            fcntl.flock(self.gate, fcntl.LOCK_EX)
        with self.deciding:
            if self.is_over:
                self.gate.close()
            self.has_come.set()

    def end(self, seconds: float) -> FileIO:
        """The gate, ours now. Raises TimeoutError when the turn does not come; the thread then ends alone."""
        self.start()
        self.has_come.wait(seconds)
        with self.deciding:
            self.is_over = not self.has_come.is_set()
        if self.is_over:
            raise TimeoutError
        return self.gate
