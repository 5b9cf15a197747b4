"""A ward's patients at once: a pasted list, looked through, and a chain opened for each marked one."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from contacts.access import ActingRequest
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import get_or_404, held_as, require
from outage.models import CareChain, Outage
from outage.presenters.ward_patients import RowNotes, row_notes
from outage.queries.care_chains import visible_chains
from outage.queries.naming import patient_in_list
from outage.queries.outages import outage_in_view
from outage.queries.same_patient import own_chains_by_number
from outage.rules.pasted_list import MOST_PATIENTS, PastedPatient
from outage.services.ward_patients import open_each, row_id
from outage.webforms.ward_patients import ForAllForm, PasteForm, PatientRowForm, Places

from ._tools import why_not_in

Rows = list[PatientRowForm]


@held_as(HeldAs("Avdelningens patienter"), PasteForm)
@require_http_methods(["GET", "POST"])
def paste_patients(request: ActingRequest) -> HttpResponse:
    """Take a list, show what was read, open a chain for each marked patient. All by POST: the address names nobody."""
    require(request.acting, Right.LOG_CARE)
    outage = get_or_404(outage_in_view, request.acting.principal)
    places = Places.read()
    names = [name for town in places.towns.values() for name in town.names]
    names += [name for unit in places.clinics.values() for name in unit.names]
    names += [town.short_name for town in places.towns.values()]
    data = request.POST.copy() if request.method == "POST" else None
    form = PasteForm(data, acting=request.acting, places=names)
    if data is None:
        return _show_list(request, outage, form)
    do = data.get("do", "look")
    why = why_not_in(request, outage)
    is_read = form.is_valid() or "text" not in form.errors
    if why:
        form.add_error(None, why)
    if not is_read or (do == "look" and "held" in data):
        return _show_list(request, outage, form, 200 if "held" in data else 422)
    if do == "text":
        return _show_list(request, outage, form)
    shown_only = "held" in data or (why and do != "look")
    return _preview(request, outage, form, places, data, "held" if shown_only else do, why)


def _show_list(request: ActingRequest, outage: Outage, form: PasteForm, status: int = 200) -> HttpResponse:
    context = {"outage": outage, "form": form, "most": MOST_PATIENTS}
    return render(request, "outage/chain/paste.html", context, status=status)


def _preview(
    request: ActingRequest,
    outage: Outage,
    form: PasteForm,
    places: Places,
    data: QueryDict,
    do: str,
    why_not: str,
) -> HttpResponse:
    """`why_not` is why nothing of what was sent is done."""
    patients = form.pasted.patients
    # A list that is re-read is another one: its rows are not those that were opened.
    known = form.cleaned_data.get("client_id") if do != "look" else None
    list_id = known or uuid4()
    data["client_id"] = str(list_id)
    sent = None if do == "look" else data
    opened = _opened(request, outage, list_id)
    for_all = ForAllForm(sent, places=places)
    said, status = why_not, 422 if why_not and do != "held" else 200
    if do == "set" and for_all.is_valid():
        said = _set_for_marked(data, len(patients), for_all.chosen())
    named_row = _take_name(data, patients, do)
    rows = _rows(patients, places, sent)
    if do in {"mark_all", "mark_none"}:
        notes = _notes(request, outage, patients, rows, opened)
        for at, note in enumerate(notes):
            data[f"{at}-marked"] = "on" if do == "mark_all" and note.may_mark else ""
        rows = _rows(patients, places, data)
    if do == "open":
        said, failed = _open_marked(request, outage, form, list_id, rows, opened)
        opened = _opened(request, outage, list_id)
        status = 422 if failed else 200
    notes = _notes(request, outage, patients, rows, opened)
    all_there = not form.pasted.not_read and all(note.is_settled for note in notes)
    if opened and (do == "done" or (do == "open" and status == 200 and all_there)):
        if had_one := sum(bool(note.existing) and note.opened is None for note in notes):
            messages.info(request, f"{had_one} i listan hade redan en vårdkedja och fick ingen ny.")
        return redirect("opened_patients", list_id)
    context = {
        "outage": outage,
        "form": form,
        "list_id": list_id,
        "rows": list(zip(rows, notes, strict=True)),
        "not_read": form.pasted.not_read,
        "places": places,
        "for_all": for_all,
        "said": said,
        "failed": bool(why_not) or status == 422,
        "any_opened": bool(opened),
        "named_row": named_row,
    }
    return render(request, "outage/chain/pasted.html", context, status=status)


def _rows(patients: tuple[PastedPatient, ...], places: Places, data: QueryDict | None) -> Rows:
    return [
        PatientRowForm(data, prefix=str(at), patient=patient, places=places)
        for at, patient in enumerate(patients)
    ]


def _take_name(data: QueryDict, patients: tuple[PastedPatient, ...], do: str) -> int:
    """Fill in the name that a person chose for a row; returns the row's number, or 0."""
    for at, patient in enumerate(patients):
        for which, name in enumerate(patient.names, start=1):
            if do == f"name-{at + 1}-{which}":
                data[f"{at}-patient_name"] = name
                return at + 1
    return 0


