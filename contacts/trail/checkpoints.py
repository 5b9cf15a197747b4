"""What each seal was, told to a file that is to lie elsewhere: by it a tail that was cut off shows."""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from contacts.models import TrailSeal

from .faults import Faults, Kind, Noun

logger = logging.getLogger("trail")

_AT_ONCE = 500


def add_checkpoint(seal: TrailSeal) -> None:
    """A line in the file `TRAIL_CHECKPOINTS`, and in the log `trail`. Raises OSError."""
    told = {"seal": seal.number, "at": seal.at.isoformat(), "upto": seal.upto, "digest": seal.digest}
    line = json.dumps(told)
    logger.info(line)
    path = Path(settings.TRAIL_CHECKPOINTS)
    try:
        _append(path, line)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _append(path, line)


def _append(path: Path, line: str) -> None:
    # In one piece: several processes write in the file.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)


@dataclass(slots=True)
class Checked:
    """How many checkpoints were read, and which row the last of them reaches to."""

    lines: int = 0
    upto: int = 0


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    line: int
    seal: int
    upto: int
    digest: str


def verify_checkpoints(path: Path, faults: Faults) -> Checked:
    """Whether each seal that a line tells of is there, and the same. Raises OSError."""
    checked = Checked()
    last = TrailSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = _read(file, faults)
        while some := list(islice(lines, _AT_ONCE)):
            seals = {seal.number: seal for seal in _seals([each.seal for each in some])}
            for each in some:
                _compare(each, seals.get(each.seal), last, faults)
                checked.lines += 1
                checked.upto = max(checked.upto, each.upto)
    return checked


def _seals(numbers: list[int]) -> Any:
    return TrailSeal.objects.filter(pk__in=numbers).only("number", "upto", "digest")


def _read(lines: Iterator[str], faults: Faults) -> Iterator[_Checkpoint]:
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            yield _Checkpoint(number, int(told["seal"]), int(told["upto"]), str(told["digest"]))
        except (ValueError, TypeError, KeyError):
            # The server stopped while it wrote the last one.
            if line.endswith("\n"):
                faults.add(Noun.CHECKPOINT, number, number, Kind.CHANGED, "går inte att läsa")


def _compare(checkpoint: _Checkpoint, seal: TrailSeal | None, last: int, faults: Faults) -> None:
    number = checkpoint.seal
    if seal is None and number > last:
        more = f"rader till och med {checkpoint.upto} var förseglade"
        if len(faults) and faults.found[-1].kind is Kind.CUT and faults.found[-1].numbers[1] == number - 1:
            first = faults.found.pop().numbers[0]
            faults.add(Noun.SEAL, first, number, Kind.CUT, more)
        else:
            faults.add(Noun.SEAL, number, number, Kind.CUT, more)
    elif seal is None:
        faults.add(Noun.SEAL, number, number, Kind.REMOVED, "finns bland kontrollpunkterna")
    elif (seal.digest, seal.upto) != (checkpoint.digest, checkpoint.upto):
        faults.add(Noun.SEAL, number, number, Kind.CHANGED, "en annan än vid kontrollpunkten")
