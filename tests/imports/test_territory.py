"""Official lists of municipalities: what they would change, and that nothing is lost."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from municipalities.models import Territory
from municipalities.search import find_municipality
from tests import builders

pytestmark = pytest.mark.django_db
LIST = (
    "Codice Comune (alfanumerico);Comune (dizione italiana);Comune (dizione straniera);"
    "Sigla automobilistica;Codice catasto"
)
TORINO, IVREA = "001272;Torino;;TO;L219", "001125;Ivrea;;TO;E379"


@pytest.fixture(autouse=True)
def country():
    return builders.piedmont()


@pytest.fixture
def load(tmp_path):
    def load(
        lines: list[str], *, profile="situas61", header=LIST, name="a_2026-08-14.csv", **options
    ) -> dict:
        path, out = tmp_path / name, StringIO()
        path.write_bytes("\ufeff".encode() + "\n".join([header, *lines]).encode())
        call_command("import_territory", profile, path, json=True, stdout=out, **options)
        load.said = out.getvalue()
        return json.loads(load.said.splitlines()[-1])

    return load


def test_a_list_of_today_changes_nothing_and_what_it_lacks_stays(load):
    counts = load([TORINO], apply=True)
    assert (counts["rows"], counts["unchanged"]) == (1, 1)
    assert "Non è nella lista: Ivrea (E379); resta com’è." in load.said
    assert Territory.objects.get(code="E379").valid_to is None


def test_a_renamed_and_recoded_municipality_keeps_its_former_code(load):
    renamed = "099001;Ivrea Nuova;;TO;E379"
    assert load([renamed])["updated"] == 1
    assert "nome: Ivrea → Ivrea Nuova; codice ISTAT: 001125 → 099001" in load.said
    assert Territory.objects.get(code="E379").name == "Ivrea", "a dry run"
    load([renamed], apply=True)
    for code in ("099001", "E379"):
        assert find_municipality(code).name == "Ivrea Nuova"
    assert load([renamed], apply=True)["unchanged"] == 1
    # An older list has the former name: known, and no step back.
    assert load([renamed], apply=True, name="a_2020-01-01.csv")["unchanged"] == 1


def test_a_new_municipality_begins_on_the_day_of_the_list(load):
    assert load(["001999;Val Nuova;;TO;Z999"], apply=True)["created"] == 1
    place = find_municipality("001999")
    assert (place.name, place.valid_from, place.province.code) == ("Val Nuova", date(2026, 8, 14), "TO")


@pytest.mark.parametrize(
    ("line", "outcome", "words"),
    [
        ("001999;Val Nuova;;ZZ;Z999", "waiting", "provincia"),
        ("001999;;;TO;Z999", "refused", "mancano"),
        ("001272;Torin�;;TO;L219", "refused", "perduti"),
    ],
)
def test_what_cannot_be_read_is_not_guessed(load, line, outcome, words):
    counts = load([line], apply=True)
    assert counts[outcome] == counts["rows"] == 1
    assert words in load.said


def test_sizes_with_decimal_commas_and_missing_values(load):
    header = "Cod_istat;Superficie (kmq) al 2023;Popolazione legale 2021;Altitudine del centro (metri)"
    counts = load(["001272;130,06;848.748,0;N.d."], profile="dimensioni", header=header, apply=True)
    assert counts["updated"] == 1
    torino = Territory.objects.get(code="L219")
    assert (torino.area_km2, torino.population) == (Decimal("130.06"), 848_748)
    assert load(["999999;1;1;1"], profile="dimensioni", header=header)["waiting"] == 1


def test_codes_of_ipa_in_any_case(load):
    header = "codice_ipa,sito_istituzionale"
    counts = load(["C_L219,www.comune.torino.it", "r_piemon,x.it"], profile="ipa", header=header, apply=True)
    assert (counts["updated"], counts["unchanged"]) == (1, 1)
    torino = Territory.objects.get(code="L219")
    assert (torino.ipa_code, torino.website) == ("c_l219", "https://www.comune.torino.it")


def test_a_list_of_names_of_columns_alone_says_so(load):
    assert load([], apply=True)["rows"] == 0
    assert "non cambia nulla" in load.said
    assert "Non è nella lista" not in load.said


def test_other_columns_are_told(load):
    with pytest.raises(CommandError, match="codice_catasto"):
        load(["1;2"], header="a;b")
