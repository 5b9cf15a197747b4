"""Log-in and how long it lasts, the choice of assignment, what is held, and the error pages."""

from typing import Any
from uuid import UUID

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LogoutView
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from contacts.access import (
    ActingRequest,
    AnyRequest,
    OwnRequest,
    acting_in,
    demo_memberships,
    memberships_of,
)
from contacts.queries.people import nobody_yet
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.rules.trace_words import HELD_SHOWN
from contacts.seen import looks_as, refuses
from contacts.services.emergency import use_emergency_code
from contacts.services.tries import note_log_in
from contacts.views.arriving import go_on, own_path, wanted_path
from contacts.views.tools import FormPage, get_or_404, require
from contacts.webforms.emergency import EmergencyForm
from outage.project.accounts import NO_WAY_TO_SHOW, TOO_MANY, came_by_provider
from outage.project.emergency import ONLY_WORK, begin_emergency, emergency_until
from outage.project.guessing import count_try, know_pc
from outage.project.holding import (
    after_fault,
    card_of,
    form_again,
    hold,
    is_own,
    kept_here,
    read_out,
    turned_away,
    typed_in,
    why_not_shown,
)
from outage.project.log_ins import note_failed
from outage.project.shared_pc import keep_logged_in, lock, seconds_left
from outage.project.sso.provider import may_send_there, shown
from outage.queries.held_forms import KNOWN_FOR, held_form_of, is_held, match_of
from outage.services.held_forms import throw_away


