"""What the functions that `writing` makes ask while they draw: Django's rules, the frequent case first."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from html import escape as escaped

from django.template import TemplateSyntaxError
from django.template.base import Variable, VariableDoesNotExist, render_value_in_context
from django.urls import NoReverseMatch, reverse
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.translation import ngettext

MISSING = object()
OF_A_DICT = frozenset(dir(dict))
SLUG = re.compile(r"[-a-zA-Z0-9_]+")
# A word that no address holds, to see where one leaves room for a slug.
PLACE = "q0-osservatorio-0q"
NUMBERS, COUNTS = 16_000, 1_000


def find(dicts: list[dict], name: str):
    """The innermost value of a name, MISSING where nobody gave it one."""
    for frame in reversed(dicts):
        if name in frame:
            return frame[name]
    return MISSING


def one(context, variable: Variable, name: str, missing):
    """The value of a variable without a dot; `missing` where Django would not find it."""
    for frame in reversed(context.dicts):
        if name in frame:
            value = frame[name]
            return _slowly(context, variable, missing) if callable(value) else value
    return missing


def far(context, variable: Variable, name: str, bits: tuple[str, ...], missing):
    """The same of a variable with dots: keys of dicts, attributes of all else."""
    value = find(context.dicts, name)
    if value is MISSING:
        return missing
    for bit in bits:
        if callable(value):
            return _slowly(context, variable, missing)
        kind = type(value)
        if kind is dict:
            value = value.get(bit, MISSING)
            if value is MISSING:
                is_simple = bit not in OF_A_DICT and not bit.isdigit()
                return missing if is_simple else _slowly(context, variable, missing)
        elif value is None:
            return missing
        elif hasattr(kind, "__getitem__"):
            return _slowly(context, variable, missing)
        else:
            value = getattr(value, bit, MISSING)
            if value is MISSING:
                return _slowly(context, variable, missing)
    return _slowly(context, variable, missing) if callable(value) else value


def _slowly(context, variable: Variable, missing):
    try:
        return variable.resolve(context)
    except VariableDoesNotExist:
        return missing


def shown(language: str | None, value, context) -> str:
    """A value as a template writes it where text is escaped."""
    kind = type(value)
    if kind is SafeString:
        return value
    if kind is str:
        return escaped(value)
    if isinstance(value, Promise):
        said = str(value)
        return said if type(said) is SafeString else escaped(said)
    if kind is int and context.use_l10n is not False:
        return number(language, value)
    return render_value_in_context(value, context)


@lru_cache(maxsize=NUMBERS)
def number(_language: str | None, value: int) -> str:
    """A whole number as a template writes it."""
    return localize(value)


def tagged(value) -> str:
    """What a simple tag gave, as a template writes it where text is escaped."""
    return value if type(value) is SafeString else conditional_escape(value)


def safely(draw: Callable, value, *args, **more):
    """What a filter makes of a value; what was safe stays so."""
    made = draw(value, *args, **more)
    return mark_safe(made) if isinstance(value, SafeData) else made


def true(condition, context) -> bool:
    """A condition that is left to Django."""
    try:
        return bool(condition.eval(context))
    except VariableDoesNotExist:
        return False


def unpacked(names: tuple[str, ...], item) -> dict:
    """The variables of a loop of several. Raises ValueError where an item has not as many parts."""
    parts = len(item) if hasattr(item, "__len__") else 1
    if parts != len(names):
        raise ValueError(f"Need {len(names)} values to unpack in for loop; got {parts}. ")
    return dict(zip(names, item, strict=True))


def named(context, name: str):
    """A variable within words to translate, which Django does not call; empty where it is missing."""
    value = find(context.dicts, name)
    return "" if value is MISSING else value


def spoken(words: str, told: dict[str, str], node, context) -> str:
    """Translated words with their variables; where the two do not fit, Django says what to do."""
    try:
        return words % told
    except (KeyError, ValueError):
        return node.render(context)


def addresses(view: str) -> Callable:
    """`address(value)` of a route with one part to fill in, as an attribute holds it.

    Raises NoReverseMatch like Django where the route has no such address.
    """
    known: dict[str, tuple[str, ...]] = {}

    def address(value) -> str:
        if type(value) not in (str, SafeString) or not SLUG.fullmatch(value):
            return conditional_escape(reverse(view, args=[value]))
        if view not in known:
            known[view] = _ends(view)
        if not known[view]:
            return escaped(reverse(view, args=[value]))
        start, end = known[view]
        return f"{start}{value}{end}"

    return address


def _ends(view: str) -> tuple[str, ...]:
    """What stands before and behind a slug in the addresses of a route; nothing where it takes no slug."""
    try:
        parts = reverse(view, args=[PLACE]).split(PLACE)
    except NoReverseMatch:
        return ()
    return tuple(map(escaped, parts)) if len(parts) == 2 else ()


def plurals(singular: str, plural: str) -> Callable:
    """`form(count)`: the words for a count, in the language of its first calls."""
    known: dict[int, str] = {}

    def form(count) -> str:
        if type(count) is not int or not 0 <= count < COUNTS:
            if not isinstance(count, Decimal | float | int):
                raise TemplateSyntaxError(f"{count!r} is no number to count with.")
            return ngettext(singular, plural, count)
        if count not in known:
            known[count] = ngettext(singular, plural, count)
        return known[count]

    return form
