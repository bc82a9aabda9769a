"""A real browser on the live server. Every page watches itself: an error in its console, a refused style or
script, an uncaught exception or a call to another host fails the test that opened it.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from tools.browser import HOW_TO_INSTALL, find_browser

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Only a bound for what never comes, in milliseconds: a condition that holds is never waited for, and a loaded
# machine takes many times as long as an idle one.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
DESKTOP = {"width": 1366, "height": 900}
MOBILE = {"width": 390, "height": 844}
# Playwright keeps a loop of its own in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # The server answers from threads of its own: they see only what is committed.
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def budget_table(request, record_property):
    """`budget_table(width, {page: figures})`: printed at the end of the run, whoever has run the test."""

    def keep(width: int, figures: dict) -> None:
        for name, row in figures.items():
            record_property("budget", f"{width:>5} px  {name:<9}" + "".join(f"{n:>10}" for n in row.values()))
        record_property(
            "budget_head", " " * 19 + "".join(f"{key:>10}" for key in next(iter(figures.values())))
        )

    return keep


def pytest_terminal_summary(terminalreporter):
    told = [pair for report in terminalreporter.stats.get("passed", []) for pair in report.user_properties]
    told += [pair for report in terminalreporter.stats.get("failed", []) for pair in report.user_properties]
    lines = [line for name, line in told if name == "budget"]
    if lines:
        terminalreporter.section("Pesi delle pagine, byte gzip / weight of pages, gzip bytes")
        terminalreporter.write_line(next(line for name, line in told if name == "budget_head"))
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def browser():
    path = os.environ.get("CHROMIUM") or find_browser()
    if not path:
        pytest.fail(HOW_TO_INSTALL, pytrace=False)
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=flags)
        yield launched
        launched.close()


class Watch:
    """Notes what a page does wrong."""

    def __init__(self, page, host: str):
        self.host = host
        self.offences = []
        self.visited = set()
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.offences.append(f"exception: {error}"))

    def _request(self, request) -> None:
        if request.is_navigation_request():
            self.visited.add(request.url)
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != self.host:
            self.offences.append(f"request to another host: {request.url}")

    def _console(self, message) -> None:
        # The status of a page asked for on purpose is the test's own affair.
        own_status = (
            message.text.startswith("Failed to load resource") and message.location["url"] in self.visited
        )
        # So is that of an automatic save that is refused: the page says it in words, which the test reads.
        own_status |= message.location["url"].endswith("/bozza/")
        if message.type == "error" and not own_status:
            self.offences.append(f"console: {message.text} ({message.location['url']})")


@pytest.fixture
def open_page(browser, live_server):
    """Opens watched pages: `open_page(viewport=MOBILE, java_script_enabled=False)`."""
    contexts, watches = [], []

    def opener(**options):
        context = browser.new_context(
            **{"base_url": live_server.url, "locale": "it-IT", "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page, urlsplit(live_server.url).netloc))
        return page

    yield opener
    for context in contexts:
        context.close()
    offences = [offence for watch in watches for offence in watch.offences]
    assert offences == []


@pytest.fixture
def page_desktop(open_page):
    return open_page(viewport=DESKTOP)


@pytest.fixture
def page_mobile(open_page):
    return open_page(viewport=MOBILE, has_touch=True, is_mobile=True)


@pytest.fixture
def no_js_page(open_page):
    return open_page(viewport=DESKTOP, java_script_enabled=False)


def described(violation: dict) -> str:
    places = "\n".join(
        f"    {' '.join(map(str, node['target']))}  {node['html'][:160]}" for node in violation["nodes"]
    )
    return f"{violation['id']} ({violation['impact']}): {violation['help']}\n{places}"


@pytest.fixture(scope="session")
def check_accessibility():
    """`check_accessibility(page)`: no violation of WCAG 2.2 AA, nor of axe's good practice, as it stands."""
    axe = AXE.read_text(encoding="utf-8")

    def check(page) -> None:
        page.evaluate(axe)
        report = page.evaluate(
            "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", AXE_TAGS
        )
        found = "\n".join(map(described, report["violations"]))
        assert not found, f"{urlsplit(page.url).path} non è accessibile:\n{found}"

    return check
