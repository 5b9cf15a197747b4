"""The app of what happened and what must happen."""

from contextlib import suppress
from datetime import timedelta

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OutageConfig(AppConfig):
    name = "outage"
    verbose_name = "Driftstopp"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, the borders and the post-migrate work; pass on the chosen routine and its limit."""
        from django.conf import settings

        from contacts.content.reader import ContentError
        from contacts.page_versions import know_units_by
        from contacts.queries.work import know_hidden_by
        from contacts.services.submissions import know_outage_by
        from contacts.services.unit_ties import Ties, tie_units_by
        from contacts.verification import set_verification_lasts

        from . import checks  # noqa: F401
        from .queries import borders  # noqa: F401
        from .queries.care_chains import units_of_chain
        from .queries.outages import outage_id_in_view
        from .queries.outdated import hidden_since
        from .queries.unit_ties import in_care, logged_since
        from .routine import choose_routine_by, current_routine
        from .services.long_work import know_report
        from .services.states import settle_naming, settle_recent

        choose_routine_by(lambda: settings.ROUTINE)
        know_outage_by(outage_id_in_view)
        know_units_by(units_of_chain)
        know_hidden_by(hidden_since)
        tie_units_by(Ties(to_end=in_care, to_part=logged_since, changed=settle_naming))
        know_report()
        post_migrate.connect(settle_recent, sender=self)
        # Content that cannot be read is told by the checks E003 and E007, in words.
        with suppress(ContentError):
            set_verification_lasts(timedelta(days=current_routine().limits.contact_unverified_after_days))
