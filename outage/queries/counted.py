"""Whether R4 counts an event, by the ends of whoever logged it and of whoever enters it (`outage.rules.after_end`)."""

from datetime import datetime

from contacts.models import Principal
from contacts.rules.parties import PrincipalKind
from outage.models import CareChain, CareChainEvent, Outage, PrincipalEnd
from outage.queries.outages import down_again, outage_for, said_of_ends, staffed_beside
from outage.rules.after_end import Back, Counts, counts, follows_region, was_known
from outage.rules.outage_status import OutageScope, cut_off


def outage_at(chain: CareChain, at: datetime) -> Outage | None:
    """The outage in which the system was down for the chain's principal at `at`; None where it was up."""
    return _outage_at(chain.outage, chain.principal, at)


def _outage_at(outage: Outage, principal: Principal, at: datetime) -> Outage | None:
    # What was logged when the system was down again, before anybody had reported that, is in no other list than this.
    return down_again(outage, principal, at) if outage.was_over_at(at) else outage


def counted(chain: CareChain, first: CareChainEvent, event: CareChainEvent) -> Counts:
    """Whether R4 counts an event, of which `first` was logged first."""
    at, region = event.happened_at, _region(chain, event)
    return counts(
        chain.outage.routine.message(event.kind).effect,
        _back(chain.outage, chain.principal, first, at),
        _back(*region, first, at) if region else None,
        dated=bool(event.sip_date),
    )


def who_enters(chain: CareChain, event: CareChainEvent) -> tuple[Outage, Principal]:
    """The principal whose end an event follows, and the outage as that one sees it."""
    of_region = follows_region(chain.outage.routine.message(event.kind).effect)
    return (of_region and _region(chain, event)) or (chain.outage, chain.principal)


def scope_for(chain: CareChain, event: CareChainEvent) -> OutageScope:
    """The scope in force when it happened, by the outage that counts it."""
    at = event.happened_at
    return (_outage_at(*who_enters(chain, event), at) or chain.outage).scope_at(at)


def _back(outage: Outage, principal: Principal, first: CareChainEvent, at: datetime) -> Back:
    if _outage_at(outage, principal, at):
        return Back(after=False)
    return Back(after=True, known=end_was_known(outage, principal, first.happened_at, first.put_down_at))


def end_was_known(outage: Outage, principal: Principal, happened_at: datetime, put_down_at: datetime) -> bool:
    """Whether it was put down, on paper or here, as something after the principal's end, which had been said."""
    said = ((row.recorded_at, row.ended_at) for row in _said(outage) if row.principal_id == principal.pk)
    return was_known(happened_at, put_down_at, said)


def _said(outage: Outage) -> list[PrincipalEnd]:
    """Cached on the outage: a list of chains asks for each of their events."""
    found: list[PrincipalEnd] | None = outage.__dict__.get("said_of_ends")
    if found is None:
        found = outage.__dict__["said_of_ends"] = list(said_of_ends(outage.pk))
    return found


def _region(chain: CareChain, event: CareChainEvent) -> tuple[Outage, Principal] | None:
    """The region and the outage as it sees it, where it was cut off when something happened that another principal has
    logged; None for its own log, or where nobody in it can log in. Where it said no end, that is of those who led.

    Cached on the outage.
    """
    outage, principal = chain.outage, chain.principal
    if principal.is_region or not cut_off(outage.scope_at(event.happened_at), PrincipalKind.REGION):
        return None
    if "region" not in outage.__dict__:
        region = next((other for other in staffed_beside(principal.pk) if other.is_region), None)
        seen = outage_for(region, outage.pk) if region else None
        if seen and seen.is_open:
            seen.own_ended_at = seen.closed_at  # type: ignore[attr-defined]
        outage.__dict__["region"] = seen and (seen, region)
    found: tuple[Outage, Principal] | None = outage.__dict__["region"]
    return found
