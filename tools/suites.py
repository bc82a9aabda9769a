"""`make test`: the suite on SQLite, again on PostgreSQL, then in a real browser. One failure fails it all."""

import subprocess
import time

from setup import BIN, ROOT, environment, guarded, prepare

PYTHON = str(BIN / "python")
PYTEST = [PYTHON, "-m", "pytest", "-n", "auto"]
SUITES = {
    "SQLite": [*PYTEST, "-m", "not browser"],
    "PostgreSQL": [PYTHON, "tools/postgres.py", "--", *PYTEST, "-m", "not browser"],
    "Browser": [*PYTEST, "-m", "browser", "tests/browser"],
}
# What somebody has exported for the portal must not reach the tests.
NOT_FOR_TESTS = (
    "DATABASE_URL",
    "DEMO",
    "DEBUG",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "CACHE_URL",
    "DATABASE_REPLICA_URLS",
    "SITE_URL",
)


def test_environment():
    kept = {name: value for name, value in environment().items() if name not in NOT_FOR_TESTS}
    # Finding the browser and Redis, or fetching them, happens once and not in every worker.
    asked = subprocess.run(
        [PYTHON, "tools/browser.py"], cwd=ROOT, env=kept, stdout=subprocess.PIPE, check=False
    )
    subprocess.run(
        [PYTHON, "tools/cache_server.py"], cwd=ROOT, env=kept, stdout=subprocess.DEVNULL, check=False
    )
    return {**kept, "CHROMIUM": asked.stdout.decode().strip()}


def run_to_the_end(command, env):
    """Ctrl-C reaches the command too: let it put its things away before going."""
    child = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.wait()
        raise


def test():
    prepare("requirements-dev.txt")
    env = test_environment()
    verdicts = []
    for name, command in SUITES.items():
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        code = run_to_the_end(command, env)
        verdicts.append((name, code, time.monotonic() - started))
    print()
    for name, code, seconds in verdicts:
        print(f"{name:<12}{'riuscito' if code == 0 else 'FALLITO':<10}{seconds:6.0f} s")
    return 1 if any(code for _, code, _ in verdicts) else 0


if __name__ == "__main__":
    guarded(test)
