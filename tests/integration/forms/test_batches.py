"""Blank sheets in batches: what rows they leave, what the pages show, who may, and what happens the second time."""

import hashlib
import re
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from forms.models import BLANK_KINDS, Export, Sheet, SheetBatch, SheetFate, SheetKind
from forms.rendering import PrintingUnavailable, Rendered
from forms.rules.serial import read_serial, shown_serial
from forms.rules.sheet_fate import Fate, VoidReason
from forms.sealing import Sealed
from forms.services import batches, steps
from forms.services.batches import issue_batch, print_part
from forms.services.steps import write_step
from tests.factories import make_county
from tests.integration.work.asked import opened
from tests.kept import Keeper
from tests.paper.reading import everything, pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(made_once: Keeper):
    return made_once("county", make_county)


def _issue(county, count=3, kind=SheetKind.LOG_SHEET, client_id=None):
    return issue_batch(by=county.alva, client_id=client_id or uuid4(), kind=kind, count=count)


def _serials(batch):
    return list(batch.sheets.order_by("place").values_list("serial", flat=True))


def _unavailable(*args, **kwargs):
    raise PrintingUnavailable("Utskrift är avstängd: servern saknar Pango.")


@pytest.mark.clause("R2.4")
@pytest.mark.usefixtures("no_typesetting")
def test_a_batch_leaves_a_row_for_each_sheet_with_its_first_step(county):
    batch = _issue(county, 30)
    assert (batch.kind, batch.count, batch.unit, batch.user) == (
        "log_sheet",
        30,
        county.ward,
        county.alva.user,
    )
    sheets = list(batch.sheets.order_by("place"))
    assert [sheet.place for sheet in sheets] == list(range(1, 31))
    assert len({sheet.serial for sheet in sheets}) == 30
    assert all(read_serial(sheet.serial) == sheet.serial for sheet in sheets)
    for sheet in sheets:
        assert (sheet.kind, sheet.unit, sheet.user) == ("log_sheet", county.ward, county.alva.user)
        assert (sheet.chain, sheet.outage, sheet.routine_version) == (None, None, "2023-04-03")
    steps = SheetFate.objects.filter(sheet__batch=batch)
    assert steps.count() == 30
    assert set(steps.values_list("number", "fate", "user")) == {(1, "printed", county.alva.user.pk)}
    assert all("Alva" in step.signature for step in steps)
    trace = AuditEntry.objects.get(action="batch.issued")
    assert (trace.target_id, trace.user, trace.unit) == (str(batch.pk), county.alva.user, county.ward)
    assert trace.changes == {"kind": "log_sheet", "count": 30}


@pytest.mark.usefixtures("no_typesetting")
def test_the_same_form_again_gives_the_same_batch_and_other_content_is_refused(county):
    client_id = uuid4()
    first = _issue(county, 3, client_id=client_id)
    assert _issue(county, 3, client_id=client_id) == first
    for other in ({"count": 4}, {"kind": SheetKind.SIP}):
        with pytest.raises(IdClash):
            _issue(county, client_id=client_id, **other)
    with pytest.raises(IdClash):
        issue_batch(by=county.esa, client_id=client_id, kind=SheetKind.LOG_SHEET, count=3)
    assert (SheetBatch.objects.count(), Sheet.objects.count()) == (1, 3)


@pytest.mark.parametrize("count", [0, -1, 501])
def test_a_number_out_of_bounds_is_refused_beside_its_field(county, count):
    with pytest.raises(RuleError) as refused:
        _issue(county, count)
    assert refused.value.field == "count"
    assert not SheetBatch.objects.exists()


@pytest.mark.parametrize("kind", [kind for kind in SheetKind if kind not in BLANK_KINDS])
def test_a_kind_that_is_not_issued_blank_is_refused(county, kind):
    with pytest.raises(RuleError) as refused:
        _issue(county, kind=kind)
    assert refused.value.field == "kind"
    assert not SheetBatch.objects.exists()


