"""Compares a national file with what is stored: reads, resolves places, gives every row an outcome.

Nothing is written and no transaction is open, so that nobody waits for the reading of a file: the outcomes
are left in a temporary file, which imports.writing stores.
"""

import hashlib
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from imports.models import FACTS, ColumnMap, ImportedProject, Row
from imports.places import Places
from imports.profiles import PROFILES, Item, Profile, Refused
from imports.profiles.base import Place, folded
from imports.reading import REPLACEMENT, SourceRow, names_of, rows_of
from lib.tables.reader import TableError

BATCH = 1000
DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?:-(\d\d)(?:-(\d\d))?|(\d\d)(\d\d))(?!\d)")
Outcome = Row.Outcome
# A file that lacks more than this part of its dataset is taken for a part of it.
MOST_GONE = 0.2


class ImportFailed(Exception):
    """The file as a whole cannot be imported; the message says why and what to do."""


@dataclass
class Examined:
    """What a file would do: `counts` by outcome, `gone` keys, and the outcomes in `spool`, as JSON lines."""

    spool: Path
    counts: Counter = field(default_factory=Counter)
    gone: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def lines(self) -> Iterator[dict]:
        """`{number, key, outcome, reason, raw, changes, facts, places}` of each row, in its order."""
        with self.spool.open("rb") as file:
            for line in file:
                yield orjson.loads(line)


def profile_of(name: str, options: Mapping | None = None) -> Profile:
    """The profile of a name, or the saved generic one. Raises ImportFailed, naming those there are."""
    if name in PROFILES:
        return PROFILES[name](options)
    saved = ColumnMap.objects.filter(name=name).first()
    if saved is None:
        known = [*PROFILES, *ColumnMap.objects.order_by("name").values_list("name", flat=True)]
        raise ImportFailed(_("Il profilo «{}» non esiste. Ci sono: {}").format(name, ", ".join(known)))
    own = {
        "name": saved.name,
        "columns": saved.columns,
        "decimal_mark": saved.decimal_mark,
        "delimiter": saved.delimiter,
        "encoding": saved.encoding,
    }
    return PROFILES["generic"]({**own, **(options or {})})


def reference_date_of(file_name: str) -> date | None:
    """The last day in the name of a file: `…_2024-02-29.csv`, `…_20240229.csv`, `…_2023-02.csv`; or None."""
    found = None
    for year, month, day, *compact in DATE_IN_NAME.findall(file_name):
        try:
            found = date(int(year), int(month or compact[0]), int(day or compact[1] or 1))
        except ValueError:
            continue
    return found


@contextmanager
def examined(
    profile: Profile,
    path: Path,
    *,
    known_on: date,
    places: Path | None = None,
) -> Iterator[Examined]:
    """What a file would do, row by row. Raises ImportFailed, and writes nothing to the database."""
    with tempfile.TemporaryDirectory(prefix="osservatorio-import-") as folder:
        result = Examined(Path(folder, "outcomes.jsonl"))
        try:
            _check_columns(profile, path)
            located = _located(profile, places) if places else None
            best = _best_rows(profile, path)
            with result.spool.open("wb") as spool:
                seen = _examine(profile, path, known_on, best, located, spool, result)
            _find_gone(profile, seen, known_on, result)
        except TableError as error:
            raise ImportFailed(str(error)) from error
        yield result


def _options(profile: Profile) -> dict:
    return {key: profile.options.get(key, "") for key in ("delimiter", "encoding")}


def _check_columns(profile: Profile, path: Path) -> None:
    names = names_of(path, **_options(profile))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if missing := profile.columns(names):
        raise ImportFailed(
            _("Al file mancano le colonne del profilo {}: {}. Ci sono: {}.").format(
                profile.name, ", ".join(missing), ", ".join(names)[:500]
            )
        )
    if twice:
        raise ImportFailed(_("Il file ha due volte la colonna {}.").format(", ".join(twice)))


def _read(profile: Profile, row: SourceRow) -> Item:
    """The item of a row. Raises Refused."""
    if "" in row.values:
        raise Refused(_("la riga ha {} valori: non sono quelli delle colonne").format(row.values[""]))
    if any(REPLACEMENT in text for text in row.values.values()):
        raise Refused(_("la riga ha caratteri perduti (�): il file è stato salvato con un’altra codifica"))
    return profile.read({folded(name): text for name, text in row.values.items()})


def _best_rows(profile: Profile, path: Path) -> dict[str, int]:
    """`{key: number of the row that tells how it stands}`: the greatest rank, then the last."""
    best: dict[str, tuple] = {}
    for row in rows_of(path, **_options(profile)):
        try:
            item = _read(profile, row)
        except Refused:
            continue
        candidate = (item.rank, row.number)
        if item.key not in best or candidate > best[item.key]:
            best[item.key] = candidate
    return {key: number for key, (_rank, number) in best.items()}


def _located(profile: Profile, path: Path) -> dict[tuple[str, str], list[Place]]:
    """Places of a second file by (CUP, local code) and by (CUP, "")."""
    found: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for row in rows_of(path):
        cup, local, place = profile.place({folded(name): text for name, text in row.values.items()})
        if place is not None:
            found[cup, local].append(place)
    return found


