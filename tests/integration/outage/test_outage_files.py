"""What is to be entered, and the log of an outage, as files: nothing is lost, and nobody gets more than they see."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry, Work
from contacts.models.data_key import name_of
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from contacts.rules.trace_words import TAKEN_OUT
from contacts.services.data_keys import destroy_key
from forms.services.outage_files import take_out
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.presenters.outage_files import LOG_HEADINGS
from outage.queries.care_chains import get_chain, visible_chains
from outage.rules.back_registration import Before
from outage.rules.handover import Direction, ReadBack
from outage.rules.informing import CallOutcome
from outage.rules.opening import OpeningReason
from outage.rules.outage_files import OutageFile, TableForm
from outage.services.events import correct_event, withdraw_event
from outage.services.handovers import withdraw_call
from outage.services.openings import open_in_emergency
from outage.services.registrations import turn_task
from tests.factories import County, call_facts, end_for_all, make_chain, make_event, person, tell
from tests.integration.outage.joining import join, two_chains
from tests.integration.outage.pages import read
from tests.integration.outage.taken_out import of_the_log, table
from tests.integration.outage.ticking import mark, rows
from tests.integration.work.asked import opened

pytestmark = pytest.mark.django_db


def logged(county: County, outage: Outage) -> CareChain:
    """A chain with a row of each kind that a log has."""
    chain = make_chain(county, outage, patient_name="Ada Alm", before=Before.ADMITTED)
    event = make_event(county.alva, chain, current_services="Hemtjänst")
    correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at - timedelta(minutes=3),
        particulars={},
        reason="Fel tid.",
        told_rightly=False,
    )
    gone = make_event(county.alva, chain, "discharge")
    withdraw_event(by=county.alva, event=gone, client_id=uuid4(), reason="Fel patient.")
    call = tell(
        county.alva,
        chain,
        event,
        to=Party.OUTPATIENT,
        read_back=ReadBack.NOT_POSSIBLE,
        read_back_reason="Dålig linje",
        comment="Vill ha besked",
        next_step="Ring kl. 15",
        call_back="0910-11 11 11",
    )
    withdraw_call(by=county.alva, handover=call, client_id=uuid4(), reason="Fel plats.")
    make_event(
        county.alva,
        chain,
        "municipality_ready",
        sender=Party.MUNICIPALITY,
        direction=Direction.RECEIVED,
        outcome=CallOutcome.REACHED,
    )
    return get_chain(county.alva, chain.pk)


def test_every_event_and_call_is_a_row_and_what_no_longer_counts_says_so(county: County, outage: Outage):
    chain = logged(county, outage)
    found = of_the_log(county.alva, outage)
    stored = [*CareChainEvent.objects.all(), *Handover.objects.all()]
    assert sorted(int(row["Rad"]) for row in found) == sorted(row.order for row in stored)
    assert {(row["Vårdkedja"], row["Patient"], row["Nummer"]) for row in found} == {
        ("1", "Ada Alm", "19121212-1212")
    }
    by_number = {row["Rad"]: row for row in found}
    for row in stored:
        said = by_number[str(row.order)]
        at = row.at if isinstance(row, Handover) else row.happened_at
        assert said["Hände"] == f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
        assert said["Loggat"] == f"{timezone.localtime(row.recorded_at):%Y-%m-%d %H:%M}"
        assert "Alva Påhittad" in said["Signatur"]
        newer = next((one for one in stored if one.supersedes_id == row.pk), None)
        if newer:
            assert (said["Ersatt av rad"], by_number[str(newer.order)]["Ersätter rad"]) == (
                str(newer.order),
                str(row.order),
            )
            assert said["Läge"] == ("Återtagen" if newer.withdraws else "Rättad")
            assert said["Varför rättad eller återtagen"] == newer.reason
            assert "Alva Påhittad" in said["Rättad eller återtagen"]
        else:
            assert said["Läge"] == ("Återtag" if row.withdraws else "Gäller")
    call = next(row for row in found if row["Kommentar"])
    assert (call["Slag"], call["Riktning"], call["Utfall"]) == ("Samtal", "Lämnat", "Nådd")
    assert (call["Från"], call["Till"]) == (county.ward.name, county.health_centre.name)
    assert (call["Talade med"], call["Uppringt nummer"]) == (
        "Karin Påhittad, Biståndsenheten",
        "0910-00 00 00",
    )
    assert call["Återläsning"] == f"{dict(ReadBack.choices())[ReadBack.NOT_POSSIBLE]}: Dålig linje"
    said = call["Kommentar"], call["Nästa steg"], call["Ring tillbaka"]
    assert said == ("Vill ha besked", "Ring kl. 15", "0910-11 11 11")
    received = next(row for row in found if row["Riktning"] == "Mottaget")
    assert (received["Från"], received["Till"]) == (county.municipality.name, county.ward.name)
    assert "Aktuella insatser: Hemtjänst" in [row["Uppgifter"] for row in found]
    assert chain.number == 1


def test_joined_chains_are_one_and_what_counts_as_another_says_so(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    for chain in (kept, other):
        make_event(county.alva, chain, ago=timedelta(minutes=20))
    join(county, kept, other)
    found = of_the_log(county.alva, outage)
    assert len(found) == 4
    assert {row["Vårdkedja"] for row in found} == {"1"}
    assert sum(row["Läge"].startswith("Räknas som samma händelse") for row in found) == 1


def test_the_list_has_every_group_of_every_page_and_who_does_what(
    county: County, outage: Outage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("outage.views.back.CHAINS_A_PAGE", 1)
    monkeypatch.setattr("forms.services.outage_files.AT_ONCE", 1)
    stay = make_chain(county, outage, patient_name="Ada Alm")
    make_event(county.alva, stay, ago=timedelta(hours=1))
    out = make_chain(county, outage, patient_name="Bo Bok")
    for kind in ("admission", "discharge"):
        event = make_event(county.alva, out, kind, ago=timedelta(minutes=40), outcome=CallOutcome.REACHED)
        tell(county.alva, out, event, to=Party.OUTPATIENT)
    make_chain(county, outage, patient_name="Cia Cederblad", identity="")
    end_for_all(county, outage, timezone.now())
    (task,) = rows(county.alva, stay)
    mark(county.alva, get_chain(county.alva, stay.pk), task)
    unknown = next(chain for chain in visible_chains(county.alva, outage) if chain.number == 3)
    (task,) = rows(county.alva, unknown)
    turn_task(
        by=county.alva,
        chain=get_chain(county.alva, unknown.pk),
        client_id=uuid4(),
        task=task.key,
        seen=task.seen,
        was=None,
        holder=county.alva.user.pk,
        note="Ringer avdelningen",
    )
    found = {row["Patient"]: row for row in table(county.alva, outage, OutageFile.TASKS)}
    assert {name: row["Att göra"] for name, row in found.items()} == {
        "Ada Alm": "Registrera",
        "Cia Cederblad": "Avgör själv",
        "Bo Bok": "Registrera inte",
        "": "Allt är inte känt än",
    }
    assert "Patienter med samtal kvar: " in found[""]["Gör så här"]
    assert (found["Ada Alm"]["Läge"], found["Bo Bok"]["Läge"]) == ("Klar", "")
    year = str(timezone.localdate().year)
    assert found["Ada Alm"]["Markerad"].endswith("Alva Påhittad")
    assert year in found["Ada Alm"]["Markerad"]
    assert found["Ada Alm"]["Skriv in"].startswith(f"Avdelning: {county.ward.name}; Kommun: ")
    assert year in found["Ada Alm"]["Händelser"]
    assert (found["Ada Alm"]["Rutin"], found["Ada Alm"]["Vem registrerar"]) == ("R4.1", "Slutenvård")
    assert found["Cia Cederblad"]["Läge"] == "Inte klar"
    assert found["Cia Cederblad"]["Görs av"].startswith("Alva Påhittad, sedan ")
    assert found["Cia Cederblad"]["Anteckning"].startswith("Ringer avdelningen (")


def test_nobody_gets_more_than_they_see_and_an_emergency_widens_nothing(county: County, outage: Outage):
    logged(county, outage)
    number = "191212129801"
    places = {"ward_unit": county.other_ward, "outpatient_unit": None}
    elsewhere = make_chain(county, outage, by=county.bo, identity=number, **places)
    make_event(county.bo, elsewhere)
    open_in_emergency(
        by=county.alva,
        outage=outage,
        number=number,
        chain_id=elsewhere.pk,
        client_id=uuid4(),
        reason=OpeningReason.NOT_REACHED,
    )
    seen = {
        name: {row["Vårdkedja"] for row in table(getattr(county, name), outage)}
        for name in ("alva", "disa", "bo", "cissi", "esa")
    }
    assert seen == {"alva": {"1"}, "disa": {"1"}, "bo": {"2"}, "cissi": set(), "esa": {"1"}}


def test_what_a_spreadsheet_could_run_is_a_text(county: County, outage: Outage):
    chain = make_chain(county, outage, patient_name="=HYPERLINK(1)", before=Before.ADMITTED)
    event = make_event(county.alva, chain)
    tell(county.alva, chain, event, comment="+46 1", spoken_to="#N/A", next_step="@SUM")
    (_, _, call) = of_the_log(county.alva, outage)
    assert (call["Patient"], call["Kommentar"], call["Nästa steg"]) == ("'=HYPERLINK(1)", "'+46 1", "'@SUM")
    assert call["Talade med"].startswith("#N/A")


def test_a_patient_with_protected_data_is_not_told(county: County, outage: Outage):
    chain = make_chain(
        county, outage, patient_name="Hemlig Hemligsson", identity="19121212-9801", protected_identity=True
    )
    event = make_event(county.alva, chain, current_services="Hemlig insats")
    tell(
        county.alva,
        chain,
        event,
        to=Party.OUTPATIENT,
        spoken_to="Hemlig dotter",
        comment="Hemligt",
        call_back="0910-22 22 22",
        number="0910-33 33 33",
    )
    end_for_all(county, outage, timezone.now())
    for which in OutageFile:
        said = " ".join(" ".join(row.values()) for row in table(county.alva, outage, which))
        assert "Skyddad patient, vårdkedja 1" in said
        hidden = ("emlig", "9801", "0910", county.health_centre.name, county.municipality.name)
        assert [word for word in hidden if word in said] == [], which
    assert table(county.alva, outage)[-1]["Kommentar"] == "Visas inte här"


def test_of_what_is_purged_the_types_and_times_stand(county: County, outage: Outage, client: Client):
    logged(county, outage)
    outage = end_for_all(county, outage, timezone.now())
    before = table(county.alva, outage)
    destroy_key(by=None, name=name_of(county.region.pk, outage.pk))
    found = table(county.alva, outage)
    for kept in (
        "Vårdkedja",
        "Rad",
        "Hände",
        "Loggat",
        "Läge",
        "Utfall",
        "Meddelande",
        "Signatur",
        "Ersatt av rad",
    ):
        assert [row[kept] for row in found] == [row[kept] for row in before]
    assert {row["Patient"] for row in found} == {"Gallrad patient, vårdkedja 1"}
    assert {row["Kommentar"] for row in found} == {"", "gallrad"}
    said = " ".join(" ".join(row.values()) for row in [*found, *table(county.alva, outage, OutageFile.TASKS)])
    assert not {"Ada", "1212", "Vill ha", "Hemtjänst", "Karin", "Fel patient"} & set(said.split())
    assert "gallrad, gallrad" in said
    # Where it waits its own key is gone.
    client.force_login(county.alva.user)
    asked = client.post(reverse("outage_file", args=["logg", "csv"]), {"driftstopp": str(outage.pk)})
    assert "Gallrad patient" in opened(client, asked).content.decode()


def test_it_waits_encrypted_for_who_asked_and_is_traced(county: County, outage: Outage, client: Client):
    logged(county, outage)
    make_chain(county, outage)
    for name in ("outage.log_taken_out", "outage.tasks_taken_out"):
        assert not AuditEntry.objects.filter(action=name).exists()
    client.force_login(county.alva.user)
    for which, action in (("logg", "outage.log_taken_out"), ("att-registrera", "outage.tasks_taken_out")):
        asked = client.post(reverse("outage_file", args=[which, "xlsx"]), {"driftstopp": str(outage.pk)})
        made = AuditEntry.objects.get(action=action)
        assert (made.user, made.unit, made.target_id) == (county.alva.user, county.ward, str(outage.pk))
        assert (made.changes["form"], made.changes["patients"]) == ("xlsx", 2)
        work = Work.objects.get(pk=asked.headers["Location"].strip("/").split("/")[-1])
        assert work.key_name == name_of(county.region.pk, outage.pk)
        answer = opened(client, asked)
        began = timezone.localdate(outage.current.started_at).isoformat()
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{which}-{began}.xlsx"'
        looked = AuditEntry.objects.filter(action=TAKEN_OUT).last()
        assert looked.patients.size == 2
        client.force_login(county.bo.user)
        assert client.get(asked.headers["Location"]).status_code == 404
        client.force_login(county.alva.user)


def test_the_page_says_what_a_file_holds_and_has_a_button_for_each(
    county: County, outage: Outage, client: Client, monkeypatch: pytest.MonkeyPatch
):
    client.force_login(county.alva.user)
    path = reverse("outage_files")
    empty = read(client.get(path)).main
    assert "Ingen vårdkedja är loggad" in empty.get_text()
    assert empty.find("form") is None
    back = reverse("back_registration")
    assert f'href="{path}' not in client.get(back).content.decode()
    for _ in range(3):
        make_chain(county, outage)
    assert f'href="{path}?driftstopp={outage.pk}"' in client.get(back).content.decode()
    monkeypatch.setattr("outage.views.outage_files.parts_of", lambda count: range(1, 3))
    page = read(client.get(path, {"driftstopp": str(outage.pk)})).main
    assert "Filen innehåller patientuppgifter." in page.get_text()
    buttons = [" ".join(button.get_text().split()) for button in page("button")]
    assert buttons == [
        *("Listan som CSV", "Listan som Excel", "Loggen som CSV", "Loggen som Excel"),
        *("Loggen som PDF, del 1 av 2", "Loggen som PDF, del 2 av 2"),
    ]
    for name, args in (
        ("outage_file", ["logg", "pdf"]),
        ("outage_file", ["annat", "csv"]),
        ("outage_log_pdf", [2]),
    ):
        assert client.post(reverse(name, args=args), {"client_id": str(uuid4())}).status_code == 404


@pytest.mark.parametrize("who", ["adam", "lo", "ro"])
def test_whoever_may_not_print_gets_no_file(county: County, outage: Outage, client: Client, who: str):
    roles = {"lo": Role.LOG_REVIEWER, "ro": Role.ROUTINE_OWNER}
    by = person(who, county.ward, roles[who]) if who in roles else county.adam
    client.force_login(by.user)
    assert client.get(reverse("outage_files")).status_code == 403
    for which in OutageFile:
        assert client.post(reverse("outage_file", args=[which, "csv"])).status_code == 403


def asked_for(by: Acting, outage: Outage, which: OutageFile) -> int:
    with CaptureQueriesContext(connection) as asked:
        take_out(by=by, outage=outage, which=which, form=TableForm.XLSX)
    return len(asked)


def test_it_takes_as_many_queries_however_much_is_logged(
    county: County, outage: Outage, monkeypatch: pytest.MonkeyPatch
):
    def more() -> dict[OutageFile, int]:
        for _ in range(4):
            logged(county, outage)
        return {which: asked_for(county.alva, outage, which) for which in OutageFile}

    more()
    some = more()
    assert more() == some
    # Read by so many at once, each time alike.
    monkeypatch.setattr("outage.presenters.outage_log.AT_ONCE", 6)
    twice = asked_for(county.alva, outage, OutageFile.LOG)
    monkeypatch.setattr("outage.presenters.outage_log.AT_ONCE", 4)
    thrice = asked_for(county.alva, outage, OutageFile.LOG)
    assert thrice - twice == twice - some[OutageFile.LOG]


def test_facts_of_a_call_are_all_in_the_log():
    """A field that a call gets is in the file, too: each of those that are typed has its column."""
    known = {
        "at": "Hände",
        "direction": "Riktning",
        "recipient": "Till",
        "outcome": "Utfall",
        "spoken_to": "Talade med",
        "spoken_to_unit": "Talade med",
        "number": "Uppringt nummer",
        "read_back": "Återläsning",
        "read_back_reason": "Återläsning",
        "comment": "Kommentar",
        "next_step": "Nästa steg",
        "call_back": "Ring tillbaka",
        "checked": "Kontroll av motparten",
        "checked_reason": "Kontroll av motparten",
    }
    assert set(call_facts().__dataclass_fields__) == set(known)
    assert set(known.values()) <= set(LOG_HEADINGS)
