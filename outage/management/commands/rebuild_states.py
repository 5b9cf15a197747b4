"""Make what is kept of how each chain stands anew from its log, or only compare."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.unfinished import stop_where_unfinished
from outage.models import CareChain
from outage.services.states import rebuilt


class Command(BaseCommand):
    help = "Räknar om hur varje vårdkedja står ur dess logg. Med --check jämförs det bara, och inget skrivs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="jämför, och skriv ingenting")

    def handle(self, **options: Any) -> None:
        stop_where_unfinished()
        chains = CareChain.objects.filter(joined_to__isnull=True)
        differ = sum(1 for _ in rebuilt(chains, write=not options["check"]))
        said = f"{differ} av {chains.count()} vårdkedjor"
        if options["check"] and differ:
            raise CommandError(f"{said} står inte som loggen säger. Kör: python manage.py rebuild_states")
        self.stdout.write(f"{said} {'skiljer sig från loggen' if options['check'] else 'räknades om'}.")
