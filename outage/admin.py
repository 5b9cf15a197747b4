"""The admin pages of outages: history, read only. Patients' rows are not there: the border is the principal."""

from django.contrib import admin

from contacts.admin import ReadOnlyHistory
from outage.models import Outage, OutageReport, SupportContact


@admin.register(Outage)
class OutageAdmin(ReadOnlyHistory):
    """Driftstopp."""

    list_display = ["system", "recorded_at", "ended_at", "ended_by", "routine_id"]
    list_select_related = ["ended_by"]


@admin.register(OutageReport)
class OutageReportAdmin(ReadOnlyHistory):
    """Anmälningar."""

    list_display = ["recorded_at", "kind", "scope", "started_at", "expected_end_at", "user", "unit"]
    list_filter = ["kind", "scope"]
    list_select_related = ["user", "unit"]


@admin.register(SupportContact)
class SupportContactAdmin(ReadOnlyHistory):
    """Kontakter med support."""

    list_display = ["at", "principal", "unit", "user", "case_number"]
    list_select_related = ["principal", "unit", "user"]
