"""Form fields for what people type in Italian: amounts in euro, partial dates, lists of words."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lib.cup import split_cups
from lib.dates import parse_day, parse_partial_date
from lib.forms.read_field import ReadField
from lib.text import clean_text

THOUSANDS = re.compile(r"^\d{1,3}(\.\d{3})+$")
ENGLISH = re.compile(r"^\d{1,3}(,\d{3})+(\.\d{1,2})?$")


def parse_euro(text: str) -> Decimal:
    """`1250000`, `1.250.000`, `1.250.000,00 €`, `1250000.50` → Decimal euro, from 0 to below 10¹².

    A single dot followed by three digits separates thousands, as in Italian. A comma before three digits
    does so on English pages; on Italian ones it is refused, since it could mean either. Raises ValueError.
    """
    plain = re.sub(r"[\s\u00a0€]|EUR|euro", "", text, flags=re.IGNORECASE)
    if ENGLISH.match(plain):
        if get_language() != "en":
            raise ValueError(text)
        plain = plain.replace(",", "")
    whole, comma, cents = plain.partition(",")
    if comma or THOUSANDS.match(whole):
        plain = whole.replace(".", "") + ("." + cents if cents else "")
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not amount.is_finite() or amount < 0 or amount >= 10**12 or amount != round(amount, 2):
        raise ValueError(text)
    return amount


def tidied(posted: QueryDict) -> QueryDict:
    """A copy whose values went through clean_text: its line ends count as in a browser's `maxlength`."""
    clean = posted.copy()
    for name, values in posted.lists():
        clean.setlist(name, [clean_text(value) for value in values])
    return clean


class EuroField(ReadField):
    """An amount in euro, rendered with thousands separators."""

    max_length = 30
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "is-short"})

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            places = 0 if value == value.to_integral_value() else 2
            return number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
        return value

    def read(self, text):
        try:
            return parse_euro(text)
        except ValueError as error:
            raise ValidationError(_("Scrivi l’importo in euro, per esempio 1.250.000")) from error

    def has_changed(self, initial, data):
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


class PartialDateField(ReadField):
    """A day, a month or a year: rendered as `1/3/2024`, stored as ISO 8601 text, `2024-03-01` or `2024`."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "is-short is-date"})

    def empty(self):
        return ""

    def prepare_value(self, value):
        parts = value.split("-") if isinstance(value, str) else []
        if parts and all(part.isdigit() for part in parts) and len(parts[0]) == 4:
            return "/".join(str(int(part)) for part in reversed(parts))
        return value

    def read(self, text):
        try:
            return parse_partial_date(text)
        except ValueError as error:
            raise ValidationError(
                _("Scrivi la data come giorno/mese/anno, per esempio 1/3/2024; basta anche l’anno")
            ) from error


class DayField(ReadField):
    """A whole day, rendered as `1/3/2024`; the value is a date or None."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "is-short is-date"})

    def prepare_value(self, value):
        return f"{value.day}/{value.month}/{value.year}" if isinstance(value, date) else value

    def read(self, text):
        try:
            return parse_day(text)
        except ValueError as error:
            raise ValidationError(_("Scrivi la data come giorno/mese/anno, per esempio 1/3/2026")) from error


class DegreesField(ReadField):
    """A latitude or longitude in decimal degrees, as maps give it: `45,0703393`, `45.0703393°`.

    The value is a Decimal of five decimals, about a metre, between `least` and `most`, or None.
    """

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "is-short"})

    def __init__(self, *, least: int, most: int, **options):
        super().__init__(**options)
        self.least, self.most = least, most

    def prepare_value(self, value):
        return number_format(value, use_l10n=True) if isinstance(value, Decimal) else value

    def read(self, text):
        try:
            degrees = Decimal(re.sub(r"[\s°]", "", text).replace(",", ".").replace("−", "-"))
        except InvalidOperation as error:
            raise ValidationError(_("Scrivi i gradi in cifre, per esempio 45,07034")) from error
        if not degrees.is_finite() or not self.least <= degrees <= self.most:
            limits = {"least": self.least, "most": self.most}
            raise ValidationError(_("In Italia va da %(least)s a %(most)s gradi"), params=limits)
        return degrees.quantize(Decimal("0.00001"))


class ListField(ReadField):
    """Several short texts in one input, stored as a list without repetitions."""

    max_length = 600
    separators = ","
    item_max = 60

    def empty(self):
        return []

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def item(self, text: str) -> str:
        return text.strip()

    def read(self, text):
        items = [self.item(part) for part in re.split(f"[{self.separators}]", text) if part.strip()]
        if any(len(item) > self.item_max for item in items):
            raise ValidationError(
                _("Ogni voce può avere al massimo %(limit)s caratteri: separale con una virgola"),
                params={"limit": self.item_max},
            )
        return list(dict.fromkeys(items))


class WordListField(ListField):
    """Tags, in lower case."""

    def item(self, text):
        return text.strip().lower()


class CupListField(ListField):
    """CUP codes; malformed ones are accepted (lib.cup.cup_warning says what is wrong)."""

    separators = ",;\n"

    def read(self, text):
        return super().read(",".join(code for part in re.split(r"[,;\n]", text) for code in split_cups(part)))


class CheckboxList(forms.TypedMultipleChoiceField):
    """Several choices of a list, stored as a JSON list."""

    def __init__(self, **options):
        options.setdefault("widget", forms.CheckboxSelectMultiple)
        options.setdefault("required", False)
        super().__init__(**options)
