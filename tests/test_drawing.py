"""Templates turned into functions say what Django says, in every language."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Engine, TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.loader_tags import ExtendsNode
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from observatory.drawing.loader import Loader
from observatory.drawing.nodes import redrawn
from observatory.drawing.writing import Drawn

LOAD = "{% load i18n l10n static portal %}"
PARTS = {
    "base.html": "<{% block title %}base{% endblock %}>{% if x %}{% block body %}{{ x }}{% endblock %}{% endif %}",  # noqa: E501
    "row.html": "[{{ item }}|{{ label }}|{{ forloop.counter }}]",
    "tree.html": "({{ node.name }}{% for node in node.children %}{% include 'tree.html' %}{% endfor %})",
    "cycle.html": "{% cycle 'a' 'b' %}",
    "loud.html": "{{ text }}",
}


class Town:
    """An object with an attribute, a property, a method, and what templates must not call."""

    name = "Ivrea & Samone"

    @property
    def broken(self):
        raise AttributeError("nothing")

    def inhabitants(self):
        return 23_592

    def needs(self, more):
        return more

    def drop(self):
        raise AssertionError("called")

    drop.alters_data = True


TREE = {"name": "a", "children": [{"name": "b", "children": [{"name": "c", "children": []}]}]}
GIVEN = {
    "x": "a<b>&'\"",
    "safe": mark_safe("<b>x</b>"),
    "empty": "",
    "none": None,
    "n": 12_345,
    "share": 0.5,
    "cost": Decimal("1234.50"),
    "true": True,
    "words": gettext_lazy("Progetti"),
    "card": {"title": "Sì <io>", "promoter": None, "title_en": "Yes", "keys": "own", "items": [1, 2]},
    "town": Town(),
    "rows": [("a", 1), ("b", 2)],
    "list": [3, 1, 2],
    "never": [],
    "numbers": (n for n in (1, 2)),
    "node": TREE,
    "call": lambda: "called",
}
SOURCES = [
    "{{ x }}{{ safe }}{{ empty }}{{ none }}{{ n }}{{ share }}{{ cost }}{{ true }}{{ words }}{{ missing }}",
    "{{ card.title }}{{ card.promoter.name }}{{ card.missing.more }}{{ card.keys }}{{ card.items.0 }}{{ list.1 }}",  # noqa: E501
    "{{ town.name }}{{ town.inhabitants }}{{ town.drop }}{{ town.needs }}{{ town.nothing }}{{ call }}",
    "{{ x|upper }}{{ safe|upper }}{{ x|default:'no' }}{{ missing|default:_('Progetti') }}{{ none|default_if_none:n }}",  # noqa: E501
    "{{ x|truncatewords:1 }}{{ list|join:'<' }}{{ list|slice:':2' }}{{ list|length }}",
    "{{ cost|euro }}{{ n|stringformat:'d' }}{{ safe|linebreaksbr }}{{ x|linebreaks }}{{ x|urlize }}",
    "{% if x and not none %}1{% elif n %}2{% else %}3{% endif %}{% if missing %}4{% endif %}",
    "{% if n > 3 and share < 1 %}1{% endif %}{% if none > 3 %}2{% endif %}{% if not none > 3 %}3{% endif %}",
    "{% if 3 in list %}1{% endif %}{% if 3 in none %}2{% endif %}{% if x in card %}3{% endif %}{% if n == 12345 %}4{% endif %}",  # noqa: E501
    "{% if list|length > 2 %}1{% endif %}{% if none is None %}2{% endif %}{% if n is not none %}3{% endif %}",
    "{% for row in list %}{{ forloop.counter }}{{ forloop.first }}{{ forloop.revcounter0 }}{{ row }}{% endfor %}",  # noqa: E501
    "{% for a, b in rows %}{{ a }}{{ b }}{% for c in list reversed %}{{ c }}{{ forloop.parentloop.last }}{% endfor %}{% endfor %}{{ a }}",  # noqa: E501
    "{% for row in never %}x{% empty %}nobody{% endfor %}{% for row in missing %}x{% endfor %}{% for row in none %}x{% endfor %}",  # noqa: E501
    "{% for key in card %}{{ key }}{% endfor %}{% for n in x %}{{ n }}{% endfor %}{{ n }}",
    "{% with a=x b=card.title %}{{ a }}{{ b }}{% with a=n %}{{ a }}{% endwith %}{{ a }}{% endwith %}{{ a }}",
    "{% include 'row.html' with item=x label=_('Progetti') %}{% include 'row.html' with item=n only %}",
    "{% for item in list %}{% include 'row.html' %}{% include 'cycle.html' %}{% endfor %}{% include 'tree.html' %}",  # noqa: E501
    "{% extends 'base.html' %}{% block title %}{{ block.super }}+{{ n }}{% endblock %}{% block body %}{% for a in list %}{{ a }}{% endfor %}{% endblock %}",  # noqa: E501
    "{% translate 'Progetti' %}{% translate 'Progetti' as p %}{{ p }}{% translate x %}{% translate '100%% <b>' %}",  # noqa: E501
    "{% blocktranslate with a=x %}Cerca {{ a }} al 5%{% endblocktranslate %}{% blocktranslate %}Progetti{% endblocktranslate %}",  # noqa: E501
    "{% blocktranslate count n=list|length %}{{ n }} progetto{% plural %}{{ n }} progetti{% endblocktranslate %}{{ n }}",  # noqa: E501
    "{% blocktranslate count n=1 %}{{ n }} progetto{% plural %}{{ n }} progetti{% endblocktranslate %}",
    "{% blocktranslate with n=n asvar told %}edizione {{ n }}{% endblocktranslate %}{{ told }}{{ told|length }}",  # noqa: E501
    "{% get_current_language as here %}{{ here }}{% localize off %}{{ n }}{{ share }}{% translate 'Progetti' %}{% endlocalize %}{{ n }}",  # noqa: E501
    "{% autoescape off %}{{ x }}{% include 'loud.html' with text=x %}{% endautoescape %}{% include 'loud.html' with text=x %}",  # noqa: E501
    "{% icon 'it-search' %}{% icon name 'sm' %}{% in_italian %}{% in_italian card 'title' %}{{ card|localised:'title' }}",  # noqa: E501
    "{% url 'projects:card-list' %}{% url 'projects:card-list' as u %}{{ u }}{% url 'no:where' as v %}[{{ v }}]",  # noqa: E501
    "{% url 'projects:card-detail' 'progetti' %}{% url 'projects:card-detail' slug %}{% url 'projects:card-version' slug 3 %}",  # noqa: E501
    "{% static 'img/favicon.svg' %}{% sprite %}{# never #}{% comment %}{{ x }}{% endcomment %}{% load portal %}",  # noqa: E501
    "{% regroup rows by 0 as groups %}{% for g in groups %}{{ g.grouper }}{% endfor %}{% firstof none x %}",
    "{% language 'en' %}{% translate 'Progetti' %}{{ words }}{% endlanguage %}{% translate 'Progetti' %}",
    "{% all_areas as areas %}{% for area in areas %}{{ area.name }}{% endfor %}{% if user.is_authenticated %}x{% endif %}",  # noqa: E501
]


def engine(loader: str, sources: dict[str, str]) -> Engine:
    """Our tags over templates in memory, read by Django's loader or by ours."""
    libraries = engines["django"].engine.libraries
    memory = ("django.template.loaders.locmem.Loader", {**PARTS, **sources})
    return Engine(loaders=[(loader, [memory])], libraries=libraries)


