"""The forms of the pages, filled in so that they are saved, and a stage on which there is one for each address."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, resolve, reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.hours import Availability, Eves
from contacts.rules.permissions import Right, Role
from contacts.urls import urlpatterns as of_contacts
from forms.models import ScannedPage, ScanUpload, SheetKind
from forms.rules.scan_finding import Finding
from forms.rules.sheet_fate import Fate
from forms.services.batches import issue_batch
from forms.urls import urlpatterns as of_paper
from outage.queries.care_chains import get_handover
from outage.queries.checklists import checklists_for
from outage.rules.informing import CallOutcome
from outage.services.number_flags import flag_called_number
from outage.urls import urlpatterns as of_outage
from tests.factories import TOLVAN, make_entry, tell
from tests.integration.borders.directory import Directory, sent
from tests.integration.borders.log import Log
from tests.integration.borders.logs import sample, seen_row
from tests.integration.borders.people import People, with_app
from tests.integration.borders.table import BRANCH, CHAIN, ELSEWHERE, NONE, PRINCIPAL, UNIT, Border, Scope
from tests.integration.forms.entering import ROW as PAPER_ROW
from tests.integration.forms.sheets_made import bring_to, make_sheet
from tests.integration.outage.pages import forms_on

PATTERNS: dict[str, URLPattern] = {str(p.name): p for p in (*of_outage, *of_paper, *of_contacts)}
# Another ward has the same checklist, for itself; and the units of a municipality have theirs in common.
LIST = Border("list", frozenset({Scope.OWN, Scope.OTHER, Scope.BRANCH}))
FLAGGED = "0910-00 00 01"
Typed = Mapping[str, Any]


@dataclass
class Stage(Log, Directory, People):
    """Something of everything that Alva's unit and principal have; `there` has it by the names in addresses."""

    there: dict[str, list[Any]] = field(init=False)
    others: dict[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        alva = self.county.alva
        make_entry(alva.principal, "Larmet", FLAGGED)
        call = tell(alva, self.seen(self.right_one), outcome=CallOutcome.BUSY, number=FLAGGED)
        flag_called_number(by=alva, handover=get_handover(alva, call.pk), client_id=uuid4())
        with_app(self.person("anna"))
        steps = (Fate.PRINTED, Fate.FILLED, Fate.SCANNED)
        sheets = [bring_to(alva, make_sheet(alva, SheetKind.LOG_SHEET), step) for step in steps]
        batch = issue_batch(by=alva, client_id=uuid4(), kind=SheetKind.LOG_SHEET, count=2)
        scanned = ScanUpload.objects.create(unit=alva.unit, user=alva.user, pages=1, sha256="0" * 64)
        facts = {"width": 1654, "height": 2339, "sha256": "0" * 64}
        page = ScannedPage.objects.create(upload=scanned, number=1, finding=Finding.ALREADY, **facts)
        self.there = {
            "chain_id": [self.chain, self.twins[0], self.join.kept_id, self.hidden, self.right_one],
            "handover_id": [self.call, call.pk],
            "event_id": [self.event, self.told, self.untold],
            "key": [checklists_for(alva.unit)[0].key],
            "serial": [sheet.serial for sheet in sheets],
            "page_id": [page.pk],
            "upload_id": [scanned.pk, self.shown, self.imported],
            "batch_id": [batch.pk],
            "part": [1],
            "which": ["vardkedjor", "logg"],
            "form": ["csv"],
            "entry_id": [self.entries[name].pk for name in ("Hjälpmedel", "Avförd", "Tvätten")],
            "unit_id": [self.units["A"].pk, self.units["C"].pk, alva.unit.pk],
            "person_id": [self.kept[name].user.pk for name in ("anna", "ended")],
            "membership_id": [self.kept[name].membership.pk for name in ("anna", "ended")],
            "turn_id": [self.turn.pk],
            "row_id": [seen_row(alva).pk],
            "sample_id": [sample(alva).pk],
            "shift_id": [self.shift],
            "outage_id": [self.over.pk],
            "name": ["hours"],
        }
        joined = [(self.entries, "Hjälpmedel", "Kosten"), (self.entries, "Tvätten", "Vakten")]
        self.others = {rows[kept].pk: rows[other].pk for rows, kept, other in joined}
        self.others |= {self.units[kept].pk: self.units[other].pk for kept, other in ("AB", "CD")}

    def addresses(self, name: str) -> Iterator[str]:
        """Where the page of that name is, about each thing there is."""
        words = list(PATTERNS[name].pattern.converters)
        of_two = "other_id" in words
        for values in product(*(self.there.get(word, []) for word in words if word != "other_id")):
            if not of_two or values[0] in self.others:
                yield reverse(name, args=[*values, *([self.others[values[0]]] if of_two else [])])

    def somebody(self, name: str) -> Acting:
        return self.people[Role.LOG_REVIEWER, Scope.OWN] if name == "lo" else self.county.somebody(name)


def nothing(s: Stage) -> Typed:
    return {}


@dataclass(frozen=True)
class Post:
    """An address that writes: the right it asks for and how far it reaches, and what is typed in its form.

    `where` is the page that the form stands on, if not any; `first` what is sent to be shown it; `by_hand` its address
    where no page of the stage has it. `with_field` chooses among forms to one address. `by` fills it in.
    """

    right: Right
    border: Border
    typed: Callable[[Stage], Typed] = nothing
    by: str = "alva"
    where: Callable[[Stage], str] | None = None
    first: Callable[[Stage], Typed] | None = None
    by_hand: Callable[[Stage], str] | None = None
    with_field: str = ""


@dataclass(frozen=True, eq=False)
class Filled:
    """A form as it is sent: all that its page gave it but whose it is, and what is typed."""

    name: str
    path: str
    shown: Typed
    post: Post

    def send(self, client: Client, stage: Stage) -> HttpResponse:
        answer = client.post(self.path, {**self.shown, **self.post.typed(stage)})
        if answer.streaming:
            # The work is done while the page is read.
            b"".join(answer)
        return answer


def because(s: Stage) -> Typed:
    return {"reason": "Fel."}


def at(name: str, get: Callable[[Stage], Any], query: str = "") -> Callable[[Stage], str]:
    return lambda s: reverse(name, args=[get(s)]) + query


def back(s: Stage) -> str:
    return f"{reverse('back_registration')}?driftstopp={s.over.pk}"


def of_chain(typed: Callable[[Stage], Typed] = nothing, **more: Any) -> Post:
    return Post(Right.LOG_CARE, CHAIN, typed, **more)


def printed(name: str) -> Post:
    press = {"client_id": str(uuid4())}
    return Post(Right.PRINT_SHEET, CHAIN, lambda s: press, by_hand=at(name, lambda s: s.chain))


def by_admin(border: Border, typed: Callable[[Stage], Typed] = nothing, **more: Any) -> Post:
    return Post(Right.MANAGE_DIRECTORY, border, typed, by="adam", **more)


def of_people(border: Border, typed: Callable[[Stage], Typed] = nothing, **more: Any) -> Post:
    return Post(Right.MANAGE_PEOPLE, border, typed, by="adam", **more)


def of_review(border: Border, typed: Callable[[Stage], Typed] = nothing, **more: Any) -> Post:
    return Post(Right.REVIEW_LOG, border, typed, by="lo", **more)


def patient(s: Stage) -> Typed:
    return {
        "patient_name": "Ny Tolvansson",
        "before": "not_admitted",
        "municipality": s.county.municipality.pk,
    }


def called(s: Stage) -> Typed:
    return {
        "recipient": "municipality",
        "outcome": "busy",
        "number": "0910-00 00 00",
        "messages": f"event:{s.event}",
    }


def elsewhere(s: Stage) -> Typed:
    press = UUID(int=7, version=4)
    return {"number": TOLVAN, "chain": s.chain, "reason": "is_here", "client_id": press}


def turn(s: Stage) -> Typed:
    day = "2026-11-25"
    hours = {"starts_on": day, "starts_at": "16.00", "ends_on": day, "ends_at": "20.00"}
    return {"who": "Anna Ek", "number": "070-174 06 05", **hours}


def contact(s: Stage) -> Typed:
    hours = {"availability": Availability.ALWAYS.value, "eves": Eves.UNSAID.value}
    return {"name": "Ny kontakt", "kind": "other", "number_0": "090-785 33 33", **hours}


def file_of(name: str, content: Callable[[Stage], bytes], field_name: str = "file") -> Any:
    return lambda s: {field_name: SimpleUploadedFile(name, content(s))}


def decision(s: Stage) -> Typed:
    return {"allows": "ja", "reference": "RS 980-2026", "decided_on": f"{timezone.localdate()}"}


def on_paper(s: Stage) -> str:
    return at("enter_sheet", lambda s: s.there["serial"][1], f"?vardkedja={s.chain}&riktning=given")(s)


LOG, PRINT, HANDLE = Right.LOG_CARE, Right.PRINT_SHEET, Right.HANDLE_SHEETS
POSTS: dict[str, Post] = {
    "report_outage": Post(Right.REPORT_OUTAGE, NONE, lambda s: {"scope": "both_principals"}),
    "change_outage": Post(Right.REPORT_OUTAGE, NONE),
    "record_support": Post(Right.REPORT_OUTAGE, NONE),
    "end_outage": Post(Right.END_OUTAGE, NONE, by="esa"),
    "new_chain": Post(LOG, NONE, patient),
    "paste_patients": Post(
        LOG,
        NONE,
        lambda s: {"do": "open", "0-marked": "on", "0-before": "not_admitted"},
        first=lambda s: {"text": "19900101-9802 Klistrad Tolvansson", "do": "look"},
    ),
    "open_patient": Post(Right.READ_CARE, CHAIN, lambda s: {"reason": "rings"}, by="esa"),
    "open_elsewhere": Post(
        Right.EMERGENCY_OPEN, ELSEWHERE, elsewhere, by="bo", by_hand=lambda s: reverse("open_elsewhere")
    ),
    "edit_chain": of_chain(),
    "join_chain": of_chain(
        lambda s: {"join": "1"},
        where=at("join_chain", lambda s: s.twins[0]),
        first=lambda s: {"to": s.twins[1], "choose": "1"},
    ),
    "undo_join": of_chain(because),
    "chain_call": of_chain(called),
    "quick_try": of_chain(lambda s: {"outcome": "busy"}),
    "task": Post(Right.MARK_REGISTRATION, CHAIN, where=back),
    "acknowledge": Post(Right.MARK_REGISTRATION, NONE, where=back),
    "correct_call": of_chain(because),
    "withdraw_call": of_chain(lambda s: {"why": "not_made"}),
    "move_call": of_chain(lambda s: {"to": s.right_one, "search": []}),
    "undo_call": of_chain(by_hand=at("undo_call", lambda s: s.call)),
    "flag_called_number": Post(Right.READ_CARE, CHAIN),
    "unflag_called_number": Post(Right.READ_CARE, CHAIN),
    "correct_event": of_chain(lambda s: {"reason": "Fel.", "told_rightly": "ja"}),
    "withdraw_event": of_chain(because),
    "complete_discharge": of_chain(),
    "leave_open": of_chain(
        lambda s: {"reason": "Svarar inte.", "responsible": "Esa"},
        where=at("leave_open", lambda s: s.untold, "?till=municipality"),
    ),
    "hand_over_shift": Post(LOG, NONE),
    "take_over_shift": Post(LOG, UNIT, where=lambda s: reverse("shift")),
    "checklist_tick": Post(Right.TICK_CHECKLIST, LIST),
    "chain_sheet": printed("chain_sheet"),
    "chain_sip": printed("chain_sip"),
    "chain_sip_patient": printed("chain_sip_patient"),
    "chain_sip_invitation": printed("chain_sip_invitation"),
    "log_sheet_pdf": Post(PRINT, NONE),
    **dict.fromkeys(("work_list_pdf", "outage_file", "outage_log_pdf"), Post(PRINT, NONE)),
    "binder": Post(PRINT, NONE),
    "new_sheets": Post(PRINT, NONE),
    "batch_part": Post(PRINT, UNIT),
    "void_batch": Post(HANDLE, UNIT, lambda s: {"void_reason": "unused"}),
    "scan": Post(HANDLE, NONE, file_of("blad.pdf", lambda s: b"%PDF-1.7", "files")),
    "scan_result": Post(HANDLE, UNIT, by_hand=at("scan_result", lambda s: s.there["upload_id"][0])),
    "waiting_page": Post(HANDLE, UNIT, lambda s: {"reason": "empty"}, with_field="do=aside"),
    "sheet_step": Post(HANDLE, UNIT),
    "enter_sheet": Post(HANDLE, UNIT, lambda s: PAPER_ROW, where=on_paper, with_field="signed_by"),
    "disposal": Post(Right.DECIDE_DISPOSAL, NONE, decision, by="adam"),
    "code_slips": of_people(NONE, lambda s: {"person": [s.county.alva.user.pk]}),
    "emergency_codes": of_people(PRINCIPAL),
    "review_row": of_review(BRANCH, lambda s: {"verdict": "fine"}),
    "review_samples": of_review(NONE),
    "import_directory": by_admin(NONE, file_of("fil.csv", lambda s: sent(s, s.county.adam, "Ännu en"))),
    "import_preview": by_admin(PRINCIPAL),
    "import_choices": by_admin(PRINCIPAL),
    "import_undo": by_admin(PRINCIPAL),
    "verify_contacts": by_admin(PRINCIPAL),
    "contact_new": by_admin(NONE, contact),
    "contact_edit": by_admin(PRINCIPAL),
    "contact_retire": by_admin(PRINCIPAL),
    "contact_restore": by_admin(PRINCIPAL),
    "join_contacts": by_admin(PRINCIPAL),
    "undo_contact_join": by_admin(PRINCIPAL),
    "main_switchboard": by_admin(NONE),
    "unit_new": by_admin(NONE, lambda s: {"name": "Ny enhet"}),
    "unit_edit": by_admin(PRINCIPAL),
    "join_units": by_admin(PRINCIPAL),
    "undo_unit_join": by_admin(PRINCIPAL),
    "turn_new": by_admin(PRINCIPAL, turn),
    "turn_edit": by_admin(PRINCIPAL),
    "turn_withdraw": by_admin(PRINCIPAL),
    "person_new": of_people(
        NONE,
        lambda s: {
            "username": "nina",
            "first_name": "Nina",
            "last_name": "Påhittad",
            "unit": s.county.alva.unit.pk,
            "role": "staff",
            "title": "sjuksköterska",
        },
    ),
    "person_edit": of_people(PRINCIPAL),
    "person_end": of_people(PRINCIPAL),
    "person_restore": of_people(PRINCIPAL),
    "person_code": of_people(PRINCIPAL),
    "person_second_factor": of_people(PRINCIPAL),
    "second_factor": of_people(NONE),
    "assignment_new": of_people(
        PRINCIPAL, lambda s: {"unit": s.units["A"].pk, "role": "staff", "title": "sjuksköterska"}
    ),
    "assignment_edit": of_people(PRINCIPAL),
    "assignment_end": of_people(PRINCIPAL),
    "assignment_restore": of_people(PRINCIPAL),
}
_SEARCHES = "only searches"
_WALKED = "leaves a row in the log, or a copy of it; the service is walked by role and scope"
_OF_ALL = "everybody's, whatever the role"
LEFT_OUT = {
    "chains": _SEARCHES,
    "log_call": _SEARCHES,
    "contacts": _SEARCHES,
    "advanced_search": _SEARCHES,
    **dict.fromkeys(("keep_contacts", "keep_people", "join_contact", "join_unit"), _SEARCHES),
    "sheets": _SEARCHES,
    "review_log": _SEARCHES,
    "log_extract": "prints what stands sealed for the log-in; the service is walked by role and scope",
    **dict.fromkeys(("log_report", "report_make", "report_pdf", "close_outage", "leave_at_closing"), _WALKED),
    **dict.fromkeys(("report", "purge", "purge_confirm", "purge_withdraw", "late_entries"), _WALKED),
    **dict.fromkeys(
        ("contact_columns", "contact_list", "export_contacts", "flag_number", "unflag_number", "verify_file"),
        _OF_ALL,
    ),
    **dict.fromkeys(("import_staff", "import_rota"), "only shows what a file would do"),
    **dict.fromkeys(("confirm_staff", "confirm_rota"), "sends back a file as shown; the service is walked"),
    "start_drill": "there is no form while an outage goes on; the service is walked by role and scope",
    "reopen_outage": "there is nothing to reopen while an outage goes on; the service is walked by role and scope",
}

# Pages that hold the forms of other addresses.
WITH_FORMS: Mapping[str, tuple[str, ...]] = {
    "alva": (
        *("chain", "calls_to_make", "checklist", "sheets"),
        *("sheet", "sheet_batch", "work_list_pdf", "outage_files", "chains"),
    ),
    "esa": ("change_outage",),
    "adam": ("contact", "person", "rota", "keep_contacts", "binder"),
    **dict.fromkeys(("bo", "lo"), ()),
}


def filled(client: Client, stage: Stage, names: Collection[str] = POSTS) -> list[Filled]:
    """One form for each address, as the page shows it to whom fills it in."""
    found: dict[str, Filled] = {}
    for who in WITH_FORMS:
        wanted = {name: post for name, post in POSTS.items() if post.by == who and name in names}
        if not wanted:
            continue
        client.force_login(stage.somebody(who).user)
        pages = [path for name in (*WITH_FORMS[who], *wanted) for path in stage.addresses(name)]
        pages += [post.where(stage) for post in wanted.values() if post.where]
        for name, post in wanted.items():
            if post.by_hand:
                found[name] = Filled(name, post.by_hand(stage), {}, post)
        for page in dict.fromkeys(pages):
            if found.keys() >= wanted.keys():
                break
            # The next of its kind is for what the first one did not have.
            if resolve(urlsplit(page).path).url_name in found.keys() & wanted.keys():
                continue
            answer = client.get(page, follow=True)
            for name, path, fields in forms_on(answer):
                post = wanted.get(name)
                its = {"", *fields, f"do={''.join(fields.get('do', ()))}"}
                if post is None or name in found or post.with_field not in its:
                    continue
                if post.where and post.where(stage) != page:
                    continue
                shown = path, fields
                if post.first:
                    again = forms_on(client.post(path, {**fields, **post.first(stage)}))
                    shown = next((where, given) for its, where, given in again if its == name)
                found[name] = Filled(name, *shown, post)
    return list(found.values())
