"""Reads the rows of the index for cardindex, from the primary or a replica."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import router
from django.db.models import Q

from cardindex.deltas import Entry, decode
from cardindex.snapshot import RARE, TEXT, WORD_KINDS, Index, Row, VersionStamp
from cardindex.sort_keys import MOST
from cards.index.rows import read_whole_rows
from cards.models import IndexEntry, IndexLog, IndexVersion
from cards.vocabulary.facets import FACETS

BATCH = 1_000


class Rows:
    """The rows as cardindex reads them (cardindex.snapshot.Source).

    `given` is the version stamp if it was read already: used once, then it is read from the database.
    """

    counted = FACETS

    def __init__(self, given: VersionStamp | None = None):
        self._given = given

    def stamp(self) -> VersionStamp:
        given, self._given = self._given, None
        return given or VersionStamp(
            *(IndexVersion.objects.values_list("number", "token", "rebuilt").first() or ())
        )

    def knows(self, stamp: VersionStamp) -> bool:
        return IndexLog.objects.filter(version=stamp.version, token=stamp.token).exists()

    def compacted(self) -> int:
        return IndexVersion.objects.values_list("compacted", flat=True).first() or 0

    def log(self, since: int, upto: int) -> list[Entry]:
        rows = IndexLog.objects.filter(version__gte=since, version__lte=upto).order_by("version")
        return [decode(*row) for row in rows.values_list("version", "token", "changes")]

    def postings(self) -> Iterator[Row]:
        rows = IndexEntry.objects.exclude(kind__in=WORD_KINDS)
        return self._rows(rows.exclude(~Q(kind__in=MOST), data=b""), streamed=True)

    def forms(self) -> Iterable[str]:
        rows = IndexEntry.objects.filter(kind=TEXT).exclude(data=b"")
        return rows.values_list("value", flat=True).distinct()

    def rare(self, values: Iterable[str]) -> dict[str, list[bytes] | int]:
        lengths = read_whole_rows(TEXT, values, RARE)
        lists = {value: size if size > RARE else [whole] for value, size, whole in lengths}
        # Stored in blocks while they were long, and short since then.
        if cut_ones := [value for value, size, whole in lengths if size <= RARE and not whole]:
            for row in self._rows(IndexEntry.objects.filter(kind=TEXT, value__in=cut_ones)):
                lists[row.value].append(row.data)
        return lists

    def words(self, values: Iterable[str]) -> Iterator[Row]:
        return self._rows(IndexEntry.objects.filter(kind__in=WORD_KINDS, value__in=values))

    def _rows(self, rows, *, streamed: bool = False) -> Iterator[Row]:
        values = rows.values_list("kind", "value", "block", "data", "version")
        for kind, value, part, data, version in values.iterator(chunk_size=BATCH) if streamed else values:
            yield Row(kind, value, part, bytes(data), version)


ROWS = Rows()
# The version stamp read at the beginning of the request, which all its searches use.
STAMP: ContextVar[VersionStamp | None] = ContextVar("version_stamp", default=None)
# One for each database: a replica may be behind its primary.
INDEXES: defaultdict[str, Index] = defaultdict(Index)


def newest() -> Index:
    """The cached index of the database that reads are routed to."""
    return INDEXES[router.db_for_read(IndexVersion)]


@contextmanager
def pin_version(stamp: VersionStamp | None):
    """Searches within read the index at this version stamp; None: each reads the newest."""
    token = STAMP.set(stamp)
    try:
        yield
    finally:
        STAMP.reset(token)
