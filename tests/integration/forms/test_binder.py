"""The binder as a write: what rows it leaves, the same form twice, who may, what its page tells."""

import hashlib
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed
from forms.models import Export, Sheet, SheetBatch, SheetFate, SheetKind
from forms.queries.batches import binder_of
from forms.rendering import PrintingUnavailable, Rendered
from forms.rules.sheet_fate import Fate
from forms.sealing import Sealed
from forms.services import binder as service
from forms.services.batches import issue_batch
from forms.services.binder import print_binder
from forms.services.steps import write_step
from forms.specs import get_binder
from tests.clock import standing_at
from tests.factories import make_county
from tests.integration.work.asked import opened
from tests.kept import Keeper
from tests.paper.making import at

pytestmark = pytest.mark.django_db
BLANKS = {SheetKind(blank.kind): blank.count for blank in get_binder().blanks}


@pytest.fixture
def county(made_once: Keeper):
    return made_once("county", make_county)


@pytest.fixture(autouse=True)
def typeset(monkeypatch):
    """Typeset nothing: the paper is looked at in tests/paper. Give the parts of each print."""
    made = SimpleNamespace(parts=[])

    def quick(parts, *, title):
        made.parts.append(list(parts))
        lengths = (20, *(2 for _ in parts[1:]))
        return Rendered(
            pdf=" ".join(part.serial for part in parts).encode(), pages=sum(lengths), sheet_pages=lengths
        )

    monkeypatch.setattr(service, "typeset", quick)
    monkeypatch.setattr(service, "seal", lambda pdf: Sealed(pdf=pdf, by="TEST"))
    return made


def test_a_binder_leaves_itself_its_blank_sheets_and_the_file_as_rows(county):
    made = print_binder(by=county.alva, unit=county.ward)
    binder = Sheet.objects.get(kind="binder")
    assert made.sheet == binder
    assert (binder.unit, binder.user, binder.pages, binder.accountable) == (
        county.ward,
        county.alva.user,
        20,
        False,
    )
    assert {SheetKind(batch.kind): batch.count for batch in SheetBatch.objects.all()} == BLANKS
    for batch in SheetBatch.objects.all():
        sheets = list(batch.sheets.order_by("place"))
        assert [sheet.place for sheet in sheets] == list(range(1, batch.count + 1))
        assert {(s.kind, s.unit, s.user, s.pages) for s in sheets} == {
            (batch.kind, county.ward, county.alva.user, 2)
        }
        assert binder_of(batch) == binder
    assert SheetFate.objects.filter(fate="printed", number=1).count() == Sheet.objects.count() == 13
    file = Export.objects.get()
    assert (file.kind, file.sheet, file.unit, file.user) == ("binder", binder, county.ward, county.alva.user)
    assert (file.pages, file.sealed_by) == (44, "TEST")
    assert file.sha256 == hashlib.sha256(made.pdf).hexdigest()
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert sorted(actions) == sorted(["sheet.printed", "file.exported", *["batch.issued"] * len(BLANKS)])


def test_each_print_has_new_blank_sheets_and_the_same_form_again_the_same(county, typeset):
    client_id = uuid4()
    first = print_binder(by=county.alva, unit=county.ward, client_id=client_id)
    again = print_binder(by=county.alva, unit=county.ward, client_id=client_id)
    other = print_binder(by=county.alva, unit=county.ward, client_id=uuid4())
    serials = [[part.serial for part in parts] for parts in typeset.parts]
    assert sorted(serials[0]) == sorted(serials[1])
    assert serials[0][0] == serials[1][0]
    assert not set(serials[0]) & set(serials[2])
    assert (first.sheet, first.sheet.pk) == (again.sheet, client_id)
    assert other.sheet != first.sheet
    assert (Sheet.objects.count(), Export.objects.count()) == (26, 3)


def test_once_a_blank_sheet_is_used_the_same_form_gives_a_new_binder(county):
    client_id = uuid4()
    first = print_binder(by=county.alva, unit=county.ward, client_id=client_id)
    sheet = Sheet.objects.filter(kind="sip").first()
    write_step(by=county.alva, unit=county.ward, sheet=sheet, step=Fate.FILLED)
    for _ in range(2):
        other = print_binder(by=county.alva, unit=county.ward, client_id=client_id)
        assert other.sheet != first.sheet
        assert not set(other.pdf.split()) & set(first.pdf.split())


def test_two_that_come_at_once_under_one_id_print_one_binder(county, typeset, monkeypatch):
    client_id = uuid4()
    new = service._new_serials
    others = []

    def other_first():
        monkeypatch.setattr(service, "_new_serials", new)
        drawn = new()
        others.append(print_binder(by=county.alva, unit=county.ward, client_id=client_id))
        return drawn

    monkeypatch.setattr(service, "_new_serials", other_first)
    made = print_binder(by=county.alva, unit=county.ward, client_id=client_id)
    assert made.sheet == others[0].sheet
    assert set(made.pdf.split()) == set(others[0].pdf.split())
    assert Sheet.objects.count() == 13
    known = set(Sheet.objects.values_list("serial", flat=True))
    assert {serial.decode() for serial in made.pdf.split()} == known


def test_an_id_that_was_used_for_something_else_is_refused(county):
    client_id = uuid4()
    print_binder(by=county.alva, unit=county.ward, client_id=client_id)
    with pytest.raises(IdClash):
        print_binder(by=county.esa, unit=county.ward, client_id=client_id)
    with pytest.raises(IdClash):
        print_binder(by=county.bo, unit=county.other_ward, client_id=client_id)
    assert (Sheet.objects.count(), Export.objects.count()) == (13, 1)


