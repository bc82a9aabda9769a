from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lib.cup import cup_warning, normalise_cup
from lib.dates import is_before, parse_partial_date
from lib.forms.fields import CupListField, DayField, DegreesField, EuroField, PartialDateField, parse_euro
from municipalities.names import read_municipality
from municipalities.places import MunicipalityListField
from tests import builders


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1250000", "1250000"),
        ("1.250.000", "1250000"),
        ("1.250.000,00 €", "1250000"),
        ("€ 12,5", "12.5"),
        ("1250000.50", "1250000.50"),
        ("1.250", "1250"),
        ("684 450", "684450"),
        ("0", "0"),
    ],
)
def test_euro_as_italians_write_it(typed, amount):
    assert parse_euro(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["tanto", "-5", "1,2,3", "NaN", "Infinity", "1e99", "12,345"])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValueError):
        parse_euro(typed)


def test_euro_field_says_what_to_write():
    with pytest.raises(ValidationError) as error:
        EuroField().clean("molto")
    assert error.value.messages == ["Scrivi l’importo in euro, per esempio 1.250.000"]


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_euro_survives_being_shown_and_read_again(amount):
    field = EuroField()
    assert field.clean(field.prepare_value(amount)) == amount


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("1/3/2024", "2024-03-01"),
        ("01-03-2024", "2024-03-01"),
        ("1.3.24", "2024-03-01"),
        ("2024-03-01", "2024-03-01"),
        ("3/2024", "2024-03"),
        ("2024-03", "2024-03"),
        ("2024", "2024"),
    ],
)
def test_days_as_italians_write_them(typed, iso):
    assert parse_partial_date(typed) == iso


@pytest.mark.parametrize("typed", ["ieri", "31/2/2024", "13/2024", "24", "1/1/1776", "2024-13"])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(ValueError):
        parse_partial_date(typed)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 1, 1)))
def test_day_survives_being_shown_and_read_again(day):
    field = PartialDateField()
    assert field.clean(field.prepare_value(day.isoformat())) == day.isoformat()


@pytest.mark.parametrize(
    ("first", "second", "before"),
    [
        ("2023", "2024", True),
        ("2024", "2024-05", False),
        ("2024-04-30", "2024-05", True),
        ("", "2024", False),
    ],
)
def test_days_of_different_precision_compare_at_the_coarser(first, second, before):
    assert is_before(first, second) is before


@pytest.mark.parametrize(
    ("typed", "code", "warns"),
    [
        (" c19i21000130001 ", "C19I21000130001", False),
        ("E41C22OO1540006", "E41C22OO1540006", True),
        ("C19I2100013000", "C19I2100013000", True),
    ],
)
def test_cup_is_normalised_and_flagged_never_repaired(typed, code, warns):
    assert normalise_cup(typed) == code
    assert bool(cup_warning(code)) is warns


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Torino", "L219"),
        ("torino (TO)", "L219"),
        ("l219", "L219"),
        ("001272", "L219"),
        ("Samone (TN)", "H754"),
        ("Alice Superiore", "M405"),
        ("001005", "M405"),
    ],
)
def test_municipality_by_name_or_code(typed, code):
    builders.piedmont()
    assert read_municipality(typed).code == code


@pytest.mark.django_db
def test_homonyms_are_asked_for_the_province():
    builders.piedmont()
    with pytest.raises(ValidationError) as error:
        read_municipality("Samone")
    assert error.value.messages == ["Ci sono più Comuni con questo nome: scrivi Samone (TN), Samone (TO)"]


@pytest.mark.django_db
def test_unknown_municipality_suggests():
    builders.piedmont()
    with pytest.raises(ValidationError) as error:
        read_municipality("Ivre")
    assert error.value.messages == ["Non c’è un Comune che si chiama «Ivre». Forse cerchi: Ivrea (TO)"]


@pytest.mark.django_db
def test_list_of_municipalities_reports_each_wrong_name():
    places = builders.piedmont()
    field = MunicipalityListField()
    assert field.clean("Torino\nIvrea, Torino") == [places["torino"], places["ivrea"]]
    with pytest.raises(ValidationError) as error:
        field.clean("Torino\nAtlantide\nSamone")
    assert len(error.value.messages) == 2


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1/3/98", "1998-03-01"),
        ("31/12/99", "1999-12-31"),
        ("31/12/69", "1969-12-31"),
        ("1.3.26", "2026-03-01"),
        ("1-3-68", "2068-03-01"),
        ("marzo 2024", "2024-03"),
        ("1 marzo 2024", "2024-03-01"),
        ("1° Marzo 2024", "2024-03-01"),
        ("15 ott. 2023", "2023-10-15"),
        ("March 2024", "2024-03"),
        ("2024/03", "2024-03"),
        ("3/2024", "2024-03"),
        ("2024", "2024"),
    ],
)
def test_dates_as_people_write_them(text, iso):
    assert parse_partial_date(text) == iso


@pytest.mark.parametrize(
    "text", ["98", "31/2/2024", "ma 2024", "13/2024", "1/1/1899", "primavera 2024", "2024-3-1x"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        parse_partial_date(text)


def test_whole_day_needs_its_day():
    assert DayField().clean("1 marzo 2026") == date(2026, 3, 1)
    with pytest.raises(ValidationError, match="giorno/mese/anno"):
        DayField().clean("marzo 2026")


@pytest.mark.parametrize("text", ["45,0703393", "45.0703393", " 45.0703393° ", "+45,07034"])
def test_degrees_of_a_map_are_rounded_to_a_metre(text):
    assert DegreesField(least=35, most=48).clean(text) == Decimal("45.07034")


@pytest.mark.parametrize("text", ["4507", "NaN", "45,07,03", "nord"])
def test_degrees_out_of_italy_or_unreadable_are_refused(text):
    with pytest.raises(ValidationError):
        DegreesField(least=35, most=48).clean(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("J82C23000310001 J82C23000320001", ["J82C23000310001", "J82C23000320001"]),
        ("J82C 2300 0310 001", ["J82C23000310001"]),
        ("j82c 2300 0310 001 J82C 2300 0320 001", ["J82C23000310001", "J82C23000320001"]),
        (
            "J82C23000310001;J82C23000320001\nC19I21000130001",
            ["J82C23000310001", "J82C23000320001", "C19I21000130001"],
        ),
        ("J82C2300", ["J82C2300"]),
        ("J82C 23", ["J82C23"]),
        ("J82C23000310001 XX", ["J82C23000310001", "XX"]),
    ],
)
def test_cups_separated_by_blanks(text, codes):
    assert CupListField().clean(text) == codes
