"""Who sees what: each address for each person, driven from the addresses themselves so that none is forgotten."""

from dataclasses import dataclass
from http import HTTPMethod
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.models import AuditEntry, Membership, MunicipalKind, Unit
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.checklists import checklists_for
from outage.services.care_chains import change_details
from outage.services.ward_patients import open_each
from outage.urls import urlpatterns
from tests.factories import County, chain_facts, make_chain, make_event, person, persons, tell
from tests.integration.borders.asking import unasked
from tests.integration.borders.logs import sample
from tests.integration.outage.shifting import hand_over
from tests.long import runs

GET, POST = HTTPMethod.GET, HTTPMethod.POST
OK, MOVED, FORBIDDEN, HIDDEN = 200, 302, 403, 404
PATIENT = "Särskild Tolvansson"


@dataclass(frozen=True)
class Row:
    """What an address answers to each person: those who take part (Alva, Disa), Bo and Cissi who do not, Adam.

    `methods` are those it takes; the statuses are for the first of them, with nothing filled in. `esa` is for the
    coordinator of Alva's ward, `lo` for its log reviewer, `ro` for the routine's owner; where nothing is said the
    first is answered as Alva, the others as Adam, who reads no patients either.
    """

    methods: tuple[HTTPMethod, ...]
    alva: int
    disa: int
    bo: int
    cissi: int
    adam: int
    names_patient: bool = False
    esa: int = 0
    lo: int = 0
    ro: int = 0

    def __post_init__(self) -> None:
        for name, other in (("esa", self.alva), ("lo", self.adam), ("ro", self.adam)):
            object.__setattr__(self, name, getattr(self, name) or other)


def everyone(status: int, adam: int, *methods: HTTPMethod, **more: Any) -> Row:
    return Row(methods, status, status, status, status, adam, **more)


def of_the_outage(*methods: HTTPMethod, status: int = OK) -> Row:
    """Who reads what was done has no part in it."""
    return everyone(status, status, *methods, lo=FORBIDDEN, ro=FORBIDDEN)


def of_the_end(status: int, *methods: HTTPMethod) -> Row:
    return everyone(FORBIDDEN, status, *methods, esa=status, lo=FORBIDDEN, ro=FORBIDDEN)


def of_the_report(status: int, *methods: HTTPMethod) -> Row:
    return everyone(FORBIDDEN, FORBIDDEN, *methods, esa=status, ro=status)


def of_the_closing(status: int, *methods: HTTPMethod) -> Row:
    return everyone(FORBIDDEN, FORBIDDEN, *methods, esa=status, lo=FORBIDDEN, ro=FORBIDDEN)


def of_the_chain(status: int, *methods: HTTPMethod, names_patient: bool = False) -> Row:
    return Row(methods, status, status, HIDDEN, HIDDEN, FORBIDDEN, names_patient)


def of_the_ward(status: int, *methods: HTTPMethod) -> Row:
    """A checklist of wards: Bo works on another ward and has one of his own."""
    return Row(methods, alva=status, disa=HIDDEN, bo=status, cissi=HIDDEN, adam=status)


def of_the_shift(status: int, *methods: HTTPMethod, names_patient: bool = False) -> Row:
    """What Alva handed over on her ward: nobody of another unit sees it, those who take part in its chains neither."""
    return Row(methods, status, HIDDEN, HIDDEN, HIDDEN, FORBIDDEN, names_patient)


