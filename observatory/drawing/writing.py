"""The source of one Python function for the nodes of a template, in one language.

Constants reach the function as names: no text of a template is ever run as code.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import count

from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, Variable
from django.template.defaulttags import RegroupNode, TemplateLiteral, URLNode
from django.template.loader_tags import IncludeNode
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import template_localtime
from django.utils.translation import get_language

from observatory.drawing import values

HELPERS = ("MISSING", "find", "one", "far", "tagged", "safely", "true", "named", "spoken", "unpacked")
INFIX = {"or", "and", "in", "not in", "is", "is not", "==", "!=", ">", ">=", "<", "<="}
# Left to Django without harm where an included template is drawn in the frame of the one that includes it.
STATELESS = (RegroupNode, IncludeNode, URLNode)


class Drawn(Node):
    """A list of nodes drawn by one function; by Django where that was made for other circumstances."""

    child_nodelists = ()

    def __init__(self, nodes: NodeList, draw: Callable, *, is_plain: bool):
        self.nodes, self.draw, self.is_plain = nodes, draw, is_plain
        self.language = get_language()
        self._found: dict[type, list[Node]] = {}

    def render(self, context) -> SafeString:
        if context.autoescape is True and get_language() == self.language:
            return SafeString(self.draw(context))
        return self.nodes.render(context)

    render_annotated = render

    def get_nodes_by_type(self, nodetype: type) -> list[Node]:
        """As if the nodes still stood here: a page looks in its base for the blocks to fill."""
        if nodetype not in self._found:
            self._found[nodetype] = self.nodes.get_nodes_by_type(nodetype)
        return self._found[nodetype]


class Writer:
    """Writes one function. `lines` are its source, `known` the constants it names.

    `writers` says how each type of node is written: they get writer, node and depth, and give False for a
    node to be left to Django.
    """

    def __init__(self, writers: Mapping[type[Node], Callable]):
        self.writers = writers
        self.lines: list[str] = []
        self.known: dict = {name: getattr(values, name) for name in HELPERS}
        self.language = get_language()
        self.known |= {"local": template_localtime, "SafeString": SafeString}
        self.known["shown"] = partial(values.shown, self.language)
        self.operators: list[str] = []
        self.text: list[str] = []
        self.numbers = count()
        self.is_plain = True

    def function(self, nodes: NodeList) -> Callable:
        """`draw(context)`, the text of these nodes."""
        self.nodes(nodes, 1)
        self.flush(1)
        source = [
            *self.operators,
            "def draw(context):",
            " out = []",
            " add, dicts = out.append, context.dicts",
            *self.lines,
            ' return "".join(out)',
        ]
        exec("\n".join(source), self.known)
        return self.known["draw"]

    def name(self, constant) -> str:
        """The name under which the function finds a constant."""
        name = f"k{next(self.numbers)}"
        self.known[name] = constant
        return name

    def line(self, depth: int, text: str) -> None:
        self.flush(depth)
        self.lines.append(" " * depth + text)

    def flush(self, depth: int) -> None:
        """Write what was said since, in one piece."""
        if text := "".join(self.text):
            self.text.clear()
            self.lines.append(f"{' ' * depth}add({self.name(text)})")
        self.text.clear()

    def nodes(self, nodes: Iterable[Node], depth: int) -> None:
        for node in nodes:
            write = self.writers.get(type(node))
            if write is None or write(self, node, depth) is False:
                self.left(node, depth)

    def body(self, nodes: Iterable[Node], depth: int) -> None:
        """Nodes as the body of a condition or a loop."""
        start = len(self.lines)
        self.nodes(nodes, depth)
        self.flush(depth)
        if len(self.lines) == start:
            self.lines.append(" " * depth + "pass")

    def left(self, node: Node, depth: int, *, is_plain: bool = False) -> None:
        """A node for Django to draw; `is_plain` when it does so without a frame of its own."""
        self.is_plain = self.is_plain and (is_plain or isinstance(node, STATELESS))
        self.line(depth, f"add({self.name(node)}.render_annotated(context))")

    def folded(self, node: Node) -> None:
        """What a node says in any page of this language."""
        self.text.append(node.render(Context()))

    # Values

    def value(self, told: FilterExpression, *, is_condition: bool = False) -> str:
        """Python for the value of an expression; what is missing is None in conditions, empty elsewhere."""
        made = self.variable(told.var, "None" if is_condition else '""')
        for apply, args in told.filters:
            apply = self.here(apply)
            if getattr(apply, "expects_localtime", False):
                made = f"local({made}, context.use_tz)"
            given = [made, *(self.argument(is_looked_up, arg) for is_looked_up, arg in args)]
            if getattr(apply, "needs_autoescape", False):
                given.append("autoescape=True")
            call = ", ".join(given)
            is_safe = getattr(apply, "is_safe", False)
            made = f"safely({self.name(apply)}, {call})" if is_safe else f"{self.name(apply)}({call})"
        return made

    def here(self, ask: Callable) -> Callable:
        """A filter or tag that asks for the language, told which one it is."""
        return ask.within(self.language) if hasattr(ask, "within") else ask

    def argument(self, is_looked_up: bool, arg) -> str:
        if not is_looked_up:
            return self.name(_now(mark_safe(arg)))
        # A filter's argument that is missing is an error, as it is for Django.
        return f"{self.name(arg)}.resolve(context)" if arg.lookups else self.name(arg.resolve({}))

    def variable(self, var, missing: str) -> str:
        if not isinstance(var, Variable):
            return self.name(_now(var))
        if var.lookups is None:
            return self.name(_now(var.resolve({})))
        first, *bits = var.lookups
        if bits:
            return f"far(context, {self.name(var)}, {first!r}, {self.name(tuple(bits))}, {missing})"
        return f"one(context, {self.name(var)}, {first!r}, {missing})"

    def condition(self, told) -> str:
        """Python for a condition of `{% if %}`; each operator is a function, as an error in it means no."""
        if isinstance(told, TemplateLiteral):
            return self.value(told.value, is_condition=True)
        if told.id not in INFIX and told.id != "not":
            return f"true({self.name(told)}, context)"
        first = self.condition(told.first)
        made = f"not {first}" if told.id == "not" else f"{first} {told.id} {self.condition(told.second)}"
        name = f"o{next(self.numbers)}"
        self.operators += [
            f"def {name}(context):",
            " try:",
            f"  return {made}",
            " except Exception:",
            "  return False",
        ]
        return f"{name}(context)"

    def pairs(self, told: dict[str, FilterExpression]) -> str:
        """Python for a dict of these values."""
        return "{" + ", ".join(f"{name!r}: {self.value(value)}" for name, value in told.items()) + "}"

    def framed(self, frame: str, depth: int) -> None:
        """Within it names have other values; what follows is one level deeper, unframe() ends it."""
        self.line(depth, f"dicts.append({frame})")
        self.line(depth, "try:")

    def unframe(self, depth: int) -> None:
        self.line(depth, "finally:")
        self.line(depth, " dicts.pop()")


def _now(constant):
    """A constant with its words in the language of the moment."""
    return constant.__str__() if isinstance(constant, Promise) else constant