@pytest.mark.usefixtures("no_typesetting")
def test_an_administrator_issues_and_prints_nothing(county):
    with pytest.raises(NotAllowed):
        issue_batch(by=county.adam, client_id=uuid4(), kind=SheetKind.SIP, count=1)
    with pytest.raises(NotAllowed):
        print_part(by=county.adam, batch=_issue(county), part=1)
    assert not Export.objects.exists()


@pytest.mark.usefixtures("no_typesetting")
def test_a_serial_that_is_in_use_is_never_drawn_again(county, monkeypatch):
    numbers = [7, 8, 7, 8, 9]
    monkeypatch.setattr(steps.secrets, "randbelow", lambda _: numbers.pop(0))
    first = _issue(county, 2)
    second = _issue(county, 1)
    assert not set(_serials(first)) & set(_serials(second))
    assert numbers == []


@pytest.mark.usefixtures("no_typesetting")
def test_a_serial_taken_at_the_last_moment_is_drawn_again_and_the_batch_is_whole(county, monkeypatch):
    taken = _serials(_issue(county, 1))
    drawn = [taken, ["00000000" + "0"]]
    monkeypatch.setattr(batches, "free_serials", lambda count: drawn.pop(0))
    batch = _issue(county, 1)
    assert _serials(batch) == ["000000000"]
    assert SheetFate.objects.filter(sheet__batch=batch).count() == 1
    assert AuditEntry.objects.filter(action="batch.issued", target_id=str(batch.pk)).count() == 1


def test_without_its_trace_no_batch_is_kept(county, monkeypatch):
    def broken(**_):
        raise IntegrityError("the last write fails")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(IntegrityError):
        _issue(county)
    assert not SheetBatch.objects.exists()
    assert not Sheet.objects.exists()
    assert not SheetFate.objects.exists()


def test_more_sheets_cost_no_more_queries_but_the_pieces_they_are_written_in(county):
    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            _issue(county, count)
        return len(captured)

    # The first one makes the keys of the trace and of what is sent.
    queries(5)
    few = queries(5)
    assert queries(50) == few
    # An INSERT has room for some sixty rows on SQLite: 9 pieces of sheets and 7 of steps, each with its own share.
    assert queries(500) <= few + 20


def test_a_part_prints_its_own_sheets_and_again_the_same_ones(county):
    batch = _issue(county, 27)
    serials = [shown_serial(serial) for serial in _serials(batch)]
    first = print_part(by=county.alva, batch=batch, part=2)
    again = print_part(by=county.esa, batch=batch, part=2)
    for made in (first, again):
        text = everything(made.pdf)
        assert [serial for serial in serials if serial in text] == serials[25:]
        assert made.filename == "loggblad-26-27.pdf"
    assert (Sheet.objects.count(), SheetFate.objects.count()) == (27, 27)
    rows = list(Export.objects.order_by("pk"))
    assert [(row.kind, row.batch, row.part, row.sheet) for row in rows] == [("log_sheet", batch, 2, None)] * 2
    assert [row.user for row in rows] == [county.alva.user, county.esa.user]
    assert [row.sha256 for row in rows] == [hashlib.sha256(m.pdf).hexdigest() for m in (first, again)]
    assert AuditEntry.objects.filter(action="file.exported").count() == 2


def test_a_sheet_that_is_used_or_voided_is_not_printed_again(county):
    batch = _issue(county, 3)
    first, second, third = batch.sheets.order_by("place")
    write_step(by=county.alva, unit=county.ward, sheet=first, step=Fate.FILLED)
    write_step(
        by=county.alva, unit=county.ward, sheet=third, step=Fate.VOIDED, void_reason=VoidReason.MISPRINT
    )
    text = everything(print_part(by=county.alva, batch=batch, part=1).pdf)
    assert [sheet for sheet in (first, second, third) if sheet.shown_serial in text] == [second]
    write_step(by=county.alva, unit=county.ward, sheet=second, step=Fate.FILLED)
    with pytest.raises(RuleError) as refused:
        print_part(by=county.alva, batch=batch, part=1)
    assert "Alla blad i delen är använda eller makulerade." in refused.value.reason


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_each_page_says_whose_sheet_and_which_of_its_pages_it_is(county, kind):
    batch = _issue(county, 2, kind)
    each = batch.sheets.first().pages
    made = print_part(by=county.alva, batch=batch, part=1)
    shown = pages(made.pdf)
    expected = [
        (shown_serial(serial), f"Sida {page} av {each}")
        for serial in _serials(batch)
        for page in range(1, each + 1)
    ]
    assert len(shown) == len(expected) == Export.objects.get().pages
    for text, (serial, page) in zip(shown, expected, strict=True):
        assert serial in text
        assert page in text


