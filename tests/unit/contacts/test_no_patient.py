"""Texts that are of no patient: a personal identity number is refused in each, and nothing that only looks like one."""

import random

import pytest
from django.core.exceptions import ValidationError
from django.forms import Form

from contacts.management.commands.import_directory import OWN_FILE
from contacts.rules.personal_number import has_personal_number
from contacts.webforms.emergency import EmergencyForm
from contacts.webforms.fields import NoPatientField, check_no_patient
from contacts.webforms.keeping import EntryForm
from contacts.webforms.people import NewPersonForm, TitleForm
from contacts.webforms.rota import TurnForm
from contacts.webforms.units import UnitForm
from forms.webforms.disposal import DecisionForm
from forms.webforms.purge import WithdrawForm
from outage.webforms.closing import LeaveForm
from outage.webforms.outages import OutageForm, SupportForm
from outage.webforms.report import LessonForm


@pytest.mark.parametrize(
    "number",
    [
        *("19121212-1212", "191212121212", "121212-1212", "121212+1212", "1212121212", "19121212 1212"),
        *("1912-12-12-1212", "1912-12-12 1212", "1912/12/12-1212", "1912.12.12.1212", "12-12-12-1212"),
        *("19121212–1212", "19121212−1212", "19121212\u20111212", "１９１２１２１２－１２１２"),
        *("1912 1212 1212", "1912 12 12 1212", "1912 12 12-1212", "19121212 - 1212", "121212 – 1212"),
        *("19121212/1212", "19121212.1212", "19121212_1212", "19121212+1212", "121212/1212", "121212 1212"),
        "19121212\u00a0-\u00a01212",
        "1912\u200b1212-1212",
        # Of coordination, the first two with another check digit than it should have.
        *("19910672-2399", "1991-06-72-2399", "19910672-2391", "910672-2391", "910672 2391", "199106722391"),
    ],
)
@pytest.mark.parametrize(
    "text", ["{}", "Tolvan {} glömdes.", "({})", "nr:{},", "Sal 3 {}", "Ring 0910-73 50 00 om {}"]
)
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
        "+46 10 12 12 1212",
        "Org.nr 232100-0222",
        "SE2321000016-1003",
        "19910672 2399",
        "19911372-2399",
    ],
)
def test_what_is_no_such_number_is_left_alone(text: str):
    check_no_patient(text)


AREAS = [
    "08",
    "010",
    "011",
    "019",
    "020",
    "031",
    "040",
    "060",
    "090",
    "0500",
    "0910",
    "0912",
    "0940",
    "0953",
    "0980",
]
MOBILES = ["070", "072", "073", "076", "079"]


def as_written(area: str, rest: str) -> list[str]:
    """Spellings of a telephone number that people use."""
    pairs = " ".join(rest[max(at - 2, 0) : at] for at in range(len(rest), 0, -2)[::-1])
    threes = f"{rest[:-4]} {rest[-4:-2]} {rest[-2:]}".strip()
    national = [f"{area}{by}{own}" for by in "-/ ." for own in (rest, pairs, threes)]
    national += [
        f"{area}-{threes.replace(' ', '-')}",
        f"{area}{rest}",
        f"({area}) {threes}",
        f"{area}.{pairs.replace(' ', '.')}",
    ]
    abroad = [
        f"{code}{area[1:]}{by}{own}"
        for code in ("+46", "+46 ", "0046", "0046 ")
        for by in " -"
        for own in (rest, pairs, threes)
    ]
    return [
        *national,
        *abroad,
        f"+46{area[1:]}{rest}",
        f"0046{area[1:]}{rest}",
        f"+46 (0){area[1:]}-{threes}",
    ]


@pytest.mark.parametrize("area", [*AREAS, *MOBILES])
def test_no_telephone_number_is_taken_for_one(area: str):
    drawn = random.Random(area)
    lengths = [7] if area in MOBILES else [5, 6, 7, 8][: 11 - len(area) - 3]
    for _ in range(300):
        rest = f"{drawn.randrange(10 ** drawn.choice(lengths)):05}"
        for written in as_written(area, rest):
            assert not has_personal_number(written), written
            assert not has_personal_number(f"Tfn {written}, ankn 1212"), written


@pytest.mark.parametrize(
    "number",
    [
        *(
            "+47 91 06 72 23",
            "+45 12 12 12 12",
            "+358 40 1212121",
            "+49 30 12121212",
            "+1 912 121 2121",
            "+1 9121212121",
        ),
        *("+20 10 1212 1212", "+19121212121", "112", "1177", "59090", "785 00 00", "0771-12 12 12"),
    ],
)
def test_nor_a_foreign_or_a_short_one(number: str):
    assert not has_personal_number(number)


def test_no_number_of_the_county_is_taken_for_one():
    assert not any(has_personal_number(line) for line in OWN_FILE.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (LessonForm, "text"),
        (LeaveForm, "reason"),
        (OutageForm, "sees"),
        (EmergencyForm, "note"),
        (EntryForm, "remark"),
        (WithdrawForm, "reason"),
        # What lies plain.
        *(
            (EntryForm, name)
            for name in ("name", "first_name", "last_name", "title", "department", "owner", "source")
        ),
        (UnitForm, "name"),
        (TurnForm, "who"),
        *((NewPersonForm, name) for name in ("first_name", "last_name")),
        (TitleForm, "title"),
        (SupportForm, "case_number"),
        (DecisionForm, "reference"),
        (DecisionForm, "note"),
    ],
)
def test_each_text_that_asks_for_no_patients_is_looked_through(form: type[Form], name: str):
    assert isinstance(form.base_fields[name], NoPatientField)
