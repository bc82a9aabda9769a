"""The browser of the tests: `python tools/browser.py` prints its path, and installs one if there is none."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# In a process of its own, because its event loop would disturb the tests.
PLAYWRIGHT_PATH = """from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    print(p.chromium.executable_path)"""
HOW_TO_INSTALL = """Manca un browser per i test: installa Chromium con
  Debian           sudo apt-get install chromium
  Ubuntu, Fedora   .venv/bin/playwright install --with-deps chromium
  macOS            brew install --cask chromium
oppure indicane uno con CHROMIUM=/percorso/del/browser e riprova."""


def find_browser() -> str | None:
    """Path of a Chromium that starts, or None."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), *MAC_PLACES, _playwright_path()]
    return next((path for path in candidates if path and _starts(path)), None)


def _playwright_path() -> str | None:
    if not importlib.util.find_spec("playwright"):
        return None
    done = subprocess.run(
        [sys.executable, "-c", PLAYWRIGHT_PATH], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def _starts(path: str) -> bool:
    """Whether it prints its version: a browser without its shared libraries does not."""
    if not Path(path).is_file():
        return False
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> str | None:
    """Install one by Playwright, or as superuser from Debian's packages; gives its path, or None."""
    if importlib.util.find_spec("playwright"):
        print("Chromium manca: playwright install chromium …", file=sys.stderr, flush=True)
        _quietly([sys.executable, "-m", "playwright", "install", "chromium"])
        if path := find_browser():
            return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Chromium manca: apt-get install chromium …", file=sys.stderr, flush=True)
        _quietly(["apt-get", "-qq", "update"])
        _quietly(["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"])
    return find_browser()


def _quietly(command: list[str]) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"{command[0]} non risponde: passo oltre.", file=sys.stderr)


def main() -> int:
    path = find_browser() or install()
    print(path or HOW_TO_INSTALL, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
