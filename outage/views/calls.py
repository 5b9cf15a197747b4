"""Calls: logged in full, a failed try by one press, corrected, taken back."""

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.rules.errors import IdClash, RuleError
from contacts.rules.held import HeldAs, held_by_value
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, renew, require, save_or_show
from contacts.webforms.differences import form_differences
from outage.models import CareChain, Handover
from outage.presenters.care import target_choices
from outage.presenters.chain import changed_by, other_end
from outage.presenters.later import later_outage
from outage.queries.care_chains import newest_of
from outage.queries.chain_log import ChainLog, logs_of
from outage.queries.ringing import numbers_of_places, stands_in_directory
from outage.routine import get_routine
from outage.rules.handover import CallFacts, Direction, handover_warnings
from outage.rules.informing import CALL_OUTCOME_LABELS, FAILED, CallOutcome
from outage.rules.wording import clock_time, moment
from outage.services.handovers import Message, correct_call, log_call, withdraw_call
from outage.services.number_flags import flag_called_number
from outage.services.undoing import undo_call
from outage.webforms.calls import CallForm
from outage.webforms.events import WithdrawCallForm
from outage.webforms.moments import this_minute
from outage.webforms.tries import FlagForm, TryForm

from ._tools import chain_or_404, changeable_call_or_404, handover_or_404, whose

NOT_TYPED = "Numret är hämtat ur Kontakter."


