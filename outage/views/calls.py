"""Calls: logged in full, a failed try by one press, corrected, taken back."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.access import Acting, ActingRequest
from contacts.page_versions import of_one_minute, shown_alike
from contacts.presenters.keeping import Difference
from contacts.rules.errors import IdClash
from contacts.rules.held import HeldAs, held_by_value
from contacts.rules.permissions import Right
from contacts.rules.phone import numbers_in
from contacts.views.shared import SharedHtml, shared_part
from contacts.views.tools import FormPage, check_sent, held_as, renew, require, told_if_refused
from contacts.webforms.differences import own_data
from outage.models import CareChain, Handover
from outage.presenters.chain import other_end
from outage.presenters.later import later_outage
from outage.presenters.told import told_in_short
from outage.queries.call_codes import code_of_form
from outage.queries.care_chains import get_handover, get_reached, newest_of
from outage.queries.chain_log import ChainLog, log_of, log_shown
from outage.queries.joined import said_of
from outage.queries.ring_back import key_to_ring_back
from outage.queries.targets import target_choices
from outage.queries.told_before import told_before
from outage.rules.asked_messages import told_already
from outage.rules.call_code import shown_code
from outage.rules.handover import CallFacts, Direction, Message, handover_warnings
from outage.rules.informing import FAILED, CallOutcome
from outage.rules.told import PLACE_PREFIX
from outage.rules.wording import clock_time, moment
from outage.services.handovers import correct_call, log_call, withdraw_call
from outage.services.undoing import undo_call
from outage.webforms.call_options import MessageOption
from outage.webforms.calls import CallForm
from outage.webforms.events import WithdrawCallForm
from outage.webforms.moments import this_minute
from outage.webforms.tries import TryForm

from ._tools import (
    asked_direction,
    changeable_or_404,
    check_may_be_asked,
    joined_from,
    led_to_standing,
    reached_or_404,
    seen_or_404,
    standing_row,
    to_chain,
    whose,
)

NOT_TYPED = "Numret är hämtat ur Kontakter."
_NOT_RECEIVED = "Det som sades räknas inte längre som mottaget genom det här samtalet."
_NOT_INFORMED = "Den du talade med räknas inte längre som underrättad genom det här samtalet."
CODE_NOT_TAKEN = (
    "Kvittenskoden kunde inte tas emot nu: många koder har skrivits in utan svar. Samtalet är sparat utan den. "
    "Rätta samtalet om en timme för att lägga till den."
)


@held_as(HeldAs("Samtal"), CallForm)
@require_http_methods(["GET", "POST"])
def chain_call(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """From Läge all but the name and the read-back is filled in."""
    require(request.acting, Right.LOG_CARE)
    if request.method == "GET":
        return _blank(request, chain_id)
    found = reached_or_404(request, chain_id)
    log = log_of(found.pk, signed=False)
    form = _call_form(request, found, log)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            facts = form.facts()
            handover = log_call(
                by=request.acting,
                chain=found,
                client_id=form.cleaned_data["client_id"],
                facts=facts,
                messages=form.messages_told(),
                answers=form.answers(),
                code=form.cleaned_data.get("code", ""),
                log=log,
                seen=form.cleaned_data["seen"] or 0,
                shown=form.cleaned_data["shown"],
            )
            _tell_logged(request, form, handover, facts)
            _tell_of_code(request, form, handover)
            return to_chain(request, found.pk) if "stay" in request.POST else redirect("status")
    if page.first:
        tell_first(page, form, page.first)
    return _show(page, form)


def tell_first(page: FormPage, form: CallForm, first: UUID) -> None:
    """What differs from the call that the form logged before, as that stands, unless it was taken back."""
    with suppress(ObjectDoesNotExist):
        call = newest_of(get_handover(page.request.acting, first))
        if not call.withdraws:
            now, at = timezone.now(), form.facts().at or timezone.now()
            was = told_in_short(form.log, form.routine, call.messages.all(), call.at, now)
            said = told_in_short(form.log, form.routine, form.messages_told(), at, now)
            differs = [Difference("Meddelanden", was, said)] if was != said else []
            fresh = _correction(page.request.acting, call, form.log, call, of=type(form))
            page.tell_first(fresh, reverse("correct_call", args=[call.pk]), differs)


def _call_form(request: ActingRequest, chain: CareChain, log: ChainLog) -> CallForm:
    return CallForm(
        request.POST or None,
        acting=request.acting,
        chain=chain,
        log=log,
        direction=asked_direction(request),
        initial=_initial(request, chain, log),
    )


def _blank(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """The form to fill in: its id and the code that goes with that are each one's own."""
    acting, now = request.acting, timezone.now()
    alike = "call", *shown_alike(acting), request.get_full_path()
    found = reached_or_404(request, chain_id)
    check_may_be_asked(request, found.outage)
    if join := joined_from(found, chain_id):
        messages.info(request, said_of(join, now))

    def make() -> SharedHtml:
        form, stand_in = _call_form(request, found, log_shown(acting, found, now)), f"code-{uuid4()}"
        context = _context(request, form) | {"code": form.code_to_say() and stand_in}
        return shared_part(request, "outage/call/log.jinja", context, stand_in)

    # What is opened in an emergency is so for one person, and for a time.
    shared, form_id = make() if found.emergency else of_one_minute(alike, now, make), uuid4()
    code = shown_code(code_of_form(form_id, acting.user.pk, acting.unit.pk))
    context = {"chain": found, "shared": shared, "form_id": form_id, "code": code}
    return render(request, "outage/call/log.html", context)


