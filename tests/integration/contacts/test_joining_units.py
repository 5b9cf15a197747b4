"""Two units that are one: what the one had goes on at the other, and comes back when it is undone."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import acting_for
from contacts.models import (
    AuditEntry,
    DirectoryEntry,
    DirectoryJoin,
    Membership,
    MunicipalKind,
    Unit,
)
from contacts.queries.joined import is_read_as, standing_joins, units_by_name, units_read_as
from contacts.queries.kept_units import own_unit, own_units, units_to_choose
from contacts.queries.places import places_named
from contacts.queries.ringing import numbers_for_many, request_for_unit
from contacts.queries.rota import standing_turns, turns_of_principal
from contacts.queries.rota_plan import plan_rota
from contacts.queries.search import search_entries
from contacts.queries.versions import version_of
from contacts.rules.errors import Answers, IdClash, NotAllowed, RuleError
from contacts.rules.joining import AlreadyJoined
from contacts.rules.names import name_key
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.permissions import Role
from contacts.rules.rota import Turn
from contacts.services.joining_units import join_units, undo_unit_join
from contacts.services.rota import add_turn, change_turn, withdraw_turn
from contacts.services.units import UnitFacts, change_unit
from contacts.services.versions import ChangedMeanwhile
from tests.factories import make_entry, same_id
from tests.integration.outage.pages import read

from .conftest import person
from .keeping import form_at, opened, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(county) -> Unit:
    """The ward once more, under the name it had before."""
    return Unit.objects.create(principal=county.region, name="Medicin ett", ward_kind=WardKind.SOMATIC)


def join(by: Any, kept: Unit, other: Unit, n: int = 1) -> Unit:
    for row in (kept, other):
        row.refresh_from_db()
    return join_units(
        by=by,
        kept=kept,
        other=other,
        client_id=same_id(n),
        version=version_of(kept),
        other_version=version_of(other),
    )


def undo(by: Any, kept: Unit, n: int = 50) -> DirectoryJoin:
    kept.refresh_from_db()
    return undo_unit_join(by=by, join=standing_joins(kept)[0], client_id=same_id(n))


def tomorrow(hour: int) -> datetime:
    return datetime.combine(timezone.localdate() + timedelta(days=1), time(hour))


def turn(who: str = "Bo Ek", number: str = "090-785 10 20") -> Turn:
    return Turn(who, number, tomorrow(8), tomorrow(16))


def test_contacts_go_on_at_the_kept_one_verified_as_they_were(county, other):
    entry = make_entry(county.region, "Expeditionen", "090-785 10 10", unit=other)
    entry.verified_at, entry.verified_by = timezone.now(), county.alva.user
    entry.save()
    join(county.region_admin, county.ward, other)
    entry.refresh_from_db()
    assert (entry.unit, entry.verified_by) == (county.ward, county.alva.user)
    trace = AuditEntry.objects.get(target_id=str(entry.pk), action="directoryentry.changed")
    assert trace.changes == {"unit_id": [str(other.pk), str(county.ward.pk)]}


def test_so_does_a_contact_that_led_there_by_its_name_alone(county, other):
    entry = make_entry(county.region, other.name, "090-785 10 11")
    join(county.region_admin, county.ward, other)
    entry.refresh_from_db()
    assert entry.unit == county.ward
    lines = next(iter(numbers_for_many([request_for_unit(county.ward)], timezone.now()).values()))
    assert "090-785 10 11" in {line.number for line in lines}
    undo(county.region_admin, county.ward)
    entry.refresh_from_db()
    assert entry.unit == other


def test_the_jour_to_come_goes_on_as_it_was_said(county, other):
    said = add_turn(
        by=county.region_admin, unit=other, client_id=same_id(60), turn=turn(), answers=Answers({}, {})
    )
    join(county.region_admin, county.ward, other)
    (row,) = standing_turns([county.ward])
    assert (row.turn.who, row.turn.starts, row.at, row.user) == (
        "Bo Ek",
        said.turn.starts,
        said.at,
        said.user,
    )
    assert [one.unit for one in turns_of_principal(county.region, timezone.now())] == [county.ward]
    wanted = request_for_unit(county.ward)
    numbers = numbers_for_many([wanted], timezone.make_aware(tomorrow(9)))[wanted]
    assert numbers[0].number == "090-785 10 20"


def test_people_get_the_same_role_at_the_kept_one_and_nobody_else_does(county, other):
    eva = person("eva", other, Role.COORDINATOR)
    gone = person("gone", other, Role.STAFF)
    Membership.objects.filter(pk=gone.membership.pk).update(active=False)
    before = Membership.objects.count()
    join(county.region_admin, county.ward, other)
    acting = acting_for(eva.user)
    assert (acting.unit, acting.role, acting.membership.title) == (
        county.ward,
        Role.COORDINATOR,
        "Sjuksköterska",
    )
    assert Membership.objects.count() == before + 1
    made = AuditEntry.objects.get(action="membership.added", target_id=str(acting.membership.pk))
    assert made.user == county.region_admin.user
    undo(county.region_admin, county.ward)
    assert acting_for(eva.user).unit == other


def test_who_works_at_both_has_one_assignment_after_it_too(county, other):
    Membership.objects.create(user=county.alva.user, unit=other, role=Role.STAFF, title="Sjuksköterska")
    join(county.region_admin, county.ward, other)
    assert acting_for(county.alva.user).membership == county.alva.membership
    undo(county.region_admin, county.ward)
    assert Membership.objects.get(pk=county.alva.membership.pk).active


def test_nobody_joins_away_a_unit_they_work_at_themselves(county, other):
    with pytest.raises(RuleError, match="Du arbetar på Medicin 1"):
        join(county.region_admin, other, county.ward)
    # In another assignment than the one that acts, too.
    Membership.objects.create(
        user=county.region_admin.user, unit=other, role=Role.STAFF, title="Sjuksköterska"
    )
    with pytest.raises(RuleError, match="Du arbetar på Medicin ett"):
        join(county.region_admin, county.ward, other)
    assert not DirectoryJoin.objects.exists()


def test_it_is_out_of_use_and_its_name_leads_to_the_kept_one(county, other):
    join(county.region_admin, county.ward, other)
    other.refresh_from_db()
    assert (other.active, other.joined_into) == (False, county.ward)
    assert other not in units_to_choose(county.region)
    assert other not in list(own_units(county.region))
    assert units_by_name([county.region])[county.region.pk, name_key("Medicin ett")] == county.ward
    named = places_named("Medicin ett", search_entries("Medicin ett"))
    assert [place.unit for place in named.to_ring] == [county.ward]


def test_a_ward_and_a_health_centre_become_a_sjukstuga(county, other):
    centre = Unit.objects.create(
        principal=county.region,
        name="Sorsele",
        outpatient_kind=OutpatientKind.HEALTH_CENTRE,
        hsa_id="SE2321000222-A1",
    )
    join(county.region_admin, other, centre)
    other.refresh_from_db()
    assert (other.ward_kind, other.outpatient_kind, other.hsa_id) == (
        "somatic",
        "health_centre",
        centre.hsa_id,
    )
    undo(county.region_admin, other)
    other.refresh_from_db()
    assert (other.ward_kind, other.outpatient_kind, other.hsa_id) == ("somatic", "", "")


def test_units_of_different_kinds_are_no_pair(county, other):
    home = Unit.objects.create(
        principal=county.mala, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
    )
    with pytest.raises(RuleError, match="skilda verksamheter"):
        join(county.mala_admin, county.social_care, home)


def test_nothing_is_joined_over_the_border(county, other):
    for by, kept, away in (
        (county.mala_admin, county.ward, other),
        (county.alva, county.ward, other),
        (county.region_admin, county.ward, county.social_care),
        (county.region_admin, county.social_care, other),
    ):
        with pytest.raises(NotAllowed):
            join(by, kept, away)


def test_the_same_form_twice_joins_once_and_a_second_one_is_told(county, other):
    versions = {"version": version_of(county.ward), "other_version": version_of(other)}
    sent_in = {"by": county.region_admin, "kept": county.ward, "other": other, **versions}
    for _ in range(2):
        assert join_units(**sent_in, client_id=same_id(1)) == county.ward
    with pytest.raises(AlreadyJoined, match="redan sammanförd med Medicin 1"):
        join_units(**sent_in, client_id=same_id(2))
    with pytest.raises(IdClash):
        join_units(**sent_in | {"other_version": "x"}, client_id=same_id(1))
    assert DirectoryJoin.objects.count() == 1


def test_a_change_since_the_page_was_opened_is_told(county, other):
    seen = version_of(other)
    other.hsa_id = "SE2321000222-A1"
    other.save()
    with pytest.raises(ChangedMeanwhile):
        join_units(
            by=county.region_admin,
            kept=county.ward,
            other=other,
            client_id=same_id(1),
            version=version_of(county.ward),
            other_version=seen,
        )


def test_a_file_of_the_jour_by_the_old_name_meets_the_kept_one(county, other):
    table = [
        ["Enhet", "Vem", "Nummer", "Från dag", "Från kl", "Till dag", "Till kl", "Varje vecka"],
        [
            other.name,
            "Bo Ek",
            "090-785 10 20",
            f"{tomorrow(8):%Y-%m-%d}",
            "8.00",
            f"{tomorrow(8):%Y-%m-%d}",
            "16.00",
            "",
        ],
    ]
    add_turn(by=county.region_admin, unit=other, client_id=same_id(60), turn=turn(), answers=Answers({}, {}))
    join(county.region_admin, county.ward, other)
    plan = plan_rota(county.region, table, timezone.now())
    assert (len(plan.same), plan.new, plan.bad) == (1, [], [])
    table[1][1] = "Eva Ek"
    assert [new.unit for new in plan_rota(county.region, table, timezone.now()).new] == [county.ward]


class TestFormsOpenedBefore:
    """What was on the screen when somebody else joined the unit is refused with what it is now."""

    def test_of_the_unit(self, county, other):
        join(county.region_admin, county.ward, other)
        with pytest.raises(RuleError, match="Medicin ett är sammanförd med Medicin 1"):
            change_unit(
                by=county.region_admin,
                unit=other,
                client_id=same_id(70),
                version=version_of(other),
                facts=UnitFacts(name="Medicin ett", ward_kind="somatic"),
            )

    def test_of_its_jour(self, county, other):
        no = Answers({}, {})
        row = add_turn(by=county.region_admin, unit=other, client_id=same_id(60), turn=turn(), answers=no)
        join(county.region_admin, county.ward, other)
        told = {"by": county.region_admin, "client_id": same_id(70)}
        for write in (
            lambda: add_turn(**told, unit=other, turn=turn("Eva Ek"), answers=no),
            lambda: change_turn(**told, row=row, version=str(row.pk), turn=turn("Eva Ek"), answers=no),
            lambda: withdraw_turn(**told, row=row, version=str(row.pk)),
        ):
            with pytest.raises(RuleError, match="Ändra i dess jourschema"):
                write()
        assert [one.turn.who for one in standing_turns([county.ward, other])] == ["Bo Ek", "Bo Ek"]


class TestUndo:
    def test_contacts_jour_and_use_come_back(self, county, other):
        entry = make_entry(county.region, "Expeditionen", "090-785 10 10", unit=other)
        add_turn(
            by=county.region_admin, unit=other, client_id=same_id(60), turn=turn(), answers=Answers({}, {})
        )
        join(county.region_admin, county.ward, other)
        undone = undo(county.region_admin, county.ward)
        entry.refresh_from_db()
        other.refresh_from_db()
        county.ward.refresh_from_db()
        assert (entry.unit, other.active, other.joined_into) == (other, True, None)
        assert county.ward.other_names == []
        assert [row.unit for row in standing_turns([county.ward, other])] == [other]
        assert undone.moved["stands"] == {"facts": 0, "entries": 0, "turns": 0}
        with pytest.raises(RuleError, match="redan upplöst"):
            undo_unit_join(by=county.region_admin, join=undone.undoes, client_id=same_id(51))
        again = undo_unit_join(by=county.region_admin, join=undone.undoes, client_id=same_id(50))
        assert again.pk == undone.pk

    def test_what_was_changed_since_stays_and_is_counted(self, county, other):
        entry = make_entry(county.region, "Expeditionen", "090-785 10 10", unit=other)
        add_turn(
            by=county.region_admin, unit=other, client_id=same_id(60), turn=turn(), answers=Answers({}, {})
        )
        join(county.region_admin, county.ward, other)
        DirectoryEntry.objects.filter(pk=entry.pk).update(unit=county.health_centre)
        (row,) = standing_turns([county.ward])
        change_turn(
            by=county.region_admin,
            row=row,
            client_id=same_id(61),
            version=str(row.pk),
            turn=turn("Eva Ek"),
            answers=Answers({}, {}),
        )
        undone = undo(county.region_admin, county.ward)
        assert undone.moved["stands"] == {"facts": 0, "entries": 1, "turns": 1}
        # One person holds it, at one unit.
        assert [(row.unit, row.who) for row in standing_turns([county.ward, other])] == [
            (county.ward, "Eva Ek")
        ]

    def test_only_the_own_administrator_undoes(self, county, other):
        join(county.region_admin, county.ward, other)
        with pytest.raises(NotAllowed):
            undo(county.mala_admin, county.ward)


class TestPages:
    def test_from_a_units_page_to_the_join_and_back(self, client: Client, county, other):
        admin, kept = county.region_admin, county.ward
        other.name = "Medecin 1"
        other.save()
        page = read(opened(client, admin, "unit_edit", kept.pk))
        assert page.find("a", href=reverse("join_unit", args=[kept.pk]))
        page = read(opened(client, admin, "join_unit", kept.pk))
        # The one of nearly the same name comes first.
        assert page.select_one("tbody a")["href"] == reverse("join_units", args=[kept.pk, other.pk])
        fields = form_at(client, admin, "join_units", kept.pk, other.pk)
        for _ in range(2):
            assert sent(client, fields, "join_units", kept.pk, other.pk).status_code == 302
        for name in ("unit", "rota", "unit_edit"):
            answer = client.get(reverse(name, args=[other.pk]), follow=True)
            assert answer.redirect_chain == [(reverse(name, args=[kept.pk]), 302)]
            assert "Medecin 1 är sammanförd med Medicin 1, som visas här." in read(answer).text
        page = read(opened(client, admin, "unit_edit", kept.pk))
        assert page.find("a", href=reverse("undo_unit_join", args=[kept.pk, other.pk]))
        fields = form_at(client, admin, "undo_unit_join", kept.pk, other.pk)
        answer = client.post(reverse("undo_unit_join", args=[kept.pk, other.pk]), fields, follow=True)
        assert "Medecin 1 är en enhet för sig igen." in read(answer).text
        assert own_unit(county.region, other.pk).active

    def test_a_unit_is_found_by_a_search_that_stays_out_of_the_address(self, client: Client, county, other):
        client.force_login(county.region_admin.user)
        for text, found in (("ett medicin", [other.name]), ("Malå", []), ("Medicin 1", [])):
            answer = client.post(reverse("join_unit", args=[county.ward.pk]), {"q": text})
            assert "edicin" not in answer.headers["Location"]
            page = read(client.get(answer.headers["Location"]))
            assert [link.text for link in page.select("tbody a")] == found

    def test_who_was_logged_in_there_goes_on_at_the_kept_one(self, client: Client, county, other):
        eva = person("eva", other, Role.STAFF)
        client.force_login(eva.user)
        session = client.session
        session["membership_id"] = eva.membership.pk
        session.save()
        join(county.region_admin, county.ward, other)
        page = read(client.get("/", follow=True))
        assert "Medicin 1" in page.text
        assert "Eva Påhittad" in page.text

    def test_what_stops_it_is_said_before_anybody_presses(self, client: Client, county, other):
        page = read(opened(client, county.region_admin, "join_units", other.pk, county.ward.pk))
        assert "Du arbetar på Medicin 1." in page.text
        assert not page.select_one("form[method=post] button.btn-primary")

    @pytest.mark.parametrize("name", ["join_unit", "join_units", "undo_unit_join"])
    def test_only_the_owners_administrator_reaches_it(self, client: Client, county, other, name):
        args = [county.ward.pk] if name == "join_unit" else [county.ward.pk, other.pk]
        for by, status in ((county.mala_admin, 404), (county.cissi, 403), (county.alva, 403)):
            assert opened(client, by, name, *args).status_code == status
            assert client.post(reverse(name, args=args), {}).status_code == status
        client.logout()
        assert client.get(reverse(name, args=args)).headers["Location"].startswith(reverse("account_login"))


def test_what_a_joined_unit_wrote_is_read_as_the_kept_ones(county, other):
    join(county.region_admin, county.ward, other)
    assert set(units_read_as(county.ward)) == {county.ward.pk, other.pk}
    assert set(units_read_as(other)) == {other.pk}
    assert is_read_as(county.ward, other.pk)
    assert is_read_as(county.ward, county.ward.pk)
    assert not is_read_as(other, county.ward.pk)
    assert not is_read_as(county.ward, county.health_centre.pk)
