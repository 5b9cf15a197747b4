"""The app of the paper. Its label is Swedish, as `forms` would collide with django.forms."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "forms"
    label = "blanketter"
    verbose_name = "Blanketter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks and borders, and delete what an older version may have left of scans on the disk."""
        from . import checks  # noqa: F401
        from .queries import borders  # noqa: F401
        from .scanning import sweep

        sweep()
