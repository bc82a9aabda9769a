"""Text as it is stored and compared: what is cleaned, what stays, what folds together."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.text import clean_text, fold


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("riga\r\nsotto\rancora\u2028e", "riga\nsotto\nancora\ne"),
        ("a\x0bcapo", "a capo"),
        ("so\u00adlo\u200b qui\ufeff", "solo qui"),
        ("abc\u202edef\u2066", "abcdef"),
        ("x\ufffe\uffff\U0001fffe\ufdd0y", "xy"),
        ("e\u0301", "é"),
        ("tab\te\nriga", "tab\te\nriga"),
        ("Bici 🚲 👨\u200d👩\u200d👧 漢字 عربي", "Bici 🚲 👨\u200d👩\u200d👧 漢字 عربي"),
    ],
)
def test_clean_text(text, clean):
    assert clean_text(text) == clean


@given(st.text(st.characters(exclude_categories=[])))
def test_clean_text_is_idempotent_and_fit_for_xml_and_utf_8(text):
    clean = clean_text(text)
    assert clean_text(clean) == clean
    clean.encode("utf-8")
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n" for c in clean)
    assert not {"\ufffe", "\uffff", "\u202e"} & set(clean)


@pytest.mark.parametrize(
    "text", ["L'Aquila", "L’Aquila", "L´AQUILA", "L`Aquila", "L′aquila", "l＇A\u00adquila"]
)
def test_apostrophes_of_every_kind_fold_alike(text):
    assert fold(text) == "laquila"
