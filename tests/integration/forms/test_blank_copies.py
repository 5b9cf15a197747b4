"""The patient's copy of a SIP issued blank with its sheet: printed beside it, and handed over (R3.11)."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import IdClash, RuleError
from forms.models import Sheet, SheetBatch, SheetKind
from forms.queries.batches import exports_of
from forms.queries.left import not_entered
from forms.queries.sheets import Where, figures
from forms.services.batches import issue_batch, print_part
from forms.services.fates import hand_over, mark_filled
from tests.factories import make_county
from tests.integration.outage.pages import read
from tests.kept import Keeper
from tests.paper.reading import pages

from .sheet_pages import offered, opened, text_of
from .sheets_made import path_of

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.clause("R3.11")]


@pytest.fixture
def county(made_once: Keeper):
    return made_once("county", make_county)


def issue(county, count=2, client_id=None, **more) -> SheetBatch:
    facts = {"kind": SheetKind.SIP, "copies": True} | more
    return issue_batch(by=county.alva, client_id=client_id or uuid4(), count=count, **facts)


def both(count: int = 2) -> tuple[list[Sheet], list[Sheet]]:
    sips, copies = (
        list(Sheet.objects.filter(kind=kind).order_by("place"))
        for kind in (SheetKind.SIP, SheetKind.SIP_PATIENT)
    )
    assert len(sips) == len(copies) == count
    return sips, copies


def test_each_sheet_is_followed_by_a_copy_that_says_what_it_goes_with(county):
    made = print_part(by=county.alva, batch=issue(county), part=1)
    shown = pages(made.pdf)
    sips, copies = both()
    expected = [(sheet, page) for pair in zip(sips, copies, strict=True) for sheet in pair for page in (1, 2)]
    for text, (sheet, page) in zip(shown, expected, strict=True):
        assert sheet.shown_serial in text
        assert f"Sida {page} av 2" in text
        assert ("SIP – patientens exemplar" in text) is sheet.patients_copy
    for sip, copy, front in zip(sips, copies, shown[2::4], strict=True):
        assert f"Hör till SIP-blankett {sip.shown_serial}" in front
        assert copy.serial != sip.serial
        assert "Din situation" in front
        assert "För personalen" not in " ".join(shown[2:4])


def test_a_used_sheet_and_a_used_copy_are_not_printed_again(county):
    batch = issue(county)
    (first, second), (copy, other) = both()
    mark_filled(by=county.alva, sheet=first)
    hand_over(by=county.alva, sheet=other, client_id=uuid4(), given_to="Tolvan", on=timezone.localdate())
    shown = " ".join(pages(print_part(by=county.alva, batch=batch, part=1).pdf))
    # The first copy still says which sheet it goes with.
    assert f"Hör till SIP-blankett {first.shown_serial}" in shown
    assert copy.shown_serial in shown
    assert second.shown_serial in shown
    assert other.shown_serial not in shown
    copies = SheetBatch.objects.get(kind=SheetKind.SIP_PATIENT)
    assert [export.batch for export in exports_of(copies)] == [batch]
    (page, _) = pages(print_part(by=county.alva, batch=copies, part=1).pdf)
    assert f"Hör till SIP-blankett {first.shown_serial}" in page


@pytest.mark.usefixtures("no_typesetting")
def test_a_copy_is_handed_over_or_voided_and_nothing_is_entered_from_it(client, county):
    issue(county, 1)
    (sip,), (copy,) = both(1)
    assert offered(client, county.alva, copy) == {"lamna-over", "makulera"}
    assert figures(county.ward)[Where.STOCK] == 2
    hand_over(by=county.alva, sheet=copy, client_id=uuid4(), given_to="Tolvan", on=timezone.localdate())
    assert path_of(copy) == ["printed", "given"]
    assert not not_entered(county.ward).exists()
    client.force_login(county.alva.user)
    assert client.get(reverse("enter_sheet", args=[copy.serial])).status_code == 404
    page = text_of(read(opened(client, county.alva, "sheet", sip.serial)).main)
    assert f"Patientens exemplar Blad {copy.shown_serial} , överlämnat" in page
    page = text_of(read(opened(client, county.alva, "sheet", copy.serial)).main)
    assert f"Hör till Blad {sip.shown_serial} , utskrivet" in page


@pytest.mark.usefixtures("no_typesetting")
def test_the_same_form_twice_is_one_pair_of_batches_and_without_copies_it_is_another(county):
    client_id = uuid4()
    assert issue(county, client_id=client_id) == issue(county, client_id=client_id)
    both()
    with pytest.raises(IdClash):
        issue(county, client_id=client_id, copies=False)
    assert SheetBatch.objects.count() == 2


@pytest.mark.parametrize("kind", [SheetKind.CARE_CHAIN, SheetKind.LOG_SHEET, SheetKind.SIP_INVITATION])
def test_no_other_sheet_has_a_copy(client, county, kind):
    with pytest.raises(RuleError) as refused:
        issue(county, kind=kind)
    assert refused.value.field == "copies"
    client.force_login(county.alva.user)
    fields = {"client_id": uuid4(), "kind": kind.value, "count": 7, "copies": "on"}
    answer = client.post(reverse("new_sheets"), fields)
    assert (answer.status_code, SheetBatch.objects.count()) == (422, 0)
    page = read(answer).main
    assert "bara till SIP-blanketten" in text_of(page)
    assert page.select_one("[name=copies]").has_attr("checked")
    assert page.select_one("[name=count]")["value"] == "7"


def test_they_are_issued_from_the_page(client, county):
    client.force_login(county.alva.user)
    fields = {"client_id": uuid4(), "kind": "sip", "count": 2, "copies": "on"}
    answer = client.post(reverse("new_sheets"), fields, follow=True)
    assert "Efter varje blad kommer patientens exemplar." in text_of(read(answer).main)
    both()
