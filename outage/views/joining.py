"""Two chains of the same patient: joined into one, and taken apart again."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, held_as, require
from contacts.webforms.fields import SentOnce
from outage.models import CareChain
from outage.presenters.care import patient_on_own_page
from outage.presenters.joining import choices, like_pairs, option, parted, side
from outage.queries.care_chains import find_chains, visible_chains
from outage.queries.chain_log import log_of, logs_of
from outage.queries.joined import join_into, said_of, standing_join
from outage.queries.joining import pairs_between
from outage.queries.naming import by_number
from outage.queries.same_patient import own_chains_beside
from outage.services.joining import check_can_join, join_chains, undo_join
from outage.webforms.events import ReasonForm
from outage.webforms.joining import JoinForm, as_sent

from ._tools import check_may_be_asked, led_to_kept, to_chain, whole_or_404

CHAINS_SHOWN = 50
_NOT_CHOSEN = "Det du valde är inte sparat: se efter att uppgifterna stämmer."


@held_as(HeldAs("Sammanföring av vårdkedjor"), JoinForm)
@require_http_methods(["GET", "POST"])
def join(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """Choose the other chain, searched for by POST; then, beside it, what is right and what is one event."""
    require(request.acting, Right.LOG_CARE)
    kept = whole_or_404(request, chain_id)
    check_may_be_asked(request, kept.outage)
    if to_kept := led_to_kept(request, kept, chain_id):
        return to_kept
    if "join" in request.POST or "choose" in request.POST:
        try:
            to = UUID(request.POST.get("to", ""))
            other = whole_or_404(request, to)
            if kept.pk == other.pk and (made := join_into(kept.pk, chain_id, to)):
                form, (choices, same) = SentOnce(request.POST), as_sent(request.POST)
                with suppress(RuleError):
                    if "join" in request.POST and form.is_valid():
                        # What oneself has joined by this very form, its answer lost, is answered as the first time.
                        join_chains(
                            by=request.acting,
                            kept=made.kept,
                            other=made.other,
                            client_id=form.cleaned_data["client_id"],
                            choices=choices,
                            same=same,
                        )
                        return _joined(request, kept)
                # Somebody else was first: that is what one came for.
                messages.info(request, f"{said_of(made, timezone.now())} {_NOT_CHOSEN}")
                return redirect("chain", kept.pk)
            check_can_join(kept, other)
        except ValueError:
            return _choose(request, kept, "Välj en vårdkedja.")
        except RuleError as error:
            return _choose(request, kept, error.reason)
        return _join(request, kept, other)
    return _choose(request, kept)


def _choose(request: ActingRequest, kept: CareChain, error: str = "") -> HttpResponse:
    text = request.POST.get("sok", "").strip()
    if not text and kept.details and kept.details.identity_number:
        # Those of the same number are as a rule what one came for.
        found = own_chains_beside(request.acting, kept)[::-1]
    else:
        acting, outage = request.acting, kept.outage
        others = find_chains(acting, text, outage) if text else visible_chains(acting, outage)
        found = list(others.exclude(pk=kept.pk).order_by("-number")[:CHAINS_SHOWN])
    context = {
        "chain": kept,
        "patient": patient_on_own_page(kept, timezone.now()),
        "options": [option(row) for row in found[:CHAINS_SHOWN]],
        "search": text,
        "chosen": request.POST.get("to", ""),
        "error": error,
    }
    return render(request, "outage/chain/join_choose.html", context, status=422 if error else 200)


def _join(request: ActingRequest, kept: CareChain, other: CareChain) -> HttpResponse:
    logs, now = logs_of([kept.pk, other.pk]), timezone.now()
    pairs = pairs_between(logs[kept.pk], logs[other.pk])
    form = JoinForm(
        request.POST if "join" in request.POST else None,
        choices=choices(kept, other),
        pairs=like_pairs(kept, other, logs, pairs, now),
        initial={"to": other.pk},
    )
    page = FormPage(request, form)
    if form.is_bound and page.to_save():
        with page:
            join_chains(
                by=request.acting,
                kept=kept,
                other=other,
                client_id=form.cleaned_data["client_id"],
                choices=form.choices(),
                same=form.same(),
                answers=form.answers(),
            )
            return _joined(request, kept)
    sides = [side(chain, logs[chain.pk], now) for chain in (kept, other)]
    return page.show("outage/chain/join.html", chain=kept, other=other, sides=sides)


def _joined(request: ActingRequest, kept: CareChain) -> HttpResponse:
    return to_chain(
        request, kept.pk, said=f"Sammanfört. Allt om patienten står nu i vårdkedja {kept.number}."
    )


@held_as(HeldAs("Upplöst sammanföring"), ReasonForm)
@require_http_methods(["GET", "POST"])
def undo(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    kept = whole_or_404(request, chain_id)
    check_may_be_asked(request, kept.outage)
    if to_kept := led_to_kept(request, kept, chain_id):
        return to_kept
    last = standing_join(kept)
    if last is None:
        messages.info(request, "Vårdkedjan är inte sammanförd med någon annan.")
        return redirect("chain", kept.pk)
    form = ReasonForm(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            undo_join(by=request.acting, join=last, **form.cleaned_data)
            said = f"Upplöst. Vårdkedja {last.other.number} står åter för sig."
            return to_chain(request, kept.pk, said=said)
    by_number(kept, last.other)
    goes, stays = parted(last, log_of(kept.pk), timezone.now())
    return page.show("outage/chain/join_undo.html", chain=kept, join=last, goes=goes, stays=stays)