def given() -> Context:
    return Context(GIVEN | {"numbers": iter((1, 2)), "name": "it-file", "slug": "orti-1"})


def told(reader: Engine, name: str = "page.html") -> str:
    return reader.get_template(name).render(given())


@pytest.mark.parametrize("language", ["it", "en", None])
@pytest.mark.parametrize("source", SOURCES)
def test_template_says_what_django_says(source, language):
    if not source.startswith("{% extends"):
        source = LOAD + source
    ours, theirs = (
        engine(loader, {"page.html": source})
        for loader in ("observatory.drawing.loader.Loader", "django.template.loaders.cached.Loader")
    )
    with translation.override(language):
        expected = told(theirs)
        assert told(ours) == expected
        assert told(ours) == expected  # and again, with what the first time left behind


def test_template_is_one_function_for_each_language():
    ours = engine("observatory.drawing.loader.Loader", {"page.html": LOAD + "{% translate 'Progetti' %}"})
    with translation.override("en"):
        english = ours.get_template("page.html")
    with translation.override("it"):
        italian = ours.get_template("page.html")
        # One read in another language is drawn by Django, which asks for the language of the moment.
        assert (italian.render(Context()), english.render(Context())) == ("Progetti", "Progetti")
    with translation.override("en"):
        assert english.render(Context()) == "Projects"
    assert [type(node) for node in english.nodelist] == [Drawn]
    assert ours.get_template("page.html") is italian


