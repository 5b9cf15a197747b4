"""What a purged outage is afterwards: over for good, with nothing to do, and what comes in is kept beside it."""

import re
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from contacts.models import Work
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Role
from contacts.rules.work import WorkState
from contacts.services.progress import finish
from forms.models import LateEntry
from forms.queries.purge import preview_of
from forms.rules.work_list_spec import WorkList
from forms.services.outage_files import take_out
from forms.services.work_list_prints import print_work_list
from outage.models import (
    Acknowledgement,
    CareChain,
    Handover,
    Outage,
    OutageFigures,
    PrincipalEnd,
    RegistrationMark,
    TaskTurn,
)
from outage.presenters.back import task_rows
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import log_of
from outage.queries.closing import closed_at
from outage.queries.matrix import overview_of
from outage.queries.outages import outage_for
from outage.queries.reminders import reminders_of
from outage.queries.shift import open_now
from outage.rules.informing import CallOutcome
from outage.rules.outage_files import OutageFile, TableForm
from outage.rules.outage_status import OutageScope
from outage.services.outages import reopen_outage
from outage.services.report import make_report
from tests.factories import County, make_chain, make_event, make_outage, person, tell
from tests.integration.forms.purging import KEPT, at, chain, folders, log_it, outage, over, purged, words
from tests.integration.outage.holding import TYPED, mark_of
from tests.integration.outage.pages import fields_of, form_of, read

__all__ = ["chain", "folders", "outage"]
pytestmark = pytest.mark.django_db
NOT_AGAIN = "Driftstoppet är gallrat hos er och kan inte öppnas igen. Anmäl ett nytt driftstopp."


def test_it_is_not_opened_again_and_the_page_has_no_button(county: County, outage, chain, clock):
    outage = purged(county, outage, clock)
    page = reverse("back_registration")
    assert "Driftstoppet pågår ändå" not in words(at(county.esa).get(page))
    with pytest.raises(RuleError, match=NOT_AGAIN):
        reopen_outage(by=county.esa, outage=outage)
    esa = at(county.esa)
    fields = {"driftstopp": str(outage.pk), "client_id": str(uuid4())}
    answer = esa.post(reverse("reopen_outage"), fields | {"typed_by": mark_of(county.esa)}, follow=True)
    assert NOT_AGAIN in read(answer).get_text()
    assert not outage_for(county.region, outage.pk).is_open
    # A new one is reported as ever, and is another.
    assert make_outage(county.alva).pk != outage.pk


def test_while_it_goes_on_for_others_it_is_neither_purged_nor_joined(county: County, clock):
    outage = make_outage(county.alva, scope=OutageScope.MUNICIPALITIES_ONLY)
    log_it(county, outage)
    make_chain(county, outage, county.cissi, patient_name="Granne Gransson")
    outage = purged(county, outage, clock)
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    reopen_outage(by=cilla, outage=outage_for(county.municipality, outage.pk))
    outage = outage_for(county.region, outage.pk)
    assert outage.closed_at is None
    with pytest.raises(RuleError, match="Anmäl ett nytt när det är avslutat för alla"):
        make_outage(county.alva)
    assert not outage_for(county.region, outage.pk).is_open
    assert preview_of(county.region, outage).facts.goes_on


def test_what_met_the_destroyed_key_is_kept_whatever_the_outage_is(county: County, outage, chain, clock):
    path = reverse("chain_call", args=[chain.pk]) + "?riktning=received"
    fields = fields_of(form_of(read(at(county.alva).get(path)), method="post"))
    outage = purged(county, outage, clock)
    # As it was opened again before that was refused.
    PrincipalEnd.objects.create(
        outage=outage, principal=county.region, user=county.esa.user, unit=county.esa.unit
    )
    assert outage_for(county.region, outage.pk).is_open
    alva, calls = at(county.alva), Handover.objects.count()
    answer = alva.post(path, fields | TYPED | {"comment": "Hemligsson ringde"}, follow=True)
    assert KEPT in read(answer).get_text()
    assert Handover.objects.count() == calls
    assert "Hemligsson ringde" in dict(LateEntry.objects.get().said).values()


def told_of(county: County) -> dict[str, str]:
    """What stands on the pages of Alva's, and on Lägesbild of the coordinator's."""
    alva, esa = at(county.alva), at(county.esa)
    return {
        "Läge": words(alva.get("/")),
        "Överlämning": words(alva.get(reverse("shift"))),
        "Påminnelser": read(alva.get(reverse("sheets"))).get_text(" "),
        "Lägesbild": words(esa.get(reverse("overview"))),
    }


def owed_of(county: County, outage: Outage) -> list[int]:
    """Calls, answers, calls to ring back and reminders of Alva's unit, and the calls of Lägesbild."""
    by = county.alva
    outage = outage_for(county.region, outage.pk)
    now = open_now(by, outage)
    lines = [line for group in overview_of(county.esa, outage).groups for line in group.lines]
    due = reminders_of(by, timezone.now(), outage)
    return [*map(len, (now.owed, now.awaited, now.ring_back, due)), sum(len(line.calls) for line in lines)]


