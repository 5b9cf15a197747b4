"""What a seal of the trace says: content in one form on every database, and rows as ranges of their numbers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

Range = tuple[int, int]
"""The first and the last number."""

# A number that no row has got in this time, and that no transaction under way can fill, was rolled back.
GIVEN_UP_AFTER = timedelta(minutes=5)
# Whoever took a number has begun to write by then, and is seen among the transactions under way.
BEGUN_AFTER = timedelta(seconds=2)


def canonical(content: Mapping[str, Any]) -> bytes:
    """The same bytes for what was written and for what any database gives back of it."""
    return _IN_ONE_FORM.encode(_plain(content)).encode()


_IN_ONE_FORM = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, float):
        # PostgreSQL gives back 1e16 as a whole number.
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {_key(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return {"unreadable": repr(value)}


def _key(key: Any) -> str:
    """As JSON writes a key that is no text."""
    return key if isinstance(key, str) else json.dumps(key)


def ranges_of(numbers: Iterable[int]) -> list[Range]:
    """Numbers in order, as ranges."""
    found: list[Range] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def merged(ranges: Iterable[Range]) -> list[Range]:
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def without(ranges: Iterable[Range], taken: Iterable[Range]) -> list[Range]:
    """What is left of `ranges`."""
    left, gone = [], merged(taken)
    for first, last in merged(ranges):
        following = first
        for begins, ends in gone:
            if ends < following or begins > last:
                continue
            if begins > following:
                left.append((following, begins - 1))
            following = ends + 1
        if following <= last:
            left.append((following, last))
    return left


def how_many(ranges: Iterable[Range]) -> int:
    return sum(last - first + 1 for first, last in ranges)


def written(ranges: Iterable[Range]) -> str:
    return ",".join(f"{first}-{last}" if first != last else f"{first}" for first, last in ranges)


def read(text: str) -> list[Range]:
    """Raises ValueError."""
    found = []
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        found.append((int(first), int(last if dash else first)))
        if not 0 < found[-1][0] <= found[-1][1]:
            raise ValueError(f"no range: {part}")
    return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that were taken and whose rows have not been seen, since `seen`.

    `begun_by` is a number of a transaction: whatever could fill the gap had begun before that one.
    """

    numbers: Range
    seen: int
    begun_by: int | None = None


@dataclass(frozen=True, slots=True)
class Transactions:
    """Those under way: all with numbers below `oldest` have ended, none has begun with `next` or above."""

    oldest: int
    next: int


def open_gaps(
    former: Sequence[Gap], unseen: Sequence[Range], now: datetime, under_way: Transactions | None
) -> list[Gap]:
    """The numbers that a row may still turn up at; `under_way` is None where nobody else can be writing."""
    if under_way is None:
        return []
    second = int(now.timestamp())
    gaps: list[Gap] = []
    for gap in former:
        age = second - gap.seen
        if gap.begun_by is None:
            begun_by = under_way.next if age >= BEGUN_AFTER.total_seconds() else None
        elif age >= GIVEN_UP_AFTER.total_seconds() and under_way.oldest >= gap.begun_by:
            continue
        else:
            begun_by = gap.begun_by
        gaps += (Gap(numbers, gap.seen, begun_by) for numbers in _shared(unseen, gap.numbers))
    known = [gap.numbers for gap in former]
    gaps += (Gap(numbers, second) for numbers in without(unseen, known))
    return sorted(gaps, key=lambda gap: gap.numbers)


def _shared(ranges: Iterable[Range], one: Range) -> list[Range]:
    found = ((max(first, one[0]), min(last, one[1])) for first, last in ranges)
    return [(first, last) for first, last in found if first <= last]


def written_gaps(gaps: Iterable[Gap]) -> str:
    return ",".join(f"{written([gap.numbers])}@{gap.seen}@{gap.begun_by or ''}" for gap in gaps)


def read_gaps(text: str) -> list[Gap]:
    """Raises ValueError."""
    found = []
    for part in text.split(",") if text else ():
        numbers, seen, begun_by = part.split("@")
        (one,) = read(numbers)
        found.append(Gap(one, int(seen), int(begun_by) if begun_by else None))
    return found


def sealed_content(
    *,
    number: int,
    at: datetime,
    upto: int,
    ranges: str,
    gaps: str,
    from_before: bool,
    former: str,
    rows: str,
) -> bytes:
    """What a seal is the keyed hash of; `former` is the digest of the seal before, `rows` that of its rows."""
    told = [number, _plain(at), upto, ranges, gaps, from_before, former, rows]
    return _IN_ONE_FORM.encode(told).encode()
