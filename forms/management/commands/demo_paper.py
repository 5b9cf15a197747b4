"""python manage.py demo_paper: blank sheets for the demo, after `demo` has laid its people."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contacts.rules.errors import RuleError
from forms.rendering import PrintingUnavailable
from forms.services.demo import make_paper


class Command(BaseCommand):
    help = "Gör demons blad. Bara i demoläge, efter `demo`. En gång till ändrar inget."

    def handle(self, *args: Any, **options: Any) -> None:
        """Where the server cannot print there is no paper, and everything else works."""
        try:
            made = make_paper()
        except PrintingUnavailable as error:
            self.stderr.write(error.reason)
            return
        except RuleError as error:
            raise CommandError(error.reason) from None
        if options["verbosity"]:
            self.stdout.write(
                "Demons blad är gjorda." if made else "Demons blad finns redan. Inget är ändrat."
            )
