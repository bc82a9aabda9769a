"""Labels of facet values: the JSON built from cached fragments equals that of the labels."""

from collections import Counter

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.labels import labelled, labelled_json
from lib.content_version import bump_content_version
from municipalities.models import Territory

TOWNS = [f"Z{number:03d}" for number in range(12)]
# Names that are shared, that JSON spells otherwise, that sort by another order than their codes.
NAMES = ["Àgliè", "Zeme", 'San "Pio"', "Bre\\mbo", "Zeme", "d’Òr", "%s", "{0}", "Aa", "Zeme", "L'Aquila", "É"]


@pytest.fixture
def places(db):
    Territory.objects.bulk_create(
        Territory(level="municipality", code=code, name=name, slug=code.lower())
        for code, name in zip(TOWNS, NAMES, strict=True)
    )
    bump_content_version()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(TOWNS), st.sampled_from([1, 2, 3, 70_000, 2**33])))
def test_json_equals_that_of_the_labels(places, counts):
    ordered = dict(Counter(counts).most_common())
    for facet in ("municipality", "province", "area"):
        wanted = orjson.dumps(labelled({facet: ordered}))
        assert orjson.dumps(labelled_json({facet: ordered})) == wanted


def test_code_without_a_place_is_its_own_label(places):
    counts = {"municipality": {"Q000": 3, TOWNS[0]: 1}}
    assert orjson.loads(orjson.dumps(labelled_json(counts))) == {
        "municipality": [
            {"value": "Q000", "label": "Q000", "count": 3},
            {"value": TOWNS[0], "label": NAMES[0], "count": 1},
        ]
    }


def test_json_has_the_new_name_of_a_place(places):
    def name() -> str:
        return orjson.loads(orjson.dumps(labelled_json({"municipality": {TOWNS[0]: 1}})))["municipality"][0][
            "label"
        ]

    assert name() == NAMES[0]
    Territory.objects.filter(code=TOWNS[0]).update(name="Altrove")
    bump_content_version()
    assert name() == "Altrove"
