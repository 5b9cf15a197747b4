"""Calls: logged in full, a failed try by one press, corrected, taken back."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.queries.ringing import numbers_for_many
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.permissions import Right
from contacts.views.tools import require, save_or_show
from outage.models import CareChain, Handover
from outage.presenters.care import number_request, patient_on_own_page, ward_label
from outage.presenters.chain import recipient_choices, recipients_to_choose
from outage.presenters.standing import recipient_of
from outage.queries.care_chains import ChainLog, logs_of
from outage.routine import get_routine
from outage.rules.handover import Direction, handover_warnings
from outage.rules.informing import CallOutcome
from outage.rules.wording import clock_time
from outage.services.handovers import CallFacts, Message, correct_call, log_call, withdraw_call
from outage.services.number_flags import flag_called_number
from outage.services.undoing import undo_call
from outage.webforms.calls import CallForm, FlagForm, TryForm
from outage.webforms.events import ReasonForm

from ._tools import chain_or_404, handover_or_404


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
            facts=CallFacts(**form.facts()),
            messages=[Message(**told) for told in form.messages_told()],
        )
        saved = f"Sparat på servern {clock_time(handover.recorded_at)}."
        messages.success(request, saved, extra_tags=str(handover.pk))
        facts = form.facts()
        odd = handover_warnings(
            outcome=facts["outcome"],
            at=handover.at,
            earliest=found.outage.current.started_at,
            read_back=facts["read_back"],
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
        "at": timezone.now(),
        "recipient": recipient_choices(chain, log).get(request.GET.get("till", ""), ""),
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
    wanted = {r for r in (number_request(chain, who) for who in recipients_to_choose(chain, log)) if r}
    return CallForm(
        request.POST or None,
        acting=request.acting,
        chain=chain,
        log=log,
        routine=get_routine(chain.outage.routine_id),
        direction=direction,
        numbers=numbers_for_many(wanted, timezone.now()),
        initial=initial,
        **more,
    )


def _show(
    request: HttpRequest, form: CallForm, chain: CareChain, status: int, corrects: Handover | None = None
) -> HttpResponse:
    options = form.message_options()
    repeated = [option for option in options if option.repeats]
    context = {
        "form": form,
        "chain": chain,
        "outage": chain.outage,
        "patient": patient_on_own_page(chain, timezone.now()),
        "ward": ward_label(chain),
        "direction": form.direction.value,
        "corrects": corrects,
        "filled_in": "" if corrects or "utfall" not in request.GET else form.filled_in(),
        "offered": [option for option in options if not option.repeats],
        "repeated": repeated,
        "repeats_chosen": any(option.chosen for option in repeated),
    }
    return render(request, "outage/call/log.html", context, status=status)


@require_POST
def quick_try(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Log a failed try (Inget svar, Upptaget) by one press; a double click gives one row."""
    require(request.acting, Right.LOG_CARE)
    found = chain_or_404(request, chain_id)
    form = TryForm(request.POST, chain=found, log=logs_of([found.pk])[found.pk])
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
                number=data["number"],
            ),
            messages=[Message(event_id=pk) for pk in data["events"]],
        )
    except RuleError as error:
        messages.error(request, f"Försöket är inte sparat. {error.reason}")
    else:
        saved = f"Försöket är sparat på servern {clock_time(handover.recorded_at)}."
        messages.success(request, saved, extra_tags=str(handover.pk))
    return redirect("status")


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


def _changeable(request: HttpRequest, handover_id: UUID) -> Handover:
    """Give a call of one's own chains that is not itself a withdrawal, or 404."""
    handover = handover_or_404(request, handover_id)
    if handover.withdraws:
        raise Http404
    return handover


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Correct a call by a new row that tells of the same events."""
    require(request.acting, Right.LOG_CARE)
    old = _changeable(request, handover_id)
    initial = {
        "client_id": uuid4(),
        "at": old.at,
        "recipient": old.recipient,
        "outcome": old.outcome,
        "messages": [f"event:{m.event_id}" for m in old.messages.all()],
        **{
            name: getattr(old, name)
            for name in (
                "number",
                "spoken_to",
                "spoken_to_unit",
                "read_back",
                "read_back_reason",
                "comment",
                "next_step",
                "call_back",
            )
        },
    }
    log = logs_of([old.chain_id])[old.chain_id]
    told = [m.event_id for m in old.messages.all()]
    form = _form(request, old.chain, Direction(old.direction), log, initial, corrects=told)

    def show(form: CallForm, status: int = 200) -> HttpResponse:
        return _show(request, form, old.chain, status, corrects=old)

    def save() -> HttpResponse:
        correct_call(
            by=request.acting,
            handover=old,
            client_id=form.cleaned_data["client_id"],
            facts=CallFacts(**form.facts()),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, "Samtalet är rättat. Det gamla står kvar, överstruket.")
        return redirect("chain", old.chain_id)

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Take a call back: whoever it told is then not told."""
    require(request.acting, Right.LOG_CARE)
    old = _changeable(request, handover_id)
    form = ReasonForm(request.POST or None, initial={"client_id": uuid4()})
    assert old.chain.details is not None
    who = recipient_of(old.recipient, old.chain.details.ward_kind)

    def show(form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "chain": old.chain,
            "what": f"Samtal {clock_time(old.at)}, {old.spoken_to_unit or who.label}",
            "consequence": "Den du talade med räknas inte längre som underrättad genom det här samtalet.",
        }
        return render(request, "outage/event/withdraw.html", context, status=status)

    def save() -> HttpResponse:
        withdraw_call(
            by=request.acting,
            handover=old,
            client_id=form.cleaned_data["client_id"],
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, "Samtalet är återtaget. Det står kvar, överstruket.")
        return redirect("chain", old.chain_id)

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)
