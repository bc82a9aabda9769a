"""What the build leaves in static/build: complete, within the budget, and in step with the Python tables."""

import gzip
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from cards.vocabulary.areas import AREAS

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "static" / "build"
STYLES = BUILD / "css" / "osservatorio.css"
SPRITE = BUILD / "img" / "sprite.svg"
# gzip bytes; the design allows 70 kB of CSS and 10 kB of scripts to a page.
BUDGETS = {
    STYLES: 24_000,
    SPRITE: 8_000,
    ROOT / "static" / "js" / "osservatorio.js": 2_000,
    ROOT / "static" / "js" / "filtri.js": 2_000,
    ROOT / "static" / "js" / "suggerimenti.js": 2_000,
    ROOT / "static" / "js" / "mappa.js": 2_000,
    BUILD / "leaflet" / "leaflet.js": 44_000,
    ROOT / "cards" / "pages" / "regions.json": 4_000,
}


@pytest.mark.parametrize("path", BUDGETS, ids=lambda path: path.name)
def test_file_stays_within_its_budget(path):
    assert len(gzip.compress(path.read_bytes(), 9)) <= BUDGETS[path]


def test_build_points_to_no_source_map():
    made = (".css", ".svg", ".js")
    texts = [path.read_text(encoding="utf-8") for path in BUILD.rglob("*") if path.suffix in made]
    assert [text for text in texts if "sourceMappingURL" in text] == []


def test_styles_ask_only_for_our_fonts():
    addresses = set(re.findall(r'url\("?([^")]+)', STYLES.read_text(encoding="utf-8")))
    ours = {address for address in addresses if not address.startswith("data:")}
    assert ours == {f"../fonts/titillium-web-{name}.woff2" for name in ("400", "600", "700")}
    assert [a for a in ours if not (STYLES.parent / a).is_file()] == []


def test_styles_embed_no_font():
    assert "data:font" not in STYLES.read_text(encoding="utf-8")
    assert "data:application" not in STYLES.read_text(encoding="utf-8")


def test_area_colours_equal_the_table():
    source = (ROOT / "frontend" / "scss" / "_areas.scss").read_text(encoding="utf-8")
    written = re.findall(r'"([\w-]+)": \((#\w{6}), (#\w{6})\)', source)
    assert written == [(area.slug, area.colour.lower(), area.tint.lower()) for area in AREAS]


def symbols() -> set[str]:
    root = ElementTree.parse(SPRITE).getroot()
    return {symbol.get("id") for symbol in root}


def test_sprite_has_every_area_icon():
    assert {area.icon for area in AREAS} - symbols() == set()


def sources() -> list[str]:
    """The templates of the site and of its apps, and the Python that names icons for them."""
    paths = [
        *ROOT.glob("templates/**/*.html"),
        *ROOT.glob("*/templates/**/*.html"),
        *ROOT.glob("*/pages/*.py"),
    ]
    return [path.read_text(encoding="utf-8") for path in paths]


def test_sprite_has_every_icon_named_in_templates():
    texts = sources()
    assert len(texts) > 100
    named = {name for text in texts for name in re.findall(r'{% icon "([\w-]+)"', text)}
    assert named - symbols() == set()


def test_sprite_holds_no_icon_unused():
    texts = sources()
    listed = json.loads((ROOT / "frontend" / "icons.json").read_text(encoding="utf-8"))
    assert [name for name in listed if not any(f'"{name}"' in text for text in texts)] == []


def test_outline_has_the_twenty_regions():
    outline = json.loads((ROOT / "cards" / "pages" / "regions.json").read_text(encoding="utf-8"))
    assert list(outline["paths"]) == [f"{number:02d}" for number in range(1, 21)]
    assert [code for code, path in outline["paths"].items() if not path.startswith("M")] == []
