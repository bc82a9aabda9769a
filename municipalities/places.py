"""A form field that reads the name of a municipality as offices write it."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from municipalities.models import Territory
from municipalities.search import find_municipality, fold, suggest_municipalities


def place_label(place: Territory) -> str:
    """`Torino (TO)`: the name that also tells homonyms apart."""
    return f"{place.name} ({place.province.code})" if place.province_id else place.name


def read_municipality(text: str) -> Territory:
    """The municipality in force for a name, `name (SIGLA)` or code; ValidationError names the remedy."""
    name, _bracket, rest = text.partition("(")
    sigla = rest.rstrip(") ").strip().upper()
    places = Territory.objects.municipalities().current().select_related("province", "region")
    found = places.filter(search_name=fold(name)) | places.filter(search_name__startswith=f"{fold(name)} ")
    exact = [p for p in found if fold(p.name) == fold(name) or fold(p.name_other) == fold(name)]
    if sigla:
        exact = [p for p in exact if p.province and p.province.code == sigla]
    if len(exact) == 1:
        return exact[0]
    if len(exact) > 1:
        choices = ", ".join(sorted(place_label(p) for p in exact))
        raise ValidationError(_("Ci sono più Comuni con questo nome: scrivi %(choices)s"), params={"choices": choices})
    if by_code := find_municipality(text):
        return by_code
    if by_former := Territory.objects.municipalities().filter(codes__search_name=fold(name)).distinct()[:2]:
        if len(by_former) == 1 and (heir := find_municipality(by_former[0].code)):
            return heir
    near = ", ".join(place_label(p) for p in suggest_municipalities(name, limit=3))
    hint = _(" Forse cerchi: %(near)s") % {"near": near} if near else ""
    raise ValidationError(
        _("Non c’è un Comune che si chiama «%(text)s».%(hint)s"), params={"text": text[:60], "hint": hint}
    )


class MunicipalityField(forms.CharField):
    def __init__(self, **options):
        options.setdefault("max_length", 120)
        super().__init__(**options)

    def prepare_value(self, value):
        if isinstance(value, Territory):
            return place_label(value)
        if isinstance(value, int):
            return place_label(Territory.objects.select_related("province").get(pk=value))
        return value

    def to_python(self, value):
        text = super().to_python(value)
        return read_municipality(text) if text else None


class MunicipalityListField(forms.CharField):
    """Several municipalities, one a line or separated by commas."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        if isinstance(value, list):
            return "\n".join(place_label(place) for place in value)
        return value

    def to_python(self, value):
        names = [n.strip() for n in re.split(r"[\n,;]", super().to_python(value)) if n.strip()]
        errors, found = [], []
        for name in dict.fromkeys(names):
            try:
                found.append(read_municipality(name))
            except ValidationError as error:
                errors += error.error_list
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(found))
