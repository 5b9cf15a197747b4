"""Log-in by choosing an invented person."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from contacts.access import demo_memberships
from contacts.views.arriving import wanted_path
from contacts.views.tools import get_or_404


@login_not_required
@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    """404 for who is not one of the demo's people."""
    offered = {str(each.pk): each for each in demo_memberships()}
    membership = get_or_404(offered.get, request.POST.get("membership", ""))
    if request.user != membership.user:
        logout(request)
    login = Login(user=membership.user, redirect_url=wanted_path(request))
    response: HttpResponse = perform_login(request, login)
    request.session["membership_id"] = membership.pk
    return response