@pytest.mark.parametrize(
    "source",
    [
        "{% for a, b in list %}{% endfor %}",
        "{% url 'no:where' %}",
        "{% url 'document-file' x %}",
        "{% url 'document-file' slug %}",
        "{% blocktranslate count n=x %}a{% plural %}b{% endblocktranslate %}",
        "{{ x|add:missing.more.and }}",
        "{% include 'away.html' %}",
    ],
)
def test_error_is_an_error_for_both(source):
    raised = []
    for loader in ("observatory.drawing.loader.Loader", "django.template.loaders.cached.Loader"):
        with pytest.raises(Exception) as error:
            told(engine(loader, {"page.html": LOAD + source}))
        raised.append(error.type)
    assert raised[0] is raised[1]


def test_frames_of_names_are_closed_after_an_error():
    context = given()
    before = len(context.dicts)
    source = "{% with a=1 %}{% for row in list %}{% url 'no:where' %}{% endfor %}{% endwith %}"
    template = engine("observatory.drawing.loader.Loader", {"page.html": source}).get_template("page.html")
    with pytest.raises(Exception, match="no"):
        template.render(context)
    assert len(context.dicts) == before


def test_missing_template_is_missing():
    with pytest.raises(TemplateDoesNotExist):
        engine("observatory.drawing.loader.Loader", {}).get_template("away.html")


def test_template_with_a_mistake_names_it():
    with pytest.raises(TemplateSyntaxError, match="endif"):
        engine("observatory.drawing.loader.Loader", {"page.html": "{% if x %}"}).get_template("page.html")


def test_marks_for_what_is_missing_are_left_to_django():
    reader = engine("observatory.drawing.loader.Loader", {"page.html": "{{ missing }}"})
    reader.string_if_invalid = "?"
    assert told(reader) == "?"


def test_whoever_draws_what_is_drawn_draws_it_once():
    nodes = redrawn(engine("observatory.drawing.loader.Loader", {}).from_string("{{ x }}").nodelist)
    assert redrawn(nodes) is nodes


def test_our_pages_are_read_by_our_loader():
    reader = engines["django"].engine
    assert [type(loader) for loader in reader.template_loaders] == [Loader]
    assert settings.DEBUG is False


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "templates").rglob("*.html")), ids=lambda p: p.name
)
def test_every_template_of_ours_can_be_drawn(path):
    name = str(path.relative_to(settings.BASE_DIR / "templates"))
    template = engines["django"].engine.get_template(name)
    first = template.nodelist[0] if template.nodelist else None
    lists = [block.nodelist for block in first.blocks.values()] if isinstance(first, ExtendsNode) else []
    for nodes in lists or [template.nodelist]:
        assert [type(node) for node in nodes] in ([Drawn], [])


@pytest.mark.parametrize(
    ("path", "swapped"),
    [
        ("/progetti/", "/en/progetti/"),
        ("/progetti/orti-1/?a=b", "/en/progetti/orti-1/?a=b"),
        ("/salute/live", None),
    ],
)
def test_other_language_of_a_page(path, swapped):
    reader = engine(
        "observatory.drawing.loader.Loader",
        {"page.html": "{% load portal %}{% other_language as other %}{{ other.url }}"},
    )
    for _time in range(2):
        request = RequestFactory().get(path)
        request.resolver_match = resolve(request.path)
        assert reader.get_template("page.html").render(Context({"request": request})) == (swapped or "")
    with translation.override("en"):
        if swapped:
            request = RequestFactory().get(swapped)
            request.resolver_match = resolve(request.path)
            assert reader.get_template("page.html").render(Context({"request": request})) == path


def test_parts_of_a_request_are_names_of_their_own():
    source = "{% if request %}{{ request.path }}{% endif %}{{ forloop }}"
    reader = engine("observatory.drawing.loader.Loader", {"page.html": source})
    drawn = reader.get_template("page.html").render(Context({"request": SimpleNamespace(path="/a&b")}))
    assert drawn == "/a&amp;b"
