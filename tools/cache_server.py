"""The Redis of the tests: `python tools/cache_server.py` prints its path, installing it if there is none."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

NAMES = ("redis-server", "valkey-server")
HOW_TO_INSTALL = """Manca Redis: i test della cache condivisa si saltano. Installalo con
  Debian, Ubuntu   sudo apt-get install redis-server
  Fedora           sudo dnf install valkey
  macOS            brew install redis"""


def find_server() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def install() -> str | None:
    """Install the package on Debian and Ubuntu as superuser, without starting it; gives its path, or None."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Redis manca: apt-get install redis-server …", file=sys.stderr, flush=True)
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "redis-server"]):
            subprocess.run(["apt-get", "-qq", *arguments], env=env, stdout=subprocess.DEVNULL, check=False)
    return find_server()


@contextmanager
def throwaway_server(path: str, port: int):
    """The process of a Redis that listens on the loopback alone, stores nothing, and ends with the block."""
    with tempfile.TemporaryDirectory(prefix="osservatorio-redis-") as folder:
        arguments = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder]
        server = subprocess.Popen([path, *arguments], stdout=subprocess.DEVNULL)
        try:
            _wait(server, port)
            yield server
        finally:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen, port: int) -> None:
    for _attempt in range(100):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("Redis non parte")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    print(find_server() or install() or HOW_TO_INSTALL)
