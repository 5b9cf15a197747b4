"""Two units that are one, joined by their administrator, and taken apart again."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.models import Unit
from contacts.presenters.joining import kind_words, left_of_unit, unit_lines
from contacts.queries.joined import side_of, standing_join, units_beside
from contacts.queries.rota import turns_of_principal
from contacts.queries.versions import version_of
from contacts.rules.errors import CHANGED_MEANWHILE, RuleError
from contacts.rules.held import HeldAs
from contacts.rules.joining import AlreadyJoined, check_pair
from contacts.services.joining_units import check_can_join, join_units, undo_unit_join
from contacts.views.sought import came, led_on, sealed
from contacts.views.tools import held_as, page_of_form, renew, save_or_show
from contacts.views.units import own_unit_or_404
from contacts.webforms.fields import SentOnce
from contacts.webforms.joining import JoinForm
from contacts.webforms.search import ContactSearchForm


@require_http_methods(["GET", "HEAD", "POST"])
def join_unit(request: ActingRequest, unit_id: int) -> HttpResponse:
    """Choose the unit that is the same one, those of nearly its name first, or those found by a search."""
    unit = own_unit_or_404(request, unit_id)
    if not unit.active:
        messages.warning(request, "Enheten är ur bruk. Ta den i bruk först.")
        return redirect("unit", unit.pk)
    form = ContactSearchForm(came(request))
    form.is_valid()
    token = sealed(request, form.sought)
    if elsewhere := led_on(request, token):
        return elsewhere
    rows = [(other, kind_words(other)) for other in units_beside(unit, form.cleaned_data.get("q", ""))]
    return render(
        request, "contacts/keeping/join_unit_choose.html", {"unit": unit, "rows": rows, "form": form}
    )


@held_as(HeldAs("Sammanföring av enheter"))
@require_http_methods(["GET", "POST"])
def join_two_units(request: ActingRequest, unit_id: int, other_id: int) -> HttpResponse:
    """Two units side by side; by POST, join the second into the first."""
    kept, other = own_unit_or_404(request, unit_id), own_unit_or_404(request, other_id)
    if request.method == "GET":
        try:
            check_pair(side_of(kept), side_of(other), word="enhet")
        except RuleError as error:
            messages.warning(request, error.reason)
            return redirect("unit", kept.pk)
    initial = {"client_id": uuid4(), "version": version_of(kept), "other_version": version_of(other)}
    form = JoinForm(request.POST or None, initial=initial)
    show = page_of_form(
        request,
        "contacts/keeping/join_units.html",
        kept=kept,
        other=other,
        lines=unit_lines(kept, other, (_turns(kept), _turns(other))),
        refused=_refused(request, kept, other),
    )

    def save() -> HttpResponse:
        data = form.cleaned_data
        try:
            join_units(
                by=request.acting,
                kept=kept,
                other=other,
                client_id=data["client_id"],
                version=data["version"],
                other_version=data["other_version"],
            )
        except AlreadyJoined as error:
            messages.warning(request, error.reason)
            return redirect("unit", kept.pk)
        messages.success(request, f"Sammanfört. Allt står nu hos {kept.name}.")
        return redirect("unit_edit", kept.pk)

    def changed() -> HttpResponse:
        renew(form, version_of(kept), other_version=version_of(other))
        form.add_error(None, f"{CHANGED_MEANWHILE} Läs båda igen.")
        return show(form, 409)

    return save_or_show(request, form, save=save, show=show, changed=changed)


def _turns(unit: Unit) -> int:
    return len(turns_of_principal(unit.principal, timezone.now(), unit))


def _refused(request: ActingRequest, kept: Unit, other: Unit) -> str:
    """Why the two cannot be joined as things stand; "" where they can."""
    if request.method != "GET":
        return ""
    try:
        check_can_join(request.acting, kept, other)
    except RuleError as error:
        return error.reason
    return ""


@held_as(HeldAs("Upplöst sammanföring"))
@require_http_methods(["GET", "POST"])
def undo_units_join(request: ActingRequest, unit_id: int, other_id: int) -> HttpResponse:
    kept, other = own_unit_or_404(request, unit_id), own_unit_or_404(request, other_id)
    join = standing_join(kept, other.pk)
    if join is None:
        messages.info(request, f"{other.name} är inte sammanförd med {kept.name}.")
        return redirect("unit_edit", kept.pk)
    form = SentOnce(request.POST or None, initial={"client_id": uuid4()})
    show = page_of_form(request, "contacts/keeping/join_undo.html", kept=kept, other=other, join=join)

    def save() -> HttpResponse:
        undone = undo_unit_join(by=request.acting, join=join, client_id=form.cleaned_data["client_id"])
        left = left_of_unit(kept.name, undone.moved["stands"])
        messages.success(request, f"Upplöst. {other.name} är en enhet för sig igen.{left}")
        return redirect("unit_edit", kept.pk)

    return save_or_show(request, form, save=save, show=show)
