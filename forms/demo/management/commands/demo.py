"""Make the demo: an ongoing outage with invented people and patients, and the paper of a ward."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contacts.content.reader import ContentError
from contacts.models import User
from contacts.rules.errors import RuleError
from forms.demo.player import make_demo, make_paper
from forms.rendering import PrintingUnavailable
from outage.models import CareChain, Handover


class Command(BaseCommand):
    help = (
        "Gör en demo: ett påhittat driftstopp mitt i förloppet. Bara i demoläge. En gång till ändrar inget."
    )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        """Where the server cannot print there is no paper, and everything else works."""
        said = []
        try:
            made = make_demo()
            there = (
                f"{User.objects.filter(is_demo=True).count()} personer, {CareChain.objects.count()} vårdkedjor, "
                f"{Handover.objects.count()} samtal"
            )
            said.append(
                f"Demon är gjord: {there}." if made else f"Demon finns redan: {there}. Inget är ändrat."
            )
            printed = make_paper()
            said.append("Demons blad är gjorda." if printed else "Demons blad finns redan. Inget är ändrat.")
        except PrintingUnavailable as error:
            self.stderr.write(error.reason)
        except (RuleError, ContentError) as no:
            raise CommandError(str(no)) from None
        if verbosity:
            self.stdout.write("\n".join(said))
