"""Reads for the paper. The chain comes from `outage.queries.care_chains`, which knows who may see it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import DirectoryEntry, Principal, Unit
from contacts.queries.entries import entries_in_use
from contacts.queries.ringing import (
    RingRequest,
    numbers_for_many,
    region_number_among,
    request_for_principal,
    request_for_unit,
)
from contacts.queries.switchboards import main_numbers
from contacts.rules.entry_facts import EntryKind
from contacts.rules.parties import Party
from contacts.rules.whom_to_call import NumberToRing
from forms.rules.contact_list import listed_one_by_one, parts_of_places
from outage.models import CareChain, CareChainDetails, CareChainEvent, Handover
from outage.queries.care_chains import visible_chains
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.joined import read_in_kept, with_joined
from outage.queries.moved import with_first
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
    """The directory lookup that reaches each party of a chain."""
    return {
        Party.INPATIENT: RingRequest(Party.INPATIENT, None, details.ward_unit_id),
        Party.MUNICIPALITY: RingRequest(Party.MUNICIPALITY, details.municipality_id, None),
        Party.OUTPATIENT: RingRequest(Party.OUTPATIENT, None, details.outpatient_unit_id),
    }


def sheet_source(chain: CareChain, by: Acting, at: datetime) -> SheetSource:
    """All that a chain's sheet is made of; the number of queries does not depend on its events and calls.

    Whom to ring is answered for the aware moment `at`, as on the screen. `chain` comes with its details and outage
    loaded.
    """
    details = chain.details
    return SheetSource(
        chain=chain,
        details=details,
        log=log_of(chain.pk),
        numbers=numbers_for_many([*party_requests(details).values(), request_for_unit(by.unit)], at),
    )


def calls_since(by: Acting, since: datetime) -> list[Handover]:
    """The standing calls, from the aware moment `since` on, of the chains that `by` may see, oldest first.

    Each comes with its chain, details, outage and messages; the number of queries does not depend on theirs.
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
    with_first(found)
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
    """What the SIP-blankett and the kallelse of a chain are made of; `chain` comes from `get_chain`."""
    details = chain.details
    log = log_of(chain.pk)
    standing = standing_of(chain, log)
    return SipSource(
        chain=chain,
        details=details,
        sip=agreed_sip(event.particulars for event in log.live_events),
        events=[event for event in log.live_events if not standing.is_of_former_place(row_of(event))],
    )


@dataclass(frozen=True, slots=True)
class OutlinedPlace:
    """A principal itself or a unit of it, and id and name of each of its entries, linked or matched by name as when
    ringing.

    `switchboards` are the ids of those that are one.
    """

    principal: Principal
    unit: Unit | None
    entries: list[tuple[int, str]]
    switchboards: list[int]

    @property
    def name(self) -> str:
        return (self.unit or self.principal).name

    @property
    def request(self) -> RingRequest:
        return request_for_unit(self.unit) if self.unit else request_for_principal(self.principal)


@dataclass(frozen=True, slots=True)
class ListedPlace:
    """What a contact list has of a place. `goes_on` says that the part before begins with it."""

    place: OutlinedPlace
    entries: tuple[DirectoryEntry, ...]
    goes_on: bool


@dataclass(frozen=True, slots=True)
class ListSource:
    """All that the contact list is made of, or part `number` of its `parts`, 0 for a list in one.

    `listed` are the principals whose entries are in it, `whole` says that they are all; `numbers` has, for each of
    the moments asked for, whom to ring; `switchboards` and `region_switchboard` are what to ring where an entry of a
    principal, or of one without a main switchboard, has no number.
    """

    places: tuple[ListedPlace, ...]
    listed: Collection[int]
    whole: bool
    numbers: tuple[Numbers, ...]
    switchboards: Mapping[int, str]
    region_switchboard: str
    number: int
    parts: int


def contact_list_outline(principal: Principal | None) -> list[OutlinedPlace]:
    """The places of a contact list in order, the region first, each principal before its units in use.

    `principal` narrows it to one. Of the entries only what divides them into parts is read.
    """
    every = Principal.objects.order_by("sort_key")
    principals = [principal] if principal else sorted(every, key=lambda found: not found.is_region)
    units: dict[int, list[Unit]] = {found.pk: [] for found in principals}
    in_use = Unit.objects.filter(active=True, principal__in=principals).select_related("principal")
    for found in in_use.order_by("sort_key", "pk"):
        units[found.principal_id].append(found)
    places = {
        (owner.pk, unit and unit.pk): OutlinedPlace(owner, unit, [], [])
        for owner in principals
        for unit in (None, *units[owner.pk])
    }
    by_name = {(owner, place.name): (owner, unit) for (owner, unit), place in places.items() if unit}
    rows = entries_in_use().filter(principal__in=principals).order_by("sort_key", "pk")
    for pk, name, kind, owner, unit in rows.values_list("pk", "name", "kind", "principal", "unit"):
        key = (owner, unit) if unit else by_name.get((owner, name), (owner, None))
        place = places.get(key, places[owner, None])
        place.entries.append((pk, name))
        if kind == EntryKind.SWITCHBOARD:
            place.switchboards.append(pk)
    return list(places.values())


def contact_list_source(
    principal: Principal | None,
    moments: Iterable[datetime],
    *,
    own: Principal | None = None,
    number: int | None = None,
) -> ListSource:
    """A list in one, or part `number` of it; only what is in it is read.

    A list in one that would be a book has the entries of `own` alone. `moments` are aware. The number of queries does
    not grow with the list.
    """
    outline = contact_list_outline(principal)
    counts = dict.fromkeys((place.principal.pk for place in outline), 0)
    for place in outline:
        counts[place.principal.pk] += len(place.entries)
    if number is None:
        parts = 0
        listed = listed_one_by_one(counts, own.pk if own else 0)
        pieces = [(at, 0, len(p.entries) * (p.principal.pk in listed)) for at, p in enumerate(outline)]
    else:
        divided = parts_of_places([len(place.entries) for place in outline])
        parts, listed, pieces = len(divided), frozenset(counts), list(divided[number - 1])
    wanted = [pk for at, first, end in pieces for pk, _ in outline[at].entries[first:end]]
    exchanges = [pk for place in outline for pk in place.switchboards]
    entries = entries_in_use().in_bulk([*wanted, *exchanges])
    places = [outline[at] for at, _, _ in pieces]
    requests, units = [place.request for place in places], [place.unit for place in places if place.unit]
    numbers = tuple(numbers_for_many(requests, at, units, rota=False) for at in moments)
    return ListSource(
        places=tuple(
            ListedPlace(
                outline[at],
                # One may have been taken out of use since.
                tuple(entries[pk] for pk, _ in outline[at].entries[first:end] if pk in entries),
                first > 0,
            )
            for at, first, end in pieces
        ),
        listed=listed,
        whole=len(listed) == len(counts),
        numbers=numbers,
        switchboards=main_numbers(entries[pk] for pk in exchanges if pk in entries),
        region_switchboard=region_number_among(
            line for at in numbers for lines in at.values() for line in lines
        ),
        number=number or 0,
        parts=parts,
    )