TABLE: dict[str, Row] = {
    "status": everyone(OK, OK, GET, names_patient=True),
    "calls_to_make": everyone(OK, OK, GET, names_patient=True),
    "reminders_now": everyone(OK, FORBIDDEN, GET),
    "overview": everyone(OK, FORBIDDEN, GET),
    "overview_now": everyone(OK, FORBIDDEN, GET),
    "head_now": everyone(OK, OK, GET),
    "overview_chain": Row((GET,), MOVED, MOVED, HIDDEN, HIDDEN, FORBIDDEN),
    "overview_wall": everyone(OK, FORBIDDEN, GET),
    "overview_wall_now": everyone(OK, FORBIDDEN, GET),
    "report_outage": of_the_outage(GET, POST),
    "start_drill": of_the_closing(OK, GET, POST),
    "change_outage": of_the_outage(GET, POST),
    "record_support": of_the_outage(GET, POST),
    "end_outage": of_the_end(OK, GET, POST),
    "reopen_outage": of_the_end(MOVED, GET, POST),
    "chains": everyone(OK, FORBIDDEN, GET, POST, names_patient=True),
    "new_chain": everyone(OK, FORBIDDEN, GET, POST),
    "paste_patients": everyone(OK, FORBIDDEN, GET, POST),
    "opened_patients": of_the_chain(OK, GET),
    "chain": of_the_chain(OK, GET, names_patient=True),
    "open_patient": of_the_chain(MOVED, GET, POST),
    "open_elsewhere": everyone(HIDDEN, FORBIDDEN, POST),
    "edit_chain": of_the_chain(OK, GET, POST, names_patient=True),
    "join_chain": of_the_chain(OK, GET, POST, names_patient=True),
    "undo_join": of_the_chain(MOVED, GET, POST),
    "chain_call": of_the_chain(OK, GET, POST, names_patient=True),
    "quick_try": of_the_chain(MOVED, POST),
    "task": of_the_chain(MOVED, POST),
    "log_call": everyone(OK, FORBIDDEN, GET, POST, names_patient=True),
    "correct_call": of_the_chain(OK, GET, POST, names_patient=True),
    "withdraw_call": of_the_chain(OK, GET, POST, names_patient=True),
    "move_call": of_the_chain(OK, GET, POST, names_patient=True),
    "undo_call": of_the_chain(MOVED, POST),
    "flag_called_number": of_the_chain(MOVED, POST),
    "unflag_called_number": of_the_chain(MOVED, POST),
    "correct_event": of_the_chain(OK, GET, POST, names_patient=True),
    "withdraw_event": of_the_chain(OK, GET, POST, names_patient=True),
    "complete_discharge": of_the_chain(MOVED, POST),
    "leave_open": of_the_chain(OK, GET, POST, names_patient=True),
    "shift": everyone(OK, FORBIDDEN, GET, names_patient=True),
    "hand_over_shift": everyone(OK, FORBIDDEN, GET, POST),
    "shift_handover": of_the_shift(OK, GET, names_patient=True),
    "take_over_shift": of_the_shift(MOVED, POST),
    "review_log": everyone(FORBIDDEN, FORBIDDEN, GET, POST, lo=OK),
    "review_row": everyone(FORBIDDEN, FORBIDDEN, GET, POST, lo=OK),
    "review_samples": everyone(FORBIDDEN, FORBIDDEN, GET, POST, lo=OK),
    "review_sample": everyone(FORBIDDEN, FORBIDDEN, GET, lo=OK),
    "review_report": everyone(FORBIDDEN, FORBIDDEN, GET, lo=OK),
    "decisions": everyone(FORBIDDEN, FORBIDDEN, GET, ro=OK),
    "reports": of_the_report(OK, GET),
    "report": of_the_report(OK, GET, POST),
    "report_make": of_the_report(MOVED, POST),
    "report_state": of_the_report(OK, GET),
    # None is made while the outage goes on.
    "report_file": of_the_report(HIDDEN, GET),
    "report_chart": of_the_report(HIDDEN, GET),
    "closing": of_the_closing(OK, GET),
    "closing_now": of_the_closing(OK, GET),
    "close_outage": of_the_closing(MOVED, POST),
    # Nothing is left open while the outage goes on.
    "leave_at_closing": of_the_closing(HIDDEN, GET, POST),
    "routine": everyone(OK, OK, GET),
    "checklists": everyone(OK, OK, GET),
    "checklist": of_the_ward(OK, GET),
    "checklist_tick": of_the_ward(MOVED, POST),
    "back_registration": everyone(OK, OK, GET, names_patient=True),
    "back_now": everyone(OK, OK, GET, names_patient=True),
    "outage_files": everyone(OK, FORBIDDEN, GET),
    "outage_file": everyone(MOVED, FORBIDDEN, POST),
    "acknowledge": everyone(MOVED, FORBIDDEN, POST),
}
PEOPLE = ("alva", "disa", "bo", "cissi", "adam", "esa", "lo", "ro")
IDS = (
    "number",
    "chain_id",
    "handover_id",
    "event_id",
    "list_id",
    "row_id",
    "sample_id",
    "shift_id",
    "outage_id",
    "unit_id",
)
NAMES = [pattern.name for pattern in urlpatterns]
WITH_ID = [p.name for p in urlpatterns if set(p.pattern.converters) & set(IDS)]


