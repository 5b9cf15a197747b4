"""Where a log-in, or the choice of an assignment, leads."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def go_on(request: HttpRequest) -> HttpResponse:
    """Redirect to the page asked for, else to Läge. ActingMiddleware redirects to Läge where that is not one's own."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return redirect(settings.LOGIN_REDIRECT_URL)
    request.session["came_to"] = urlsplit(wanted).path
    return redirect(wanted)
