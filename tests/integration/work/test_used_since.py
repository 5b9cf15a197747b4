"""A file is not handed out again once a sheet in it is used: two papers would have one serial."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import Work
from contacts.models.data_key import name_for_files
from contacts.rules.errors import RuleError
from contacts.services.work import ask, fetch
from forms.models import Sheet, SheetKind
from forms.rules.serial import shown_serial
from forms.rules.sheet_fate import Fate, VoidReason
from forms.services.batches import issue_batch
from forms.services.fates import hand_over, mark_filled, void_sheet
from outage.models import CareChain
from outage.queries.care_chains import get_chain
from outage.services.care_chains import change_details
from tests.factories import County, chain_facts, make_chain, make_county, make_outage
from tests.integration.forms.sheets_made import bring_to
from tests.integration.outage.pages import read
from tests.paper.reading import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> County:
    return make_county()


def part(county: County, kind: SheetKind = SheetKind.LOG_SHEET, **more: bool) -> tuple[Work, list[Sheet]]:
    batch = issue_batch(by=county.alva, client_id=uuid4(), kind=kind, count=3, **more)
    return asked_part(county, batch.pk), list(Sheet.objects.filter(batch=batch).order_by("place"))


def asked_part(county: County, batch_id: object) -> Work:
    made = ask(by=county.alva, kind="batch_part", label="Del", args={"batch": str(batch_id), "part": 1})
    made.refresh_from_db()
    return made


def binder(county: County) -> tuple[Work, list[Sheet]]:
    made = ask(by=county.alva, kind="binder", label="Pärm", client_id=uuid4())
    made.refresh_from_db()
    return made, list(Sheet.objects.filter(batch__isnull=False).order_by("kind", "place"))


def work_list(county: County) -> tuple[Work, list[Sheet]]:
    outage = make_outage(county.alva)
    make_chain(county, outage)
    made = ask(
        by=county.alva,
        kind="work_list",
        label="Lista",
        client_id=uuid4(),
        args={"which": "vardkedjor", "outage": str(outage.pk)},
        key_name=name_for_files(county.region.pk, outage.pk),
    )
    made.refresh_from_db()
    return made, list(Sheet.objects.all())


def refused(county: County, made: Work) -> str:
    with pytest.raises(RuleError) as why:
        fetch(by=county.alva, work=made)
    return why.value.reason


@pytest.mark.parametrize("make", [part, binder, work_list])
def test_a_file_with_a_sheet_that_is_used_is_not_handed_out_again(
    county: County, clock, make: Callable[[County], tuple[Work, list[Sheet]]]
):
    made, (first, *_) = make(county)
    clock.shift(timedelta(minutes=1))
    assert fetch(by=county.alva, work=made)
    mark_filled(by=county.alva, sheet=first)
    clock.shift(timedelta(hours=3))
    assert refused(county, made) == (
        f"Blad {first.shown_serial} är använt eller makulerat sedan filen gjordes. "
        "Skriv inte ut den igen: begär på nytt."
    )


@pytest.mark.parametrize("step", [Fate.SCANNED, Fate.CHECKED, Fate.VOIDED])
def test_whatever_became_of_it(county: County, clock, step: Fate):
    made, sheets = part(county)
    for sheet in sheets[:2]:
        if step is Fate.VOIDED:
            void_sheet(by=county.alva, sheet=sheet, client_id=uuid4(), void_reason=VoidReason.UNUSED)
        else:
            bring_to(county.alva, sheet, step)
    assert f"{sheets[0].shown_serial} och {sheets[1].shown_serial} är använda" in refused(county, made)


def test_a_patients_copy_in_it_counts(county: County):
    made, _ = part(county, SheetKind.SIP, copies=True)
    copy = Sheet.objects.filter(kind=SheetKind.SIP_PATIENT).first()
    assert copy is not None
    hand_over(by=county.alva, sheet=copy, client_id=uuid4(), given_to="Patienten", on=timezone.localdate())
    assert copy.shown_serial in refused(county, made)


def test_made_anew_it_is_handed_out_whatever_becomes_of_those_left_out(county: County, clock):
    made, (first, *rest) = part(county)
    mark_filled(by=county.alva, sheet=first)
    clock.shift(timedelta(minutes=1))
    anew = asked_part(county, first.batch_id)
    bring_to(county.alva, first, Fate.SCANNED)
    text = " ".join(pages(fetch(by=county.alva, work=anew)))
    assert anew.pk != made.pk
    assert [shown_serial(sheet.serial) in text for sheet in (first, *rest)] == [False, True, True]


def test_another_part_of_the_batch_is_handed_out(county: County):
    batch = issue_batch(by=county.alva, client_id=uuid4(), kind=SheetKind.LOG_SHEET, count=26)
    made = asked_part(county, batch.pk)
    mark_filled(by=county.alva, sheet=Sheet.objects.get(batch=batch, place=26))
    assert fetch(by=county.alva, work=made)


def test_the_page_says_why_and_leads_to_where_it_is_printed_anew(county: County, client: Client):
    made, (first, *_) = part(county)
    mark_filled(by=county.alva, sheet=first)
    client.force_login(county.alva.user)
    answer = client.post(reverse("work_file", args=[made.pk]))
    main = read(answer).main
    assert answer.status_code == 410
    assert f"Blad {first.shown_serial} är använt" in main.get_text()
    assert main.find("a", string="Begär på nytt")["href"] == reverse("sheet_batch", args=[first.batch_id])


def test_the_list_and_its_own_page_offer_it_no_more_and_say_why_and_what_to_do(
    county: County, client: Client
):
    made, (first, *_) = part(county)
    client.force_login(county.alva.user)
    opens = reverse("work_file", args=[made.pk])
    for page in (reverse("my_work"), reverse("work", args=[made.pk])):
        assert read(client.get(page)).main.find("form", action=opens)
    mark_filled(by=county.alva, sheet=first)
    for page in (reverse("my_work"), reverse("work", args=[made.pk])):
        main = read(client.get(page)).main
        assert not main.find("form", action=opens)
        assert f"Lämnas inte ut längre. Blad {first.shown_serial} är använt" in " ".join(
            main.get_text(" ").split()
        )
        again = main.find("a", href=reverse("sheet_batch", args=[first.batch_id]))
        assert again.get_text().startswith("Begär på nytt")


def test_so_where_a_patient_in_it_has_got_protected_personal_data(county: County, client: Client, clock):
    work_list(county)
    clock.shift(timedelta(minutes=1))
    chain = CareChain.objects.get()
    facts = chain_facts(county, protected_identity=True)
    chain = get_chain(county.alva, chain.pk)
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details.pk, facts=facts)
    client.force_login(county.alva.user)
    row = read(client.get(reverse("my_work"))).main.select_one("tbody tr")
    assert "En patient i filen har fått skyddade personuppgifter sedan den gjordes." in row.get_text()
    assert not row.find("form")
    assert row.find("a", href=reverse("status"))


def test_the_list_asks_as_often_however_many_files_it_has(county: County, client: Client):
    client.force_login(county.alva.user)

    def asked() -> int:
        # What all pages have is read once, and kept.
        client.get(reverse("my_work"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("my_work"))
        return len(queries)

    work_list(county)
    part(county)
    few = asked()
    used = [part(county)[1][0] for _ in range(3)]
    binder(county)
    assert asked() == few
    for sheet in used[:2]:
        mark_filled(by=county.alva, sheet=sheet)
    assert asked() == few
    said = " ".join(read(client.get(reverse("my_work"))).main.get_text(" ").split())
    assert [f"Blad {sheet.shown_serial} är använt" in said for sheet in used] == [True, True, False]
