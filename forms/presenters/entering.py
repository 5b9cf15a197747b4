"""Från papper: whom a row can be about, what a new row takes over from the one before, what is entered so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contacts.access import Acting
from contacts.rules.parties import Party
from forms.models import PaperEntry, ScannedPage, Sheet, SheetKind
from forms.presenters.rows import told
from forms.queries.entering import EnteredCall
from forms.queries.scans import PagePicture
from outage.models import CareChain, Handover, Outage
from outage.presenters.chain import call_title
from outage.queries.naming import party_in_list, patient_in_list, ward_label
from outage.queries.tasks import parties_in
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.wording import day_and_time, moment

_SIP_KINDS = frozenset({SheetKind.SIP, SheetKind.SIP_INVITATION})


@dataclass(frozen=True, slots=True)
class PatientGroup:
    """The patients of one outage to choose among. `options` are (chain id, text)."""

    label: str
    options: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """A row entered from the sheet, as it stands now.

    `patient` is empty where the acting person may not see whose it is. `remark` says that it was corrected or what
    took it back; `struck` that it no longer counts. `entry_id` is what it is moved by, None where it cannot be.
    """

    chain_id: UUID
    row_id: UUID
    when: str
    patient: str
    protected: bool
    what: str
    whom: str
    by_whom: str
    struck: bool
    remark: str
    entry_id: int | None


def is_sip(sheet: Sheet) -> bool:
    return sheet.kind in _SIP_KINDS


def sip_direction(acting: Acting, chain: CareChain) -> Direction:
    """Which way the messages of a SIP go for the acting unit: öppenvård tells them, all others are told (R3.9)."""
    return Direction.GIVEN if Party.OUTPATIENT in parties_in(acting, chain) else Direction.RECEIVED


def patient_groups(
    found: Sequence[tuple[Outage, Sequence[CareChain]]], now: datetime
) -> tuple[PatientGroup, ...]:
    """With protected personal data only the chain's number says who it is."""
    return tuple(
        PatientGroup(
            label=f"{outage.word.capitalize()} sedan {moment(outage.current.started_at, now)}",
            options=tuple((chain.pk, _patient_text(chain)) for chain in chains),
        )
        for outage, chains in found
    )


def _patient_text(chain: CareChain) -> str:
    patient = patient_in_list(chain)
    if patient.protected:
        return patient.name
    wrong = "loggad på fel patient" if chain.details.status == ChainStatus.WRONG_PATIENT else ""
    parts = (patient.name, patient.identity, ward_label(chain), f"vårdkedja {chain.number}", wrong)
    return ", ".join(part for part in parts if part)


def first_values(last: PaperEntry | None, chain: CareChain) -> tuple[datetime, str]:
    """What a new row starts from: the moment whose day it has, and the signature.

    That is what the row before had; for the first row the day on which the outage began.
    """
    if last is not None:
        return last.handover.at, last.handover.paper_signature
    return chain.outage.current.started_at, ""


def entered_rows(
    found: Sequence[EnteredCall], visible: Mapping[UUID, CareChain], now: datetime
) -> list[EnteredRow]:
    """The rows entered so far, the newest version of each. `visible`: the chains the person may see, by id."""
    return [_entered_row(entered, visible.get(entered.call.chain_id), now) for entered in found]


def _entered_row(entered: EnteredCall, chain: CareChain | None, now: datetime) -> EnteredRow:
    call = entered.call
    facts: dict[str, Any] = {
        "chain_id": call.chain_id,
        "row_id": call.pk,
        "when": day_and_time(call.at, now),
        "by_whom": f"{entered.entry.user.full_name} {moment(entered.entry.at, now)}",
        "struck": entered.withdrawal is not None or entered.moved_to is not None,
        "entry_id": None if entered.withdrawal or entered.moved_to else entered.entry.pk,
        "remark": _remark(entered, now),
    }
    if chain is None:
        return EnteredRow(patient="", protected=False, what="", whom="", **facts)
    patient = patient_in_list(chain)
    return EnteredRow(
        patient=patient.name,
        protected=patient.protected,
        what=", ".join(told(call)) or CallOutcome(call.outcome).label,
        whom=_whom(chain, call),
        **facts,
    )


def _whom(chain: CareChain, call: Handover) -> str:
    """With protected personal data neither the place, which tells where the patient is, nor a name."""
    if chain.details.protected_identity:
        return call_title(call, party_in_list(chain, call.recipient))
    return call_title(call) + (f", {call.spoken_to}" if call.spoken_to else "")


def _remark(entered: EnteredCall, now: datetime) -> str:
    moved = entered.moved_to
    if moved is not None:
        to = moved.sheet.shown_serial
        return f"Flyttad till blad {to} {moment(moved.at, now)} av {moved.user.full_name}"
    row = entered.withdrawal or (entered.call if entered.call.supersedes_id else None)
    if row is None and entered.left is not None:
        where = f"Står nu i vårdkedja {entered.call.chain.number}"
        return f"{where}, flyttat {moment(entered.left.recorded_at, now)} av {entered.left.user.full_name}"
    if row is None:
        return ""
    verb = "Återtaget" if row.withdraws else "Rättat"
    return f"{verb} {moment(row.recorded_at, now)} av {row.user.full_name}"


@dataclass(frozen=True, slots=True)
class PaperPicture:
    """One picture to read from: `alt` says of which sheet it is."""

    page: ScannedPage
    words: str
    alt: str


def paper_pictures(sheet: Sheet, pictures: Iterable[PagePicture]) -> list[PaperPicture]:
    """The pictures of a sheet to enter rows from: each page, and its backs but the empty ones."""
    shown = []
    for picture in pictures:
        if picture.page:
            shown.append(_picture(sheet, picture.page, f"Sida {picture.sheet_page}", f" av {sheet.pages}"))
        shown += [
            _picture(sheet, back.page, f"Baksidan av sida {picture.sheet_page}")
            for back in picture.backs
            if not back.page.is_blank
        ]
    return shown


def _picture(sheet: Sheet, page: ScannedPage, what: str, of: str = "") -> PaperPicture:
    return PaperPicture(page, what + of, f"{what} av blad {sheet.shown_serial}")
