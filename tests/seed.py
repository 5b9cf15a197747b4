"""A large outage, laid straight into the database as the services would have written it.

For load tests and benchmarks: 2,000 chains and 25,000 calls in seconds. Everyone in it is invented.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from contacts.access import Acting
from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import (
    AuditEntry,
    Membership,
    Submission,
    Unit,
    User,
)
from contacts.rules.parties import Party, WardKind
from contacts.rules.permissions import Role
from contacts.services.submissions import keyed_content_hash
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    ChainState,
    Handover,
    HandoverMessage,
    Outage,
    OutageReport,
    PatientLookup,
    ReportKind,
)
from outage.queries.chain_log import logs_of
from outage.queries.outages import outage_for
from outage.queries.states import states_of
from outage.routine import current_routine
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.handover import Direction, ReadBack, signature
from outage.rules.identity import IdentityKind
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import OutageScope
from outage.services.patient_lookups import lookups_for
from tests.seed_places import seed_places

LASTED = timedelta(hours=9)
# Seconds between two rows of one chain, so that everything fits into the outage.
STEP = timedelta(seconds=150)
_BATCH = 500
_FAILED = (CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.QUEUE, CallOutcome.CLOSED)
_W, _M, _O = Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT

# What happens to one patient: (kind, sender, whom we ring). Received messages are rung to nobody by us.
_Step = tuple[str, Party, tuple[Party, ...]]
_STAYS: tuple[tuple[_Step, ...], ...] = (
    (("admission", _W, (_M, _O)), ("admission_reply", _M, ()), ("preliminary_ready", _W, (_M, _O))),
    (
        ("admission", _W, (_M, _O)),
        ("admission_reply", _M, ()),
        ("ready_for_discharge", _W, (_M, _O)),
        ("municipality_ready", _M, ()),
        ("discharge", _W, (_M, _O)),
    ),
    (("preliminary_ready", _W, (_M, _O)), ("discharge_report", _W, (_M, _O)), ("discharge", _W, (_M, _O))),
    (("ready_for_discharge", _W, (_M, _O)), ("municipality_ready", _M, ())),
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was laid. `chains` are the acting unit's, in the order of their numbers."""

    outage: Outage
    acting: Acting
    chains: tuple[UUID, ...]


@dataclass(slots=True)
class _Rows:
    """Rows that wait to be inserted, each kind in the order in which it was made."""

    chains: list[CareChain] = field(default_factory=list)
    details: list[CareChainDetails] = field(default_factory=list)
    events: list[CareChainEvent] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    messages: list[HandoverMessage] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)


def seed_outage(
    *,
    chains: int = 2000,
    handovers: int = 25_000,
    own_share: float = 1.0,
    seed: int = 7,
    now: datetime | None = None,
) -> Seeded:
    """Lay one outage of `chains` care chains and exactly `handovers` calls, with units and directory around it.

    `own_share` is the part of the chains that are the acting unit's: 1.0 is the worst case, all in one unit's view.
    A third of the chains still have somebody to ring. The same `seed` gives the same rows.
    """
    rng = Random(seed)
    with transaction.atomic():
        import_directory(by=None, content=OWN_FILE.read_bytes())
        units = seed_places()
        acting = _nurse(units["wards"][0])
        start = (now or timezone.now()) - LASTED
        outage = _outage(acting, start)
        rows = _Rows()
        own: list[UUID] = []
        for number in range(1, chains + 1):
            calls = handovers * number // chains - handovers * (number - 1) // chains
            is_own = number * own_share >= len(own) + 1
            ward = units["wards"][0] if is_own else rng.choice(units["wards"][1:])
            details = _chain(rows, rng, outage, acting, ward, units, number)
            chain = details.chain
            _calls(rows, rng, details, acting, start, calls)
            if is_own:
                own.append(chain.pk)
        _insert(rows)
    return Seeded(outage=outage, acting=acting, chains=tuple(own))


def _nurse(ward: Unit) -> Acting:
    user = User(username="seed.nurse", first_name="Alva", last_name="Bergdal", is_demo=True)
    user.set_unusable_password()
    user.save()
    membership = Membership.objects.create(user=user, unit=ward, role=Role.STAFF, title="sjuksköterska")
    return Acting(user=user, membership=membership, unit=ward, principal=ward.principal, role=Role.STAFF)


