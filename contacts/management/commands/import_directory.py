"""Import the directory file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.urls import reverse

from contacts.file_errors import why
from contacts.filing.bringing_in import BadDirectoryFile, ImportReport, import_steps
from contacts.filing.changes import Fate
from contacts.filing.limits import FILE_BYTES
from contacts.queries.people import person_by_username
from contacts.queries.uploads import principal_by_name
from contacts.services.progress import Progress, Steps
from contacts.unfinished import stop_where_unfinished

OWN_FILE = Path(__file__).resolve().parents[2] / "data" / "katalog-vasterbotten.csv"
_EVERY = 1000
_PAGE = "på sidan Läs in kontakter"
_OTHER_SHAPES = (
    f"Kommandot läser bara filer som ser ut som katalogens mall. Läs in andra tabeller {_PAGE} ({{address}}), "
    "där du säger vad blad, kolumner och ord betyder."
)
_CLEAR_LINE = "\r\x1b[K"


class Command(BaseCommand):
    help = (
        "Läs in kontakter ur en CSV- eller Excelfil som ser ut som katalogens mall: allt eller inget. Samma fil en "
        "gång till ändrar inget. Andra filer läses in på sidan Läs in kontakter."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=OWN_FILE, metavar="FIL")
        parser.add_argument("--dry-run", action="store_true", help="Visa vad som skulle ändras; skriv inget.")
        parser.add_argument("--principal", metavar="NAMN", help="Läs bara in den huvudmannens kontakter.")
        parser.add_argument(
            "--retire-missing",
            action="store_true",
            help="Avför de kontakter som saknas i filen, hos de huvudmän som finns i den. Kräver --person.",
        )
        parser.add_argument("--person", metavar="ANVÄNDARNAMN", help="Den som läser in, som loggen visar.")

    def handle(
        self,
        *,
        file: Path,
        dry_run: bool,
        principal: str | None,
        retire_missing: bool,
        person: str | None,
        **options: Any,
    ) -> None:
        """Import the file and print the counts; a file that cannot be imported ends with status 2."""
        stop_where_unfinished()
        if retire_missing and not person and not dry_run:
            self._refuse("--retire-missing: ange med --person vem som avför kontakterna.")
        whose = principal_by_name(principal) if principal is not None else None
        if principal is not None and whose is None:
            self._refuse(f'--principal: ingen huvudman heter "{principal}".')
        by = person_by_username(person) if person is not None else None
        if person is not None and by is None:
            self._refuse(f'--person: ingen loggar in som "{person}".')
        try:
            with file.open("rb") as opened:
                content = opened.read(FILE_BYTES + 1)
            report = self._told(
                import_steps(
                    by=by, content=content, dry_run=dry_run, principal=whose, retire_missing=retire_missing
                ),
                quiet=options["verbosity"] == 0,
            )
        except OSError as wrong:
            self._refuse(f"Filen går inte att läsa: {why(wrong)}.")
        except BadDirectoryFile as wrong:
            self._refuse(f"{file}: {wrong.reason} Inget är inläst.{_advice(wrong.reason)}")
        for line in _preview_lines(report):
            self.stdout.write(line)
        counts = _counts(report, asked_to_retire=retire_missing)
        self.stdout.write(f"{counts} Inget är skrivet." if dry_run else counts)
        if report.problems:
            self._refuse(_advice(" ".join(map(str, report.problems))).strip())

    def _told(self, steps: Steps[ImportReport], *, quiet: bool) -> ImportReport:
        """Do the work and report progress on standard error: on one line, or one for every 1,000 rows."""
        on_terminal = self.stderr.isatty()
        try:
            while True:
                step = next(steps)
                if quiet:
                    continue
                if on_terminal:
                    self.stderr.write(_CLEAR_LINE + _words(step), ending="")
                elif 0 < step.done < step.total and step.done % _EVERY == 0:
                    self.stderr.write(_words(step))
        except StopIteration as end:
            report: ImportReport = end.value
            return report
        finally:
            if on_terminal and not quiet:
                self.stderr.write(_CLEAR_LINE, ending="")

    def _refuse(self, sentence: str) -> NoReturn:
        if sentence:
            self.stderr.write(sentence)
        sys.exit(2)


def _advice(reason: str) -> str:
    """Where a file that the command does not read can be imported, unless that is said already."""
    return "" if _PAGE in reason else f" {_OTHER_SHAPES.format(address=reverse('import_directory'))}"


def _words(step: Progress) -> str:
    return f"{step.words}: {step.done} av {step.total}" if step.total else f"{step.words} …"


def _preview_lines(report: ImportReport) -> list[str]:
    """The preview, one entry a line; only a dry run has one, and the bad rows are of every report."""
    lines = [str(problem) for problem in report.problems]
    if report.preview is None:
        return lines
    groups = report.preview["groups"]
    lines += [f"ny: {_named(row)}" for row in groups[Fate.NEW]]
    for row in groups[Fate.CHANGED]:
        changes = "; ".join(f"{label}: {old} → {new}" for label, old, new in row["changes"])
        lines.append(f"ändrad: {_named(row)}: {changes}")
    lines += [f"saknas i filen: {_named(row)}" for row in groups[Fate.GONE]]
    return lines


def _named(row: dict[str, Any]) -> str:
    place = f"rad {row['row']}, " if row["row"] else ""
    return f"{place}{row['name']}" + (f" ({row['department']})" if row["department"] else "")


def _counts(report: ImportReport, *, asked_to_retire: bool) -> str:
    some = {
        "Sammanförda med en annan, lämnade": report.joined,
        "Avförda tidigare, lämnade som de är": report.left,
        "Andra huvudmäns, lämnade": report.others,
        "Saknas i filen, avförda" if asked_to_retire else "Saknas i filen": report.gone,
    }
    counts = {"Nya": report.new, "Ändrade": report.changed, "Oförändrade": report.unchanged}
    counts |= {words: count for words, count in some.items() if count}
    counts["Felaktiga"] = len({problem.row for problem in report.problems})
    return ". ".join(f"{words}: {count}" for words, count in counts.items()) + "."
