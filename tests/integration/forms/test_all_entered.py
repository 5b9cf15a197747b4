"""A sheet written on is asked for until somebody says that all its rows are in the log: one row entered is not all."""

from itertools import product
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from forms.models import AllEntered, Sheet, SheetFate, SheetKind
from forms.queries.entering import said_all_entered
from forms.queries.left import not_entered
from forms.services.entering import say_all_entered
from forms.services.steps import ChangedMeanwhileStep
from outage.models import CareChain, Outage
from tests.factories import County, at_once, same_id
from tests.integration.outage.conftest import chain, county, outage
from tests.integration.outage.pages import read
from tests.long import runs

from .entering import enter
from .sheet_pages import form_for, opened, take, text_of
from .sheets_made import make_batch, make_sheet

__all__ = ["chain", "county", "outage"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("R2.4")]
LIVES = [
    "P",
    "PF",
    "PFS",
    "PFSC",
    "PFSCD",
    "PFSCK",
    "PFSF",
    "PFSFS",
    "PV",
    "PFV",
    "PFSV",
    "PFSCV",
    "PFSFV",
    "PFVF",
    "PFVFS",
    "PFSVF",
    "PFSCKF",
]
STEP = {
    "P": "printed",
    "F": "filled",
    "S": "scanned",
    "C": "checked",
    "D": "destroyed",
    "K": "kept",
    "V": "voided",
}


@pytest.fixture
def sheet(county: County) -> Sheet:
    return make_sheet(county.alva, SheetKind.LOG_SHEET)


def go(sheet: Sheet, steps: str) -> None:
    """Write those steps of a sheet, as they stand when the rules have let them through."""
    for letter in steps:
        SheetFate.objects.create(
            sheet=sheet, number=sheet.fates.count() + 1, fate=STEP[letter], unit=sheet.unit, user=sheet.user
        )


def say(county: County, sheet: Sheet, **more) -> AllEntered:
    facts = {
        "by": county.alva,
        "client_id": uuid4(),
        "rows": sheet.entries.count(),
        "seen": sheet.fates.count(),
    }
    return say_all_entered(sheet=sheet, **facts | more)


def asked_for(sheet: Sheet) -> bool:
    return not_entered(sheet.unit).filter(pk=sheet.pk).exists()


@pytest.mark.long
def test_every_life_with_every_number_of_rows_and_everything_said(county: County, chain: CareChain):
    cases = [(life, rows) for life, rows in product(LIVES, (0, 1, 2)) if "F" in life or not rows]
    assert len(cases) == 17 * 3 - 2 * 2
    # In `make test` every other, which is each life with one number of rows or two.
    for life, rows in cases[:: runs(2, full=1)]:
        sheet = make_sheet(county.alva, SheetKind.LOG_SHEET)
        for _ in range(rows):
            enter(county, sheet, chain)
        go(sheet, life[2 if rows else 1 :])
        written = "F" in life and (life[-1] != "V" or "S" in life)
        for said in ((), ((0, 0),), ((1, 1),), ((1, 0), (2, 1)), ((2, 2),)):
            with transaction.atomic():
                for told_rows, told_scans in said:
                    AllEntered.objects.create(
                        sheet=sheet, rows=told_rows, scans=told_scans, user=sheet.user, unit=sheet.unit
                    )
                assert asked_for(sheet) is (written and (rows, life.count("S")) not in said), (
                    life,
                    rows,
                    said,
                )
                transaction.set_rollback(True)


@pytest.mark.parametrize("kind", SheetKind)
def test_what_is_asked_for_can_be_entered_and_said_and_no_other_kind_is_asked_for(
    client: Client, county: County, chain: CareChain, kind: SheetKind
):
    sheet = make_sheet(county.alva, kind)
    go(sheet, "FS")
    entered_from = kind in ("care_chain", "log_sheet", "sip", "sip_invitation", "work_list")
    assert asked_for(sheet) is entered_from
    page = read(opened(client, county.alva, "sheet", sheet.serial)).main
    way_in = page.find("a", href=reverse("enter_sheet", args=[sheet.serial]))
    assert (way_in is not None) is (form_for(page, "infort") is not None) is entered_from
    assert client.get(reverse("enter_sheet", args=[sheet.serial])).status_code == (
        200 if entered_from else 404
    )
    if not entered_from:
        with pytest.raises(RuleError, match="förs inget in"):
            say(county, sheet)
        return
    enter(county, sheet, chain)
    take(client, county.alva, sheet, "infort")
    assert not asked_for(sheet)


def test_once_said_it_holds_until_another_row_or_another_scan(county: County, sheet: Sheet, chain: CareChain):
    enter(county, sheet, chain)
    assert asked_for(sheet)
    first = say(county, sheet)
    assert (first.rows, first.scans, first.user, first.unit) == (1, 0, county.alva.user, county.ward)
    assert not asked_for(sheet)
    assert said_all_entered(sheet) == first
    enter(county, sheet, chain)
    assert asked_for(sheet)
    assert said_all_entered(sheet) is None
    say(county, sheet)
    assert not asked_for(sheet)
    # The paper was in use all the while: what is on the picture is compared once more.
    go(sheet, "S")
    assert asked_for(sheet)
    last = say(county, sheet)
    go(sheet, "CD")
    assert not asked_for(sheet)
    assert said_all_entered(sheet) == last
    assert AllEntered.objects.count() == 3
    trace = AuditEntry.objects.filter(action="sheet.all_entered").order_by("pk").last()
    assert trace is not None
    assert trace.changes == {"sheet": sheet.serial, "rows": 2}


