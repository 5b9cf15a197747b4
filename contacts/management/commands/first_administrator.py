"""Appoint an administrator, the first of a principal, and print the code to log in with."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import timezone

from contacts.queries.people import newest_code
from contacts.rules.errors import RuleError
from contacts.rules.login_codes import grouped_code
from contacts.rules.parties import PrincipalKind
from contacts.rules.people import PersonFacts
from contacts.rules.swedish_text import tidy_typed
from contacts.services.first_administrator import appoint_administrator
from contacts.unfinished import stop_where_unfinished

_KINDS = {"region": PrincipalKind.REGION, "kommun": PrincipalKind.MUNICIPALITY}


class Command(BaseCommand):
    help = (
        "Gör någon till administratör hos en huvudman och skriv ut en engångskod att logga in med. Samma person en "
        "gång till får en ny kod."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, metavar="NAMN", help="För- och efternamn.")
        parser.add_argument(
            "--username", required=True, metavar="ANVÄNDARNAMN", help="Det personen loggar in med."
        )
        parser.add_argument(
            "--principal", required=True, metavar="NAMN", help="Huvudmannen, till exempel Skellefteå kommun."
        )
        parser.add_argument("--email", default="", metavar="E-POST", help="Krävs om HSA-id saknas.")
        parser.add_argument("--hsa-id", default="", metavar="HSA-ID", help="Krävs om e-post saknas.")
        parser.add_argument(
            "--unit", default="", metavar="NAMN", help="Enheten att administrera från; annars Administration."
        )
        parser.add_argument(
            "--new", choices=_KINDS, help="Lägg till huvudmannen, som region eller kommun, om den inte finns."
        )
        parser.add_argument(
            "--address", default=_address(), metavar="URL", help="Adressen som Driftstopp nås på."
        )

    def handle(self, **options: Any) -> None:
        """Print who, where, the code and the address; what cannot be done ends with status 2."""
        stop_where_unfinished()
        try:
            typed = {
                key: tidy_typed(value).strip() for key, value in options.items() if isinstance(value, str)
            }
            facts = _facts(**{key: typed[key] for key in ("name", "username", "email", "hsa_id")})
            done = appoint_administrator(
                by=None,
                facts=facts,
                principal=typed["principal"],
                unit=typed["unit"],
                new=_KINDS.get(options["new"]),
            )
        except RuleError as refused:
            self._refuse(refused.reason)
        except ValidationError as wrong:
            self._refuse(" ".join(wrong.messages))
        membership, person = done.membership, done.membership.user
        unit = membership.unit
        made = newest_code(person)
        until = timezone.localtime(made.expires_at) if made else timezone.localtime()
        state = "är tillagd och" if done.is_new else "finns redan och"
        self.stdout.write(
            f"{person.full_name} {state} är administratör hos {unit.principal.name} ({unit.name}).\n\n"
            f"  Användarnamn: {person.username}\n"
            f"  Engångskod:   {grouped_code(done.code)}\n"
            f"  Används på:   {options['address'].rstrip('/')}{reverse('one_time_code')}\n\n"
            f"Koden gäller en gång, till {until:%Y-%m-%d} kl. {until:%H.%M}. Där väljer personen sitt lösenord. "
            "Koden visas inte igen; kör kommandot en gång till för en ny."
        )

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(2)


def _facts(name: str, username: str, email: str, hsa_id: str) -> PersonFacts:
    first, _, last = name.rpartition(" ")
    if not first.strip():
        raise RuleError('--name: skriv för- och efternamn, till exempel "Anna Ek".')
    if not (email or hsa_id):
        raise RuleError("Ange --email eller --hsa-id.")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise RuleError(f'--email: "{email}" är ingen e-postadress.') from None
    return PersonFacts(username, first.strip(), last, email, hsa_id)


def _address() -> str:
    """As far as the installation knows."""
    if settings.PRODUCTION and settings.ALLOWED_HOSTS:
        return f"https://{settings.ALLOWED_HOSTS[0].lstrip('.')}"
    return f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
