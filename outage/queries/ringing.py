"""The numbers of the places that chains name."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import timezone

from contacts.page_versions import EVERYBODY, each_of_one_minute, version_of
from contacts.queries.ringing import RingRequest, numbers_for_many
from contacts.rules.hours import Availability, Hours
from contacts.rules.parties import Party
from contacts.rules.phone import numbers_in, same_number
from contacts.rules.whom_to_call import Candidate, NumberToRing, Way, best_first
from outage.models import CareChainDetails, ChainState, StateKind
from outage.queries.chain_log import ChainLog


def numbers_of_places(logs: Iterable[ChainLog], now: datetime) -> dict[str, tuple[NumberToRing, ...]]:
    """The numbers to ring at the aware moment `now`, best first, by the key of each place that the chains ever named
    or that a call of theirs was with.

    At most three queries, however many chains there are. An unlisted place has the number that was typed.
    """
    logs = list(logs)
    # Of a call that was moved here the chain may never have named the place.
    calls = (call for log in logs for call in log.live_handovers if call.place)
    rung = [(None, Party(call.recipient), call.place) for call in calls]
    named = [(v, party, key) for log in logs for v in log.versions for party, key in v.place_keys.items()]
    return _numbers([*rung, *named], now)


def numbers_of_rows(rows: Iterable[ChainState], now: datetime) -> dict[str, tuple[NumberToRing, ...]]:
    """Of the places that rows of what is owed are about, as `numbers_of_places`; by `place_to_ring`."""
    return _numbers(
        (
            (row.named_in, Party(row.rung.recipient if row.rung else row.named_as), place_to_ring(row))
            for row in rows
            if row.what == StateKind.OWED and (row.named_in or (row.rung and row.rung.place))
        ),
        now,
    )


def place_to_ring(row: ChainState) -> str:
    """The key by which the numbers of a place are looked up: the newest of its spellings."""
    return row.named_in.place_keys[Party(row.named_as)] if row.named_in else row.whom


def _numbers(
    named: Iterable[tuple[CareChainDetails | None, Party, str]], now: datetime
) -> dict[str, tuple[NumberToRing, ...]]:
    requests: dict[str, RingRequest] = {}
    numbers: dict[str, tuple[NumberToRing, ...]] = {}
    for version, party, key in named:
        kind, _, pk = key.partition(":")
        if kind == "principal":
            requests[key] = RingRequest(Party.MUNICIPALITY, int(pk), None)
        elif kind == "unit":
            requests[key] = RingRequest(party, None, int(pk))
        elif kind == "other" and version is not None:
            numbers[key] = typed_number(version, party, now)
    # They hang on the directory and the clock alone: a call that is logged changes none.
    directory = version_of(EVERYBODY) if requests else ""
    found = each_of_one_minute(
        {request: ("numbers", directory, request) for request in requests.values()},
        now,
        lambda missing: numbers_for_many(missing, now),
        lambda request, numbers: numbers[request],
    )
    return numbers | {key: found[request] for key, request in requests.items()}


def typed_number(details: CareChainDetails, party: Party, now: datetime) -> tuple[NumberToRing, ...]:
    """The number that was typed with an unlisted place; nothing for any other."""
    place = details.other_places.get(party)
    if not place or not place.number:
        return ()
    return _typed(place.name, [place.number], now)


def numbers_of_participant(name: str, now: datetime, *rung: str) -> tuple[NumberToRing, ...]:
    """Those that stand in the line that names who is to take part in a SIP, then those that were `rung`: who is no unit
    stands in no directory (R3.9).
    """
    found: list[str] = []
    for number in (*numbers_in(name), *rung):
        if number and not any(same_number(number, other) for other in found):
            found.append(number)
    return _typed(name, found, now)


def _typed(name: str, numbers: Sequence[str], now: datetime) -> tuple[NumberToRing, ...]:
    candidates = [
        Candidate(name, number, Way.UNIT, Hours(Availability.UNKNOWN), place=place)
        for place, number in enumerate(numbers)
    ]
    return best_first(candidates, now, timezone.get_default_timezone())