def test_a_full_part_has_twenty_five_sheets(county, monkeypatch):
    batch = _issue(county, 60)
    typeset: list[list[str]] = []
    sheet_pages = batch.sheets.first().pages

    def quick(parts, *, title):
        typeset.append([part.serial for part in parts])
        pages = (sheet_pages,) * len(parts)
        return Rendered(pdf=title.encode(), pages=sum(pages), sheet_pages=pages)

    monkeypatch.setattr(batches, "typeset", quick)
    monkeypatch.setattr(batches, "seal", lambda pdf: Sealed(pdf=pdf, by=""))
    for part in (1, 2, 3):
        print_part(by=county.alva, batch=batch, part=part)
    assert [len(serials) for serials in typeset] == [25, 25, 10]
    assert [serial for serials in typeset for serial in serials] == _serials(batch)


@pytest.mark.parametrize("changed", ["pages", "version"])
def test_a_sheet_that_has_changed_is_not_printed_under_the_old_serials(county, changed):
    known = _issue(county, 1).sheets.get()
    batch = SheetBatch(kind=known.kind, unit=county.ward, user=county.alva.user, count=1)
    batches.keep_batch(
        by=county.alva,
        batch=batch,
        serials=steps.free_serials(1),
        pages=[known.pages + (changed == "pages")],
        version="9" if changed == "version" else known.version,
    )
    with pytest.raises(RuleError) as refused:
        print_part(by=county.alva, batch=batch, part=1)
    assert refused.value.reason == "Blanketten har ändrats sedan partiet utfärdades. Utfärda ett nytt parti."
    assert not Export.objects.exists()


@pytest.mark.usefixtures("no_typesetting")
def test_a_part_that_is_not_there_and_a_batch_of_another_unit_are_refused(county):
    batch = _issue(county)
    for part in (0, 2, -1):
        with pytest.raises(RuleError):
            print_part(by=county.alva, batch=batch, part=part)
    with pytest.raises(NotAllowed):
        print_part(by=county.bo, batch=batch, part=1)


def _fields(answer):
    form = BeautifulSoup(answer.content, "html.parser").select_one("main form.steps")
    fields = {
        tag["name"]: tag.get("value", "") for tag in form.select("input[name]") if tag.get("type") != "radio"
    }
    return {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}


