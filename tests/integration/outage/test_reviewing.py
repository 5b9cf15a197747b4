"""The audit log as its reviewer reads it: of the own principal and branch, in words, and never who the patient is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.models import AuditEntry, Membership, MunicipalKind, Principal, Unit, User
from contacts.page_versions import forget_pages
from contacts.queries.reviewing import marked, reviewed
from contacts.rules.parties import PrincipalKind
from contacts.rules.permissions import Role
from outage.models import CareChain
from tests.factories import PASSWORD, County, person, persons
from tests.integration.outage.pages import fields_of, read
from tests.trail import drop_triggers

URL = reverse("review_log")


@pytest.fixture
def units(county: County) -> dict[str, Unit]:
    def make(name: str, kind: str) -> Unit:
        return Unit.objects.create(principal=county.municipality, name=name, municipal_kind=kind)

    return {
        "social": county.social_care,
        "social too": make("Bistånd syd", MunicipalKind.SOCIAL_CARE),
        "nursing": make("Hemsjukvården", MunicipalKind.HOME_NURSING),
        "office": make("Kommunens växel", ""),
        "region": county.ward,
    }


@pytest.fixture
def reviewers(units: dict[str, Unit]) -> dict[str, Acting]:
    made = persons(*((f"r {name}", unit, Role.LOG_REVIEWER) for name, unit in units.items()))
    return dict(zip(units, made, strict=True))


@pytest.fixture
def reviewer(county: County, client: Client) -> Acting:
    """Of Alva's principal, logged in."""
    by = person("rigmor", county.ward, Role.LOG_REVIEWER)
    client.force_login(by.user)
    return by


def rows(page: BeautifulSoup) -> list[str]:
    """The rows of the last table: everything that is listed."""
    return [
        " ".join(row.get_text(" ").split()) for row in page.main.find_all("table")[-1].tbody.find_all("tr")
    ]


def test_each_reads_what_units_of_the_own_branch_did(
    county: County, units: dict[str, Unit], reviewers: dict[str, Acting]
):
    drop_triggers()
    AuditEntry.objects.all()._raw_delete(AuditEntry.objects.db)
    for name, unit in units.items():
        audit.record(by=person(f"p {name}", unit), action="chain.read", changes={"of": name})
    audit.record_system(action="user.changed", principal=county.municipality, changes={"of": "the town"})
    audit.record_system(action="demo.made", changes={"of": "nobody"})
    # What somebody does to the own account; of whoever works in two municipalities both read it.
    audit.record_system(
        action="second_factor.added", user=county.bo.user, target=county.bo.user, changes={"of": "Bo"}
    )
    mala = Principal.objects.create(name="Malå kommun", short_name="Malå", kind=PrincipalKind.MUNICIPALITY)
    both = person("both", Unit.objects.create(principal=mala, name="Bistånd Malå")).user
    Membership.objects.create(user=both, unit=county.social_care, role=Role.STAFF, title="x")
    audit.record_system(action="second_factor.added", user=both, target=both, changes={"of": "both"})
    found = {name: {row.changes["of"] for row in reviewed(by)} for name, by in reviewers.items()}
    outside = {"the town", "nobody", "both"}
    assert found == {
        # What a unit of no branch did is read in each: somebody must.
        "social": {"social", "social too", "office"} | outside,
        "social too": {"social", "social too", "office"} | outside,
        "nursing": {"nursing", "office"} | outside,
        "office": {"office"} | outside,
        "region": {"region", "nobody", "Bo"},
    }


def test_a_chain_is_a_code_and_no_patient(county: County, chain: CareChain, client: Client, reviewer: Acting):
    client.force_login(county.alva.user)
    client.get(reverse("chain", args=[chain.pk]))
    client.force_login(reviewer.user)
    answer = client.get(URL)
    page = read(answer)
    text = answer.content.decode()
    assert "Läste en vårdkedja" in rows(page)[0]
    assert "Alva Påhittad Medicin 2 · vårdpersonal" in rows(page)[0]
    assert chain.pk.hex[:8].upper() in rows(page)[0]
    for secret in (chain.details.patient_name, "1212", str(chain.pk)):
        assert secret not in text
    assert not page.main.find_all("a", href=lambda href: href and "vardkedja" in href)


