"""Wrap all data keys with the newest key of the environment, so that the former one can go."""

import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from contacts.rules.errors import RuleError
from contacts.services.data_keys import wrap_anew
from contacts.unfinished import stop_where_unfinished


class Command(BaseCommand):
    help = (
        "Låser alla datanycklar med den första nyckeln i DATA_KEYS. Kör det när en ny nyckel är satt först. En gång "
        "till ändrar inget."
    )

    def handle(self, **options: Any) -> None:
        stop_where_unfinished()
        # What lies under a key of the environment itself would be lost with it.
        call_command("encrypt_again", verbosity=0)
        try:
            done = wrap_anew(by=None)
        except RuleError as refused:
            self.stderr.write(refused.reason)
            sys.exit(2)
        locked = f"{done} datanycklar är låsta på nytt" if done else "Alla datanycklar var redan låsta"
        self.stdout.write(
            f"{locked} med den första nyckeln i DATA_KEYS. De andra nycklarna får tas bort ur servern när alla servrar "
            "har startat om. Spara dem lika länge som säkerhetskopior från före i dag: de öppnas bara med dem. Gör en "
            "ny säkerhetskopia nu."
        )
