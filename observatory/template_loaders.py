"""Django's two loaders of template files, without the white space that only lays out their source.

One element a line, indented by its depth, reads well and makes a page longer by a third. Browsers ignore
white space beside the tag of a block, and read any other run of it as one space: that is what is compiled.
"""

import re

from django.template.loaders import app_directories, filesystem

BLOCK = (
    r"</?(?:html|head|meta|link|title|script|body|header|footer|main|nav|aside|section|article|address|div|p"
    r"|h[1-6]|ul|ol|li|dl|dt|dd|figure|figcaption|form|fieldset|legend|details|summary|hr|table|caption|thead"
    r"|tbody|tfoot|tr|th|td|optgroup|option)\b"
)
# Hidden fields take no place, and the style sheet sets the distance between an icon and its words.
CLOSE = r"{% icon [^%]*%}|{% csrf_token %}"
BESIDE_BLOCK = re.compile(rf"\s*\n\s*(?={BLOCK}|<!DOCTYPE|/?>)|({BLOCK}[^<>]*>|{CLOSE})\s*\n\s*")
LINE_BREAK = re.compile(r"\s*\n\s*")
# Elements that show their white space, and messages, which the catalogue has as they are written.
AS_WRITTEN = re.compile(
    r"(<pre\b.*?</pre>|<textarea\b.*?</textarea>|<style\b.*?</style>|<script\b[^<>]*>[^<]+</script>"
    r"|{% blocktranslate\b.*?{% endblocktranslate %}|{% verbatim\b.*?{% endverbatim %})",
    re.DOTALL,
)


def compact(text: str, name: str) -> str:
    """The source of a template; without that white space if `name` ends with `.html`."""
    if not name.endswith(".html"):
        return text
    parts = AS_WRITTEN.split(text.strip())
    parts[::2] = [LINE_BREAK.sub(" ", BESIDE_BLOCK.sub(r"\1", part)) for part in parts[::2]]
    return "".join(parts)


class DirectoryLoader(filesystem.Loader):
    def get_contents(self, origin) -> str:
        return compact(super().get_contents(origin), origin.name)


class AppLoader(app_directories.Loader):
    def get_contents(self, origin) -> str:
        return compact(super().get_contents(origin), origin.name)
