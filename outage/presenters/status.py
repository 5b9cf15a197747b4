"""Läge: what the acting unit has to do now, the first thing first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from contacts.models import Principal
from contacts.rules.parties import Party, PrincipalKind
from outage.models import (
    CareChain,
    ChainState,
    Handover,
    Outage,
    OutageReport,
    PrincipalEnd,
    StateKind,
    SupportContact,
)
from outage.presenters.banner import verdict_for
from outage.presenters.call_codes import CodeLine
from outage.presenters.care import is_own
from outage.presenters.chain import other_end, told_labels
from outage.presenters.clock import logged_at
from outage.presenters.owed import OwedCall, calls_kept
from outage.queries.chain_log import ChainLog
from outage.queries.lately import Told
from outage.queries.naming import Patient, party_in_list, patient_in_list
from outage.queries.outages import (
    others_still_out,
    reports_of,
    said_of_ends,
    support_contacts,
    without_since,
)
from outage.queries.standing import untold_in
from outage.queries.tasks import moves_to_decide
from outage.rules.clock import next_break_point
from outage.rules.informing import InformState
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Routine
from outage.rules.routine_applies import Reason
from outage.rules.told import NOT_ADMITTED
from outage.rules.wording import clock_time, moment, span

_IN_PLAY = "I övningen: ring bara om supporten vet att ni övar. Annars logga det som om ni hade ringt."


RING_BACK_WAITS = "Någon väntar på att ni ringer tillbaka."


@dataclass(frozen=True, slots=True)
class SupportLine:
    """Whom one's own principal rings for support (R1.1), and who has done it."""

    do: str
    name: str
    number: str
    rung: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutageFactsView:
    since: str
    # For the page's own clock while it goes on.
    since_iso: str
    length: str
    scope: str
    scope_text: str
    link_text: str
    applies: bool
    reasons: tuple[Reason, ...]
    break_point: str
    break_point_iso: str
    expected_end: str
    planned: bool
    support: SupportLine
    reports: tuple[str, ...]
    differing_scope: str
    scope_since: str
    back: tuple[str, ...]
    still_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One party's mark on a chain: the worst state of what it must be told, by word and icon. `own` is the unit
    itself.
    """

    party: Party
    label: str
    state: InformState | None
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class ChainRow:
    chain_id: UUID
    number: int
    patient: Patient
    marks: tuple[Mark, ...]
    latest: str
    status_label: str


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    row_id: UUID
    chain_id: UUID
    patient: Patient
    messages: str
    from_whom: str
    at: str
    code: CodeLine | None = None


@dataclass(frozen=True, slots=True)
class Idle:
    """Why there is nothing to ring about. `good` only where somebody was told: green means that."""

    text: str
    good: bool


def outage_facts(outage: Outage, acting: Acting, now: datetime) -> OutageFactsView:
    """`now` is aware."""
    routine, current = outage.routine, outage.current
    reports, ends = reports_of(outage.pk), said_of_ends(outage.pk)
    said: list[OutageReport | PrincipalEnd] = [*reports, *ends]
    contacts = support_contacts(outage.pk, acting.principal.pk)
    scope = OutageScope(current.scope)
    verdict, began = verdict_for(outage, acting.principal, now), without_since(acting.principal, outage)
    coming = next_break_point(now, routine.limits)
    kind = PrincipalKind(acting.principal.kind)
    others = {OutageScope(r.scope) for r in reports if r.recorded_at > current.recorded_at} - {scope}
    return OutageFactsView(
        since=moment(began, now),
        since_iso="" if outage.own_end else began.isoformat(),
        length=span((outage.own_end or now) - began),
        scope=scope.label,
        scope_text=routine.scope_texts[scope][kind],
        link_text=acting.principal.link_text if scope is OutageScope.MUNICIPALITIES_ONLY else "",
        applies=verdict.apply,
        reasons=verdict.reasons or ((verdict.otherwise,) if verdict.otherwise else ()),
        break_point=f"{clock_time(coming)} om {span(coming - now)}",
        break_point_iso=coming.isoformat(),
        expected_end=moment(current.expected_end_at, now) if current.expected_end_at else "",
        planned=current.planned,
        support=support_line(routine, acting.principal, contacts, now, drill=outage.drill),
        reports=tuple(
            f"{moment(row.recorded_at, now)} {row.user.full_name}, {row.unit.name}: {_said(row, now)}"
            for row in sorted(said, key=lambda row: row.recorded_at)
        ),
        differing_scope=", ".join(s.label.lower() for s in sorted(others)),
        scope_since=moment(current.scope_from, now) if current.scope_from > current.started_at else "",
        back=tuple(
            f"{row.principal.name} {moment(row.ended_at, now)}"
            for row in {row.principal_id: row for row in ends}.values()
            if row.ended_at
        ),
        still_out=tuple(principal.name for principal in others_still_out(outage, acting.principal)),
    )


def _said(row: OutageReport | PrincipalEnd, now: datetime) -> str:
    if isinstance(row, PrincipalEnd):
        back = f"åter i drift {moment(row.ended_at, now)}" if row.ended_at else "driftstoppet pågår ändå"
        return f"{back}, {row.principal.name}"
    scope = OutageScope(row.scope).label.lower()
    return f"{row.get_kind_display().lower()}, {scope}" + (f". {row.sees}" if row.sees else "")


def support_line(
    routine: Routine,
    principal: Principal,
    contacts: Sequence[SupportContact],
    now: datetime,
    *,
    drill: bool = False,
) -> SupportLine:
    """Whom people of `principal` ring for support (R1.1), and the calls already made; in a `drill` in play."""
    support = routine.support[PrincipalKind(principal.kind)]
    return SupportLine(
        do=_IN_PLAY if drill else support.do,
        name=principal.support_name or support.name,
        number=principal.support_number or support.number,
        rung=tuple(
            f"{moment(c.at, now)} {c.user.full_name}, {c.unit.name}"
            + (f", ärende {c.case_number}" if c.case_number else "")
            for c in contacts
        ),
    )


def chain_row(acting: Acting, chain: CareChain, rows: Sequence[ChainState], now: datetime) -> ChainRow:
    """`rows` are those of the acting unit and the chain's latest event (`states_for`)."""
    latest = "Inget loggat än"
    for row in rows:
        if row.what == StateKind.LATEST:
            label = chain.outage.routine.label(row.kind) if row.kind else ""
            latest = f"{label} {logged_at(row.since, now)}" if label else "Inget står kvar"
    patient = patient_in_list(chain)
    details = chain.details
    return ChainRow(
        chain_id=chain.pk,
        number=chain.number,
        patient=patient,
        marks=tuple(_marks(acting, chain, rows, now)),
        latest=latest,
        status_label="" if details.status == "ok" else details.get_status_display(),
    )


