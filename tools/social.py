"""Renders the images for social networks: one for each area and one for the site, 1200×630.

Run it after a change of names, colours or icons, with the fonts built: `.venv/bin/python tools/social.py`.
"""

import io
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")

import django  # noqa: E402
import typst  # noqa: E402
from django.utils import translation  # noqa: E402
from PIL import Image  # noqa: E402

from cards.vocabulary.areas import AREAS  # noqa: E402

TARGET = ROOT / "static" / "img" / "og"
ICONS = ROOT / "frontend" / "icons"
FONTS = ROOT / "static" / "build" / "fonts"
# Flat colours: few are enough, with images under 20 kB.
COLOURS = 48
IMAGE = """
#let colour = rgb(sys.inputs.colour)
#set page(width: 1200pt, height: 630pt, margin: 0pt, fill: colour)
#set text(font: "Titillium Web", fill: white)
#place(right + bottom, dx: 60pt, dy: 90pt, image(bytes(sys.inputs.shade), width: 520pt))
#place(left + top, dx: 80pt, dy: 70pt, grid(
  columns: 2, column-gutter: 22pt, align: horizon,
  image(bytes(sys.inputs.mark), width: 72pt),
  text(34pt, weight: "semibold")[Osservatorio Smart City],
))
#place(left + horizon, dx: 80pt, dy: 40pt, box(width: 860pt)[
  #set par(leading: 0.35em)
  #text(92pt, weight: "bold", sys.inputs.title) \\
  #v(10pt)
  #text(36pt, sys.inputs.hint)
])
"""


def tinted(path: Path, opacity: float) -> str:
    """The SVG of an icon in white, with this opacity."""
    svg = path.read_text(encoding="utf-8").replace("currentColor", "#ffffff")
    return re.sub(r"<svg ", f'<svg color="#ffffff" fill="#ffffff" opacity="{opacity}" ', svg, count=1)


def render(name: str, *, title: str, hint: str, colour: str, icon: Path) -> int:
    """Write one image; gives its size in bytes."""
    fonts: list[bytes | str] = [str(FONTS)]
    png = typst.compile(
        IMAGE.encode(),
        format="png",
        ppi=72,
        sys_inputs={
            "title": title,
            "hint": hint,
            "colour": colour,
            "mark": tinted(ICONS / "mark.svg", 1),
            "shade": tinted(icon, 0.16),
        },
        font_paths=fonts,
        ignore_system_fonts=True,
    )
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    path = TARGET / f"{name}.png"
    picture.save(path, optimize=True)
    return path.stat().st_size


def main() -> None:
    django.setup()
    translation.activate("it")
    TARGET.mkdir(parents=True, exist_ok=True)
    sizes = {
        "osservatorio": render(
            "osservatorio",
            title="I progetti dei Comuni",
            hint="Da conoscere e riusare",
            colour="#004080",
            icon=ICONS / "mark.svg",
        )
    }
    for area in AREAS:
        sizes[area.slug] = render(
            area.slug,
            title=str(area.name),
            hint=str(area.hint),
            colour=area.colour,
            icon=ICONS / f"{area.icon}.svg",
        )
    print("\n".join(f"{name}.png  {size} bytes" for name, size in sizes.items()))


if __name__ == "__main__":
    main()
