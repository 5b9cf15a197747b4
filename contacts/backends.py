"""Who is logged in: as Django has it, read together with the assignments that every page asks for next."""

from django.contrib.auth.backends import ModelBackend

from contacts.access import user_with_assignments
from contacts.models import User


class AssignmentBackend(ModelBackend):
    """Logs in by name and password; loads a logged-in person with the assignments in force."""

    def get_user(self, user_id: int) -> User | None:
        """None where there is no such person or the person may no longer log in."""
        user = user_with_assignments(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
