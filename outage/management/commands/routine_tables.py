"""Print the rule tables of a routine as Markdown."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from outage.routine import current_routine, get_routine
from outage.routine.markdown import rule_tables


class Command(BaseCommand):
    help = (
        "Print who tells whom, the limits and the outcomes of a routine, as they stand in its content file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--routine", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        routine = get_routine(options["routine"]) if options["routine"] else current_routine()
        self.stdout.write(rule_tables(routine), ending="")