def _outage(acting: Acting, start: datetime) -> Outage:
    routine = current_routine()
    outage = Outage.objects.create(system=routine.system, routine_id=routine.id, recorded_at=start)
    outage.current = OutageReport.objects.create(
        outage=outage,
        kind=ReportKind.FIRST,
        scope=OutageScope.BOTH_PRINCIPALS,
        scope_from=start,
        started_at=start,
        user=acting.user,
        unit=acting.unit,
        recorded_at=start,
    )
    outage.save()
    return outage_for(acting.principal, outage.pk)


def _identity(born: str, serial: int) -> str:
    """A number whose check digit holds; `serial` is one that is reserved for testing."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(f"{born[2:]}{serial}"))
    return f"{born}{serial}{-sum(value // 10 + value % 10 for value in doubled) % 10}"


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _chain(
    rows: _Rows, rng: Random, outage: Outage, acting: Acting, ward: Unit, units: dict[str, list], number: int
) -> CareChainDetails:
    chain = CareChain(
        pk=_uuid(rng),
        outage=outage,
        principal=acting.principal,
        unit=ward,
        user=acting.user,
        number=number,
        rows=1,
    )
    born = f"19{rng.randint(20, 60)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)} {number}"
    details = CareChainDetails(
        chain=chain,
        identity_kind=IdentityKind.PERSONNUMMER,
        identity_number=_identity(born, rng.randint(980, 999)),
        patient_name=name,
        protected_identity=number % 100 == 0,
        ward_kind=WardKind.SOMATIC,
        ward_unit=ward,
        municipality=rng.choice(units["municipalities"]),
        outpatient_unit=rng.choice(units["centres"]),
        before=rng.choice((Before.ADMITTED, Before.NOT_ADMITTED)),
        status=ChainStatus.OK,
        order=1,
        user=acting.user,
        unit=ward,
    )
    rows.chains.append(chain)
    rows.details.append(details)
    _trace(rows, acting, chain, "chain", "chain.opened", chain)
    return details


_FIRST = ("Asta", "Birger", "Doris", "Egon", "Frida", "Gusten", "Helga", "Ivar", "Judit", "Konrad")
_LAST = ("Provberg", "Testlund", "Exempelin", "Övningsson", "Påhittsson", "Fiktén", "Modellberg", "Låtsman")


def _calls(
    rows: _Rows, rng: Random, details: CareChainDetails, acting: Acting, start: datetime, quota: int
) -> None:
    """Write the chain's events and exactly `quota` calls: its stay, then failed tries for what is left over."""
    newest: dict[str, CareChainEvent] = {}
    chain = details.chain
    for turn, (kind, sender, other, outcome) in enumerate(_planned(rng, quota), start=1):
        # No two rows are ever logged in the same moment.
        at = start + turn * STEP + timedelta(microseconds=chain.number)
        event = newest.get(kind)
        if event is None:
            event = newest[kind] = _event(rows, rng, chain, acting, kind, sender, at)
        direction = Direction.GIVEN if sender is _W else Direction.RECEIVED
        call = _handover(rows, rng, details, acting, direction, other, outcome, at)
        rows.messages.append(HandoverMessage(handover=call, event=event))
        if direction is Direction.GIVEN and outcome is CallOutcome.REACHED and rng.random() < 0.02:
            newest[kind] = _correct(rows, rng, event, acting)


def _planned(rng: Random, quota: int) -> list[tuple[str, Party, Party, CallOutcome]]:
    """(kind, sender, other end, outcome) of `quota` calls, in time order."""
    waits = rng.random() < 1 / 3
    calls: list[tuple[str, Party, Party, CallOutcome]] = []
    for kind, sender, told in rng.choice(_STAYS):
        if not told:
            calls.append((kind, sender, sender, CallOutcome.REACHED))
        calls += [(kind, sender, other, CallOutcome.REACHED) for other in told]
    if waits:
        last = max(index for index, call in enumerate(calls) if call[1] is _W)
        kind, sender, other, _ = calls[last]
        calls[last] = (kind, sender, other, rng.choice((*_FAILED, CallOutcome.RELAYED)))
    calls = calls[:quota]
    given = [index for index, call in enumerate(calls) if call[1] is _W]
    extra = sorted((rng.choice(given) for _ in range(quota - len(calls))), reverse=True)
    for index in extra:
        kind, sender, other, _ = calls[index]
        calls.insert(index, (kind, sender, other, rng.choice(_FAILED)))
    return calls


def _order(chain: CareChain) -> int:
    chain.rows += 1
    return chain.rows


