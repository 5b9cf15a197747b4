"""OpenID Connect: the library's authorization code flow, with all held of the ID token that its standard wants held."""

import base64
import hashlib
from typing import Any

import jwt
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from contacts.rules.vouched import Vouched, vouched

from .door import document, is_own
from .provider import THE_ONE, the_provider

# Signed by the provider's key alone: with a shared secret, or by nobody, is not.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_CLOCKS_DIFFER_SECONDS = 30
# How old what the provider says of itself may be: when somebody is sent there, and when somebody comes back.
_NEW_SECONDS, _KEPT_SECONDS = 30, 600


def _nonce_of(code_verifier: str) -> str:
    """Nothing more to keep: the verifier lies in the session, and is told to the provider after the token is made."""
    digest = hashlib.sha256(b"nonce " + code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class OpenIdAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    newest = _KEPT_SECONDS
    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        provider = self.get_provider()
        issuer = provider.app.settings["server_url"]
        config = document(f"{issuer.rstrip('/')}/.well-known/openid-configuration", self.newest)
        if config.get("issuer") != issuer or not is_own(config["authorization_endpoint"]):
            raise ProviderException("another issuer, or sends people elsewhere")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("provider_answer"))

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: OAuth2Client, pkce_code_verifier: str = ""
    ) -> dict[str, Any]:
        self.nonce = _nonce_of(pkce_code_verifier)
        answer: dict[str, Any] = super().get_access_token_data(request, app, client, pkce_code_verifier)
        return answer

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        provider = the_provider()
        told = self._claims(app, kwargs["response"]["id_token"])
        if provider and provider.openid and provider.openid.userinfo:
            more = self._fetch_user_info(token.token)
            if more["sub"] != told["sub"]:
                raise ProviderException("told of somebody else")
            told = more | told
        return self.get_provider().sociallogin_from_response(request, told)

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Raises what is a ValueError, a LookupError or one of jwt's for a token that does not hold."""
        claims: dict[str, Any] = jwt.decode(
            id_token,
            self._key(jwt.get_unverified_header(id_token).get("kid")),
            algorithms=_ALGORITHMS,
            issuer=app.settings["server_url"],
            audience=app.client_id,
            leeway=_CLOCKS_DIFFER_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
        if claims["nonce"] != self.nonce or claims.get("azp", app.client_id) != app.client_id:
            raise ProviderException("the answer to another question, or for another client")
        return claims

    def _key(self, kid: str | None) -> jwt.PyJWK:
        """One that is not known may have come since they were asked for; of one alone no name need be told."""
        for newest in (_KEPT_SECONDS, 0):
            keys = jwt.PyJWKSet.from_dict(document(self.openid_config["jwks_uri"], newest)).keys
            found = [key for key in keys if kid in {None, key.key_id}]
            if len(found) == 1:
                return found[0]
        raise ProviderException("signed with a key that is not the provider's")


class OpenIdProvider(OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = OpenIdAdapter

    def get_oauth2_adapter(self, request: HttpRequest) -> OpenIdAdapter:
        """For who is sent there: that it answers now is seen before."""
        adapter: OpenIdAdapter = super().get_oauth2_adapter(request)
        adapter.newest = _NEW_SECONDS
        return adapter

    def get_pkce_params(self) -> dict[str, Any]:
        params: dict[str, Any] = generate_code_challenge()
        return params | {"nonce": _nonce_of(params["code_verifier"])}

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> Vouched:
        provider = the_provider()
        assert provider is not None
        at = data.get("auth_time")
        return vouched(data, provider.told, at=float(at) if at is not None else None)

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, str]:
        """None: people are not made by log-in."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[object]:
        return []


def answer(request: HttpRequest) -> HttpResponse:
    """The library's view of the address that the provider sends the browser back to."""
    response: HttpResponse = OAuth2CallbackView.adapter_view(OpenIdAdapter(request, THE_ONE))(request)
    return response
