"""Log-in, the choice of assignment, the health page and the error pages."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import demo_memberships, memberships_of
from outage.queries.held_forms import held_form_of


@login_not_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Say that the server answers and reaches its database. Tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@method_decorator(login_not_required, name="dispatch")
class Login(LoginView):
    """Log in by name and password; in demo mode also by choosing an invented person."""

    template_name = "login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        """Add the demo people, in demo mode only."""
        people = demo_memberships() if settings.DEMO else []
        return super().get_context_data(demo_people=people, **kwargs)


class Logout(LogoutView):
    """Log out; by POST only."""

    http_method_names = ["post", "options"]


@login_not_required
@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    """Log in as an invented person, in demo mode only."""
    if not settings.DEMO:
        raise Http404
    wanted = request.POST.get("membership", "")
    membership = next((m for m in demo_memberships() if str(m.pk) == wanted), None)
    if membership is None:
        raise Http404
    login(request, membership.user)
    request.session["membership_id"] = membership.pk
    return redirect(_next(request))


@require_http_methods(["GET", "POST"])
def choose_assignment(request: HttpRequest) -> HttpResponse:
    """Choose which assignment to act in, for a person with several."""
    found = memberships_of(request.user)
    if request.method == "POST":
        wanted = request.POST.get("membership", "")
        chosen = next((m for m in found if str(m.pk) == wanted), None)
        if chosen is None:
            raise Http404
        request.session["membership_id"] = chosen.pk
        return redirect(_next(request))
    return render(
        request,
        "choose_assignment.html",
        {"memberships": found, "next": request.GET.get("next", ""), "is_staff": request.user.is_staff},
    )


@require_GET
def held_form(request: HttpRequest, held_id: UUID) -> HttpResponse:
    """Show that what was typed before the log-in lapsed is still there, and take the person back to it."""
    taken = held_form_of(request.user, held_id)
    if taken is None:
        raise Http404
    path, content = taken
    return render(request, "held.html", {"path": path, "fields": content})


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return settings.LOGIN_REDIRECT_URL


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "errors/error.html", {"title": title, "text": text}, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in Swedish that the form was too old, and what to do."""
    return _error(
        request,
        403,
        "Formuläret är för gammalt",
        "Gå tillbaka, ladda om sidan och spara igen. Det du skrev står kvar när du går tillbaka.",
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _error(request, 400, "Det gick inte att läsa", "Gå tillbaka och försök igen.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403. The reason is a sentence of ours where a rule said no."""
    reason = str(exception) if isinstance(exception, PermissionDenied) and str(exception) else ""
    return _error(request, 403, "Du får inte göra det här", reason or "Din roll ger inte rätt till sidan.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, also for what belongs to somebody else."""
    return _error(
        request,
        404,
        "Sidan finns inte",
        "Den är borttagen, felstavad eller hör till en annan enhet. Gå till Läge.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Uses no database: it may be the reason."""
    return render(None, "errors/500.html", status=500)
