"""The app of the paper. Its label is Swedish, as `forms` would collide with django.forms."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "forms"
    label = "blanketter"
    verbose_name = "Blanketter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks, borders, what is told of sheets below, and the paper that takes long."""
        from contacts.queries.work import know_used_by
        from outage.queries.papers import Papers, know_papers_by

        from . import checks  # noqa: F401
        from .queries import borders  # noqa: F401
        from .queries.exports import used_since
        from .queries.late import late_waiting
        from .queries.left import paper_left
        from .queries.outdated import outdated_sheets
        from .queries.sheets import count_out, newest_fate, papers_held, papers_out, printed_of
        from .queries.waiting import units_waiting
        from .services.long_work import know_paper

        know_paper()
        know_used_by(used_since)
        know_papers_by(
            Papers(
                of=papers_out,
                counted=count_out,
                waiting=units_waiting,
                left=paper_left,
                held=papers_held,
                newest=newest_fate,
                late=late_waiting,
                printed=printed_of,
                outdated=outdated_sheets,
            )
        )
