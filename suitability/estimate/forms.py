"""The assumptions of an estimate, as the URL holds them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.lists import CostDriver, CostLine
from lib.forms.fields import EuroField
from lib.forms.read_field import ReadField
from suitability.estimate.costs import DEFAULT_BODIES, DEFAULT_MARGIN, DEFAULT_YEARS, Assumptions, Line

MOST = 100_000_000


class CountField(ReadField):
    """A whole number from `least` to `most`, with or without dots between the thousands."""

    max_length = 14

    def __init__(self, *, least: int = 1, most: int = MOST, **options):
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**options)
        self.least, self.most = least, most

    def read(self, text):
        plain = text.replace(".", "").replace(",", "").replace("\u00a0", "").replace(" ", "")
        if not (plain.isascii() and plain.isdecimal()) or not self.least <= int(plain) <= self.most:
            raise ValidationError(
                _("Scrivi un numero intero da %(least)s a %(most)s"),
                params={"least": self.least, "most": self.most},
            )
        return int(plain)


class EstimateForm(forms.Form):
    """Sizes, bodies, years, margin; then for each of the 12 lines amount, driver, every year or once."""

    abitanti = CountField(label=_("Abitanti da servire da te"), required=False)
    abitanti_origine = CountField(label=_("Abitanti serviti dove è nato"), required=False)
    unita = CountField(
        label=_("Unità da te"), required=False, help_text=_("Lampioni, sensori, edifici, postazioni…")
    )
    unita_origine = CountField(label=_("Unità dove è nato"), required=False)
    enti = CountField(label=_("Enti che dividono le spese fisse"), most=1_000, required=False)
    anni = CountField(label=_("Anni"), most=30, required=False)
    margine = CountField(label=_("Margine, in per cento"), least=0, most=100, required=False)

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        for key, label in CostLine.choices:
            self.fields[f"voce_{key}"] = EuroField(label=label, required=False)
            self.fields[f"cresce_{key}"] = forms.ChoiceField(
                label=_("%(line)s: cresce con") % {"line": label}, choices=CostDriver.choices, required=False
            )
            self.fields[f"annua_{key}"] = forms.BooleanField(
                label=_("%(line)s: ogni anno") % {"line": label}, required=False
            )

    @property
    def assumption_fields(self) -> list:
        return [self[name] for name in ASSUMPTIONS]

    @property
    def line_fields(self) -> list[dict]:
        return [
            {"key": key, "label": label, "amount": self[f"voce_{key}"], "driver": self[f"cresce_{key}"]}
            | {"yearly": self[f"annua_{key}"]}
            for key, label in CostLine.choices
        ]

    def assumptions(self) -> Assumptions:
        """What was told; what was left empty has its default."""
        given = self.cleaned_data
        return Assumptions(
            source_inhabitants=given.get("abitanti_origine"),
            inhabitants=given.get("abitanti"),
            source_units=given.get("unita_origine"),
            units=given.get("unita"),
            bodies=given.get("enti") or DEFAULT_BODIES,
            years=given.get("anni") or DEFAULT_YEARS,
            margin=DEFAULT_MARGIN if given.get("margine") is None else given["margine"],
        )

    def lines(self) -> list[Line]:
        given = self.cleaned_data
        return [
            Line(
                key,
                amount,
                given.get(f"cresce_{key}") or CostDriver.FIXED.value,
                bool(given.get(f"annua_{key}")),
            )
            for key in CostLine.values
            if (amount := given.get(f"voce_{key}")) is not None
        ]


ASSUMPTIONS = ("abitanti", "abitanti_origine", "unita", "unita_origine", "enti", "anni", "margine")


@dataclass(frozen=True)
class Start:
    """What the form holds before anybody changed it."""

    rows: Iterable[Mapping]
    inhabitants: int | None
    source_inhabitants: int | None

    def values(self) -> dict[str, str]:
        found = {
            "enti": str(DEFAULT_BODIES),
            "anni": str(DEFAULT_YEARS),
            "margine": str(DEFAULT_MARGIN),
            "abitanti": str(self.inhabitants or ""),
            "abitanti_origine": str(self.source_inhabitants or ""),
        }
        for row in self.rows:
            found[f"voce_{row['line']}"] = f"{Decimal(row['amount']):f}".replace(".", ",")
            found[f"cresce_{row['line']}"] = row["driver"]
            found.update({f"annua_{row['line']}": "on"} if row["is_yearly"] else {})
        return found


def read_estimate(params: QueryDict, start: Start) -> EstimateForm:
    """The form of the URL. What it does not name keeps its start; lines do so until the form was sent."""
    is_sent = any(name.startswith("voce_") for name in params)
    kept = ("enti", "anni", "margine", "abitanti", "abitanti_origine")
    data = {name: value for name, value in start.values().items() if not is_sent or name in kept}
    return EstimateForm(data | {name: params[name] for name in params})
