"""Make the demo: an ongoing outage, with invented people and patients."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contacts.management.commands.import_directory import OWN_FILE
from contacts.rules.errors import RuleError
from outage.services.demo.make import make_demo


class Command(BaseCommand):
    help = (
        "Gör en demo: ett påhittat driftstopp mitt i förloppet. Bara i demoläge. En gång till ändrar inget."
    )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        """A second run reports that it is there already."""
        try:
            report = make_demo(by=None, directory=OWN_FILE.read_bytes())
        except RuleError as no:
            raise CommandError(no.reason) from None
        if not verbosity:
            return
        there = f"{report.people} personer, {report.chains} vårdkedjor, {report.calls} samtal"
        if report.made:
            self.stdout.write(f"Demon är gjord: {there}.")
        else:
            self.stdout.write(f"Demon finns redan: {there}. Inget är ändrat.")
