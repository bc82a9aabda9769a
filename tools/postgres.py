"""A throw-away PostgreSQL around one command: `python tools/postgres.py -- pytest -q`.

The command has the database in DATABASE_URL. The cluster is in a temporary folder, listens on the loopback
alone with a random password, and is removed with the command, also after an error or Ctrl-C.
TEST_POSTGRES_URL, when set, names a server to use instead: its account must be able to create databases.
"""

import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

NAME = "osservatorio"
KNOWN_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
# The data is deleted: nothing needs to survive a crash.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}
# The C locale alone cannot fold the case of accented letters.
LOCALES = ("C.UTF-8", "en_US.UTF-8", "it_IT.UTF-8")
HOW_TO_INSTALL = """Manca PostgreSQL: i test girano anche su quello. Installalo con
  Debian, Ubuntu   sudo apt-get install postgresql
  Fedora           sudo dnf install postgresql-server
  macOS            brew install postgresql@17
oppure indica un server con TEST_POSTGRES_URL=postgresql://utente:password@host/banca e riprova."""


def find_binaries(wanted: tuple[str, ...] = ("initdb", "pg_ctl")) -> Path | None:
    """The folder with these programs, the newest where there are several; None without any."""
    places = []
    if on_path := shutil.which("initdb"):
        places.append(str(Path(on_path).parent))
    if config := shutil.which("pg_config"):
        done = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        places.append(done.stdout.strip())
    for pattern in KNOWN_PLACES:
        places += sorted(glob.glob(pattern), key=_version, reverse=True)
    for place in places:
        if place and all(os.access(Path(place, name), os.X_OK) for name in wanted):
            return Path(place)
    return None


def _version(path: str) -> int:
    digits = "".join(c if c.isdigit() else " " for c in path).split()
    return int(digits[-1]) if digits else 0


def install() -> Path | None:
    """Install the package on Debian and Ubuntu as superuser; gives the folder of its programs, or None."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("PostgreSQL manca: apt-get install postgresql …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
        subprocess.run(["apt-get", "-qq", *arguments], env=quiet, stdout=subprocess.DEVNULL, check=False)
    return find_binaries()


def _identity() -> dict:
    """Arguments of subprocess for another account: PostgreSQL refuses to run as the superuser."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise SystemExit("Nessun utente per avviare PostgreSQL: creane uno con `useradd --system postgres`.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _run(command: list, identity: dict, folder: Path) -> subprocess.CompletedProcess:
    # Output goes to a file: the server inherits it, and a pipe would stay open as long as the server runs.
    with open(folder / "commands.log", "a+") as log:
        start = log.tell()
        done = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
            **identity,
        )
        log.seek(start)
        done.stdout = log.read()
    return done


def _init(binaries: Path, folder: Path, password: str, identity: dict) -> None:
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    if identity:
        os.chown(secret, identity["user"], identity["group"])
    for locale in LOCALES:
        arguments = ["--username", NAME, "--pwfile", secret, "--auth", "scram-sha-256", "--encoding", "UTF8"]
        done = _run(
            [binaries / "initdb", "--pgdata", folder / "data", *arguments, "--locale", locale, "--no-sync"],
            identity,
            folder,
        )
        if done.returncode == 0:
            return
        shutil.rmtree(folder / "data", ignore_errors=True)
    raise SystemExit(f"PostgreSQL non crea il suo archivio:\n{done.stdout}")


def _start(binaries: Path, folder: Path, identity: dict, settings: dict) -> int:
    for _attempt in range(5):
        port = _free_port()
        chosen = {**SETTINGS, **settings, "port": port}
        options = " ".join(f"-c {name}='{value}'" for name, value in chosen.items())
        done = _run(
            [
                *(binaries / "pg_ctl", "--pgdata", folder / "data", "--log", folder / "data" / "server.log"),
                *("--wait", "--timeout", "60", "--options", options, "start"),
            ],
            identity,
            folder,
        )
        if done.returncode == 0:
            return port
    log = folder / "data" / "server.log"
    raise SystemExit(f"PostgreSQL non parte:\n{log.read_text() if log.exists() else done.stdout}")


@contextmanager
def throwaway_cluster(settings: dict | None = None):
    """The URL of an empty PostgreSQL database, removed after the block; `settings` override SETTINGS."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    binaries = find_binaries() or install()
    if binaries is None:
        raise SystemExit(HOW_TO_INSTALL)
    identity = _identity()
    # The other account must be able to reach the folder, and a private TMPDIR would stop it.
    folder = Path(tempfile.mkdtemp(prefix="osservatorio-pg-", dir="/tmp" if identity else None))
    try:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        password = secrets.token_urlsafe(24)
        _init(binaries, folder, password, identity)
        port = _start(binaries, folder, identity, settings or {})
        yield f"postgresql://{NAME}:{password}@127.0.0.1:{port}/postgres"
    finally:
        stop = [binaries / "pg_ctl", "--pgdata", folder / "data", "--mode", "immediate", "--wait", "stop"]
        _run(stop, identity, folder)
        shutil.rmtree(folder, ignore_errors=True)


def _terminated(*_):
    raise SystemExit(143)


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print(__doc__)
        return 2
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _terminated)
    with throwaway_cluster() as url:
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The terminal has sent the same signal to the command, which closes by itself.
            child.wait()
            return 130
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
