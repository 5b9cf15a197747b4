"""The jour of a unit: read by everyone, kept by the administrators of its principal."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.access import ActingRequest, can
from contacts.models import RotaTurn
from contacts.presenters.rota import DAYS_SHOWN, shift_lines, turn_deed, turn_line
from contacts.queries.flags import numbers_said_wrong
from contacts.queries.places import unit_by_id
from contacts.queries.rota import latest_rows, newest_of, shifts_of_units, turn_by_id, turns_to_come
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.services.rota import add_turn, change_turn, withdraw_turn
from contacts.views.tools import (
    FormPage,
    get_or_404,
    held_as,
    led_to_joined,
    put,
    require_keeper,
    told_if_refused,
)
from contacts.views.units import own_unit_or_404
from contacts.webforms.rota import ONCE, TurnForm, WithdrawForm, initial_of

_NOT_WITHDRAWN = "Inget är borttaget. Ladda om sidan och försök igen."


def own_turn_or_404(request: ActingRequest, turn_id: UUID) -> RotaTurn:
    """The row that now stands for a turn of the own principal."""
    require_keeper(request)
    row = get_or_404(turn_by_id, turn_id)
    if row.unit.principal_id != request.acting.principal.pk:
        raise Http404
    return newest_of(row)


@require_safe
def rota(request: ActingRequest, unit_id: int) -> HttpResponse:
    """The jour of a unit in the days to come, and every turn that is not over."""
    unit = get_or_404(unit_by_id, unit_id)
    if elsewhere := led_to_joined(request, unit, "rota"):
        return elsewhere
    now, acting = timezone.now(), request.acting
    may_change = can(acting, Right.MANAGE_DIRECTORY) and acting.principal == unit.principal
    found = turns_to_come(unit, now, request.GET.get("sida"))
    numbers = {(unit.principal_id, row.number) for row in found if row.number}
    wrong = {number for _, number in numbers_said_wrong(numbers)}
    context = {
        "unit": unit,
        "shifts": shift_lines(shifts_of_units([unit.pk], now, now + DAYS_SHOWN).get(unit.pk, ()), now),
        "found": found,
        "turns": [turn_line(row, now, wrong) for row in found],
        "deeds": [turn_deed(row, now) for row in latest_rows(unit)] if may_change else [],
        "may_change": may_change,
    }
    return render(request, "contacts/rota/show.html", context)


@held_as(HeldAs("Nytt jourpass"), TurnForm)
@require_http_methods(["GET", "POST"])
def turn_new(request: ActingRequest, unit_id: int) -> HttpResponse:
    unit = own_unit_or_404(request, unit_id)
    form = TurnForm(request.POST or None, initial={"weekly": ONCE})
    page = FormPage(request, form)
    if page.to_save():
        with page:
            row = add_turn(
                by=request.acting,
                unit=unit,
                client_id=form.cleaned_data["client_id"],
                turn=form.turn(),
                answers=form.answers(),
            )
            return page.done(f"Passet är inlagt: {_told(row)}.", "rota", unit.pk)
    if page.first:
        added = own_turn_or_404(request, page.first)
        page.tell_first(TurnForm(initial=initial_of(added)), reverse("turn_edit", args=[added.pk]))
    return page.show("contacts/rota/edit.html", unit=unit)


@held_as(HeldAs("Ändrat jourpass"), TurnForm)
@require_http_methods(["GET", "POST"])
def turn_edit(request: ActingRequest, turn_id: UUID) -> HttpResponse:
    """Change a turn; what somebody else wrote meanwhile is shown beside what was typed, and nothing is lost."""
    row = own_turn_or_404(request, turn_id)
    unit = row.unit
    if row.withdraws and request.method == "GET":
        messages.warning(request, "Passet är borttaget. Lägg in det på nytt om det gäller ändå.")
        return redirect("rota", unit.pk)
    form = TurnForm(request.POST or None, initial=initial_of(row) | {"version": row.pk})
    if "first" in request.POST:
        put(form, version=row.pk)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            changed = change_turn(
                by=request.acting,
                row=row,
                client_id=form.cleaned_data["client_id"],
                version=form.cleaned_data["version"] or "-",
                turn=form.turn(),
                answers=form.answers(),
            )
            return page.done(f"Passet är sparat: {_told(changed)}.", "rota", unit.pk)
    if page.changed:
        _tell_of(page, newest_of(row))
    return page.show("contacts/rota/edit.html", unit=unit, row=row)


def _tell_of(page: FormPage, stands: RotaTurn) -> None:
    who = stands.user.full_name
    if stands.withdraws:
        by, fresh = f"{who} har tagit bort passet. Sparar du läggs det in igen som du skrev det.", None
    else:
        by, fresh = f"{who} har ändrat passet.", TurnForm(initial=initial_of(stands))
    page.tell_changed(by, fresh, version=stands.pk)


@held_as(HeldAs("Ta bort jourpasset", pressed=True))
@require_POST
def turn_withdraw(request: ActingRequest, turn_id: UUID) -> HttpResponse:
    """It stays in the history."""
    row = own_turn_or_404(request, turn_id)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _NOT_WITHDRAWN)
        return redirect("rota", row.unit.pk)
    with told_if_refused(request, after="Läs igenom passet igen.", clash=_NOT_WITHDRAWN):
        withdraw_turn(by=request.acting, row=row, **form.cleaned_data)
        messages.success(request, f"Passet är borttaget: {_told(row)}. Det finns kvar i historiken.")
    return redirect("rota", row.unit.pk)


def _told(row: RotaTurn) -> str:
    line = turn_line(row, timezone.now())
    return f"{line.who}, {line.when[:1].lower()}{line.when[1:]}"
