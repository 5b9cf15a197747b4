"""`manage.py dryrun FILE`: what the routine says of a made-up outage, as JSON on standard output."""

import contextlib
import errno
import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from contacts.content.reader import ContentError
from outage.routine import current_routine, get_routine, routine_ids
from outage.rules.dryrun import BadInput, run, shown
from outage.rules.routine import Routine

_MOST_BYTES = 64 * 1024 * 1024
_TOO_LARGE = "är för stor; högst 64 MB"
_REASONS = {
    errno.ENOENT: "den finns inte",
    errno.EISDIR: "det är en mapp",
    errno.EACCES: "det är inte tillåtet",
    errno.ENAMETOOLONG: "namnet är för långt",
    errno.ENOSPC: "disken är full",
    errno.EPIPE: "mottagaren har stängt",
    errno.EBADF: "utgången är stängd",
}


class Command(BaseCommand):
    """Reads JSON from a file or, for -, from standard input. Nothing is stored and no database is opened."""

    help = (
        "Prova rutinen på ett driftstopp beskrivet i JSON. Inget sparas. Fel i filen: en rad på standard error, "
        "kod 2. Svaret gick inte att skriva: kod 1."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FIL", help="En JSON-fil, eller - för standard input.")
        parser.add_argument(
            "--routine", default=None, metavar="ID", help="Rutinens id; annars den som gäller."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the answer, or one line that names the place of the error."""
        try:
            answer = json.dumps(
                run(_read(options["file"]), _routine(options["routine"]), timezone.now()), indent=2
            )
        except MemoryError:
            _refuse(f"{options['file']}: {_TOO_LARGE}")
        except (BadInput, ContentError) as error:
            _refuse(str(error))
        try:
            self.stdout.write(answer)
            self.stdout.flush()
        except (OSError, ValueError, AttributeError) as error:
            # Without a standard output there is nothing to write to; a closed one raises ValueError.
            _drop_output()
            _refuse(f"Svaret gick inte att skriva: {_reason(error)}.", code=1)


def _routine(routine_id: str | None) -> Routine:
    if routine_id is None:
        return current_routine()
    if routine_id not in routine_ids():
        raise BadInput(
            "--routine", f"{shown(routine_id)} finns inte; använd något av {', '.join(routine_ids())}"
        )
    return get_routine(routine_id)


def _read(name: str) -> object:
    try:
        if name == "-" and sys.stdin is None:
            raise BadInput(name, "går inte att läsa: standard input är stängd")
        with contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as source:
            raw = source.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise BadInput(name, _TOO_LARGE)
        return json.loads(
            raw.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_without_repeats
        )
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(name, _fault(error)) from error


def _fault(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"går inte att läsa: {_reason(error)}"
    if isinstance(error, UnicodeDecodeError):
        return "är inte UTF-8"
    if isinstance(error, RecursionError):
        return "har för många nivåer i varandra"
    if isinstance(error, json.JSONDecodeError):
        return f"är inte JSON: fel på rad {error.lineno}, tecken {error.colno}"
    return str(error) if isinstance(error, _BadJson) else "går inte att läsa"


def _reason(error: Exception) -> str:
    """Why nothing could be read or written. With standard output missing or closed there is no errno."""
    number = getattr(error, "errno", None)
    return _REASONS.get(number, f"felkod {number}") if number else "utgången är stängd"


class _BadJson(ValueError):
    pass


def _no_constant(name: str) -> NoReturn:
    raise _BadJson(f"är inte JSON: {name} är inget JSON-värde")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _BadJson(f"nyckeln {shown(key)} står två gånger i samma objekt")
        found[key] = value
    return found


def _refuse(sentence: str, code: int = 2) -> NoReturn:
    # Where not even the sentence can be written, the exit code says it.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(" ".join(sentence.split()) + "\n")
        sys.stderr.flush()
    raise SystemExit(code)


def _drop_output() -> None:
    """Redirect the remaining buffer to nowhere: Python flushes it once more at exit, and would fail again."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
