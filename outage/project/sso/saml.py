"""SAML 2: the library's views, with what they leave open: an assertion counts once, and for who was sent to get it."""

import hashlib
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from allauth.socialaccount.providers.saml.utils import build_auth, build_saml_config, get_app_or_404
from allauth.socialaccount.providers.saml.views import ACSView, FinishACSView
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from contacts.rules.vouched import Vouched, vouched

from .provider import SAML, the_provider

# What is sent by anybody is read as far as to its signature.
_LONGEST_RESPONSE = 200_000


class SamlProvider(SAMLProvider):  # type: ignore[misc]
    def redirect(
        self, request: HttpRequest, process: str, next_url: str = "", data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """As the library, but the person is asked for anew each time."""
        auth = build_auth(request, self)
        address = auth.login(return_to="", force_authn=True)
        self.stash_redirect_state(
            request, process, next_url, data, state_id=auth.get_last_request_id(), **kwargs
        )
        return HttpResponseRedirect(address)

    def extract_uid(self, data: OneLogin_Saml2_Auth) -> str:
        """The assertion's own id: who is meant, `extract_extra_data` tells."""
        name: str = data.get_last_assertion_id()
        until = data.get_last_assertion_not_on_or_after() or 0
        if not cache.add(
            f"assertion-{hashlib.sha256(name.encode()).hexdigest()}",
            True,
            max(60, until - timezone.now().timestamp() + 600),
        ):
            raise ProviderException("used already")
        return name

    def extract_extra_data(self, data: OneLogin_Saml2_Auth) -> Vouched:
        provider = the_provider()
        assert provider is not None
        levels = data.get_last_authn_contexts()
        return vouched(data.get_attributes(), provider.told, levels=levels, at=_authenticated_at(data))

    def extract_common_fields(self, data: OneLogin_Saml2_Auth) -> dict[str, str]:
        """None: people are not made by log-in."""
        return {}


def _authenticated_at(data: OneLogin_Saml2_Auth) -> float | None:
    """Of the assertion whose signature held."""
    root = OneLogin_Saml2_XML.to_etree(data.get_last_response_xml())
    statements = OneLogin_Saml2_XML.query(
        root, "//saml:Assertion[@ID=$tagid]/saml:AuthnStatement", tagid=data.get_last_assertion_id()
    )
    told = statements[0].get("AuthnInstant") if statements else None
    return float(OneLogin_Saml2_Utils.parse_SAML_to_time(told)) if told else None


class Finish(FinishACSView):  # type: ignore[misc]
    def get_provider(self, organization_slug: str) -> SamlProvider:
        provider: SamlProvider = get_adapter().get_provider(self.request, SAML, organization_slug)
        return provider


def receive(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep what was sent until the browser comes for it with its session, which it did not send along.

    The library keeps all that anybody sends, and looks at it afterwards. Here an answer that does not hold makes no
    session, and of one that does nothing else is kept that came with it.
    """
    get_app_or_404(request, slug)
    sent = request.POST.get("SAMLResponse", "")
    if not 0 < len(sent) <= _LONGEST_RESPONSE:
        raise ProviderException("nothing that is an answer")
    auth = build_auth(request, get_adapter().get_provider(request, SAML, slug))
    auth.process_response()
    if auth.get_errors() or not auth.is_authenticated():
        raise ProviderException("an answer that does not hold")
    request.POST = QueryDict(urlencode({"SAMLResponse": sent}))
    response: HttpResponse = ACSView.as_view()(request, organization_slug=slug)
    return response


def finish(request: HttpRequest, slug: str) -> HttpResponse:
    get_app_or_404(request, slug)
    response: HttpResponse = Finish.as_view()(request, organization_slug=slug)
    return response


def metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """What the provider's keepers enter about us; there is no log-out by the provider."""
    config = build_saml_config(request, get_app_or_404(request, slug).settings, slug)
    del config["sp"]["singleLogoutService"]
    ours = OneLogin_Saml2_Settings(config, sp_validation_only=True)
    return HttpResponse(ours.get_sp_metadata(), content_type="text/xml; charset=utf-8")
