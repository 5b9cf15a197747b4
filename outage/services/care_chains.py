"""Writes about a care chain: opened, and what is known of it changed by a new row."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Principal, Unit
from contacts.rules.errors import RuleError
from contacts.rules.parties import PARTY_LABELS, Party, WardKind
from contacts.rules.permissions import Right
from contacts.rules.swedish_text import search_key
from contacts.services.submissions import claim
from outage.models import CareChain, CareChainDetails, CareChainEvent, Outage
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.identity import classify_identity
from outage.rules.wording import STOCKHOLM
from outage.services.events import owe_new_places, withdraw_row

_TAKEN = "Någon annan ändrade uppgifterna nyss. Läs dem och ändra igen."


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What is known of a patient and the places. The identity is kept as typed when it cannot be read."""

    identity: str
    patient_name: str
    ward_kind: WardKind
    before: Before
    protected_identity: bool = False
    ward_unit: Unit | None = None
    municipality: Principal | None = None
    outpatient_unit: Unit | None = None
    status: ChainStatus = ChainStatus.OK
    status_reason: str = ""


def open_chain(*, by: Acting, outage: Outage, client_id: UUID, facts: ChainFacts) -> CareChain:
    """Open a care chain for one patient; `client_id` becomes its id.

    A resend gives the first chain. Raise RuleError for a missing patient or place, NotAllowed by role, IdClash when
    the id was used with other content.
    """
    check_may(by, Right.LOG_CARE)
    _check(by, facts)
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="chain", content=_content(facts)):
            return CareChain.objects.get(pk=client_id)
        # The lock makes the next number ours alone.
        Outage.objects.select_for_update(no_key=True).get(pk=outage.pk)
        last = CareChain.objects.filter(outage=outage).aggregate(n=Max("number"))["n"] or 0
        chain = CareChain.objects.create(
            pk=client_id, outage=outage, principal=by.principal, unit=by.unit, user=by.user, number=last + 1
        )
        _write_details(by, chain, facts, replaces=None)
        audit.record(by=by, action="chain.opened", target=chain, chain=chain.pk)
    return chain


def change_details(
    *, by: Acting, chain: CareChain, client_id: UUID, replaces: int, facts: ChainFacts
) -> CareChainDetails:
    """Change what is known of a chain: a new row that replaces the row `replaces`, the one the person saw.

    Raise RuleError when somebody else changed it meanwhile. Where a party is another unit now, what the former one was
    told is owed to the new one. A chain found to be logged on the wrong patient has every
    event taken back with that reason, so that those who were told can be told again.
    """
    check_may(by, Right.LOG_CARE)
    _check(by, facts)
    content = {**_content(facts), "chain": chain.pk, "replaces": replaces}
    try:
        with transaction.atomic():
            if claim(by=by, client_id=client_id, kind="details", content=content):
                return chain.history.latest("pk")
            locked = CareChain.objects.select_for_update(no_key=True).get(pk=chain.pk)
            if locked.details_id != replaces:
                raise RuleError(_TAKEN)
            before = chain.history.get(pk=replaces)
            details = _write_details(by, locked, facts, replaces=replaces)
            moved = _moved(before, details)
            if moved:
                owe_new_places(by, locked, moved, f"Ny enhet för {_names(moved)}.")
            if facts.status is ChainStatus.WRONG_PATIENT:
                standing = CareChainEvent.objects.filter(
                    chain=locked, superseded_by__isnull=True, withdraws=False
                )
                for event in standing.order_by("happened_at"):
                    withdraw_row(by, event, f"Loggad på fel patient: {facts.status_reason}")
            audit.record(by=by, action="chain.changed", target=details, chain=chain.pk)
    except IntegrityError:
        raise RuleError(_TAKEN) from None
    return details


def _write_details(by: Acting, chain: CareChain, facts: ChainFacts, replaces: int | None) -> CareChainDetails:
    identity = classify_identity(facts.identity, timezone.now().astimezone(STOCKHOLM).date())
    details = CareChainDetails(
        chain=chain,
        replaces_id=replaces,
        identity_kind=identity.kind,
        identity_number=identity.stored,
        patient_name=facts.patient_name.strip(),
        protected_identity=facts.protected_identity,
        ward_kind=facts.ward_kind,
        ward_unit=facts.ward_unit,
        municipality=facts.municipality,
        outpatient_unit=facts.outpatient_unit,
        before=facts.before,
        status=facts.status,
        status_reason=facts.status_reason,
        search_key=search_key(facts.patient_name)[:300],
        user=by.user,
        unit=by.unit,
    )
    # The first row of a chain replaces none; which row another one replaces is held by the lock and the database.
    details.full_clean(exclude=["replaces"], validate_unique=False, validate_constraints=False)
    details.save()
    chain.details = details
    chain.save(update_fields=["details"])
    return details


def _moved(before: CareChainDetails, after: CareChainDetails) -> set[Party]:
    """Give the parties that are another unit after a change than before it."""
    places = {
        Party.INPATIENT: "ward_unit_id",
        Party.MUNICIPALITY: "municipality_id",
        Party.OUTPATIENT: "outpatient_unit_id",
    }
    return {party for party, name in places.items() if getattr(before, name) != getattr(after, name)}


def _names(parties: set[Party]) -> str:
    return " och ".join(PARTY_LABELS[party].lower() for party in Party if party in parties)


def _content(facts: ChainFacts) -> dict[str, Any]:
    plain = asdict(facts)
    for name in ("ward_unit", "municipality", "outpatient_unit"):
        row = getattr(facts, name)
        plain[name] = row.pk if row else None
    return plain


def _check(by: Acting, facts: ChainFacts) -> None:
    """Refuse what the chain cannot be without: somebody to tell apart from others, and who is to be told."""
    if not facts.patient_name.strip() and not facts.identity.strip():
        raise RuleError("Ange patientens namn eller nummer.", field="patient_name")
    if facts.ward_unit is None:
        raise RuleError("Välj avdelning.", field="ward_unit")
    if facts.municipality is None:
        raise RuleError("Välj kommun.", field="municipality")
    if facts.outpatient_unit is None:
        raise RuleError("Välj hälsocentral eller psykiatrisk öppenvård.", field="outpatient_unit")
    if facts.status is not ChainStatus.OK and not facts.status_reason.strip():
        raise RuleError("Skriv varför.", field="status_reason")
