"""The files of an outage, as the tests read them."""

import csv
import io

import openpyxl

from contacts.access import Acting
from forms.services.outage_files import take_out
from outage.models import Outage
from outage.rules.outage_files import OutageFile, TableForm


def table(by: Acting, outage: Outage, which: OutageFile = OutageFile.LOG) -> list[dict[str, str]]:
    """The rows by their headings, the same in both forms."""
    text = take_out(by=by, outage=outage, which=which, form=TableForm.CSV).content.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    content = take_out(by=by, outage=outage, which=which, form=TableForm.XLSX).content
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    head, *more = [[cell.value or "" for cell in row] for row in sheet]
    assert not any(cell.data_type == "f" for row in sheet for cell in row)
    assert [dict(zip(head, row, strict=True)) for row in more] == found
    return found


def of_the_log(by: Acting, outage: Outage) -> list[dict[str, str]]:
    """The events and calls."""
    return [row for row in table(by, outage) if row["Slag"] not in ("Uppgifter", "Sammanföring")]


def of_the_patient(by: Acting, outage: Outage) -> list[dict[str, str]]:
    return [row for row in table(by, outage) if row["Slag"] == "Uppgifter"]
