"""The blank sheets left of a batch voided in one go: which, by whom, once, and not one that was taken (R2.6)."""

from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from forms.models import Sheet, SheetFate
from forms.queries.sheets import Where, figures
from forms.rules.sheet_fate import VoidReason
from forms.services.fates import mark_filled, void_sheet, void_stock
from forms.services.steps import ChangedMeanwhileStep
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

from .sheet_pages import opened, text_of
from .sheets_made import make_batch, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheets(county) -> list[Sheet]:
    """Five blank sheets, the first filled in, the second voided."""
    made = make_batch(county.alva, 5)
    mark_filled(by=county.alva, sheet=made[0])
    void_sheet(by=county.alva, sheet=made[1], client_id=uuid4(), void_reason=VoidReason.DAMAGED)
    return made


def void(by, sheets, **more):
    facts = {"client_id": uuid4(), "void_reason": VoidReason.UNUSED, "left": 3} | more
    return void_stock(by=by, batch=sheets[0].batch, **facts)


def form_at(client, by, sheets):
    return fields_of(form_of(read(opened(client, by, "void_batch", sheets[0].batch_id)), method="post"))


@pytest.mark.clause("R2.6")
def test_what_is_left_is_voided_and_what_was_taken_stands(client, county, sheets):
    other = make_batch(county.alva, 2)
    page = read(opened(client, county.alva, "sheets")).main
    assert page.select_one(f'a[href="{reverse("void_batch", args=[sheets[0].batch_id])}"]')
    fields = form_at(client, county.alva, sheets) | {"void_reason": "other", "reason": "Ny pärm"}
    address = reverse("void_batch", args=[sheets[0].batch_id])
    assert client.post(address, fields).headers["Location"] == reverse("sheets")
    assert [path_of(sheet)[-1] for sheet in sheets] == ["filled", "voided", "voided", "voided", "voided"]
    assert [sheet.fates.last().reason for sheet in sheets[1:]] == ["", "Ny pärm", "Ny pärm", "Ny pärm"]
    assert [path_of(sheet) for sheet in other] == [["printed"], ["printed"]]
    assert figures(county.ward)[Where.ALL] == 3
    trace = AuditEntry.objects.get(action="batch.voided")
    assert (trace.user, trace.changes) == (county.alva.user, {"sheets": 3})
    assert "Inga tomma blad är kvar" in text_of(read(client.get(address)).main)


def test_sent_twice_it_is_once_and_an_id_for_another_thing_is_refused(county, sheets):
    client_id = uuid4()
    assert [void(county.alva, sheets, client_id=client_id) for _ in range(2)] == [3, 3]
    assert SheetFate.objects.filter(fate="voided").count() == 4
    with pytest.raises(IdClash):
        void(county.alva, make_batch(county.alva, 3), client_id=client_id)


def test_where_somebody_took_one_meanwhile_none_is_voided_and_one_is_told(client, county, sheets):
    fields = form_at(client, county.alva, sheets)
    mark_filled(by=county.esa, sheet=sheets[4])
    address = reverse("void_batch", args=[sheets[0].batch_id])
    answer = client.post(address, fields | {"void_reason": "lost", "reason": "Pärmen är borta"})
    assert answer.status_code == 409
    page = read(answer)
    assert "Bladet ändrades nyss." in errors_of(page)
    assert "Pärmen är borta" in str(page.main)
    assert path_of(sheets[2]) == ["printed"]
    assert client.post(address, fields_of(form_of(page, method="post"))).status_code == 302
    assert [path_of(sheet)[-1] for sheet in sheets] == ["filled", "voided", "voided", "voided", "filled"]
    with pytest.raises(ChangedMeanwhileStep):
        void(county.alva, sheets)


@pytest.mark.parametrize(
    ("typed", "told"),
    [({}, "Välj varför."), ({"void_reason": "lost", "reason": " "}, "Skriv vad som stod på bladet.")],
)
def test_what_is_missing_is_told(client, county, sheets, typed, told):
    fields = form_at(client, county.alva, sheets)
    answer = client.post(reverse("void_batch", args=[sheets[0].batch_id]), fields | typed)
    assert answer.status_code == 422
    assert told in errors_of(read(answer))
    assert path_of(sheets[2]) == ["printed"]


def test_the_service_asks_for_words_too(county, sheets):
    with pytest.raises(RuleError):
        void(county.alva, sheets, void_reason=VoidReason.OTHER)


@pytest.mark.parametrize(("who", "status"), [("bo", 404), ("cissi", 404), ("disa", 404), ("adam", 403)])
def test_only_those_who_handle_the_units_sheets(client, county, sheets, who, status):
    by = county.somebody(who)
    address = reverse("void_batch", args=[sheets[0].batch_id])
    assert opened(client, by, "void_batch", sheets[0].batch_id).status_code == status
    assert client.post(address, {"void_reason": "unused"}).status_code == status
    assert opened(client, by, "void_batch", uuid4()).status_code == status
    with pytest.raises(NotAllowed):
        void(by, sheets)
    assert path_of(sheets[2]) == ["printed"]


def test_not_one_is_voided_without_the_trace(county, sheets, monkeypatch):
    def broken(**kwargs):
        raise DatabaseError("the trace can not be written")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(DatabaseError):
        void(county.alva, sheets)
    assert path_of(sheets[2]) == ["printed"]
