"""A document of one or more sheets: each a part with its serial, its template and what stands at its foot."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contacts.access import Acting
from forms.rules.fitting import shortened
from forms.rules.serial import shown_serial
from forms.rules.spec import SpecHead
from outage.models import Outage
from outage.rules.drills import MARK
from outage.rules.wording import clock_time, day_and_year

# What the foot, and a line of the head, have room for, in small letters.
NAME_LETTERS = 110


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet in a document. Its `template` gets `view` as `sheet`; `advice` and `print_line` are its foot.

    `print_line` says when, by whom and by which version of the routine it was printed, `mark` what stands on each page.
    """

    serial: str
    version: str
    template: str
    view: Any
    title: str
    advice: str
    print_line: str
    landscape: bool = False
    mark: str = ""

    @property
    def shown_serial(self) -> str:
        return shown_serial(self.serial)


def of_outage(part: SheetPart, outage: Outage | None) -> SheetPart:
    """What is of a drill says so."""
    return replace(part, mark=MARK) if outage and outage.drill else part


def spec_part(serial: str, view: Any, template: str, line: str) -> SheetPart:
    """A sheet of the content file that is the `spec` of its view."""
    spec: SpecHead = view.spec
    path = f"forms/paper/{template}.html"
    return SheetPart(serial, spec.version, path, view, spec.title, spec.foot, line, spec.landscape)


def edition_part(
    view: Any, template: str, routine_version: str, now: datetime, by: Acting | None, serial: str
) -> SheetPart:
    """The sheet of a content file that is written on: its foot names its edition, and the care chain it is about."""
    number = getattr(view, "number", None)
    first = [f"Vårdkedja {number}"] if number else []
    line = print_line(routine_version, now, by, view.unit, *first, f"Blankett version {view.spec.version}")
    return spec_part(serial, view, template, line)


def loose_part(title: str, template: str, view: Any, by: Acting, now: datetime) -> SheetPart:
    """Without a serial: it is never scanned, and no export of it is kept."""
    who = shortened(f"{by.user.full_name}, {by.unit.name}", NAME_LETTERS)
    line = f"Utskrivet {day_and_year(now)} {clock_time(now)} av {who}"
    return SheetPart("", "", f"forms/paper/{template}.html", view, title, "", line)


def print_line(routine_version: str, now: datetime, by: Acting | None, unit: str, *first: str) -> str:
    """The last line of a sheet: `first`, the routine, and when (aware moment) and by whom it was printed.

    A long name is shortened to leave room in the foot; it is whole in the audit row of the print. `by` is None for a
    command on the server, which prints for `unit`, by its name.
    """
    name = shortened(unit, NAME_LETTERS)
    who = f" av {shortened(by.user.full_name, NAME_LETTERS)}, {name}" if by else f" för {name}"
    printed = f"Utskriven {day_and_year(now)} {clock_time(now)}{who}"
    return " · ".join((*first, f"Rutin {routine_version}", printed))
