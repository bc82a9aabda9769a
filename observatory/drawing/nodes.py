"""How each node of a template becomes Python: words to translate, icons, addresses without a variable part
are worked out here and now; variables, conditions and loops become Python's own.
"""

from collections.abc import Callable

from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, TextNode, Variable, VariableNode
from django.template.defaulttags import CommentNode, ForNode, IfNode, LoadNode, URLNode, WithNode
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode, GetCurrentLanguageNode, TranslateNode
from django.templatetags.l10n import LocalizeNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape
from django.utils.translation import get_language, gettext

from observatory.drawing import values
from observatory.drawing.writing import Drawn, Writer


def redrawn(nodes: NodeList) -> NodeList:
    """The same nodes as one Drawn, for the language of the moment; what extends another keeps its shape."""
    if any(isinstance(node, ExtendsNode) for node in nodes):
        for block in nodes.get_nodes_by_type(BlockNode):
            block.nodelist = redrawn(block.nodelist)
        return nodes
    if not nodes or isinstance(nodes[0], Drawn):
        return nodes
    writer = Writer(WRITERS)
    return NodeList([Drawn(nodes, writer.function(nodes), is_plain=writer.is_plain)])


def _is_plain(node: Node) -> bool:
    return isinstance(node, Drawn) and node.is_plain


def _text(writer: Writer, node: TextNode, _depth: int) -> None:
    writer.text.append(node.s)


def _nothing(_writer: Writer, _node: Node, _depth: int) -> None:
    """What says nothing."""


def _variable(writer: Writer, node: VariableNode, depth: int) -> None:
    writer.line(depth, f"add(shown({writer.value(node.filter_expression)}, context))")


def _if(writer: Writer, node: IfNode, depth: int) -> None:
    words = "if"
    for condition, nodes in node.conditions_nodelists:
        if condition is None and words == "if":
            words = "if True"
        elif condition is None:
            words = "else"
        else:
            words = f"{words} {writer.condition(condition)}"
        writer.line(depth, f"{words}:")
        writer.body(nodes, depth + 1)
        words = "elif"


def _for(writer: Writer, node: ForNode, depth: int) -> None:
    n = next(writer.numbers)
    frame, items, size, loop, place, item = (f"{word}{n}" for word in ("f", "v", "n", "l", "i", "x"))
    writer.line(depth, f"{loop} = {{'parentloop': find(dicts, 'forloop')}}")
    writer.line(depth, f"if {loop}['parentloop'] is MISSING: {loop}['parentloop'] = {{}}")
    writer.line(depth, f"{frame} = {{}}")
    writer.framed(frame, depth)
    inner = depth + 1
    writer.line(inner, f"{items} = {writer.value(node.sequence, is_condition=True)}")
    writer.line(inner, f"if {items} is None: {items} = ()")
    writer.line(inner, f"if not hasattr({items}, '__len__'): {items} = list({items})")
    writer.line(inner, f"{size} = len({items})")
    writer.line(inner, f"if {size} < 1:")
    writer.body(node.nodelist_empty, inner + 1)
    writer.line(inner, "else:")
    writer.line(inner, f" {frame}['forloop'] = {loop}")
    ordered = f"reversed({items})" if node.is_reversed else items
    writer.line(inner, f" for {place}, {item} in enumerate({ordered}):")
    inner += 2
    writer.line(inner, f"{loop}['counter0'], {loop}['counter'] = {place}, {place} + 1")
    writer.line(
        inner, f"{loop}['revcounter'], {loop}['revcounter0'] = {size} - {place}, {size} - {place} - 1"
    )
    writer.line(inner, f"{loop}['first'], {loop}['last'] = {place} == 0, {place} == {size} - 1")
    if len(node.loopvars) == 1:
        writer.line(inner, f"{frame}[{node.loopvars[0]!r}] = {item}")
        writer.body(node.nodelist_loop, inner)
    else:
        writer.framed(f"unpacked({tuple(node.loopvars)!r}, {item})", inner)
        writer.body(node.nodelist_loop, inner + 1)
        writer.unframe(inner)
    writer.unframe(depth)


def _with(writer: Writer, node: WithNode, depth: int) -> None:
    writer.framed(writer.pairs(node.extra_context), depth)
    writer.body(node.nodelist, depth + 1)
    writer.unframe(depth)


def _include(writer: Writer, node: IncludeNode, depth: int) -> bool | None:
    name = node.template.var
    if not isinstance(name, str) or node.template.filters or node.isolated_context or name.startswith("."):
        return False
    writer.framed(writer.pairs(node.extra_context), depth)
    writer.line(depth + 1, f"add({writer.name(Included(str(name)))}(context))")
    writer.unframe(depth)
    return None


