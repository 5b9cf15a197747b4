"""What the library asks of the product: which provider there is, whom an answer is about, and what is refused how."""

from typing import Any, NoReturn

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import Provider
from allauth.socialaccount.providers.base.constants import AuthError
from django.contrib.auth import logout
from django.http import HttpRequest

from contacts.access import AnyRequest
from contacts.audit import record_system
from contacts.content.identity_provider import IdentityProvider
from contacts.models import Membership, User
from contacts.queries.staff_ids import assignment_at, called, person_with
from contacts.rules.vouched import Vouched, roles_meant
from contacts.views.arriving import go_on, own_path

from .door import Door
from .provider import OPENID, app_of, the_provider
from .refusing import cancelled, refused, untrusted

# How much earlier than we asked the provider's clock may say that it was.
_CLOCKS_DIFFER_SECONDS = 60


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """There is one provider, of the content file: no row in the database makes another."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        known = the_provider()
        app = app_of(known) if known else None
        if app is None or (client_id and client_id != app.client_id):
            return []
        return [app] if provider in {None, app.provider, app.provider_id} else []

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        app = self.get_app(request, provider, client_id)
        if app.provider == OPENID:
            from .openid import OpenIdProvider

            return OpenIdProvider(request, app)
        from .saml import SamlProvider

        return SamlProvider(request, app)

    def get_requests_session(self) -> Door:
        return Door()

    def on_authentication_error(
        self, request: HttpRequest, provider: Provider, error: str | None = None, **more: Any
    ) -> NoReturn:
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(cancelled(request))
        raise ImmediateHttpResponse(untrusted(request, more.get("exception")))

    def pre_social_login(self, request: AnyRequest, sociallogin: SocialLogin) -> None:
        """Whom it is about and in which assignment. Whoever else is logged in here, or left it locked, is out; for the
        same person it is a confirmation.
        """
        told: Vouched = sociallogin.account.extra_data
        provider = the_provider()
        assert provider is not None
        here = request.locked_user or (request.user if request.user.is_authenticated else None)
        user, membership = _meant(request, provider, told)
        _check_new(request, told, sociallogin.state["asked_at"], must_tell=here == user)
        if here is not None and here != user:
            logout(request)
        sociallogin.user = user
        request.session["membership_id"] = membership.pk
        if request.user == user:
            record_authentication(request, user, "socialaccount", reauthenticated=True)
            request.session["second_factor"] = True
            raise ImmediateHttpResponse(go_on(request, own_path(sociallogin.state.get("next") or "")))


def _meant(request: AnyRequest, provider: IdentityProvider, told: Vouched) -> tuple[User, Membership]:
    """Raises ImmediateHttpResponse with a page that says what is missing; the trace has the row."""
    if not told.hsa_id:
        raise ImmediateHttpResponse(
            refused(request, f"{provider.name} sa inte vilket HSA-id du har. Be din administratör om hjälp.")
        )
    if not set(told.levels) & set(provider.levels):
        _refuse(
            request,
            told,
            "login.too_weak",
            "Du legitimerade dig på ett sätt som inte räcker här. Logga in igen med ditt tjänstekort.",
        )
    user = person_with(told.hsa_id)
    if user is None:
        _refuse(
            request,
            told,
            "login.unknown_person",
            f"Ditt HSA-id {told.hsa_id} är inte upplagt här. Be din administratör lägga till det.",
        )
    roles = roles_meant(told.words, provider.roles) if provider.roles else None
    membership = assignment_at(user, told.unit, roles)
    if membership is None:
        place = f"Ditt uppdrag vid {called(told.unit)}" if told.unit else "Det uppdrag du valde"
        _refuse(
            request,
            told,
            "login.unknown_assignment",
            f"{place} är inte upplagt här. Be din administratör lägga till det.",
            user,
        )
    return user, membership


def _refuse(
    request: AnyRequest, told: Vouched, action: str, sentence: str, user: User | None = None
) -> NoReturn:
    changes = {
        "hsa_id": told.hsa_id,
        "unit": told.unit,
        "roles": list(told.words),
        "levels": list(told.levels),
    }
    record_system(action=action, user=user, target=user, changes={k: v for k, v in changes.items() if v})
    raise ImmediateHttpResponse(refused(request, sentence))


def _check_new(request: AnyRequest, told: Vouched, asked_at: float, *, must_tell: bool) -> None:
    """Raises ImmediateHttpResponse where the provider did not ask the person anew: somebody else may sit there now."""
    if told.at is None and not must_tell:
        return
    if told.at is None or told.at < asked_at - _CLOCKS_DIFFER_SECONDS:
        raise ImmediateHttpResponse(
            refused(request, "Du blev inte tillfrågad om ditt kort på nytt. Försök igen.")
        )
