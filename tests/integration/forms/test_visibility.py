"""Who sees what of the paper: each address for each person, driven from the addresses themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPMethod
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.models import AuditEntry, MunicipalKind, Unit
from contacts.rules.permissions import Role
from forms.models import LateEntry, ScannedPage, SheetKind
from forms.services.batches import issue_batch
from forms.services.printing import print_care_chain
from forms.urls import urlpatterns
from outage.queries.care_chains import get_chain
from outage.queries.checklists import checklists_for
from tests.factories import County, make_chain, make_county, make_outage, person, persons
from tests.integration.borders.asking import unasked
from tests.integration.forms.sheets_made import make_sheet, scan
from tests.kept import Keeper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_typesetting")]
GET, POST = HTTPMethod.GET, HTTPMethod.POST
OK, SEE_OTHER, BAD, FORBIDDEN, HIDDEN, WRONG = 200, 302, 400, 403, 404, 422
PATIENT = "Särskild Tolvansson"


@dataclass(frozen=True)
class Row:
    """What an address answers to Alva whose unit it is, Bo of another ward, Cissi of a municipality, Adam an admin.

    `methods` are those it takes; the statuses are for the first of them, with nothing filled in. Adam works at
    Alva's ward and has no errand in patients' data; nor have Lo who reviews the log there and Ro who owns the routine.
    They are answered as Adam where `lo` does not say otherwise; Esa, the ward's coordinator, as Alva but for `esa`.
    """

    methods: tuple[HTTPMethod, ...]
    alva: int
    bo: int
    cissi: int
    adam: int
    names_patient: bool = False
    lo: int = 0
    ro: int = 0
    esa: int = 0

    def of(self, who: str) -> int:
        same = {
            "esa": self.esa or self.alva,
            "lo": self.lo or self.adam,
            "ro": self.ro or self.lo or self.adam,
        }
        found: int = same[who] if who in same else getattr(self, who)
        return found


def everyone(status: int, *methods: HTTPMethod) -> Row:
    return Row(methods, status, status, status, status)


def of_care(status: int, *methods: HTTPMethod) -> Row:
    return Row(methods, status, status, status, FORBIDDEN)


def of_the_unit(status: int, *methods: HTTPMethod, names_patient: bool = False) -> Row:
    return Row(methods, status, HIDDEN, HIDDEN, FORBIDDEN, names_patient)


def of_the_chain(status: int, *methods: HTTPMethod) -> Row:
    """Adam's role is asked for before the chain is looked for."""
    return Row(methods, status, HIDDEN, HIDDEN, FORBIDDEN)


def of_the_purge(status: int, *methods: HTTPMethod) -> Row:
    """Administrators, and the routine's owner, who reads no patients either."""
    return Row(methods, FORBIDDEN, FORBIDDEN, FORBIDDEN, status, lo=FORBIDDEN, ro=status)


