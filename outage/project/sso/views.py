"""The addresses of log-in through the identity provider. Where none is configured they are not there (404)."""

from collections.abc import Callable
from functools import wraps

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.content.identity_provider import IdentityProvider
from contacts.views.arriving import own_path, wanted_path

from .provider import OPENID, SAML, THE_ONE, may_send_there, the_provider

View = Callable[..., HttpResponseBase]


def _with(kind: str = "") -> Callable[[View], View]:
    """A view with the provider of that kind, or any. Whatever is wrong with what came from it has a page: what a token
    or an assertion says fails anywhere in three libraries.
    """

    def decorator(view: View) -> View:
        @login_not_required
        @wraps(view)
        def with_provider(request: HttpRequest, **arguments: str) -> HttpResponseBase:
            provider = the_provider()
            if provider is None or kind not in {"", _kind(provider)}:
                raise Http404
            try:
                return view(request, **arguments)
            except (Http404, DatabaseError):
                raise
            except ImmediateHttpResponse as found:
                response: HttpResponse = found.response
                return response
            except Exception as error:
                from .refusing import untrusted

                return untrusted(request, error, about_nobody=not kind)

        return with_provider

    return decorator


def _kind(provider: IdentityProvider) -> str:
    return OPENID if provider.openid else SAML


@require_http_methods(["GET", "POST"])
@_with()
def start(request: HttpRequest) -> HttpResponseBase:
    """By POST, on to the provider, which asks the person anew: the last one's log-in there may live on in the browser.

    By GET, for who is logged in and has to confirm it, the page that leads there.
    """
    if request.method == "GET":
        if not request.user.is_authenticated:
            return redirect("account_login")
        said = {"next": wanted_path(request), "provider": the_provider()}
        return may_send_there(request, render(request, "account/confirm_there.html", said))
    wanted = own_path(wanted_path(request))
    response: HttpResponse = (
        get_adapter()
        .get_provider(request, THE_ONE)
        .redirect(request, AuthProcess.LOGIN, next_url=wanted, asked_at=timezone.now().timestamp())
    )
    return response


@require_GET
@_with(OPENID)
def answer(request: HttpRequest) -> HttpResponse:
    from .openid import answer as come_back

    return come_back(request)


@csrf_exempt
@require_POST
@_with(SAML)
def saml_acs(request: HttpRequest, organization_slug: str) -> HttpResponse:
    from .saml import receive

    response = receive(request, organization_slug)
    for cookie in response.cookies.values():
        # The library leaves its own, which has what was sent until the browser comes for it, to scripts.
        cookie["httponly"] = True
    return response


@require_GET
@_with(SAML)
def saml_finish(request: HttpRequest, organization_slug: str) -> HttpResponse:
    from .saml import finish

    return finish(request, organization_slug)


@require_GET
@_with(SAML)
def saml_metadata(request: HttpRequest, organization_slug: str) -> HttpResponse:
    from .saml import metadata

    return metadata(request, organization_slug)
