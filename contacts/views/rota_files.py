"""The rota as a file: CSV out, and in through a preview."""

import json
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.filing.out import CONTENT_TYPES, FileForm
from contacts.filing.reading import read_table
from contacts.filing.rota import PlanChanged, bring_in_rota, export_rota
from contacts.presenters.rota import planned_rota
from contacts.queries.places import unit_by_id
from contacts.queries.rota_plan import RotaPlan, Table, plan_rota
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.held import HeldAs
from contacts.rules.ids import read_id
from contacts.rules.rota_file import COLUMNS, MOST_ROWS, REQUIRED
from contacts.views.tools import FormPage, file_answer, get_or_404, held_as, require_keeper, sent
from contacts.webforms.importing import UploadForm
from contacts.webforms.rota import ConfirmRotaForm

_ALONE = "Spara jourschemat för sig, i en fil med ett blad där allt syns."


@require_GET
def rota_file(request: ActingRequest) -> HttpResponse:
    """The turns of the own principal as CSV, `?enhet=<id>` those of one unit."""
    wanted = request.GET.get("enhet", "")
    number = read_id(wanted)
    if wanted and number is None:
        raise Http404
    unit = get_or_404(unit_by_id, number) if number is not None else None
    content = export_rota(by=request.acting, unit=unit)
    filename = f"jourschema-{timezone.localdate().isoformat()}.csv"
    return file_answer(content, CONTENT_TYPES[FileForm.CSV], filename)


@held_as(HeldAs("Läs in jourschema", file=True))
@require_http_methods(["GET", "POST"])
def import_rota(request: ActingRequest) -> HttpResponse:
    """Choose a file, and see what it would do; nothing is written."""
    require_keeper(request)
    form = UploadForm(*sent(request))
    page = FormPage(request, form, beside="file")
    if page.to_save():
        with page:
            table = read_table(form.cleaned_data["file"].read(), _ALONE)
            return _preview_page(request, table, plan_rota(request.acting.principal, table, timezone.now()))
    return page.show(
        "contacts/rota/upload.html",
        most_rows=MOST_ROWS,
        required=REQUIRED,
        optional=[column for column in COLUMNS if column not in REQUIRED],
    )


@held_as(HeldAs("Läs in jourschemat", pressed=True))
@require_POST
def confirm_rota(request: ActingRequest) -> HttpResponse:
    """Import the file that was shown; where it would do something else by now that is shown instead."""
    require_keeper(request)
    form = ConfirmRotaForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Inget är inläst. Välj filen igen.")
        return redirect("import_rota")
    try:
        count = bring_in_rota(by=request.acting, **form.cleaned_data)
    except PlanChanged as changed:
        return _preview_page(
            request, form.cleaned_data["table"], changed.plan, notice=changed.reason, status=409
        )
    except IdClash:
        messages.error(request, "Filen är redan inläst med annat innehåll. Välj filen igen.")
        return redirect("import_rota")
    except RuleError as error:
        messages.error(request, f"Inget är inläst. {error.reason}")
        return redirect("import_rota")
    messages.success(request, "Ett jourpass är inläst." if count == 1 else f"{count} jourpass är inlästa.")
    return redirect("keep_units")


def _preview_page(
    request: ActingRequest, table: Table, plan: RotaPlan, *, notice: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "plan": planned_rota(plan, timezone.now()),
        "notice": notice,
        "mark": plan.mark,
        "table": json.dumps(table, ensure_ascii=False),
        "client_id": uuid4(),
    }
    return render(request, "contacts/rota/preview.html", context, status=status)
