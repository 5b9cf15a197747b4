"""What was sealed, told to a file that is to lie elsewhere: by it a tail that was cut off shows.

A line vouches for rows, not for their seal: seals are written without waiting for the disk, and those of the last
moment before a power cut are made anew.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from contacts.models import AuditEntry, TrailSeal
from contacts.models.ciphers import Cipher
from contacts.models.trail import rows_digest
from contacts.rules.trail import Range, how_many, merged, ranges_of, read, without

from .faults import Faults, Kind, Noun
from .reading import pieces_of

logger = logging.getLogger("trail.seals")

_AT_ONCE = 10_000


def add_checkpoint(seal: TrailSeal, digest: str) -> None:
    """A line in the file `TRAIL_CHECKPOINTS`, and to the log server, if any. Raises OSError."""
    told = {"seal": seal.number, "at": seal.at.isoformat(), "rows": seal.ranges, "digest": digest}
    line = json.dumps(told)
    logger.info(line)
    path = settings.TRAIL_CHECKPOINTS
    try:
        _append(path, line)
    except FileNotFoundError:
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _append(path, line)


def _append(path: str | Path, line: str) -> None:
    # In one piece: several processes write in the file.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)


@dataclass(slots=True)
class Checked:
    """How many checkpoints were read, and which row they reach to."""

    lines: int = 0
    upto: int = 0


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    line: int
    ranges: list[Range]
    digest: str


def verify_checkpoints(path: Path, cipher: Cipher, faults: Faults) -> Checked:
    """Whether all rows that the lines tell of are there, and the same. Raises OSError."""
    checked = Checked()
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for some in _some_at_once(_read(file, faults)):
            macs = _macs_of(one for each in some for one in each.ranges)
            for each in some:
                _compare(each, macs, last, cipher, faults)
                checked.lines += 1
                checked.upto = max(checked.upto, each.ranges[-1][1])
    return checked


def _macs_of(ranges: Iterable[Range]) -> dict[int, str]:
    found: dict[int, str] = {}
    for first, last in merged(ranges):
        found |= {
            values[0]: str(values[-1]) for values in pieces_of(AuditEntry.objects.all(), ["mac"], first, last)
        }
    return found


def _some_at_once(checkpoints: Iterable[_Checkpoint]) -> Iterator[list[_Checkpoint]]:
    some: list[_Checkpoint] = []
    held = 0
    for each in checkpoints:
        some.append(each)
        held += how_many(each.ranges)
        if held >= _AT_ONCE:
            yield some
            some, held = [], 0
    yield some


def _read(lines: Iterable[str], faults: Faults) -> Iterator[_Checkpoint]:
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            ranges = read(told["rows"])
            if not 0 < how_many(ranges) <= _AT_ONCE:
                raise ValueError
            yield _Checkpoint(number, ranges, str(told["digest"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            # The server stopped while it wrote the last one.
            if line.endswith("\n"):
                faults.add(Noun.CHECKPOINT, number, number, Kind.CHANGED, "går inte att läsa")


def _compare(
    checkpoint: _Checkpoint, macs: dict[int, str], last: int, cipher: Cipher, faults: Faults
) -> None:
    ranges = checkpoint.ranges
    there = [n for first, end in ranges for n in range(first, end + 1) if n in macs]
    for first, end in without(ranges, ranges_of(sorted(there))):
        kind = Kind.CUT if first > last else Kind.REMOVED
        faults.add(Noun.ROW, first, end, kind, "finns bland kontrollpunkterna")
    is_all = len(there) == how_many(ranges)
    if is_all and rows_digest(cipher, [(number, macs[number]) for number in there]) != checkpoint.digest:
        more = "inte de som var där vid kontrollpunkten"
        faults.add(Noun.ROW, ranges[0][0], ranges[-1][1], Kind.CHANGED, more)
