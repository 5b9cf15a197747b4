"""Reads for the paper. The chain comes from `outage.queries.care_chains`, which knows who may see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import DirectoryEntry, Principal, Unit
from contacts.queries.exporting import entries_to_take_out
from contacts.queries.ringing import RingRequest, numbers_for_many, request_for_principal, request_for_unit
from contacts.rules.parties import Party
from contacts.rules.whom_to_call import NumberToRing
from outage.models import CareChain, CareChainDetails, CareChainEvent, Handover
from outage.queries.care_chains import visible_chains
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.joined import read_in_kept, with_joined
from outage.queries.outages import recent_outages
from outage.queries.standing import row_of, standing_of
from outage.rules.agreed_sip import AgreedSip, agreed_sip

Numbers = Mapping[tuple[Party, int | None, int | None], tuple[NumberToRing, ...]]


@dataclass(frozen=True, slots=True)
class SheetSource:
    """All rows that go into a chain's sheet. `numbers` has whom to ring for each party and for the own unit."""

    chain: CareChain
    details: CareChainDetails
    log: ChainLog
    numbers: Numbers


def party_requests(details: CareChainDetails) -> dict[Party, RingRequest]:
    """What to ask the directory for to reach each party of a chain."""
    return {
        Party.INPATIENT: RingRequest(Party.INPATIENT, None, details.ward_unit_id),
        Party.MUNICIPALITY: RingRequest(Party.MUNICIPALITY, details.municipality_id, None),
        Party.OUTPATIENT: RingRequest(Party.OUTPATIENT, None, details.outpatient_unit_id),
    }


def sheet_source(chain: CareChain, by: Acting, at: datetime) -> SheetSource:
    """What a chain's sheet is made of, in the same few queries whatever the number of events and calls.

    Whom to ring is answered for the aware moment `at`, as on the screen. `chain` comes with its details and outage
    loaded; raises ValueError for one without details.
    """
    details = chain.details
    if details is None:
        raise ValueError("a care chain without details has no sheet")
    return SheetSource(
        chain=chain,
        details=details,
        log=log_of(chain.pk),
        numbers=numbers_for_many([*party_requests(details).values(), request_for_unit(by.unit)], at),
    )


def calls_since(by: Acting, since: datetime) -> list[Handover]:
    """The calls that stand, from the aware moment `since` on, of the chains that `by` may see, oldest first.

    Each comes with its chain, details, outage and messages, in the same few queries whatever their number.
    """
    outages = recent_outages(by.principal)
    if not outages:
        return []
    chains = visible_chains(by, *outages)
    calls = Handover.objects.filter(
        chain__in=with_joined(chains), at__gte=since, withdraws=False, superseded_by__isnull=True
    )
    related = calls.select_related("chain__outage", "chain__details").prefetch_related("messages__event")
    found = list(related.order_by("at", "recorded_at", "chain__number", "order"))
    read_in_kept(found, chains)
    return found


@dataclass(frozen=True, slots=True)
class SipSource:
    """What is known of a SIP of one chain: its patient's details and what is agreed.

    `events` stand, in time order, and are of those who are the parties now: another öppenvård has its own care contact.
    """

    chain: CareChain
    details: CareChainDetails
    sip: AgreedSip
    events: list[CareChainEvent]


def sip_source(chain: CareChain) -> SipSource:
    """What the SIP-blankett and the kallelse of a chain are made of.

    `chain` comes from `get_chain`; raises ValueError for one without details.
    """
    details = chain.details
    if details is None:
        raise ValueError("a care chain without details has no sheet")
    log = log_of(chain.pk)
    standing = standing_of(chain, log)
    return SipSource(
        chain=chain,
        details=details,
        sip=agreed_sip(event.particulars for event in log.live_events),
        events=[event for event in log.live_events if not standing.is_of_former_place(row_of(event))],
    )


@dataclass(frozen=True, slots=True)
class ListSource:
    """What the contact list is made of. `numbers` has, for each of the moments asked for, whom to ring."""

    principals: list[Principal]
    units: list[Unit]
    entries: list[DirectoryEntry]
    numbers: tuple[Numbers, ...]


def contact_list_source(principal: Principal | None, moments: Iterable[datetime]) -> ListSource:
    """The principals in order, the region first, their units in use and their entries in force.

    `principal` narrows it to one. `moments` are aware. The queries are the same few, however long the list is.
    """
    principals = [principal] if principal else sorted(_principals(), key=lambda found: not found.is_region)
    found = Unit.objects.filter(active=True, principal__in=principals).select_related("principal")
    units = list(found.order_by("sort_key", "pk"))
    requests = [*map(request_for_principal, principals), *map(request_for_unit, units)]
    return ListSource(
        principals=principals,
        units=units,
        entries=entries_to_take_out(principal),
        numbers=tuple(numbers_for_many(requests, at) for at in moments),
    )


def _principals() -> list[Principal]:
    return list(Principal.objects.order_by("sort_key"))
