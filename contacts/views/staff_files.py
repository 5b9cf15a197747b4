"""The staff list as a file: CSV and XLSX out, and in through a preview."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.filing.out import FileForm
from contacts.filing.staff import check_staff, export_staff
from contacts.presenters.staff_plan import planned_staff
from contacts.queries.staff_plan import plan_staff
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right, Role
from contacts.rules.staff_file import COLUMNS, MOST_ROWS, REQUIRED
from contacts.views.table_files import TableImport
from contacts.views.tools import file_answer, held_as, require

_FORMS = (FileForm.CSV, FileForm.XLSX)


_IMPORT = TableImport(
    right=Right.MANAGE_PEOPLE,
    page="import_staff",
    folder="contacts/people",
    advice="Spara personallistan för sig, i en fil med ett blad där allt syns.",
    told={
        "most_rows": MOST_ROWS,
        "required": REQUIRED,
        "optional": [column for column in COLUMNS if column not in REQUIRED],
        "roles": [role.label for role in Role],
    },
    plan=plan_staff,
    mark=lambda plan: plan.mark,
    shown=planned_staff,
    check=check_staff,
    kind="people.import",
    label="Läs in personallista",
)


@require_GET
def staff_file(request: ActingRequest, form: str) -> HttpResponse:
    """The assignments in force in the own principal; 404 for any other format."""
    require(request.acting, Right.MANAGE_PEOPLE)
    if form not in _FORMS:
        raise Http404
    made = export_staff(by=request.acting, form=FileForm(form))
    return file_answer(made.content, made.content_type, made.filename)


@held_as(HeldAs("Läs in personallista", file=True))
@require_http_methods(["GET", "POST"])
def import_staff(request: ActingRequest) -> HttpResponse:
    return _IMPORT.choose(request)


@held_as(HeldAs("Läs in personallistan", pressed=True))
@require_POST
def confirm_staff(request: ActingRequest) -> HttpResponse:
    return _IMPORT.confirm(request)
