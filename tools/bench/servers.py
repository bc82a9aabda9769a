"""The servers of a measurement: started, loaded, metered, stopped."""

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
# The options of the README.
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
    # Each request has another client address, so that the rate limit counts and never refuses.
    "NUM_PROXIES": "1",
}


class Broken(Exception):
    """A server that does not start, or responds with another status than expected."""


@dataclass(frozen=True)
class Server:
    """A running server: its URL, and the process at the root of its tree."""

    name: str
    url: str
    process: subprocess.Popen

    def cpu(self) -> float | None:
        """Seconds of processor that its processes have used so far; None where /proc is missing."""
        ticks = self._processes()
        return sum(ticks.values()) / TICKS if ticks else None

    def memory(self) -> float | None:
        """MiB of anonymous memory of its processes, without pages of files; None where /proc is missing."""
        used = 0
        for pid in self._processes():
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                used += next(int(line.split()[1]) for line in lines if "Anonymous:" in line)
        return used / 1024 or None

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
    """A Server for the length of the block, once `ready` responds with 200. Raises Broken."""
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
            with urlopen(server.url + path, timeout=WAIT) as response:
                response.read()
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise Broken(f"{server.name} non risponde a {path}: vedi var/log/bench-{server.name}.log")


def portal(url: str, *, is_cached: bool):
    """The production server, with its cache of responses or without."""
    name, megabytes = ("portal", "32") if is_cached else ("portal uncached", "0")
    command = [*GRANIAN, "observatory.wsgi:application"]
    ready = "/api/v1/projects?limit=1"
    return running(name, command, ready, ROOT, DATABASE_URL=url, ANSWER_CACHE_MB=megabytes, **PORTAL)


def peer(url: str):
    """The empty view and the ordinary Django REST framework API, on the same kind of server."""
    command = [*GRANIAN, "peer.wsgi:application"]
    return running("drf", command, "/empty", FOLDER, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="peer.settings")


def datasette(path: Path):
    """Datasette over the same SQLite file, as an immutable one, without time limits."""
    limits = {"sql_time_limit_ms": 30000, "facet_time_limit_ms": 30000, "facet_suggest_time_limit_ms": 1}
    settings = [option for name, value in limits.items() for option in ("--setting", name, str(value))]
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(path), *settings]
    return running("datasette", command, f"/{path.stem}.json", FOLDER)


def loaded(server: Server, paths: list[str], connections: int, seconds: float, **more) -> dict:
    """Figures of one load: responses, p50 and p95 in ms, requests a second, CPU ms for each request.

    Raises Broken when a response had an unexpected status.
    """
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
    figures = json.loads(done.stdout)
    if figures["bad"]:
        raise Broken(
            f"{server.name}: {figures['bad']} risposte sbagliate su {figures['responses']} a {paths[0]}"
        )
    after = server.cpu()
    is_unknown = after is None or not figures["responses"]
    figures["cpu"] = None if is_unknown else (after - before) * 1000 / figures["responses"]
    return figures
