"""The units of a principal, kept by its administrators."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.access import ActingRequest
from contacts.models import Unit
from contacts.queries.joined import standing_joins
from contacts.queries.kept_units import own_unit, own_units, ways_missing
from contacts.queries.versions import version_of
from contacts.rules.held import HeldAs
from contacts.services.units import UnitFacts, add_unit, change_unit
from contacts.views.tools import held_as, led_to_joined, page_of_form, renew, require_keeper, save_or_show
from contacts.webforms.differences import form_differences
from contacts.webforms.units import UnitForm

_FIELDS = ("name", "ward_kind", "outpatient_kind", "municipal_kind", "hsa_id", "active")


def own_unit_or_404(request: ActingRequest, unit_id: int) -> Unit:
    """A unit of the person's own principal; 403 where the role keeps none, 404 for another principal's."""
    require_keeper(request)
    unit = own_unit(request.acting.principal, unit_id)
    if unit is None:
        raise Http404
    return unit


@require_safe
def keep_units(request: ActingRequest) -> HttpResponse:
    """The principal's own units, and how each can be reached."""
    require_keeper(request)
    principal = request.acting.principal
    found = own_units(principal, request.GET.get("sida"))
    lacks = ways_missing([unit for unit in found if unit.active], timezone.now())
    context = {
        "principal": principal,
        "found": found,
        "rows": [(unit, [missing.label for missing in lacks.get(unit.pk, ())]) for unit in found],
    }
    return render(request, "contacts/keeping/units.html", context)


@held_as(HeldAs("Ny enhet"))
@require_http_methods(["GET", "POST"])
def unit_new(request: ActingRequest) -> HttpResponse:
    require_keeper(request)
    of_region = request.acting.principal.is_region
    form = UnitForm(request.POST or None, initial={"client_id": uuid4()}, of_region=of_region)
    show = page_of_form(request, "contacts/keeping/unit_edit.html")

    def save() -> HttpResponse:
        facts = UnitFacts(**form.facts())
        unit = add_unit(
            by=request.acting,
            client_id=form.cleaned_data["client_id"],
            facts=facts,
            answers=form.answers(),
        )
        messages.success(request, f"{unit.name} är tillagd.")
        return redirect("keep_units")

    return save_or_show(request, form, save=save, show=show, changed=lambda: show(form, 409))


@held_as(HeldAs("Ändrad enhet"))
@require_http_methods(["GET", "POST"])
def unit_edit(request: ActingRequest, unit_id: int) -> HttpResponse:
    """Change a unit, or take it out of use; it is never deleted."""
    unit = own_unit_or_404(request, unit_id)
    principal = unit.principal
    if request.method == "GET" and (elsewhere := led_to_joined(request, unit, "unit_edit")):
        return elsewhere
    initial = {name: getattr(unit, name) for name in _FIELDS}
    initial |= {"client_id": uuid4(), "version": version_of(unit)}
    form = UnitForm(request.POST or None, initial=initial, of_region=principal.is_region)

    joined = standing_joins(unit)
    show = page_of_form(request, "contacts/keeping/unit_edit.html", unit=unit, joined=joined)

    def save() -> HttpResponse:
        data = form.cleaned_data
        changed = change_unit(
            by=request.acting,
            unit=unit,
            client_id=data["client_id"],
            version=data["version"] or "-",
            facts=UnitFacts(**form.facts()),
            answers=form.answers(),
        )
        messages.success(request, f"{changed.name} är sparad.")
        return redirect("keep_units")

    def changed() -> HttpResponse:
        stands = own_unit_or_404(request, unit_id)
        renew(form, version_of(stands))
        fresh = UnitForm(
            initial={name: getattr(stands, name) for name in _FIELDS}, of_region=principal.is_region
        )
        by = f"Enheten heter {stands.name} och ändrades av någon annan hos {principal.name}."
        return show(form, 409, differences=form_differences(form, fresh), changed_by=by)

    return save_or_show(request, form, save=save, show=show, changed=changed)
