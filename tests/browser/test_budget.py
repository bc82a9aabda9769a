"""What a page weighs and how still it stands, measured in the browser and printed at the end of the run.

gzip bytes: how pages and files travel behind the proxy. A page's scripts are ours; the map's library apart.
"""

import gzip
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE

PAGES = {
    "home": "/",
    "list": "/progetti/",
    "card": "/progetti/{slug}/",
    "city": "/citta/torino/",
    "map": "/mappa/",
    "compare": "/confronta/?p={slug}&p={other}",
    "area": "/aree/energia/",
    "ranking": "/replicabilita/",
    "method": "/metodo/",
    "report": "/progetti/{slug}/segnala/",
}
# The library of the map is asked for by the map alone: its script, its styles, what it draws.
OF_THE_MAP = ("/leaflet/", "/mappa/confini/", "/mappa/punti.geojson", "/js/mappa.")
BUDGET = {"html": 30_000, "css": 70_000, "js": 10_000, "fonts": 3, "requests": 12, "shift": 0}
WITH_MAP = 60_000
# The CPU of a phone against that of a desk.
SLOW_DOWN = 4
# Bytes a second: a page takes about two seconds.
TRICKLE = 20_000
WATCH_SHIFTS = """window.moved = [];
const noteShifts = (entries) => {
  for (const entry of entries) {
    if (entry.hadRecentInput) continue;
    const nodes = entry.sources.map(({ node, previousRect, currentRect }) => [
      (node?.outerHTML ?? node?.textContent)?.slice(0, 80),
      ...[previousRect, currentRect].map(({ x, y, width, height }) => `${x} ${y} ${width} ${height}`),
    ]);
    window.moved.push({ value: entry.value, nodes });
  }
};
const shiftObserver = new PerformanceObserver((list) => noteShifts(list.getEntries()));
shiftObserver.observe({ type: "layout-shift", buffered: true });
window.takeShifts = () => { noteShifts(shiftObserver.takeRecords()); return window.moved; };"""
FIRST_PAINT = """() => new Promise((resolve) => new PerformanceObserver((list, observer) => {
  if (list.getEntriesByName("first-contentful-paint").length) { observer.disconnect(); resolve(); }
}).observe({ type: "paint", buffered: true }))"""
# What a frame changes is laid out in it and noted before the next but one.
NEXT_FRAMES = (
    "() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))"
)
TO_THE_END = "() => window.scrollTo(0, document.documentElement.scrollHeight)"
FONTS_SETTLED = "() => document.fonts.ready.then(() => undefined)"


@pytest.fixture
def slugs(transactional_db):
    places = builders.piedmont()
    builders.squares()
    office, desk = builders.officer(places["torino"]), builders.reviewer()
    titles = [f"Illuminazione pubblica, lotto {number}" for number in range(12)]
    # Each with a position, so that the map has points to draw.
    position = {"longitude": Decimal("6.76"), "latitude": Decimal("44.96")}
    cards = [builders.published(office, desk, places["torino"], title=title, **position) for title in titles]
    return {"slug": cards[0].slug, "other": cards[1].slug}


def weight(answer) -> int:
    return len(gzip.compress(answer.body(), 9))


def wait_for_map(page) -> None:
    """Until the map, if the page has one, has drawn its shapes and its points."""
    if page.locator("#live-map").count():
        page.locator("#live-map .map-point").first.wait_for(state="attached")


def shifts(page) -> list[dict]:
    """Each layout shift of the page, scrolled to its end: how much, which nodes, from where to where."""
    page.evaluate(NEXT_FRAMES)
    page.evaluate(TO_THE_END)
    page.evaluate(NEXT_FRAMES)
    return page.evaluate("() => window.takeShifts()")


