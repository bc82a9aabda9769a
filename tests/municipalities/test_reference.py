"""The territory of Italy as loaded from fixtures/territory: who existed when, under which code and name."""

import json
import re
from datetime import date
from io import StringIO
from itertools import pairwise

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction

from municipalities.importers.reference import load_reference
from municipalities.importers.topojson import outlines
from municipalities.models import Territory, TerritoryBoundary, TerritoryChange, TerritoryCode
from municipalities.search import find_municipality, suggest_municipalities

FOLDER = settings.BASE_DIR / "fixtures" / "territory"
TODAY = date(2026, 8, 14)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def italy(django_db_setup, django_db_blocker):
    """Loaded once for this file and rolled back at its end; each test has its own savepoint inside."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference(FOLDER)
        yield
        transaction.set_rollback(True)


def municipality(code):
    return Territory.objects.municipalities().get(code=code)


def siglas_on(day):
    return set(Territory.objects.provinces().on(day).values_list("code", flat=True))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1991, 10, 20), 8100),
        (date(2001, 10, 21), 8101),
        (date(2011, 10, 9), 8092),
        (date(2023, 1, 1), 7901),
        (date(2024, 12, 31), 7896),
        (date(2026, 1, 30), 7896),
        (date(2026, 1, 31), 7895),
        (TODAY, 7894),
    ],
)
def test_municipalities_of_italy_on_a_day(day, expected):
    assert Territory.on(day).count() == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2015, 6, 30), 315),
        (date(2017, 4, 17), 315),
        (date(2017, 4, 18), 316),
        (date(2018, 12, 31), 316),
        (date(2019, 1, 1), 312),
        (TODAY, 312),
    ],
)
def test_municipalities_of_torino_on_a_day(day, expected):
    assert Territory.on(day).in_province("TO", day).count() == expected


def test_regions_and_provinces():
    assert Territory.objects.regions().count() == 20
    assert len(siglas_on(date(2025, 1, 1))) == 107
    assert len(siglas_on(TODAY)) == 110
    assert "SU-111" in siglas_on(date(2025, 12, 31)) - siglas_on(date(2026, 1, 1))


def test_torino():
    torino = municipality("L219")
    assert (torino.name, torino.slug, torino.istat_code, torino.ipa_code) == (
        "Torino", "torino", "001272", "c_l219",
    )  # fmt: skip
    assert (torino.province.code, torino.province.kind, torino.province.uts_code) == ("TO", 3, "201")
    assert torino.region.name == "Piemonte"
    assert (torino.population, torino.population_year, str(torino.area_km2)) == (848_748, 2021, "130.06")
    assert (torino.altitude_m, torino.altitude_zone, torino.urbanisation_degree) == (239, 5, 1)
    assert torino.valid_from is None
    assert torino.valid_to is None


def test_province_sums_its_municipalities():
    province = Territory.objects.provinces().get(code="TO")
    assert province.population == 2_208_370
    assert round(province.area_km2) == 6827


@pytest.mark.parametrize("code", ["001005", "A199", "alice-superiore", "001138", "001182"])
def test_alice_superiore_and_its_neighbours_lead_to_val_di_chy(code):
    assert find_municipality(code).name == "Val di Chy"


def test_suppressed_municipality_keeps_its_size():
    alice = municipality("A199")
    assert (alice.population, alice.population_year, alice.altitude_m) == (711, 2018, 610)
    assert (alice.istat_code, alice.valid_to, alice.province.code) == ("001005", date(2019, 1, 1), "TO")
    assert (alice.altitude_zone, alice.urbanisation_degree) == (3, 3)


@pytest.mark.parametrize("code", ["001151", "001277", "001297"])
def test_members_of_valchiusa_lead_to_it(code):
    assert find_municipality(code).code == "M415"


def test_chain_of_mergers_is_followed_to_its_end():
    """Quero was merged into Quero Vas in 2013, and this into Setteville in 2024."""
    assert find_municipality("025042").name == "Setteville"


def test_mappano_keeps_those_it_was_taken_from():
    splits = TerritoryChange.objects.filter(successor__code="M316", kind="split")
    assert set(splits.values_list("predecessor__name", "effective_date")) == {
        ("Borgaro Torinese", date(2017, 4, 18)),
        ("Caselle Torinese", date(2017, 4, 18)),
        ("Leini", date(2017, 4, 18)),
        ("Settimo Torinese", date(2017, 4, 18)),
    }
    assert not Territory.objects.filter(changes_out__in=splits).exclude(valid_to=None).exists()
    assert find_municipality("A990").name == "Borgaro Torinese"


@pytest.mark.parametrize(
    ("code", "belfiore", "province"),
    [
        ("092009", "B354", "CA"),
        ("118006", "B354", "CA"),
        ("090047", "G015", "OT"),
        ("104017", "G015", "OT"),
        ("113017", "G015", "OT"),
    ],
)
def test_sardinian_codes_old_and_new_resolve(code, belfiore, province):
    found = find_municipality(code)
    assert (found.code, found.province.code) == (belfiore, province)


def test_olbia_through_three_arrangements_of_sardinia():
    intervals = TerritoryCode.objects.filter(territory__code="G015").order_by("valid_to", "valid_from")
    found = set(intervals.values_list("istat_code", "province__code", "valid_from", "valid_to"))
    assert found == {
        ("090047", "SS-090", None, date(2006, 1, 1)),
        ("104017", "OT-104", date(2006, 1, 1), date(2016, 4, 28)),
        ("090047", "SS-090", date(2016, 4, 28), date(2026, 1, 1)),
        ("113017", "OT", date(2026, 1, 1), None),
    }


def test_all_sardinian_codes_changed_in_2026():
    new = TerritoryCode.objects.filter(valid_from=date(2026, 1, 1), province__region__code="20")
    assert new.count() == 377
    assert min(new.values_list("istat_code", flat=True))[:3] == "112"


def test_newest_merger():
    assert {find_municipality(code).code for code in ("C056", "F838", "024129")} == {"M439"}
    assert find_municipality("E608").name == "Montalto Pavese"


def test_former_name_is_a_dated_row():
    rows = TerritoryCode.objects.filter(territory__code="F814").order_by("valid_to")
    assert set(rows.values_list("search_name", "valid_to")) == {
        ("murisengo", date(2025, 10, 10)),
        ("murisengo monferrato", None),
    }


def test_monza_left_milano():
    assert municipality("F704").province.code == "MB"
    assert Territory.on(date(2009, 6, 29)).in_province("MI", date(2009, 6, 29)).filter(code="F704").exists()
    assert (
        not Territory.on(date(2009, 6, 30)).in_province("MI", date(2009, 6, 30)).filter(code="F704").exists()
    )


def test_each_suppressed_municipality_has_a_successor():
    ended = Territory.objects.municipalities().exclude(valid_to=None)
    assert ended.count() == 348
    assert [place.name for place in ended.filter(changes_out=None)] == []


def test_homonyms_have_their_own_slug():
    slugs = Territory.objects.municipalities().filter(name="Samone").values_list("province__code", "slug")
    assert dict(slugs) == {"TO": "samone-to", "TN": "samone-tn"}
    assert municipality("M436").slug == "sovizzo"
    assert municipality("I879").slug == "sovizzo-vi"


def test_slug_keeps_words_apart():
    assert municipality("A157").slug == "albiano-d-ivrea"


def test_second_language():
    bolzano = municipality("A952")
    assert (bolzano.name, bolzano.name_other) == ("Bolzano", "Bozen")
    assert [place.code for place in suggest_municipalities("bozen")] == ["A952"]
    assert municipality("I479").name_other == "Sovodnje ob Soči"


def test_loading_again_changes_nothing():
    out = StringIO()
    call_command("load_reference", stdout=out)
    assert "comuni: 0 creati, 0 cambiati, 0 tolti, 8242 invariati" in out.getvalue()
    assert "Nulla da cambiare" in out.getvalue()


def test_loading_mends_what_differs_and_keeps_what_the_files_lack():
    Territory.objects.filter(code="L219").update(name="Augusta Taurinorum", website="https://comune.example")
    TerritoryCode.objects.filter(istat_code="001272").update(istat_code="001999")
    assert load_reference(FOLDER) == 3  # one territory, one code removed and one written
    torino = municipality("L219")
    assert (torino.name, torino.website) == ("Torino", "https://comune.example")
    assert find_municipality("001999") is None


def test_missing_folder_is_said(tmp_path):
    with pytest.raises(CommandError, match="non ci sono i file del territorio"):
        call_command("load_reference", folder=tmp_path)


def contains(ring, x, y):
    """Crossings of a ray from the point to the east."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def signed_area(ring):
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def test_boundary_of_torino_contains_its_point():
    torino = municipality("L219")
    shape = json.loads(torino.boundary.geojson)
    outer = shape["coordinates"][0][0]  # the largest part comes first
    assert outer[0] == outer[-1]
    assert contains(outer, float(torino.longitude), float(torino.latitude))
    assert not contains(outer, 9.19, 45.46)  # Milano


