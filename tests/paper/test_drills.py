"""All that leaves the screen of a drill says ÖVNING in words, on every page and in every row."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from forms.models import SheetKind
from forms.rules.work_list_spec import WorkList
from forms.services.outage_files import take_out
from forms.services.outage_log_prints import print_outage_log
from forms.services.report_prints import print_outage_report
from forms.services.work_list_prints import print_work_list
from outage.models import Outage
from outage.queries.outages import outage_for
from outage.rules.drills import MARK
from outage.rules.outage_files import OutageFile, TableForm
from outage.services.report import make_report
from tests.clock import standing_at
from tests.factories import same_id
from tests.long import runs
from tests.paper.conformance import MAKERS, faults
from tests.paper.making import Place, at, end_outage, full_chain, make_place, person
from tests.paper.reading import pages, read
from tests.paper.test_codes import check_codes

pytestmark = pytest.mark.django_db
NOW = at(14, 5)
# They are of no outage: printed ahead of one, to be written on or read in whichever comes.
OF_NO_OUTAGE = {SheetKind.CONTACT_LIST, SheetKind.CALL_SUPPORT, SheetKind.BINDER}


@pytest.fixture
def place() -> Place:
    found = make_place()
    Outage.objects.update(drill=True)
    found.outage = outage_for(found.region, found.outage.pk)
    return found


def check(pdf: bytes) -> None:
    found = pages(pdf)
    assert found
    assert [number for number, text in enumerate(found, 1) if MARK not in text] == []
    assert str(read(pdf).metadata.title).startswith(f"{MARK} ")


@pytest.mark.parametrize("kind", [kind for kind in SheetKind if kind not in OF_NO_OUTAGE])
def test_every_kind_of_sheet_says_it_on_every_page(place: Place, kind: SheetKind):
    with standing_at(NOW):
        pdf = MAKERS[kind](place)
    check(pdf)
    check_codes(pdf)
    assert faults(pdf) == []


@pytest.mark.long
@pytest.mark.parametrize("kind", list(SheetKind)[:: runs(3, full=1)])
def test_in_earnest_no_sheet_says_it(kind: SheetKind):
    with standing_at(NOW):
        pdf = MAKERS[SheetKind(kind)](make_place())
    assert MARK not in " ".join(pages(pdf))


@pytest.mark.parametrize("which", WorkList)
def test_every_list_says_it_and_so_does_its_name(place: Place, which: WorkList):
    full_chain(place)
    with standing_at(NOW):
        made = print_work_list(by=place.alva, which=which, outage=place.outage, client_id=same_id(1))
    check(made.pdf)
    assert made.filename == f"ovning-{which}.pdf"


def test_the_log_and_the_report_say_it(place: Place):
    full_chain(place)
    with standing_at(NOW):
        log = print_outage_log(by=place.alva, outage=place.outage, number=1)
        end_outage(place, at(13))
        reader = person("Rut Ro", place.ward, role="coordinator")
        over = outage_for(place.region, place.outage.pk)
        assert list(make_report(by=reader, outage=over))
        report = print_outage_report(by=reader, outage=over)
    for made, name in ((log, "ovning-logg-2026-11-24.pdf"), (report, "ovning-rapport-2026-11-24.pdf")):
        check(made.pdf)
        assert made.filename == name
        assert faults(made.pdf) == []


@pytest.mark.parametrize("which", OutageFile)
@pytest.mark.parametrize("form", TableForm)
def test_every_row_of_a_file_says_it(place: Place, which: OutageFile, form: TableForm):
    full_chain(place)
    with standing_at(NOW):
        made = take_out(by=place.alva, outage=place.outage, which=which, form=form)
    assert made.filename == f"ovning-{which}-2026-11-24.{form}"
    if form is TableForm.CSV:
        text = made.content.decode("utf-8-sig")
        rows = list(csv.reader(StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))
    else:
        (sheet,) = load_workbook(BytesIO(made.content)).worksheets
        rows = [list(map(str, row)) for row in sheet.iter_rows(values_only=True)]
    assert len(rows) > 1
    assert {row[0] for row in rows} == {MARK}
