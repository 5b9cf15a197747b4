"""Templates are read once, and rendered in fewer steps than Django takes for the same text.

Each node that Django has read is given a function made for it alone: what Django decides anew at each rendering (is
there a filter, which template is included, what does an address look like) is decided when the template is read. What
is shown is the same to the letter; a node of a kind that is not known here is left as it is.
"""

import html
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from inspect import signature
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template import Context, Engine, Origin, Template, VariableDoesNotExist
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import ForNode, IfNode, TemplateLiteral, URLNode, WithNode
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
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

Value = Callable[[Context], Any]
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
    parts = [node.s if type(node) is TextNode else node.render_annotated for node in nodes]
    nodes.render = _joined(parts)  # type: ignore[method-assign, assignment]


def _joined(parts: list[Any]) -> Callable[[Context], SafeString]:
    if not parts:
        empty = SafeString("")
        return lambda _: empty
    if len(parts) == 1 and isinstance(parts[0], str):
        only = SafeString(parts[0])
        return lambda _: only

    def render(context: Context) -> SafeString:
        return SafeString("".join([p if type(p) is str else p(context) for p in parts]))

    return render


def _render_of(nodes: Any) -> Text:
    return nodes.render  # type: ignore[no-any-return]


def _rendered(template: Any, context: Context) -> str:
    return template._render(context)  # type: ignore[no-any-return]


# --- values


def _value(found: FilterExpression | Any, if_missing: str | None) -> Value:
    """What the expression stands for; `if_missing` where there is no such variable."""
    if not found.is_var:
        get: Value = _constant(found.var)
    elif found.var.lookups is None or found.var.translate:
        return lambda context: found.resolve(context, if_missing is None)
    else:
        get = _or_missing(_variable(found.var), if_missing)
    for function, arguments in found.filters:
        get = _filtered(get, function, arguments)
    return get


def _constant(value: Any) -> Value:
    return lambda _: value


def _or_missing(get: Value, if_missing: str | None) -> Value:
    def resolve(context: Context) -> Any:
        try:
            return get(context)
        except VariableDoesNotExist:
            return if_missing

    return resolve


def _variable(variable: Variable) -> Value:
    """As `Variable.resolve`. Raises VariableDoesNotExist."""
    assert variable.lookups is not None
    name, *rest = variable.lookups

    def resolve(context: Context) -> Any:
        for known in reversed(context.dicts):
            if name in known:
                current = known[name]
                break
        else:
            if not hasattr(context, name):
                raise VariableDoesNotExist("Failed lookup for key [%s]", (name,))
            # The context's own, such as its request.
            return variable.resolve(context)
        try:
            if callable(current):
                current = _called(current)
            for bit in rest:
                current = _step(current, bit)
                if callable(current):
                    current = _called(current)
        except Exception as error:
            if getattr(error, "silent_variable_failure", False):
                return ""
            raise
        return current

    return resolve


def _step(current: Any, bit: str) -> Any:
    if type(current) is dict:
        if bit in current:
            return current[bit]
    elif _takes_names(type(current)):  # type: ignore[arg-type]
        try:
            return current[bit]
        except (TypeError, AttributeError, KeyError, ValueError, IndexError):
            pass
    try:
        return getattr(current, bit)
    except (TypeError, AttributeError):
        # One that a property raised.
        if bit in dir(current):
            raise
    try:
        return current[int(bit)]
    except (IndexError, ValueError, KeyError, TypeError):
        raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (bit, current)) from None


@lru_cache(maxsize=1000)
def _takes_names(kind: Any) -> bool:
    """Whether a value of this kind may have something under a name in brackets: sequences only count."""
    found = getattr(kind, "__getitem__", None)
    return found is not None and found not in (tuple.__getitem__, list.__getitem__, str.__getitem__)


def _called(current: Any) -> Any:
    if getattr(current, "do_not_call_in_templates", False):
        return current
    if getattr(current, "alters_data", False):
        return ""
    try:
        return current()
    except TypeError:
        try:
            found = signature(current)
        except ValueError:
            return ""
        try:
            found.bind()
        except TypeError:
            return ""
        raise


def _filtered(get: Value, function: Callable[..., Any], arguments: Iterable[tuple[bool, Any]]) -> Value:
    local = getattr(function, "expects_localtime", False)
    escapes = getattr(function, "needs_autoescape", False)
    safe = getattr(function, "is_safe", False)
    given = [
        (arg.resolve if arg.lookups is None or arg.translate else _variable(arg))
        if looked_up
        else _constant(SafeString(arg))
        for looked_up, arg in arguments
    ]

    def resolve(context: Context) -> Any:
        value = get(context)
        values = [get_given(context) for get_given in given]
        if local:
            value = template_localtime(value, context.use_tz)
        found = (
            function(value, *values, autoescape=context.autoescape) if escapes else function(value, *values)
        )
        return _safe(found) if safe and isinstance(value, SafeData) else found

    return resolve


