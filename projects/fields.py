"""Form fields that read what Italian offices type: euro, days, names of municipalities, lists of words."""

import re
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from projects.cup import normalise_cup
from projects.dates import parse_partial_date

THOUSANDS = re.compile(r"^\d{1,3}(\.\d{3})+$")


def parse_euro(text: str) -> Decimal:
    """`1250000`, `1.250.000`, `1.250.000,00 €`, `1250000.50` → Decimal euro. ValueError when it is no amount.

    A single dot followed by three digits separates thousands, as in Italian.
    """
    plain = re.sub(r"[\s\u00a0€]|EUR|euro", "", text, flags=re.IGNORECASE)
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


class EuroField(forms.CharField):
    def __init__(self, **options):
        options.setdefault("max_length", 30)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            places = 0 if value == value.to_integral_value() else 2
            return number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
        return value

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_euro(text)
        except ValueError as error:
            raise ValidationError(_("Scrivi l’importo in euro, per esempio 1.250.000")) from error

    def has_changed(self, initial, data):
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


class PartialDateField(forms.CharField):
    """A day, a month or a year, shown as Italians write it and kept as reduced ISO."""

    def __init__(self, **options):
        options.setdefault("max_length", 10)
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**options)

    def prepare_value(self, value):
        parts = value.split("-") if isinstance(value, str) else []
        if parts and all(part.isdigit() for part in parts) and len(parts[0]) == 4:
            return "/".join(str(int(part)) for part in reversed(parts))
        return value

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return parse_partial_date(text)
        except ValueError as error:
            raise ValidationError(
                _("Scrivi la data come giorno/mese/anno, per esempio 1/3/2024; basta anche l’anno")
            ) from error

    def has_changed(self, initial, data):
        try:
            return (initial or "") != self.to_python(data)
        except ValidationError:
            return True


class WordListField(forms.CharField):
    """Tags separated by commas, kept as a list of lower-case words."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        words = [w.strip().lower() for w in super().to_python(value).split(",") if w.strip()]
        if any(len(word) > 60 for word in words):
            raise ValidationError(_("Ogni parola può avere al massimo 60 caratteri: separale con una virgola"))
        return list(dict.fromkeys(words))[:30]


class CupListField(forms.CharField):
    """CUP codes separated by spaces or commas; malformed ones are kept and flagged elsewhere."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        codes = [normalise_cup(c) for c in re.split(r"[,;\n]", super().to_python(value)) if c.strip()]
        if any(len(code) > 60 for code in codes):
            raise ValidationError(_("Separa i CUP con una virgola"))
        return list(dict.fromkeys(codes))


class CheckboxList(forms.TypedMultipleChoiceField):
    """Choices kept as a JSON list."""

    def __init__(self, **options):
        options.setdefault("widget", forms.CheckboxSelectMultiple)
        options.setdefault("required", False)
        super().__init__(**options)
