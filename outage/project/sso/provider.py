"""Which identity provider there is, if any, and what the pages say of it."""

from dataclasses import dataclass
from pathlib import Path

from allauth.socialaccount.models import SocialApp
from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

from contacts.content.identity_provider import IdentityProvider, identity_provider, pem

# The one there is, to the library: as the sort of provider, and in the addresses of SAML.
OPENID, SAML = "openid_connect", "saml"
THE_ONE = "tjanst"
DOWN = "identity-provider-down"


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    down: bool


def the_provider() -> IdentityProvider | None:
    return identity_provider(Path(settings.LOGIN_PROVIDER)) if settings.LOGIN_PROVIDER else None


def shown() -> Shown | None:
    """For the log-in page; `down` where it did not answer a moment ago."""
    provider = the_provider()
    return Shown(provider.name, down=cache.get(DOWN) is not None) if provider else None


def may_send_there(request: HttpRequest, page: HttpResponseBase) -> HttpResponseBase:
    """A page whose form leads on to the provider: browsers hold what it redirects to against the policy, too."""
    provider = the_provider()
    if provider is None:
        return page
    response: HttpResponseBase = csp_update({"form-action": [SELF, *provider.reached_at]})(lambda _: page)(
        request
    )
    return response


def app_of(provider: IdentityProvider) -> SocialApp:
    """As the library has it; the row is never saved."""
    app = SocialApp(provider_id=THE_ONE, name=provider.name, secret=settings.LOGIN_PROVIDER_SECRET)
    if provider.openid:
        app.provider, app.client_id = OPENID, provider.openid.client_id
        app.settings = {
            "server_url": provider.openid.issuer,
            "scope": provider.openid.scopes,
            "auth_params": {"prompt": "login", "acr_values": " ".join(provider.levels)},
        }
    elif saml := provider.saml:
        here = Path(settings.LOGIN_PROVIDER)
        app.provider, app.client_id = SAML, THE_ONE
        app.settings = {
            "idp": {
                "entity_id": saml.entity_id,
                "sso_url": saml.address,
                "x509cert": pem(here, saml.certificate),
            },
            "sp": {"entity_id": saml.own_entity_id},
            "advanced": {
                "want_assertion_signed": True,
                # The name of a host inside the house may have no dot.
                "allow_single_label_domains": True,
                "authn_request_signed": bool(saml.own_key),
                "x509cert": pem(here, saml.own_certificate),
                "private_key": pem(here, saml.own_key),
                "name_id_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            },
        }
    return app
