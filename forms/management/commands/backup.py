"""Back up everything that the installation keeps, in one encrypted file."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from contacts.file_errors import why
from contacts.own_files import keep_to_ourselves
from contacts.rules.errors import RuleError
from forms.backup.making import back_up
from forms.rules.backup import lost_words, name_at, outlived


class Command(BaseCommand):
    help = (
        "Säkerhetskopierar databasen, skanningarnas bilder och loggens kontrollpunkter till en krypterad fil, medan "
        "allt är i bruk. Filen öppnas bara med DATA_KEYS, som därför förvaras på ett annat ställe."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "to", type=Path, metavar="MAPP_ELLER_FIL", help="i en mapp får filen namn efter tiden"
        )
        parser.add_argument(
            "--keep-days",
            type=int,
            metavar="DAGAR",
            help="ta sedan bort de säkerhetskopior i mappen, med sådana namn, som är äldre",
        )

        parser.add_argument(
            "--known-lost",
            type=int,
            default=0,
            metavar="ANTAL",
            help="så många bilder av blad är kända som borta: det är inget fel om det inte är fler",
        )

    def handle(self, *, to: Path, keep_days: int | None, known_lost: int, **options: Any) -> None:
        keep_to_ourselves()
        now = timezone.now()
        path = to / name_at(now) if to.is_dir() else to
        try:
            if keep_days is not None and (keep_days < 1 or path == to):
                raise RuleError("--keep-days är minst 1, och säkerhetskopian läggs då i en mapp.")
            if path.exists():
                raise RuleError(f"{path} finns redan. Inget är skrivet över.")
            account = back_up(path)
            megabytes = path.stat().st_size / 1_000_000
            self.stdout.write(
                f"{path}: {sum(account.counts.values())} rader i {len(account.counts)} tabeller, "
                f"{account.scans} bilder, {megabytes:.1f} MB."
            )
            if len(account.lost) > known_lost:
                kept = " Inga äldre säkerhetskopior är borttagna." if keep_days is not None else ""
                self._refuse(
                    f"{lost_words(account.lost)}. Säkerhetskopian är gjord utan dem.{kept} Läs tillbaka dem ur en "
                    "äldre, eller skanna bladen igen: docs/operation.md."
                )
            if keep_days is not None:
                for name in outlived((file.name for file in to.iterdir()), now - timedelta(days=keep_days)):
                    (to / name).unlink()
                    self.stdout.write(f"{name} är borttagen: äldre än {keep_days} dagar.")
        except RuleError as refused:
            self._refuse(refused.reason)
        except (OSError, DatabaseError) as failed:
            self._refuse(f"Säkerhetskopian blev inte gjord: {why(failed)}.")

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(1)
