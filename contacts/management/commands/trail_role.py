"""The rights of a PostgreSQL role to serve with: all but to change the trace and to destroy data keys."""

import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection, transaction

from contacts.trail.roles import grants_to, role_exists


class Command(BaseCommand):
    help = (
        "Ge en roll i PostgreSQL det som servern behöver: allt i de andra tabellerna, men bara läsa och lägga till i "
        "loggens och datanycklarnas. Körs som den roll som äger tabellerna, och igen efter varje uppgradering."
    )
    may = "får läsa och lägga till i loggen och bland datanycklarna, men inte ändra eller ta bort något där."

    def grants(self, role: str) -> list[str]:
        return grants_to(role)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", metavar="NAMN", help="Rollen. Den görs om den inte finns.")
        parser.add_argument("--sql", action="store_true", help="Skriv bara ut satserna.")

    def handle(self, *, role: str, sql: bool, **options: Any) -> None:
        if connection.vendor != "postgresql":
            self._refuse("SQLite har inga roller. Det här gäller PostgreSQL.")
        is_new = not role_exists(role)
        statements = [f"CREATE ROLE {connection.ops.quote_name(role)} LOGIN"] if is_new else []
        statements += self.grants(role)
        if sql:
            self.stdout.write("\n".join(f"{statement};" for statement in statements))
            return
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        except DatabaseError as error:
            self._refuse(f"Databasen sade nej: {error}")
        self.stdout.write(f"{role} {self.may}")
        if is_new:
            self.stdout.write(f"Rollen är ny. Ge den ett lösenord, i psql: \\password {role}")

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(1)
