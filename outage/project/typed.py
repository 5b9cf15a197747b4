"""Middleware: what is typed or pasted reaches every form and view without invisible characters."""

import re
from collections.abc import Callable
from copy import copy
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from contacts.rules.swedish_text import has_invisible, tidy_typed
from contacts.views.arriving import own_path

Sent = TypeVar("Sent", bound=QueryDict)

# As in wsgi.py, for servers that do not go by it.
_READ_AS = {"utf-8", "utf8"}
# Fields, in a form or its rows, where it is said that a character was taken away: there one compares what stands with
# what was read out.
_SAID = {
    "identity": "patientens nummer",
    "number": "telefonnumret",
    "patient_name": "patientens namn",
    "spoken_to": "namnet på den du talade med",
    "text": "listan",
}


def without_charset(content_type: str) -> str:
    """Everything is read as UTF-8, which is what browsers send.

    Django would try any codec of Python's that is named there, before anything catches what that raises.
    """
    return re.sub(r";\s*charset\*?\s*=[^;]*", "", content_type, flags=re.IGNORECASE)


class TidyTypedMiddleware:
    """Normalizes the text of the query string and the posted form; passwords are left as they are.

    An address to go on to is emptied where it is no page here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No database takes it, and no address of ours has it.
        if "\0" in request.path:
            raise Http404
        if request.encoding and request.encoding.lower() not in _READ_AS:
            # Set first: the page that says so reads the query string too.
            request.encoding = settings.DEFAULT_CHARSET
            raise BadRequest
        request.GET = _tidied(request.GET)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> None:
        if request.method != "POST":
            return
        came = request.POST
        request.POST = _tidied(came)
        touched = [name for name in came if any(has_invisible(value) for value in came.getlist(name))]
        for field, words in _SAID.items():
            if any(re.fullmatch(rf"(\w+-|other_\w+_)?{field}(_\d)?", name) for name in touched):
                messages.info(request, f"Osynliga tecken togs bort ur {words}. Läs det en gång till.")


def _tidied(came: Sent) -> Sent:
    found = copy(came)
    for name, values in found.lists():
        if "password" not in name:
            found.setlist(name, [tidy_typed(value) for value in values])
    if "next" in found:
        # Django's own log-in and log-out go on to it too, in the admin pages.
        found.setlist("next", [own_path(value) for value in found.getlist("next")])
    # Immutable, as Django makes it.
    found._mutable = False
    return found
