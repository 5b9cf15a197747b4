"""Care chains: the list, one chain, a new one, a changed one."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from contacts.access import ActingRequest, can
from contacts.page_versions import of_one_minute, part_with, shown_alike
from contacts.queries.flags import flagged_by, numbers_in_directory
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.services.reading import note_look
from contacts.views.shared import SharedHtml, shared_part
from contacts.views.tools import FormPage, get_or_404, held_as, put, require, uuid_or_404
from contacts.webforms.differences import form_differences
from outage.models import CareChain
from outage.presenters.awaited import awaited_line
from outage.presenters.back import task_rows
from outage.presenters.call_codes import code_lines
from outage.presenters.care import party_lines, patient_on_own_page
from outage.presenters.chain import timeline, tried_numbers
from outage.presenters.closing import closed_line
from outage.presenters.details import history_lines
from outage.presenters.joining import former_row, join_lines
from outage.presenters.later import later_outage
from outage.presenters.owed import calls_owed
from outage.presenters.shift import ring_back_line
from outage.presenters.status import chain_row, not_all_right, nothing_to_ring
from outage.presenters.typed import said_before_shown
from outage.queries.care_chains import find_chains, get_chain, history_of, mark_namesakes
from outage.queries.chain_log import log_of, log_shown
from outage.queries.closing import closing_of, left_about
from outage.queries.drills import is_past
from outage.queries.joined import history_joins, parted_since, said_of, standing_join
from outage.queries.logged_beside import logged_beside
from outage.queries.naming import by_number, patient_in_list, ward_label
from outage.queries.openings import emergencies_of, emergency_chain
from outage.queries.outages import earlier_outages, not_ended_before, outage_in_view
from outage.queries.owed import awaited_now, chains_seen
from outage.queries.papers import Outdated, papers
from outage.queries.ring_back import asked_of
from outage.queries.ringing import numbers_of_places
from outage.queries.same_patient import (
    found_before,
    found_elsewhere,
    own_chains_before,
    own_chains_beside,
)
from outage.queries.states import others_to_ring, sole_party, states_for
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details, open_chain
from outage.services.joining import ask_joined_meanwhile
from outage.services.taken_back import marked_wrong
from outage.webforms.chains import ChainForm

from ._tools import (
    asked_direction,
    check_may_be_asked,
    chosen_outage_or_404,
    joined_from,
    led_to_kept,
    reached_or_404,
    seen_or_404,
    to_chain,
    whole_or_404,
    why_not_in,
)
from .status import owed_context, owed_page

CHAINS_A_PAGE = 25
ELSEWHERE_SHOWN = 5


@require_http_methods(["GET", "POST"])
def chains(request: ActingRequest, *, calling: bool = False) -> HttpResponse:
    """The unit's chains, or those that a search by POST finds (no patient data in the address).

    `calling`: the first step of logging a call, which is to choose the patient.
    """
    if calling:
        require(request.acting, Right.LOG_CARE)
    require(request.acting, Right.READ_CARE)
    direction = asked_direction(request) if calling else None
    outage = get_or_404(outage_in_view, request.acting.principal)
    now = timezone.now()
    text = request.POST.get("sok", "").strip()
    number = request.GET.get("sida")
    if text:
        found = find_chains(request.acting, text, outage)
        if direction and found.count() == 1:
            # One hit is the patient: a call under way has no time for one more press.
            return redirect(f"{reverse('chain_call', args=[found.get().pk])}?riktning={direction.value}")
        page = Paginator(found.order_by("-number"), CHAINS_A_PAGE).get_page(number)
    else:
        going_on = *not_ended_before(request.acting.principal, outage), outage
        page = chains_seen(request.acting, *going_on, newest_first=True).page(CHAINS_A_PAGE, number)
    elsewhere = found_elsewhere(request.acting, text, outage)
    for chain in elsewhere:
        note_look(by=request.acting, action="chain.found_elsewhere", chain=chain.pk)
    # A call begun by n is as a rule one that is owed.
    earlier = earlier_outages(request.acting.principal, outage)
    wants_owed = direction is Direction.GIVEN and not text and page.number == 1
    owed = owed_page(request, request.acting, outage, *earlier) if wants_owed else []
    states = states_for(request.acting.unit.pk, [*page, *owed])
    mark_namesakes(request.acting, [*page, *owed], outage, *earlier)
    context = owed_context(outage, owed, states) if wants_owed else {}
    context |= {
        "outage": outage,
        "earlier": earlier,
        "page_of_chains": page,
        "rows": [chain_row(request.acting, chain, states[chain.pk], now) for chain in page],
        "search": text,
        "former": [former_row(chain) for chain in found_before(request.acting, text, outage)],
        "elsewhere": [
            (chain, emergency_chain(request.acting, chain.pk)) for chain in elsewhere[:ELSEWHERE_SHOWN]
        ],
        "elsewhere_units": list(dict.fromkeys(chain.unit.name for chain in elsewhere)),
        "may_open_elsewhere": can(request.acting, Right.EMERGENCY_OPEN),
        "direction": direction.value if direction else "",
        "press": uuid4(),
    }
    return render(request, "outage/chain/list.html", context)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A chain as its page shows it; `flagged` are the numbers on it that somebody has reported as not working."""

    html: SharedHtml
    flagged: tuple[str, ...]


