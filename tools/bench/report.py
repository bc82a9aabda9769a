"""The figures as Markdown tables, with the machine and the versions they come from."""

import os
import platform
import sqlite3
import subprocess
from contextlib import suppress
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("Django", "granian", "djangorestframework", "django-filter", "datasette", "psycopg", "pyroaring")


def machine() -> str:
    """Machine and versions, in one line."""
    model = ""
    if Path("/proc/cpuinfo").exists():
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
        model = names[0].partition(":")[2].strip() if names else ""
    postgres = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False)
    versions = ", ".join(_installed())
    load, sqlite = f"{os.getloadavg()[0]:.1f}", sqlite3.sqlite_version
    return (
        f"{date.today()}, {os.cpu_count()} cores ({model}), load {load} at the end, Python "
        f"{platform.python_version()}, SQLite {sqlite}, {postgres.stdout.strip()}, {versions}."
    )


def _installed() -> list[str]:
    installed = []
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            installed.append(f"{name} {version(name)}")
    return installed


def write(results: list[dict], path: Path) -> None:
    """One section for each database and size."""
    parts = [machine(), *(_section(result, smaller(result, results)) for result in results)]
    path.write_text("\n\n".join(parts) + "\n")


def smaller(result: dict, results: list[dict]) -> dict | None:
    """The result of the next smaller size of the same database, to compare with; None for the smallest."""
    sizes = [r for r in results if r["vendor"] == result["vendor"] and r["size"] < result["size"]]
    return max(sizes, key=lambda other: other["size"], default=None)


def cpu_of(result: dict | None, question: str, server: str) -> float | None:
    """CPU ms of one response at 8 connections; None where it was not measured."""
    rows = result["questions"] if result else ()
    figures = next((row["servers"].get(server, {}) for row in rows if row["question"] == question), {})
    return figures.get("8", {}).get("cpu")


def _section(result: dict, before: dict | None) -> str:
    floor, grown = floor_of(result["questions"]), f"× {before['size']:,} cards" if before else "growth"
    lines = [
        f"### {result['vendor']}, {result['size']:,} cards",
        "",
        "| query | server | p50 / p95 ms at 1 | at 8 | at 32 | requests/s at 8 | CPU ms | × empty view | "
        f"{grown} | raw SQL ms |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in result["questions"]:
        for name, figures in row["servers"].items():
            growth = ratio(figures.get("8", {}).get("cpu"), cpu_of(before, row["question"], name))
            lines.append(_line(row, name, figures, floor, growth))
    return "\n".join([*lines, "", *_ratios(result), *_others(result)])


def floor_of(questions: list[dict]) -> float | None:
    """CPU ms of the empty view, which is measured first."""
    return questions[0]["servers"]["drf"].get("8", {}).get("cpu") if questions else None


def ratio(ours: float | None, floor: float | None) -> str:
    return f"{ours / floor:.1f}" if ours and floor else ""


def _line(row: dict, name: str, figures: dict, floor: float | None, growth: str) -> str:
    if "trouble" in figures:
        return f"| {row['question']} | {name} | {figures['trouble']} | | | | | | | |"
    at = [f"{figures[n]['p50']:.1f} / {figures[n]['p95']:.1f}" for n in ("1", "8", "32")]
    cpu = figures["8"]["cpu"]
    raw = f"{row['raw SQL']:.2f}" if row["raw SQL"] is not None and name == "portal" else ""
    cells = [
        row["question"],
        name,
        *at,
        f"{figures['8']['rate']:.0f}",
        f"{cpu:.2f}" if cpu else "",
        ratio(cpu, floor),
        growth,
        raw,
    ]
    return "| " + " | ".join(cells) + " |"


def _ratios(result: dict) -> list[str]:
    """How many times faster than each peer the portal is, with and without its cache of responses."""
    lines = ["| query | peer | p50 at 1, × | p50 at 1 uncached, × | requests/s at 8, × | uncached, × |"]
    lines.append("|---|---|---|---|---|---|")
    for row in result["questions"]:
        servers = {name: f for name, f in row["servers"].items() if "trouble" not in f}
        if "portal" not in servers or "portal uncached" not in servers:
            continue
        for name in sorted(servers.keys() - {"portal", "portal uncached"}):
            theirs = servers[name]
            cells = [row["question"], name]
            cells += [f"{theirs['1']['p50'] / max(servers[p]['1']['p50'], 0.01):.0f}" for p in MINE]
            cells += [f"{servers[p]['8']['rate'] / theirs['8']['rate']:.0f}" for p in MINE]
            lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


MINE = ("portal", "portal uncached")


def _others(result: dict) -> list[str]:
    rows = ", ".join(_file(name, figures) for name, figures in result["exports"].items())
    alone, pair = result["publication"]["alone"], result["publication"]["two with readers"]
    published = " and ".join(_spread(p) for p in pair)
    withdrawn = " and ".join(_spread(p, "withdrawal ") for p in pair)
    stale = alone["stale"] + sum(p["stale"] for p in pair)
    speed = result["size"] / result["generated"]
    fits = ", ".join(f"{name} {ms:g}" for name, ms in result["suited"].items() if name != "cards")
    return [
        f"«Adatti al mio comune», ms of processor time: {fits}.",
        "",
        f"Databases filled in {result['generated']:.0f} s ({speed:,.0f} cards/s). Exports, rows/s: {rows}. "
        f"Publication, ms p50 / p95 / maximum: alone {_spread(alone)}; two with eight readers {published}. "
        f"Withdrawal: alone {_spread(alone, 'withdrawal ')}; two with eight readers {withdrawn}. "
        f"Stale responses after a commit: {stale}.",
    ]


def _file(name: str, figures: dict) -> str:
    """Rows a second of one format of file, and its processor time and memory where measured."""
    text = f"{name} {figures['rate']:,.0f}"
    if figures.get("cpu"):
        text += f" ({figures['cpu']:.1f} µs of processor a row, {figures['memory']:+.0f} MiB)"
    return text


def _spread(times: dict, of: str = "") -> str:
    return " / ".join(f"{times[of + name]:.0f}" for name in ("p50", "p95", "max"))
