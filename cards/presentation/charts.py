"""Figures of a card made ready to be drawn: every chart is a table whose cells hold a bar.

Pure. Bars are percentages of the longest, as whole numbers from 0 to 100; what is not known is None.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

DAYS = 365.25


def money_bars(rows: list[dict], whole: Decimal | None = None) -> list[dict]:
    """Each row with `share` (percent of `whole`, or of their sum) and `bar` (percent of the longest)."""
    known = [row["amount"] for row in rows if row["amount"] is not None]
    base = max(whole or 0, sum(known)) or None
    most = max(known, default=0)
    return [
        {**row, "share": _percent(row["amount"], base), "bar": _percent(row["amount"], most or None)}
        for row in rows
    ]


def uncovered(total: Decimal | None, rows: list[dict]) -> Decimal | None:
    """Euro of the cost whose source nobody told; None where the sum is not known or covers it."""
    known = [row["amount"] for row in rows]
    if total is None or not known or None in known:
        return None
    rest = total - sum(known)
    return rest if rest > 0 else None


def _percent(part: Decimal | None, whole: Decimal | None) -> int | None:
    if part is None or not whole:
        return None
    return max(0, min(100, round(100 * part / whole)))


def progress(row: Mapping) -> int | None:
    """How far an indicator went from baseline to target, 0–100; None where one of the three is missing."""
    baseline, value, target = row["baseline"], row["value"], row["target"]
    if None in (baseline, value, target) or baseline == target:
        return None
    return _percent((value - baseline) / (target - baseline), Decimal(1))


def timeline(document: Mapping) -> dict | None:
    """What was planned beside what happened: rows of `{key, first, last, x, width, is_open}`.

    A project under way reaches to the day of the edition, so that an edition never changes its drawing.
    Beside `rows`: years `from` and `to`, and `delays`, months late (negative: early) of `start` and `end`.
    None where fewer than two dates are known.
    """
    spans = {
        "planned": (document["start_planned"], document["end_planned"], False),
        "actual": (
            document["start_actual"],
            document["end_actual"] or (document["published_at"] or "")[:10],
            not document["end_actual"],
        ),
    }
    drawn = {
        key: (_moment(first), _moment(last, last=True), is_open)
        for key, (first, last, is_open) in spans.items()
        if first and last and _moment(last, last=True) > _moment(first)
    }
    if not drawn:
        return None
    first, last = min(s[0] for s in drawn.values()), max(s[1] for s in drawn.values())
    scale = 100 / (last - first)
    rows = [
        {
            "key": key,
            "first": spans[key][0],
            "last": spans[key][1],
            "is_open": is_open,
            "x": round((start - first) * scale, 1),
            "width": max(1.0, round((end - start) * scale, 1)),
        }
        for key, (start, end, is_open) in drawn.items()
    ]
    return {"rows": rows, "from": int(first), "to": int(last - 1e-9), "delays": _delays(document)}


def _delays(document: Mapping) -> dict[str, int]:
    """Months between plan and fact, only where both are known to the month."""
    found = {}
    for end in ("start", "end"):
        planned, actual = document[f"{end}_planned"], document[f"{end}_actual"]
        if planned and actual and min(len(planned), len(actual)) >= 7:
            found[end] = _months(actual) - _months(planned)
    return found


def _months(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7])


def _moment(text: str, *, last: bool = False) -> float:
    """A partial date as a year with decimals; `last`: the end of the year or month it names."""
    year, month, day = (int(part) for part in (f"{text}-01-01"[:10]).split("-"))
    if last and len(text) == 4:
        return year + 1
    if last and len(text) == 7:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return year + (date(year, month, day) - date(year, 1, 1)).days / DAYS
