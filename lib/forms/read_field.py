from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class ReadField(forms.Field):
    """A field that turns one typed text into a value by `read`; an empty text is `empty`."""

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
