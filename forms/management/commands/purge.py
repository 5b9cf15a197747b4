"""Do the purges that are confirmed and whose day has come: by a timer, each hour, in the role that may destroy keys."""

import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from contacts.file_errors import why
from contacts.trail.roles import may_destroy_keys
from contacts.unfinished import stop_where_unfinished
from forms.services.purging import purge_due
from forms.services.scans import drop_keys_of_no_scan

_NO_ROLE = (
    "Databasens roll får inte förstöra datanycklar, så inget gallras. Ge gallringen en egen roll: "
    "python manage.py purge_role NAMN (docs/drift.md)."
)


class Command(BaseCommand):
    help = (
        "Gallrar de driftstopp vars gallring är bekräftad och vars dag har kommit. Avbruten görs den klar nästa gång. "
        "En gång till gallrar inget mer. På PostgreSQL körs den av en egen roll; SQLite har inga roller."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--where-allowed", action="store_true", help="säg inget där databasens roll inte får gallra"
        )

    def handle(self, *, where_allowed: bool, **options: Any) -> None:
        stop_where_unfinished()
        if not may_destroy_keys():
            if where_allowed:
                return
            self._refuse(_NO_ROLE)
        drop_keys_of_no_scan()
        try:
            outcome = purge_due()
        except OSError as failed:
            self._refuse(
                f"Inget är gallrat: förteckningen över gallringar går inte att skriva: {why(failed)}."
            )
        for step in outcome.done:
            self.stdout.write(f"{step.principal}: driftstoppet är gallrat.")
        for step in outcome.refused:
            self.stdout.write(f"{step.principal}: inte gallrat. {step.reason}")
        if not outcome.done and not outcome.refused and options["verbosity"] > 1:
            self.stdout.write("Inget att gallra.")

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(1)
