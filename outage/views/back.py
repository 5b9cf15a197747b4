"""PRATOR åter i drift: what to enter, what not, what to decide; each task marked, messages acknowledged."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from contacts.access import Acting, can
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs, held_by_value
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, require
from outage.models import Outage
from outage.presenters.back import TaskRow, grouped, task_rows
from outage.queries.care_chains import logs_of, marks_of, visible_chains
from outage.queries.outages import acknowledgement_of, earlier_outages
from outage.queries.owed import chains_with_calls_owed
from outage.routine import get_routine
from outage.rules.outage_status import OutageScope
from outage.services.registrations import acknowledge, mark_task
from outage.webforms.back import MarkForm

from ._tools import chain_or_404, chosen_outage_or_404

CHAINS_A_PAGE = 50


@require_GET
def back_registration(request: HttpRequest) -> HttpResponse:
    """Show the three groups for the acting unit, as the log stands; while the outage goes on, as a forecast."""
    outage = chosen_outage_or_404(request)
    acting: Acting = request.acting
    context: dict[str, object] = {
        "outage": outage,
        "routine": get_routine(outage.routine_id),
        "acknowledgement": acknowledgement_of(outage, acting.unit),
        "may_mark": can(acting, Right.MARK_REGISTRATION),
        "others": earlier_outages(outage),
    }
    if can(acting, Right.READ_CARE):
        page = Paginator(visible_chains(acting, outage), CHAINS_A_PAGE).get_page(request.GET.get("sida"))
        context |= {
            "page_of_chains": page,
            "groups": grouped(_rows(acting, outage, list(page))),
            "calls_left": chains_with_calls_owed(acting, outage).count(),
        }
    return render(request, "outage/back/show.html", context)


def _rows(acting: Acting, outage: Outage, chains: list) -> list[TaskRow]:
    ids = [chain.pk for chain in chains]
    logs, marks = logs_of(ids), marks_of(ids)
    routine, scope, now = get_routine(outage.routine_id), OutageScope(outage.current.scope), timezone.now()
    return [
        row
        for chain in chains
        for row in task_rows(acting, chain, logs[chain.pk], marks, routine, scope, now)
    ]


_MARK = held_by_value(
    "done", {"0": HeldAs("Inte klart ändå", pressed=True)}, HeldAs("Markera som klart", pressed=True)
)


@held_as(_MARK)
@require_POST
def mark(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Mark a task done, or not done after all."""
    require(request.acting, Right.MARK_REGISTRATION)
    chain = chain_or_404(request, chain_id)
    form = MarkForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Markeringen är inte sparad. Ladda om sidan och försök igen.")
        return redirect("back_registration")
    data = form.cleaned_data
    error = ""
    try:
        mark_task(
            by=request.acting,
            chain=chain,
            client_id=data["client_id"],
            task_key=data["task"],
            done=data["done"] == "1",
            choice=data["choice"],
        )
    except RuleError as problem:
        error = problem.reason
    if request.htmx:
        rows = _rows(request.acting, chain.outage, [chain])
        row = next((row for row in rows if row.key == data["task"]), None)
        if row is not None:
            context = {
                "row": row,
                "error": error,
                "choice": data["choice"],
                "may_mark": True,
                "outage": chain.outage,
            }
            return render(request, "outage/back/_task.html", context)
    if error:
        messages.error(request, error)
    return redirect(f"{_address(chain.outage)}&sida={data['page'] or 1}#kedja-{chain.number}")


@held_as(HeldAs("Logga att enheten har kvitterat", pressed=True))
@require_POST
def acknowledge_messages(request: HttpRequest) -> HttpResponse:
    """Record that the acting unit has acknowledged its messages (R4.6)."""
    require(request.acting, Right.MARK_REGISTRATION)
    outage = chosen_outage_or_404(request)
    try:
        acknowledge(by=request.acting, outage=outage)
        messages.success(request, "Antecknat: meddelandena är kvitterade.")
    except RuleError as error:
        messages.error(request, error.reason)
    return redirect(_address(outage))


def _address(outage: Outage) -> str:
    return f"{reverse('back_registration')}?driftstopp={outage.pk}"
