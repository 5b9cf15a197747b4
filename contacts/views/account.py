"""One's own account: the first log-in with a one-time code, and Mitt konto."""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.signals import password_changed
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from contacts.access import ActingRequest, memberships_of
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.services.passwords import change_own_password, use_code
from contacts.services.reading import choose_reminders
from contacts.views.arriving import wanted_path
from contacts.views.tools import FormPage, held_as
from contacts.webforms.passwords import OneTimeCodeForm, OwnPasswordForm


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def one_time_code(request: ActingRequest) -> HttpResponse:
    """Choose a password with a code, and be logged in, by the second step too where the person has one. Whoever is
    logged in already is replaced, as at the log-in.
    """
    form = OneTimeCodeForm(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            data = form.cleaned_data
            with _as_a_try(request, data["username"], why="code", wrong=None):
                person = use_code(by=data["username"], code=data["code"], password=data["password1"])
            if request.user != person:
                logout(request)
            who = Login(user=person, redirect_url=wanted_path(request))
            answer: HttpResponse = perform_password_login(request, {"username": person.get_username()}, who)
            if request.user == person:
                end_other_sessions(request, person)
            messages.success(request, "Ditt lösenord är valt. Koden går inte att använda igen.")
            return answer
    return page.show("contacts/account/one_time_code.html")


@contextmanager
def _as_a_try(request: ActingRequest, name: str, *, why: str, wrong: str | None) -> Iterator[None]:
    """What is typed here is no more guessed at than at log-in; raises RuleError where it was too often.

    A try failed where the RuleError has the field `wrong`, as that one has: a new password that will not do is none.
    """
    adapter = get_adapter(request)
    try:
        adapter.pre_authenticate(request, username=name)
    except ValidationError as refused:
        raise RuleError(refused.messages[0], field=wrong) from refused
    try:
        yield
    except RuleError as error:
        if error.field == wrong:
            adapter.authentication_failed(request, username=name, why=why)
        else:
            adapter.no_failed_try()
        raise
    adapter.no_failed_try()


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def account(request: ActingRequest) -> HttpResponse:
    """Mitt konto: who one is, where one works, and the own password. Works without an assignment too."""
    form = OwnPasswordForm(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            data = form.cleaned_data
            with _as_a_try(request, request.user.get_username(), why="password", wrong="old_password"):
                person = change_own_password(
                    by=request.acting or request.user, old=data["old_password"], new=data["password1"]
                )
            update_session_auth_hash(request, person)
            end_other_sessions(request, person)
            # The list of one's log-ins follows this one, which has a new key.
            password_changed.send(sender=type(person), request=request, user=person)
            messages.success(request, "Lösenordet är bytt. Dina andra inloggningar är avslutade.")
            return redirect("account")
    return page.show("contacts/account/show.html", memberships=memberships_of(request.user))


@held_as(
    HeldAs(
        "Spara valet", pressed=True, asks="Valet är som förut. Svarar du ja visas påminnelser som du valde."
    )
)
@require_POST
def reminders_outside(request: ActingRequest) -> HttpResponse:
    """Whether one wants reminders beside the browser's window too. Each browser has to allow it as well."""
    outside = bool(request.POST.get("utanfor"))
    choose_reminders(by=request.acting, outside=outside)
    how = "utanför webbläsaren också" if outside else "bara i webbläsaren"
    messages.success(request, f"Påminnelser visas {how}.")
    return redirect("account")
