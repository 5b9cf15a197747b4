"""Bring in the directory file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from contacts.services.directory_import import BadDirectoryFile, import_directory

OWN_FILE = Path(__file__).resolve().parents[2] / "data" / "katalog-vasterbotten.csv"


class Command(BaseCommand):
    """Läs in kontakter ur en CSV-fil."""

    help = "Läs in kontakter ur en CSV-fil: allt eller inget. Samma fil en gång till ändrar inget."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, the product's own by default, and whether to only try."""
        parser.add_argument("file", nargs="?", type=Path, default=OWN_FILE, metavar="FIL")
        parser.add_argument("--dry-run", action="store_true", help="Visa vad som skulle ändras; skriv inget.")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        """Import the file and print the counts; a file that can not be taken in ends with status 2."""
        try:
            report = import_directory(by=None, content=file.read_bytes(), dry_run=dry_run)
        except OSError as wrong:
            self._refuse(f"{file}: filen går inte att läsa ({wrong.strerror}).")
        except BadDirectoryFile as wrong:
            self._refuse(f"{file}: {wrong.reason} Inget är inläst.")
        for problem in report.problems:
            self.stdout.write(str(problem))
        counts = f"Nya: {report.new}. Ändrade: {report.changed}. Oförändrade: {report.unchanged}."
        if report.retired:
            counts += f" Avförda, lämnade som de är: {report.retired}."
        counts += f" Felaktiga: {len({problem.row for problem in report.problems})}."
        self.stdout.write(f"{counts} Inget är skrivet." if dry_run else counts)
        if report.problems:
            sys.exit(2)

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(2)
