"""Reads templates for the language of the moment, each once."""

from django.template import Template
from django.template.loaders.cached import Loader as CachedLoader
from django.utils.translation import get_language

from observatory.drawing.nodes import redrawn


class Loader(CachedLoader):
    """Django's cached loader, with one template for each language."""

    def get_template(self, template_name: str, skip=None) -> Template:
        """The template as one function; raises TemplateDoesNotExist like Django's."""
        template = super().get_template(template_name, skip)
        # Whoever marks what is not there does it where Django looks it up.
        if not (self.engine.string_if_invalid or hasattr(template, "is_redrawn")):
            template.nodelist, template.is_redrawn = redrawn(template.nodelist), True
        return template

    def cache_key(self, template_name: str, skip=None) -> str:
        return f"{get_language()}-{super().cache_key(template_name, skip)}"