def _examine(profile, path, known_on, best, located, spool, result) -> dict[str, set[str]]:
    """Write the outcome of every row; gives `{dataset: keys in the file}`."""
    index, seen = Places(), defaultdict(set)
    rows = rows_of(path, **_options(profile))
    while batch := list(islice(rows, BATCH)):
        items: list[tuple[SourceRow, Item | str]] = []
        for row in batch:
            try:
                items.append((row, _read(profile, row)))
            except Refused as refusal:
                items.append((row, str(refusal)))
        keys = {item.key for _row, item in items if isinstance(item, Item)}
        stored = stored_projects(profile.source, keys)
        for row, item in items:
            line = _outcome(row, item, best, located, index, stored, known_on)
            result.counts[line["outcome"]] += 1
            if isinstance(item, Item) and line["outcome"] != Outcome.REFUSED:
                seen[item.facts["dataset"]].add(item.key)
            spool.write(orjson.dumps(line, default=str) + b"\n")
    return seen


def stored_projects(source: str, keys: set[str]) -> dict[str, dict]:
    """Facts, day, places of the stored projects among these keys."""
    names = ("pk", "key", "known_on", "gone_on", *FACTS)
    stored = {
        row["key"]: row | {"places": []}
        for row in ImportedProject.objects.filter(source=source, key__in=keys).values(*names)
    }
    by_pk = {row["pk"]: row for row in stored.values()}
    through = ImportedProject.municipalities.through.objects.filter(importedproject__in=list(by_pk))
    for pk, code in through.values_list("importedproject_id", "territory__code"):
        by_pk[pk]["places"].append(code)
    return stored


def _outcome(row, item, best, located, index, stored, known_on) -> dict:
    line: dict = {"number": row.number, "raw": row.values, "key": "", "reason": "", "changes": {}}
    if isinstance(item, str):
        return line | {"outcome": Outcome.REFUSED.value, "reason": item}
    line |= {"key": item.key, "reason": "; ".join(item.warnings)}
    if best[item.key] != row.number:
        told = _("stessa pratica della riga {}, che dice come sta oggi").format(best[item.key])
        return line | {"outcome": Outcome.UNCHANGED.value, "reason": told, "is_other": True}
    wanted = item.places
    if located is not None:
        cup, _bar, local = item.key.partition("|")
        wanted = located.get((cup, local)) or located.get((cup, "")) or []
    codes, unknown = [], []
    for place in dict.fromkeys(wanted):
        code = index.code_of(place)
        (codes if code else unknown).append(code or place)
    if unknown:
        told = index.unknown(unknown, item.hints)
        return line | {"outcome": Outcome.WAITING.value, "reason": told}
    return line | compared(item.facts, sorted(set(codes)), stored.get(item.key), known_on, line["reason"])


def compared(facts: dict, codes: list[str], before: dict | None, known_on: date, reason: str = "") -> dict:
    """The outcome of facts beside what is stored: `{outcome, reason, facts, places, changes}`."""
    line = {"facts": facts, "places": codes, "reason": reason, "changes": {}}
    if before is None:
        return line | {"outcome": Outcome.CREATED.value}
    newest = max(before["known_on"], before["gone_on"] or before["known_on"])
    if newest > known_on:
        told = _("si conosce già come sta il {}").format(newest.strftime("%d/%m/%Y"))
        return {"outcome": Outcome.UNCHANGED.value, "reason": told}
    names = [name for name in FACTS if before[name] != facts[name]]
    changes = {name: [plain(before[name]), plain(facts[name])] for name in names}
    if sorted(before["places"]) != codes:
        changes["municipalities"] = [sorted(before["places"]), codes]
    if before["gone_on"]:
        changes["gone_on"] = [plain(before["gone_on"]), None]
    if not changes:
        return {"outcome": Outcome.UNCHANGED.value, "reason": reason}
    return line | {"outcome": Outcome.UPDATED.value, "changes": changes}


def plain(value):
    """A value as JSON has it: amounts and days as text."""
    return str(value) if isinstance(value, Decimal | date) else value


def _find_gone(profile: Profile, seen: dict[str, set[str]], known_on: date, result: Examined) -> None:
    """Projects of the datasets of the file that it no longer has; none where it looks like a part of them."""
    if not result.rows:
        result.notes.append(_("Il file ha solo i nomi delle colonne: non cambia nulla."))
        return
    if not profile.is_whole:
        return
    kept = 0
    for dataset, keys in seen.items():
        stored = ImportedProject.objects.filter(source=profile.source, dataset=dataset, gone_on=None)
        known = stored.filter(known_on__lte=known_on).values_list("key", flat=True)
        missing = []
        for key in known.iterator():
            if key in keys:
                kept += 1
            else:
                missing.append(key)
        if missing and len(missing) > MOST_GONE * (len(missing) + len(keys)):
            told = _("A «{}» mancano {} progetti già noti: sembra una parte, e nessuno è dato per sparito.")
            result.notes.append(told.format(dataset, len(missing)))
        else:
            result.gone += missing
    told = _("Progetti nel file: {} già noti, {} nuovi; {} non ci sono più.")
    new = sum(map(len, seen.values())) - kept
    result.notes.append(told.format(kept, new, len(result.gone)))


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def day_of(profile: Profile, path: Path) -> date:
    """The last day that the rows of a file name, for one without a day in its name; today without any.

    Raises ImportFailed.
    """
    latest = ""
    try:
        for row in rows_of(path, **_options(profile)):
            try:
                item = _read(profile, row)
            except Refused:
                continue
            latest = max(latest, item.facts["state_on"], item.facts["decided_on"])
    except TableError as error:
        raise ImportFailed(str(error)) from error
    try:
        return min(date.fromisoformat(latest), timezone.localdate())
    except ValueError:
        return timezone.localdate()
