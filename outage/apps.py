"""The app of what happened and what must happen."""

from contextlib import suppress
from datetime import timedelta

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OutageConfig(AppConfig):
    """Driftstopp."""

    name = "outage"
    verbose_name = "Driftstopp"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and what follows a migration; tell the directory how long a verification holds."""
        from contacts.verification import set_verification_lasts

        from . import checks  # noqa: F401
        from .routine import RoutineError, current_routine
        from .services.duties import settle_recent

        post_migrate.connect(settle_recent, sender=self)
        # Content that can not be read is told by the check E003, in words.
        with suppress(RoutineError):
            set_verification_lasts(timedelta(days=current_routine().limits.contact_unverified_after_days))
