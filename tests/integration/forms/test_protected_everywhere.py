"""Every page there is, for who has not opened a patient with protected personal data: none tells who it is or where."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.rules.parties import Party
from forms.models import ScannedPage, SheetKind
from forms.rules.work_list_spec import WorkList
from forms.services.entering import enter_call
from outage.models import CareChain, OtherPlace
from outage.queries.care_chains import get_chain
from outage.rules.back_registration import Before, ChainStatus, Decision
from outage.rules.handover import Checked, Direction, Message
from outage.rules.informing import CallOutcome
from outage.rules.opening import LASTS, OpeningKind, OpeningReason
from outage.rules.paper import PaperMark
from outage.services.events import leave_discharge_open
from outage.services.handovers import log_call
from outage.services.held_forms import hold_form
from outage.services.openings import open_protected
from outage.services.outages import end_outage
from tests.factories import County, call_facts, make_chain, make_county, make_event, make_outage, tell
from tests.integration.forms.scanning import scan
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.joining import join
from tests.integration.outage.pages import log_in_anew
from tests.integration.outage.ticking import mark, rows
from tests.kept import Keeper
from tests.long import runs
from tests.paper.reading import everything
from tests.paper.scans_made import coded

pytestmark = pytest.mark.django_db

# Whoever is named, and every word that somebody wrote: none of it is in any list of places or contacts.
SECRETS = (
    "Hemlig", "Skuggdal", "19121212-9801", "191212129801", "121212", "Undina", "Gömstigen", "Undangömda",
    "0980-319 299", "0980319299", "0980-319 288", "0980319288", "viskade",
)  # fmt: skip
_BY_CHANCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9_-]{43,}")
DAUGHTER = "Undina Skuggdal, dotter, Gömstigen 4"
# Where pages are made; those of the log-in know of no patient, but for what is held.
ROOMS, ALSO = ("contacts.views", "outage.views", "forms.views"), {"held_form"}
# Many pages that are printed blank.
NOT_WALKED = {"binder"}
WHICH = tuple(WorkList)


@pytest.fixture
def county(made_once: Keeper) -> County:
    return made_once("county", make_county)


@pytest.fixture
def patient(county: County) -> CareChain:
    """Somebody of whom all is logged that can be, by Alva and Disa, also on paper and in a chain joined to this one."""
    alva, disa = county.alva, county.disa
    outage = make_outage(alva)
    facts: dict[str, Any] = {
        "identity": "19121212-9801",
        "patient_name": "Hemlig Skuggdal",
        "protected_identity": True,
        "municipality": None,
        "others": {Party.MUNICIPALITY: OtherPlace("Undangömda kommun", "", "0980-319 299")},
        "before": Before.UNKNOWN,
    }
    chain = make_chain(county, outage, alva, **facts)
    join(county, chain, make_chain(county, outage, alva, **facts))
    chain = get_chain(alva, chain.pk)
    discharge = make_event(alva, chain, "discharge")
    sip = {"sender": Party.OUTPATIENT, "participants": [DAUGHTER], "sip_date": "2026-12-01"}
    make_event(disa, chain, "sip_invitation", to=f"participant:{DAUGHTER}", **sip)
    written = {
        "comment": "Hon viskade.",
        "next_step": "viskade",
        "call_back": "0980-319 288",
        "number": "0980-319 288",
    }
    spoken = {"spoken_to": "Undina Skuggdal", "spoken_to_unit": "Undangömda kommun, hemtjänsten"}
    tell(alva, chain, discharge, outcome=CallOutcome.RELAYED, **written, **spoken)
    for recipient in (Party.MUNICIPALITY, f"participant:{DAUGHTER}"):
        log_call(
            by=alva,
            chain=chain,
            client_id=uuid4(),
            facts=call_facts(
                recipient,
                direction=Direction.RECEIVED,
                checked=Checked.NOT_POSSIBLE,
                checked_reason="Undina viskade",
                **written | spoken,
            ),
            messages=[Message(kind="municipality_ready", sender=Party.MUNICIPALITY)],
        )
    leave_discharge_open(
        by=alva,
        event=discharge,
        client_id=uuid4(),
        responsible="Undina",
        reason="viskade",
        recipient="municipality",
    )
    return chain


@pytest.fixture
def paper(county: County, patient: CareChain) -> dict[str, Any]:
    """A sheet of the patient's with its picture, and one of the unit's from which a row was entered."""
    alva = county.alva
    sheet = make_sheet(alva, SheetKind.CARE_CHAIN, chain=patient, outage=patient.outage)
    page = ScannedPage.objects.get(upload=scan(alva, coded(sheet.serial)))
    of_many = make_sheet(alva, SheetKind.LOG_SHEET, outage=patient.outage)
    at = timezone.now()
    enter_call(
        by=alva,
        sheet=of_many,
        chain=patient,
        client_id=uuid4(),
        facts=call_facts(
            at=at,
            spoken_to="Undina",
            spoken_to_unit="Undangömda kommun",
            number="0980-319 299",
            comment="viskade",
        ),
        messages=[Message(kind="admission", sender=Party.INPATIENT)],
        paper=PaperMark(of_many.serial, at, "N.N."),
    )
    return {"sheet": sheet, "page": page, "of_many": of_many}


def patterns(found: list[Any], name: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in found:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from patterns(entry.url_patterns)
        else:
            yield entry.name, entry


def addresses(county: County, patient: CareChain, paper: dict[str, Any], held: Any) -> list[tuple[str, str]]:
    """Each address of the application, about that patient and that paper, once for every row there is of it."""
    ids: dict[str, list[Any]] = {
        "chain_id": [patient.pk, *patient.joined.values_list("pk", flat=True)],
        "event_id": list(patient.events.values_list("pk", flat=True)),
        "handover_id": list(patient.handovers.values_list("pk", flat=True)),
        "serial": [paper["sheet"].serial, paper["of_many"].serial],
        "page_id": [paper["page"].pk],
        "upload_id": [paper["page"].upload_id],
        "held_id": [held.pk],
        "which": list(WHICH),
        "unit_id": [county.ward.pk],
        "list_id": [uuid4()],
    }
    walked = []
    for name, entry in patterns(get_resolver().url_patterns):
        wanted = list(entry.pattern.converters)
        is_ours = entry.callback.__module__.startswith(ROOMS) or name in ALSO
        if not is_ours or name in NOT_WALKED or len(wanted) > 1 or not ids.keys() >= set(wanted):
            continue
        walked += [
            (name, reverse(name, kwargs=dict.fromkeys(wanted, pk)))
            for pk in (ids[wanted[0]] if wanted else [0])
        ]
    return walked


def told(answer: Any) -> list[str]:
    if answer.headers.get("Content-Type") == "application/pdf":
        text = everything(answer.content)
        return [secret for secret in SECRETS if secret.replace(" ", "") in text]
    content = b"".join(answer) if answer.streaming else answer.content
    # Random ids and tokens hold any digits sooner or later.
    text = _BY_CHANCE.sub("", content.decode(errors="replace") + str(dict(answer.headers)))
    return [secret for secret in SECRETS if secret in text]


def walk(client: Client, found: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """What each address tells: asked for, sent nothing, and sent what a press sends.

    In `make test` every other is sent nothing, and the others what a press sends.
    """
    leaks: dict[str, set[str]] = {}
    for number, (name, path) in enumerate(found):
        press = {"client_id": str(uuid4()), "reason": "Fel.", "outcome": "busy", "recipient": "municipality"}
        press |= {"to": "x", "choose": "1", "note": "", "done": "true"}
        sent = [{}, press][number % runs(2, full=1) :: runs(2, full=1)]
        answers = [client.get(path), *(client.post(path, each) for each in sent)]
        if name in {"chain_call", "enter_sheet"}:
            answers.append(client.get(f"{path}?riktning=received&vardkedja=&till=municipality"))
        for answer in answers:
            leaks.setdefault(name, set()).update(told(answer))
    # What was left to be said is said on the page that comes next: another address's, and this after the last.
    leaks.setdefault("routine", set()).update(told(client.get(reverse("routine"))))
    return [(name, sorted(said)) for name, said in leaks.items() if said]


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize(
    ("who", "over"), [("esa", False), ("disa", True)], ids=["in the outage", "when it is over"]
)
def test_no_page_tells_who_or_where_before_it_is_said_why(
    county: County, patient: CareChain, paper: dict[str, Any], client: Client, who: str, over: bool
):
    by = county.somebody(who)
    typed = {"spoken_to": ["Undina"], "recipient": [f"participant:{DAUGHTER}"], "choice": ["viskade"]}
    held = hold_form(by=by.membership, path=reverse("chain_call", args=[patient.pk]), content=typed)
    if over:
        end_outage(by=county.esa, outage=patient.outage, ended_at=timezone.now())
        chain = get_chain(county.alva, patient.pk)
        for task in rows(county.alva, chain):
            if task.decision is Decision.DECIDE:
                mark(county.alva, chain, task, choice="Undina viskade", entered=True)
    client.force_login(by.user)
    found = addresses(county, patient, paper, held)
    assert len(found) > 80
    assert walk(client, found) == []
    shown = "Skyddad patient, vårdkedja 1"
    for name in ("status", "chains", "back_registration"):
        assert shown in client.get(reverse(name)).content.decode(), name
    trace = AuditEntry.objects.values_list("changes", "target_type", "action")
    assert [secret for secret in SECRETS if secret in str(list(trace))] == []
    # Nothing of it is lost: it stands on the patient's own pages.
    open_protected(by=by, chain=get_chain(by, patient.pk), client_id=uuid4(), reason=OpeningReason.KEEPS)
    own = client.get(reverse("chain", args=[patient.pk])).content.decode()
    missing = [s for s in ("Hemlig", "19121212-9801", DAUGHTER, "Undangömda", "viskade") if s not in own]
    assert missing == []


def test_a_picture_of_the_patients_paper_asks_too(
    county: County, patient: CareChain, paper: dict[str, Any], client: Client, clock
):
    client.force_login(county.esa.user)
    shows = [
        reverse("page_picture", args=[paper["page"].pk]),
        reverse("waiting_page", args=[paper["page"].pk]),
        reverse("sheet", args=[paper["sheet"].serial]),
        reverse("enter_sheet", args=[paper["sheet"].serial]),
    ]
    question = reverse("open_patient", args=[patient.pk])
    for path in shows:
        assert client.get(path).headers["Location"].startswith(question), path
    open_protected(by=county.esa, chain=patient, client_id=uuid4(), reason=OpeningReason.KEEPS)
    assert [client.get(path).status_code for path in shows] == [200] * 4
    clock.shift(LASTS[OpeningKind.PROTECTED])
    log_in_anew(client, county.esa)
    assert {client.get(path).headers["Location"].partition("?")[0] for path in shows} == {question}


def test_a_sheet_of_many_asks_once_it_has_a_picture(
    county: County, patient: CareChain, paper: dict[str, Any], client: Client
):
    client.force_login(county.esa.user)
    path = reverse("sheet", args=[paper["of_many"].serial])
    assert client.get(path).status_code == 200
    scan(county.alva, coded(paper["of_many"].serial))
    assert client.get(path).status_code == 302


def test_a_chain_of_the_wrong_patient_tells_no_reason(county: County, client: Client):
    chain = make_chain(
        county,
        make_outage(county.alva),
        protected_identity=True,
        patient_name="Hemlig Skuggdal",
        status=ChainStatus.WRONG_PATIENT,
        status_reason="Undina viskade",
    )
    client.force_login(county.esa.user)
    for name in ("status", "chains", "back_registration"):
        assert told(client.get(reverse(name))) == []
    assert client.get(reverse("chain", args=[chain.pk])).status_code == 302