def _tell_logged(request: ActingRequest, form: CallForm, handover: Handover, facts: CallFacts) -> None:
    saved = f"Sparat på servern {clock_time(handover.recorded_at)}."
    messages.success(request, saved, extra_tags=str(handover.pk))
    now, may_differ = form.chain.details, form.cleaned_data["shown"] not in (None, form.chain.details_id)
    for party, place in now.place_keys.items():
        if may_differ and party == handover.recipient and place != handover.place:
            became = f"{party.label} ändrades till {now.place_names[party]} medan du skrev."
            messages.warning(request, f"{became} Samtalet står med {handover.place_name}, som sidan visade.")
    odd = handover_warnings(
        outcome=facts.outcome,
        at=handover.at,
        earliest=form.chain.outage.current.started_at,
        read_back=facts.read_back,
    )
    for sentence in odd.values():
        messages.warning(request, sentence)


def _tell_of_code(request: ActingRequest, form: CallForm, handover: Handover) -> None:
    if form.cleaned_data.get("code") and handover.code is None:
        messages.warning(request, CODE_NOT_TAKEN)


def _initial(request: ActingRequest, chain: CareChain, log: ChainLog) -> dict[str, object]:
    outcome, number = request.GET.get("utfall", ""), request.GET.get("nummer", "")
    to, back = request.GET.get("till", ""), request.GET.get("uppringning", "")
    recipient = target_choices(chain, log).get(to, "") if to else ""
    if call := next((call for call in log.live_handovers if str(call.pk) == back), None):
        recipient = key_to_ring_back(chain, log, call)
        number = next(iter(numbers_in(call.call_back)), number)
    return {
        "at": this_minute(),
        "recipient": recipient,
        "outcome": outcome if outcome in set(CallOutcome) else CallOutcome.REACHED.value,
        "messages": request.GET.getlist("meddelande"),
        **({"number": number[:60]} if number else {}),
    }


def _show(page: FormPage, form: CallForm, corrects: Handover | None = None) -> HttpResponse:
    new_code = isinstance(page.refused, IdClash)
    return page.show("outage/call/log.html", **_context(page.request, form, corrects), new_code=new_code)


def _context(request: ActingRequest, form: CallForm, corrects: Handover | None = None) -> dict[str, object]:
    options = form.message_options()
    repeated = [option for option in options if option.repeats]
    return {
        **whose(form.chain),
        "form": form,
        "outage": form.chain.outage,
        "later": later_outage(request.acting, form.chain, timezone.now()),
        "direction": form.direction.value,
        "filled_in": "" if corrects or "utfall" not in request.GET else form.filled_in(),
        "offered": [option for option in options if not option.repeats],
        "repeated": repeated,
        "repeats_chosen": any(option.chosen for option in repeated),
        "corrects": corrects,
        "told_already": "" if corrects else _told_already(form, options),
        "code": form.code_to_say(),
    }


def _told_already(form: CallForm, options: Iterable[MessageOption]) -> str:
    """Where the one that is chosen has been told all that is ticked: when, and by whom."""
    to = next((option for option in form.recipient_options() if option.chosen), None)
    if to is None or form.direction is Direction.RECEIVED:
        return ""
    place = to.meant.partition("=")[2] if to.party else ""
    ticked = [option.event_id for option in options if option.chosen]
    call = told_before(form.chain, form.log, PLACE_PREFIX + place if place else to.key, ticked)
    return told_already(call.place_name, call.at, call.user.full_name, timezone.now()) if call else ""


_TRY = held_by_value(
    "outcome",
    {outcome: HeldAs(outcome.label, pressed=True, keeps_time=True) for outcome in FAILED},
    HeldAs("Försök", pressed=True, keeps_time=True),
)


