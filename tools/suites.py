"""`make test`: lint, the tests on SQLite, on PostgreSQL and in a real browser. One failure fails it all."""

import subprocess
import time

from setup import BIN, ROOT, environment, guarded, prepare

PYTHON = str(BIN / "python")
PYTEST = [PYTHON, "-m", "pytest", "-n", "auto"]
SUITES = {
    "Lint": [PYTHON, "tools/lint.py"],
    "SQLite": [*PYTEST, "-m", "not browser"],
    "PostgreSQL": [PYTHON, "tools/postgres.py", "--", *PYTEST, "-m", "not browser"],
    "Browser": [*PYTEST, "-m", "browser", "tests/browser"],
}
# Variables of the portal that are set in the environment must not reach the tests.
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
    inherited = {name: value for name, value in environment().items() if name not in NOT_FOR_TESTS}
    # The browser and Redis are looked up, or downloaded, once and not in every worker.
    browser = subprocess.run(
        [PYTHON, "tools/browser.py"], cwd=ROOT, env=inherited, stdout=subprocess.PIPE, check=False
    )
    subprocess.run(
        [PYTHON, "tools/cache_server.py"], cwd=ROOT, env=inherited, stdout=subprocess.DEVNULL, check=False
    )
    return {**inherited, "CHROMIUM": browser.stdout.decode().strip()}


def run_to_the_end(command, env):
    """The exit code of the command. Ctrl-C reaches it too: wait until it has cleaned up."""
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