class Included:
    """A template that another draws within itself, looked for when it is first drawn."""

    def __init__(self, name: str):
        self.name, self.template, self.draw = name, None, None

    def __call__(self, context) -> str:
        if self.template is None:
            self._read(context.template.engine)
        return self.draw(context)

    def _read(self, engine) -> None:
        template = engine.get_template(self.name)
        node = template.nodelist[0] if len(template.nodelist) == 1 else None
        self.draw = node.draw if _is_plain(node) else template.render
        self.template = template


def _translate(writer: Writer, node: TranslateNode, depth: int) -> bool | None:
    told = node.filter_expression
    if told.filters or told.var.lookups or node.message_context:
        return False
    if node.asvar:
        spoken = TranslateNode(told, node.noop).render(Context())
        writer.line(depth, f"dicts[-1][{node.asvar!r}] = {writer.name(spoken)}")
    else:
        writer.folded(node)
    return None


def _language(writer: Writer, node: GetCurrentLanguageNode, depth: int) -> None:
    writer.line(depth, f"dicts[-1][{node.variable!r}] = {writer.name(get_language())}")


def _static(writer: Writer, node: StaticNode, _depth: int) -> bool | None:
    if node.varname or node.path.is_var or node.path.filters:
        return False
    writer.folded(node)
    return None


def _url(writer: Writer, node: URLNode, depth: int) -> bool | None:
    if node.view_name.is_var or node.kwargs or node.view_name.filters or len(node.args) > 1:
        return False
    view = str(node.view_name.var)
    if node.args and node.asvar:
        return False
    if node.args:
        writer.line(depth, f"add({writer.name(values.addresses(view))}({writer.value(node.args[0])}))")
        return None
    try:
        address = reverse(view)
    except NoReverseMatch:
        return False
    if node.asvar:
        writer.line(depth, f"dicts[-1][{node.asvar!r}] = {writer.name(address)}")
    else:
        writer.text.append(conditional_escape(address))
    return None


def _tag(writer: Writer, node: SimpleNode, depth: int) -> None:
    told = [*node.args, *node.kwargs.values()]
    is_told = not (node.takes_context or node.target_var) and not any(_varies(value) for value in told)
    if is_told and getattr(node.func, "is_constant", False):
        return writer.folded(node)
    given = ["context"] if node.takes_context else []
    given += [writer.value(value) for value in node.args]
    given += [f"{name}={writer.value(value)}" for name, value in node.kwargs.items()]
    made = f"{writer.name(writer.here(node.func))}({', '.join(given)})"
    if node.target_var is None:
        writer.line(depth, f"add(tagged({made}))")
    else:
        writer.line(depth, f"dicts[-1][{node.target_var!r}] = {made}")
    return None


def _varies(told: FilterExpression) -> bool:
    return bool(told.filters or (isinstance(told.var, Variable) and told.var.lookups))


def _block_translate(writer: Writer, node: BlockTranslateNode, depth: int) -> bool | None:
    if node.message_context:
        return False
    words, names = node.render_token_list(node.singular)
    has_count = bool(node.plural and node.countervar and node.counter)
    if not (names or has_count or node.asvar):
        writer.text.append(gettext(words) % {})
        return None
    n = next(writer.numbers)
    writer.framed(writer.pairs(node.extra_context), depth)
    if has_count:
        plural, more = node.render_token_list(node.plural)
        names += more
        writer.line(depth + 1, f"c{n} = dicts[-1][{node.countervar!r}] = {writer.value(node.counter)}")
        writer.line(depth + 1, f"w{n} = {writer.name(values.plurals(words, plural))}(c{n})")
    else:
        writer.line(depth + 1, f"w{n} = {writer.name(gettext(words))}")
    told = ", ".join(f"{name!r}: shown(named(context, {name!r}), context)" for name in dict.fromkeys(names))
    writer.line(depth + 1, f"d{n} = {{{told}}}")
    writer.unframe(depth)
    made = f"spoken(w{n}, d{n}, {writer.name(node)}, context)"
    put = f"dicts[-1][{node.asvar!r}] = SafeString({made})" if node.asvar else f"add({made})"
    writer.line(depth, put)
    return None


def _block(writer: Writer, node: BlockNode, depth: int) -> None:
    node.nodelist = redrawn(node.nodelist)
    writer.left(node, depth)


def _localize(writer: Writer, node: LocalizeNode, depth: int) -> None:
    node.nodelist = redrawn(node.nodelist)
    writer.left(node, depth, is_plain=all(_is_plain(part) for part in node.nodelist))


WRITERS: dict[type[Node], Callable] = {
    TextNode: _text,
    CommentNode: _nothing,
    LoadNode: _nothing,
    VariableNode: _variable,
    IfNode: _if,
    ForNode: _for,
    WithNode: _with,
    IncludeNode: _include,
    TranslateNode: _translate,
    BlockTranslateNode: _block_translate,
    GetCurrentLanguageNode: _language,
    StaticNode: _static,
    URLNode: _url,
    SimpleNode: _tag,
    BlockNode: _block,
    LocalizeNode: _localize,
}
