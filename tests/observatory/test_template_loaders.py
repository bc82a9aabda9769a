"""What the loaders of templates leave out of HTML, and what they keep as it is written."""

import pytest
from django.template import engines
from django.template.loader import get_template, render_to_string

from observatory.template_loaders import DirectoryLoader


@pytest.fixture
def read(tmp_path):
    """A function that gives the source of a template of this text as it is compiled."""
    loader = DirectoryLoader(engines["django"].engine, [tmp_path])

    def source(text: str, name: str = "page.html") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return loader.get_contents(next(loader.get_template_sources(name)))

    return source


@pytest.mark.parametrize(
    ("text", "compiled"),
    [
        ("<ul>\n  <li>\n    Uno\n  </li>\n</ul>\n", "<ul><li>Uno</li></ul>"),
        ("<p>\n  Vai a\n  <a\n    href='/'\n  >casa</a>\n</p>", "<p>Vai a <a href='/'>casa</a></p>"),
        ("<b>Uno</b>\n<b>due</b>", "<b>Uno</b> <b>due</b>"),
        ("<p>\n  {% if a %}\n    Uno\n  {% endif %}\n</p>", "<p>{% if a %} Uno {% endif %}</p>"),
        (
            "<div\n  {% if a > b %}class='x'{% endif %}\n>\n</div>",
            "<div {% if a > b %}class='x'{% endif %}></div>",
        ),
        (
            "<select>\n  <option>1</option>\n</select>\n<b>x</b>",
            "<select><option>1</option></select> <b>x</b>",
        ),
    ],
)
def test_line_breaks_are_dropped_beside_blocks_and_one_space_elsewhere(read, text, compiled):
    assert read(text) == compiled


@pytest.mark.parametrize(
    "text",
    [
        "<pre>\n  a\n\n  b\n</pre>",
        "<textarea>\n  a\n</textarea>",
        "<script>\n// a\nb()\n</script>",
        "{% blocktranslate %}\n  a\n{% endblocktranslate %}",
        "{% verbatim %}\n  a\n{% endverbatim %}",
    ],
)
def test_white_space_that_counts_is_kept(read, text):
    assert read(f"<div>\n  {text}\n</div>") == f"<div>{text}</div>"


def test_other_files_are_left_as_they_are(read):
    assert read("a\n\n  b\n", "mail.txt") == "a\n\n  b\n"


def test_pages_of_the_site_are_loaded_so():
    assert "\n" not in get_template("404.html").template.source
    assert render_to_string("404.html").lstrip().startswith("<!DOCTYPE html><html")