@pytest.fixture
def address(county: County, chain: CareChain):
    """A function from a name to its address about Alva's and Disa's patient, or about nothing there is."""
    facts = chain_facts(county, patient_name=PATIENT)
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts)
    event = make_event(county.alva, chain, "discharge")
    return addresses_about(county, county.alva, event, tell(county.alva, chain, event, to=Party.OUTPATIENT))


def addresses_about(county: County, by: Acting, event: CareChainEvent, handover: Handover):
    pasted = chain_facts(county, identity="19900101-9802", patient_name="Klistrad Tolvansson")
    list_id = uuid4()
    open_each(by=by, outage=event.chain.outage, list_id=list_id, patients={0: pasted})
    there = {
        "list_id": list_id,
        "chain_id": event.chain_id,
        "event_id": event.pk,
        "handover_id": handover.pk,
        "key": checklists_for(by.unit)[0].key,
        "row_id": AuditEntry.objects.filter(unit=by.unit).latest("pk").pk,
        "sample_id": sample(by).pk,
        "number": event.chain.number,
        "shift_id": hand_over(by).pk,
        "outage_id": event.chain.outage_id,
        "name": "hours",
        "unit_id": by.unit.pk,
        "which": "logg",
        "form": "csv",
    }

    def nothing(there: Any) -> Any:
        return 999_999 if isinstance(there, int) else uuid4()

    def build(name: str, *, missing: bool = False) -> str:
        pattern = next(p for p in urlpatterns if p.name == name)
        found = {
            k: (nothing(there[k]) if missing and k in IDS else there[k]) for k in pattern.pattern.converters
        }
        return reverse(name, kwargs=found)

    return build


def ask(client: Client, method: HTTPMethod, path: str):
    return client.generic(method.value, path)


def test_every_address_has_its_row_and_no_row_is_of_nothing():
    assert sorted(NAMES) == sorted(TABLE)


@pytest.fixture
def people(county: County) -> dict[str, Acting]:
    lo, ro = persons(("lo", county.ward, Role.LOG_REVIEWER), ("ro", county.ward, Role.ROUTINE_OWNER))
    return {"lo": lo, "ro": ro} | {name: county.somebody(name) for name in PEOPLE if hasattr(county, name)}


@pytest.mark.parametrize("who", PEOPLE)
def test_each_address_answers_a_person_as_the_table_says(people, address, client: Client, who: str):
    client.force_login(people[who].user)
    answers, looks = {}, {}
    for name, row in TABLE.items():
        with unasked() as looks[name]:
            answers[name] = ask(client, row.methods[0], address(name))
    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: getattr(row, who) for name, row in TABLE.items()
    }
    assert {name: found for name, found in looks.items() if found} == {}
    named = {name for name, answer in answers.items() if PATIENT in answer.content.decode()}
    takes_part = who in {"alva", "disa", "esa"}
    assert named <= {name for name, row in TABLE.items() if row.names_patient and takes_part}
    assert named >= ({"status", "chains", "chain", "edit_chain", "log_call"} if takes_part else set())


@pytest.mark.long
@pytest.mark.parametrize("role", Role)
def test_the_other_branch_is_answered_as_a_unit_that_takes_no_part(
    county: County, outage: Outage, client: Client, role: Role
):
    """About a patient of the social services: home nursing of the same municipality sees no more than Bo of Alva's.

    In `make test` each address is asked by every other role.
    """
    by = county.cissi
    chain = make_chain(county, outage, by, patient_name=PATIENT)
    event = make_event(by, chain, "municipality_ready", sender=Party.MUNICIPALITY, to=Party.INPATIENT)
    address = addresses_about(county, by, event, tell(by, chain, event, to=Party.INPATIENT))
    nursing = Unit.objects.create(
        principal=county.municipality, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
    )
    client.force_login(person("hanna", nursing, role).user)
    step = runs(2, full=1)
    asked = dict(list(TABLE.items())[[*Role].index(role) % step :: step])
    answers = {name: ask(client, row.methods[0], address(name)) for name, row in asked.items()}
    column = {Role.STAFF: "bo", Role.ADMIN: "adam", Role.LOG_REVIEWER: "lo", Role.ROUTINE_OWNER: "ro"}
    told = {name: getattr(row, column.get(role, "bo")) for name, row in TABLE.items()}
    if role is Role.COORDINATOR:
        mine = (
            "end_outage",
            "reopen_outage",
            "start_drill",
            *(n for n in TABLE if n.startswith(("report", "clos", "leave_at"))),
        )
        told |= {name: TABLE[name].esa for name in mine}
    if role is Role.LOG_REVIEWER:
        told |= {"review_row": HIDDEN, "review_sample": HIDDEN}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: told[name] for name in asked
    }
    assert [name for name, answer in answers.items() if PATIENT in answer.content.decode()] == []
    client.force_login(by.user)
    assert PATIENT in client.get(address("chain")).content.decode()


