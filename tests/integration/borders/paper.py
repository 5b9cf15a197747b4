"""The services of paper, with arguments that are valid for Alva's ward."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from forms.models import PaperEntry, ScanMatch, ScannedPage, ScanUpload, Sheet, SheetBatch, SheetKind
from forms.queries.disposal import decision_in_force
from forms.queries.scans import telling_id
from forms.rules.scan_finding import AsideReason, Finding
from forms.rules.sheet_fate import Fate, Look, VoidReason
from forms.rules.work_list_spec import WorkList
from forms.services.batches import issue_batch, print_part
from forms.services.binder import print_binder
from forms.services.code_slips import print_code_slips
from forms.services.disposal import record_decision
from forms.services.emergency import print_emergency_codes
from forms.services.entering import enter_call, move_entry, say_all_entered
from forms.services.fates import (
    check_scan,
    destroy_sheet,
    hand_over,
    keep_paper,
    mark_filled,
    void_sheet,
    void_stock,
)
from forms.services.log_prints import print_log_sheet
from forms.services.outage_files import take_out
from forms.services.outage_log_prints import print_outage_log
from forms.services.printing import print_call_support, print_care_chain, print_checklist, print_contact_list
from forms.services.scans import (
    lay_aside,
    lay_aside_duplicates,
    match_page,
    replace_picture,
    scan_steps,
    undo_told,
    view_picture,
)
from forms.services.sip_prints import print_sip, print_sip_invitation
from forms.services.verifying import verify_file
from forms.services.work_list_prints import print_work_list
from outage.models import CareChain, Outage
from outage.presenters.checklists import checklist_cards
from outage.queries.care_chains import get_chain
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.rules.outage_files import OutageFile, TableForm
from outage.rules.paper import PaperMark
from outage.services.handovers import log_call
from tests.factories import call_facts, make_chain, make_outage
from tests.integration.borders.table import (
    CHAIN,
    NONE,
    PRINCIPAL,
    UNIT,
    Border,
    Cast,
    Given,
    Row,
    Table,
    with_other,
)
from tests.integration.forms.sheets_made import bring_to, decide, make_sheet

HANDLE, PRINT = Right.HANDLE_SHEETS, Right.PRINT_SHEET


@dataclass
class Paper(Cast):
    """Sheets of Alva's ward in each step, a scan, a batch, a row entered; a sheet and a chain of Bo's."""

    outage: Outage = field(init=False)
    chain: UUID = field(init=False)
    strangers: UUID = field(init=False)
    sheets: dict[str, Sheet] = field(init=False)
    theirs: Sheet = field(init=False)
    batch: SheetBatch = field(init=False)
    upload: ScanUpload = field(init=False)
    entry: PaperEntry = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        county, alva = self.county, self.county.alva
        self.outage = make_outage(alva)
        self.chain = make_chain(county, self.outage).pk
        theirs = {"ward_unit": county.other_ward, "outpatient_unit": None}
        self.strangers = make_chain(county, self.outage, county.bo, **theirs).pk
        decide(county.adam)
        steps = (Fate.PRINTED, Fate.FILLED, Fate.SCANNED, Fate.CHECKED, Fate.KEPT)
        self.sheets = {step: bring_to(alva, make_sheet(alva, SheetKind.LOG_SHEET), step) for step in steps}
        self.sheets["copy"] = make_sheet(alva, SheetKind.SIP_PATIENT)
        self.theirs = make_sheet(county.bo, SheetKind.LOG_SHEET)
        self.batch = issue_batch(by=alva, client_id=uuid4(), kind=SheetKind.LOG_SHEET, count=2)
        self.upload = ScanUpload.objects.create(unit=alva.unit, user=alva.user, pages=1, sha256="0" * 64)
        facts = {"width": 1654, "height": 2339, "sha256": "0" * 64}
        ScannedPage.objects.create(upload=self.upload, number=1, finding=Finding.ALREADY, **facts)
        call = enter_call(by=alva, **row(self, alva))
        self.entry = PaperEntry.objects.get(handover=call)

    def seen(self, pk: UUID) -> CareChain:
        return get_chain(self.county.alva, pk)


def sheet(step: str, **more: Any) -> Callable[[Paper, Acting], Given]:
    return lambda s, by: {"sheet": Sheet.objects.get(pk=s.sheets[step].pk), "client_id": uuid4(), **more}


def page(**more: Any) -> Callable[[Paper, Acting], Given]:
    return lambda s, by: {"page": s.upload.scanned_pages.get(), **more}


def chain(s: Paper, by: Acting) -> Given:
    return {"chain": s.seen(s.chain), "client_id": uuid4()}


def row(s: Paper, by: Acting) -> dict[str, Any]:
    at, of = timezone.now() - timedelta(minutes=40), s.sheets[Fate.FILLED]
    return {
        "sheet": Sheet.objects.get(pk=of.pk),
        "chain": s.seen(s.chain),
        "client_id": uuid4(),
        "facts": call_facts(at=at),
        "messages": [Message(kind="admission", sender=Party.INPATIENT)],
        "paper": PaperMark(of.serial, at + timedelta(minutes=2), "N.N."),
    }


def entry(s: Paper, by: Acting) -> Given:
    found = PaperEntry.objects.select_related("sheet").get(pk=s.entry.pk)
    serial = s.sheets[Fate.PRINTED].serial
    return {"entry": found, "client_id": uuid4(), "serial_text": serial, "reason": "Fel blad."}


def decided(s: Paper, by: Acting) -> Given:
    stands = decision_in_force(by.principal)
    given = {"client_id": uuid4(), "allows": True, "reference": "RS 981-2026", "seen": stands and stands.pk}
    return given | {"decided_on": timezone.localdate()}


def destroyed(s: Paper, by: Acting) -> Given:
    decision = decision_in_force(s.county.alva.principal)
    more = {"on": timezone.localdate(), "decision": decision and decision.pk}
    return sheet(Fate.CHECKED, **more)(s, by)


def handed(s: Paper, by: Acting) -> Given:
    # The day is that of the test, not of the import.
    return sheet("copy", given_to="Tolvan", on=timezone.localdate())(s, by)


def undone(s: Paper, by: Acting) -> Given:
    # Of a page that no sheet has: a sheet would refuse too.
    page = s.upload.scanned_pages.get()
    told = lay_aside(by=s.county.alva, page=page, reason=AsideReason.EMPTY)
    return {"page": page, "told": telling_id(told), "reason": "Fel."}


def replaced(s: Paper, by: Acting) -> Given:
    sheet, alva = s.sheets[Fate.FILLED], s.county.alva
    half, whole = (
        ScannedPage.objects.create(
            upload=s.upload,
            number=number,
            finding=finding,
            serial=sheet.serial,
            sheet_page=1,
            width=1,
            height=1,
            sha256="0" * 64,
            cut_off=finding is Finding.MATCHED,
        )
        for number, finding in ((8, Finding.MATCHED), (9, Finding.ALREADY))
    )
    ScanMatch.objects.create(
        page=half, sheet=sheet, sheet_page=1, round=1, typed=False, user=alva.user, unit=alva.unit
    )
    return {"page": whole}


def of(border: Border, given: Any) -> Row[Paper]:
    return Row(HANDLE, border, given)


def card(s: Paper, by: Acting) -> Given:
    return {"card": checklist_cards(by, s.outage)[0], "outage": s.outage}


TABLE: Table[Paper] = {
    print_care_chain: Row(PRINT, CHAIN, chain),
    print_sip: Row(PRINT, CHAIN, chain),
    print_sip_invitation: Row(PRINT, CHAIN, chain),
    print_log_sheet: Row(PRINT, NONE, lambda s, by: {"client_id": uuid4()}),
    print_work_list: Row(
        PRINT, NONE, lambda s, by: {"which": WorkList.CHAINS, "outage": s.outage, "client_id": uuid4()}
    ),
    print_outage_log: Row(PRINT, NONE, lambda s, by: {"outage": s.outage, "number": 1}),
    take_out: Row(
        PRINT,
        NONE,
        lambda s, by: {"outage": s.outage, "which": OutageFile.LOG, "form": TableForm.CSV},
    ),
    print_checklist: Row(None, NONE, card),
    print_contact_list: Row(None, NONE, lambda s, by: {}),
    print_call_support: Row(None, NONE, lambda s, by: {}),
    print_binder: Row(PRINT, UNIT, lambda s, by: {"unit": s.county.alva.unit, "client_id": uuid4()}),
    print_emergency_codes: Row(
        Right.MANAGE_PEOPLE,
        PRINCIPAL,
        lambda s, by: {"unit": s.county.alva.unit, "client_id": uuid4(), "address": "http://testserver/"},
    ),
    print_code_slips: Row(
        Right.MANAGE_PEOPLE,
        PRINCIPAL,
        lambda s, by: {
            "people": [s.county.alva.user],
            "client_id": uuid4(),
            "answers": {},
            "address": "http://testserver/",
        },
    ),
    issue_batch: Row(
        PRINT, NONE, lambda s, by: {"client_id": uuid4(), "kind": SheetKind.LOG_SHEET, "count": 1}
    ),
    print_part: Row(PRINT, UNIT, lambda s, by: {"batch": SheetBatch.objects.get(pk=s.batch.pk), "part": 1}),
    void_stock: of(
        UNIT,
        lambda s, by: {
            "batch": SheetBatch.objects.get(pk=s.batch.pk),
            "client_id": uuid4(),
            "void_reason": VoidReason.DAMAGED,
            "left": 2,
            "reason": "Kaffe.",
        },
    ),
    record_decision: Row(Right.DECIDE_DISPOSAL, NONE, decided),
    enter_call: Row(HANDLE, UNIT, row, also=Right.LOG_CARE),
    move_entry: Row(HANDLE, UNIT, entry, also=Right.LOG_CARE),
    say_all_entered: of(UNIT, sheet(Fate.KEPT, rows=0, seen=5)),
    mark_filled: of(UNIT, sheet(Fate.PRINTED)),
    void_sheet: of(UNIT, sheet(Fate.FILLED, void_reason=VoidReason.DAMAGED, reason="Kaffe.")),
    check_scan: of(UNIT, sheet(Fate.SCANNED, looked=list(Look))),
    destroy_sheet: of(UNIT, destroyed),
    keep_paper: of(UNIT, sheet(Fate.CHECKED)),
    hand_over: of(UNIT, handed),
    scan_steps: of(NONE, lambda s, by: {"client_id": uuid4(), "files": [b"x"]}),
    match_page: of(UNIT, lambda s, by: page(serial_text=s.sheets[Fate.FILLED].serial, sheet_page=1)(s, by)),
    lay_aside: of(UNIT, page(reason=AsideReason.EMPTY)),
    undo_told: of(UNIT, undone),
    lay_aside_duplicates: of(UNIT, lambda s, by: {"upload": ScanUpload.objects.get(pk=s.upload.pk)}),
    replace_picture: of(UNIT, replaced),
    view_picture: of(UNIT, page()),
    verify_file: Row(None, NONE, lambda s, by: {"content": b"%PDF-1.7"}),
}


def strangers(s: Paper) -> CareChain:
    return get_chain(s.county.bo, s.strangers)


def gone_to_strangers(s: Paper) -> PaperEntry:
    """A row of Alva's sheet whose call is in a chain that she does not see."""
    at, bo, of = timezone.now() - timedelta(minutes=40), s.county.bo, s.sheets[Fate.FILLED]
    mark = PaperMark(of.serial, at + timedelta(minutes=2), "N.N.")
    facts = call_facts(at=at, outcome=CallOutcome.BUSY)
    call = log_call(
        by=bo, chain=strangers(s), client_id=uuid4(), facts=facts, messages=[], paper=mark, answers=None
    )
    return PaperEntry.objects.create(handover=call, sheet=of, user=bo.user, unit=bo.unit)