_WHERE_NOBODY_IS = {NOT_ADMITTED: "Inte inlagd", "": "Ta reda på"}
_PARTIES = (Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT)


def _marks(acting: Acting, chain: CareChain, rows: Iterable[ChainState], now: datetime) -> list[Mark]:
    """One mark for each party, from what is owed it, as under Att ringa nu."""
    calls = calls_kept(chain, rows, now)
    owed = {(call.recipient.party, call.recipient.former): call for call in reversed(calls)}
    told = {row.party: row.since for row in rows if row.what == StateKind.TOLD}
    places, nothing = chain.details.place_keys, "Gallrat" if chain.outage.purged_at else "Inget att meddela"
    marks = []
    for party in _PARTIES:
        place, call, own = places.get(party, ""), owed.get((party, False)), is_own(acting, chain, party)
        state, text = None, _WHERE_NOBODY_IS.get(place, nothing)
        if own:
            text = "Egen enhet"
        elif call:
            tries = f" ({call.tries})" if call.tries else ""
            state, text = call.state, "Ta reda på" if call.unknown else f"{call.state.label}{tries}"
        elif party in told:
            state = InformState.INFORMED
            text = f"{state.label} {logged_at(told[party], now)}"
        marks.append(Mark(party=party, label=party_in_list(chain, party), state=state, text=text, own=own))
    return marks


