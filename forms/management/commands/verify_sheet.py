"""Was a PDF made here, and is it as it was: the same answer as on the page."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from forms.presenters.verifying import origin_view
from forms.rules.file_origin import MOST_BYTES, FileOrigin
from forms.services.verifying import FileNotRead, verify_file

# The status that the command ends with. What cannot be read at all ends with NOT_READ.
STATUS = {FileOrigin.UNCHANGED: 0, FileOrigin.CHANGED: 1, FileOrigin.FOREIGN: 2}
NOT_READ = 3


class Command(BaseCommand):
    help = (
        "Säg om en PDF är utskriven här och oförändrad. Slutar med 0: oförändrad, 1: ändrad, 2: känns inte igen, "
        "3: filen gick inte att läsa."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FIL", help="PDF-filen.")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            with file.open("rb") as opened:
                # Just enough to know that it is too large.
                verdict = verify_file(by=None, content=opened.read(MOST_BYTES + 1))
        except OSError:
            self._refuse(f"{file} går inte att läsa.")
        except FileNotRead as error:
            self._refuse(f"{file}: {error.reason}")
        answer = origin_view(verdict.origin, verdict.export, verdict.seal, can_tell=verdict.can_tell)
        self.stdout.write(f"{answer.heading}.")
        self.stdout.write(answer.sentence)
        for label, value in answer.facts:
            self.stdout.write(f"{label}: {value}")
        sys.exit(STATUS[verdict.origin])

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(NOT_READ)