def _event(
    rows: _Rows,
    rng: Random,
    chain: CareChain,
    acting: Acting,
    kind: str,
    sender: Party,
    at: datetime,
    supersedes: CareChainEvent | None = None,
) -> CareChainEvent:
    event = CareChainEvent(
        id=_uuid(rng),
        chain=chain,
        kind=kind,
        sender=sender,
        happened_at=at,
        recorded_at=at,
        particulars=_PARTICULARS.get(kind, {}),
        order=_order(chain),
        supersedes=supersedes,
        told_rightly=supersedes is not None,
        reason="Fel tid." if supersedes else "",
        user=acting.user,
        unit=chain.unit,
    )
    rows.events.append(event)
    return event


_PARTICULARS = {
    "admission_reply": {"current_services": "Trygghetslarm, hemtjänst två gånger om dagen"},
    "preliminary_ready": {"preliminary_date": "2026-11-27"},
}


def _correct(rows: _Rows, rng: Random, old: CareChainEvent, acting: Acting) -> CareChainEvent:
    """Correct an event as the service does where those told got it right: the calls count for the new row too."""
    new = _event(rows, rng, old.chain, acting, old.kind, Party(old.sender), old.happened_at, supersedes=old)
    _trace(rows, acting, old.chain, "correction", "event.corrected", new)
    return new


def _handover(
    rows: _Rows,
    rng: Random,
    details: CareChainDetails,
    acting: Acting,
    direction: Direction,
    other: Party,
    outcome: CallOutcome,
    at: datetime,
) -> Handover:
    chain, through = details.chain, outcome not in _FAILED
    handover = Handover(
        id=_uuid(rng),
        chain=chain,
        direction=direction,
        recipient=other.value,
        place=details.place_keys[other],
        place_name=details.place_names[other],
        order=_order(chain),
        outcome=outcome,
        at=at,
        recorded_at=at,
        spoken_to="Anita Björkvad" if through else "",
        spoken_to_unit="Hälsocentral 1" if through else "",
        number="090-785 00 00" if direction is Direction.GIVEN else "",
        read_back=ReadBack.DONE if outcome is CallOutcome.REACHED else "",
        signature=signature(acting.user.full_name, acting.role_text, chain.unit.name),
        user=acting.user,
        unit=chain.unit,
    )
    rows.handovers.append(handover)
    action = "call.logged" if through else "call.tried"
    _trace(rows, acting, chain, "call", action, handover)
    return handover


def _trace(rows: _Rows, acting: Acting, chain: CareChain, kind: str, action: str, target: Model) -> None:
    """Write what each service leaves beside its row: the claimed form and the audit row."""
    digest = keyed_content_hash({"target": str(target.pk)})
    rows.submissions.append(Submission(id=target.pk, kind=kind, content_hash=digest, user=acting.user))
    rows.audit.append(
        AuditEntry(
            user=acting.user,
            unit=chain.unit,
            principal=acting.principal,
            action=action,
            target_type=target._meta.label,
            target_id=str(target.pk),
            chain=chain.pk,
        )
    )


def _insert(rows: _Rows) -> None:
    CareChain.objects.bulk_create(rows.chains, batch_size=_BATCH)
    CareChainDetails.objects.bulk_create(rows.details, batch_size=_BATCH)
    for chain, details in zip(rows.chains, rows.details, strict=True):
        chain.details = details
        chain.ward_unit, chain.outpatient_unit = details.ward_unit, details.outpatient_unit
    CareChain.objects.bulk_update(rows.chains, ["details", "ward_unit", "outpatient_unit"], batch_size=_BATCH)
    lookups = [lookup for details in rows.details for lookup in lookups_for(details)]
    PatientLookup.objects.bulk_create(lookups, batch_size=_BATCH)
    # A row that replaces another comes after it, so each batch finds what it points at.
    for model, made in (
        (CareChainEvent, rows.events),
        (Handover, rows.handovers),
        (HandoverMessage, rows.messages),
        (Submission, rows.submissions),
        (AuditEntry, rows.audit),
    ):
        for first in range(0, len(made), _BATCH):
            model.objects.bulk_create(made[first : first + _BATCH])
    for first in range(0, len(rows.chains), _BATCH):
        part = rows.chains[first : first + _BATCH]
        logs = logs_of(chain.pk for chain in part)
        ChainState.objects.bulk_create(state for chain in part for state in states_of(chain, logs[chain.pk]))