def received_row(
    handover: Handover, routine: Routine, now: datetime, code: CodeLine | None = None
) -> ReceivedRow:
    """`handover` comes with its messages and their events."""
    patient = patient_in_list(handover.chain)
    told = told_labels(handover, [m.event for m in handover.messages.all() if m.event], routine)
    who = party_in_list(handover.chain, handover.recipient) if patient.protected else other_end(handover)
    return ReceivedRow(
        row_id=handover.pk,
        chain_id=handover.chain.pk,
        patient=patient,
        messages=", ".join(told),
        from_whom=who if patient.protected or not handover.spoken_to else f"{handover.spoken_to}, {who}",
        at=logged_at(handover.at, now),
        code=code,
    )


def told_rows(calls: Iterable[Told], now: datetime) -> dict[str, str]:
    """For each row of Att ringa nu that these calls may have settled, who made the call and when."""
    last = {f"{call.chain_id}-{call.recipient}": call for call in calls}
    return {row: f"Ringd av {call.by} {moment(call.at, now)}" for row, call in last.items()}


_MOVE_MISSING = {
    "11-left": "Är patienten utskriven? Logga utskrivningen.",
    "18": "Ingen inskrivning är loggad.",
    "18-again": "Är patienten inskriven igen? Logga inskrivningen.",
    "18-left": "Är patienten utskriven? Logga utskrivningen.",
}


def not_all_right(chain: CareChain, log: ChainLog, calls: Iterable[OwedCall]) -> str:
    """What keeps it from being said that all are informed, though there is nobody to ring: a move that nobody has
    logged, or an answer of a former place that has not reached all.
    """
    former = untold_in(chain, log).former
    for key in moves_to_decide(chain, log):
        return _MOVE_MISSING[key]
    is_needless = any(str(message.event_id) in former for call in calls for message in call.closed)
    return "Svaret från den förra enheten nådde inte alla, men behövs inte längre." if is_needless else ""


def moves_missing(patients: int) -> str:
    """How many came to a ward, or left it, with no row that says so."""
    if not patients:
        return ""
    count = f"{patients} patienter" if patients > 1 else "En patient"
    return f"{count} har kommit till en avdelning eller lämnat den utan att det är loggat."


def nothing_to_ring(
    *,
    logged: bool,
    told: bool,
    purged: bool,
    ring_back: bool = False,
    asked: bool = False,
    others: Sequence[str] = (),
    but: str = "",
) -> Idle:
    """What an empty list of calls means: nothing is logged yet, the unit has told all, or it has told nobody. Of what
    is purged nobody knows. `ring_back`: somebody waits to be rung back; `asked`: for an answer of the unit. `others`
    are the units that still are to ring about the patient; `but` says what is not as it should be all the same.
    """
    if purged:
        return Idle(text="Gallrat: vem som skulle underrättas går inte längre att se.", good=False)
    if ring_back:
        too = f" Ska också ringa: {', '.join(others)}." if others else ""
        return Idle(text=f"{RING_BACK_WAITS}{too}", good=False)
    if not logged:
        return Idle(
            text="Inget loggat än. När en händelse är loggad står här vem som ska underrättas.", good=False
        )
    if others:
        return Idle(text=f"Inget att ringa för er enhet. Ska ringa: {', '.join(others)}.", good=False)
    if also := [each for each in (but, "Andra väntar på svar från er." if asked else "") if each]:
        return Idle(text=" ".join(("Inget att ringa nu.", *also)), good=False)
    if not told:
        return Idle(text="Inget att ringa nu. Er enhet har inte underrättat någon.", good=False)
    return Idle(text="Inget att ringa. Alla som ni ska underrätta är underrättade.", good=True)