TABLE: dict[str, Row] = {
    "chain_sheet": of_the_chain(BAD, POST),
    "chain_sip": of_the_chain(BAD, POST),
    "chain_sip_patient": of_the_chain(BAD, POST),
    "chain_sip_invitation": of_the_chain(BAD, POST),
    "log_sheet_pdf": everyone(BAD, POST),
    "work_list_pdf": everyone(BAD, POST),
    "outage_log_pdf": of_care(BAD, POST),
    "call_support": everyone(OK, GET),
    "checklist_pdf": Row((GET,), OK, OK, HIDDEN, OK),
    "contact_list": everyone(OK, GET, POST),
    "binder": everyone(OK, GET, POST),
    # The others count the sheets of their units.
    "sheets": Row((GET, POST), OK, OK, OK, OK, lo=FORBIDDEN),
    "code_slips": Row((GET, POST), FORBIDDEN, FORBIDDEN, FORBIDDEN, OK, lo=FORBIDDEN),
    "emergency_codes": Row((GET, POST), FORBIDDEN, FORBIDDEN, FORBIDDEN, OK, lo=FORBIDDEN),
    "log_extract": Row((POST,), FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, lo=HIDDEN, ro=FORBIDDEN),
    "log_report": Row((POST,), FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, lo=BAD, ro=FORBIDDEN),
    # None is made while the outage goes on.
    "report_pdf": Row((POST,), FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, ro=HIDDEN, esa=HIDDEN),
    "new_sheets": of_care(OK, GET, POST),
    "sheet_batch": of_the_unit(OK, GET),
    "batch_part": of_the_unit(SEE_OTHER, POST),
    "void_batch": of_the_unit(OK, GET, POST),
    "disposal": everyone(OK, GET, POST),
    "purges": of_the_purge(OK, GET),
    # There is nothing to purge while the outage goes on.
    "purge": of_the_purge(HIDDEN, GET, POST),
    "purge_confirm": of_the_purge(HIDDEN, POST),
    "purge_withdraw": of_the_purge(HIDDEN, GET, POST),
    "late_entries": of_care(OK, GET, POST),
    "late_entry": of_the_unit(OK, GET, POST, names_patient=True),
    "scan": of_care(OK, GET, POST),
    "scan_result": of_the_unit(OK, GET, POST),
    "waiting_pages": of_care(OK, GET),
    "waiting_page": of_the_unit(OK, GET, POST),
    "page_picture": of_the_unit(OK, GET),
    "verify_file": everyone(OK, GET, POST),
    "sheet": of_the_unit(OK, GET),
    "sheet_step": Row((POST,), HIDDEN, HIDDEN, HIDDEN, FORBIDDEN),
    "enter_sheet": of_the_unit(OK, GET, POST, names_patient=True),
}
PEOPLE = ("alva", "bo", "cissi", "adam", "esa", "lo", "ro")
WITH_ID = [p.name for p in urlpatterns if set(p.pattern.converters) - {"key", "part", "which"}]


@pytest.fixture
def county(made_once: Keeper) -> County:
    return made_once("county", make_county)


@pytest.fixture
def people(county: County) -> dict[str, Any]:
    adam = person("adam.pappersson", county.ward, Role.ADMIN)
    lo, ro = persons(("lo", county.ward, Role.LOG_REVIEWER), ("ro", county.ward, Role.ROUTINE_OWNER))
    known = {name: county.somebody(name) for name in ("alva", "bo", "cissi", "esa")}
    return known | {"adam": adam, "lo": lo, "ro": ro}


@pytest.fixture
def address(county: County) -> Callable[..., str]:
    """A function from a name to its address about Alva's paper, or about nothing there is."""
    return addresses_about(county, county.alva)


def addresses_about(county: County, by: Acting) -> Callable[..., str]:
    chain = make_chain(county, make_outage(by), by, patient_name=PATIENT)
    sheet = make_sheet(by, SheetKind.CARE_CHAIN, chain=chain, outage=chain.outage)
    (page,) = scan(by, sheet)
    batch = issue_batch(by=by, client_id=uuid4(), kind=SheetKind.LOG_SHEET, count=1)
    late = LateEntry(outage=chain.outage, said=[["Vem gäller det?", PATIENT]], user=by.user, unit=by.unit)
    late.save()
    there = {
        "chain_id": chain.pk,
        "serial": sheet.serial,
        "page_id": page.pk,
        "upload_id": page.upload_id,
        "batch_id": batch.pk,
        "part": 1,
        "key": checklists_for(by.unit)[0].key,
        "which": "vardkedjor",
        "unit_id": county.ward.pk,
        "outage_id": chain.outage_id,
        "late_id": late.pk,
    }

    def build(name: str, *, missing: bool = False) -> str:
        pattern = next(p for p in urlpatterns if p.name == name)
        found = {}
        for key in pattern.pattern.converters:
            kinds: dict[type, object] = {UUID: uuid4(), int: 999_999}
            nothing = kinds.get(type(there[key]), "7K3QX9M2X")
            found[key] = nothing if missing and key not in {"part", "key", "which"} else there[key]
        return reverse(name, kwargs=found)

    return build


def ask(client: Client, method: HTTPMethod, path: str) -> Any:
    return client.generic(method.value, path)


def test_every_address_has_its_row_and_no_row_is_of_nothing():
    assert sorted(p.name for p in urlpatterns) == sorted(TABLE)