def theirs(s: Paper) -> Sheet:
    return s.theirs


def theirs_marked(s: Paper) -> PaperMark:
    return PaperMark(s.theirs.serial, timezone.now() - timedelta(minutes=30), "N.N.")


def their_upload(s: Paper) -> ScanUpload:
    bo = s.county.bo
    return ScanUpload.objects.create(unit=bo.unit, user=bo.user, pages=1, sha256="0" * 64)


def nothing(s: Paper) -> str:
    return ""


# Alva does it, to what is hers and to what is not; where a rule would say no, it says nothing of another's.
MIXED = [
    (enter_call, with_other(TABLE[enter_call], chain=strangers)),
    (enter_call, with_other(TABLE[enter_call], sheet=theirs, paper=theirs_marked)),
    (move_entry, with_other(TABLE[move_entry], entry=gone_to_strangers)),
    (
        void_sheet,
        with_other(TABLE[void_sheet], sheet=theirs, void_reason=lambda s: VoidReason.LOST, reason=nothing),
    ),
    (check_scan, with_other(TABLE[check_scan], sheet=theirs, looked=nothing)),
    (hand_over, with_other(TABLE[hand_over], sheet=theirs, given_to=nothing)),
    (lay_aside_duplicates, with_other(TABLE[lay_aside_duplicates], upload=their_upload)),
]
