"""The app of the paper. Its label is Swedish, as `forms` would collide with django.forms."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "forms"
    label = "blanketter"
    verbose_name = "Blanketter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks, borders, and the paper that takes long."""
        from outage.queries.matrix import Sheets, know_sheets_by

        from . import checks  # noqa: F401
        from .queries import borders  # noqa: F401
        from .queries.sheets import newest_fate, sheets_out
        from .services.long_work import know_paper

        know_paper()
        know_sheets_by(Sheets(out=sheets_out, newest=newest_fate))
