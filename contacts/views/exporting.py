"""Skriv ut och hämta: the directory on paper, and as a file to keep: CSV, XLSX, vCard."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from contacts.access import ActingRequest
from contacts.filing.out import FileForm, principal_or_none, principals_to_take_out
from contacts.models import Principal
from contacts.rules.held import held_print
from contacts.rules.ids import read_id
from contacts.views.tools import get_or_404, held_as
from contacts.views.work import asked_by_press


@require_GET
def take_out(request: ActingRequest) -> HttpResponse:
    """The contacts of all principals, and of each, as paper and as files."""
    principals = principals_to_take_out()
    total = sum(principal.in_force for principal in principals)  # type: ignore[attr-defined]
    context = {"principals": principals, "total": total}
    return render(request, "contacts/directory/take_out.html", context)


@held_as(held_print("Hämta kontakterna"))
@require_POST
def export_contacts(request: ActingRequest, form: str) -> HttpResponse:
    """The entries in force as a file, `?huvudman=<id>` those of one principal; 404 for any other form or id."""
    if form not in set(FileForm):
        raise Http404
    principal = chosen_principal(request)
    label = f"Kontakter som {FileForm(form).label}: {principal.name if principal else 'alla'}"
    args = {"form": form, "principal": principal.pk if principal else None}
    return asked_by_press(request, kind="directory.export", label=label, args=args)


def chosen_principal(request: ActingRequest) -> Principal | None:
    """None where the address names none; 404 where there is no such principal."""
    wanted = request.GET.get("huvudman", "")
    if not wanted:
        return None
    number = read_id(wanted)
    if number is None:
        raise Http404
    return get_or_404(principal_or_none, number)
