"""What a page weighs and how still it stands, measured in the browser and printed at the end of the run.

gzip bytes: how pages and files travel behind the proxy. A page's scripts are ours; the map's library apart.
"""

import gzip
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
}
# The library of the map is asked for by the map alone: its script, its styles, what it draws.
OF_THE_MAP = ("/leaflet/", "/mappa/confini/", "/mappa/punti.geojson", "/js/mappa.")
# A shift of 0.001 is a word that grows by a pixel when the third weight of the font comes.
BUDGET = {"html": 30_000, "css": 70_000, "js": 10_000, "fonts": 2, "requests": 12, "shift": 0.001}
WITH_MAP = 60_000
WATCH_SHIFTS = """window.shifts = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture
def slugs(transactional_db):
    places = builders.piedmont()
    builders.squares()
    office, desk = builders.officer(places["torino"]), builders.reviewer()
    titles = [f"Illuminazione pubblica, lotto {number}" for number in range(12)]
    made = [builders.published(office, desk, places["torino"], title=title).slug for title in titles]
    return {"slug": made[0], "other": made[1]}


def weight(answer) -> int:
    return len(gzip.compress(answer.body(), 9))


def measured(page, path: str) -> dict:
    """The figures of one page, once everything it asks for has come and it has been read to the end."""
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    html = page.goto(path, wait_until="networkidle")
    page.mouse.wheel(0, 20_000)
    page.wait_for_timeout(300)
    assert {answer.status for answer in answers} <= {200, 304}
    places = {urlsplit(answer.url).path: answer for answer in answers}
    own = {place: answer for place, answer in places.items() if not any(mark in place for mark in OF_THE_MAP)}
    return {
        "html": weight(html),
        "css": sum(weight(answer) for place, answer in own.items() if place.endswith(".css")),
        "js": sum(weight(answer) for place, answer in own.items() if place.endswith(".js")),
        "fonts": page.locator("link[rel=preload][as=font]").count(),
        "requests": len(own),
        "shift": round(page.evaluate("window.shifts"), 4),
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
    assert {row["fonts"] for row in figures.values()} == {2}
