"""Jinja, for the pages that are asked for most and for what stands on pages of every kind.

A Jinja file is brought into a Django template by the tag `part`; each macro of components.jinja is a tag of its own
name. Both are Django's templates to who reads them: what is missing is empty, and all that is shown is escaped.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.conf import settings
from django.template import Context
from django.template.defaultfilters import capfirst, linebreaksbr, urlencode
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from jinja2 import ChainableUndefined, Environment, FileSystemLoader, Template
from jinja2.environment import TemplateModule

from contacts.templatetags.form_ids import new_id
from contacts.views.shared import alike, kept, kept_each
from outage.templatetags import fields, swedish
from outage.templatetags.icons import icon

register = template.Library()

_FOLDER = settings.BASE_DIR / "templates"
# What a component takes from the page that it stands on, where it is given no other.
_OF_THE_PAGE = frozenset({"page", "form", "client_id", "outage"})
_IDS = frozenset({int, UUID})


@register.simple_tag(takes_context=True)
def part(context: Context, name: str, **named: Any) -> TemplateModule:
    """The Jinja file of that name, which sees what the template sees, and what it is given here."""
    seen: dict[str, Any] = context.flatten() | named  # type: ignore[assignment]
    return environment().get_template(name).make_module(seen)


@register.simple_tag
@cache
def links() -> str:
    """The style sheets and scripts of every page: their addresses are the same for as long as the server runs."""
    return render_to_string("_components/links.html")


class _Loader(FileSystemLoader):
    """Leaves out how lines are indented, a third of a page, which nobody sees."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_current = super().get_source(environment, template)
        return re.sub(r"\n +", "\n", source), path, is_current


class _Template(Template):
    def _get_default_module(self, ctx: Any = None) -> TemplateModule:
        """As Jinja's own, which looks at each import whether the page brings globals of its own: none does."""
        return super()._get_default_module()


@cache
def environment() -> Environment:
    """The only one."""
    made = Environment(
        loader=_Loader(_FOLDER),
        autoescape=True,
        undefined=ChainableUndefined,
        auto_reload=settings.DEBUG,
        cache_size=-1,
    )
    made.template_class = _Template
    made.globals |= {
        "icon": icon,
        "url": url,
        "new_id": new_id,
        "now": timezone.now,
        "kept": kept,
        "kept_each": kept_each,
        "alike": alike,
    }
    made.filters |= swedish.register.filters | fields.register.filters
    made.filters |= {"capfirst": capfirst, "linebreaksbr": linebreaksbr, "urlencode": urlencode}
    return made


def compile_all() -> None:
    for path in _FOLDER.rglob("*.jinja"):
        environment().get_template(path.relative_to(_FOLDER).as_posix())


def url(name: str, *ids: Any) -> str:
    """As the tag of Django. An address with none but ids in it is put together from its parts."""
    kinds = tuple(map(type, ids))
    if not _IDS.issuperset(kinds):
        return reverse(name, args=ids)
    first, *rest = _address_of(name, kinds, get_script_prefix())
    return first + "".join([f"{value}{after}" for value, after in zip(ids, rest, strict=True)])


@lru_cache(maxsize=1000)
def _address_of(name: str, kinds: tuple[type, ...], prefix: str) -> tuple[str, ...]:
    """The parts of the address before, between and after its ids."""
    examples = [
        UUID(int=0x7305190F << 96 | n) if kind is UUID else 7305190000 + n for n, kind in enumerate(kinds)
    ]
    left, parts = reverse(name, args=examples), []
    for example in examples:
        before, _, left = left.partition(str(example))
        parts.append(before)
    return (*parts, left)


def _components() -> TemplateModule:
    return environment().get_template("components.jinja").module


def _tag(name: str) -> Callable[..., str]:
    def component(context: Context, *given: Any, **named: Any) -> str:
        macro = getattr(_components(), name)
        for each in _OF_THE_PAGE.intersection(macro.arguments[len(given) :]).difference(named):
            # A form without the page would be one without its token.
            named[each] = context[each] if each == "page" else context.get(each, "")
        return macro(*given, **named)  # type: ignore[no-any-return]

    return component


for _name in vars(_components()):
    if not _name.startswith("_"):
        register.simple_tag(_tag(_name), takes_context=True, name=_name)
