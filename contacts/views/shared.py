"""HTML that is made once for several people: what its forms have of their own is put in for each."""

import re
from typing import Protocol
from uuid import uuid4

from django.utils.html import format_html
from django.utils.safestring import SafeString
from markupsafe import Markup, escape

_TOKEN, _MARK, _ID = "csrfmiddlewaretoken", "typed_by", "client_id"
_OWN = re.compile(rf'<input type="hidden" name="({_TOKEN}|{_MARK}|{_ID})" value="[^"]*">')
# Otherwise written by a template. What somebody has typed has no such quotation marks, they are escaped.
_LEFT = re.compile(rf"""name=["'](?:{_TOKEN}|{_MARK}|{_ID})["']""")
_FIELD = '<input type="hidden" name="client_id" value="{}">'


class HasForms(Protocol):
    @property
    def in_each_form(self) -> SafeString: ...


class SharedHtml:
    """`html` as one person's page has it. Raises ValueError where something of that person would be left in it."""

    def __init__(self, html: SafeString) -> None:
        whole, end = escape(html), 0
        # By turns what is the same for all, and the name of what is not.
        self._pieces: list[Markup | str] = []
        for found in _OWN.finditer(whole):
            self._pieces += [whole[end : found.start()], found[1]]
            end = found.end()
        self._pieces.append(whole[end:])
        if any(map(_LEFT.search, self._pieces[::2])):
            raise ValueError("a form has something of its own that stands otherwise than expected")

    def on(self, page: HasForms) -> Markup:
        """As `page` has it, with an id of its own for each form."""
        pieces = list(self._pieces)
        for at in range(1, len(pieces), 2):
            # What is in each form holds the mark too.
            own = {_TOKEN: page.in_each_form, _MARK: ""}
            pieces[at] = format_html(_FIELD, uuid4()) if pieces[at] == _ID else own[pieces[at]]
        return escape("").join(pieces)