@pytest.mark.parametrize(
    ("steps", "told"),
    [("", "Bladet är inte ifyllt."), ("V", "Bladet är inte ifyllt."), ("FV", "Bladet är makulerat.")],
)
def test_what_nothing_is_entered_from_is_refused(county: County, sheet: Sheet, steps: str, told: str):
    go(sheet, steps)
    with pytest.raises(RuleError, match=told):
        say(county, sheet)
    assert not AllEntered.objects.exists()


def test_what_somebody_did_meanwhile_is_read_first(county: County, sheet: Sheet, chain: CareChain):
    enter(county, sheet, chain)
    for wrong in ({"rows": 0}, {"rows": 2}, {"seen": 1}, {"seen": 3}):
        with pytest.raises(ChangedMeanwhileStep):
            say(county, sheet, **wrong)
    assert not AllEntered.objects.exists()


def test_said_twice_it_stands_once_even_when_the_sheet_has_gone_on(
    county: County, sheet: Sheet, chain: CareChain
):
    go(sheet, "F")
    first = say(county, sheet, client_id=same_id(1))
    assert say(county, sheet) == first
    enter(county, sheet, chain)
    assert say(county, sheet, client_id=same_id(1), rows=0, seen=2) == first
    with pytest.raises(IdClash):
        say(county, sheet, client_id=same_id(1))
    assert AllEntered.objects.count() == 1


@pytest.mark.parametrize("who", ["bo", "cissi", "adam"])
def test_only_those_who_handle_the_units_sheets_say_it(county: County, sheet: Sheet, who: str):
    go(sheet, "F")
    with pytest.raises(NotAllowed):
        say(county, sheet, by=county.somebody(who))
    assert not AllEntered.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_a_row_and_the_word_at_once_no_row_is_passed_over(county: County, chain: CareChain):
    sheet = make_sheet(county.alva, SheetKind.LOG_SHEET)
    go(sheet, "F")

    def word() -> None:
        try:
            say(county, sheet, rows=0, seen=2)
        except ChangedMeanwhileStep:
            return

    at_once([word, lambda: enter(county, sheet, chain)])
    assert asked_for(sheet)


class TestOnThePage:
    def test_a_sheet_with_one_row_entered_says_that_there_may_be_more(
        self, client, county: County, sheet: Sheet, chain: CareChain
    ):
        enter(county, sheet, chain)
        text = text_of(read(opened(client, county.alva, "sheet", sheet.serial)).main)
        assert (
            "1 samtal är infört från bladet. Ingen har sagt att alla rader är det. För in fler samtal" in text
        )
        answer = take(client, county.alva, sheet, "infort")
        assert answer["Location"] == reverse("sheet", args=[sheet.serial])
        text = text_of(read(opened(client, county.alva, "sheet", sheet.serial)).main)
        assert "1 samtal · Alla rader är införda enligt Alva Påhittad" in text
        assert "Ingen har sagt" not in text

    def test_it_is_said_where_rows_are_entered_and_only_when_there_is_one(
        self, client, county: County, sheet: Sheet, chain: CareChain
    ):
        go(sheet, "F")
        page = read(opened(client, county.alva, "enter_sheet", sheet.serial)).main
        assert form_for(page, "infort") is None
        enter(county, sheet, chain)
        fields = form_for(read(opened(client, county.alva, "enter_sheet", sheet.serial)).main, "infort")
        assert client.post(reverse("sheet_step", args=[sheet.serial]), fields).status_code == 302
        page = read(opened(client, county.alva, "enter_sheet", sheet.serial)).main
        assert "Alla rader är införda enligt Alva Påhittad" in text_of(page)
        assert form_for(page, "infort") is None

    def test_who_was_second_is_told_and_may_say_it_of_what_is_there_now(
        self, client, county: County, sheet: Sheet, chain: CareChain
    ):
        go(sheet, "F")
        fields = form_for(read(opened(client, county.alva, "sheet", sheet.serial)).main, "infort")
        enter(county, sheet, chain)
        answer = client.post(reverse("sheet_step", args=[sheet.serial]), fields)
        assert answer.status_code == 409
        page = read(answer).main
        assert "Bladet ändrades nyss." in text_of(page)
        assert (
            client.post(reverse("sheet_step", args=[sheet.serial]), form_for(page, "infort")).status_code
            == 302
        )
        assert AllEntered.objects.get().rows == 1

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_when_the_system_is_back_one_is_told_how_many(
        self, client, county: County, outage: Outage, chain: CareChain, count: int
    ):
        make_batch(county.alva, 2)
        for _ in range(count):
            go(make_sheet(county.alva, SheetKind.LOG_SHEET), "FSCD")
        page = read(opened(client, county.alva, "back_registration")).main
        words = {
            1: "1 ifyllt blad är inte helt infört i loggen. Visa bladet",
            2: "2 ifyllda blad är inte helt",
        }
        assert ("inte helt infört" in text_of(page)) is (count == 1)
        assert words.get(count, "") in text_of(page)
        link = page.select_one('a[href$="visa=inte-inforda"]')
        assert (link is not None) is bool(count)
        if link is not None:
            shown = read(client.get(link["href"])).main
            assert len(shown.select("tbody a.serial")) == count
            assert "Förstört" in text_of(shown)
