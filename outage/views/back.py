"""The system is back: what to enter, what not, what to decide; each task marked, messages acknowledged."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from contacts.access import Acting, ActingRequest, can
from contacts.page_versions import of_one_minute, shown_alike
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs, held_by_value
from contacts.rules.permissions import Right
from contacts.views.tools import check_sent, get_or_404, held_as, require, told_if_refused
from outage.models import CareChain, Outage
from outage.presenters.back import TaskGroups, TaskRow, grouped, task_place, task_rows
from outage.queries.care_chains import get_chain
from outage.queries.outages import acknowledgement_of, earlier_outages
from outage.queries.owed import chains_seen, chains_with_calls_owed
from outage.queries.task_logs import task_logs_of
from outage.services.registrations import acknowledge, mark_task
from outage.webforms.back import MarkForm

from ._tools import back_address, chosen_outage_or_404

CHAINS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Failed:
    place: str
    error: str
    choice: str
    entered: str


@require_GET
def back_registration(request: ActingRequest) -> HttpResponse:
    """The groups for the acting unit, as the log stands; while the outage goes on, as a forecast."""
    outage = chosen_outage_or_404(request)
    return _show(request, outage, request.GET.get("sida"))


def _show(
    request: ActingRequest, outage: Outage, page_number: str | int | None, failed: Failed | None = None
) -> HttpResponse:
    acting: Acting = request.acting
    context: dict[str, object] = {
        "outage": outage,
        "routine": outage.routine,
        "acknowledgement": acknowledgement_of(outage, acting.unit),
        "may_mark": can(acting, Right.MARK_REGISTRATION),
        "press": uuid4(),
        "others": earlier_outages(acting.principal, outage),
        "failed": failed,
    }
    if can(acting, Right.READ_CARE):
        page, rows, groups = _listed(acting, outage, page_number, anew=failed is not None)
        context |= {
            "page_of_chains": page,
            "groups": groups,
            "calls_left": chains_with_calls_owed(acting, outage).count(),
            "failed_row_is_gone": failed is not None and failed.place not in {row.place for row in rows},
        }
    return render(request, "outage/back/show.html", context, status=422 if failed else 200)


def _listed(
    acting: Acting, outage: Outage, number: str | int | None, *, anew: bool
) -> tuple[Page[CareChain], list[TaskRow], TaskGroups]:
    """Colleagues who ask in the same minute are shown the same; who has just tried to mark a task gets it `anew`."""
    require(acting, Right.READ_CARE)

    def make() -> tuple[Page[CareChain], list[TaskRow], TaskGroups]:
        page, rows = _page(acting, outage, number)
        return page, rows, grouped(rows)

    shown = "back", *shown_alike(acting), outage.pk, number
    return make() if anew else of_one_minute(shown, timezone.now(), make)


def _page(acting: Acting, outage: Outage, number: str | int | None) -> tuple[Page[CareChain], list[TaskRow]]:
    require(acting, Right.READ_CARE)
    page = chains_seen(acting, outage).page(CHAINS_A_PAGE, number)
    chains, now = list(page), timezone.now()
    logs = task_logs_of(chains)
    return page, [row for chain in chains for row in task_rows(acting, chain, logs[chain.pk], now)]


_MARK = held_by_value(
    "done", {"0": HeldAs("Inte klart ändå", pressed=True)}, HeldAs("Markera som klart", pressed=True)
)


@held_as(_MARK)
@require_POST
def mark(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """Mark a task done, or not done after all; where that fails the reason is shown beside it with what was typed."""
    require(request.acting, Right.MARK_REGISTRATION)
    chain = get_or_404(get_chain, request.acting, chain_id)
    form = MarkForm(request.POST)
    if not form.is_valid() and not set(form.errors) & set(form.TYPED):
        messages.error(request, "Markeringen är inte sparad. Ladda om sidan och försök igen.")
        return redirect(back_address(chain.outage))
    place = task_place(chain, request.POST.get("task", ""))
    error = _mark_or_why_not(request.acting, chain, form)
    page_number = form.cleaned_data.get("page")
    typed = [request.POST.get(name, "") for name in ("choice", "entered")]
    failed = Failed(place, error, *typed) if error else None
    if not request.htmx:
        if failed:
            return _show(request, chain.outage, page_number, failed)
        return redirect(f"{back_address(chain.outage)}&sida={page_number or 1}#{place}")
    page, rows = _page(request.acting, chain.outage, page_number)
    context = {
        "row": next((row for row in rows if row.place == place), None),
        "groups": grouped(rows),
        "page_of_chains": page,
        "failed": failed,
        "may_mark": True,
        "outage": chain.outage,
        "swapped": True,
        # The heading of what is to be undone is there only where there was something.
        "was_undo": "undo" in request.POST,
    }
    return render(request, "outage/back/_swapped.html", context, status=422 if failed else 200)


def _mark_or_why_not(acting: Acting, chain: CareChain, form: MarkForm) -> str:
    """The sentence that says why the mark could not be saved; empty when it was."""
    try:
        check_sent(form)
        mark_task(by=acting, chain=chain, **form.facts())
    except RuleError as problem:
        return problem.reason
    return ""


@held_as(HeldAs("Logga att enheten har kvitterat", pressed=True))
@require_POST
def acknowledge_messages(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.MARK_REGISTRATION)
    outage = chosen_outage_or_404(request)
    with told_if_refused(request):
        acknowledge(by=request.acting, outage=outage)
        messages.success(request, "Antecknat: meddelandena är kvitterade.")
    return redirect(back_address(outage))