@held_as(HeldAs("Samtal"))
@require_http_methods(["GET", "POST"])
def chain_call(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Log a call about one patient. From Läge all but the name and the read-back is filled in."""
    require(request.acting, Right.LOG_CARE)
    found = chain_or_404(request, chain_id)
    direction = Direction.RECEIVED if request.GET.get("riktning") == Direction.RECEIVED else Direction.GIVEN
    log = logs_of([found.pk])[found.pk]
    form = _form(request, found, direction, log, _initial(request, found, log))

    def show(form: CallForm, status: int = 200) -> HttpResponse:
        return _show(request, form, found, status)

    def save() -> HttpResponse:
        handover = log_call(
            by=request.acting,
            chain=found,
            client_id=form.cleaned_data["client_id"],
            facts=form.facts(),
            messages=[Message(**told) for told in form.messages_told()],
            answers=form.answers(),
        )
        saved = f"Sparat på servern {clock_time(handover.recorded_at)}."
        messages.success(request, saved, extra_tags=str(handover.pk))
        facts = form.facts()
        odd = handover_warnings(
            outcome=facts.outcome,
            at=handover.at,
            earliest=found.outage.current.started_at,
            read_back=facts.read_back,
        )
        for sentence in odd.values():
            messages.warning(request, sentence)
        if "stay" in request.POST:
            return redirect("chain", found.pk)
        return redirect("status")

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)


def _initial(request: HttpRequest, chain: CareChain, log: ChainLog) -> dict[str, object]:
    outcome, number = request.GET.get("utfall", ""), request.GET.get("nummer", "")
    return {
        "client_id": uuid4(),
        "at": this_minute(),
        "recipient": target_choices(chain, log).get(request.GET.get("till", ""), ""),
        "outcome": outcome if outcome in set(CallOutcome) else CallOutcome.REACHED.value,
        "messages": request.GET.getlist("meddelande"),
        **({"number": number[:60]} if number else {}),
    }


def _form(
    request: HttpRequest,
    chain: CareChain,
    direction: Direction,
    log: ChainLog,
    initial: dict[str, object],
    **more: Any,
) -> CallForm:
    return CallForm(
        more.pop("data", request.POST or None),
        acting=request.acting,
        chain=chain,
        log=log,
        routine=get_routine(chain.outage.routine_id),
        direction=direction,
        numbers=numbers_of_places([log], timezone.now()),
        initial=initial,
        **more,
    )


def _show(
    request: HttpRequest,
    form: CallForm,
    chain: CareChain,
    status: int,
    corrects: Handover | None = None,
    **more: Any,
) -> HttpResponse:
    options = form.message_options()
    repeated = [option for option in options if option.repeats]
    context = {
        "form": form,
        **whose(chain),
        "outage": chain.outage,
        "later": later_outage(request.acting, chain, timezone.now()),
        "direction": form.direction.value,
        "corrects": corrects,
        "filled_in": "" if corrects or "utfall" not in request.GET else form.filled_in(),
        "offered": [option for option in options if not option.repeats],
        "repeated": repeated,
        "repeats_chosen": any(option.chosen for option in repeated),
    }
    return render(request, "outage/call/log.html", context | more, status=status)


_TRY = held_by_value(
    "outcome",
    {outcome: HeldAs(CALL_OUTCOME_LABELS[outcome], pressed=True, keeps_time=True) for outcome in FAILED},
    HeldAs("Försök", pressed=True, keeps_time=True),
)


@held_as(_TRY)
@require_POST
def quick_try(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Log a failed try (Inget svar, Upptaget) by one press; a double click gives one row.

    Nothing is asked: the try was made when it was pressed, and it tells nobody anything.
    """
    require(request.acting, Right.LOG_CARE)
    found = chain_or_404(request, chain_id)
    log = logs_of([found.pk])[found.pk]
    form = TryForm(request.POST, chain=found, log=log)
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        messages.error(request, f"Försöket är inte sparat. {first}")
        return redirect("status")
    data = form.cleaned_data
    try:
        handover = log_call(
            by=request.acting,
            chain=found,
            client_id=data["client_id"],
            facts=CallFacts(
                direction=Direction.GIVEN,
                recipient=data["recipient"],
                outcome=CallOutcome(data["outcome"]),
                at=request.pressed_at,
                number=data["number"],
                # Nobody typed it: a directory may be wrong, and the log says whose word the number is.
                comment=NOT_TYPED if stands_in_directory(data["number"], log, timezone.now()) else "",
            ),
            messages=[
                *(Message(event_id=pk) for pk in data["events"]),
                *(Message(**notice) for notice in data["notices"]),
            ],
        )
    except RuleError as error:
        messages.error(request, f"Försöket är inte sparat. {error.reason}")
    else:
        saved = f"Försöket är sparat på servern {clock_time(handover.recorded_at)}."
        messages.success(request, saved, extra_tags=str(handover.pk))
    return redirect("status")


@held_as(HeldAs("Ångra samtal", pressed=True))
@require_POST
def undo(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Take back what one has just logged, by one press."""
    require(request.acting, Right.LOG_CARE)
    handover = handover_or_404(request, handover_id)
    try:
        undo_call(by=request.acting, handover=handover)
    except RuleError as error:
        messages.error(request, f"Inget är ångrat. {error.reason}")
    else:
        messages.success(request, "Ångrat. Samtalet räknas inte; i vårdkedjan står det kvar, överstruket.")
    if request.POST.get("on") == "chain":
        return redirect("chain", handover.chain_id)
    return redirect("status")


@held_as(HeldAs("Numret fungerar inte", pressed=True))
@require_POST
def flag_called(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Tell the directory that the number of a failed call does not work; a double click gives one row."""
    require(request.acting, Right.READ_CARE)
    handover = handover_or_404(request, handover_id)
    form = FlagForm(request.POST)
    if form.is_valid():
        try:
            flag_called_number(by=request.acting, handover=handover, client_id=form.cleaned_data["client_id"])
        except IdClash:
            messages.error(request, "Inget är anmält. Ladda om sidan och försök igen.")
        except RuleError as error:
            messages.error(request, f"Inget är anmält. {error.reason}")
        else:
            messages.success(request, "Anmält. Den som äger kontakten ser det i sin lista.")
    else:
        messages.error(request, "Inget är anmält. Ladda om sidan och försök igen.")
    if form.cleaned_data.get("from_status"):
        return redirect("status")
    return redirect(f"{reverse('chain', args=[handover.chain_id])}#rad-{handover.pk}")


@held_as(HeldAs("Rättelse av samtal"))
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Correct a call by a new row that tells of the same events."""
    require(request.acting, Right.LOG_CARE)
    old = changeable_call_or_404(request, handover_id)
    initial = {
        **asdict(old.facts),
        "client_id": uuid4(),
        "messages": [f"event:{m.event_id}" for m in old.messages.all()],
    }
    log = logs_of([old.chain_id])[old.chain_id]
    told = [m.event_id for m in old.messages.all()]
    direction = Direction(old.direction)
    form = _form(request, old.chain, direction, log, initial, corrects=told, was_with=old)

    def show(form: CallForm, status: int = 200, **more: Any) -> HttpResponse:
        return _show(request, form, old.chain, status, corrects=old, **more)

    def save() -> HttpResponse:
        correct_call(
            by=request.acting,
            handover=old,
            client_id=form.cleaned_data["client_id"],
            facts=form.facts(),
            reason=form.cleaned_data["reason"],
            not_said=form.not_said(),
            answers=form.answers(),
        )
        messages.success(request, "Samtalet är rättat. Det gamla står kvar, överstruket.")
        return redirect("chain", old.chain_id)

    def changed() -> HttpResponse:
        stands = newest_of(old)
        by = changed_by(stands, timezone.now())
        if stands.withdraws:
            return show(form, 409, changed_by=by, taken_back=True)
        renew(form)
        fresh = _form(
            request,
            old.chain,
            direction,
            log,
            asdict(stands.facts),
            corrects=told,
            was_with=stands,
            data=None,
        )
        return show(
            form,
            409,
            differences=form_differences(form, fresh),
            changed_by=by,
            action=reverse("correct_call", args=[stands.pk]),
        )

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show, changed=changed)
    return show(form)


@held_as(HeldAs("Återtag av samtal"))
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Take a call back: whoever it told is then not told."""
    require(request.acting, Right.LOG_CARE)
    old = changeable_call_or_404(request, handover_id)
    form = WithdrawCallForm(request.POST or None, initial={"client_id": uuid4()})

    def show(form: WithdrawCallForm, status: int = 200, call: Handover = old, **more: Any) -> HttpResponse:
        context = {
            "form": form,
            **whose(old.chain),
            "what": f"Samtal {moment(call.at, timezone.now())}, {other_end(call)}",
            "consequence": "Det som sades räknas inte längre som mottaget genom det här samtalet."
            if old.direction == Direction.RECEIVED
            else "Den du talade med räknas inte längre som underrättad genom det här samtalet.",
        } | more
        return render(request, "outage/event/withdraw.html", context, status=status)

    def save() -> HttpResponse:
        withdraw_call(
            by=request.acting,
            handover=old,
            client_id=form.cleaned_data["client_id"],
            answers=form.answers(),
            **form.facts(),
        )
        messages.success(request, "Samtalet är återtaget. Det står kvar, överstruket.")
        return redirect("chain", old.chain_id)

    def changed() -> HttpResponse:
        stands = newest_of(old)
        by = changed_by(stands, timezone.now())
        if stands.withdraws:
            return show(form, 409, changed_by=by, taken_back=True)
        renew(form)
        return show(form, 409, stands, changed_by=by, action=reverse("withdraw_call", args=[stands.pk]))

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show, changed=changed)
    return show(form)
