"""Who is logged in: as Django has it, read together with the assignments that every page asks for next."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from contacts.access import user_with_assignments
from contacts.models import User
from contacts.queries.people import person_by_username


class AssignmentBackend(ModelBackend):
    """Logs in by name and password; loads a logged-in person with the assignments in force."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> User | None:
        """Ignores the case of the user name."""
        known = person_by_username(username) if username else None
        return super().authenticate(request, known.username if known else username, password, **more)

    def get_user(self, user_id: int) -> User | None:
        """None where there is no such person or the person may no longer log in."""
        user = user_with_assignments(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
