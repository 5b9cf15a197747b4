"""Put the installation back as a backup has it."""

import sys
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils.timezone import localtime

from contacts.file_errors import why
from contacts.own_files import keep_to_ourselves
from contacts.rules.errors import RuleError
from forms.backup.engines import Counts, check_nobody_else
from forms.backup.restoring import Opened, Restored, in_words, opened, put_back, there_now
from forms.rules.backup import OTHERS_TABLES, lost_by_restoring

_AGAIN = "Ge kommandot en gång till med --replace för att göra det."


class Command(BaseCommand):
    help = (
        "Återställer databasen, skanningarnas bilder och loggens kontrollpunkter ur en säkerhetskopia, och "
        "kontrollerar dem. Stoppa servern först. Det som finns läggs undan, inget tas bort."
    )
    # There may be no database yet, or one that is lost.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, metavar="FIL")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="lägg undan den databas som finns, och det som bara den har",
        )

        parser.add_argument(
            "--as-it-was",
            action="store_true",
            help="låt databasen vara av den version som säkerhetskopian är av, för att gå tillbaka till den",
        )

        parser.add_argument(
            "--purges",
            type=Path,
            metavar="FIL",
            action="append",
            default=[],
            help="en förteckning över gallringar från en annan dator: de görs om. Får anges flera gånger.",
        )

    def handle(
        self, *, backup: Path, replace: bool, as_it_was: bool, purges: list[Path], **options: Any
    ) -> None:
        keep_to_ourselves()
        try:
            with opened(backup) as found:
                self._restore(found, replace=replace, as_it_was=as_it_was, purges=purges)
        except RuleError as refused:
            self._refuse(refused.reason)
        except (OSError, DatabaseError) as failed:
            self._refuse(f"Det gick inte att återställa: {why(failed)}.")

    def _restore(self, found: Opened, *, replace: bool, as_it_was: bool, purges: list[Path]) -> None:
        check_nobody_else()
        account, now = found.account, there_now()
        self.stdout.write(f"Säkerhetskopian är från {localtime(account.moment):%Y-%m-%d %H.%M}.")
        if now != {}:
            self._tell_lost(found, now)
            if not replace:
                self._refuse(f"Inget är återställt. {_AGAIN}")
        restored = put_back(found, as_it_was=as_it_was, purges=purges)
        for fault in restored.faults:
            self.stdout.write(fault)
        for told in (restored.purges, restored.lost):
            if told:
                self.stdout.write(told)
        if restored.asides:
            self.stdout.write(
                f"Det som fanns ligger i {in_words(restored.asides)}. Ta bort det när det inte behövs."
            )
        if restored.faults:
            self._refuse(f"Återställt, men inte som det var: {len(restored.faults)} fel.")
        self.stdout.write(
            f"Återställt: {sum(account.counts.values())} rader i {len(account.counts)} tabeller, "
            f"{account.scans} bilder. {self._of_trail(restored, as_it_was=as_it_was)} Alla får logga in på nytt."
        )

    def _of_trail(self, restored: Restored, *, as_it_was: bool) -> str:
        if as_it_was:
            return "Loggen är inte kontrollerad: kör verify_trail i den version som säkerhetskopian är av."
        return f"Loggen är hel: {restored.trail_rows} rader."

    def _tell_lost(self, found: Opened, now: Counts | None) -> None:
        if now is None:
            self.stdout.write("Databasen som finns går inte att läsa.")
            return
        missing = lost_by_restoring(found.account, now)
        if not missing:
            self.stdout.write("Databasen som finns är inte tom. Den har inte fler rader än säkerhetskopian.")
            return
        self.stdout.write("Detta finns i databasen men inte i säkerhetskopian, och läggs undan, minst:")
        called = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in apps.get_models()}
        called |= OTHERS_TABLES
        for table, count in missing.items():
            self.stdout.write(f"  {called.get(table, table)}: {count}")

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(1)