def measured(page, path: str) -> dict:
    """The figures of one page, once everything it asks for has come and it has been read to the end."""
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    html = page.goto(path, wait_until="load")
    wait_for_map(page)
    page.evaluate(FONTS_SETTLED)
    moved = shifts(page)
    assert {answer.status for answer in answers} <= {200, 304}
    places = {urlsplit(answer.url).path: answer for answer in answers}
    own = {place: answer for place, answer in places.items() if not any(mark in place for mark in OF_THE_MAP)}
    return {
        "html": weight(html),
        "css": sum(weight(answer) for place, answer in own.items() if place.endswith(".css")),
        "js": sum(weight(answer) for place, answer in own.items() if place.endswith(".js")),
        "fonts": page.locator("link[rel=preload][as=font]").count(),
        "requests": len(own),
        "shift": round(sum(shift["value"] for shift in moved), 4),
        "map": sum(weight(places[place]) for place in places.keys() - own.keys() if place.endswith(".js")),
    }


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_pages_stay_within_the_budget(slugs, open_page, viewport, budget_table):
    figures = {}
    for name, path in PAGES.items():
        page = open_page(viewport=viewport)
        page.add_init_script(WATCH_SHIFTS)
        figures[name] = measured(page, path.format(**slugs))
        page.context.close()
    budget_table(viewport["width"], figures)
    over = [
        f"{name}: {key} {row[key]} > {most}"
        for name, row in figures.items()
        for key, most in BUDGET.items()
        if row[key] > most
    ]
    assert over == []
    assert figures["map"]["map"] + figures["map"]["js"] <= WITH_MAP
    assert [name for name, row in figures.items() if row["map"]] == ["map"]
    assert {row["fonts"] for row in figures.values()} == {3}


class Held:
    """Requests kept waiting until they are let through."""

    def __init__(self, page, *patterns: str):
        self.routes, self.open = [], False
        for pattern in patterns:
            page.route(pattern, self._take)

    def _take(self, route) -> None:
        if self.open:
            route.continue_()
        else:
            self.routes.append(route)

    def let_through(self) -> None:
        self.open = True
        while self.routes:
            self.routes.pop().continue_()


def slow_page(open_page, viewport: dict):
    page = open_page(viewport=viewport)
    page.add_init_script(WATCH_SHIFTS)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    return page


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_nothing_moves_when_fonts_scripts_and_data_come_after_the_first_paint(slugs, open_page, viewport):
    moved = {}
    for name, path in PAGES.items():
        page = slow_page(open_page, viewport)
        held = Held(page, "**/*.woff2", "**/*.js", "**/mappa/confini/**", "**/mappa/punti.geojson")
        page.goto(path.format(**slugs), wait_until="commit")
        page.evaluate(FIRST_PAINT)
        assert any(route.request.url.endswith(".woff2") for route in held.routes)
        held.let_through()
        page.wait_for_load_state("load")
        wait_for_map(page)
        page.evaluate(FONTS_SETTLED)
        moved[name] = shifts(page)
        page.context.close()
    assert {name: found for name, found in moved.items() if found} == {}


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_nothing_moves_when_the_fonts_never_come(slugs, open_page, viewport):
    moved = {}
    for name, path in PAGES.items():
        page = slow_page(open_page, viewport)
        held = Held(page, "**/*.woff2")
        # Its load event waits for the preloaded fonts; its scripts have run before this one.
        page.goto(path.format(**slugs), wait_until="domcontentloaded")
        page.evaluate(FIRST_PAINT)
        wait_for_map(page)
        moved[name] = shifts(page)
        assert held.routes
        page.context.close()
    assert {name: found for name, found in moved.items() if found} == {}


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_nothing_moves_when_a_page_arrives_in_pieces(slugs, open_page, viewport):
    page = open_page(viewport=viewport)
    page.add_init_script(WATCH_SHIFTS)
    # Styles and fonts are in the browser's cache: nothing but the HTML holds the first paint back.
    page.goto("/")
    connection = {"offline": False, "latency": 0, "downloadThroughput": TRICKLE, "uploadThroughput": TRICKLE}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", connection)
    moved = {}
    for name in ("home", "list", "card", "compare", "area"):
        page.goto(PAGES[name].format(**slugs), wait_until="load")
        moved[name] = shifts(page)
    assert {name: found for name, found in moved.items() if found} == {}