def _safe(found: Any) -> Any:
    """As `mark_safe`, of what a filter says is as safe as what it was given."""
    return found if hasattr(found, "__html__") else SafeString(found)


# --- nodes


def _variable_node(node: VariableNode, engine: Engine) -> Text:
    get = _value(node.filter_expression, "")
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


def _condition(found: Any) -> Value:
    """As `eval` of what `{% if %}` has read: what cannot be compared is false."""
    if isinstance(found, TemplateLiteral):
        return _value(found.value, None)
    one = _condition(found.first)
    other = _condition(found.second) if found.second is not None else one
    compare = _COMPARED[found.id](one, other)

    def resolve(context: Context) -> Any:
        try:
            return compare(context)
        except Exception:
            return False

    return resolve


_COMPARED: dict[str, Callable[[Value, Value], Value]] = {
    "or": lambda one, other: lambda context: one(context) or other(context),
    "and": lambda one, other: lambda context: one(context) and other(context),
    "not": lambda one, _: lambda context: not one(context),
    "in": lambda one, other: lambda context: one(context) in other(context),
    "not in": lambda one, other: lambda context: one(context) not in other(context),
    "is": lambda one, other: lambda context: one(context) is other(context),
    "is not": lambda one, other: lambda context: one(context) is not other(context),
    "==": lambda one, other: lambda context: one(context) == other(context),
    "!=": lambda one, other: lambda context: one(context) != other(context),
    ">": lambda one, other: lambda context: one(context) > other(context),
    ">=": lambda one, other: lambda context: one(context) >= other(context),
    "<": lambda one, other: lambda context: one(context) < other(context),
    "<=": lambda one, other: lambda context: one(context) <= other(context),
}


def _if_node(node: IfNode, engine: Engine) -> Text:
    ways = [
        (_condition(condition) if condition is not None else None, nodes.render)
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
        _value(node.sequence, None),
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
        return SafeString("".join(shown))

    return render


def _apart(names: Sequence[str], value: Any) -> dict[str, Any]:
    count = len(value) if hasattr(value, "__len__") else 1
    if count != len(names):
        raise ValueError(f"Need {len(names)} values to unpack in for loop; got {count}.")
    return dict(zip(names, value, strict=True))


def _with_node(node: WithNode, engine: Engine) -> Text:
    values = {name: _value(found, "") for name, found in node.extra_context.items()}
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
    values = {key: _value(found, "") for key, found in node.extra_context.items()}
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
    given = [_value(found, "") for found in node.args]
    named = {name: _value(found, "") for name, found in node.kwargs.items()}

    def render(context: Context) -> str:
        values = [get(context) for get in given]
        if whole:
            values.insert(0, context)
        shown = function(*values, **{name: get(context) for name, get in named.items()})
        if target is not None:
            context[target] = shown
            return ""
        return conditional_escape(shown) if context.autoescape else shown

    return render


def _url_node(node: URLNode, engine: Engine) -> Text | None:
    """An address with ids in it is put together from its parts; any other is left to Django."""
    if node.view_name.is_var or node.view_name.filters or node.kwargs or ":" in node.view_name.var:
        return None
    name, asked_for = node.view_name.var, node.asvar
    given = [_value(found, "") for found in node.args]

    def render(context: Context) -> str:
        values = [get(context) for get in given]
        kinds = tuple(map(type, values))
        if not _IDS.issuperset(kinds):
            return node.render(context)
        try:
            first, *rest = _address(name, kinds, get_urlconf(), get_script_prefix())
        except NoReverseMatch:
            return node.render(context)
        shown = first + "".join([f"{value}{part}" for value, part in zip(values, rest, strict=True)])
        if asked_for:
            context[asked_for] = shown
            return ""
        return conditional_escape(shown) if context.autoescape else shown

    return render


_IDS = frozenset({int, UUID})


@lru_cache(maxsize=1000)
def _address(name: str, kinds: tuple[type, ...], urlconf: str | None, prefix: str) -> tuple[str, ...]:
    """The parts of the address between its ids. Raises NoReverseMatch."""
    examples = [
        UUID(int=0x7305190F << 96 | n) if kind is UUID else 7305190000 + n for n, kind in enumerate(kinds)
    ]
    left, parts = reverse(name, args=examples), []
    for example in examples:
        part, _, left = left.partition(str(example))
        parts.append(part)
    return (*parts, left)


_MADE: dict[type[Node], Callable[[Any, Engine], Text | None]] = {
    VariableNode: _variable_node,
    IfNode: _if_node,
    ForNode: _for_node,
    WithNode: _with_node,
    BlockNode: _block_node,
    ExtendsNode: _extends_node,
    IncludeNode: _include_node,
    SimpleNode: _simple_node,
    URLNode: _url_node,
}
