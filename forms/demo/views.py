"""Log-in by choosing an invented person."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from contacts.access import demo_memberships
from contacts.views.arriving import go_on


@login_not_required
@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    """404 for who is not one of the demo's people."""
    wanted = request.POST.get("membership", "")
    membership = next((m for m in demo_memberships() if str(m.pk) == wanted), None)
    if membership is None:
        raise Http404
    login(request, membership.user)
    request.session["membership_id"] = membership.pk
    return go_on(request)