def _set_for_marked(data: QueryDict, count: int, chosen: dict[str, str]) -> str:
    marked = [at for at in range(count) if data.get(f"{at}-marked")]
    for at in marked:
        for name, value in chosen.items():
            data[f"{at}-{name}"] = value
    if not marked:
        return "Inga rader är markerade. Markera dem först."
    return f"Satt för {len(marked)} markerade." if chosen else "Välj först vad som ska sättas."


def _open_marked(
    request: ActingRequest,
    outage: Outage,
    form: PasteForm,
    list_id: UUID,
    rows: Rows,
    opened: dict[int, CareChain],
) -> tuple[str, bool]:
    """The result as a sentence, and whether any marked row is not opened."""
    ward = form.cleaned_data.get("ward_unit")
    if not ward:
        if not form.errors:
            form.add_error("ward_unit", "Välj avdelning.")
        return "Ingen vårdkedja är öppnad. Välj avdelning.", True
    marked = [at for at, row in enumerate(rows) if row["marked"].value()]
    if not marked:
        return "Ingen vårdkedja är öppnad. Markera patienterna först.", True
    right = {}
    for at in marked:
        if rows[at].is_valid():
            rows[at].check_for(ward)
        if not rows[at].errors:
            right[at] = rows[at].facts(ward)
    found = open_each(by=request.acting, outage=outage, list_id=list_id, patients=right)
    for at, result in found.items():
        if isinstance(result, RuleError):
            field = result.field if result.field in rows[at].fields else None
            rows[at].add_error(field, result.reason)
    done = sum(isinstance(result, CareChain) for result in found.values())
    told = "1 vårdkedja är öppnad." if done == 1 else f"{done} vårdkedjor är öppnade."
    if failed := len(marked) - done:
        left = "1 är inte öppnad" if failed == 1 else f"{failed} är inte öppnade"
        told += f" {left}: varför står vid raden."
    return told, bool(failed)


def _opened(request: ActingRequest, outage: Outage, list_id: UUID) -> dict[int, CareChain]:
    rows = {row_id(list_id, at): at for at in range(MOST_PATIENTS)}
    chains = visible_chains(request.acting, outage).filter(pk__in=rows)
    return {rows[chain.pk]: chain for chain in chains}


def _notes(
    request: ActingRequest,
    outage: Outage,
    patients: tuple[PastedPatient, ...],
    rows: Rows,
    opened: dict[int, CareChain],
) -> list[RowNotes]:
    typed = [
        (str(row["identity"].value() or "").strip(), str(row["patient_name"].value() or "").strip())
        for row in rows
    ]
    existing = own_chains_by_number(request.acting, [number for number, _ in typed], outage)
    return row_notes(patients, typed, existing, opened, timezone.localdate())


@require_GET
def opened_patients(request: ActingRequest, list_id: UUID) -> HttpResponse:
    require(request.acting, Right.READ_CARE)
    outage = get_or_404(outage_in_view, request.acting.principal)
    opened = _opened(request, outage, list_id)
    if not opened:
        raise Http404
    chains = [(chain, patient_in_list(chain)) for _, chain in sorted(opened.items())]
    return render(request, "outage/chain/opened.html", {"outage": outage, "chains": chains})
