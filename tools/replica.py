"""A throw-away PostgreSQL with a streaming replica, by its own tools: initdb, pg_basebackup, pg_ctl."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.postgres import NAME, _free_port, _identity, _init, _run, find_binaries

SETTINGS = {
    "fsync": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "hot_standby": "on",
}
PROGRAMS = ("initdb", "pg_ctl", "pg_basebackup")


@dataclass
class Pair:
    """A primary and its replica, each of which can be started and stopped."""

    binaries: Path
    folder: Path
    identity: dict
    password: str
    ports: dict[str, int] = field(default_factory=dict)

    def start(self, name: str) -> str:
        """Start the server with the data folder `name`, on the same port each time; gives its URL."""
        port = self.ports.setdefault(name, _free_port())
        options = " ".join(f"-c {key}='{value}'" for key, value in {**SETTINGS, "port": port}.items())
        self._control(name, "--log", self.folder / f"{name}.log", "--options", options, "start")
        return f"postgresql://{NAME}:{self.password}@127.0.0.1:{port}/postgres"

    def stop(self, name: str) -> None:
        self._control(name, "--mode", "immediate", "stop")

    def copy(self, url: str) -> None:
        """Create the data folder of a replica that follows the running primary at `url`."""
        target = self.folder / "replica"
        arguments = ["--dbname", url, "--pgdata", target, "--write-recovery-conf", "--checkpoint", "fast"]
        self._command(self.binaries / "pg_basebackup", *arguments, "--wal-method", "stream", "--no-sync")

    def _control(self, name: str, *arguments) -> None:
        common = (*("--pgdata", self.folder / name), "--wait", "--timeout", "60")
        self._command(self.binaries / "pg_ctl", *common, *arguments)

    def _command(self, *arguments) -> None:
        done = _run(list(arguments), self.identity, self.folder)
        if done.returncode:
            raise RuntimeError(f"{arguments[0]}: {done.stdout}")


def can_replicate() -> bool:
    return find_binaries(PROGRAMS) is not None


@contextmanager
def primary_and_replica() -> Iterator[tuple[Pair, str, str]]:
    """`(pair, URL of the primary, URL of the replica)`; both are removed after the block."""
    identity = _identity()
    folder = Path(tempfile.mkdtemp(prefix="osservatorio-replica-", dir="/tmp" if identity else None))
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    pair = Pair(find_binaries(PROGRAMS), folder, identity, secrets.token_urlsafe(24))
    try:
        _init(pair.binaries, folder, pair.password, identity)
        (folder / "data").rename(folder / "primary")
        primary = pair.start("primary")
        pair.copy(primary)
        yield pair, primary, pair.start("replica")
    finally:
        for name in ("replica", "primary"):
            if (folder / name / "postmaster.pid").exists():
                pair.stop(name)
        shutil.rmtree(folder, ignore_errors=True)
