"""What the views share: the row that an address names, or 404, and what a page says of it and of who changed it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from contacts.access import TYPED_BY_FIELD, Acting, ActingRequest, read_typed_by
from contacts.views.tools import FormPage, get_or_404
from outage.models import CareChain, ChainJoin, Outage
from outage.presenters.care import patient_on_own_page
from outage.presenters.chain import changed_by
from outage.queries.care_chains import Row, get_chain, get_handover, get_reached, newest_of
from outage.queries.chain_log import log_of
from outage.queries.joined import join_into, join_of, said_of
from outage.queries.moved import MovedTo, moved_from
from outage.queries.naming import ward_label
from outage.queries.openings import check_opened, why_over
from outage.queries.outages import outage_in_view, recent_outages
from outage.rules.drills import FIELD, OVER, why_not_here
from outage.rules.handover import Direction
from outage.rules.opening import NotOpened
from outage.services.when import check_not_purged

Found = TypeVar("Found")


def seen_or_404(request: ActingRequest, get: Callable[[Acting, UUID], Found], pk: UUID) -> Found:
    """As `get_or_404`, of a chain or a row of one. What is sent when the patient has moved on, or the time of an
    opening in an emergency is out, is NotOpened: it is held for who wrote it.
    """
    try:
        return get_or_404(get, request.acting, pk)
    except Http404:
        # One that is only shown again is held already.
        is_sent = request.method == "POST" and "held" not in request.POST
        if is_sent and (over := why_over(request.acting, pk)):
            raise NotOpened(pk, over=over) from None
        raise


def whole_or_404(
    request: ActingRequest, chain_id: UUID, get: Callable[[Acting, UUID], CareChain] = get_chain
) -> CareChain:
    """The chain, to be shown whole. NotOpened, which leads to the question why, for a patient with protected personal
    data whom the person has not opened; else as `seen_or_404`.
    """
    chain = seen_or_404(request, get, chain_id)
    check_opened(request.acting, chain)
    return chain


def reached_or_404(request: ActingRequest, chain_id: UUID) -> CareChain:
    """As `whole_or_404`; also a chain of another unit that is opened in an emergency."""
    found = whole_or_404(request, chain_id, get_reached)
    if request.method == "POST" and (join := joined_from(found, chain_id)):
        tell_joined(request, join)
    return found


def led_to_kept(request: ActingRequest, found: CareChain, chain_id: UUID) -> HttpResponse | None:
    """Redirects who asks for a page of a chain that is read in `found` to that one's, and says so; else None."""
    if found.pk == chain_id or request.method != "GET":
        return None
    messages.info(request, f"Den vårdkedjan är sammanförd med den här, vårdkedja {found.number}.")
    address = reverse(request.resolver_match.view_name, args=[found.pk])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


def joined_from(found: CareChain, chain_id: UUID) -> ChainJoin | None:
    """The join by which what is asked of the chain with that id is about `found`; None where it is its own."""
    return join_into(found.pk, chain_id) if found.pk != chain_id else None


def tell_joined(request: ActingRequest, join: ChainJoin) -> None:
    what = f"{said_of(join, timezone.now())} Det som sparas står i vårdkedja {join.kept.number}."
    messages.info(request, what)


def to_chain(request: ActingRequest, chain_id: UUID, *, said: str = "") -> HttpResponse:
    """Leads to the page of a chain that somebody has written about, where it is `said`; to Läge where the unit no
    longer sees it, and that is said too.
    """
    if said:
        messages.success(request, said)
    try:
        get_reached(request.acting, chain_id)
    except CareChain.DoesNotExist:
        messages.info(
            request, "Patienten hör inte längre till er enhet. Vårdkedjan visas därför inte för er."
        )
        return redirect("status")
    return redirect("chain", chain_id)


def row_or_404(request: ActingRequest, get: Callable[[Acting, UUID], Row], pk: UUID) -> Row:
    """A row of a chain, to be shown with its patient whole, as `reached_or_404`."""
    row = seen_or_404(request, get, pk)
    check_opened(request.acting, row.chain)
    check_may_be_asked(request, row.chain.outage)
    if request.method == "POST" and (join := join_of(row)) and _shown_before(request, join.recorded_at):
        tell_joined(request, join)
    return row


def _shown_before(request: ActingRequest, at: datetime) -> bool:
    """Whether the page of the form that came in was made before `at`."""
    mark, age = request.POST.get(TYPED_BY_FIELD, ""), int((timezone.now() - at).total_seconds())
    return read_typed_by(mark) is not None and read_typed_by(mark, age) is None


def check_may_be_asked(request: ActingRequest, outage: Outage) -> None:
    """Raises KeyDestroyed where a form about what is purged is asked for. What is sent is refused by its service, with
    all that was typed, so that it can be kept.
    """
    if request.method == "GET":
        check_not_purged(outage, request.acting.principal.pk)


