"""`manage.py dryrun FILE`: what the routine says of a made-up outage, as JSON on standard output."""

import contextlib
import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from outage.routine import RoutineError, current_routine, get_routine
from outage.rules.dryrun import BadInput, run


class Command(BaseCommand):
    """Reads JSON from a file or, for -, from standard input. Nothing is stored and no database is opened."""

    help = (
        "Try the routine on an outage described in JSON. Bad input: one line on standard error, exit 2; "
        "an answer that could not be written: exit 1."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take FILE, and the routine to try."""
        parser.add_argument("file", metavar="FILE", help="a JSON file, or - for standard input")
        parser.add_argument("--routine", default=None, help="the routine's id; without it, the one in use")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the answer, or one line that names the place of what is wrong."""
        try:
            routine = get_routine(options["routine"]) if options["routine"] else current_routine()
            answer = run(_read(options["file"]), routine, timezone.now())
        except (BadInput, RoutineError) as error:
            _refuse(str(error))
        try:
            self.stdout.write(json.dumps(answer, indent=2))
            self.stdout.flush()
        except (OSError, ValueError, AttributeError) as error:
            # Without a standard output there is nothing to write to; a closed one raises ValueError.
            _drop_output()
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is closed"
            _refuse(f"the answer could not be written: {reason}", code=1)


def _read(name: str) -> object:
    try:
        if name == "-" and sys.stdin is None:
            raise BadInput(name, "can not be read: standard input is closed")
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return json.loads(
            raw.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_without_repeats
        )
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, MemoryError) as error:
        raise BadInput(name, _fault(error)) from error


def _fault(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"can not be read: {error.strerror or error}"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    if isinstance(error, RecursionError):
        return "is nested too deep"
    if isinstance(error, MemoryError):
        return "is too large"
    return f"is not JSON: {error}"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!a} stands twice in one object")
        found[key] = value
    return found


def _refuse(sentence: str, code: int = 2) -> NoReturn:
    # Where not even the sentence can be written, the exit code says it.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(" ".join(sentence.split()) + "\n")
        sys.stderr.flush()
    raise SystemExit(code)


def _drop_output() -> None:
    """Let what is left in the buffer go nowhere: Python writes it once more as it ends, and would fail again."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