def test_a_command_prints_it_for_any_unit_and_a_person_for_their_own(county):
    made = print_binder(by=None, unit=county.social_care)
    assert (made.sheet.user, made.sheet.unit) == (None, county.social_care)
    assert set(SheetBatch.objects.values_list("user", "unit")) == {(None, county.social_care.pk)}
    assert Export.objects.get().user is None
    assert set(AuditEntry.objects.values_list("user", flat=True)) == {None}
    for somebody in (county.alva, county.adam):
        with pytest.raises(NotAllowed):
            print_binder(by=somebody, unit=county.social_care)
    with pytest.raises(NotAllowed):
        print_binder(by=county.adam, unit=county.ward)


@pytest.mark.parametrize("what", ["trace", "file"])
def test_where_the_last_write_fails_nothing_is_kept(county, monkeypatch, what):
    def broken(*_, **__):
        raise IntegrityError("no")

    if what == "trace":
        monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(IntegrityError):
        print_binder(by=county.alva, unit=county.ward, hand_out=broken if what == "file" else None)
    for model in (Sheet, SheetBatch, SheetFate, Export, AuditEntry):
        assert not model.objects.exists()


def test_a_batch_issued_by_itself_is_of_no_binder(county):
    with standing_at(at(12)):
        print_binder(by=county.alva, unit=county.ward)
        batch = issue_batch(by=county.alva, client_id=uuid4(), kind=SheetKind.LOG_SHEET, count=1)
    assert binder_of(batch) is None


def test_a_person_reads_what_it_holds_prints_it_and_sees_when(client, county):
    client.force_login(county.alva.user)
    page = client.get(reverse("binder"))
    assert "Beredskapspärm: Medicin 2" in page.text
    assert "Pärmen är inte utskriven än." in page.text
    assert "Checklista: Slutenvård: vid utskrivning" in page.text
    for kind, count in BLANKS.items():
        assert f"{kind.label}, {count} blad" in page.text
    client_id = page.context["client_id"]
    with standing_at(at(14, 5)):
        client.force_login(county.alva.user)
        for _ in range(2):
            answer = opened(client, client.post(reverse("binder"), {"client_id": client_id}))
            assert answer.status_code == 200
            assert answer["Content-Type"] == "application/pdf"
            assert (
                answer["Content-Disposition"] == 'inline; filename="beredskapsparm-medicin-2-2026-11-24.pdf"'
            )
            assert "no-store" in answer["Cache-Control"]
        assert "Senast utskriven 14.05 av Alva Påhittad." in client.get(reverse("binder")).text
    assert (Sheet.objects.filter(kind="binder").count(), Export.objects.count()) == (1, 1)
    batch = SheetBatch.objects.filter(kind="log_sheet").get()
    shown = client.get(reverse("sheet_batch", args=[batch.pk])).text
    assert "Bladen sitter i beredskapspärmen" in shown
    assert "I pärmen" in shown


def test_a_binder_printed_on_the_server_says_so(client, county):
    print_binder(by=None, unit=county.ward)
    client.force_login(county.alva.user)
    assert "av servern." in client.get(reverse("binder")).text
    client.force_login(county.bo.user)
    assert "Pärmen är inte utskriven än." in client.get(reverse("binder")).text


def test_everyone_reads_of_the_own_unit_s_binder_and_an_administrator_prints_none(client, county):
    for name in ("bo", "cissi", "disa"):
        acting = county.somebody(name)
        client.force_login(acting.user)
        assert f"Beredskapspärm: {acting.unit.name}" in client.get(reverse("binder")).text
        assert opened(client, client.post(reverse("binder"), {"client_id": uuid4()})).status_code == 200
        assert Sheet.objects.get(kind="binder", unit=acting.unit).user == acting.user
    client.force_login(county.adam.user)
    page = client.get(reverse("binder"))
    assert page.status_code == 200
    assert "Skriv ut pärmen<span" not in page.text
    assert client.post(reverse("binder"), {"client_id": uuid4()}).status_code == 403
    client.logout()
    assert client.get(reverse("binder")).status_code == 302
    assert Sheet.objects.filter(kind="binder").count() == 3


def test_without_an_id_nothing_is_printed(client, county):
    client.force_login(county.alva.user)
    for wrong in ({}, {"client_id": "x"}, {"client_id": ""}):
        assert client.post(reverse("binder"), wrong).status_code == 400
    assert not Sheet.objects.exists()


def test_an_id_of_another_s_form_prints_nothing_and_says_so(client, county):
    client_id = uuid4()
    print_binder(by=county.alva, unit=county.ward, client_id=client_id)
    client.force_login(county.bo.user)
    answer = client.post(reverse("binder"), {"client_id": client_id}, follow=True)
    assert "Det gick inte. Inget är utskrivet." in answer.text
    assert Sheet.objects.filter(kind="binder").count() == 1


def test_a_server_that_can_not_print_says_why(client, county, monkeypatch):
    def unavailable(*args, **kwargs):
        raise PrintingUnavailable("Utskrift är avstängd: servern saknar Pango.")

    monkeypatch.setattr(service, "typeset", unavailable)
    client.force_login(county.alva.user)
    answer = client.post(reverse("binder"), {"client_id": uuid4()}, follow=True)
    assert "Det gick inte. Inget är utskrivet." in answer.text
    assert "servern saknar Pango" in answer.text
    assert not Sheet.objects.exists()