def test_without_log_in_every_address_leads_to_the_log_in_page(address, client: Client):
    for name in TABLE:
        path = address(name)
        for method in (GET, POST):
            answer = ask(client, method, path)
            assert (answer.status_code, answer.headers["Location"]) == (
                MOVED,
                f"{reverse('account_login')}?next={path}",
            )


def test_an_id_of_nothing_is_not_found(people: dict[str, Acting], address, client: Client):
    assert len(WITH_ID) > 5
    for name in WITH_ID:
        row = TABLE[name]
        who = "lo" if row.lo == OK else "esa" if row.alva == FORBIDDEN else "alva"
        client.force_login(people[who].user)
        answer = ask(client, TABLE[name].methods[0], address(name, missing=True))
        assert answer.status_code == HIDDEN, name
        assert "Sidan finns inte" in answer.content.decode()


def test_the_wrong_method_is_refused(county: County, address, client: Client):
    client.force_login(county.esa.user)
    wrong = [(name, m) for name, row in TABLE.items() for m in (GET, POST) if m not in row.methods]
    assert {(name, ask(client, m, address(name)).status_code) for name, m in wrong} == {
        (name, 405) for name, _ in wrong
    }
    assert not AuditEntry.objects.filter(user=county.esa.user).exists()


@pytest.mark.parametrize("who", ["bo", "cissi"])
def test_what_others_log_is_not_found_by_searching(county: County, address, client: Client, who: str):
    address("chain")
    client.force_login(county.somebody(who).user)
    for text in ("Särskild", "1212"):
        page = client.post(reverse("chains"), {"sok": text}).content.decode()
        assert PATIENT not in page
        assert "Ingen vårdkedja stämmer" in page
    client.force_login(county.disa.user)
    assert PATIENT in client.post(reverse("chains"), {"sok": "särskild 1212"}).content.decode()


def test_what_one_principal_logs_about_anothers_units_stays_its_own(
    county: County, outage: Outage, client: Client
):
    """Cissi's own chain names Alva's ward and Disa's hälsocentral, who see theirs and not hers."""
    hers = make_chain(county, outage, county.cissi, patient_name=PATIENT)
    for who in ("alva", "disa"):
        client.force_login(county.somebody(who).user)
        assert client.get(reverse("chain", args=[hers.pk])).status_code == HIDDEN
        for name in ("status", "chains"):
            assert PATIENT not in client.get(reverse(name)).content.decode()
    client.force_login(county.cissi.user)
    assert PATIENT in client.get(reverse("chain", args=[hers.pk])).content.decode()


def test_the_one_who_may_ends_the_outage(county: County, address, client: Client):
    client.force_login(county.esa.user)
    assert client.get(address("end_outage")).status_code == OK
    assert client.post(address("reopen_outage")).status_code == MOVED


def test_a_person_with_two_assignments_chooses_one_first(county: County, address, client: Client):
    extra = Membership.objects.create(
        user=county.alva.user, unit=county.other_ward, role=Role.STAFF, title="Sjuksköterska"
    )
    client.force_login(county.alva.user)
    response = client.get(address("chain"))
    assert response.status_code == MOVED
    assert (
        response.headers["Location"] == f"{reverse('choose_assignment')}?next={quote(address('chain'), '')}"
    )
    client.post(reverse("choose_assignment"), {"membership": extra.pk})
    assert client.get(address("chain")).status_code == HIDDEN
    client.post(reverse("choose_assignment"), {"membership": county.alva.membership.pk})
    assert client.get(address("chain")).status_code == OK
