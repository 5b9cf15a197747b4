"""Units added, changed and taken out of use by those who keep them."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, DirectoryEntry, Unit
from contacts.queries.ringing import numbers_for
from contacts.queries.search import search_entries
from contacts.queries.versions import version_of
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from contacts.rules.ways import MissingWay
from contacts.rules.whom_to_call import Way
from contacts.services.keeping import change_entry
from contacts.services.units import UnitFacts, add_unit, change_unit
from tests.factories import make_entry
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_two_editors import differences

from .conftest import person
from .keeping import form_at, opened, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(county) -> Unit:
    """A unit of Malå beside the one that its administrator works on."""
    return Unit.objects.create(
        principal=county.mala, name="Hemsjukvården Malå", municipal_kind="home_nursing"
    )


def last_action() -> tuple[str, str]:
    row = AuditEntry.objects.order_by("-pk")[0]
    return row.action, row.target_id


class TestAdded:
    def test_a_municipality_chooses_among_its_own_kinds(self, client: Client, county):
        fields = form_at(client, county.mala_admin, "unit_new")
        assert "ward_kind" not in fields
        answer = sent(
            client,
            fields,
            "unit_new",
            name="Korttids",
            municipal_kind="social_care",
            hsa_id="se2321000222-ab1",
        )
        assert answer.headers["Location"] == reverse("keep_units")
        made = Unit.objects.get(name="Korttids")
        assert (made.principal, made.municipal_kind, made.hsa_id, made.active) == (
            county.mala,
            "social_care",
            "SE2321000222-AB1",
            True,
        )
        assert last_action() == ("unit.added", str(made.pk))

    def test_a_sjukstuga_is_both_ward_and_health_centre(self, client: Client, county):
        fields = form_at(client, county.region_admin, "unit_new")
        assert "municipal_kind" not in fields
        sent(
            client,
            fields,
            "unit_new",
            name="Sorsele sjukstuga",
            ward_kind="somatic",
            outpatient_kind="health_centre",
        )
        assert len(Unit.objects.get(name="Sorsele sjukstuga").parties) == 2

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"name": ""}, "Namn: Skriv ett namn."),
            ({"name": "Biståndshandläggarna Malå"}, "Namn: "),
            ({"name": "Ny", "hsa_id": "SE12"}, "HSA-id: Skriv HSA-id som SE"),
        ],
    )
    def test_what_is_wrong_is_told_beside_its_field(self, client: Client, county, typed, told):
        before = Unit.objects.count()
        fields = form_at(client, county.mala_admin, "unit_new")
        answer = sent(client, fields, "unit_new", **typed)
        assert answer.status_code == 422
        page = read(answer)
        assert told in errors_of(page)
        assert page.select_one("#id_name").get("value", "") == typed["name"]
        assert Unit.objects.count() == before

    def test_sent_twice_it_is_one_unit(self, county):
        client_id, facts = uuid4(), UnitFacts(name="Korttids")
        made = [add_unit(by=county.mala_admin, client_id=client_id, facts=facts) for _ in range(2)]
        assert made[0] == made[1]
        assert AuditEntry.objects.filter(action="unit.added", target_id=str(made[0].pk)).count() == 1

    def test_sent_again_with_something_else_it_says_what_differs_and_corrects_the_first(
        self, client: Client, county
    ):
        fields = form_at(client, county.mala_admin, "unit_new")
        sent(client, fields, "unit_new", name="Korttids", municipal_kind="social_care")
        answer = sent(client, fields, "unit_new", name="Korttidsboendet", municipal_kind="social_care")
        assert answer.status_code == 409
        page = read(answer)
        assert differences(page) == {"Namn": ("Korttids", "Korttidsboendet")}
        made = Unit.objects.get(name="Korttids")
        address = page.main.find("button", string="Rätta det som sparades")["formaction"]
        assert address == reverse("unit_edit", args=[made.pk])
        shown = read(client.post(address, fields_of(form_of(page, method="post")) | {"first": ["1"]}))
        assert client.post(address, fields_of(form_of(shown, method="post"))).status_code == 302
        made.refresh_from_db()
        assert (made.name, made.active) == ("Korttidsboendet", True)
        assert Unit.objects.filter(name__startswith="Korttids").count() == 1

    @pytest.mark.parametrize(
        ("who", "facts"),
        [
            ("mala_admin", UnitFacts(name="X", ward_kind="somatic")),
            ("mala_admin", UnitFacts(name="X", outpatient_kind="health_centre")),
            ("region_admin", UnitFacts(name="X", municipal_kind="social_care")),
        ],
    )
    def test_nobody_gets_a_kind_of_the_others(self, county, who, facts):
        with pytest.raises(RuleError):
            add_unit(by=getattr(county, who), client_id=uuid4(), facts=facts)
        assert not Unit.objects.filter(name="X").exists()


class TestChanged:
    def test_a_new_name_is_searched_by_and_leaves_from_and_to(self, client: Client, county, unit):
        make_entry(county.mala, "Jouren", "0953-140 01", unit=unit)
        fields = form_at(client, county.mala_admin, "unit_edit", unit.pk)
        assert sent(client, fields, "unit_edit", unit.pk, name="Kommunjouren").status_code == 302
        assert [entry.name for entry in search_entries("kommunjouren").entries] == ["Jouren"]
        trace = AuditEntry.objects.order_by("-pk")[0]
        assert (trace.action, trace.changes["name"]) == (
            "unit.changed",
            ["Hemsjukvården Malå", "Kommunjouren"],
        )
        assert trace.user == county.mala_admin.user

    @pytest.mark.parametrize(
        ("kind", "name", "called"),
        [
            ("social_care", "Kommunens bistånd", "Kommunens bistånd"),
            ("home_nursing", "Hemsjukvården Malå, norra", "Hemsjukvård norra"),
        ],
    )
    def test_contacts_that_were_its_own_by_its_name_are_still_its(self, county, kind, name, called):
        unit = Unit.objects.create(principal=county.mala, name=name, municipal_kind=kind)
        entry = make_entry(
            county.mala, called, "0953-140 88", kind=EntryKind(kind) if "home" in kind else EntryKind.OTHER
        )

        def ways() -> list[str]:
            lines = numbers_for(Party.MUNICIPALITY, None, unit.pk, timezone.now())
            return [line.number for line in lines if line.way is Way.UNIT]

        assert ways() == ["0953-140 88"]
        facts = UnitFacts("Nya namnet", municipal_kind=kind)
        version = version_of(unit)
        unit = change_unit(by=county.mala_admin, unit=unit, client_id=uuid4(), version=version, facts=facts)
        assert ways() == ["0953-140 88"]
        entry.refresh_from_db()
        assert entry.unit == unit
        trace = AuditEntry.objects.filter(action="directoryentry.changed").latest("pk")
        assert (trace.target_id, trace.changes) == (str(entry.pk), {"unit_id": ["", str(unit.pk)]})

    def test_a_contact_that_was_its_by_name_is_still_its_under_another_name(self, county):
        unit = county.social_care
        entry = make_entry(county.mala, unit.name, "0953-140 88")
        facts = replace(entry.facts, name="Expeditionen")
        version = version_of(entry)
        change_entry(by=county.mala_admin, entry=entry, client_id=uuid4(), version=version, facts=facts)
        entry.refresh_from_db()
        assert entry.unit == unit

    def test_out_of_use_is_said_with_what_it_means(self, client: Client, county, unit):
        person("hans", unit, Role.STAFF)
        make_entry(county.mala, "Jouren", "0953-140 01", unit=unit)
        page = " ".join(read(opened(client, county.mala_admin, "unit_edit", unit.pk)).main.text.split())
        assert "1 person arbetar på enheten och kan inte logga in för den när den är ur bruk." in page
        assert "1 kontakt hör till enheten och finns kvar." in page
        fields = form_at(client, county.mala_admin, "unit_edit", unit.pk)
        sent(client, fields, "unit_edit", unit.pk, active=None)
        unit.refresh_from_db()
        assert not unit.active
        assert DirectoryEntry.objects.get(name="Jouren").unit == unit
        assert "Ur bruk" in read(opened(client, county.mala_admin, "keep_units")).main.text

    def test_nobody_shuts_the_door_behind_oneself(self, client: Client, county):
        own = county.social_care
        fields = form_at(client, county.mala_admin, "unit_edit", own.pk)
        answer = sent(client, fields, "unit_edit", own.pk, active=None)
        assert answer.status_code == 422
        assert "Du arbetar på enheten." in errors_of(read(answer))
        own.refresh_from_db()
        assert own.active

    def test_two_at_once_overwrite_nothing(self, client: Client, county, unit):
        fields = form_at(client, county.mala_admin, "unit_edit", unit.pk)
        Unit.objects.filter(pk=unit.pk).update(hsa_id="SE2321000222-AB1")
        answer = sent(client, fields, "unit_edit", unit.pk, name="Mitt namn")
        assert answer.status_code == 409
        page = read(answer)
        rows = page.select_one('[role="alert"] table').find_all("tr")[1:]
        seen = {row.th.get_text(): [cell.get_text() for cell in row.find_all("td")] for row in rows}
        assert seen == {
            "Namn": ["Hemsjukvården Malå", "Mitt namn"],
            "HSA-id": ["SE2321000222-AB1", "inget nytt: det som nu står gäller"],
        }
        assert page.select_one("#id_name")["value"] == "Mitt namn"
        unit.refresh_from_db()
        assert unit.name == "Hemsjukvården Malå"
        assert client.post(reverse("unit_edit", args=[unit.pk]), fields_of(page.main.form)).status_code == 302
        unit.refresh_from_db()
        assert (unit.name, unit.hsa_id) == ("Mitt namn", "SE2321000222-AB1")

    def test_only_its_own_administrator_reaches_it(self, client: Client, county, unit):
        for by, status in ((county.region_admin, 404), (county.cissi, 403), (county.mala_admin, 200)):
            assert opened(client, by, "unit_edit", unit.pk).status_code == status
        assert opened(client, county.mala_admin, "unit_edit", 999_999).status_code == 404
        for by in (county.region_admin, county.cissi):
            with pytest.raises(NotAllowed):
                change_unit(by=by, unit=unit, client_id=uuid4(), version="", facts=UnitFacts(name="X"))


class TestListed:
    def ways(self, client: Client, county, name: str) -> str:
        page = read(opened(client, county.mala_admin, "keep_units"))
        (row,) = (row for row in page.select("tbody tr") if row.select_one("th a").text == name)
        return row.select_one('[data-label="Vägar in"]').text

    def test_the_own_units_only(self, client: Client, county, unit):
        page = read(opened(client, county.mala_admin, "keep_units"))
        assert [a.text for a in page.select("tbody th a")] == [
            "Biståndshandläggarna Malå",
            "Hemsjukvården Malå",
        ]

    def test_what_a_unit_lacks_is_told(self, client: Client, county, unit):
        # The region's switchboard alone leads there.
        DirectoryEntry.objects.filter(principal=county.mala).delete()
        told = self.ways(client, county, unit.name)
        assert MissingWay.SECOND.label in told
        assert MissingWay.OUTSIDE.label in told
        make_entry(county.mala, "Jouren", "0953-140 01", unit=unit)
        assert "Två vägar in" in self.ways(client, county, unit.name)

    def test_many_units_take_a_constant_number_of_queries(
        self, client: Client, county, unit, django_assert_num_queries, django_assert_max_num_queries
    ):
        client.force_login(county.mala_admin.user)
        client.get(reverse("keep_units"))
        with django_assert_max_num_queries(30) as few:
            client.get(reverse("keep_units"))
        for number in range(60):
            made = Unit.objects.create(
                principal=county.mala, name=f"Enhet {number:02}", municipal_kind="social_care"
            )
            make_entry(county.mala, made.name, "0953-140 09", unit=made)
        with django_assert_num_queries(len(few)):
            page = read(client.get(reverse("keep_units")))
        assert len(page.select("tbody tr")) == 50


@pytest.mark.parametrize("who", ["region_admin", "mala_admin"])
def test_an_administrator_adds_renames_joins_and_retires_without_a_superuser(
    client: Client, county, who: str
):
    by = getattr(county, who)
    for name in ("Korttids", "Avlastningen"):
        assert sent(client, form_at(client, by, "unit_new"), "unit_new", name=name).status_code == 302
    one, other = (Unit.objects.get(name=name) for name in ("Korttids", "Avlastningen"))
    fields = form_at(client, by, "unit_edit", one.pk)
    assert sent(client, fields, "unit_edit", one.pk, name="Växelvården").status_code == 302
    asked = form_of(read(opened(client, by, "join_units", one.pk, other.pk)), method="post")
    assert client.post(reverse("join_units", args=[one.pk, other.pk]), fields_of(asked)).status_code == 302
    fields = form_at(client, by, "unit_edit", one.pk)
    assert sent(client, fields, "unit_edit", one.pk, active=None).status_code == 302
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.name, one.active, one.principal, other.joined_into) == (
        "Växelvården",
        False,
        by.principal,
        one,
    )
