"""What the log of one outage says of a patient stands beside what is to be entered after another (R4.1, R4.4)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from forms.presenters.work_list import task_lines
from forms.services.outage_files import _rows_of
from outage.models import CareChain, Outage
from outage.presenters.back_groups import grouped
from outage.presenters.later import READ_FIRST
from outage.presenters.outage_files import task_cells
from outage.queries.care_chains import get_chain, get_event
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.events import withdraw_event
from outage.services.outages import end_outage
from tests.clock import Clock
from tests.factories import County, chain_facts, end_for_all, make_chain, make_event, make_outage, person
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import mark, rows

pytestmark = pytest.mark.clause("R4.1")


@pytest.fixture
def left(county: County, outage: Outage, chain: CareChain, clock: Clock) -> CareChain:
    """Of a patient who was in when an outage ended. Another has begun since."""
    make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    clock.shift(timedelta(hours=5))
    make_outage(county.alva, started=timedelta(hours=1))
    return get_chain(county.alva, chain.pk)


def anew(county: County, by: Acting | None = None, **more: object) -> CareChain:
    """The patient's chain in the outage that goes on."""
    return make_chain(county, Outage.objects.latest("recorded_at"), by, before=Before.ADMITTED, **more)


def listed(client: Client, chain: CareChain) -> str:
    page = read(client.get(f"{reverse('back_registration')}?driftstopp={chain.outage_id}"))
    return " ".join(page.main.get_text(" ").split())


def test_the_list_says_what_the_later_log_has_and_leads_there(
    county: County, left: CareChain, client: Client
):
    client.force_login(county.alva.user)
    assert "och ligger kvar." in listed(client, left)
    there = anew(county)
    # It is read once a minute, and this is within the same one.
    assert "ligger kvar" not in listed(client, left)
    make_event(county.alva, there, "discharge", ago=timedelta(minutes=10), outcome=CallOutcome.REACHED)
    said = listed(client, left)
    there_said = f"Vårdkedja {there.number} i driftstoppet {there.outage.listed_as}: Utskrivningsmeddelande"
    assert f"{there_said} 15.42." in said
    address = reverse("chain", args=[there.pk])
    for page in (
        f"{reverse('back_registration')}?driftstopp={left.outage_id}",
        reverse("chain", args=[left.pk]),
    ):
        main = read(client.get(page)).main
        assert main.find("a", href=address, string=f"Öppna vårdkedja {there.number}")
        assert "ligger kvar" not in main.get_text()
        # It is seen, and read before what it may contradict.
        note = main.select_one(".task > .note-warning")
        assert note.strong.get_text() == READ_FIRST
        assert there_said in note.get_text()
        assert note.sourceline < main.find(string=re.compile("skriv in patienten")).parent.sourceline
        assert "Patienten skrevs in under driftstoppet." in main.get_text()
    # Once it is entered the later list has the discharge.
    mark(county.alva, left, *rows(county.alva, left), choice="Skrivs in, sedan ut.", entered=True)
    (task,) = rows(county.alva, left)
    assert (task.done, task.changed) == (True, False)
    assert [row.clause for row in rows(county.alva, there)][:1] == ["R4.4"]
    assert not any(row.read_first for row in rows(county.alva, there))


def test_who_left_in_the_later_outage_is_decided_by_hand_in_both(
    county: County, left: CareChain, client: Client
):
    there = anew(county)
    discharge = make_event(
        county.alva, there, "discharge", ago=timedelta(minutes=10), outcome=CallOutcome.REACHED
    )
    end_for_all(county, there.outage, timezone.now())
    there = get_chain(county.alva, there.pk)
    former = f"Vårdkedja {left.number} i driftstoppet {left.outage.listed_as}: Inskrivning"
    for chain, do in ((left, "skriv in"), (there, "skriv ut")):
        row = next(row for row in rows(county.alva, chain) if row.beside)
        assert (row.heading, row.clause) == ("Avgör själv", "")
        assert row.do == f"Avgör om det ska göras: {do} patienten i PRATOR."
        with pytest.raises(RuleError, match="Skriv vad som bestämdes"):
            mark(county.alva, chain, row)
    assert former in row.read_first
    client.force_login(county.alva.user)
    page = read(client.get(f"{reverse('back_registration')}?driftstopp={left.outage_id}")).main
    assert page.select_one(f'#acts-{rows(county.alva, left)[0].place} [name="choice"]')

    mark(county.alva, left, rows(county.alva, left)[0], choice="Utskriven i nästa.", entered=False)
    (row,) = rows(county.alva, left)
    assert (row.done, row.entered, row.heading, row.choice) == (
        True,
        False,
        "Avgör själv",
        "Utskriven i nästa.",
    )
    # What is not in the system is still not to be taken out of it unasked.
    assert next(row for row in rows(county.alva, there) if row.beside).heading == "Avgör själv"

    # The discharge never was: the patient is in, and not in the system.
    withdraw_event(
        by=county.alva,
        event=get_event(county.alva, discharge.pk),
        client_id=uuid4(),
        reason="Fel patient.",
        answers={},
    )
    (row,) = rows(county.alva, left)
    assert (row.done, row.changed, row.remedy) == (False, True, "Det är inte infört i PRATOR.")
    assert row.heading == "Registrera"
    # A page from before that still says that it is left out.
    with pytest.raises(RuleError, match="Loggen har ändrats"):
        mark(county.esa, left, row, choice="Utskriven i nästa.", entered=False)
    mark(county.esa, left, row)
    (row,) = rows(county.alva, left)
    assert (row.done, row.entered) == (True, True)


