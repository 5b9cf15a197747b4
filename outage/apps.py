"""The app of what happened and what must happen."""

from django.apps import AppConfig


class OutageConfig(AppConfig):
    """Driftstopp."""

    name = "outage"
    verbose_name = "Driftstopp"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401
