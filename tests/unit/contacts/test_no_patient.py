"""Texts that are of no patient: a personal identity number is refused in each, and nothing that only looks like one."""

import pytest
from django.core.exceptions import ValidationError
from django.forms import Form

from contacts.webforms.emergency import EmergencyForm
from contacts.webforms.fields import NoPatientField, check_no_patient
from contacts.webforms.keeping import EntryForm
from forms.webforms.purge import WithdrawForm
from outage.webforms.closing import LeaveForm
from outage.webforms.outages import OutageForm
from outage.webforms.report import LessonForm


@pytest.mark.parametrize(
    "number", ["19121212-1212", "191212121212", "121212-1212", "121212+1212", "1212121212", "19121212 1212"]
)
@pytest.mark.parametrize("text", ["{}", "Tolvan {} glömdes.", "({})", "nr:{},"])
def test_a_number_is_found_in_any_spelling_and_place(number: str, text: str):
    with pytest.raises(ValidationError, match="Ta bort personnumret"):
        check_no_patient(text.format(number))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ring 0910-73 50 00 eller 0910735000.",
        "070-174 06 05",
        # No day, or another digit than it should have.
        "19121312-1212",
        "19121212-1213",
        "Ärende INC20261124-0012",
        "Serie 5191212121212",
        "2026-11-24 10.52",
    ],
)
def test_what_is_no_such_number_is_left_alone(text: str):
    check_no_patient(text)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (LessonForm, "text"),
        (LeaveForm, "reason"),
        (OutageForm, "sees"),
        (EmergencyForm, "note"),
        (EntryForm, "remark"),
        (WithdrawForm, "reason"),
    ],
)
def test_each_text_that_asks_for_no_patients_is_looked_through(form: type[Form], name: str):
    assert isinstance(form.base_fields[name], NoPatientField)
