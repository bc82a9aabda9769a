"""One reader of municipalities: every spelling of every municipality of Italy leads to it, to no other."""

import csv
from collections import defaultdict
from functools import cache

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from municipalities import names
from municipalities.names import Names, municipalities_meant, read_municipality, spelled
from tests import builders

TERRITORY = settings.BASE_DIR / "fixtures" / "territory"


def rows_of(name: str) -> list[dict]:
    with (TERRITORY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def italy() -> Names:
    """The names of all municipalities, from the files that load_reference reads, without a database."""
    places = [row for row in rows_of("municipalities.csv") if not row["valid_to"]]
    codes = rows_of("codes.csv")
    now = {row["belfiore"]: row["province_code"] for row in codes if not row["valid_to"]}
    provinces = [(row["code"], row["name"]) for row in rows_of("provinces.csv")]
    changes = [
        (row["predecessor"], row["successor"])
        for row in sorted(rows_of("changes.csv"), key=lambda row: row["date"])
        if row["kind"] in ("merger", "incorporation", "renaming") and row["predecessor"] != row["successor"]
    ]
    in_force = {row["belfiore"] for row in places}
    return Names.of(
        provinces,
        [(row["belfiore"], row["name"], row["name_other"], now.get(row["belfiore"], "")) for row in places],
        {before: after for before, after in changes if before not in in_force},
        [(row["belfiore"], row["name"], row["province_code"]) for row in codes],
    )


def meant(text: str) -> list[str]:
    return next((codes for reading in names.readings(text) if (codes := italy().codes(*reading))), [])


@cache
def current() -> list[dict]:
    found = [row for row in rows_of("municipalities.csv") if not row["valid_to"]]
    siglas = {row["belfiore"]: row["province_code"] for row in rows_of("codes.csv") if not row["valid_to"]}
    assert len(found) == 7894
    return [{**row, "sigla": siglas[row["belfiore"]][:2]} for row in found]


def wrong(spelling) -> list[tuple]:
    """`(text, codes)` of the municipalities that a spelling, `row → text`, does not lead to."""
    texts = [(spelling(row), row["belfiore"]) for row in current()]
    return [(text, meant(text)) for text, code in texts if text and meant(text) != [code]]


HOMONYMS = {"Castro", "Livo", "Paterno", "Peglio", "Samone", "San Teodoro", "Tre Ville", "Treville"}
# The other name of Corvara in Badia is that of a municipality of Abruzzo.
OTHER_NAME_OF_ANOTHER = {"Corvara"}
# Names of today that were also those of others, which are called differently now.
ONCE_ANOTHERS = {"Brione", "Calliano", "Valverde"}
WRITTEN = {
    "province in brackets": lambda row: f"{row['name']} ({row['sigla']})",
    "province in lower case": lambda row: f"{row['name'].lower()} ( {row['sigla'].lower()} )",
    "province after a comma": lambda row: f"{row['name']}, {row['sigla']}",
    "province after a hyphen": lambda row: f"{row['name']} - {row['sigla']}",
    "province after a blank": lambda row: f"{row['name'].upper()} {row['sigla']}",
    "body and province": lambda row: f"Comune di {row['name']} ({row['sigla']})",
    "both languages": lambda row: row["name_other"] and f"{row['name']}/{row['name_other']} ({row['sigla']})",
    "other language first": lambda row: row["name_other"] and f"{row['name_other']} - {row['name']}",
    "body in German": lambda row: row["name_other"] and f"Gemeinde {row['name_other']} ({row['sigla']})",
}


@pytest.mark.parametrize("way", WRITTEN)
def test_name_with_its_province_leads_to_one_municipality(way):
    assert wrong(WRITTEN[way]) == []


ALONE = {
    "as it is": lambda name: name,
    "capitals": str.upper,
    "Comune di": lambda name: f"Comune di {name}",
    "COMUNE DI": lambda name: f"COMUNE DI {name.upper()}",
    "Città di": lambda name: f"Città di {name}",
    "acute accent": lambda name: name.replace("'", "´"),
    "typographic apostrophe": lambda name: name.replace("'", "’"),
    "backquote": lambda name: name.replace("'", "`"),
    "apostrophe for the accent": lambda name: name.replace("ì", "i'").replace("à", "a'").replace("ù", "u'"),
    "no hyphen": lambda name: name.replace("-", " "),
    "invisible signs": lambda name: f"\u200b{name[:2]}\u00ad{name[2:]} ",
    "no apostrophe": lambda name: name.replace("'", " "),
}


@pytest.mark.parametrize("way", ALONE)
def test_name_alone_leads_to_its_municipality_or_asks(way):
    bad = wrong(lambda row: ALONE[way](row["name"]))
    asked = [text for text, codes in bad if len(codes) > 1]
    assert [row for row in bad if len(row[1]) < 2] == []
    assert {spelled(names.BODY.sub("", text)) for text in asked} <= {
        spelled(name) for name in HOMONYMS | ONCE_ANOTHERS | OTHER_NAME_OF_ANOTHER
    }


def test_name_in_the_other_language_leads_to_its_municipality_or_asks():
    assert [text for text, _codes in wrong(lambda row: row["name_other"])] == ["Corvara"]


def test_every_former_name_leads_to_the_municipality_of_today_or_asks():
    by_name = defaultdict(set)
    for row in rows_of("codes.csv"):
        by_name[row["name"], row["province_code"][:2]].add(row["belfiore"])
    missing = [name for name, sigla in by_name if not meant(f"{name} ({sigla})")]
    assert missing == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Bolzano/Bozen", ["A952"]),
        ("Bozen", ["A952"]),
        ("Reggio Emilia", ["H223"]),
        ("Reggio Calabria", ["H224"]),
        ("Comune di Reggio Emilia (RE)", ["H223"]),
        ("Roma Capitale", ["H501"]),
        ("L´Aquila", ["A345"]),
        ("L Aquila", ["A345"]),
        ("Calliano (AT)", ["B418"]),
        ("Calliano (TN)", ["B419"]),
        ("Calliano", ["B418", "B419"]),
        ("Pecco", ["M405"]),
        ("Comune di Alice Superiore", ["M405"]),
        ("S. Mauro Torinese", ["I030"]),
        ("Città di Castello", ["C745"]),
        ("Commune d'Aoste", []),
        ("Torino (Torino)", ["L219"]),
        ("Torino, prov. di Torino", ["L219"]),
        ("Torino (MI)", []),
        ("Atlantide", []),
        ("Città metropolitana di Torino", []),
        ("", []),
    ],
)
def test_usual_spellings(text, codes):
    assert meant(text) == codes


@pytest.fixture
def places(db):
    return builders.piedmont()


@pytest.mark.parametrize(
    "text", ["Torino", "l219", "001272", "1272", "TORINO (TO)", "Comune di Torino", "torino"]
)
def test_codes_slugs_and_names_are_read_alike(places, text):
    assert read_municipality(text) == places["torino"]


def test_former_name_leads_to_the_successor(places):
    assert read_municipality("Alice Superiore") == places["val_di_chy"]
    assert names.former_name("comune di alice superiore", places["val_di_chy"]) == "Alice Superiore"
    assert names.former_name("Val di Chy", places["val_di_chy"]) == ""


def test_homonyms_are_asked_and_unknown_names_get_a_hint(places):
    assert [place.code for place in municipalities_meant("Samone")] == ["H754", "H753"]
    with pytest.raises(ValidationError, match=r"scrivi Samone \(TN\), Samone \(TO\)"):
        read_municipality("Samone")
    with pytest.raises(ValidationError, match=r"Forse cerchi: Torino \(TO\)"):
        read_municipality("Torinoo")
