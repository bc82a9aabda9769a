"""Values of the charts of a card: every chart is a table whose cells hold a bar.

Pure. Bars are percentages of the longest, integers from 0 to 100; None where a value is not known.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from lib.dates import italian_day

DAYS = 365.25


def money_bars(rows: list[dict], whole: Decimal | None = None) -> list[dict]:
    """Each row with `share` (percent of `whole`, or of their sum) and `bar` (percent of the longest).

    Shares of more than the whole add up to more than 100.
    """
    known = [row["amount"] for row in rows if row["amount"] is not None]
    base = whole or sum(known) or None
    most = max(known, default=0)
    return [
        {**row, "share": _percent(row["amount"], base), "bar": _percent(row["amount"], most or None)}
        for row in rows
    ]


def uncovered(total: Decimal | None, rows: list[dict]) -> Decimal | None:
    """The part of the cost, in euro, without a funding source; None where unknown or covered."""
    known = [row["amount"] for row in rows]
    if total is None or not known or None in known:
        return None
    rest = total - sum(known)
    return rest if rest > 0 else None


def _percent(part: Decimal | None, whole: Decimal | None) -> int | None:
    if part is None or not whole:
        return None
    return max(0, round(100 * part / whole))


def exceeding(total: Decimal | None, rows: list[dict]) -> Decimal | None:
    """By how much, in euro, the known funding is above the cost; None where it is not."""
    funded = sum(row["amount"] for row in rows if row["amount"] is not None)
    return funded - total if total is not None and funded > total else None


def progress(row: Mapping) -> int | None:
    """Progress of an indicator from baseline to target, 0–100; None where a value is missing."""
    baseline, value, target = row["baseline"], row["value"], row["target"]
    if None in (baseline, value, target) or baseline == target:
        return None
    percent = _percent((value - baseline) / (target - baseline), Decimal(1))
    return None if percent is None else min(100, percent)


def timeline(document: Mapping) -> dict | None:
    """Planned and actual duration: rows of `{key, first, last, x, width, is_open}`, in percent.

    A project under way ends at the day of the edition, so that the chart of an edition never changes.
    Beside `rows`: years `from` and `to`, and `delays`, months late (negative: early) of `start` and `end`.
    None where fewer than two dates are known.
    """
    spans = {
        "planned": (document["start_planned"], document["end_planned"], False),
        "actual": (
            document["start_actual"],
            document["end_actual"] or italian_day(document["published_at"]).isoformat(),
            not document["end_actual"],
        ),
    }
    intervals = {
        key: (_moment(first), _moment(last, last=True), is_open)
        for key, (first, last, is_open) in spans.items()
        if first and last and _moment(last, last=True) > _moment(first)
    }
    if not intervals:
        return None
    first, last = min(s[0] for s in intervals.values()), max(s[1] for s in intervals.values())
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
        for key, (start, end, is_open) in intervals.items()
    ]
    return {"rows": rows, "from": int(first), "to": int(last - 1e-9), "delays": _delays(document)}


def _delays(document: Mapping) -> dict[str, int]:
    """Months between planned and actual dates, where both are known to the month."""
    delays = {}
    for end in ("start", "end"):
        planned, actual = document[f"{end}_planned"], document[f"{end}_actual"]
        if planned and actual and min(len(planned), len(actual)) >= 7:
            delays[end] = _months(actual) - _months(planned)
    return delays


def _months(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7])


def _moment(text: str, *, last: bool = False) -> float:
    """A partial date as a decimal year; `last`: the end of its year or month."""
    year, month, day = (int(part) for part in (f"{text}-01-01"[:10]).split("-"))
    if last and len(text) == 4:
        return year + 1
    if last and len(text) == 7:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return year + (date(year, month, day) - date(year, 1, 1)).days / DAYS
