"""Whether the process that has work in hand is still there. Known on its own machine alone."""

import os
from pathlib import Path

_MACHINE = os.uname().nodename[:60]


def this_process() -> str:
    """Its machine, its number, and when it began, for a number is used again."""
    return f"{_MACHINE} {os.getpid()} {_began(str(os.getpid()))}"


def is_alive(process: str) -> bool:
    """False where nothing is known of it: on another machine."""
    machine, _, told = process.partition(" ")
    number, _, began = told.partition(" ")
    return machine == _MACHINE and bool(began) and _began(number) == began


def _began(number: str) -> str:
    """In ticks since the machine began; empty where the process has ended, though nobody has asked how it did."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return ""
    # The name before the bracket may hold anything.
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]
