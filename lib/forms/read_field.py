"""The base of form fields that parse one text into a value."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class ReadField(forms.Field):
    """A field whose value is `read(text)`, or `empty()` where nothing is typed.

    `read` raises ValidationError. Text longer than `max_length` is refused.
    """

    widget = forms.TextInput
    max_length = 120

    def read(self, text: str):
        return text

    def empty(self):
        return None

    def to_python(self, value):
        text = "" if value is None else str(value).replace("\x00", "").strip()
        if len(text) > self.max_length:
            raise ValidationError(
                _("Al massimo %(limit)s caratteri: ne hai scritti %(length)s"),
                params={"limit": self.max_length, "length": len(text)},
            )
        return self.read(text) if text else self.empty()

    def has_changed(self, initial, data):
        try:
            return (initial or self.empty()) != self.to_python(data)
        except ValidationError:
            return True
