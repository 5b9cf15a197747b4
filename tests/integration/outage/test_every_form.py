"""Of every form: a hostile date is refused in Swedish, and no browser keeps what was typed for the next person."""

import random
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django import forms

from contacts.webforms.fields import ClockField, DateField
from contacts.webforms.fields import DayField as DayOfYearField
from outage.models import CareChain
from outage.webforms.moments import ClockTimeField, DayField, MomentField
from tests.factories import County
from tests.integration.outage.every_form import as_sent, every_form, form_classes, names_of
from tests.long import runs

TIMES = [
    "10.52", "0.00", "23.59", "24.00", "igår 23.50", "i förrgår kl. 2.30", "idag", "igår", "02.30", "99.99", "-1.00",
    "1" * 500, "１０.５２", "kl", "NaN", "1e9", "10.52\n", " ", "", "\u0661\u0660.\u0665\u0662", "i går i går 10.52",
]  # fmt: skip
DAYS = [
    "0001-01-01", "0000-00-00", "0026-01-01", "1899-12-31", "1970-01-01", "2024-12-31", "2025-01-01", "2026-02-29",
    "2026-03-29", "2026-10-25", "2027-12-31", "2028-01-01", "2206-01-01", "9999-12-31", "10000-01-01", "-001-01-01",
    "20261124", "2026-W48-2", "igår", "24/11", "2026-11-24T10:52", "２０２６-11-24", "1" * 500, "", " ", "\x1f",
]  # fmt: skip
SHOWN = [
    "",
    "x",
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-05:00",
    "2026-10-25T02:30:00+01:00",
    "2026-11-24",
]
SWEDISH = re.compile(r"\S.*[.?]", re.DOTALL)
ENGLISH = re.compile(r"\b(enter|valid|required|the|this|must)\b", re.IGNORECASE)
DATED = (MomentField, DateField, ClockTimeField, ClockField, DayOfYearField)


def dated(form: forms.Form) -> dict[str, forms.Field]:
    return {
        name: field
        for name, field in form.fields.items()
        if isinstance(field, (*DATED, forms.DateField, forms.DateTimeField, forms.TimeField))
    }


def pieces(field: forms.Field) -> list[list[str]]:
    """What may be typed in each input of a field."""
    if isinstance(field, MomentField):
        return [TIMES, DAYS, SHOWN, SHOWN]
    return [DAYS if isinstance(field, DateField) else TIMES + DAYS]


def test_every_dated_field_is_one_of_ours(county: County, chain: CareChain):
    """Django's own date fields take any year, and every spelling that is not Swedish."""
    made = [make(None) for _, make in every_form(county, chain)]
    assert {type(form) for form in made} == set(form_classes())
    for form in made:
        for name, field in dated(form).items():
            assert isinstance(field, DATED), f"{type(form).__name__}.{name}"


@pytest.mark.long
def test_no_hostile_date_is_a_fault_in_any_form(county: County, chain: CareChain):
    """Each box of each form is given everything, alone and together; what is refused is refused in Swedish."""
    chosen = random.Random(10)
    for name, make in every_form(county, chain):
        boxes: dict[str, list[str]] = {}
        for field_name, field in dated(make(None)).items():
            boxes |= dict(zip(names_of(field_name, field), pieces(field), strict=True))
        for _ in range(runs(3, full=20) if boxes else 0):
            sent = {box: [chosen.choice(values)] for box, values in boxes.items()}
            form = make(as_sent(sent))
            form.is_valid()
            for box, field in dated(form).items():
                for sentence in form.errors.get(box, []):
                    assert SWEDISH.fullmatch(sentence), (name, box, sentence)
                    assert not ENGLISH.search(sentence), (name, box, sentence)
                found = form.cleaned_data.get(box)
                if isinstance(field, MomentField | DayField) and found is not None:
                    assert 1976 <= found.year <= 2027, (name, box, sent)
            str(form)


def test_every_pair_of_time_and_date_is_taken_or_refused(county: County, chain: CareChain):
    field = MomentField()
    for at in TIMES:
        for on in DAYS:
            for shown in SHOWN:
                found, refused = cleaned(field, [at, on, shown])
                assert all(SWEDISH.fullmatch(sentence) for sentence in refused)
                assert bool(refused) != (found is not None and 2025 <= found.year <= 2027)


def cleaned(field: forms.Field, typed: list[str]) -> tuple[Any, list[str]]:
    """The cleaned value, and the sentences of the errors."""
    try:
        return field.clean(typed), []
    except forms.ValidationError as refused:
        return None, refused.messages


def test_no_browser_keeps_what_was_typed(county: County, chain: CareChain):
    """Nothing that is typed is offered to the next person at a shared PC: each text box says so itself."""
    for name, make in every_form(county, chain):
        for field in make(None):
            for box in typed_in(BeautifulSoup(str(field), "html.parser")):
                # A password is kept by the person's own manager, if by any: it never offers it to another.
                secret = {"new-password", "current-password"} if box.get("type") == "password" else set()
                assert box.get("autocomplete") in {"off", *secret}, f"{name}.{field.name}"


def typed_in(page: Any) -> list[Any]:
    """The inputs that one types in."""
    untyped = {"hidden", "checkbox", "radio", "file", "submit"}
    return [box for box in page.find_all(["input", "textarea"]) if box.get("type", "text") not in untyped]
