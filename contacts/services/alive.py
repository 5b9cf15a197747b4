"""Whether the process that has work in hand is still there. Known where its number means the same alone."""

import os
from functools import cache
from pathlib import Path


def this_process() -> str:
    """Where its number is its own, the number, and when it began, for a number is used again."""
    return f"{_here()} {os.getpid()} {_began(str(os.getpid()))}"


def is_alive(process: str) -> bool | None:
    """None where nothing is known of it: on another machine, or in another container."""
    where, _, told = process.partition(" ")
    number, _, began = told.partition(" ")
    return _began(number) == began if began and where == _here() else None


@cache
def _here() -> str:
    """The machine since it was started, and those of its processes that are seen from here."""
    start = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{start}/{Path('/proc/self/ns/pid').stat().st_ino}"


def _began(number: str) -> str:
    """In ticks since the machine began; empty where the process has ended, though nobody has asked how it did."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return ""
    # The name before the bracket may hold anything.
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]
