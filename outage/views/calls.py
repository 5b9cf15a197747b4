"""Calls: logged in full, a failed try by one press, corrected, taken back."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.held import HeldAs, held_by_value
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, page_of_form, require, save_or_show
from contacts.webforms.differences import form_differences
from outage.models import CareChain, Handover
from outage.presenters.care import target_choices
from outage.presenters.chain import other_end
from outage.presenters.later import later_outage
from outage.presenters.receipts import FLAG_MARK
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.ringing import stands_in_directory
from outage.rules.handover import CallFacts, Direction, Message, handover_warnings
from outage.rules.informing import FAILED, CallOutcome
from outage.rules.wording import clock_time, moment
from outage.services.handovers import correct_call, log_call, withdraw_call
from outage.services.number_flags import flag_called_number, unflag_called_number
from outage.services.undoing import undo_call
from outage.webforms.calls import CallForm
from outage.webforms.events import WithdrawCallForm
from outage.webforms.moments import this_minute
from outage.webforms.tries import FlagForm, TryForm

from ._tools import chain_or_404, changeable_call_or_404, handover_or_404, show_changed, whose

NOT_TYPED = "Numret är hämtat ur Kontakter."


@held_as(HeldAs("Samtal"))
@require_http_methods(["GET", "POST"])
def chain_call(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """From Läge all but the name and the read-back is filled in."""
    require(request.acting, Right.LOG_CARE)
    found = chain_or_404(request, chain_id)
    direction = Direction.RECEIVED if request.GET.get("riktning") == Direction.RECEIVED else Direction.GIVEN
    log = log_of(found.pk)
    form = CallForm(
        request.POST or None,
        acting=request.acting,
        chain=found,
        log=log,
        direction=direction,
        initial=_initial(request, found, log),
    )

    def save() -> HttpResponse:
        facts = form.facts()
        handover = log_call(
            by=request.acting,
            chain=found,
            client_id=form.cleaned_data["client_id"],
            facts=facts,
            messages=form.messages_told(),
            answers=form.answers(),
        )
        saved = f"Sparat på servern {clock_time(handover.recorded_at)}."
        messages.success(request, saved, extra_tags=str(handover.pk))
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

    return save_or_show(request, form, save=save, show=partial(_show, request))


def _initial(request: ActingRequest, chain: CareChain, log: ChainLog) -> dict[str, object]:
    outcome, number = request.GET.get("utfall", ""), request.GET.get("nummer", "")
    return {
        "client_id": uuid4(),
        "at": this_minute(),
        "recipient": target_choices(chain, log).get(request.GET.get("till", ""), ""),
        "outcome": outcome if outcome in set(CallOutcome) else CallOutcome.REACHED.value,
        "messages": request.GET.getlist("meddelande"),
        **({"number": number[:60]} if number else {}),
    }


def _show(request: ActingRequest, form: CallForm, status: int = 200, **more: object) -> HttpResponse:
    options, corrects = form.message_options(), more.get("corrects")
    repeated = [option for option in options if option.repeats]
    context = {
        "form": form,
        **whose(form.chain),
        "outage": form.chain.outage,
        "later": later_outage(request.acting, form.chain, timezone.now()),
        "direction": form.direction.value,
        "filled_in": "" if corrects or "utfall" not in request.GET else form.filled_in(),
        "offered": [option for option in options if not option.repeats],
        "repeated": repeated,
        "repeats_chosen": any(option.chosen for option in repeated),
    }
    return render(request, "outage/call/log.html", context | more, status=status)


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
    found = chain_or_404(request, chain_id)
    log = log_of(found.pk)
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
                # Nobody typed it: the directory may be wrong, and the log says where the number came from.
                comment=NOT_TYPED if stands_in_directory(data["number"], log, timezone.now()) else "",
            ),
            messages=[
                *(Message(event_id=pk) for pk in data["events"]),
                *data["notices"],
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
def undo(request: ActingRequest, handover_id: UUID) -> HttpResponse:
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
def flag_called(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    """Report to the directory that the number of a failed call does not work; a double click gives one row."""
    said = "Anmält. Den som äger kontakten ser det i sin lista."
    return _say_of_number(request, handover_id, flag_called_number, said, "Inget är anmält.", undo=True)


@held_as(HeldAs("Ångra: numret fungerar", pressed=True))
@require_POST
def unflag_called(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    """Take back one's own report that the number of a call does not work."""
    said = "Ångrat. Numret står inte längre som anmält av dig."
    return _say_of_number(request, handover_id, unflag_called_number, said, "Inget är ångrat.")


