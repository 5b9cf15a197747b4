"""The one way to go on to an address that came with a request, from a log-in or a form that says where."""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme


def own_path(address: str) -> str:
    """The address, with its query, where it is the path of a page here; else "".

    For HttpResponseRedirect alone: `redirect` would take it for the name of a view first.
    """
    # No host is allowed, this one neither: a path needs none.
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, None):
        return ""
    try:
        resolve(_path_in(address))
    except Resolver404:
        return ""
    return address


def wanted_path(request: HttpRequest) -> str:
    """The page to go on to, which came as `next`; "" for none. TidyTypedMiddleware emptied what is no page here."""
    return request.POST.get("next") or request.GET.get("next", "")


def go_on(request: HttpRequest, wanted: str) -> HttpResponse:
    """Redirect to the page asked for, else to Läge. ActingMiddleware redirects to Läge where that is not one's own."""
    if not wanted:
        return redirect(settings.LOGIN_REDIRECT_URL)
    request.session["came_to"] = _path_in(wanted)
    return HttpResponseRedirect(wanted)


def _path_in(address: str) -> str:
    """As `request.path` is of a request for the address."""
    return unquote(urlsplit(address).path)
