"""The rights of a PostgreSQL role to serve with: all but to change the trace and to destroy data keys."""

import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection, transaction

from contacts.trail.roles import (
    Rights,
    destroys_keys,
    grants_of,
    owns_all,
    quoted_name,
    rights_of,
    rights_to_serve,
    role_exists,
    serves,
)


class Command(BaseCommand):
    help = (
        "Ge en roll i PostgreSQL det som servern behöver: allt i de andra tabellerna, men bara läsa och lägga till i "
        "loggens och datanycklarnas. Körs som den roll som äger tabellerna, och igen efter varje uppgradering."
    )
    may = "får läsa och lägga till i loggen och bland datanycklarna, men inte ändra eller ta bort något där."
    to_serve = True

    def rights(self) -> Rights:
        return rights_to_serve()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", metavar="NAMN", help="Rollen.")
        parser.add_argument("--new", action="store_true", help="Gör rollen, som inte finns.")
        parser.add_argument("--sql", action="store_true", help="Skriv bara ut satserna.")

    def handle(self, *, role: str, new: bool, sql: bool, **options: Any) -> None:
        if connection.vendor != "postgresql":
            self._refuse("SQLite har inga roller. Det här gäller PostgreSQL.")
        is_new, quoted, rights = not role_exists(role), quoted_name(role), self.rights()
        if is_new and not new:
            self._refuse(f"Ingen roll heter {role}. Ska den göras: ge kommandot med --new.")
        statements = [f"CREATE ROLE {quoted} LOGIN"] if is_new else []
        statements += grants_of(role, rights, later_tables=self.to_serve)
        if not is_new and (reason := self._is_anothers(role)):
            self._refuse(reason)
        if sql:
            self.stdout.write("\n".join(f"{statement};" for statement in statements))
            return
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                self._check(role, rights)
        except DatabaseError as error:
            self._refuse(f"Databasen sade nej: {error}")
        self.stdout.write(f"{role} {self.may}")
        if is_new:
            self.stdout.write(f"Rollen är ny. Ge den ett lösenord, i psql: \\password {quoted}")

    def _is_anothers(self, role: str) -> str:
        """Why a role is not to have these rights. One that has both may serve, and loses the other."""
        found = rights_of(role)
        if owns_all(found):
            return f"{role} äger tabellerna eller är superuser, och får ändra allt. Ge en annan roll."
        back = f"Är det fel: ta ifrån den allt, i psql som superuser: DROP OWNED BY {quoted_name(role)}"
        if self.to_serve and destroys_keys(found) and not serves(found):
            return f"{role} är gallringens roll. Servern ska ha en annan. {back}"
        if not self.to_serve and serves(found):
            return f"{role} är serverns roll. Gallringen ska ha en annan. {back}"
        return ""

    def _check(self, role: str, rights: Rights) -> None:
        """That what is said of it is so; a role may have more from another, and who is not the owner gives nothing."""
        found = rights_of(role)
        if more := sorted(table for table in found if found[table] - rights.get(table, set())):
            self._refuse(
                f"{role} får ändra mer än den ska, genom en annan roll eller för att alla får det: "
                f"{', '.join(more)}. Inget är ändrat."
            )
        if any(allowed - found.get(table, set()) for table, allowed in rights.items()):
            self._refuse("Kommandot ges som den roll som äger tabellerna. Inget är ändrat.")

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(1)
