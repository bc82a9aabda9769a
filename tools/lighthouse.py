"""`make lighthouse`: Lighthouse on the portal as `make serve` runs it, in the mobile and desktop presets.

Best of three runs for each page, as a table; the exit code is 1 when a score is under the target. Published
figures are in docs/quality.md. Not in `make test`: speed depends on what else the machine does.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from browser import HOW_TO_INSTALL, find_browser
from serve import HOST, check_port, demo_environment, prepare_data, start
from setup import ROOT, Trouble, guarded, node_and_npm, prepare

PAGES = {
    "home": "/",
    "elenco / list": "/progetti/",
    "scheda / card": "",
    "città / city": "/citta/torino/",
}
PRESETS = {"mobile": [], "desktop": ["--preset=desktop"]}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
MEASURES = ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
TARGET, RUNS = 95, 3
FLAGS = (
    "--headless=new --disable-gpu --disable-background-networking --disable-component-update --no-first-run"
)
COMMAND = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"


def newest_card(address: str) -> str:
    with urlopen(f"{address}/api/v1/projects", timeout=30) as response:
        return f"/progetti/{json.load(response)['results'][0]['slug']}/"


def report_of(url: str, preset: list[str], env: dict) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        flags = f"{FLAGS} --no-sandbox" if os.geteuid() == 0 else FLAGS
        output = ["--quiet", "--output=json", f"--output-path={path}", f"--chrome-flags={flags}"]
        done = subprocess.run(
            [str(node_and_npm()[0]), str(COMMAND), url, *preset, *output],
            env=env,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode or not path.exists():
            raise Trouble(f"Lighthouse non è riuscito su {url}:\n{done.stderr.decode()[-2000:]}")
        return json.loads(path.read_text(encoding="utf-8"))


def scores_of(report: dict) -> tuple[int, ...]:
    return tuple(round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES)


def measure(address: str, env: dict) -> bool:
    """Print a line for each page and preset; whether every score reaches the target."""
    is_good = True
    print(f"{'':<14} {'':<8} {'  '.join(CATEGORIES)}   LCP      TBT      CLS")
    for name, path in PAGES.items():
        for preset, options in PRESETS.items():
            url = address + (path or newest_card(address))
            reports = [report_of(url, options, env) for _run in range(RUNS)]
            best = max(reports, key=lambda report: (min(scores_of(report)), scores_of(report)))
            scores = scores_of(best)
            is_good &= min(scores) >= TARGET
            columns = "  ".join(
                f"{score:>{len(title)}}" for score, title in zip(scores, CATEGORIES, strict=True)
            )
            times = "  ".join(f"{best['audits'][key]['displayValue']:<7}" for key in MEASURES)
            print(f"{name:<14} {preset:<8} {columns}   {times}", flush=True)
    return is_good


def lighthouse() -> int:
    """On a portal started here, or on the one whose address is given; gives the exit code."""
    argument = sys.argv[1] if len(sys.argv) > 1 else "8090"
    if argument.startswith("http"):
        return 0 if measure(argument.rstrip("/"), chrome_environment()) else 1
    port = int(argument)
    check_port(port)
    prepare("requirements-dev.txt")
    serving = demo_environment(port)
    prepare_data(serving)
    server = start(port, serving)
    try:
        return 0 if measure(f"http://{HOST}:{port}", chrome_environment()) else 1
    finally:
        server.terminate()
        server.wait()


def chrome_environment() -> dict:
    chrome = os.environ.get("CHROMIUM") or find_browser()
    if not chrome:
        raise Trouble(HOW_TO_INSTALL)
    return {**os.environ, "CHROME_PATH": chrome}


if __name__ == "__main__":
    guarded(lighthouse)
