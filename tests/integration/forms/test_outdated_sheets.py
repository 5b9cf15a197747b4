"""After what a paper must not say any more, the sheets that are out are named: to be fetched and voided."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bs4 import Tag
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.rules.errors import Question
from forms.models import Sheet, SheetKind
from forms.queries.outdated import outdated_sheets, why_outdated
from forms.rules.sheet_fate import Fate, VoidReason
from forms.services.fates import void_sheet
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.rules.back_registration import ChainStatus
from outage.services.care_chains import change_details
from tests.factories import County, make_chain, make_event, make_outage
from tests.integration.forms.entering import address
from tests.integration.forms.sheets_made import bring_to, make_batch, make_sheet
from tests.integration.outage.joining import join, two_chains, undo
from tests.integration.outage.pages import fields_of, form_of, read

OTHER = "19980101-9802"


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def printed(by: Acting, chain: CareChain, kind: SheetKind = SheetKind.CARE_CHAIN) -> Sheet:
    return make_sheet(by, kind, chain=chain, outage=chain.outage)


def change(county: County, chain: CareChain, answer: str = "", **what: Any) -> None:
    chain = get_chain(county.alva, chain.pk)
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details.pk,
        facts=replace(chain.details.facts, **what),
        answers={"identity": answer} if answer else None,
    )


def out(by: Acting, chain: CareChain) -> set[str]:
    return {sheet.serial for sheet in outdated_sheets(by, get_chain(by, chain.pk)).sheets}


@pytest.mark.parametrize(
    "what",
    [
        {"protected_identity": True},
        {"identity": OTHER},
        {"status": ChainStatus.WRONG_PATIENT, "status_reason": "Fel"},
    ],
)
def test_those_from_before_are_named_until_each_is_accounted_for(
    county: County, chain: CareChain, clock, what: dict[str, Any]
):
    before, filled = (printed(county.alva, chain) for _ in range(2))
    bring_to(county.alva, filled, Fate.FILLED)
    clock.shift(timedelta(minutes=1))
    assert out(county.alva, chain) == set()
    change(county, chain, **what)
    clock.shift(timedelta(minutes=1))
    after = printed(county.alva, chain)
    assert out(county.alva, chain) == {before.serial, filled.serial}
    assert [bool(why_outdated(each)) for each in (before, filled, after)] == [True, True, False]
    void_sheet(by=county.alva, sheet=before, client_id=uuid4(), void_reason=VoidReason.MISPRINT)
    assert out(county.alva, chain) == {filled.serial}


@pytest.mark.parametrize(
    "what",
    [{"status": ChainStatus.DECEASED, "status_reason": "I morse"}, {"patient_name": "Tolvan Tolvanson"}],
)
def test_other_changes_leave_them_as_they_are(county: County, chain: CareChain, clock, what: dict[str, Any]):
    printed(county.alva, chain)
    clock.shift(timedelta(minutes=1))
    change(county, chain, **what)
    assert out(county.alva, chain) == set()


def test_what_was_changed_back_is_right_again(county: County, chain: CareChain, clock):
    printed(county.alva, chain)
    number = chain.details.identity_number
    clock.shift(timedelta(minutes=1))
    change(county, chain, identity=OTHER)
    clock.shift(timedelta(minutes=1))
    change(county, chain, identity=number)
    assert out(county.alva, chain) == set()


def test_once_parted_those_from_while_they_were_one_are_named_and_no_others(
    county: County, outage: Outage, clock
):
    kept, other = two_chains(county, outage)
    of_kept, of_other = (printed(county.alva, each) for each in (kept, other))
    clock.shift(timedelta(minutes=1))
    join(county, kept, other)
    clock.shift(timedelta(minutes=1))
    together = printed(county.alva, kept)
    assert out(county.alva, kept) == set()
    clock.shift(timedelta(minutes=1))
    undo(county, kept)
    assert out(county.alva, kept) == {together.serial}
    assert out(county.alva, other) == set()
    assert [why_outdated(each) for each in (of_kept, of_other)] == ["", ""]
    assert "en annan patients vård" in why_outdated(together)


def test_a_sheet_of_one_that_is_joined_with_a_protected_patient_is_named_there(
    county: County, outage: Outage, clock
):
    kept, other = two_chains(county, outage, by=county.alva)
    sheet = printed(county.alva, other)
    clock.shift(timedelta(minutes=1))
    change(county, kept, protected_identity=True)
    clock.shift(timedelta(minutes=1))
    join(county, kept, other)
    assert out(county.alva, kept) == {sheet.serial}
    assert "skyddade personuppgifter" in why_outdated(sheet)


def test_of_a_protected_patient_the_lists_of_those_who_see_the_chain_are_named_too(
    county: County, outage: Outage, clock
):
    early = make_sheet(county.alva, SheetKind.WORK_LIST, outage=outage)
    clock.shift(timedelta(minutes=1))
    chain = make_chain(county, outage)
    clock.shift(timedelta(minutes=1))
    ours = [
        make_sheet(county.alva, kind, outage=outage) for kind in (SheetKind.WORK_LIST, SheetKind.LOG_SHEET)
    ]
    blank = make_batch(county.alva, 1)[0]
    theirs = make_sheet(county.disa, SheetKind.WORK_LIST, outage=outage)
    elsewhere = make_sheet(county.bo, SheetKind.WORK_LIST, outage=outage)
    clock.shift(timedelta(minutes=1))
    change(county, chain, protected_identity=True)
    clock.shift(timedelta(minutes=1))
    late = make_sheet(county.alva, SheetKind.WORK_LIST, outage=outage)
    found = outdated_sheets(county.alva, get_chain(county.alva, chain.pk))
    assert {sheet.serial for sheet in found.sheets} == {sheet.serial for sheet in ours}
    assert found.elsewhere == ((county.health_centre.name, 1),)
    assert found.words == "3 blad är utskrivna före ändringen: hämta och makulera dem."
    named = [sheet for sheet in (early, *ours, blank, theirs, elsewhere, late) if why_outdated(sheet)]
    assert named == [*ours, theirs]


def test_so_are_those_of_a_ward_that_the_patient_has_left(county: County, chain: CareChain, clock):
    clock.shift(timedelta(minutes=1))
    change(county, chain, ward_unit=county.other_ward)
    clock.shift(timedelta(minutes=1))
    sheet = make_sheet(county.bo, SheetKind.WORK_LIST, outage=chain.outage)
    change(county, chain, ward_unit=county.ward)
    clock.shift(timedelta(minutes=1))
    change(county, chain, protected_identity=True)
    assert "skyddade personuppgifter" in why_outdated(sheet)


def test_a_list_says_nothing_of_one_who_was_protected_from_the_first(county: County, outage: Outage, clock):
    make_chain(county, outage, protected_identity=True)
    clock.shift(timedelta(minutes=1))
    assert why_outdated(make_sheet(county.alva, SheetKind.WORK_LIST, outage=outage)) == ""


def note(page: Tag) -> str:
    found = [each.get_text(" ") for each in page.find_all(class_="note-warning")]
    return " ".join(" ".join(each for each in found if "makulera" in each).split())


def test_the_answer_the_page_of_the_sheet_and_the_form_say_it(
    county: County, chain: CareChain, client: Client, clock
):
    sheet = printed(county.alva, chain)
    clock.shift(timedelta(minutes=1))
    client.force_login(county.alva.user)
    where = reverse("edit_chain", args=[chain.pk])
    form = form_of(read(client.get(where)), **{"data-guard": True})
    answer = client.post(where, fields_of(form) | {"protected_identity": ["on"]}, follow=True)
    page = read(answer).main
    assert "1 blad är utskrivet före ändringen: hämta och makulera det." in note(page)
    assert page.find("a", string=sheet.shown_serial)["href"] == reverse("sheet", args=[sheet.serial])
    # After whom it is about, with what the sheet is and when it was printed.
    first = next(each for each in page.find_all(class_="note-warning") if "makulera" in each.get_text())
    assert "Tolvan Tolvansson" in first.find_previous("h1").get_text()
    assert f"Vårdkedjeblankett {sheet.shown_serial} , skrevs ut 10.52" in note(page)
    for at in (reverse("sheet", args=[sheet.serial]), address(sheet), address(sheet, chain)):
        main = read(client.get(at)).main
        assert "har fått skyddade personuppgifter sedan bladet skrevs ut" in note(main)
        head = " ".join(main.select_one(".page-head").get_text(" ").split())
        assert "Vårdkedjeblankett" in head
        assert "skrevs ut 10.52" in head
        assert "Tolvan Tolvansson" in head or f"vårdkedja {chain.number}" in head
    void_sheet(by=county.alva, sheet=sheet, client_id=uuid4(), void_reason=VoidReason.MISPRINT)
    assert note(read(client.get(reverse("chain", args=[chain.pk]))).main) == ""


def test_who_is_another_person_after_all_leaves_word_of_the_sheets_of_the_former(
    county: County, chain: CareChain, client: Client, clock
):
    sheet = printed(county.alva, chain)
    make_event(county.alva, chain, "admission", outcome="reached")
    clock.shift(timedelta(minutes=1))
    with pytest.raises(Question):
        change(county, chain, identity=OTHER, answer="no answer")
    client.force_login(county.alva.user)
    where = reverse("edit_chain", args=[chain.pk])
    form = form_of(read(client.get(where)), **{"data-guard": True})
    typed = {"identity": [OTHER], "patient_name": ["Erik Er"]}
    form = form_of(read(client.post(where, fields_of(form) | typed)), **{"data-guard": True})
    answer = client.post(where, fields_of(form) | {"answer-identity": ["other_person"]}, follow=True)
    said = " ".join(read(answer).find(class_="flash").get_text(" ").split())
    assert CareChain.objects.count() == 2
    assert f"Vårdkedja {chain.number}: 1 blad är utskrivet före ändringen: hämta och makulera det." in said
    assert out(county.alva, chain) == {sheet.serial}