def test_boundaries_follow_rfc_7946():
    clockwise = []
    for code, text in TerritoryBoundary.objects.values_list("territory__code", "geojson"):
        shape = json.loads(text)
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        clockwise += [code for part in parts if signed_area(part[0]) <= 0]
    assert clockwise == []


def test_every_current_territory_has_a_boundary():
    without = Territory.objects.current().filter(boundary=None).values_list("code", flat=True)
    assert list(without) == []
    assert TerritoryBoundary.objects.count() == 7894 + 110 + 20


def test_path_is_in_the_plane_of_italy():
    boundary = municipality("L219").boundary
    assert re.fullmatch(r"(M-?[\d.]+[ -][\d.]+l[\d. -]+z)+", boundary.svg_path)
    assert (round(boundary.min_x), round(boundary.max_y)) == (5631, -45008)
    assert boundary.min_x < 5706 < boundary.max_x  # 7.68 degrees east · cos 42° · 1000


def test_shape_is_decoded_from_shared_arcs():
    """Two squares side by side: the second walks the common border backwards."""
    topology = {
        "transform": {"scale": [0.001, 0.001], "translate": [0, 0]},
        "arcs": [
            [[1000, 0], [0, 1000]],
            [[1000, 1000], [-1000, 0], [0, -1000], [1000, 0]],
            [[1000, 0], [1000, 0], [0, 1000], [-1000, 0]],
        ],
        "objects": {
            "municipalities": {
                "geometries": [
                    {"id": "A001", "arcs": [[[0, 1]]]},
                    {"id": "A002", "arcs": [[[2, -1]]]},
                ]
            }
        },
    }
    first, second = outlines(topology)
    assert json.loads(first.geojson)["coordinates"] == [[[1, 0], [1, 1], [0, 1], [0, 0], [1, 0]]]
    assert json.loads(second.geojson)["coordinates"] == [[[1, 0], [2, 0], [2, 1], [1, 1], [1, 0]]]
    assert first.svg_path == "M743.1 0l0-1000-743.1 0 0 1000z"
    assert second.box == (743.1, -1000.0, 1486.3, 0.0)
