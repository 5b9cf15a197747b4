"""The units of a principal, kept by its administrators."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.access import ActingRequest
from contacts.models import Unit
from contacts.queries.emergency import sheet_states
from contacts.queries.joined import standing_joins
from contacts.queries.kept_units import own_unit, own_units, ways_missing
from contacts.queries.versions import version_of
from contacts.rules.held import HeldAs
from contacts.services.traces import added_first
from contacts.services.units import UnitFacts, add_unit, change_unit
from contacts.views.tools import FormPage, get_or_404, held_as, led_to_joined, put, require_keeper
from contacts.webforms.units import UnitForm

_FIELDS = ("name", "ward_kind", "outpatient_kind", "municipal_kind", "hsa_id", "active")
_EDIT_PAGE = "contacts/keeping/unit_edit.html"


def own_unit_or_404(request: ActingRequest, unit_id: int) -> Unit:
    """A unit of the person's own principal; 403 where the role keeps none, 404 for another principal's."""
    require_keeper(request)
    return get_or_404(own_unit, request.acting.principal, unit_id)


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


@held_as(HeldAs("Ny enhet"), UnitForm)
@require_http_methods(["GET", "POST"])
def unit_new(request: ActingRequest) -> HttpResponse:
    require_keeper(request)
    form = UnitForm(request.POST or None, of_region=request.acting.principal.is_region)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            unit = add_unit(
                by=request.acting,
                client_id=form.cleaned_data["client_id"],
                facts=UnitFacts(**form.facts()),
                answers=form.answers(),
            )
            return page.done(f"{unit.name} är tillagd.", "keep_units")
    if page.first and (added := own_unit(request.acting.principal, added_first(page.first, "unit.added"))):
        page.tell_first(_form_of(added), reverse("unit_edit", args=[added.pk]))
    return page.show(_EDIT_PAGE)


@held_as(HeldAs("Ändrad enhet"), UnitForm)
@require_http_methods(["GET", "POST"])
def unit_edit(request: ActingRequest, unit_id: int) -> HttpResponse:
    """Change a unit, or take it out of use; it is never deleted."""
    unit = own_unit_or_404(request, unit_id)
    if request.method == "GET" and (elsewhere := led_to_joined(request, unit, "unit_edit")):
        return elsewhere
    form = _form_of(unit, request.POST or None)
    if "first" in request.POST:
        put(form, version=version_of(unit))
    page = FormPage(request, form)
    if page.to_save():
        with page:
            changed = change_unit(
                by=request.acting,
                unit=unit,
                client_id=form.cleaned_data["client_id"],
                version=form.cleaned_data["version"] or "-",
                facts=UnitFacts(**form.facts()),
                answers=form.answers(),
            )
            return page.done(f"{changed.name} är sparad.", "keep_units")
    if page.changed:
        stands = own_unit_or_404(request, unit_id)
        by = f"Enheten heter {stands.name} och ändrades medan du hade sidan öppen."
        page.tell_changed(by, _form_of(stands), version=version_of(stands))
    codes = sheet_states(unit, timezone.now())
    return page.show(_EDIT_PAGE, unit=unit, joined=standing_joins(unit), emergency_sheets=codes)


def _form_of(unit: Unit, data: QueryDict | None = None) -> UnitForm:
    initial = {name: getattr(unit, name) for name in _FIELDS} | {"version": version_of(unit)}
    return UnitForm(data, initial=initial, of_region=unit.principal.is_region)