def test_nothing_of_it_is_owed_awaited_or_reminded_of(county: County, outage, chain, clock):
    make_event(county.alva, log_it(county, outage), "ready_for_discharge", outcome=CallOutcome.REACHED)
    event = make_event(county.alva, chain, "discharge")
    tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 00 kl 16")
    clock.shift(timedelta(hours=1))
    before = owed_of(county, outage)
    assert all(before), before
    assert "Gallrad patient" not in told_of(county)["Läge"]
    outage = purged(county, outage, clock)
    assert owed_of(county, outage) == [0, 0, 0, 0, 0]
    for page, said in told_of(county).items():
        assert "för sent" not in said, page
    assert "Gallrat: vem som skulle underrättas går inte längre att se." in told_of(county)["Läge"]
    assert "Vad som var öppet i det visas inte." in told_of(county)["Överlämning"]
    for said in (told_of(county)["Läge"], told_of(county)["Överlämning"]):
        assert "Inget att ringa" not in said
        assert not re.search(r"Att ringa( nu)? \(", said)
    assert "Inget att meddela" not in told_of(county)["Läge"]
    page = words(at(county.alva).get(reverse("chain", args=[chain.pk])))
    assert "Kvar att ringa Gallrat: vem som skulle underrättas går inte längre att se." in page
    assert "Väntar på svar" not in page
    # Nor beside real patients in the next outage, in which the chain's page is still there.
    later = make_outage(county.alva)
    assert open_now(county.alva, outage_for(county.region, later.pk)).owed == []
    assert at(county.alva).get(reverse("chain", args=[chain.pk])).status_code == 200
    call_command("rebuild_states", "--check", stdout=StringIO())


def test_what_was_closed_stays_closed_and_what_is_sent_from_an_old_page_is_kept(
    county: County, outage, chain, clock
):
    by = county.alva
    old, (row,) = at(by), task_rows(by, over_for(county, outage, chain), log_of(chain.pk), timezone.now())
    tick = {"client_id": str(uuid4()), "task": row.key, "seen": row.seen, "typed_by": mark_of(by)}
    outage = purged(county, outage, clock)
    old, back, closing = at(by), reverse("back_registration"), reverse("closing", args=[outage.pk])
    told = words(old.get(back))
    assert "Driftstoppet är gallrat" in told
    assert "Registrera" not in told
    assert not read(old.get(back)).main.find_all("form")
    to = reverse("task", args=[chain.pk])
    answer = old.post(to, tick | {"done": "1"}, follow=True)
    assert "Uppgifterna är gallrade. Skriv i stället en sen uppgift, under Blad." in read(answer).get_text()
    answer = old.post(to, tick | {"done": "1", "choice": "Fördes in ändå", "entered": "true"}, follow=True)
    assert KEPT in read(answer).get_text()
    turn = tick | {"client_id": str(uuid4()), "note": "Väntar på Karin"}
    answer = old.post(reverse("task", args=[chain.pk]), turn, headers={"HX-Request": "true"})
    entry = LateEntry.objects.get(pk=answer.headers["HX-Redirect"].strip("/").rpartition("/")[2])
    assert dict(entry.said)["Anteckning"] == "Väntar på Karin"
    said = {"driftstopp": str(outage.pk), "typed_by": mark_of(by)}
    assert "Uppgifterna är gallrade." in read(old.post(reverse("acknowledge"), said, follow=True)).get_text()
    leave = reverse("leave_at_closing", args=[outage.pk, county.ward.pk])
    left = {"client_id": str(uuid4()), "what": "call", "seen": "x", "typed_by": mark_of(county.esa)}
    left |= {"responsible": "Esa", "reason": "Ringer i morgon"}
    assert KEPT in read(at(county.esa).post(leave, left, follow=True)).get_text()
    kept = [list(dict(row.said).values()) for row in LateEntry.objects.order_by("at")]
    assert ["Fördes in ändå" in each for each in kept] == [True, False, False]
    assert "Ringer i morgon" in kept[-1]
    assert not RegistrationMark.objects.exists()
    assert not TaskTurn.objects.exists()
    assert not Acknowledgement.objects.exists()
    page = words(at(county.esa).get(closing))
    assert "Driftstoppet är stängt sedan" in page
    assert "och gallrat 10.52. Det öppnas inte igen." in page
    assert "Det som inte är klart" not in page
    # Nobody knows what is left of it.
    assert "att kvittera: 1. Gallrat: vem som tar hand om det, och varför." in page
    assert "kvar" not in page
    assert read(at(county.esa).get(closing)).main.find("form") is None


def test_when_another_principal_is_out_again_it_stays_as_it_was(county: County, outage, chain, clock):
    outage = purged(county, outage, clock)
    make_chain(county, outage, county.cissi, patient_name="Granne Gransson")
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    reopen_outage(by=cilla, outage=outage_for(county.municipality, outage.pk))
    assert closed_at(outage_for(county.region, outage.pk), county.region) is not None
    call_command("rebuild_states", "--check", stdout=StringIO())


