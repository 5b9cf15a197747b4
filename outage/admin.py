"""The admin pages of outages: history, read only. Patients' rows are not there: the border is the principal."""

from django.contrib import admin

from contacts.admin import ReadOnlyHistory
from outage.models import Outage, OutageReport, PrincipalEnd, SupportContact


@admin.register(Outage)
class OutageAdmin(ReadOnlyHistory):
    list_display = ["system", "drill", "recorded_at", "closed_at", "closed_by", "routine_id"]
    list_select_related = ["closed_by"]


@admin.register(OutageReport)
class OutageReportAdmin(ReadOnlyHistory):
    list_display = [
        "recorded_at",
        "kind",
        "scope",
        "scope_from",
        "started_at",
        "expected_end_at",
        "user",
        "unit",
    ]
    list_filter = ["kind", "scope"]
    list_select_related = ["user", "unit"]


@admin.register(PrincipalEnd)
class PrincipalEndAdmin(ReadOnlyHistory):
    list_display = ["recorded_at", "principal", "ended_at", "outage", "unit", "user"]
    list_select_related = ["principal", "outage", "unit", "user"]


@admin.register(SupportContact)
class SupportContactAdmin(ReadOnlyHistory):
    list_display = ["at", "principal", "unit", "user", "case_number"]
    list_select_related = ["principal", "unit", "user"]
