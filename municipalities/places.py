"""Form fields that read municipalities by the names that offices write."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from lib.forms.read_field import ReadField
from municipalities.models import Territory
from municipalities.names import place_label, read_municipality

# Municipalities that a list may hold, and errors after which its other names are not read.
MAX_PLACES, MAX_ERRORS = 400, 10
# A comma before the sigla of a province, as in `Samone, TO`, separates nothing.
SEPARATORS = re.compile(r"[\n;]|,(?!\s*[A-Z]{2}\s*(?:[,;\n]|$))")


class MunicipalityField(ReadField):
    """One municipality; the value is a Territory or None. Names are proposed while one is typed."""

    def widget_attrs(self, widget):
        return {"data-suggest": reverse_lazy("public:municipality-suggestions"), "autocomplete": "off"}

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
        names = [n.strip() for n in SEPARATORS.split(text) if n.strip()]
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
