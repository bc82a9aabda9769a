"""check_index finds what is missing, what is too much and where, also when sets lie in slices."""

import pytest
from pyroaring import BitMap

from cardindex import building, slices
from cardindex.slices import WHOLE, pack
from projects import index
from projects.importers.bulk import generate
from projects.index_check import differences
from projects.models import Card, IndexEntry
from tests import builders

CARDS = 60


@pytest.fixture
def sliced(db, monkeypatch):
    """Cards of many slices: eight numbers each, and blobs are cut from twenty bytes on."""
    builders.piedmont()
    generate(CARDS, seed=3)
    monkeypatch.setattr(slices, "SPAN", 3)
    for module in (slices, building):
        monkeypatch.setattr(module, "LIMIT", 20)
    index.rebuild_alone()
    return list(Card.objects.order_by("pk").values_list("pk", flat=True))


def entry(**wanted) -> IndexEntry:
    return IndexEntry.objects.exclude(data=b"").filter(**wanted).order_by("kind", "value", "slice").first()


def written(row: IndexEntry, numbers: BitMap) -> tuple[str, str]:
    rows = IndexEntry.objects.filter(kind=row.kind, value=row.value, slice=row.slice)
    assert rows.update(data=pack(numbers)) == 1
    return row.kind, row.value


def test_index_in_slices_is_that_of_the_cards(sliced):
    assert IndexEntry.objects.filter(slice__gt=0).count() > CARDS
    assert entry(slice=WHOLE)
    assert differences() == []


@pytest.mark.parametrize("where", [{"slice": WHOLE}, {"slice__gt": 1}])
def test_lost_cards_are_counted(sliced, where):
    row = entry(**where)
    numbers = slices.unpack(row.data)
    key = written(row, BitMap())
    assert differences() == [(*key, len(numbers), 0)]


@pytest.mark.parametrize("where", [{"slice": WHOLE}, {"slice__gt": 1}])
def test_row_that_is_gone_is_counted(sliced, where):
    row = entry(**where)
    IndexEntry.objects.filter(kind=row.kind, value=row.value, slice=row.slice).delete()
    assert differences() == [(row.kind, row.value, len(slices.unpack(row.data)), 0)]


@pytest.mark.parametrize("where", [{"slice": WHOLE, "kind": "sdg"}, {"slice__gt": 1, "kind": "stage"}])
def test_another_card_in_the_place_of_one_is_counted_twice(sliced, where):
    row = entry(**where)
    numbers = slices.unpack(row.data)
    first, last = slices.bounds(row.slice) if row.slice != WHOLE else (sliced[0], sliced[-1] + 1)
    other = min(set(range(first, last)) - set(numbers))
    key = written(row, (numbers - BitMap([numbers[0]])) | BitMap([other]))
    assert differences() == [(*key, 1, 1)]


def test_cards_that_are_not_there_are_too_many(sliced):
    beyond = slices.slice_of(sliced[-1]) + 5
    numbers = BitMap(slices.bounds(beyond))
    IndexEntry.objects.create(kind="stage", value="running", slice=beyond, data=pack(numbers), version=1)
    IndexEntry.objects.create(kind="stage", value="nowhere", slice=WHOLE, data=pack(numbers), version=1)
    assert differences() == [("stage", "nowhere", 0, 2), ("stage", "running", 0, 2)]


def test_empty_registry_has_an_empty_index(db):
    assert differences() == []


def test_what_is_on_record_is_proved_with_the_rest(sliced):
    """A change that is not in the sets yet is right or wrong by itself."""
    card = Card.objects.current().get(pk=sliced[11])
    Card.objects.filter(pk=card.pk).update(is_current=False)
    index.change(added={}, dropped={card.pk: index.terms_of(card)})
    assert differences() == []
    Card.objects.filter(pk=card.pk).update(is_current=True)
    missing = {(kind, value) for kind, value, less, more in differences() if (less, more) == (1, 0)}
    assert len(missing) == len(differences()) > 10 and ("all", "") in missing
    index.change(added={card.pk: index.terms_of(card)}, dropped={})
    assert differences() == []
    index.change(added={card.pk: {"stage": ["nowhere"]}}, dropped={})
    assert differences() == [("stage", "nowhere", 0, 1)]
