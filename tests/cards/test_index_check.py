"""check_index finds what is missing, what is too much and where, also when sets lie in blocks."""

import pytest
from pyroaring import BitMap

from cardindex import blocks, builder
from cardindex.blocks import WHOLE, pack
from cards.index import terms, writer
from cards.index.check import differences
from cards.models import Edition, IndexEntry
from demo.bulk_load import generate
from tests import builders

CARDS = 60


@pytest.fixture
def in_blocks(db, monkeypatch):
    """Cards of many blocks: eight numbers each, and blobs are cut from twenty bytes on."""
    builders.piedmont()
    generate(CARDS, seed=3)
    monkeypatch.setattr(blocks, "SPAN", 3)
    for module in (blocks, builder):
        monkeypatch.setattr(module, "LIMIT", 20)
    writer.rebuild_alone()
    return list(Edition.objects.order_by("pk").values_list("pk", flat=True))


def entry(**wanted) -> IndexEntry:
    return IndexEntry.objects.exclude(data=b"").filter(**wanted).order_by("kind", "value", "block").first()


def written(row: IndexEntry, numbers: BitMap) -> tuple[str, str]:
    rows = IndexEntry.objects.filter(kind=row.kind, value=row.value, block=row.block)
    assert rows.update(data=pack(numbers)) == 1
    return row.kind, row.value


def test_index_in_slices_is_that_of_the_cards(in_blocks):
    assert IndexEntry.objects.filter(block__gt=0).count() > CARDS
    assert entry(block=WHOLE)
    assert differences() == []


@pytest.mark.parametrize("where", [{"block": WHOLE}, {"block__gt": 1}])
def test_lost_cards_are_counted(in_blocks, where):
    row = entry(**where)
    numbers = blocks.unpack(row.data)
    key = written(row, BitMap())
    assert differences() == [(*key, len(numbers), 0)]


@pytest.mark.parametrize("where", [{"block": WHOLE}, {"block__gt": 1}])
def test_row_that_is_gone_is_counted(in_blocks, where):
    row = entry(**where)
    IndexEntry.objects.filter(kind=row.kind, value=row.value, block=row.block).delete()
    assert differences() == [(row.kind, row.value, len(blocks.unpack(row.data)), 0)]


@pytest.mark.parametrize("where", [{"block": WHOLE, "kind": "sdg"}, {"block__gt": 1, "kind": "stage"}])
def test_another_card_in_the_place_of_one_is_counted_twice(in_blocks, where):
    row = entry(**where)
    numbers = blocks.unpack(row.data)
    first, last = blocks.bounds(row.block) if row.block != WHOLE else (in_blocks[0], in_blocks[-1] + 1)
    other = min(set(range(first, last)) - set(numbers))
    key = written(row, (numbers - BitMap([numbers[0]])) | BitMap([other]))
    assert differences() == [(*key, 1, 1)]


def test_cards_that_are_not_there_are_too_many(in_blocks):
    beyond = blocks.block_of(in_blocks[-1]) + 5
    numbers = BitMap(blocks.bounds(beyond))
    IndexEntry.objects.create(kind="stage", value="running", block=beyond, data=pack(numbers), version=1)
    IndexEntry.objects.create(kind="stage", value="nowhere", block=WHOLE, data=pack(numbers), version=1)
    assert differences() == [("stage", "nowhere", 0, 2), ("stage", "running", 0, 2)]


def test_empty_registry_has_an_empty_index(db):
    assert differences() == []


def test_what_is_on_record_is_proved_with_the_rest(in_blocks):
    """A change that is not in the sets yet is right or wrong by itself."""
    card = Edition.objects.current().get(pk=in_blocks[11])
    Edition.objects.filter(pk=card.pk).update(is_current=False)
    writer.change(added={}, dropped={card.pk: terms.terms_of(card)})
    assert differences() == []
    Edition.objects.filter(pk=card.pk).update(is_current=True)
    missing = {(kind, value) for kind, value, less, more in differences() if (less, more) == (1, 0)}
    assert len(missing) == len(differences()) > 10 and ("all", "") in missing
    writer.change(added={card.pk: terms.terms_of(card)}, dropped={})
    assert differences() == []
    writer.change(added={card.pk: {"stage": ["nowhere"]}}, dropped={})
    assert differences() == [("stage", "nowhere", 0, 1)]
