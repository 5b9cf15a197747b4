"""Gallringsbeslut: recorded by the administrators of a principal, read by all of it, the last one in force (R2.6)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from contacts import audit
from contacts.models import AuditEntry
from contacts.models.base import AppendOnlyError
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.permissions import Role
from forms.models import DisposalDecision
from forms.queries.disposal import decision_in_force, no_disposal
from forms.services.disposal import record_decision
from tests.factories import person
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

from .sheets_made import decide

pytestmark = pytest.mark.django_db
ADDRESS = "/blad/gallring/"


def text_of(answer) -> str:
    return " ".join(read(answer).main.get_text(" ").split())


@pytest.mark.clause("R2.6")
def test_an_administrator_records_a_decision_on_the_page(client, county):
    client.force_login(county.adam.user)
    fields = fields_of(form_of(read(client.get(ADDRESS)), method="post"))
    assert fields["decided_on"] == [timezone.localdate().isoformat()]
    typed = {"allows": "ja", "reference": " RS 980-2026 ", "note": "Efter skanning"}
    assert client.post(ADDRESS, fields | typed).headers["Location"] == reverse("disposal")
    row = DisposalDecision.objects.get()
    assert (row.principal, row.allows, row.reference, row.note) == (
        county.region,
        True,
        "RS 980-2026",
        "Efter skanning",
    )
    assert (row.user, row.unit) == (county.adam.user, county.ward)
    trace = AuditEntry.objects.get(action="disposal.decided")
    assert (trace.user, trace.target_id) == (county.adam.user, str(row.pk))
    told = text_of(client.get(ADDRESS))
    assert "Papper får förstöras Gäller nu RS 980-2026 Efter skanning" in told


def test_the_last_one_is_in_force_and_the_former_are_history(client, county):
    decide(county.adam, reference="RS 980-2026")
    last = decide(county.adam, allows=False, reference="RS 981-2026")
    assert decision_in_force(county.region) == last
    client.force_login(county.alva.user)
    told = text_of(client.get(ADDRESS))
    assert told.index("Papper får inte förstöras Gäller nu RS 981-2026") < told.index(
        "Papper får förstöras Har gällt RS 980-2026"
    )


def test_others_of_the_principal_read_and_do_not_write(client, county):
    decide(county.adam)
    for who in ("alva", "bo", "esa", "disa"):
        client.force_login(county.somebody(who).user)
        answer = client.get(ADDRESS)
        assert "RS 980-2026" in text_of(answer)
        assert not read(answer).main.select("form")
        assert client.post(ADDRESS, {"allows": "nej"}).status_code == 403
        with pytest.raises(NotAllowed):
            decide(county.somebody(who), reference="RS 982-2026")
    assert DisposalDecision.objects.count() == 1


def test_each_principal_has_its_own(client, county):
    decide(county.adam)
    assert decision_in_force(county.municipality) is None
    client.force_login(county.cissi.user)
    told = text_of(client.get(ADDRESS))
    assert "RS 980-2026" not in told
    assert "Inget gallringsbeslut är infört." in told
    theirs = decide(person("carin", county.social_care, Role.ADMIN), reference="KS 980-2026")
    assert decision_in_force(county.municipality) == theirs
    assert decision_in_force(county.region).reference == "RS 980-2026"


def test_why_paper_may_not_go(county):
    assert no_disposal(county.region, None).startswith(
        "Inget gallringsbeslut är infört för Region Västerbotten."
    )
    assert no_disposal(county.region, decide(county.adam)) == ""
    forbids = decide(county.adam, allows=False, reference="RS 981-2026")
    assert no_disposal(county.region, forbids) == "Får inte förstöras enligt RS 981-2026."


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"reference": "RS 980-2026"}, "Välj ja eller nej."),
        ({"allows": "ja", "reference": "  "}, "Skriv beslutets beteckning."),
        ({"allows": "nej", "reference": "RS 980-2026", "decided_on": "2199-01-01"}, "framåt i tiden"),
        ({"allows": "nej", "reference": "RS 980-2026", "decided_on": "förra veckan"}, "Skriv dagen som"),
        ({"allows": "nej", "reference": "R" * 201}, "200"),
        ({"allows": "kanske", "reference": "RS 980-2026"}, "Välj"),
        ({"allows": "ja", "reference": "Tolvan 19121212-1212"}, "Ta bort personnumret"),
        (
            {"allows": "ja", "reference": "RS 980-2026", "note": "Efter skanning av 1912 1212 1212"},
            "Ta bort personnumret",
        ),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stands(client, county, typed, told):
    client.force_login(county.adam.user)
    fields = fields_of(form_of(read(client.get(ADDRESS)), method="post"))
    answer = client.post(ADDRESS, fields | {"note": "Efter skanning"} | typed)
    assert answer.status_code == 422
    page = read(answer)
    assert told in errors_of(page)
    assert page.select_one("#id_reference").get("value", "") == typed["reference"]
    assert "Efter skanning" in page.select_one("#id_note").text
    assert not DisposalDecision.objects.exists()


def test_the_service_refuses_what_no_form_has_seen(county):
    today = timezone.localdate()
    for facts, field in (
        ({"reference": " ", "decided_on": today}, "reference"),
        ({"reference": "RS 980-2026", "decided_on": today + timedelta(days=1)}, "decided_on"),
    ):
        with pytest.raises(RuleError) as told:
            record_decision(by=county.adam, client_id=uuid4(), allows=True, **facts)
        assert told.value.field == field


def test_sent_twice_it_is_one_and_an_id_for_another_thing_is_refused(county):
    facts = {"by": county.adam, "client_id": uuid4(), "decided_on": timezone.localdate(), "allows": True}
    first, second = (record_decision(reference="RS 980-2026", **facts) for _ in range(2))
    assert first == second
    with pytest.raises(IdClash):
        record_decision(reference="RS 981-2026", **facts)
    assert DisposalDecision.objects.count() == 1


def test_no_decision_without_its_trace(county, monkeypatch):
    def broken(**kwargs):
        raise DatabaseError("the trace can not be written")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(DatabaseError):
        decide(county.adam)
    assert not DisposalDecision.objects.exists()


def test_a_decision_is_never_changed_nor_deleted(county):
    row = decide(county.adam)
    row.allows = False
    for wrong in (row.save, row.delete):
        with pytest.raises(AppendOnlyError):
            wrong()


def test_who_records_second_sees_the_first_decision_before_it_is_set_aside(client, county):
    client.force_login(county.adam.user)
    typed = {"allows": "ja", "reference": "RS 980-2026"}
    fields = fields_of(form_of(read(client.get(ADDRESS)), method="post")) | typed
    decide(county.adam, allows=False, reference="RS 981-2026")
    answer = client.post(ADDRESS, fields)
    assert answer.status_code == 409
    page = read(answer)
    assert "RS 981-2026" in page.select_one('form [role="alert"]').get_text()
    assert decision_in_force(county.region).reference == "RS 981-2026"
    again = fields_of(form_of(page, method="post"))
    assert again["reference"] == ["RS 980-2026"]
    assert client.post(ADDRESS, again).status_code == 302
    assert decision_in_force(county.region).reference == "RS 980-2026"