@pytest.mark.parametrize("who", PEOPLE)
def test_each_address_answers_a_person_as_the_table_says(
    people: dict[str, Any], address: Callable[..., str], client: Client, who: str
):
    client.force_login(people[who].user)
    answers, looks = {}, {}
    for name, row in TABLE.items():
        with unasked() as looks[name]:
            answers[name] = ask(client, row.methods[0], address(name))
    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: row.of(who) for name, row in TABLE.items()
    }
    assert {name: found for name, found in looks.items() if found} == {}
    named = {name for name, answer in answers.items() if PATIENT in answer.content.decode(errors="replace")}
    assert named <= (
        {name for name, row in TABLE.items() if row.names_patient} if who in {"alva", "esa"} else set()
    )


@pytest.mark.parametrize("role", Role)
def test_the_other_branch_is_answered_as_another_unit(county: County, client: Client, role: Role):
    """About paper of the social services: home nursing of the same municipality sees no more than Bo of Alva's."""
    address = addresses_about(county, county.cissi)
    nursing = Unit.objects.create(
        principal=county.municipality, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
    )
    client.force_login(person("hanna", nursing, role).user)
    answers = {name: ask(client, row.methods[0], address(name)) for name, row in TABLE.items()}
    column = {Role.ADMIN: "adam", Role.LOG_REVIEWER: "lo", Role.ROUTINE_OWNER: "ro"}.get(role, "bo")
    # The municipality's units have their checklists in common.
    told = {name: row.of(column) for name, row in TABLE.items()} | {"checklist_pdf": OK}
    if role is Role.COORDINATOR:
        # An outage is everybody's.
        told["report_pdf"] = TABLE["report_pdf"].esa
    if role is Role.ADMIN:
        # The unit is of another principal.
        told["emergency_codes"] = HIDDEN
    assert {name: answer.status_code for name, answer in answers.items()} == told
    assert [n for n, answer in answers.items() if PATIENT in answer.content.decode(errors="replace")] == []


def test_without_log_in_every_address_leads_to_the_log_in_page(address: Callable[..., str], client: Client):
    for name in TABLE:
        path = address(name)
        for method in (GET, POST):
            answer = ask(client, method, path)
            assert (answer.status_code, answer.headers["Location"]) == (
                SEE_OTHER,
                f"{reverse('account_login')}?next={path}",
            )


def test_an_id_of_nothing_is_not_found(people: dict[str, Any], address: Callable[..., str], client: Client):
    assert len(WITH_ID) > 8
    for name in WITH_ID:
        who = {"emergency_codes": "adam", "report_pdf": "esa"}.get(name, "alva")
        who = "adam" if name.startswith("purge") else who
        client.force_login(people[who].user)
        answer = ask(client, TABLE[name].methods[0], address(name, missing=True))
        assert answer.status_code == HIDDEN, name


def test_the_wrong_method_is_refused(people: dict[str, Any], address: Callable[..., str], client: Client):
    client.force_login(people["alva"].user)
    before = AuditEntry.objects.count()
    for name, row in TABLE.items():
        path = address(name)
        before = AuditEntry.objects.count()
        for method in {GET, POST} - set(row.methods):
            assert ask(client, method, path).status_code == 405, name
        assert AuditEntry.objects.count() == before


def test_a_printed_sheet_is_seen_by_its_own_unit_only(people: dict[str, Any], county: County, client: Client):
    """Disa's hälsocentral takes part in the chain, and prints a sheet of its own; Alva's is Alva's."""
    chain = make_chain(county, make_outage(county.alva), county.alva, patient_name=PATIENT)
    made = print_care_chain(by=county.disa, chain=get_chain(county.disa, chain.pk)).sheet
    for who, status in (("alva", HIDDEN), ("disa", OK)):
        client.force_login(county.somebody(who).user)
        assert client.get(reverse("sheet", args=[made.serial])).status_code == status


def test_a_look_at_a_scan_is_in_the_trace(
    people: dict[str, Any], address: Callable[..., str], client: Client
):
    client.force_login(people["alva"].user)
    assert client.get(address("page_picture")).status_code == OK
    page = ScannedPage.objects.get()
    assert AuditEntry.objects.filter(action="scan.viewed", target_id=str(page.pk)).count() == 1
