"""Form fields that read municipalities by the names that offices write."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lib.forms.read_field import ReadField
from lib.text import fold
from municipalities.models import Territory
from municipalities.search import find_municipality, suggest_municipalities

# Municipalities that a list may hold, and errors after which its other names are not read.
MAX_PLACES, MAX_ERRORS = 400, 10


def place_label(place: Territory) -> str:
    """`Torino (TO)`: the name with the province, which distinguishes homonyms. Reads `place.province`."""
    return f"{place.name} ({place.province.code})" if place.province_id else place.name


def read_municipality(text: str) -> Territory:
    """The municipality in force for a name, `name (SIGLA)`, a former name or a code.

    Raises ValidationError, which proposes what to write, when none or several match.
    """
    name, _bracket, rest = text.partition("(")
    sigla = rest.rstrip(") ").strip().upper()
    places = Territory.objects.municipalities().current().select_related("province", "region")
    candidates = places.filter(search_name=fold(name)) | places.filter(
        search_name__startswith=f"{fold(name)} "
    )
    exact = [p for p in candidates if fold(p.name) == fold(name) or fold(p.name_other) == fold(name)]
    if sigla:
        exact = [p for p in exact if p.province and p.province.code == sigla]
    if len(exact) == 1:
        return exact[0]
    if len(exact) > 1:
        choices = ", ".join(sorted(place_label(p) for p in exact))
        raise ValidationError(
            _("Ci sono più Comuni con questo nome: scrivi %(choices)s"), params={"choices": choices}
        )
    if by_code := find_municipality(text):
        return by_code
    by_former = Territory.objects.municipalities().filter(codes__search_name=fold(name)).distinct()[:2]
    if len(by_former) == 1 and (successor := find_municipality(by_former[0].code)):
        return successor
    near = ", ".join(place_label(p) for p in suggest_municipalities(name, limit=3))
    hint = _(" Forse cerchi: %(near)s") % {"near": near} if near else ""
    raise ValidationError(
        _("Non c’è un Comune che si chiama «%(text)s».%(hint)s"), params={"text": text[:60], "hint": hint}
    )


class MunicipalityField(ReadField):
    """One municipality; the value is a Territory or None."""

    def read(self, text):
        return read_municipality(text)

    def prepare_value(self, value):
        if isinstance(value, Territory):
            return place_label(value)
        if isinstance(value, int):
            return place_label(Territory.objects.select_related("province").get(pk=value))
        return value

    def has_changed(self, initial, data):
        known = initial.pk if isinstance(initial, Territory) else initial
        try:
            submitted = self.to_python(data)
        except ValidationError:
            return True
        return known != (submitted.pk if submitted else None)


class MunicipalityListField(ReadField):
    """Several municipalities, one a line or separated by commas or semicolons; the value is a list."""

    widget = forms.Textarea(attrs={"rows": 3})
    max_length = 12_000

    def empty(self):
        return []

    def prepare_value(self, value):
        if isinstance(value, list):
            return "\n".join(place_label(place) for place in value)
        return value

    def read(self, text):
        names = [n.strip() for n in re.split(r"[\n,;]", text) if n.strip()]
        if len(names) > MAX_PLACES:
            raise ValidationError(
                _("Al massimo %(limit)s Comuni: ne hai scritti %(length)s"),
                params={"limit": MAX_PLACES, "length": len(names)},
            )
        errors, places = [], []
        for name in dict.fromkeys(names):
            if len(errors) == MAX_ERRORS:
                break
            try:
                places.append(read_municipality(name))
            except ValidationError as error:
                errors += error.error_list
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(places))
