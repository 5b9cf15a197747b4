"""HTML that is made once for several people: what its forms have of their own is put in for each."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from markupsafe import Markup, escape

from contacts.page_versions import Part, each_of_one_minute, of_one_minute

_TOKEN, _MARK, _ID, _TEXT = "csrfmiddlewaretoken", "typed_by", "client_id", "text"
_OWN = re.compile(
    rf'<input type="hidden" name="({_TOKEN}|{_MARK}|{_ID})" value="([^"]*)"( id="id_client_id")?>'
)
# Each of them, also one that a template writes otherwise. What somebody has typed has no such quotation marks, they are
# escaped.
_NAMED = re.compile(rf"""name=["'](?:{_TOKEN}|{_MARK}|{_ID})["']""")


class HasForms(Protocol):
    @property
    def in_each_form(self) -> SafeString: ...


class SharedHtml:
    """`html` as one person's page has it. Raises ValueError where something of that person would be left in it.

    Where each has a text of their own, `stand_in` stands in `html`: nothing that anybody could have typed.
    """

    def __init__(self, html: SafeString, stand_in: str = "") -> None:
        # What is the same for all, in the pieces that lie between what is not, and the names of that.
        same: list[list[Markup]] = [[]]
        self._names: list[str] = []
        own = 0
        for nth, part in enumerate(escape(html).split(stand_in) if stand_in else [escape(html)]):
            if nth:
                self._names.append(_TEXT)
                same.append([])
            end = 0
            for found in _OWN.finditer(part):
                own += 1
                # Of a field for an id the value alone is another, of the others there may be none.
                begins, ends = found.span(2 if found[1] == _ID else 0)
                same[-1].append(part[end:begins])
                end = ends
                # What is in each form holds the mark beside the token: it is put in with that.
                if found[1] != _MARK:
                    self._names.append(found[1])
                    same.append([])
            same[-1].append(part[end:])
        self._same = [escape("").join(pieces) for pieces in same]
        if len(_NAMED.findall(html)) != own:
            raise ValueError("a form has something of its own that stands otherwise than expected")

    def on(self, page: HasForms, form_id: UUID | None = None, text: str = "") -> Markup:
        """As `page` has it, with an id of its own for each form, or that of its only one."""
        own = {_TOKEN: page.in_each_form, _TEXT: text}
        pieces: list[str] = [""] * (len(self._same) + len(self._names))
        pieces[::2] = self._same
        pieces[1::2] = [own[name] if name in own else str(form_id or uuid4()) for name in self._names]
        return escape("").join(pieces)


_sharing = ContextVar("sharing", default=False)


@contextmanager
def sharing() -> Iterator[None]:
    """What is rendered within the block is for all who are shown the same: nothing in it is of one person alone."""
    token = _sharing.set(True)
    try:
        yield
    finally:
        _sharing.reset(token)


def kept(part: Part[Any], *also: Hashable, caller: Callable[[], str]) -> str:
    """What the `call` block of a Jinja template has in it, made once a minute of what `part` and `also` are: within a
    `shared_part` or `sharing`, where what forms have of their own is put in afterwards. Elsewhere it is made each time.
    """
    key = "html", *part.key, *also
    return of_one_minute(key, part.now, caller, part=True) if _sharing.get() else caller()


def kept_each(parts: Sequence[Part[Any]], *also: Hashable, caller: Callable[[Any], str]) -> str:
    """As `kept` of each of them, one after the other: the block is given what the part makes."""
    if parts and _sharing.get():
        keys = {nth: ("html", *part.key, *also) for nth, part in enumerate(parts)}
        make: Callable[[int, None], str] = lambda nth, _: caller(parts[nth].make())  # noqa: E731
        html = [*each_of_one_minute(keys, parts[0].now, lambda _: None, make).values()]
    else:
        html = [caller(part.make()) for part in parts]
    return Markup("").join(html)


def alike(*values: Hashable, caller: Callable[[], str]) -> str:
    """What the `call` block of a Jinja template has in it, made once a minute for all pages of the same `values`: what
    else is in it is the same for everybody, and nothing is of a patient.
    """
    return of_one_minute(("alike", *values), timezone.now(), caller, part=True)


def shared_part(
    request: HttpRequest, name: str, context: Mapping[str, Any], stand_in: str = ""
) -> SharedHtml:
    """The Jinja file of that name, to be kept for all who are shown the same (`of_one_minute`)."""
    with sharing():
        html = render_to_string("_components/part.html", {**context, "which_part": name}, request)
    return SharedHtml(html, stand_in)