def test_a_discharge_without_admission_leads_back_to_the_earlier_log(county: County, left: CareChain):
    mark(county.alva, left, *rows(county.alva, left))
    there = make_chain(county, Outage.objects.latest("recorded_at"), before=Before.NOT_ADMITTED)
    make_event(county.alva, there, "discharge", ago=timedelta(minutes=10), outcome=CallOutcome.REACHED)
    (row,) = (row for row in rows(county.alva, there) if row.heading == "Avgör själv")
    assert "en inskrivning som saknas" in row.why
    assert [line.chain_id for line in row.beside] == [left.pk]


def test_who_left_before_and_came_in_again_is_entered_in_order(county: County, outage: Outage, clock: Clock):
    first = make_chain(county, outage, before=Before.ADMITTED)
    make_event(county.alva, first, "discharge", outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    first = get_chain(county.alva, first.pk)
    clock.shift(timedelta(hours=5))
    there = make_chain(county, make_outage(county.alva, started=timedelta(hours=1)))
    make_event(county.alva, there, "admission", ago=timedelta(minutes=10), outcome=CallOutcome.REACHED)
    row = rows(county.alva, there)[0]
    assert (row.heading, row.clause, bool(row.beside)) == ("Registrera", "R4.1", True)
    (row,) = (row for row in rows(county.alva, first) if row.clause == "R4.4")
    assert (row.heading, row.beside) == ("Registrera", ())
    mark(county.alva, first, row)
    assert not rows(county.alva, there)[0].beside


def test_of_another_unit_no_more_is_said_than_when_a_patient_is_opened(county: County, left: CareChain):
    there = {"ward_unit": county.other_ward, "outpatient_unit": county.clinic}
    chain = anew(county, county.bo, **there)
    (task,) = rows(county.alva, left)
    assert "ligger kvar" not in task.why
    assert (
        f"I driftstoppet {chain.outage.listed_as} har Ortopeden en vårdkedja om patienten." in task.read_first
    )
    assert [line.chain_id for line in task.beside] == [None]
    facts = chain_facts(county, protected_identity=True, **there)
    chain = get_chain(county.bo, chain.pk)
    change_details(by=county.bo, chain=chain, client_id=uuid4(), replaces=chain.details.pk, facts=facts)
    (task,) = rows(county.alva, left)
    assert (task.beside, "ligger kvar" in task.why) == ((), True)


def test_of_a_number_that_is_protected_in_another_chain_no_other_unit_is_named(
    county: County, left: CareChain
):
    anew(county, county.bo, ward_unit=county.other_ward, outpatient_unit=county.clinic)
    pia = person("pia", county.psychiatric_ward)
    anew(
        county, pia, ward_unit=county.psychiatric_ward, outpatient_unit=county.clinic, protected_identity=True
    )
    assert rows(county.alva, left)[0].beside == ()


@pytest.mark.parametrize("other", [{"identity": "20121212-1213"}, {"identity": "", "patient_name": "Okänd"}])
def test_another_patient_is_not_meant(county: County, left: CareChain, other: dict[str, str]):
    anew(county, **other)
    assert rows(county.alva, left)[0].beside == ()


def test_the_print_and_the_file_say_the_same(county: County, left: CareChain):
    anew(county)
    (task,) = _rows_of(county.alva, [left])
    (cells,) = task_cells(grouped([task]), {left.pk: left.number})
    assert cells.do.startswith(READ_FIRST)
    (row,) = task_lines([task], ())
    assert row.cells[2].startswith(READ_FIRST)


def test_the_later_list_points_back_to_what_is_left_of_the_earlier_one(
    county: County, left: CareChain, client: Client
):
    client.force_login(county.alva.user)
    there = anew(county)
    words = "1 kvar efter driftstoppet 08.52–"
    page = read(client.get(f"{reverse('back_registration')}?driftstopp={there.outage_id}")).main
    assert words in listed(client, there)
    assert page.select_one(f'.note a[href="?driftstopp={left.outage_id}"]')
    assert words not in listed(client, left)
    [row] = [row for row in rows(county.alva, left) if row.mine]
    mark(county.alva, left, row)
    assert words not in listed(client, there)


def test_two_messages_of_a_sip_that_say_the_same_stand_once(county: County, chain: CareChain):
    for date in ({}, {"sip_date": "2026-12-23"}):
        make_event(
            county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, participants=["Dotter"], **date
        )
    [row] = [row for row in rows(county.disa, chain) if row.typed and row.typed[-1][0] == "Deltagare"]
    assert len(row.facts) == 1
    [line] = task_lines([row], ())
    assert line.cells[2].count("Kallelse till SIP") == 1
    assert line.cells[2].count("Deltagare: Dotter") == 1
