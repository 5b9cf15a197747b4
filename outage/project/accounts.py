"""What django-allauth asks of the product: where a log-in leads, what is refused in which words, how secrets lie."""

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.core.internal.ratelimit import RateLimitUsage
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.signals import on_user_logged_in
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from contacts.audit import record_system
from contacts.models import User
from contacts.models.data_key import environments_key
from contacts.models.encrypted import decrypted, encrypted, is_encrypted
from contacts.services.encrypting_again import ABOUT_SECRETS, SECOND_FACTOR
from contacts.views.arriving import go_on, own_path, wanted_path
from outage.project import emergency
from outage.project.guessing import count_try, know_pc
from outage.project.log_ins import note_failed, note_failed_of, note_in, note_out
from outage.project.sso.provider import the_provider

TOO_MANY = (
    "För många försök. Vänta fem minuter och försök igen, "
    "eller logga in på en annan dator, där någon redan har loggat in."
)
NO_WAY_TO_SHOW = (
    "Du måste visa igen att det är du, och har varken lösenord eller andra steg här. "
    "Be den som lägger upp personer om en engångskod, och logga in med den."
)


def came_by_provider(request: HttpRequest) -> bool:
    """Whether the person of this log-in has logged in, or confirmed it, at the identity provider."""
    user = request.user if request.user.is_authenticated else None
    return any(each["method"] == "socialaccount" for each in get_authentication_records(request, user))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up, nothing is mailed; a log-in goes on to the page that was asked for."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "Användarnamnet eller lösenordet är fel.",
        "incorrect_password": "Lösenordet är fel.",
        "incorrect_code": "Koden är fel.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        return bool(url and own_path(url))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Of its own messages, those about what went wrong: the others say what the next page shows."""
        if kwargs.get("message"):
            super().add_message(*args, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises ValidationError where too many tries have been made. In the library's place: see `guessing`."""
        used = count_try(request, credentials.get("username", ""))
        if used is None:
            raise ValidationError(TOO_MANY, code="too_many_login_attempts")
        # Taken back by the library where the password is right.
        self._login_failed_rl_usage: RateLimitUsage = used

    def no_failed_try(self) -> None:
        """Take back what `pre_authenticate` counted, where another than the library asked for a password or a code."""
        self._login_failed_rl_usage.rollback()

    def authentication_failed(
        self, request: HttpRequest, *, why: str = "password", **credentials: Any
    ) -> None:
        note_failed(credentials.get("username", ""), why)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """The library's own limit is that of a second step."""
        if code == "too_many_login_attempts":
            note_failed_of(_whose_step(), "second_step", "login.locked_out")
        refused: ValidationError = super().validation_error(code, *args)
        return refused

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "outage.project.accounts.SecondStep"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Who has no password here confirms at the identity provider."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if isinstance(user, User) and user.hsa_id and (provider := the_provider()):
            url = reverse("provider_log_in")
            methods.append({"id": "provider", "description": provider.name, "url": url})
        return methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """The library knows of its own ways alone."""
        records = get_authentication_records(self.request, self.request.user)
        shown = [r["at"] for r in records if r["method"] == "socialaccount" and r.get("reauthenticated")]
        if shown and timezone.now().timestamp() - shown[-1] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        needed = bool(super().is_reauthentication_required(app=app, **kwargs))
        if needed and not self.get_reauthentication_methods(self.request.user):
            raise PermissionDenied(NO_WAY_TO_SHOW)
        return needed

    def login(self, request: HttpRequest, user: User) -> None:
        """Another's log-in that was left locked here ends with its session, and what this one has shown would too."""
        self._shown = get_authentication_records(request, user)
        left: User | None = getattr(request, "locked_user", None)
        if left is not None and left != user:
            note_out(request, left, "replaced")
        former = request.session.session_key
        super().login(request, user)
        if request.session.session_key == former:
            # The same person again, who unlocks: Django goes on in the session as it is named.
            request.session.cycle_key()

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        super().post_login(request, user, **more)
        note_in(request, user, self._shown)
        now = int(timezone.now().timestamp())
        request.session["started"] = request.session["seen"] = now
        for mark in ("locked", "changing", emergency.MARK):
            request.session.pop(mark, None)
        # The identity provider vouches for two, by the levels that are accepted.
        with_two = any(each["method"] == "mfa" for each in self._shown)
        request.session["second_factor"] = with_two or came_by_provider(request)
        # The page asked for before the second step, or in the form of this one.
        response = go_on(request, own_path(more.get("redirect_url") or "") or wanted_path(request))
        know_pc(request, response)
        return response


class SecondStep(AuthenticateStage):  # type: ignore[misc]
    """Not asked for after a log-in through the identity provider, which asked for both itself."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if "sociallogin" in (self.login.signal_kwargs or {}):
            return None, True
        found: tuple[HttpResponse | None, bool] = super().handle()
        return found


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of a second factor lie encrypted, with a data key of their own."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": "Koden är fel."}

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code == "incorrect_code":
            note_failed_of(_whose_step(), "code", "second_factor.failed")
        refused: ValidationError = super().validation_error(code, *args)
        return refused

    def encrypt(self, text: str) -> str:
        return str(encrypted(text, SECOND_FACTOR, ABOUT_SECRETS))

    def decrypt(self, encrypted_text: str) -> str:
        if is_encrypted(encrypted_text):
            return decrypted(encrypted_text, ABOUT_SECRETS)
        # From before there were data keys.
        return environments_key().decrypt(encrypted_text.encode()).decode()


def _whose_step() -> User | None:
    """Whom a second step is asked of: at log-in, else of who confirms it."""
    stage = getattr(context.request, "_login_stage", None)
    user = stage.login.user if stage else getattr(context.request, "user", None)
    return user if isinstance(user, User) else None


_WORDS = {
    Authenticator.Type.WEBAUTHN: "passnyckel",
    Authenticator.Type.TOTP: "kodapp",
    Authenticator.Type.RECOVERY_CODES: "reservkoder",
}


@receiver(authentication_step_completed)
def _renew(request: HttpRequest, reauthenticated: bool = False, **more: Any) -> None:
    """Whoever confirms who they are goes on in a session of a new name, as after a log-in."""
    if reauthenticated:
        request.session.cycle_key()
        # The list of one's log-ins follows.
        on_user_logged_in(type(request.user), request=request)


@receiver(post_save, sender=Authenticator)
def _note_added(instance: Authenticator, created: bool, **more: Any) -> None:
    """In the trace, with the row itself; and whoever adds a second factor has shown it."""
    if not created:
        return
    _note("second_factor.added", instance)
    if instance.type != Authenticator.Type.RECOVERY_CODES and context.request is not None:
        context.request.session["second_factor"] = True
        if instance.type == Authenticator.Type.TOTP:
            # The code that it was added with counts as used: it logs nobody in as well.
            TOTP(instance).validate_code(context.request.POST.get("code", ""))


@receiver(post_delete, sender=Authenticator)
def _note_removed(instance: Authenticator, **more: Any) -> None:
    _note("second_factor.removed", instance)


def _note(action: str, authenticator: Authenticator) -> None:
    user, kind = authenticator.user, Authenticator.Type(authenticator.type)
    record_system(action=action, user=user, target=user, changes={"kind": _WORDS[kind]})
