"""The demo: what a newcomer meets, and that it never touches anything else."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from itertools import product

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from contacts.access import acting_for, demo_memberships
from contacts.models import AuditEntry, DirectoryEntry, Membership, Principal, Unit, User
from contacts.queries.ringing import numbers_for
from contacts.queries.rota import duties_at
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from forms.demo.management.commands import demo
from forms.demo.player import write_rota
from forms.demo.script import read_script
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    DischargeCompletion,
    Handover,
    OpenItem,
    Outage,
    SupportContact,
)
from outage.presenters.banner import verdict_for
from outage.queries.call_codes import code_states
from outage.queries.chain_log import logs_of
from outage.queries.outages import outage_for, outage_in_view
from outage.queries.owed import event_standings
from outage.queries.tasks import tasks_of
from outage.routine import current_routine
from outage.rules.identity import IdentityKind
from outage.rules.informing import InformState
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Effect
from tests.clock import STOCKHOLM, standing_at
from tests.demo_mode import DEMO_MODE
from tests.factories import person as make_person
from tests.long import runs


def run_demo() -> str:
    out = StringIO()
    call_command(demo.Command(), stdout=out)
    return out.getvalue()


def counts() -> dict[str, int]:
    ours = ("contacts", "outage", "blanketter")
    return {m._meta.label: m.objects.count() for app in ours for m in apps.get_app_config(app).get_models()}


def button_texts(page: bytes) -> list[str]:
    return [
        " ".join(b.get_text(" ").split())
        for b in BeautifulSoup(page, "html.parser").select("[name=membership]")
    ]


def logged_in(username: str) -> Client:
    client = Client()
    membership = Membership.objects.filter(user__username=username).order_by("pk").first()
    client.post(reverse("demo_login"), {"membership": membership.pk})
    return client


class TestRefusals:
    @pytest.mark.django_db
    def test_outside_demo_mode_nothing_is_made(self):
        with pytest.raises(CommandError, match="Demoläget är av"):
            run_demo()
        assert not any(counts().values())

    @pytest.mark.django_db
    def test_beside_an_outage_of_somebody_elses_nothing_is_made(self, settings):
        settings.DEMO = True
        routine = current_routine()
        Outage.objects.create(system=routine.system, routine_id=routine.id)
        before = counts()
        with pytest.raises(CommandError, match="inte hör till demon"):
            run_demo()
        assert counts() == before


@override_settings(**DEMO_MODE)
class TestDemo(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.said = run_demo()

    def chains(self, principal: str = "") -> list[CareChain]:
        found = CareChain.objects.select_related(
            "principal", "details__ward_unit", "details__outpatient_unit"
        )
        chains = list(found.filter(principal__name__startswith=principal).order_by("number"))
        for chain in chains:
            chain.outage = outage_for(chain.principal, chain.outage_id)
        return chains

    def test_a_second_run_says_so_and_changes_nothing(self):
        before = counts()
        assert "Demon är gjord" in self.said
        assert "finns redan" in run_demo()
        assert counts() == before

    def test_what_was_made_stands_in_the_trace_without_patient_data(self):
        made = AuditEntry.objects.get(action="demo.made")
        assert set(made.changes) == {"chains", "calls"}
        names = [n for n in CareChainDetails.objects.values_list("patient_name", flat=True) if n]
        told = " ".join(str(changes) for changes in AuditEntry.objects.values_list("changes", flat=True))
        assert not [name for name in names if name in told]

    def test_the_number_of_chains(self):
        by_principal = Counter(chain.principal.name for chain in self.chains())
        assert by_principal == {"Region Västerbotten": 30, "Skellefteå kommun": 6, "Umeå kommun": 4}

    def test_the_first_button_is_a_nurse_on_a_ward(self):
        texts = button_texts(Client().get(reverse("account_login")).content)
        assert texts[0] == "Alva Bergdal sjuksköterska, Medicinavdelning 2, NUS"
        assert len(texts) == len(demo_memberships()) == 25

    def test_everyone_who_logs_in_by_a_button_sees_the_outage(self):
        for membership in demo_memberships():
            client = Client()
            client.post(reverse("demo_login"), {"membership": membership.pk})
            page = client.get(reverse("status"))
            assert page.status_code == 200, membership
            assert membership.unit.name in page.content.decode()

    def test_the_buttons_are_for_the_demo_s_people_only(self):
        unit = Unit.objects.get(name="Tegs hälsocentral")
        stranger = make_person("stranger", unit, Role.STAFF).membership
        for wanted in (str(stranger.pk), "x", ""):
            client = Client()
            assert client.post(reverse("demo_login"), {"membership": wanted}).status_code == 404
            assert "_auth_user_id" not in client.session
        assert Client().get(reverse("demo_login")).status_code == 405

    def test_whoever_has_two_assignments_is_taken_over_by_a_button(self):
        several = User.objects.get(username="demo.gun")
        client = Client()
        client.force_login(several)
        mine = several.memberships.order_by("pk").last()
        answer = client.post(reverse("demo_login"), {"membership": mine.pk, "next": "/kontakter/"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/kontakter/")
        assert client.session["membership_id"] == mine.pk

    def test_nobody_has_a_password_and_nobody_may_everything(self):
        for person in User.objects.all():
            assert person.is_demo
            assert not person.has_usable_password()
            assert not person.is_superuser

    def test_one_person_has_two_assignments(self):
        several = [user for user in User.objects.all() if user.memberships.count() > 1]
        assert [user.full_name for user in several] == ["Gun Rönnås"]
        assert acting_for(several[0]) is None

    def test_each_kind_of_unit_has_staff_and_a_coordinator(self):
        found = {
            (unit_kind, m.role)
            for m in Membership.objects.select_related("unit")
            for unit_kind in (m.unit.ward_kind, m.unit.outpatient_kind, m.unit.municipal_kind)
            if unit_kind
        }
        kinds = {"somatic", "psychiatric", "health_centre", "psychiatric_outpatient", "social_care"}
        assert found >= {(kind, role) for kind in kinds for role in ("staff", "coordinator")}
        assert ("home_nursing", "staff") in found

    def test_the_admin_pages_are_nobodys(self):
        for name in ("demo.kommunadmin", "demo.alva"):
            assert logged_in(name).get(reverse("admin:contacts_unit_changelist")).status_code == 302

    @pytest.mark.clause("R1.7")
    def test_the_routine_is_used_because_the_outage_is_long(self):
        region = Principal.objects.get(kind="region")
        outage = outage_in_view(region)
        assert outage is not None
        verdict = verdict_for(outage, region, timezone.now())
        assert verdict.apply
        assert "R1.7" in {reason.clause for reason in verdict.reasons}
        assert outage.current.scope == OutageScope.BOTH_PRINCIPALS
        length = timezone.now() - outage.current.started_at
        assert 2.5 < length.total_seconds() / 3600 < 3

    @pytest.mark.clause("R1.1")
    def test_the_region_has_rung_its_support(self):
        contact = SupportContact.objects.get()
        assert contact.principal.is_region
        assert contact.case_number

    def test_every_time_lies_in_the_outage_and_in_the_past(self):
        start, now = Outage.objects.select_related("current").get().current.started_at, timezone.now()
        moments = [*CareChainEvent.objects.values_list("happened_at", flat=True)]
        moments += Handover.objects.values_list("at", flat=True)
        assert all(start <= moment <= now for moment in moments)

    def test_nobody_can_have_one_of_the_identity_numbers(self):
        numbers = [n for n in CareChainDetails.objects.values_list("identity_number", flat=True) if n]
        for number in numbers:
            assert number == "191212121212" or 980 <= int(number[8:11]) <= 999 or "TEST" in number, number

    def test_every_kind_of_identity_is_there(self):
        rows = {row.pk: row for row in CareChainDetails.objects.filter(chain__principal__kind="region")}
        kinds = Counter(row.identity_kind for row in rows.values())
        for kind in ("samordningsnummer", "reserve_number", "unknown"):
            assert kinds[IdentityKind(kind)] == 1
        assert sum(row.protected_identity for row in rows.values()) == 2
        warned = []
        for row in rows.values():
            if row.identity_kind == IdentityKind.PERSONNUMMER and not luhn_holds(row.identity_number):
                warned.append(row)
        assert [row.patient_name for row in warned] == ["Konrad Felslag"]
        client = logged_in("demo.olle")
        assert (
            "Kontrollsiffran stämmer inte"
            in client.get(reverse("chain", args=[warned[0].chain_id])).content.decode()
        )

    def test_every_case_of_back_registration_is_there(self):
        cases = {tuple(stays_of(chain)) for chain in self.chains("Region")}
        alone = {case for found in cases for case in found}
        assert alone == {1, 2, 3, 11, 12, 13}
        assert {(3, 1), (3, 2), (2, 1)} <= cases, "cases 7, 8 and 9"
        others = {t.case for chain in self.chains() for t in tasks_of_chain(chain)} - alone
        assert others == {4, 5, 6, 10, 17}
        wrong = [chain for chain in self.chains() if chain.details.status == "wrong_patient"]
        assert [tasks_of_chain(chain) for chain in wrong] == [()]

    def test_every_party_is_in_every_state(self):
        seen = {
            (standing.target.party, standing.state)
            for chain in self.chains()
            for _, standing in all_standings(chain)
        }
        assert seen >= {(party, state) for party in Party for state in InformState}
        participants = {state for party, state in seen if party is None}
        assert participants == {InformState.INFORMED, InformState.TRIED, InformState.STILL_TO_RING}

    @pytest.mark.clause("R3.10")
    def test_a_psychiatric_ward_goes_with_the_psychiatric_clinic(self):
        for chain in self.chains():
            psychiatric = chain.details.ward_kind == "psychiatric"
            assert chain.details.outpatient_unit.is_psychiatric == psychiatric

    @pytest.mark.clause("R1.6")
    def test_discharges_complete_left_open_and_incomplete(self):
        assert DischargeCompletion.objects.count() >= 1
        assert OpenItem.objects.count() == 1
        routine = current_routine()
        waiting = [
            chain.details.patient_name
            for chain in self.chains("Region")
            for event, standing in all_standings(chain)
            if routine.message(event.kind).effect is Effect.DISCHARGE
            and standing.state is not InformState.INFORMED
        ]
        assert {"Tolvan Tolvansson", "Gusten Fiktén", "Nadja Fantasova"} <= set(waiting)

    def test_corrections_and_withdrawals_of_events_and_calls(self):
        for model in (CareChainEvent, Handover):
            newer = model.objects.filter(supersedes__isnull=False)
            assert newer.filter(withdraws=True).exists()
            assert newer.filter(withdraws=False).exists()

    def test_one_call_is_confirmed_by_the_municipality_that_was_rung(self):
        calls = Handover.objects.filter(user__username__in=("demo.alva", "demo.stina"))
        found = [state for state in code_states(calls).values() if state.at]
        assert sorted((state.name, state.stands, state.differs) for state in found) == [
            ("Alva Bergdal", True, ()),
            ("Stina Havsdal", True, ()),
        ]

    def test_the_first_nurse_has_ten_chains_and_five_calls_a_discharge_first(self):
        page = BeautifulSoup(logged_in("demo.alva").get(reverse("status")).content, "html.parser")
        forms = [f["action"] for f in page.select("form[action$='/forsok/']")]
        assert len(set(forms)) == 4, "five calls about four patients"
        text = page.get_text(" ", strip=True)
        assert re.search(r"Att ringa nu\W+5\b", text)
        first = min(
            (text.index(name), name) for name in ("Tolvan Tolvansson", "Asta Provberg", "Doris Exempelin")
        )
        assert first[1] == "Tolvan Tolvansson"
        acting = acting_for(User.objects.get(username="demo.alva"))
        assert len([c for c in self.chains() if c.unit == acting.unit]) == 10

    def test_a_sjukstuga_is_never_to_ring_itself(self):
        chain = next(c for c in self.chains() if c.details.ward_unit == c.details.outpatient_unit)
        assert {s.target.party for _, s in all_standings(chain)} == {Party.MUNICIPALITY}
        text = logged_in("demo.siv").get(reverse("calls_to_make")).content.decode()
        assert "Rakel Modellsele" in text
        assert "0980-319 205" not in text

    def test_nordmalings_numbers_stay_missing(self):
        nordmaling = Principal.objects.get(name="Nordmalings kommun")
        assert not DirectoryEntry.objects.filter(principal=nordmaling).exclude(digits_key="").exists()
        numbers = numbers_for(Party.MUNICIPALITY, nordmaling.pk, None, timezone.now())
        assert {n.number for n in numbers if n.number} == {"090-785 00 00"}

    @pytest.mark.clause("R1.2")
    def test_three_municipalities_say_how_they_get_in(self):
        told = Principal.objects.exclude(link_text="").values_list("short_name", flat=True)
        assert set(told) == {"Skellefteå", "Umeå", "Nordmaling"}

    @pytest.mark.long
    def test_a_hemsjukvard_has_the_jour_every_evening_night_and_weekend(self):
        unit = Unit.objects.get(name="Hemsjukvården Skellefteå")
        monday = datetime(2026, 11, 30, tzinfo=STOCKHOLM)
        for hours in range(0, 7 * 24 * 3, runs(19, full=5)):
            at = monday + timedelta(hours=hours, minutes=30)
            by_day = at.weekday() < 5 and 8 <= at.hour < 16
            first = numbers_for(Party.MUNICIPALITY, unit.principal_id, None, at)[0]
            assert first.entry_name.startswith("Hemsjukvården Skellefteå: ") is not by_day, at
            assert (unit.pk in duties_at([unit.pk], at)) is not by_day, at

    def test_the_coming_saturday_somebody_stands_in(self):
        unit = Unit.objects.get(name="Hemsjukvården Skellefteå")
        who = [
            duties_at([unit.pk], datetime(2026, month, day, 12, tzinfo=STOCKHOLM))[unit.pk].turn.who
            for month, day in ((11, 28), (11, 29), (12, 5))
        ]
        assert who == ["Mona Åsdal", "Jon Tjärnlid", "Jon Tjärnlid"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("hour", "day"),
    # In `make test` each day of the week at one of the hours or two.
    list(
        product(
            ["2026-11-23T00:05", "2026-03-23T07:59", "2026-10-19T16:00", "2026-12-28T23:55"],
            range(7),
        )
    )[:: runs(3, full=1)],
)
def test_the_jour_is_right_at_whatever_time_the_demo_is_made(county, hour, day):
    now = (datetime.fromisoformat(hour) + timedelta(days=day)).replace(tzinfo=STOCKHOLM)
    keeper = make_person(f"keeper{day}", county.social_care, Role.ADMIN)
    with standing_at(now):
        write_rota(read_script().scene.rota, by=keeper, unit=county.social_care, now=now)
    nights = [now.replace(hour=22) + timedelta(days=ahead) for ahead in range(15)]
    stood_in = []
    for night in nights:
        turn = duties_at([county.social_care.pk], night)[county.social_care.pk].turn
        if not turn.weekly:
            stood_in.append(night)
    assert [night.weekday() for night in stood_in] == [5]
    assert stood_in[0].date() > now.date()


def luhn_holds(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number[2:])):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def tasks_of_chain(chain: CareChain):
    chain.outage = outage_for(chain.principal, chain.outage_id)
    return tasks_of(chain, logs_of([chain.pk])[chain.pk])


def stays_of(chain: CareChain) -> list[int]:
    return [task.case for task in tasks_of_chain(chain) if task.what not in ("information", "sip_invitation")]


def all_standings(chain: CareChain) -> Iterator[tuple]:
    log = logs_of([chain.pk])[chain.pk]
    replaced = {event.supersedes_id for event in log.events}
    for event in log.events:
        if event.pk not in replaced:
            for standing in event_standings(chain, log, event):
                yield event, standing
