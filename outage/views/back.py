"""The system is back: what to enter, what not, what to decide; each task marked, messages acknowledged."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from contacts.access import Acting, ActingRequest, can
from contacts.models.encrypted import KeyDestroyed
from contacts.page_versions import (
    Part,
    alike_beside_chains,
    holds_until,
    noting_until,
    of_one_minute,
    part_with,
    shown_alike,
)
from contacts.queries.joined import ids_read_as
from contacts.queries.people import colleagues
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs, held_by_value
from contacts.rules.permissions import Right
from contacts.views.shared import SharedHtml, shared_part
from contacts.views.tools import asks_for_part, check_sent, held_as, require, told_if_refused
from outage.models import CareChain, Outage
from outage.presenters.back import TaskRow, task_place, tasks_listed
from outage.presenters.back_groups import TaskGroups, grouped
from outage.presenters.closing import ClosedLine, closed_line, left_rows
from outage.presenters.held import UnsavedCount, unsaved_counted
from outage.queries.care_chains import get_chain
from outage.queries.chain_lists import ListedChains
from outage.queries.closing import (
    acknowledged_as,
    closing_of,
    left_for,
    newest_acknowledgement,
    took_part,
)
from outage.queries.held_forms import KEPT_FOR, unsaved_about
from outage.queries.naming import patient_in_list
from outage.queries.outages import current_outage, earlier_outages, goes_on_beside
from outage.queries.owed import chains_seen, chains_seen_and_missing, count_calls_owed
from outage.queries.papers import paper_left, papers
from outage.queries.shift import tasks_left_after
from outage.rules.wording import clock_time, midnight_after
from outage.services.registrations import acknowledge, mark_task, turn_task
from outage.webforms.back import TaskForm

from ._tools import PageVersion, back_address, chosen_outage_or_404, seen_or_404, still_holds

CHAINS_A_PAGE = 50
# Of those without an admission so many are named; the others follow as these are logged or decided.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Failed:
    """What was typed about the task at `place` and is not saved; `error` says why, "" where it is only left there.
    `holder` is None where who does it is saved.
    """

    place: str
    error: str
    choice: str = ""
    entered: str = ""
    note: str = ""
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class _Alike:
    """`shown_alike` and `alike_beside_chains`, asked for before the outage is read; `papers` is of the sheets, of which
    no version tells.
    """

    shown: tuple[str, str, int, str]
    beside_chains: tuple[str, str, int, str]
    papers: int

    @classmethod
    def now(cls, acting: Acting) -> "_Alike":
        return cls(shown_alike(acting), alike_beside_chains(acting), papers().newest())

    @property
    def version(self) -> str:
        """Of the page."""
        return f"{self.shown[0]}.{self.papers}"


@require_GET
def back_registration(request: ActingRequest) -> HttpResponse:
    """The groups for the acting unit, as the log stands; while the outage goes on, as a forecast."""
    alike = _Alike.now(request.acting)
    outage = chosen_outage_or_404(request)
    return _show(request, outage, alike, request.GET.get("sida"))


@require_GET
def back_now(request: ActingRequest) -> HttpResponse:
    """The page as it is now, for one that is open; 204 while what is shown there holds."""
    acting, now = request.acting, timezone.now()
    alike = _Alike.now(acting)
    outage = chosen_outage_or_404(request)
    if still_holds(request.headers.get("X-Shown", ""), acting, alike.version, now):
        return HttpResponse(status=204, headers={"X-Shown-At": clock_time(now)})
    return _show(request, outage, alike, request.GET.get("sida"), template="outage/back/fresh.html")


def _show(
    request: ActingRequest,
    outage: Outage,
    alike: _Alike,
    page_number: str | int | None,
    failed: Failed | None = None,
    template: str = "outage/back/show.html",
) -> HttpResponse:
    with noting_until() as moments:
        acting, now = request.acting, timezone.now()
        version = PageVersion(acting, alike.version, now, moments)
        holds_until(now, midnight_after(now))
        context = _context(request, outage, alike, page_number, failed) | {"version": version}
        return render(request, template, context, status=422 if failed and failed.error else 200)


def _context(
    request: ActingRequest,
    outage: Outage,
    alike: _Alike,
    page_number: str | int | None,
    failed: Failed | None,
) -> dict[str, object]:
    acting: Acting = request.acting
    others = earlier_outages(acting.principal, outage)
    newest = newest_acknowledgement(outage, acting.unit)
    context: dict[str, object] = {
        "outage": outage,
        "routine": outage.routine,
        "acknowledgement": newest if newest and newest.done else None,
        "acknowledged_as": acknowledged_as(outage, newest),
        "may_mark": can(acting, Right.MARK_REGISTRATION),
        "press": uuid4(),
        "here": "back_registration",
        "others": others,
        "down": current_outage(acting.principal),
        "may_reopen": not goes_on_beside(outage, acting.principal),
        "failed": failed,
        "paper": paper_left(acting, outage),
    }
    if can(acting, Right.READ_CARE):
        listed = _listed(acting, outage, alike, page_number)
        places = {row.place for row in listed.rows}
        context |= {
            "closed": None if outage.is_open else _closed(acting, outage),
            "left": []
            if outage.is_open or outage.purged_at
            else left_rows(left_for(acting, outage), (), purged=False),
            "page_of_chains": listed.page,
            "groups": listed.groups,
            "calls_left": listed.calls_left,
            "unsaved": _unsaved(acting, outage),
            "no_admission": listed.no_admission,
            "not_admitted": listed.not_admitted,
            "acknowledges": listed.acknowledges,
            "left_after": [
                (each, listed.left_after[each.pk]) for each in others if each.pk in listed.left_after
            ],
            "failed_row_is_gone": failed is not None and failed.error and failed.place not in places,
        }
        context["shared"] = _shared(request, outage, alike, listed, context)
    return context


def _unsaved(acting: Acting, outage: Outage) -> list[UnsavedCount]:
    now = timezone.now()
    forms = unsaved_about(acting.principal, outage, ids_read_as(acting.unit))
    holds_until(now, *(held.at + KEPT_FOR for held in forms))
    return unsaved_counted(forms, now)


def _closed(acting: Acting, outage: Outage) -> ClosedLine | None:
    return closed_line(closing_of(outage, acting.principal), {acting.unit.pk}, acting, timezone.now())


@dataclass(frozen=True, slots=True)
class _Listed:
    """A page of chains with their tasks; of all pages in how many somebody is to be rung, and how many are without an
    admission, of the first of these the address and the name. `acknowledges`: the unit has messages to acknowledge.
    `left_after` is what other outages left.
    """

    page: Page[UUID]
    rows: list[TaskRow]
    groups: TaskGroups
    calls_left: int
    no_admission: int
    not_admitted: list[tuple[str, str]]
    acknowledges: bool
    left_after: dict[UUID, int | None]


def _listed(acting: Acting, outage: Outage, alike: _Alike, number: str | int | None) -> _Listed:
    """Colleagues who ask in the same minute are shown the same."""
    require(acting, Right.READ_CARE)

    def make() -> _Listed:
        chains, missing = chains_seen_and_missing(acting, outage)
        page, rows = _page(acting, chains, alike, number)
        named = [
            (reverse("chain", args=[chain.pk]), patient_in_list(chain).name) for chain in missing[:_NAMED]
        ]
        left = count_calls_owed(acting, outage)
        acknowledges = bool(page.paginator.count) or took_part(acting.unit, outage)
        left_after = tasks_left_after(acting, earlier_outages(acting.principal, outage))
        return _Listed(page, rows, grouped(rows), left, missing.count(), named, acknowledges, left_after)

    return of_one_minute(("back", *alike.shown, outage.pk, number), timezone.now(), make)


def _page(
    acting: Acting, seen: ListedChains, alike: _Alike, number: str | int | None
) -> tuple[Page[UUID], list[TaskRow]]:
    require(acting, Right.READ_CARE)
    page = Paginator(seen.ids, CHAINS_A_PAGE).get_page(number)
    return page, tasks_listed(acting, seen, list(page), timezone.now(), alike.beside_chains)


def _shared(
    request: ActingRequest, outage: Outage, alike: _Alike, listed: _Listed, context: dict[str, object]
) -> SharedHtml:
    """The groups, as all see them who do none of the tasks; who does one is told so. What somebody has typed and not
    saved is shown to nobody else.
    """
    own, now = request.acting.user.pk, timezone.now()
    does = own if any(row.turn.holder_id == own for row in listed.rows) else None

    def part_of(row: TaskRow) -> Part[TaskRow]:
        key = "task", row, row.turn.holder_id == does, *alike.beside_chains, outage.pk, listed.page.number
        return part_with(row, now, *key)

    def make() -> SharedHtml:
        people = colleagues(request.acting, Right.MARK_REGISTRATION)
        also = {"colleagues": people, "does": does, "part_of": part_of}
        return shared_part(request, "outage/back/_groups.jinja", context | also)

    if context["failed"]:
        return make()
    shown = "tasks as html", *alike.shown, outage.pk, request.GET.urlencode(), does
    return of_one_minute(shown, now, make)


_TASK = held_by_value(
    "done",
    {"0": HeldAs("Inte klart ändå", pressed=True), "1": HeldAs("Markera som klart", pressed=True)},
    HeldAs("Det som skrevs om en uppgift"),
)


@held_as(_TASK, TaskForm)
@require_POST
def task(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """Mark a task done, or not done after all; or who does it, or a note on it. Where that fails the reason is shown
    beside it with what was typed.
    """
    require(request.acting, Right.MARK_REGISTRATION)
    chain = seen_or_404(request, get_chain, chain_id)
    form = TaskForm(request.POST)
    form.is_valid()
    if "held" in request.POST:
        request.shown_again = form
        return _show_left(request, chain, form, _failed(request, chain, "", form.TYPED))
    if form.errors and not set(form.errors) & set(form.TYPED):
        messages.error(request, "Det är inte sparat. Ladda om sidan och försök igen.")
        return redirect(back_address(chain.outage))
    error = _done_or_why_not(request, chain, form)
    left = form.TYPED if error else form.not_saved
    failed = _failed(request, chain, error, left) if error or any(map(request.POST.get, left)) else None
    return _after(request, chain, form, failed)


def _failed(request: ActingRequest, chain: CareChain, error: str, left: Iterable[str]) -> Failed:
    place = task_place(chain, request.POST.get("task", ""))
    return Failed(place, error, **{name: request.POST.get(name, "") for name in left})


def _show_left(request: ActingRequest, chain: CareChain, form: TaskForm, failed: Failed) -> HttpResponse:
    page_number = form.cleaned_data.get("page")
    return _show(request, chain.outage, _Alike.now(request.acting), page_number, failed)


def _after(request: ActingRequest, chain: CareChain, form: TaskForm, failed: Failed | None) -> HttpResponse:
    place, page_number = task_place(chain, request.POST.get("task", "")), form.cleaned_data.get("page")
    if not asks_for_part(request):
        if failed:
            return _show_left(request, chain, form, failed)
        return redirect(f"{back_address(chain.outage)}&sida={page_number or 1}#{place}")
    alike = _Alike.now(request.acting)
    page, rows = _page(request.acting, chains_seen(request.acting, chain.outage), alike, page_number)
    context = {
        "row": next((row for row in rows if row.place == place), None),
        "groups": grouped(rows),
        "page_of_chains": page,
        "failed": failed,
        "may_mark": True,
        "colleagues": colleagues(request.acting, Right.MARK_REGISTRATION),
        "does": request.acting.user.pk,
        "outage": chain.outage,
        "swapped": True,
        # The heading of what is to be undone is there only where there was something.
        "was_undo": "undo" in request.POST,
    }
    status = 422 if failed and failed.error else 200
    return render(request, "outage/back/_swapped.html", context, status=status)


def _done_or_why_not(request: ActingRequest, chain: CareChain, form: TaskForm) -> str:
    """The sentence that says why it could not be saved; empty when it was. KeyDestroyed goes on, with the form."""
    if form.marks and form.cleaned_data.get("note"):
        return "Spara anteckningen först, eller ta bort den."
    try:
        check_sent(form)
        do = mark_task if form.marks else turn_task
        do(by=request.acting, chain=chain, **form.facts(request.acting.user.pk))
    except KeyDestroyed as gone:
        gone.form = form
        raise
    except RuleError as problem:
        return problem.reason
    return ""


@held_as(
    held_by_value(
        "done",
        {"0": HeldAs("Inte kvitterat ändå", pressed=True)},
        HeldAs("Logga att enheten har kvitterat", pressed=True),
    )
)
@require_POST
def acknowledge_messages(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.MARK_REGISTRATION)
    outage = chosen_outage_or_404(request)
    with told_if_refused(request):
        done, seen = request.POST.get("done") != "0", request.POST.get("seen")
        stands = acknowledge(by=request.acting, outage=outage, done=done, seen=seen)
        messages.success(request, f"Antecknat: meddelandena är {'' if stands else 'inte '}kvitterade.")
    return redirect(back_address(outage))
