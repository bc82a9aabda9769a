"""Real servers around a measurement: started, warmed, metered, stopped."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tools" / "bench"
LOGS = ROOT / "var" / "log"
WAIT = 60
TICKS = os.sysconf("SC_CLK_TCK")
# As the README tells to run the portal.
GRANIAN = (
    "granian",
    "--interface",
    "wsgi",
    "--workers",
    "2",
    "--blocking-threads",
    "8",
    "--log-level",
    "error",
)
PORTAL = {
    "DEBUG": "false",
    "DEMO": "false",
    "SECRET_KEY": "only-for-measuring-" + "0" * 40,
    "ALLOWED_HOSTS": "127.0.0.1",
    "EMAIL_URL": "dummymail://",
    "SECURE_SSL_REDIRECT": "false",
    # Each request names another caller, so that the rate limit counts and never refuses.
    "NUM_PROXIES": "1",
}


class Broken(Exception):
    """A server that does not start, or answers wrongly."""


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, and the process at the root of its tree."""

    name: str
    url: str
    process: subprocess.Popen

    def cpu(self) -> float | None:
        """Seconds of processor that its processes have used so far; None where /proc is missing."""
        found = self._processes()
        return sum(found.values()) / TICKS if found else None

    def memory(self) -> float | None:
        """MiB of memory that its processes hold for themselves; pages of files in memory are not theirs."""
        held = 0
        for pid in self._processes():
            with suppress(OSError):
                told = Path(f"/proc/{pid}/smaps_rollup").read_text()
                held += next(int(line.split()[1]) for line in told.splitlines() if "Anonymous:" in line)
        return held / 1024 or None

    def _processes(self) -> dict[int, int]:
        """`{process: ticks of the processor}` of its tree; none where /proc is missing."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(stat.parent.name)] = (int(fields[1]), int(fields[11]) + int(fields[12]))
        tree = {self.process.pid}
        while grown := {pid for pid, (parent, _) in parents.items() if parent in tree} - tree:
            tree |= grown
        return {pid: parents[pid][1] for pid in tree if pid in parents}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(name: str, command: list[str], ready: str, folder: Path, **env: str):
    """A Server for the length of the block, once it answers `ready` with 200."""
    port = free_port()
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / f"bench-{name.replace(' ', '-')}.log", "w") as log:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env={**os.environ, **env},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        server = Server(name, f"http://127.0.0.1:{port}", process)
        try:
            _wait(server, ready)
            yield server
        finally:
            process.terminate()
            process.wait(WAIT)


def _wait(server: Server, path: str) -> None:
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urlopen(server.url + path, timeout=WAIT) as answer:
                answer.read()
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise Broken(f"{server.name} non risponde a {path}: vedi var/log/bench-{server.name}.log")


def portal(url: str, *, keeps: bool):
    """The production server; one that does not keep answers makes each anew."""
    name, kept = ("portal", "32") if keeps else ("portal uncached", "0")
    command = [*GRANIAN, "observatory.wsgi:application"]
    ready = "/api/v1/projects?limit=1"
    return running(name, command, ready, ROOT, DATABASE_URL=url, ANSWER_CACHE_MB=kept, **PORTAL)


def peer(url: str):
    """The empty view and the ordinary Django REST framework API, on the same kind of server."""
    command = [*GRANIAN, "peer.wsgi:application"]
    return running("drf", command, "/empty", FOLDER, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="peer.settings")


def datasette(path: Path):
    """Datasette over the same SQLite file, told that it will not change and given all the time it wants."""
    limits = {"sql_time_limit_ms": 30000, "facet_time_limit_ms": 30000, "facet_suggest_time_limit_ms": 1}
    settings = [word for name, value in limits.items() for word in ("--setting", name, str(value))]
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(path), *settings]
    return running("datasette", command, f"/{path.stem}.json", FOLDER)


def loaded(server: Server, paths: list[str], connections: int, seconds: float, **more) -> dict:
    """Figures of one load: answers, p50 and p95 in ms, requests a second, CPU ms for each request."""
    task = {"url": server.url, "paths": paths, "connections": connections, "seconds": seconds, **more}
    before = server.cpu()
    done = subprocess.run(
        [os.environ.get("NODE", "node"), "load.mjs"],
        cwd=FOLDER,
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    if found["bad"]:
        raise Broken(f"{server.name}: {found['bad']} risposte sbagliate su {found['answers']} a {paths[0]}")
    after = server.cpu()
    idle = after is None or not found["answers"]
    found["cpu"] = None if idle else (after - before) * 1000 / found["answers"]
    return found