def test_what_is_to_be_looked_at_stands_first_with_its_reason(
    county: County, chain: CareChain, client: Client, reviewer: Acting
):
    opened = {"reason": "not_reached", "until": "x"}
    audit.record(by=county.bo, action="emergency_opened", chain=chain.pk, changes=opened)
    audit.record(by=county.bo, action="protected_opened", changes={"reason": "Tolvan är min granne"})
    audit.record(by=county.bo, action="checklist.ticked")
    page = read(client.get(URL))
    first = page.find(id="first-title").find_parent("section")
    found = [" ".join(row.get_text(" ").split()) for row in first.tbody.find_all("tr")]
    # An emergency before what came after it.
    assert ["Nödöppnade en vårdkedja" in found[0], "Öppnade skyddade uppgifter" in found[1]] == [True, True]
    assert "Skäl: den andra enheten gick inte att nå" in found[0]
    assert "Skäl" not in found[1]
    assert "granne" not in page.get_text()
    assert len(found) == 2
    assert "Bockade av i en checklista" in rows(page)[0]
    only = read(client.get(URL, {"visa": "forst"}))
    assert len(rows(only)) == 2
    assert only.find(id="first-title") is None


def test_a_list_of_staff_pushes_no_emergency_out_of_sight(county: County, client: Client, reviewer: Acting):
    audit.record(by=county.alva, action="emergency_login", changes={"reason": "provider_down"})
    for _ in range(12):
        audit.record(by=county.adam, action="membership.added", target=county.alva.membership)
    first = read(client.get(URL)).main.find("table").tbody.find_all("tr")
    assert len(first) == 10
    assert "Loggade in med nödkod" in first[0].get_text()


def test_what_a_superuser_did_in_the_admin_is_marked_and_read_where_it_belongs(
    county: County, reviewers: dict[str, Acting], client: Client
):
    root = User.objects.create_superuser("rot", password=PASSWORD, first_name="Rot", last_name="Rotsson")
    member = county.cissi.membership
    told = {"role": ["staff", "coordinator"]}
    row = audit.record_system(action="membership.changed", user=root, target=member, changes=told)
    assert (row.principal, row.unit, row.user) == (county.municipality, None, root)
    seen = {name for name, by in reviewers.items() if row in marked(reviewed(by))}
    assert seen == {"social", "social too", "nursing", "office"}
    client.force_login(reviewers["social"].user)
    text = rows(read(client.get(URL)))[0]
    assert "Rot Rotsson Superanvändare Ändrade ett uppdrag" in text
    assert "Cissi Påhittad, Biståndsenheten, från vårdpersonal till samordnare" in text


def test_what_decides_who_gets_in_stands_first_and_says_from_and_to(
    county: County, client: Client, reviewer: Acting
):
    """The page's rows and what a row says of itself are marked by one rule."""
    told = (
        ("unit.changed", county.other_ward, {"active": ["True", "False"]}),
        ("user.changed", county.bo.user, {"hsa_id": ["", "SE2321000222-B1"]}),
        ("unit.changed", county.other_ward, {"name": ["A", "Ortopeden"]}),
    )
    made = [
        audit.record(by=county.adam, action=action, target=target, changes=changes)
        for action, target, changes in told
    ]
    assert [row.pk for row in marked(reviewed(reviewer)) if row in made] == [made[1].pk, made[0].pk]
    client.force_login(reviewer.user)
    text = read(client.get(URL)).main.find("table").get_text(" ", strip=True)
    assert "Ändrade en enhet Ortopeden, i bruk: nej" in text
    assert "Bo Påhittad, HSA-id från inget till SE2321000222-B1" in text


