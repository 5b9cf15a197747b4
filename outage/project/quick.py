"""Templates are read once, and rendered in fewer steps than Django takes for the same text.

Each node that Django has read is given a function made for it alone: what Django decides anew at each rendering (is
there a filter, which template is included, what does an address look like) is decided when the template is read. What
is shown is the same to the letter; a node of a kind that is not known here is left as it is.
"""

import html
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Origin, Template, VariableDoesNotExist
from django.template.base import NodeList, TextNode, VariableNode, render_value_in_context
from django.template.defaulttags import ForNode, IfNode, URLNode, WithNode
from django.template.library import SimpleNode
from django.template.loader_tags import (
    BLOCK_CONTEXT_KEY,
    BlockContext,
    BlockNode,
    ExtendsNode,
    IncludeNode,
    construct_relative_path,
)
from django.template.loaders import cached
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from .quick_values import IDS, address_of, condition_of, put_together, value_of

Text = Callable[[Context], str]


class Loader(cached.Loader):
    """Django's, which keeps what was read; makes quick what it keeps."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        if not hasattr(template, "quick"):
            template.quick = True  # type: ignore[attr-defined]
            if not self.engine.debug and not self.engine.string_if_invalid:
                _quicken(template.nodelist, self.engine)
        return template


def _quicken(nodes: NodeList, engine: Engine) -> None:
    for node in nodes:
        for name in node.child_nodelists:
            inner = getattr(node, name, None)
            if isinstance(inner, NodeList) and not isinstance(node, IfNode):
                _quicken(inner, engine)
        if isinstance(node, IfNode):
            for _, inner in node.conditions_nodelists:
                _quicken(inner, engine)
        make = _MADE.get(type(node))
        if make is not None and (made := make(node, engine)) is not None:
            node.render_annotated = made  # type: ignore[method-assign, assignment]


def _render_of(nodes: Any) -> Text:
    return nodes.render  # type: ignore[no-any-return]


def _rendered(template: Any, context: Context) -> str:
    return template._render(context)  # type: ignore[no-any-return]


def _variable_node(node: VariableNode, engine: Engine) -> Text:
    get = value_of(node.filter_expression, "")
    grouped = settings.USE_THOUSAND_SEPARATOR

    def render(context: Context) -> str:
        try:
            value = get(context)
        except UnicodeDecodeError:
            return ""
        kind = type(value)
        if kind is SafeString:
            return value  # type: ignore[no-any-return]
        if kind is str and context.autoescape:
            return html.escape(value)
        if kind is int and not grouped:
            return str(value)
        return render_value_in_context(value, context)

    return render


def _if_node(node: IfNode, engine: Engine) -> Text:
    ways = [
        (condition_of(condition) if condition is not None else None, nodes.render)
        for condition, nodes in node.conditions_nodelists
    ]

    def render(context: Context) -> str:
        for condition, shown in ways:
            try:
                holds = condition is None or condition(context)
            except VariableDoesNotExist:
                continue
            if holds:
                return shown(context)
        return ""

    return render


def _for_node(node: ForNode, engine: Engine) -> Text:
    names = node.loopvars
    name = names[0] if len(names) == 1 else None
    get, each, empty = (
        value_of(node.sequence, None),
        _render_of(node.nodelist_loop),
        _render_of(node.nodelist_empty),
    )
    turned = node.is_reversed

    def render(context: Context) -> str:
        parent = context.get("forloop", {})
        own: dict[str, Any] = {}
        context.dicts.append(own)
        try:
            values = get(context)
            if values is None:
                return empty(context)
            if not hasattr(values, "__len__"):
                values = list(values)
            count = len(values)
            if count < 1:
                return empty(context)
            loop = own["forloop"] = {"parentloop": parent}
            shown = []
            for n, value in enumerate(reversed(values) if turned else values):
                loop["counter0"], loop["counter"] = n, n + 1
                loop["revcounter"], loop["revcounter0"] = count - n, count - n - 1
                loop["first"], loop["last"] = n == 0, n == count - 1
                if name is not None:
                    own[name] = value
                    shown.append(each(context))
                else:
                    context.dicts.append(_apart(names, value))
                    shown.append(each(context))
                    context.dicts.pop()
        finally:
            context.dicts.pop()
        return "".join(shown)

    return render


def _apart(names: Sequence[str], value: Any) -> dict[str, Any]:
    count = len(value) if hasattr(value, "__len__") else 1
    if count != len(names):
        raise ValueError(f"Need {len(names)} values to unpack in for loop; got {count}.")
    return dict(zip(names, value, strict=True))


def _with_node(node: WithNode, engine: Engine) -> Text:
    values = {name: value_of(found, "") for name, found in node.extra_context.items()}
    inner = node.nodelist.render

    def render(context: Context) -> str:
        context.dicts.append({name: get(context) for name, get in values.items()})
        try:
            return inner(context)
        finally:
            context.dicts.pop()

    return render


def _block_node(node: BlockNode, engine: Engine) -> Text:
    def render(context: Context) -> str:
        blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
        own: dict[str, Any] = {}
        context.dicts.append(own)
        try:
            if blocks is None:
                own["block"] = node
                return node.nodelist.render(context)
            pushed = block = blocks.pop(node.name)
            block = BlockNode((block or node).name, (block or node).nodelist)
            block.context = context
            own["block"] = block
            shown = block.nodelist.render(context)
            if pushed is not None:
                blocks.push(node.name, pushed)
            return shown
        finally:
            context.dicts.pop()

    return render


def _extends_node(node: Any, engine: Engine) -> Text | None:
    """Left as it is where a template of the same name is extended, and where it is chosen when it is shown."""
    name = node.parent_name.var
    if node.parent_name.is_var or node.parent_name.filters or name == node.origin.template_name:
        return None
    found: list[tuple[Template, dict[str, BlockNode]]] = []

    def parent_of(context: Context) -> tuple[Template, dict[str, BlockNode]]:
        if not found:
            parent = node.find_template(name, context)
            first = next((each for each in parent.nodelist if not isinstance(each, TextNode)), None)
            is_root = first is not None and not isinstance(first, ExtendsNode)
            blocks: Any = parent.nodelist.get_nodes_by_type(BlockNode) if is_root else []
            found.append((parent, {block.name: block for block in blocks}))
        return found[0]

    def render(context: Context) -> str:
        parent, blocks_of_parent = parent_of(context)
        state = context.render_context
        blocks = state.get(BLOCK_CONTEXT_KEY)
        if blocks is None:
            blocks = state[BLOCK_CONTEXT_KEY] = BlockContext()
        blocks.add_blocks(node.blocks)
        if blocks_of_parent:
            blocks.add_blocks(blocks_of_parent)
        with state.push_state(parent, isolated_context=False):
            return _rendered(parent, context)

    return render


def _include_node(node: IncludeNode, engine: Engine) -> Text | None:
    if node.template.is_var or node.template.filters or not isinstance(node.template.var, str):
        return None
    name = construct_relative_path(str(node.origin.template_name), node.template.var)
    values = {key: value_of(found, "") for key, found in node.extra_context.items()}
    isolated = node.isolated_context
    found: list[Template] = []

    def render(context: Context) -> str:
        if not found:
            found.append(engine.get_template(name))
        own = {key: get(context) for key, get in values.items()}
        if isolated:
            return found[0].render(context.new(own))
        context.dicts.append(own)
        try:
            return _within(found[0], context)
        finally:
            context.dicts.pop()

    return render


def _within(template: Template, context: Context) -> str:
    """As `Template.render` in a context that is in use."""
    state = context.render_context
    before = state.template
    state.template = template
    state.dicts.append({})
    try:
        return _rendered(template, context)
    finally:
        state.dicts.pop()
        state.template = before


def _simple_node(node: SimpleNode, engine: Engine) -> Text:
    function, whole, target = node.func, node.takes_context, node.target_var
    given = [value_of(found, "") for found in node.args]
    named = {name: value_of(found, "") for name, found in node.kwargs.items()}

    def render(context: Context) -> str:
        values = [get(context) for get in given]
        if whole:
            values.insert(0, context)
        shown = function(*values, **{name: get(context) for name, get in named.items()})
        if target is not None:
            context[target] = shown
            return ""
        return shown if type(shown) is SafeString or not context.autoescape else conditional_escape(shown)

    return render


def _static_node(node: StaticNode, engine: Engine) -> Text | None:
    if node.varname or node.path.is_var or node.path.filters:
        return None
    found: list[str] = []

    def render(context: Context) -> str:
        if not found:
            found.append(node.url(context))
        return conditional_escape(found[0]) if context.autoescape else found[0]

    return render


def _url_node(node: URLNode, engine: Engine) -> Text | None:
    """An address with ids in it is put together from its parts; any other is left to Django."""
    if node.view_name.is_var or node.view_name.filters or node.kwargs or ":" in node.view_name.var:
        return None
    name, asked_for = node.view_name.var, node.asvar
    given = [value_of(found, "") for found in node.args]

    def render(context: Context) -> str:
        values = [get(context) for get in given]
        kinds = tuple(map(type, values))
        if not IDS.issuperset(kinds):
            return node.render(context)
        try:
            plain, escaped = address_of(name, kinds, *_where(context))
        except NoReverseMatch:
            return node.render(context)
        if asked_for:
            context[asked_for] = put_together(plain, values)
            return ""
        return put_together(escaped if context.autoescape else plain, values)

    return render


def _where(context: Context) -> tuple[str | None, str]:
    """Where the addresses begin; asked once for each page."""
    kept: Any = context.render_context.dicts[0]
    if _WHERE not in kept:
        kept[_WHERE] = get_urlconf(), get_script_prefix()
    return kept[_WHERE]  # type: ignore[no-any-return]


_WHERE = "where addresses begin"


_MADE: dict[type, Callable[[Any, Engine], Text | None]] = {
    VariableNode: _variable_node,
    IfNode: _if_node,
    ForNode: _for_node,
    WithNode: _with_node,
    BlockNode: _block_node,
    ExtendsNode: _extends_node,
    IncludeNode: _include_node,
    SimpleNode: _simple_node,
    URLNode: _url_node,
    StaticNode: _static_node,
}
