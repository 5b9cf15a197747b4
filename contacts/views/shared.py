"""HTML that is made once for several people: what its forms have of their own is put in for each."""

import re
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from markupsafe import Markup, escape

_TOKEN, _MARK, _ID, _TEXT = "csrfmiddlewaretoken", "typed_by", "client_id", "text"
_OWN = re.compile(
    rf'<input type="hidden" name="({_TOKEN}|{_MARK}|{_ID})" value="[^"]*"( id="id_client_id")?>'
)
# Otherwise written by a template. What somebody has typed has no such quotation marks, they are escaped.
_LEFT = re.compile(rf"""name=["'](?:{_TOKEN}|{_MARK}|{_ID})["']""")


class HasForms(Protocol):
    @property
    def in_each_form(self) -> SafeString: ...


class SharedHtml:
    """`html` as one person's page has it. Raises ValueError where something of that person would be left in it.

    Where each has a text of their own, `stand_in` stands in `html`: nothing that anybody could have typed.
    """

    def __init__(self, html: SafeString, stand_in: str = "") -> None:
        whole = escape(html)
        # By turns what is the same for all, and what is not: its name, or a field for an id.
        self._pieces: list[Markup | str] = []
        for part in whole.split(stand_in) if stand_in else [whole]:
            if self._pieces:
                self._pieces.append(_TEXT)
            end = 0
            for found in _OWN.finditer(part):
                name, id_of_field = found.groups("")
                own = f'<input type="hidden" name="{_ID}" value="{{}}"{id_of_field}>' if name == _ID else name
                self._pieces += [part[end : found.start()], own]
                end = found.end()
            self._pieces.append(part[end:])
        if any(map(_LEFT.search, self._pieces[::2])):
            raise ValueError("a form has something of its own that stands otherwise than expected")

    def on(self, page: HasForms, form_id: UUID | None = None, text: str = "") -> Markup:
        """As `page` has it, with an id of its own for each form, or that of its only one."""
        pieces = list(self._pieces)
        # What is in each form holds the mark too.
        own = {_TOKEN: page.in_each_form, _MARK: "", _TEXT: text}
        for at in range(1, len(pieces), 2):
            pieces[at] = own[pieces[at]] if pieces[at] in own else format_html(pieces[at], form_id or uuid4())
        return escape("").join(pieces)


def shared_part(
    request: HttpRequest, name: str, context: Mapping[str, Any], stand_in: str = ""
) -> SharedHtml:
    """The Jinja file of that name, to be kept for all who are shown the same (`of_one_minute`)."""
    html = render_to_string("_components/part.html", {**context, "which_part": name}, request)
    return SharedHtml(html, stand_in)
