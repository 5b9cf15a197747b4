"""Print who may do what, and how far, as Markdown."""

from typing import Any

from django.core.management.base import BaseCommand

from contacts.presenters.permissions import permission_table


class Command(BaseCommand):
    help = "Print each right, the roles that have it and the border of each, as they stand in the rule."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(permission_table(), ending="")