def _say_of_number(
    request: ActingRequest,
    handover_id: UUID,
    write: Callable[..., object],
    said: str,
    not_said: str,
    *,
    undo: bool = False,
) -> HttpResponse:
    require(request.acting, Right.READ_CARE)
    handover = handover_or_404(request, handover_id)
    form = FlagForm(request.POST)
    if form.is_valid():
        try:
            write(by=request.acting, handover=handover, client_id=form.cleaned_data["client_id"])
        except IdClash:
            messages.error(request, f"{not_said} Ladda om sidan och försök igen.")
        except RuleError as error:
            messages.error(request, f"{not_said} {error.reason}")
        else:
            messages.success(request, said, extra_tags=f"{FLAG_MARK}{handover.pk}" if undo else "")
    else:
        messages.error(request, f"{not_said} Ladda om sidan och försök igen.")
    if form.cleaned_data.get("from_status"):
        return redirect("status")
    return redirect(f"{reverse('chain', args=[handover.chain_id])}#rad-{handover.pk}")


@held_as(HeldAs("Rättelse av samtal"))
@require_http_methods(["GET", "POST"])
def correct(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    old = changeable_call_or_404(request, handover_id)
    log = log_of(old.chain_id)
    told = [message.event_id for message in old.messages.all() if message.event_id]

    def form_of(call: Handover, data: QueryDict | None, **initial: object) -> CallForm:
        return CallForm(
            data,
            acting=request.acting,
            chain=old.chain,
            log=log,
            direction=Direction(old.direction),
            initial=asdict(call.facts) | initial,
            corrects=told,
            was_with=call,
        )

    ticked = [f"event:{event_id}" for event_id in told]
    form = form_of(old, request.POST or None, client_id=uuid4(), messages=ticked)
    show = partial(_show, request, corrects=old)

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

    def differences(stands: Handover) -> dict[str, object]:
        return {"differences": form_differences(form, form_of(stands, None))}

    changed = partial(show_changed, request, form, old, show, differences)
    return save_or_show(request, form, save=save, show=show, changed=changed)


@held_as(HeldAs("Återtag av samtal"))
@require_http_methods(["GET", "POST"])
def withdraw(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    old = changeable_call_or_404(request, handover_id)
    form = WithdrawCallForm(request.POST or None, initial={"client_id": uuid4()})

    def what(call: Handover) -> dict[str, object]:
        return {"what": f"Samtal {moment(call.at, timezone.now())}, {other_end(call)}"}

    show = page_of_form(
        request,
        "outage/event/withdraw.html",
        consequence="Det som sades räknas inte längre som mottaget genom det här samtalet."
        if old.direction == Direction.RECEIVED
        else "Den du talade med räknas inte längre som underrättad genom det här samtalet.",
        **whose(old.chain) | what(old),
    )

    def save() -> HttpResponse:
        withdraw_call(by=request.acting, handover=old, answers=form.answers(), **form.facts())
        messages.success(request, "Samtalet är återtaget. Det står kvar, överstruket.")
        return redirect("chain", old.chain_id)

    changed = partial(show_changed, request, form, old, show, what)
    return save_or_show(request, form, save=save, show=show, changed=changed)
