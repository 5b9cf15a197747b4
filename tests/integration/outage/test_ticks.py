"""A tick holds what it was set for, through every correction of the log, and no longer (R4)."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import Principal
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party, PrincipalKind, WardKind
from outage.models import CareChain, CareChainEvent, Outage, RegistrationMark
from outage.presenters.back_groups import grouped
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.outages import outage_for
from outage.queries.owed import chains_with_calls_owed
from outage.queries.tasks import ticks_of
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Decision
from outage.rules.ticks import entered_events
from outage.services.events import withdraw_event
from outage.services.outages import change_outage, end_outage, reopen_outage
from tests.factories import County, make_chain, make_event, outage_facts, tell
from tests.integration.outage.ends import make_three
from tests.integration.outage.pages import fields_of, read
from tests.integration.outage.ticking import change, correct, event_of, mark, rows


@pytest.fixture
def ended(county: County, chain: CareChain) -> CareChain:
    """A patient admitted in the outage and still in when it ended."""
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    return get_chain(county.alva, chain.pk)


def test_a_task_that_is_not_what_was_seen_is_refused(county: County, ended: CareChain):
    (task,) = rows(county.alva, ended)
    change(county.alva, ended, county, ward_unit=county.other_ward)
    with pytest.raises(RuleError, match="Loggen har ändrats sedan sidan öppnades"):
        mark(county.alva, ended, task)
    with pytest.raises(RuleError, match="Loggen har ändrats sedan sidan öppnades"):
        mark(county.alva, ended, replace(task, key="stay:nowhere"))
    assert not RegistrationMark.objects.exists()


def test_a_corrected_comment_loses_no_tick(county: County, ended: CareChain):
    mark(county.alva, ended, *rows(county.alva, ended))
    correct(county.alva, ended, event_of(ended), comment="Kom med ambulans.")
    (task,) = rows(county.alva, ended)
    assert (task.done, task.changed, task.undo) == (True, False, False)


@pytest.mark.parametrize(
    ("changed", "label", "was", "now"),
    [
        ({"identity": "19800101-9808"}, "Nummer", "19121212-1212", "19800101-9808"),
        ({"patient_name": "Nils Nilsson"}, "Namn", None, "Nils Nilsson"),
        ({"municipality": "malå"}, "Kommun", "Skellefteå kommun", "Malå kommun"),
        (
            {"outpatient_unit": "clinic", "ward_kind": WardKind.PSYCHIATRIC},
            "Öppenvård",
            "Heimdalls hälsocentral",
            "Psykiatriska kliniken",
        ),
        ({"ward_unit": "other_ward"}, "Avdelning", "Medicin 2", "Ortopeden"),
    ],
)
def test_what_was_typed_and_is_no_longer_so_is_not_done(
    county: County, ended: CareChain, changed: dict, label: str, was: str | None, now: str
):
    (before,) = rows(county.alva, ended)
    mark(county.alva, ended, before)
    malå = Principal.objects.create(name="Malå kommun", short_name="Malå", kind=PrincipalKind.MUNICIPALITY)
    places = {"malå": malå, "clinic": county.clinic, "other_ward": county.other_ward}
    changed = {name: places.get(value, value) for name, value in changed.items()}
    change(county.alva, ended, county, **changed)
    (task,) = rows(county.alva, ended)
    assert (task.done, task.changed) == (False, True)
    assert task.changes == ((label, was or before.patient.name, now),)
    assert ("Ångra i PRATOR" in task.remedy) == (label == "Nummer")
    mark(county.alva, ended, task)
    (task,) = rows(county.alva, ended)
    assert (task.done, task.changed) == (True, False)


def test_what_is_others_task_is_not_among_what_one_has_left(county: County, ended: CareChain, client: Client):
    for by, all_of_it, group in (
        (county.alva, "0 av 1 klara", "0 av 1 klara"),
        (county.disa, "", "ingen är er"),
    ):
        client.force_login(by.user)
        page = read(client.get(reverse("back_registration")))
        assert ("inte er uppgift" in page.get_text()) == (by == county.disa)
        assert " ".join(page.h1.get_text().split()) == f"PRATOR åter i drift {all_of_it}".strip()
        assert group in " ".join(page.find(id="group-register").get_text().split())


def test_an_admission_entered_and_a_discharge_found_later_is_to_be_undone(county: County, ended: CareChain):
    mark(county.alva, ended, *rows(county.alva, ended))
    make_event(county.alva, ended, "discharge", ago=timedelta(minutes=5))
    (task,) = rows(county.alva, ended)
    assert (task.decision, task.undo, task.done) == (Decision.DO_NOT_REGISTER, True, False)
    # It is undone by those who entered it, and by nobody else.
    assert (task.mine, rows(county.disa, ended)[0].mine) == (True, False)
    groups = grouped([task])
    assert (groups.undo, groups.do_not_register, groups.counts["all"]) == ((task,), (), "0 av 1 klara")
    mark(county.alva, ended, task, done=False)
    (task,) = rows(county.alva, ended)
    assert (task.undo, grouped([task]).total) == (False, 0)
    with pytest.raises(RuleError, match="Det ska inte registreras"):
        mark(county.alva, ended, task)


@pytest.mark.parametrize("how", ["withdrawn", "wrong patient"])
def test_what_was_entered_and_is_gone_stays_until_it_is_undone(county: County, ended: CareChain, how: str):
    mark(county.alva, ended, *rows(county.alva, ended))
    change(county.alva, ended, county, before=Before.ADMITTED)
    (task,) = rows(county.alva, ended)
    assert (task.changed, task.decision) == (True, Decision.DECIDE)
    if how == "withdrawn":
        event = event_of(ended)
        event.chain = ended
        withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Hände inte.")
    else:
        change(
            county.alva,
            ended,
            county,
            status=ChainStatus.WRONG_PATIENT,
            status_reason="Två med samma namn.",
        )
    task, *said = rows(county.alva, ended)
    assert (task.undo, task.do) == (True, "Ångra det som gjordes i PRATOR.")
    assert task.facts == ("Gjort: Skriv in patienten i PRATOR.",)
    assert ("Avdelning", "Medicin 2") in task.typed
    nothing = [] if how == "withdrawn" else ["Vårdkedjan loggades på fel patient. Registrera inget av den."]
    assert [row.do for row in said] == nothing
    mark(county.alva, ended, task, done=False)
    assert [row.do for row in rows(county.alva, ended)] == nothing


def test_what_is_undone_leaves_the_page_and_the_count(county: County, ended: CareChain, client: Client):
    mark(county.alva, ended, *rows(county.alva, ended))
    event = event_of(ended)
    event.chain = ended
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Hände inte.")
    client.force_login(county.alva.user)
    page = read(client.get(reverse("back_registration")))
    assert page.find(id="count-undo").text == "1"
    row = page.find("button", id=re.compile("^undone-")).find_parent("li")
    sent = fields_of(row.form) | {"done": ["0"]}
    answer = client.post(row.form["action"], sent, headers={"HX-Request": "true"})
    part = BeautifulSoup(answer.content.decode(), "html.parser")
    assert part.find("li").text.strip() == "Ångrat."
    assert part.find(id="count-undo").text == "0"
    assert read(client.get(reverse("back_registration"))).find(id="count-undo") is None


@pytest.fixture
def invited(county: County, chain: CareChain) -> CareChain:
    """A patient in PRATOR since before the outage, with a SIP agreed by telephone, as the outage is over."""
    change(county.alva, chain, county, before=Before.ADMITTED)
    invite(county, chain, sip_date="2026-12-01", sip_time="13.00", participants=["Dotter Anna", "Son Bo"])
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    return get_chain(county.disa, chain.pk)


def invite(county: County, chain: CareChain, kind: str = "sip_invitation", **particulars) -> CareChainEvent:
    ago = timedelta(minutes=20) if kind == "sip_invitation" else timedelta(minutes=10)
    return make_event(county.disa, chain, kind, sender=Party.OUTPATIENT, ago=ago, **particulars)


@pytest.mark.clause("R4.5")
def test_a_second_message_about_the_same_sip_loses_no_tick_and_another_date_does(
    county: County, invited: CareChain
):
    (task,) = rows(county.disa, invited)
    assert {("Datum", "tis 1 dec"), ("Tid", "13.00"), ("Deltagare", "Dotter Anna, Son Bo")} <= set(task.typed)
    mark(county.disa, invited, task)
    invite(county, invited, "sip_initiative", sip_date="2026-12-01", participants=["Son Bo", "Dotter Anna"])
    (task,) = rows(county.disa, invited)
    assert (task.done, len(task.facts)) == (True, 2)
    correct(county.disa, invited, event_of(invited), sip_date="2026-12-02")
    (task,) = rows(county.disa, invited)
    assert (task.done, task.changes[:2]) == (
        False,
        (("Datum", "tis 1 dec", "ons 2 dec"), ("Tid", "13.00", "saknas")),
    )


@pytest.mark.clause("R4.5")
def test_a_sip_sent_and_the_patient_dies_is_not_done_any_more(county: County, invited: CareChain):
    mark(county.disa, invited, *rows(county.disa, invited))
    change(
        county.alva,
        invited,
        county,
        before=Before.ADMITTED,
        status=ChainStatus.DECEASED,
        status_reason="Avled 10.40.",
    )
    # Beside it is what becomes of the stay.
    (task,) = (row for row in rows(county.disa, invited) if row.key.startswith("sip"))
    assert (task.decision, task.done, task.changed) == (Decision.DECIDE, False, True)
    assert "Det är redan gjort i PRATOR" in task.remedy


def test_a_tick_follows_a_task_whose_first_event_is_taken_back(county: County, invited: CareChain):
    again = invite(county, invited, "sip_initiative", sip_date="2026-12-01", sip_time="13.00")
    mark(county.disa, invited, *rows(county.disa, invited))
    first = event_of(invited, 0)
    assert first != again
    first.chain = invited
    withdraw_event(by=county.disa, event=first, client_id=uuid4(), reason="Samma samtal två gånger.")
    (task,) = rows(county.disa, invited)
    assert (task.changed, [label for label, _, _ in task.changes]) == (True, ["Deltagare"])
    mark(county.disa, invited, task)
    (task,) = rows(county.disa, invited)
    assert (task.done, task.undo) == (True, False)


@pytest.mark.clause("R4.2")
def test_what_somebody_has_not_been_told_is_one_decision_and_never_said_to_be_told(
    county: County, chain: CareChain
):
    change(county.alva, chain, county, before=Before.ADMITTED)
    report = make_event(county.alva, chain, "discharge_report")
    make_event(county.alva, chain, "preliminary_ready", to=Party.OUTPATIENT, outcome=CallOutcome.RELAYED)
    (task,) = rows(county.alva, chain)
    assert (task.decision, len(task.facts)) == (Decision.DECIDE, 2)
    assert "redan lämnad per telefon" not in task.why
    tell(county.alva, chain, report)
    tell(county.alva, chain, report, to=Party.OUTPATIENT)
    told, untold = sorted(rows(county.alva, chain), key=lambda row: row.decision.value, reverse=True)
    assert (told.decision, untold.decision) == (Decision.DO_NOT_REGISTER, Decision.DECIDE)
    assert told.why == "Informationen är redan lämnad per telefon."


def test_case_18_shows_for_a_patient_on_a_ward_whom_nobody_admitted(county: County, chain: CareChain):
    (task,) = rows(county.alva, chain)
    assert (task.decision, task.facts) == (Decision.DECIDE, ())
    assert "ingen inskrivning är loggad" in task.why
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    chain = get_chain(county.alva, chain.pk)
    mark(county.alva, chain, task, choice="Var inskriven.", entered=False)
    make_event(county.alva, chain, "admission")
    (task,) = rows(county.alva, chain)
    assert (task.decision, task.changed, task.remedy) == (Decision.REGISTER, True, "Ta ställning på nytt.")


def test_what_a_tick_says_was_entered(county: County, ended: CareChain):
    def entered() -> frozenset[str]:
        chain = get_chain(county.alva, ended.pk)
        found, _ = ticks_of(chain, logs_of([chain.pk])[chain.pk])
        return entered_events(found)

    admission = str(event_of(ended).pk)
    assert entered() == frozenset()
    mark(county.alva, ended, *rows(county.alva, ended))
    assert entered() == {admission}
    change(county.alva, ended, county, patient_name="Nils Nilsson")
    assert entered() == frozenset()
    mark(county.alva, ended, *rows(county.alva, ended))
    assert entered() == {admission}
    mark(county.alva, ended, *rows(county.alva, ended), done=False)
    assert entered() == frozenset()


def old_mark(county: County, chain: CareChain, task: str, **more) -> None:
    """A mark as the first version of the software wrote it."""
    fields = {
        "client_id": uuid4(),
        "chain": chain,
        "user": county.alva.user,
        "unit": county.ward,
        "done": True,
    }
    RegistrationMark(task=task, **fields | more).save()


def test_an_old_mark_holds_while_its_subject_and_lines_are_the_same(county: County, ended: CareChain):
    first = event_of(ended)
    old_mark(county, ended, f"admission:{first.pk}")
    assert rows(county.alva, ended)[0].done
    correct(county.alva, ended, first, earlier=timedelta(minutes=3))
    assert rows(county.alva, ended)[0].done
    make_event(county.alva, ended, "discharge", ago=timedelta(minutes=5))
    (task,) = rows(county.alva, ended)
    assert (task.done, task.undo) == (False, True)
    mark(county.alva, ended, task, done=False)
    assert not rows(county.alva, ended)[0].undo


def back(by: Acting, outage: Outage, minutes_ago: int) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    end_outage(by=by, outage=outage_for(by.principal, outage.pk), ended_at=at)


def test_what_another_scope_lets_no_tick_close_stands_at_once_under_att_ringa_nu(
    county: County, outage: Outage
):
    three = make_three(county)
    chain = make_chain(county, outage, municipality=three.umea.principal)
    make_event(county.alva, chain, "admission", ago=timedelta(minutes=40))
    back(three.region, outage, 30)
    back(three.umea, outage, 30)
    mark(county.alva, get_chain(county.alva, chain.pk), *rows(county.alva, chain))
    assert chain not in chains_with_calls_owed(county.alva, outage_for(county.region, outage.pk))
    reopen_outage(by=three.region, outage=outage_for(county.region, outage.pk))
    alone = outage_facts(scope=OutageScope.MUNICIPALITIES_ONLY)
    change_outage(by=three.region, outage=outage, client_id=uuid4(), facts=alone)
    back(three.region, outage, 20)
    assert chain in chains_with_calls_owed(county.alva, outage_for(county.region, outage.pk))


@pytest.mark.clause("R4.2")
def test_information_that_was_entered_by_hand_is_to_be_undone_once_it_is_taken_back(
    county: County, chain: CareChain
):
    event = make_event(county.alva, chain, "ready_for_discharge")
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    chain = get_chain(county.alva, chain.pk)
    (decided,) = (row for row in rows(county.alva, chain) if row.key.startswith("information"))
    mark(county.alva, chain, decided, choice="Skrev in det.", entered=True)
    event.chain = chain
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel patient.")
    (undo,) = (row for row in rows(county.alva, chain) if row.undo)
    assert (undo.key, undo.do) == (decided.key, "Ångra det som gjordes i PRATOR.")


def test_a_corrected_clock_time_that_changes_the_order_of_two_events_loses_no_tick(
    county: County, chain: CareChain
):
    first, _ = (make_event(county.alva, chain, "admission", ago=timedelta(minutes=ago)) for ago in (60, 50))
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    chain = get_chain(county.alva, chain.pk)
    (decided,) = rows(county.alva, chain)
    mark(county.alva, chain, decided, choice="Avdelningsbyte.", entered=True)
    correct(county.alva, chain, first, earlier=-timedelta(minutes=20))
    (still,) = rows(county.alva, chain)
    assert (still.done, still.changed) == (True, False)


def test_what_was_entered_before_anything_was_logged_is_the_stay_of_who_is_in(
    county: County, chain: CareChain
):
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    chain = get_chain(county.alva, chain.pk)
    (missing,) = rows(county.alva, chain)
    mark(county.alva, chain, missing, choice="Skrev in patienten.", entered=True)
    for kind, ago in (("admission", 60), ("discharge", 50), ("admission", 40)):
        make_event(county.alva, chain, kind, ago=timedelta(minutes=ago))
    gone_home, in_now = rows(county.alva, chain)
    assert (gone_home.decision, gone_home.undo, gone_home.changed) == (Decision.DO_NOT_REGISTER, False, False)
    assert (in_now.decision, in_now.changed) == (Decision.REGISTER, True)