def led_to_standing(request: ActingRequest, row: Row) -> HttpResponse | None:
    """Redirects who asks for a page about a row that was changed since to that of the row that stands, or to its chain
    where it was taken back or moved to another, and says so; else None.
    """
    stands = newest_of(row)
    if request.method != "GET" or stands == row:
        return None
    by = changed_by(stands, timezone.now(), moved_to(stands))
    if stands.withdraws:
        messages.info(request, by)
        return to_chain(request, row.chain_id)
    messages.info(request, f"{by} Här är det som nu står.")
    address = reverse(request.resolver_match.view_name, args=[stands.pk])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


def moved_to(row: Row) -> MovedTo | None:
    """Where that stands now which `row` took back, if it was moved."""
    if not row.withdraws:
        return None
    log = log_of(row.chain_id)
    return moved_from(log.handovers, log.events).get(row.pk)


def changeable_or_404(request: ActingRequest, get: Callable[[Acting, UUID], Row], pk: UUID) -> Row:
    """As `row_or_404`; 404 also for a withdrawal."""
    row = row_or_404(request, get, pk)
    if row.withdraws:
        raise Http404
    return row


def standing_row(page: FormPage, row: Row, form_of: Callable[[Row], forms.Form] | None = None) -> Row:
    """The row that the page is about: for whoever was second to change `row` the one that stands by now.

    The page says who changed it, and with `form_of` what differs; what is saved then replaces the row that stands. One
    that was taken back can no longer be changed; one that was moved is not logged anew, either.
    """
    if not page.changed:
        return row
    stands = newest_of(row)
    moved = moved_to(stands)
    by = changed_by(stands, timezone.now(), moved)
    if stands.withdraws:
        page.tell(changed_by=by, taken_back=True, moved=moved)
        with suppress(ObjectDoesNotExist):
            page.tell(moved_chain=moved and get_handover(page.request.acting, moved.call).chain_id)
        return row
    page.tell_changed(by, form_of(stands) if form_of else None)
    page.tell(action=reverse(page.request.resolver_match.view_name, args=[stands.pk]))
    return stands


def whose(chain: CareChain) -> dict[str, object]:
    """The chain and its patient for a page about one of its rows, which names whose row it is."""
    patient = patient_on_own_page(chain, timezone.now())
    return {"chain": chain, "patient": patient, "ward": ward_label(chain)}


def chosen_outage_or_404(request: ActingRequest) -> Outage:
    """The outage that the address or the form names among the recent ones, else the one in view; or 404."""
    wanted = request.POST.get("driftstopp") or request.GET.get("driftstopp")
    if not wanted:
        return get_or_404(outage_in_view, request.acting.principal)
    recent = {str(outage.pk): outage for outage in recent_outages(request.acting.principal)}
    if wanted not in recent and wanted == request.POST.get(FIELD):
        messages.error(request, OVER)
    return get_or_404(recent.get, wanted)


def why_not_in(request: ActingRequest, outage: Outage) -> str:
    """Why nothing of the form is written in the outage in view: it was opened in a drill that is over. Else "".

    A page that shows it once more is of what goes on now, and its form is saved there.
    """
    return why_not_here(request.POST.get(FIELD, ""), str(outage.pk))


def asked_direction(request: ActingRequest) -> Direction:
    """Which way a call goes that the address begins: it is the unit that rings where it does not say."""
    return Direction.RECEIVED if request.GET.get("riktning") == Direction.RECEIVED else Direction.GIVEN


def back_address(outage: Outage) -> str:
    """The address of what is to be entered after that very outage, whichever is in view."""
    return f"{reverse('back_registration')}?driftstopp={outage.pk}"


# What is not foreseen in what a page says of until when it holds is made good by then.
AT_MOST = timedelta(minutes=30)


class PageVersion:
    """What the page that is being made is, and until when the clock alone leaves it so; known once it is rendered.

    `of` is read before what the page is made of: what happens meanwhile makes another.
    """

    def __init__(self, acting: Acting, of: str, now: datetime, moments: Sequence[datetime]) -> None:
        self.of, self._acting, self._now, self._moments = of, acting, now, moments

    def __str__(self) -> str:
        until = min([*self._moments, self._now + AT_MOST])
        return f"{_mark_of(self._acting, self.of)};{int(until.timestamp())}"


def _mark_of(acting: Acting, version: str) -> str:
    return f"{acting.user.pk}-{acting.membership.pk}-{version}"


def still_holds(shown: str, acting: Acting, version: str, now: datetime) -> bool:
    """Whether the page that says it is `shown` is what it would be if it was made at the aware moment `now`."""
    mark, _, until = shown.partition(";")
    return until.isdecimal() and now.timestamp() < int(until) and mark == _mark_of(acting, version)