def test_a_superuser_with_an_assignment_acts_in_the_admin_for_the_installation(
    county: County, reviewers: dict[str, Acting], client: Client
):
    User.objects.filter(pk=county.esa.user.pk).update(is_superuser=True, is_staff=True)
    client.force_login(county.esa.user)
    path = reverse("admin:contacts_principal_change", args=[county.municipality.pk])
    sent = fields_of(read(client.get(path)).find(id="principal_form")) | {"own_series": ["0953-140"]}
    assert client.post(path, sent).status_code == 302
    row = AuditEntry.objects.get(action="principal.changed")
    assert (row.principal, row.unit) == (county.municipality, None)
    assert row in marked(reviewed(reviewers["nursing"]))


@pytest.mark.parametrize("role", [None, Role.ADMIN, Role.LOG_REVIEWER, Role.ROUTINE_OWNER])
def test_a_superuser_reaches_no_patients_through_a_role_that_is_not_there(
    county: County, chain: CareChain, client: Client, role: Role | None
):
    if role is None:
        root = User.objects.create_superuser("rot", password=PASSWORD)
    else:
        root = person("rot", county.ward, role, is_superuser=True, is_staff=True).user
    client.force_login(root)
    for name in ("chain", "edit_chain", "chain_call", "join_chain"):
        assert client.get(reverse(name, args=[chain.pk])).status_code in {302, 403}
    for path in ("/admin/", "/admin/contacts/auditentry/", "/admin/outage/outage/"):
        text = client.get(path).content.decode()
        assert chain.details.patient_name not in text
    models = {
        model["object_name"] for app in client.get("/admin/").context["app_list"] for model in app["models"]
    }
    assert not models & {"CareChain", "CareChainDetails", "CareChainEvent", "Handover", "HeldForm", "Sheet"}


def test_a_person_and_a_time_are_chosen_and_stand_in_no_address(
    county: County, client: Client, reviewer: Acting
):
    old = timezone.now() - timedelta(days=3)
    for by, at in ((county.alva, old), (county.alva, timezone.now()), (county.bo, timezone.now())):
        AuditEntry.objects.create(
            user=by.user, unit=by.unit, principal=by.principal, action="checklist.ticked", at=at
        )
    answer = client.post(URL, {"person": "alva påhit", "tid": "dygn"})
    assert answer.status_code == 302
    assert "alva" not in answer.headers["Location"].lower()
    page = read(client.get(answer.headers["Location"]))
    assert len(rows(page)) == 1
    assert page.find(id="id_person")["value"] == "alva påhit"
    assert [o["value"] for o in page.find(id="id_tid").find_all("option", selected=True)] == ["dygn"]
    assert len(rows(read(client.get(URL)))) == 3
    nobody = client.post(URL, {"person": "Ingen Alls", "tid": ""}, follow=True)
    assert "Inga rader stämmer" in nobody.content.decode()
    assert client.post(URL, {"person": "x" * 500, "tid": "?", "sida": "x"}, follow=True).status_code == 200


def test_no_more_queries_for_many_rows(
    county: County,
    chain: CareChain,
    client: Client,
    reviewer: Acting,
):
    def fill(count: int, each: Callable[[int], Acting]) -> None:
        for n in range(count):
            by = each(n)
            audit.record(by=by, action="emergency_opened", chain=chain.pk)
            audit.record(by=by, action="membership.changed", target=by.membership)
            audit.record(by=by, action="user.changed", target=by.user)
            audit.record(by=by, action="unit.changed", target=by.unit)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    fill(1, lambda n: county.alva)
    client.get(URL)
    forget_pages()
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    people = persons(*((f"n{n}", county.other_ward, Role.STAFF) for n in range(20)))
    fill(20, lambda n: people[n])
    forget_pages()
    with CaptureQueriesContext(connection) as many:
        page = read(client.get(URL))
    assert len(many) == len(few)
    assert len(rows(page)) == 50
    assert "Sida 1 av 2" in page.get_text()