class Login(LoginView):  # type: ignore[misc]
    """Log in by name and password or by passkey; in demo mode also by choosing an invented person.

    Credentials are checked also where somebody else is logged in, and the new person replaces the other. Where the
    log-in is locked, its person is offered to go on.
    """

    template_name = "login.html"
    request: AnyRequest

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponseBase:
        return may_send_there(self.request, super().render_to_response(context, **kwargs))

    def get_initial(self) -> dict[str, Any]:
        locked = self.request.locked_user
        return {"login": locked.get_username()} if locked and not self._changing else {}

    @property
    def _changing(self) -> bool:
        """Whether *Byt användare* was pressed."""
        return bool(self.request.session.get("changing"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the demo people, in demo mode only, for whom something is held, and whether there is anybody at all."""
        people = demo_memberships() if settings.DEMO else []
        locked, provider = None if self._changing else self.request.locked_user, shown()
        context: dict[str, Any] = super().get_context_data(
            demo_people=people,
            nobody_yet=nobody_yet(),
            kept_for=kept_here(self.request),
            locked_user=locked,
            # Whose log-in is locked may have no password to type.
            by_other_than_password=bool(provider and locked and not locked.has_usable_password()),
            next=wanted_path(self.request),
            provider=provider,
            **kwargs,
        )
        return context

    def get_form(self, form_class: type[LoginForm] | None = None) -> LoginForm:
        """Puts the focus on the first error where there is one, else on the first empty field."""
        form = super().get_form(form_class)
        if not form.is_bound:
            first = "password" if form.initial.get("login") else "login"
            form.fields[first].widget.attrs["autofocus"] = True
        for field in form.fields.values():
            field.widget.attrs.pop("placeholder", None)
        return form

    def form_valid(self, form: LoginForm) -> HttpResponse:
        """Whoever else is logged in here is out before a second factor is asked for."""
        if self.request.user.is_authenticated and self.request.user != form.user:
            logout(self.request)
        response: HttpResponse = super().form_valid(form)
        return response


class Logout(LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Out here alone: what lives on at the identity provider is said."""
        provider = shown() if came_by_provider(request) else None
        response = super().post(request, *args, **kwargs)
        if provider:
            messages.info(
                request,
                f"Du är utloggad här. Hos {provider.name} kan du vara inloggad: ta ut kortet och stäng webbläsaren.",
            )
        return response

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Nowhere but to the log-in."""
        return ""


@login_not_required
def admin_log_in(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """The admin pages send who is not logged in here, and who may not see them."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    wanted = wanted_path(request) or reverse("admin:index")
    if request.user.is_authenticated:
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")


def admin_own_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """The admin pages lead to Mitt konto."""
    return redirect("account")


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def emergency_log_in(request: ActingRequest) -> HttpResponse:
    """Log in with a code from the unit's sheet. Codes are no more guessed at than passwords."""
    form = EmergencyForm(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            counted = count_try(request, form.cleaned_data["username"])
            if counted is None:
                raise RuleError(TOO_MANY)
            data = dict(form.cleaned_data)
            name = data.pop("username")
            try:
                used = use_emergency_code(by=name, **data)
            except RuleError as error:
                # A reason that will not do is no failed try.
                if not error.field:
                    note_failed(name, "emergency_code")
                raise
            counted.rollback()
            wanted = wanted_path(request)
            begin_emergency(request, used)
            answer = go_on(request, wanted)
            know_pc(request, answer)
            return answer
    return page.show("emergency.html", next=wanted_path(request))


@login_not_required
@require_POST
def lock_log_in(request: AnyRequest) -> HttpResponse:
    """Lock the log-in, for who leaves the PC or lets another person in (`byt`)."""
    if request.user.is_authenticated or request.locked_user:
        lock(request, changing="byt" in request.POST)
    return redirect("account_login")


@require_POST
def show_on_wall(request: ActingRequest) -> HttpResponse:
    """Lock the log-in, but for the page of the whole outage, which says nothing of patients, on a screen for many."""
    require(request.acting, Right.SEE_OVERVIEW)
    request.session["wall"] = True
    lock(request, changing=False)
    return redirect("overview_wall")


@require_http_methods(["GET", "POST"])
def choose_assignment(request: OwnRequest) -> HttpResponse:
    found = memberships_of(request.user)
    if request.method == "POST":
        offered = {str(each.pk): each for each in found}
        chosen = get_or_404(offered.get, request.POST.get("membership", ""))
        request.session["membership_id"] = chosen.pk
        note_log_in(by=acting_in(chosen, request.user), action="assignment.chosen")
        return go_on(request, wanted_path(request))
    return render(
        request,
        "choose_assignment.html",
        {"memberships": found, "next": wanted_path(request), "is_superuser": request.user.is_superuser},
    )


@require_http_methods(["GET", "POST"])
def session_left(request: HttpRequest) -> HttpResponse:
    """How many seconds are left of the log-in, and whether it is the one the page was shown to; by POST, go on.

    The page's mark comes in a header. Asking does not prolong the log-in.
    """
    if request.method == "POST":
        keep_logged_in(request)
    return JsonResponse({"left": seconds_left(request), "mine": is_own(request)})


@require_http_methods(["GET", "POST"])
def held_form(request: ActingRequest, held_id: UUID) -> HttpResponse:
    """Show the held form; a press with the question whether it is to be done; else what there is of it.

    By POST, take up a file: it was never stored, so its page is shown again.

    Anybody else is sent to Läge, as is the owner when it is saved, thrown away or too old.
    """
    held = held_form_of(request.user, held_id)
    if held is None:
        if not is_held(held_id):
            messages.info(
                request,
                "Det som var undanlagt är borttaget efter 12 timmar, eller redan sparat eller kastat.",
            )
        return redirect("status")
    card = card_of(held, request.user, request.acting)
    if emergency_until(request) and not card.here:
        raise PermissionDenied(ONLY_WORK)
    if request.method == "POST":
        throw_away(by=request.acting, held=held)
        return HttpResponseRedirect((own_path(card.address) if card.here else "") or reverse("status"))
    looks_as(HELD_SHOWN, held)
    if card.here and (shown := form_again(request, held)):
        return shown
    over = why_not_shown(request.acting, held) if card.here else ""
    said = read_out(request, held) if card.ended else typed_in(held) if card.here else ()
    return render(request, "held.html", {"card": card, "said": said, "over": over})


@require_POST
def throw_away_held(request: ActingRequest, held_id: UUID) -> HttpResponse:
    held = held_form_of(request.user, held_id, KNOWN_FOR)
    if held is not None:
        throw_away(by=request.acting, held=held)
        messages.success(request, "Kastat.")
    return redirect("status")


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """Every page reads the form that came and who sent it; there may be an error because nobody could, or got there."""
    try:
        _ = request.POST
    except Exception:
        request.POST = QueryDict()
    if not hasattr(request, "user"):
        request.user = AnonymousUser()
    return render(request, "errors/error.html", {"title": title, "text": text}, status=status)


def csrf_failure(request: AnyRequest, reason: str = "") -> HttpResponse:
    """What was typed is held where the form says whose it is; else nothing is promised."""
    refuses("csrf")
    held = hold(request, request.resolver_match.func) if request.resolver_match else None
    if held is None and not request.saved_before:
        return _error(
            request,
            403,
            "Formuläret är för gammalt",
            "Inget är sparat. Öppna sidan igen och fyll i formuläret på nytt.",
        )
    # A part of a page is swapped for the whole answer only where it is a conflict.
    return turned_away(request, held, 403 if is_own(request) and not request.htmx else 409)


_SENT_AGAIN = "Vänta en stund och ladda om sidan: då skickas det igen, och det sparas bara en gång."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, also where the log-in ended, or could not be written, once the page was answered."""
    if isinstance(exception, SessionInterrupted):
        found = after_fault(request)
        again = _SENT_AGAIN if request.method == "POST" else "Ladda om sidan."
        title = f"Redan sparat {found['saved']}" if found["saved"] else "Inloggningen bröts"
        return _error(request, 400, title, found["became"] or again)
    return _error(request, 400, "Det gick inte att läsa", "Gå tillbaka och försök igen.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403. The reason is a sentence of ours where a rule said no."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    if reason == "Reauthentication not available":
        reason = NO_WAY_TO_SHOW
    return _error(request, 403, "Du får inte göra det här", reason or "Din roll ger inte rätt till sidan.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, also for what belongs to somebody else."""
    return _error(
        request,
        404,
        "Sidan finns inte",
        "Den är borttagen, felstavad eller hör till en annan enhet. Gå till Läge.",
    )


def pressed_only(request: HttpRequest) -> HttpResponse:
    """405, for what a button does: there is no page to open at its address."""
    return _error(
        request,
        405,
        "Det finns ingen sida här",
        "Den sidan finns bara som ett tryck på en knapp. Inget är gjort. Gå till Läge.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500. The page itself uses no database: it may be the reason."""
    match = match_of(request.path_info)
    held_as = getattr(match.func, "held_as", None) if match and request.method == "POST" else None
    context = {**after_fault(request), "sent": held_as, "version": settings.VERSION}
    return render(None, "errors/500.html", context, status=500)