def test_a_person_issues_a_batch_and_prints_it_part_by_part(client, county):
    client.force_login(county.alva.user)
    typed = _fields(client.get(reverse("new_sheets"))) | {"kind": "log_sheet", "count": "26"}
    answer = client.post(reverse("new_sheets"), typed)
    batch = SheetBatch.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("sheet_batch", args=[batch.pk])
    again = client.post(reverse("new_sheets"), typed)
    assert again["Location"] == answer["Location"]
    page = client.get(answer["Location"])
    assert "Loggblad: 26 blad" in page.text
    rows = BeautifulSoup(page.content, "html.parser").select("main tbody tr")
    assert [row.th.text for row in rows] == ["Blad 1–25", "Blad 26"]
    assert all("Inte än" in row.text for row in rows)
    pdf = opened(client, client.post(rows[1].form["action"], {"client_id": uuid4()}))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"] == 'inline; filename="loggblad-26-26.pdf"'
    assert "no-store" in pdf["Cache-Control"]
    client.post(rows[1].form["action"], {"client_id": uuid4()})
    rows = BeautifulSoup(client.get(answer["Location"]).content, "html.parser").select("main tbody tr")
    assert "Inte än" in rows[0].text
    told = " ".join(rows[1].text.split())
    assert "2 gånger" in told
    assert len(re.findall("Alva Påhittad", told)) == 2
    assert "Skriv ut igen" in told
    assert "26 blad" in client.get(reverse("new_sheets")).text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"count": "0"}, "Skriv ett antal, 1–500."),
        ({"count": "501"}, "Skriv ett antal, 1–500."),
        ({"count": "många"}, "Skriv ett antal, 1–500."),
        ({"kind": "binder"}, "Välj en blankett i listan."),
        ({"kind": ""}, "Välj en blankett."),
    ],
)
def test_what_can_not_be_issued_comes_back_with_a_sentence(client, county, wrong, sentence):
    client.force_login(county.alva.user)
    typed = {"client_id": str(uuid4()), "kind": "sip", "count": "10"} | wrong
    answer = client.post(reverse("new_sheets"), typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not SheetBatch.objects.exists()


@pytest.mark.usefixtures("no_typesetting")
def test_only_the_unit_itself_sees_its_batches(client, county):
    batch = _issue(county)
    addresses = [reverse("sheet_batch", args=[batch.pk]), reverse("batch_part", args=[batch.pk, 1])]
    for somebody in (county.bo, county.cissi, county.disa):
        client.force_login(somebody.user)
        assert client.get(addresses[0]).status_code == 404
        assert client.post(addresses[1]).status_code == 404
        assert "3 blad" not in client.get(reverse("new_sheets")).text
    client.force_login(county.adam.user)
    assert client.get(addresses[0]).status_code == 403
    assert client.post(addresses[1]).status_code == 403
    assert client.get(reverse("new_sheets")).status_code == 403
    client.logout()
    for address in (addresses[0], reverse("new_sheets")):
        assert client.get(address).status_code == 302
    assert client.post(addresses[1]).status_code == 302
    assert not Export.objects.exists()


def test_unknown_ids_and_parts_are_404_and_a_part_is_never_printed_by_a_get(client, county):
    batch = _issue(county)
    client.force_login(county.alva.user)
    assert client.get(reverse("sheet_batch", args=[uuid4()])).status_code == 404
    assert client.post(reverse("batch_part", args=[uuid4(), 1])).status_code == 404
    for part in (0, 2, 10**12):
        assert client.post(reverse("batch_part", args=[batch.pk, part])).status_code == 404
    assert client.get(reverse("batch_part", args=[batch.pk, 1])).status_code == 405
    assert client.post(reverse("sheet_batch", args=[batch.pk])).status_code == 405
    assert not Export.objects.exists()


@pytest.mark.usefixtures("no_typesetting")
def test_what_was_held_is_not_issued_unasked(client, county):
    client.force_login(county.alva.user)
    typed = {"client_id": str(uuid4()), "kind": "sip", "count": "12", "held": "1"}
    answer = client.post(reverse("new_sheets"), typed)
    assert answer.status_code == 200
    assert 'value="12"' in answer.text
    assert not SheetBatch.objects.exists()


def test_a_server_that_can_not_print_says_why_and_keeps_nothing(client, county, monkeypatch):
    batch = _issue(county)
    monkeypatch.setattr("forms.services.printing.render", _unavailable)
    client.force_login(county.alva.user)
    answer = client.post(reverse("batch_part", args=[batch.pk, 1]), {"client_id": uuid4()}, follow=True)
    assert "Det gick inte. Inget är utskrivet." in answer.text
    assert "servern saknar Pango" in answer.text
    answer = client.post(reverse("new_sheets"), {"client_id": str(uuid4()), "kind": "sip", "count": "1"})
    assert answer.status_code == 422
    assert "servern saknar Pango" in answer.text
    assert (SheetBatch.objects.count(), Export.objects.count()) == (1, 0)
