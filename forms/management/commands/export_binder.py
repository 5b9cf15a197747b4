"""`manage.py export_binder DIR`: the binder of each unit as a PDF, for a scheduled job."""

import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

from django.core.management.base import BaseCommand
from django.utils.text import slugify

from contacts.file_errors import why
from contacts.models import Unit
from contacts.rules.errors import RuleError
from forms.queries.binder import names_near, standing_binder, units_named, units_with_binders
from forms.rendering import PrintingUnavailable
from forms.services.binder import print_binder

logger = logging.getLogger(__name__)
_LONGEST_SLUG = 80


class Command(BaseCommand):
    help = (
        "Skriv varje enhets beredskapspärm som PDF i en mapp. Varje fil skrivs hel eller inte alls. "
        "Bladen i pärmen behåller sina löpnummer tills något av dem är använt."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, metavar="MAPP", help="En mapp som finns.")
        parser.add_argument("--unit", metavar="NAMN", help="Skriv bara den enhetens pärm.")

    def handle(self, *, dir: Path, unit: str | None, **options: Any) -> None:  # noqa: A002
        """Status 1 where some failed, 2 where none could be tried."""
        if not dir.is_dir():
            self._refuse(f"{dir}: mappen finns inte. Skapa den, eller anslut disken, och kör igen.")
        units = self._units(unit)
        new = replaced = 0
        failed: list[str] = []
        for number, each in enumerate(units, 1):
            if options["verbosity"]:
                self.stdout.write(f"{number} av {len(units)} {each.name}")
                self.stdout.flush()
            target = dir / file_name(each)
            existed = target.exists()
            why = self._export(each, target)
            if why:
                failed.append(f"{each.name} ({each.principal.name}): {why}")
            elif existed:
                replaced += 1
            else:
                new += 1
        self.stdout.write(f"Nya pärmar: {new}. Ersatta: {replaced}. Misslyckade: {len(failed)}.")
        if failed:
            self.stderr.write("Misslyckade, den gamla filen är kvar om den fanns:")
            for line in failed:
                self.stderr.write(f"- {line}")
            sys.exit(1)

    def _units(self, name: str | None) -> list[Unit]:
        if name is None:
            units = units_with_binders()
            if not units:
                self._refuse("Det finns ingen enhet i bruk.")
            return units
        found = units_named(name)
        if not found:
            near = ", ".join(names_near(name))
            hint = f" Menar du någon av dessa: {near}?" if near else ""
            self._refuse(f'--unit: ingen enhet i bruk heter "{name}".{hint}')
        return found

    def _export(self, unit: Unit, target: Path) -> str:
        """Why it failed, "" where it did not."""
        try:
            with written_whole(target) as unfinished:
                print_binder(
                    by=None,
                    unit=unit,
                    client_id=standing_binder(unit),
                    hand_out=lambda pdf: _write(unfinished, pdf),
                )
        except PrintingUnavailable as error:
            self._refuse(error.reason)
        except OSError as error:
            return f"{why(error)}."
        except RuleError as error:
            return error.reason
        except Exception as error:
            # One unit's failure must not stop the others' binders.
            logger.exception("binder of unit %s", unit.pk)
            return f"oväntat fel ({type(error).__name__}). Se loggen."
        return ""

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(2)


def file_name(unit: Unit) -> str:
    """The name of a unit's file: plain ASCII, the same each time, and no other unit's."""
    return f"{slugify(unit.name)[:_LONGEST_SLUG] or 'enhet'}-{unit.pk}.pdf"


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to, which takes its place when all went well and vanishes when not."""
    unfinished = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        yield unfinished
        unfinished.replace(target)
        _sync(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Fsync the folder, so that the file's new name survives a power cut."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Not every file system lets a folder be opened; the file itself is on the disk.
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