@held_as(_TRY)
@require_POST
def quick_try(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """A failed try (Inget svar, Upptaget) by one press; a double click gives one row.

    Nothing is asked: the try was made when it was pressed, and it tells nobody anything.
    """
    require(request.acting, Right.LOG_CARE)
    # It shows nobody: a list of calls has the button.
    found = seen_or_404(request, get_reached, chain_id)
    log = log_of(found.pk, signed=False)
    form = TryForm(request.POST, chain=found, log=log)
    with told_if_refused(request, "Försöket är inte sparat."):
        check_sent(form)
        data = form.cleaned_data
        handover = log_call(
            by=request.acting,
            chain=found,
            client_id=data["client_id"],
            facts=CallFacts(
                direction=Direction.GIVEN,
                recipient=data["recipient"],
                outcome=CallOutcome(data["outcome"]),
                number=data["number"],
                # Nobody typed it: the directory may be wrong, and the log says where the number came from.
                comment=NOT_TYPED if data["number"] in data["listed"] else "",
            ),
            messages=[
                *(Message(event_id=pk) for pk in data["events"]),
                *data["notices"],
            ],
            log=log,
            pressed_at=request.pressed_at,
        )
        saved = f"Försöket är sparat på servern {clock_time(handover.recorded_at)}."
        messages.success(request, saved, extra_tags=str(handover.pk))
    return redirect("status")


@held_as(HeldAs("Ångra samtal", pressed=True))
@require_POST
def undo(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    """Take back what one has just logged, by one press."""
    require(request.acting, Right.LOG_CARE)
    # It shows nobody: a list of calls has the button.
    handover = seen_or_404(request, get_handover, handover_id)
    with told_if_refused(request, "Inget är ångrat."):
        undo_call(by=request.acting, handover=handover)
        messages.success(request, "Ångrat. Samtalet räknas inte; i vårdkedjan står det kvar, överstruket.")
    if request.POST.get("on") == "chain":
        return to_chain(request, handover.chain_id)
    return redirect("status")


@held_as(HeldAs("Rättelse av samtal"), CallForm)
@require_http_methods(["GET", "POST"])
def correct(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    old = changeable_or_404(request, get_handover, handover_id)
    if standing := led_to_standing(request, old):
        return standing
    form_of = partial(_correction, request.acting, old, log_of(old.chain_id))
    form = form_of(old, request.POST or None)
    if "first" in request.POST:
        own_data(form).setlist("messages", _told_by(old))
    page = FormPage(request, form)
    if page.to_save():
        with page:
            new = correct_call(
                by=request.acting,
                handover=old,
                client_id=form.cleaned_data["client_id"],
                facts=form.facts(),
                reason=form.cleaned_data["reason"],
                not_said=form.not_said(),
                answers=form.answers(),
                code=form.cleaned_data.get("code"),
            )
            _tell_of_code(request, form, new)
            said = "Samtalet är rättat. Det gamla står kvar, överstruket."
            return to_chain(request, old.chain_id, said=said)
    standing_row(page, old, form_of)
    if "taken_back" in page.told and not page.told["moved"]:
        renew(form)
        page.told["action"] = f"{reverse('chain_call', args=[old.chain_id])}?riktning={old.direction}"
    return _show(page, form, corrects=old)


def _correction(
    acting: Acting,
    old: Handover,
    log: ChainLog,
    call: Handover,
    data: QueryDict | None = None,
    *,
    of: type[CallForm] = CallForm,
) -> CallForm:
    """The form that corrects `old`, filled in with what `call` says; a row of paper is a form `of` its own."""
    return of(
        data,
        acting=acting,
        chain=old.chain,
        log=log,
        direction=Direction(old.direction),
        initial=asdict(call.facts)
        | {"messages": _told_by(old), "code": call.code and call.code.code}
        | {"written_at": call.written_at, "signed_by": call.paper_signature},
        corrects=[message.event_id for message in old.messages.all() if message.event_id],
        was_with=call,
    )


def _told_by(call: Handover) -> list[str]:
    return [f"event:{message.event_id}" for message in call.messages.all() if message.event_id]


@held_as(HeldAs("Återtag av samtal"), WithdrawCallForm)
@require_http_methods(["GET", "POST"])
def withdraw(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    old = changeable_or_404(request, get_handover, handover_id)
    if standing := led_to_standing(request, old):
        return standing
    form = WithdrawCallForm(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            withdraw_call(by=request.acting, handover=old, answers=form.answers(), **form.facts())
            said = "Samtalet är återtaget. Det står kvar, överstruket."
            return to_chain(request, old.chain_id, said=said)
    stands = standing_row(page, old)
    received = old.direction == Direction.RECEIVED
    return page.show(
        "outage/event/withdraw.html",
        consequence=_NOT_RECEIVED if received else _NOT_INFORMED,
        what=f"Samtal {moment(stands.at, timezone.now())}, {other_end(stands)}",
        **whose(old.chain),
    )
