"""`make serve`: the portal on this computer, with real reference data, sample projects and demo accounts."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time

from setup import BIN, ROOT, Trouble, digest, environment, forget, guarded, prepare, run, step

VAR = ROOT / "var"
DATABASE = VAR / "osservatorio.sqlite3"
ACCOUNTS = VAR / "demo-accounts.txt"
HOST = "127.0.0.1"
STARTING_SECONDS = 60
PR_SET_PDEATHSIG = 1
CLEAN_ENDS = (0, -signal.SIGINT, -signal.SIGTERM)


def demo_environment(port):
    """Settings for one computer; a variable that is already set in the environment has precedence."""
    default = {
        "DEMO": "1",
        "SECRET_KEY": secret_key(),
        "DATABASE_URL": f"sqlite:///{DATABASE}",
        "SITE_URL": f"http://{HOST}:{port}",
    }
    return environment(**{name: os.environ.get(name) or value for name, value in default.items()})


def secret_key():
    """One key for each installation, written once, readable by its owner alone."""
    VAR.mkdir(exist_ok=True)
    path = VAR / "secret_key"
    if not path.exists():
        write_privately(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def write_env_file(env):
    """Write var/laptop.env, with which `.venv/bin/python manage.py …` uses the same data."""
    names = ("DEMO", "SECRET_KEY", "DATABASE_URL")
    write_privately(VAR / "laptop.env", "".join(f"{name}={env[name]}\n" for name in names))


def write_privately(path, text):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


def prepare_data(env):
    """Tables, reference data, sample projects, static files; the output of `load_sample` goes to ACCOUNTS."""
    stamps = VAR / "stamps"
    # Stamps are those of one database: delete them when it is missing, or when DATABASE_URL names another.
    if os.environ.get("DATABASE_URL") or not DATABASE.exists() or not ACCOUNTS.exists():
        names = ("migrate", "load_reference", "rebuild_cards", "load_sample", "load_national")
        forget(*(stamps / name for name in names))

    def manage(*arguments):
        hint = "Per ripartire da capo cancella la cartella var e ripeti `make serve`."
        return run([BIN / "python", "manage.py", *arguments], hint, env)

    def load_sample():
        write_privately(ACCOUNTS, manage("load_sample", "--demo-accounts"))

    tables = digest("*/migrations/*.py")
    reference = tables + digest(
        "*/reference/**/*", "*/importers/*.py", "*/management/commands/load_reference.py"
    )
    sample = reference + digest(
        "demo/*.py", "demo/*.typ", "demo/management/commands/load_sample.py", "fixtures/sample/**/*"
    )
    static = digest("static/**/*", "requirements.txt", "observatory/settings.py")
    step("Tabelle", lambda: manage("migrate", "--noinput"), stamps / "migrate", tables)
    step(
        "Comuni e dati di riferimento", lambda: manage("load_reference"), stamps / "load_reference", reference
    )
    # A release may derive other columns from stored cards than the one that wrote them.
    derived = tables + digest("cards/document/*.py", "cards/index/*.py", "cardindex/*.py")
    step("Schede e indice", lambda: manage("rebuild_cards"), stamps / "rebuild_cards", derived)
    step("Progetti di esempio", load_sample, stamps / "load_sample", sample)
    national = reference + digest("imports/**/*.py", "fixtures/national/*")
    step("Interventi dai dati nazionali", lambda: manage("load_national"), stamps / "load_national", national)
    collect = ("collectstatic", "--noinput", "--clear")
    step("File statici", lambda: manage(*collect), stamps / "collectstatic", static)


def is_listening(port):
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) == 0


def check_port(port):
    """Raise Trouble when the port is in use or refused. Called before the long steps, too."""
    other = port + 1
    if is_listening(port):
        raise Trouble(f"La porta {port} è già in uso. Digita: make serve PORT={other}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as refusal:
            raise Trouble(
                f"Non si può usare la porta {port} ({refusal.strerror}). Digita: make serve PORT=8001"
            ) from None


def start(port, env):
    granian = [BIN / "granian", "--interface", "wsgi", "observatory.wsgi:application", "--log-level", "error"]
    limits = ["--blocking-threads", 8, "--workers-kill-timeout", 5]
    command = [str(word) for word in [*granian, "--host", HOST, "--port", port, *limits]]
    # In a session of its own: a worker that gets SIGINT from the terminal too sometimes never ends.
    server = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, preexec_fn=end_with_parent)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: server.terminate())
    deadline = time.monotonic() + STARTING_SECONDS
    while server.poll() is None and not is_listening(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    return server


def end_with_parent():
    """On Linux, get SIGTERM when the parent is killed, so that the port does not stay in use."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def print_welcome(port):
    print(f"\nL’Osservatorio è su  http://{HOST}:{port}/\n")
    lines = ACCOUNTS.read_text(encoding="utf-8").splitlines()
    print("\n".join(line for line in lines if "@" in line))
    print("\nLe e-mail compaiono qui sotto. Per fermare: Ctrl-C.\n", flush=True)


def serve():
    argument = sys.argv[1] if len(sys.argv) > 1 else "8000"
    if not argument.isdigit() or not 0 < int(argument) < 65535:
        raise Trouble(f"PORT={argument} non è una porta: usa un numero, per esempio make serve PORT=8001")
    port = int(argument)
    check_port(port)
    prepare("requirements.txt")
    env = demo_environment(port)
    write_env_file(env)
    prepare_data(env)
    check_port(port)
    server = start(port, env)
    if server.poll() is None:
        print_welcome(port)
    code = server.wait()
    print(
        "\nFermato." if code in CLEAN_ENDS else f"\nIl server si è chiuso da solo (esito {code}).", flush=True
    )
    return 0 if code in CLEAN_ENDS else 1


if __name__ == "__main__":
    guarded(serve)
