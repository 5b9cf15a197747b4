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

_TOKEN, _MARK, _ID = "csrfmiddlewaretoken", "typed_by", "client_id"
# Where what each form has of its own goes. What somebody has typed has no such marks, they are escaped.
_FORM = Markup("<!--form-->")
_ID_FIELD = re.compile(rf'<input type="hidden" name="{_ID}" value="([^"]*)"(?: id="id_client_id")?>')
# Each of them, also one that a template writes otherwise.
_NAMED = re.compile(rf"""name=["'](?:{_TOKEN}|{_MARK}|{_ID})["']""")


class HasForms(Protocol):
    @property
    def in_each_form(self) -> Markup | SafeString: ...


class SharedHtml:
    """`html`, made within `sharing`, as one person's page has it. Raises ValueError where something of one person would
    be left in it.

    Where each has a text of their own, `stand_in` stands in `html`: nothing that anybody could have typed.
    """

    def __init__(self, html: SafeString, stand_in: str = "") -> None:
        self._stand_in = stand_in
        # What lies between the values of the fields for an id.
        self._pieces: list[Markup] = []
        end, whole = 0, escape(html)
        for found in _ID_FIELD.finditer(whole):
            self._pieces.append(whole[end : found.start(1)])
            end = found.end(1)
        self._pieces.append(whole[end:])
        if len(_NAMED.findall(html)) != len(self._pieces) - 1:
            raise ValueError("a form has something of its own that stands otherwise than expected")

    def on(self, page: HasForms, form_id: UUID | None = None, text: str = "") -> Markup:
        """As `page` has it, with an id of its own for each form, or that of its only one."""
        filled: list[str] = [""] * (2 * len(self._pieces) - 1)
        filled[::2] = self._pieces
        filled[1::2] = [str(form_id or uuid4()) for _ in self._pieces[1:]]
        html = Markup("").join(filled).replace(_FORM, page.in_each_form)
        return html.replace(self._stand_in, text) if self._stand_in else html


_sharing = ContextVar("sharing", default=False)


@contextmanager
def sharing() -> Iterator[None]:
    """What is rendered within the block is for all who are shown the same: nothing in it is of one person alone."""
    token = _sharing.set(True)
    try:
        yield
    finally:
        _sharing.reset(token)


def or_shared(own: SafeString) -> Markup | SafeString:
    """What each form of a person's page has of its `own`; what stands for it where the HTML is for several."""
    return _FORM if _sharing.get() else own


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
