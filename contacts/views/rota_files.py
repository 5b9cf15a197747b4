"""The rota as a file: CSV out, and in through a preview."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.filing.out import CONTENT_TYPES, FileForm
from contacts.filing.rota import check_rota, export_rota
from contacts.presenters.rota import planned_rota
from contacts.queries.places import unit_by_id
from contacts.queries.rota_plan import plan_rota
from contacts.rules.held import HeldAs
from contacts.rules.ids import read_id
from contacts.rules.permissions import Right
from contacts.rules.rota_file import COLUMNS, MOST_ROWS, REQUIRED
from contacts.views.table_files import TableImport
from contacts.views.tools import file_answer, get_or_404, held_as

_IMPORT = TableImport(
    right=Right.MANAGE_DIRECTORY,
    page="import_rota",
    folder="contacts/rota",
    advice="Spara jourschemat för sig, i en fil med ett blad där allt syns.",
    told={
        "most_rows": MOST_ROWS,
        "required": REQUIRED,
        "optional": [column for column in COLUMNS if column not in REQUIRED],
    },
    plan=lambda by, table: plan_rota(by.principal, table, timezone.now()),
    mark=lambda plan: plan.mark,
    shown=lambda plan: planned_rota(plan, timezone.now()),
    check=check_rota,
    kind="rota.import",
    label="Läs in jourschema",
)


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
    return _IMPORT.choose(request)


@held_as(HeldAs("Läs in jourschemat", pressed=True))
@require_POST
def confirm_rota(request: ActingRequest) -> HttpResponse:
    return _IMPORT.confirm(request)