@require_GET
def chain(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """One chain: the patient, the time line, what is owed, what will have to be entered."""
    require(request.acting, Right.READ_CARE)
    acting, now = request.acting, timezone.now()
    found = reached_or_404(request, chain_id)
    if to_kept := led_to_kept(request, found, chain_id):
        return to_kept
    # Not of what is opened in an emergency, nor of what is purged.
    outdated = None if found.emergency or found.outage.purged_at else papers().outdated(acting, found)
    alike = "chain", *shown_alike(acting), request.get_full_path(), outdated

    def make(own_flags: Collection[str] = ()) -> _Shown:
        return _shown(request, found, now, own_flags, outdated)

    # What is opened in an emergency is so for one person, and for a time.
    shown = make() if found.emergency else of_one_minute(alike, now, make)
    # Only who has reported a number can take that back.
    if own_flags := flagged_by(acting.user, shown.flagged):
        shown = make(own_flags)
    outage, closed = found.outage, None
    if not (outage.is_open or outage.purged_at):
        closed = closed_line(closing_of(outage, acting.principal), (), acting, now)
    context: dict[str, Any] = {"chain": found, "closed": closed, "shared": shown.html}
    return render(request, "outage/chain/show.html", context)


def _shown(
    request: ActingRequest,
    found: CareChain,
    now: datetime,
    own_flags: Collection[str],
    outdated: Outdated | None,
) -> _Shown:
    acting, outage = request.acting, found.outage
    log = log_shown(acting, found, now)
    numbers = numbers_of_places([log], now)
    # Of what is purged nobody knows what is left.
    left = outage.purged_at is None
    may_write = left and not is_past(outage) and can(acting, Right.LOG_CARE)
    calls = (
        calls_owed(acting=acting, chain=found, log=log, now=now, numbers=numbers, on_own_page=True)
        if left
        else []
    )
    awaited = awaited_now(found, log, acting.unit.pk) if left else []
    taken_on = left_about([found]) if left else {}
    back = asked_of(found, log, acting.unit) if left else []
    flags = numbers_in_directory(tried_numbers(acting, log), acting.principal)
    joins = history_joins(found.pk)
    joined = standing_join(found) if joins else None
    if joined:
        by_number(joined.other)
    codes = code_lines(acting, log.live_handovers, now)
    context = {
        "chain": found,
        "outage": outage,
        "patient": patient_on_own_page(found, now),
        "outdated": outdated,
        "ward": ward_label(found),
        "before": found.details.get_before_display(),
        "parties": party_lines(found, numbers),
        "timeline": [
            part_with(entry, now, "chain entry", entry)
            for entry in timeline(acting, found, log, now, flags, own_flags, codes)
        ],
        "calls": [call for call in calls if call.messages],
        "needless": [call for call in calls if call.closed],
        "awaited": [
            part_with(line, now, "chain awaited", line)
            for answer in awaited
            for line in [awaited_line(acting, found, answer, now, taken_on, on_own_page=True)]
        ],
        "ring_back": [ring_back_line(call, found, now, taken_on, on_own_page=True) for call in back],
        "idle": nothing_to_ring(
            logged=bool(log.events),
            purged=not left,
            ring_back=bool(back),
            asked=sole_party(acting.principal) in {answer.sender for answer in awaited},
            others=others_to_ring(found, acting.unit) if left else (),
            but=not_all_right(found, log, calls) if left else "",
            told=any(
                call.outcome == CallOutcome.REACHED
                and call.direction == Direction.GIVEN
                and call.unit_id == acting.unit.pk
                for call in log.live_handovers
            ),
        ),
        "tasks": [
            part_with(row, now, "chain task", row)
            for row in task_rows(
                acting, found, log, now, on_own_page=True, beside=logged_beside(acting, [found])
            )
        ],
        "history": [
            # What was changed while the page was made is on the next.
            *history_lines((row for row in history_of(found.pk) if row.pk <= found.details.pk), now),
            *join_lines(found, joins, now),
        ],
        "joined": joined,
        "same_number": [(other, patient_in_list(other)) for other in own_chains_beside(acting, found)],
        "former": by_number(*own_chains_before(acting, found.details.identity_number, outage)),
        "later": later_outage(acting, found, now),
        "may_log": may_write,
        # In an emergency there is a look, and calls; all else is its own units'.
        "may_change": may_write and found.emergency is None,
        "may_print": left and can(acting, Right.PRINT_SHEET) and found.emergency is None,
        "emergencies": emergencies_of(found.pk) if found.emergency is None else [],
        "press": uuid4(),
    }
    html = shared_part(request, "outage/chain/show.jinja", context)
    return _Shown(html, tuple(number for number, is_flagged in flags.items() if is_flagged))


@held_as(HeldAs("Ny vårdkedja"), ChainForm)
@require_http_methods(["GET", "POST"])
def new_chain(request: ActingRequest) -> HttpResponse:
    """Redirects to the call where one was begun. What was known in an earlier outage is filled in."""
    require(request.acting, Right.LOG_CARE)
    outage = chosen_outage_or_404(request)
    then = request.GET.get("sedan", "")
    known = request.GET.get("fran", "")
    former = whole_or_404(request, uuid_or_404(known)) if known else None
    form = ChainForm(request.POST or None, acting=request.acting, former=former, system=outage.system)
    page = FormPage(request, form, why_not=why_not_in(request, outage))
    if page.to_save():
        with page:
            opened = open_chain(
                by=request.acting,
                outage=outage,
                client_id=form.cleaned_data["client_id"],
                facts=form.facts(),
                answers=form.answers(),
            )
            if opened.pk == form.cleaned_data["client_id"]:
                messages.success(request, "Vårdkedjan är öppnad.")
            else:
                messages.info(request, "Ingen ny vårdkedja är öppnad. Det här är den som fanns.")
            if then in set(Direction):
                return redirect(f"{reverse('chain_call', args=[opened.pk])}?riktning={then}")
            return redirect("chain", opened.pk)
    if page.first:
        with suppress(CareChain.DoesNotExist):
            first = get_chain(request.acting, page.first)
            fresh = ChainForm(acting=request.acting, chain=first, system=outage.system)
            page.tell_first(fresh, reverse("edit_chain", args=[first.pk]))
    is_other = outage != outage_in_view(request.acting.principal)
    return page.show("outage/chain/edit.html", outage=outage, is_other=is_other)


def _taken_back(chain: CareChain) -> str:
    gone = len(marked_wrong(chain, log_of(chain.pk, signed=False)))
    events = f"{gone} {'händelse' if gone == 1 else 'händelser'}" if gone else "Ingen händelse"
    again = f"Var det ett misstag: ändra Läge i vårdkedja {chain.number} till {ChainStatus.OK.label}."
    return f"{events} togs tillbaka. {again}"


@held_as(HeldAs("Ändrad vårdkedja"), ChainForm)
@require_http_methods(["GET", "POST"])
def edit_chain(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    found = whole_or_404(request, chain_id)
    check_may_be_asked(request, found.outage)
    # Of a page that was made before the chain was joined to another.
    join = joined_from(found, chain_id)
    said_joined = said_of(join, timezone.now()) if join else ""
    if join and request.method == "GET":
        messages.info(request, said_joined)
        return redirect("edit_chain", found.pk)
    system = found.outage.system
    form = ChainForm(request.POST or None, acting=request.acting, chain=found, system=system)
    if "first" in request.POST:
        # The form that opened it asks nothing of these.
        now = found.details
        put(form, replaces=now.pk, status=now.status, status_reason=now.status_reason)
    page = FormPage(request, form)
    if page.to_save():
        was = ChainStatus(found.details.status)
        with page:
            if join:
                ask_joined_meanwhile(join, form.answers())
            saved = change_details(
                by=request.acting,
                chain=found,
                client_id=form.cleaned_data["client_id"],
                replaces=form.cleaned_data["replaces"] or 0,
                facts=form.facts(),
                answers=form.answers(),
            )
            said = "Uppgifterna är ändrade. När och av vem står under Historik."
            if was is not ChainStatus.WRONG_PATIENT == found.details.status:
                messages.warning(request, _taken_back(found))
            if saved.pk == form.cleaned_data["replaces"]:
                messages.info(request, "Inget var ändrat.")
                said = ""
            if saved.chain_id != found.pk:
                # The page of another person says nothing of the sheets of this chain.
                former = whole_or_404(request, found.pk)
                if words := papers().outdated(request.acting, former).words:
                    messages.warning(request, f"Vårdkedja {former.number}: {words} De visas på dess sida.")
            return to_chain(request, saved.chain_id, said=said)
    seen = form.cleaned_data["replaces"] or 0 if page.refused else 0
    undone = page.refused and parted_since(found, seen)
    if page.changed or undone or (join and request.method == "POST"):
        stands = seen_or_404(request, get_chain, chain_id)
        since = [row for row in history_of(stands.pk) if row.pk > seen]
        by = said_joined or " ".join(f"{line}." for line in history_lines(since, timezone.now()))
        fresh = ChainForm(acting=request.acting, chain=stands, system=system)
        if page.changed:
            page.tell_changed(by, fresh, replaces=stands.details.pk)
        else:
            if not undone:
                put(form, replaces=stands.details.pk)
            page.told |= {"changed_by": by, "differences": form_differences(form, fresh)}
    before = said_before_shown(found, log_of(found.pk, signed=False), on_own_page=True)
    return page.show("outage/chain/edit.html", chain=found, outage=found.outage, said_before=before)