def over_for(county: County, outage: Outage, chain: CareChain) -> CareChain:
    """The chain as it is once the outage is over."""
    over(county, outage)
    return get_chain(county.alva, chain.pk)


def test_a_kept_report_stays_as_it_was_made_whatever_the_version_that_reads_it(
    county: County, outage, chain, clock
):
    make_event(county.alva, chain, "discharge")
    by = county.esa
    outage = over(county, outage)
    finish(make_report(by=by, outage=outage_for(county.region, outage.pk)))
    outage = purged(county, outage, clock)
    OutageFigures.objects.update(version="of another", main={"discharges": 17})
    assert "Loggen har ändrats" not in words(at(by).get(reverse("report", args=[outage.pk])))
    finish(make_report(by=by, outage=outage_for(county.region, outage.pk)))
    assert OutageFigures.objects.get().main == {"discharges": 17}


def test_lagesbild_counts_nothing_of_it_and_is_not_printed(county: County, outage, chain, clock):
    make_event(county.alva, chain, "discharge")
    esa = at(county.esa)
    before = words(esa.get(reverse("overview")))
    assert "där någon inte är underrättad" in before
    outage = purged(county, outage, clock)
    esa = at(county.esa)
    page = read(esa.get(reverse("overview")))
    for said in (words(esa.get(reverse("overview"))), words(esa.get(reverse("overview_wall")))):
        assert "Driftstoppet är gallrat" in said
        assert "Rapporten finns kvar." in said
        assert not [
            each for each in ("underrättad", "Inget att meddela", "vårdkedja", "0") if f" {each}" in said
        ]
    assert page.main.find("a", href=reverse("report", args=[outage.pk]))
    assert page.main.find(class_="print-list") is None
    assert "blankett" not in page.find(class_="print-note").get_text()
    for which in (WorkList.OVERVIEW, WorkList.TASKS):
        refused = esa.post(reverse("work_list_pdf", args=[which]), pressed(county, outage), follow=True)
        assert "Driftstoppet är gallrat. Listan går inte att ta fram." in read(refused).get_text()
        with pytest.raises(RuleError, match="gallrat"):
            print_work_list(
                by=county.esa, which=which, outage=outage_for(county.region, outage.pk), client_id=uuid4()
            )
    # Others are made, though the key of its outage is destroyed.
    esa.post(reverse("work_list_pdf", args=[WorkList.CHAINS]), pressed(county, outage))
    assert [work.state for work in Work.objects.all()] == [WorkState.DONE]


def test_its_list_is_no_file_and_of_its_log_the_page_says_what_is_left(county: County, outage, chain, clock):
    esa, page = at(county.esa), reverse("outage_files")
    assert "Filen innehåller patientuppgifter." in words(esa.get(page))
    assert "Listan som CSV" in words(esa.get(page))
    outage = purged(county, outage, clock)
    esa = at(county.esa)
    said = words(esa.get(page))
    assert "Loggen har kvar slag, tider och signaturer." in said
    assert "Loggen som CSV" in said
    assert "patientuppgifter" not in said
    assert "Listan" not in said
    refused = esa.post(
        reverse("outage_file", args=[OutageFile.TASKS, "csv"]), pressed(county, outage), follow=True
    )
    assert "Driftstoppet är gallrat. Listan går inte att ta fram." in read(refused).get_text()
    assert not Work.objects.exists()
    kept = {"outage": outage_for(county.region, outage.pk), "form": TableForm.CSV}
    with pytest.raises(RuleError, match="gallrat"):
        take_out(by=county.esa, which=OutageFile.TASKS, **kept)
    assert b"Inskrivning" in take_out(by=county.esa, which=OutageFile.LOG, **kept).content


def test_on_the_page_of_its_chain_nobody_is_to_ring_or_to_change_anything(
    county: County, outage, chain, clock
):
    event = make_event(county.alva, chain, "discharge")
    tell(county.alva, chain, event)
    page = reverse("chain", args=[chain.pk])
    to_do = ("Att ringa", "Jag ringer", "Någon ringer", "Rätta", "Återta", "flytta", "Sammanför", "Skriv ut")
    before = words(at(county.alva).get(page))
    assert [each for each in (*to_do, "Inte klar", "Ändra uppgifter") if each not in before] == []
    outage = purged(county, outage, clock)
    after = words(at(county.alva).get(page))
    assert [each for each in (*to_do, "Inte klar", "Ändra uppgifter") if each in after] == []
    # What was done stands.
    assert "Skellefteå kommun Underrättad" in after
    assert "Lämnat till Kommun" in after
    assert "Driftstoppet är gallrat" in after
    # Nor is another opened in it.
    for name in ("status", "chains"):
        assert "Lägg till vårdkedja" not in words(at(county.alva).get(reverse(name)))


def pressed(county: County, outage: Outage) -> dict[str, str]:
    return {"client_id": str(uuid4()), "driftstopp": str(outage.pk), "typed_by": mark_of(county.esa)}
