"""The lists that a ward works from, printed whole: what to ring, what to enter, the care chains."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import NotAllowed
from forms.models import Sheet, SheetKind
from forms.rules.work_list_spec import WorkList
from forms.services import work_list_prints
from forms.services.work_list_prints import print_work_list
from outage.models import CareChain, CareChainEvent, Outage
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.queries.shift_done import done_between
from outage.rules.back_registration import Before
from outage.rules.closing import Holds
from outage.rules.informing import CallOutcome
from outage.rules.routine import Decision
from outage.services.events import withdraw_event
from outage.services.outages import end_outage
from outage.services.shift import hand_over_shift
from tests.factories import County, make_chain, make_county, make_event, make_outage, tell
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.closing import leave
from tests.integration.outage.ticking import change, mark, rows
from tests.integration.work.asked import opened
from tests.kept import Keeper
from tests.paper.reading import everything, squashed

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(made_once: Keeper) -> County:
    return made_once("county", make_county)


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@pytest.fixture
def asta(county: County, outage: Outage) -> CareChain:
    chain = make_chain(
        county, outage, patient_name="Asta Provberg", identity="19380214-9805", before="admitted"
    )
    tell(county.alva, chain, make_event(county.alva, chain, "discharge"), to="outpatient")
    return chain


def text_of(county: County, outage: Outage, which: WorkList) -> str:
    return squashed(
        everything(print_work_list(by=county.alva, which=which, outage=outage, client_id=uuid4()).pdf)
    )


def has(text: str, *wanted: str) -> None:
    for words in wanted:
        assert squashed(words) in text, words


def test_the_calls_to_make_with_whom_and_how_far(county: County, outage: Outage, asta: CareChain):
    text = text_of(county, outage, WorkList.CALLS)
    has(text, "Att ringa nu", "Asta Provberg", "19380214-9805", "Utskrivningsmeddelande", "Skellefteå kommun")
    has(text, "Ringd, inte nådd", "Medicin 2")
    assert squashed("Heimdalls hälsocentral") not in text


def test_all_calls_are_there_not_only_a_page_of_them(county: County, outage: Outage):
    for number in range(12):
        make_event(county.alva, make_chain(county, outage, patient_name=f"Patient Nummer{number:02}"))
    text = text_of(county, outage, WorkList.CALLS)
    has(text, *(f"Nummer{number:02}" for number in range(12)))


def test_what_is_to_be_entered_and_why(county: County, outage: Outage, asta: CareChain):
    has(
        text_of(county, outage, WorkList.TASKS),
        "Att registrera",
        "Asta Provberg",
        "Registrera",
        "R4.4",
        # Of another outage of the same day there is another list.
        "Medicin 2 · Driftstoppet tis 24 nov 2026 08.52",
    )


def test_what_is_not_to_be_entered_and_what_is_not_known_yet_stand_there_too(county: County, outage: Outage):
    """As on the page: what to type, what not to enter, and that the list is not whole."""
    chains = [make_chain(county, outage, before=before) for before in Before]
    for chain in chains:
        for kind in ("admission", "discharge"):
            tell(county.alva, chain, make_event(county.alva, chain, kind))
    chains.append(make_chain(county, outage))
    make_event(county.alva, chains[-1], "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    ended = outage_for(county.region, outage.pk)
    text = text_of(county, ended, WorkList.TASKS)
    has(text, "Allt är inte känt än", "Patienter med samtal kvar: 4", "Listan är inte hel.")
    listed = [row for chain in chains for row in rows(county.alva, get_chain(county.alva, chain.pk))]
    assert {row.decision for row in listed} == {*Decision}
    for row in listed:
        has(text, row.decision.label, row.do, *(f"{label}: {value}" for label, value in row.typed))


def test_what_was_entered_and_is_to_be_undone_or_done_anew_stands_there(
    county: County, outage: Outage, asta: CareChain
):
    entered = make_chain(county, outage, patient_name="Nils Nytt", identity="19700101-9802")
    event = make_event(county.alva, entered, "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    for chain in (asta, entered):
        mark(county.alva, get_chain(county.alva, chain.pk), *rows(county.alva, chain))
    event.chain = get_chain(county.alva, entered.pk)
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Var aldrig inskriven.")
    change(county.alva, asta, county, identity="19380214-9813")
    text = text_of(county, outage_for(county.region, outage.pk), WorkList.TASKS)
    has(text, "Ångra", "Nils Nytt", "Ångra det som gjordes i PRATOR.")
    has(text, "Ändrat sedan det gjordes", "Ångra i PRATOR det som gjordes på det gamla numret")


def test_the_care_chains_with_each_party(county: County, outage: Outage, asta: CareChain):
    has(text_of(county, outage, WorkList.CHAINS), "Vårdkedjor", "Asta Provberg", "Underrättad", "Egen enhet")


def test_what_one_shift_tells_the_next(county: County, outage: Outage, asta: CareChain):
    event = CareChainEvent.objects.get(chain=asta)
    event.chain = asta
    tell(county.alva, asta, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 01 kl 16")
    make_chain(county, outage, patient_name="Okänd Ortsson", outpatient_unit=None)
    sheet = make_sheet(county.alva, outage=outage)
    hand_over_shift(by=county.alva, outage=outage, client_id=uuid4(), text="Ring Karin först.")
    text = text_of(county, outage, WorkList.SHIFT)
    has(text, "Överlämning 10.52", "Alva Påhittad till den som kommer", "Ring Karin först.")
    has(text, "Asta Provberg", "Skellefteå kommun", "Ring tillbaka", "0910-00 00 01 kl 16")
    has(text, "Ta reda på", "Okänd Ortsson", sheet.shown_serial)
    has(text, "Gjort 10.52", "Förmedlat till Skellefteå kommun (Biståndsenheten)", "Utskrivningsmeddelande")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    leave(county.esa, outage, county.ward, Holds.SHEET)
    text = text_of(county, outage_for(county.region, outage.pk), WorkList.SHIFT)
    has(text, "Lämnat öppet – Esa Påhittad: Ringer i morgon", "Att registrera", "0 av")
    newer = make_outage(county.alva, timedelta(0))
    has(text_of(county, newer, WorkList.SHIFT), "Att registrera efter driftstoppet 08.52", "0 av")


def test_a_hand_over_of_very_much_says_where_the_rest_of_it_is(
    county: County, outage: Outage, asta: CareChain, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(work_list_prints, "MOST_DONE", 0)
    assert "Gjort till och med" not in text_of(county, outage, WorkList.SHIFT)
    found = done_between(county.alva, [outage], None, timezone.now())
    cut = replace(found, before=timezone.now() - timedelta(minutes=40))
    monkeypatch.setattr(work_list_prints, "much_done_between", lambda *asked: cut)
    has(text_of(county, outage, WorkList.SHIFT), "Gjort till och med 10.12", "Står i varje vårdkedja")


@pytest.mark.parametrize("which", WorkList)
def test_a_list_of_nothing_says_so(county: County, outage: Outage, which: WorkList):
    assert "närlistanskrevsut" in text_of(county, outage, which).replace(" ", "")


@pytest.mark.parametrize("which", WorkList)
def test_protected_personal_data_tells_neither_who_nor_where(county: County, outage: Outage, which: WorkList):
    chain = make_chain(
        county, outage, patient_name="Hemlig Hemligsson", identity="19121212-9801", protected_identity=True
    )
    make_event(county.alva, chain, "admission")
    text = text_of(county, outage, which)
    has(text, f"Skyddad patient, vårdkedja {chain.number}")
    for secret in ("Hemlig", "9801", "Skellefteå", "Heimdalls"):
        assert squashed(secret) not in text, secret


def test_a_row_has_what_the_form_asks_of_a_call_and_room_to_write_also_for_a_protected_patient(
    county: County, outage: Outage
):
    hidden = make_chain(county, outage, protected_identity=True)
    make_event(county.alva, hidden, "admission")
    pdf = print_work_list(by=county.alva, which=WorkList.CALLS, outage=outage, client_id=uuid4()).pdf
    text = everything(pdf)
    asked = squashed("☐ Nådd ☐ Förm. ☐ Ej ☐ Återläst")
    listed, empty = text.count(squashed("Skyddad patient")), text.count(asked)
    assert listed == 2
    assert empty >= listed + 2
    assert text.count("☐") == 5 * empty
    tops = sorted({round(top) for top in _tops(pdf, "Återläst")}, reverse=True)
    assert all(above - below >= 12 * 72 / 25.4 - 1 for above, below in pairwise(tops))


def _tops(pdf: bytes, word: str) -> Iterator[float]:
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        found = text.search(word)
        while place := found.get_next():
            yield text.get_charbox(place[0])[3]


def test_it_is_a_sheet_with_a_serial_that_is_followed_and_one_press_is_one(
    county: County, outage: Outage, asta: CareChain
):
    press = uuid4()
    first, second = (
        print_work_list(by=county.alva, which=WorkList.CHAINS, outage=outage, client_id=press) for _ in "12"
    )
    assert first.sheet == second.sheet
    assert (first.sheet.kind, first.sheet.accountable, first.filename) == (
        SheetKind.WORK_LIST,
        True,
        "vardkedjor.pdf",
    )


def test_who_sees_no_patients_prints_none(county: County, outage: Outage):
    with pytest.raises(NotAllowed):
        print_work_list(by=county.adam, which=WorkList.CALLS, outage=outage, client_id=uuid4())


def test_the_pages_have_the_button_and_an_unknown_list_is_not_found(
    county: County, outage: Outage, asta: CareChain, client: Client
):
    client.force_login(county.alva.user)
    for page, which in (
        ("status", "att-ringa"),
        ("chains", "vardkedjor"),
        ("back_registration", "att-registrera"),
        ("shift", "overlamning"),
    ):
        address = reverse("work_list_pdf", args=[which])
        assert f'action="{address}"' in client.get(reverse(page)).content.decode()
        answer = opened(client, client.post(address, {"client_id": str(uuid4())}))
        assert answer.headers["content-type"] == "application/pdf"
    assert Sheet.objects.filter(kind=SheetKind.WORK_LIST).count() == 4
    assert (
        client.post(reverse("work_list_pdf", args=["annat"]), {"client_id": str(uuid4())}).status_code == 404
    )


def test_lagesbild_says_what_an_earlier_outage_left(county: County, outage: Outage, asta: CareChain):
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    again = make_outage(county.alva)
    text = squashed(
        everything(
            print_work_list(by=county.esa, which=WorkList.OVERVIEW, outage=again, client_id=uuid4()).pdf
        )
    )
    has(text, "Kvar från driftstoppet som avslutades 10.52", "inte är underrättad")


def test_lagesbild_has_the_figures_and_the_units_of_the_page_and_no_patient(
    county: County, outage: Outage, asta: CareChain
):
    make_event(county.alva, asta, "discharge", ago=timedelta(minutes=40))
    printed = print_work_list(by=county.esa, which=WorkList.OVERVIEW, outage=outage, client_id=uuid4())
    text = squashed(everything(printed.pdf))
    has(text, "1 utskrivning där någon inte är underrättad, äldsta 40 min", "blad utan öde")
    has(text, county.ward.name, "1 vårdkedja; 1 utskrivning kvar, äldsta 40 min", "senast loggat")
    assert squashed(asta.details.patient_name) not in text
    assert squashed(asta.details.identity_number) not in text
