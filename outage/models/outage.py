"""The outage, what was reported of it, who is back, and whom one rang for support (R1)."""

import uuid
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.models.base import AppendOnlyModel, WithId, paired
from contacts.rules.labelled import Labelled
from outage.routine import get_routine
from outage.rules.drills import an_outage, the_outage
from outage.rules.outage_status import OutageScope, ScopeRow, scope_at
from outage.rules.routine import Routine
from outage.rules.told import minute_of
from outage.rules.wording import clock_time, day_and_year


class NotReadForAnybody(Exception):
    """Whether an outage goes on depends on the principal; this one was not read through `outage.queries.outages`."""


class Outage(WithId):
    """One outage of one system, in earnest or a `drill`. Only whether it is closed and the pointer to its current
    report ever change.

    Each principal ends it for itself (`PrincipalEnd`), so it goes on for one and is over for another. The queries
    return it as one principal sees it; `own_end` and `is_open` are that principal's. It is *closed* when those who
    lead are back, which decides only whether a report joins it or begins a new one.
    """

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.CharField("system", max_length=60)
    routine_id = models.CharField("rutin", max_length=60)
    drill = models.BooleanField("övning", default=False, db_default=False, editable=False)
    recorded_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField("avslutat", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Null only until the first report is written, in the same transaction.
    current: "models.ForeignKey[OutageReport | None, OutageReport]" = models.ForeignKey(  # type: ignore[misc]
        "OutageReport", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name = "driftstopp"
        verbose_name_plural = "driftstopp"
        constraints = [
            paired("closed_at", "closed_by", "outage_closed_at_and_by"),
            models.UniqueConstraint(
                fields=["system"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_outage_per_system",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} i {self.system}"

    @property
    def kind(self) -> str:
        """Driftstopp or Övning."""
        return an_outage(drill=self.drill).capitalize()

    @property
    def word(self) -> str:
        """What a sentence calls it."""
        return the_outage(drill=self.drill)

    @property
    def listed_as(self) -> str:
        """What it is called among others, of which several may have begun on the same day."""
        began = f"{day_and_year(self.current.started_at)} {clock_time(self.current.started_at)}"
        return f"{self.kind} {began}" if self.drill else began

    @property
    def traced_as(self) -> str:
        """What the names of its actions in the trace begin with."""
        return "drill" if self.drill else "outage"

    @cached_property
    def routine(self) -> Routine:
        return get_routine(self.routine_id)

    @property
    def own_end(self) -> datetime | None:
        """When the principal that the outage was read for got the system back; raises where it was read for nobody."""
        found: datetime | None = self._read("own_ended_at")
        return found

    @property
    def is_open(self) -> bool:
        """Whether the outage still goes on for the principal that it was read for."""
        return self.own_end is None

    @property
    def purged_at(self) -> datetime | None:
        """Since when nobody can read what that principal wrote of patients in it; None where they can."""
        found: datetime | None = self._read("own_purged_at")
        return found

    def was_over_at(self, at: datetime) -> bool:
        """Whether that principal was back when something happened, by the minute: R4 does not apply to it then."""
        return self.own_end is not None and minute_of(at) > self.own_end

    def scope_at(self, at: datetime) -> OutageScope:
        """The scope in force at the aware moment `at`, by what had been reported when the outage was read."""
        rows = self._read("said_of_scope")
        if len(rows) == 1:
            return OutageScope(rows[0].scope)
        return scope_at([ScopeRow(OutageScope(row.scope), row.scope_from) for row in rows], at)

    @property
    def scope_changed(self) -> bool:
        """Whether a report has widened or narrowed the first reported scope."""
        return len({row.scope for row in self._read("said_of_scope")}) > 1

    def _read(self, name: str) -> Any:
        if name not in self.__dict__:
            raise NotReadForAnybody(str(self.pk))
        return self.__dict__[name]


class ReportKind(Labelled):
    FIRST = "first", "Första anmälan"
    JOINED = "joined", "Anmälan till pågående driftstopp"
    CHANGED = "changed", "Ändrad uppgift"
    # Written before each principal ended the outage for itself.
    ENDED = "ended", "Åter i drift"
    REOPENED = "reopened", "Avslutet ångrat"


class OutageReport(AppendOnlyModel):
    """What one person reported of the outage. The outage's start and expected end are those of its current row.

    So is its present scope; `Outage.scope_at` gives that of a moment: each row's scope holds from `scope_from` on.
    """

    client_id = models.UUIDField(null=True, unique=True, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=10, choices=ReportKind.choices)
    scope = models.CharField("omfattning", max_length=30, choices=OutageScope.choices)
    scope_from = models.DateTimeField("omfattningen gäller från")
    started_at = models.DateTimeField("började")
    expected_end_at = models.DateTimeField("väntas sluta", null=True, blank=True)
    planned = models.BooleanField("planerat", default=False)
    sees = models.TextField("vad man ser", blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name = "anmälan av driftstopp"
        verbose_name_plural = "anmälningar av driftstopp"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.recorded_at:%Y-%m-%d %H.%M}"


class PrincipalEnd(AppendOnlyModel):
    """The system is back for a principal since `ended_at`; or, without one, it is not after all.

    The newest row of a principal counts. Nobody ends the outage for another.
    """

    client_id = models.UUIDField(null=True, unique=True, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="ends")
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT)
    ended_at = models.DateTimeField("åter i drift", null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # Written under a lock on the outage, one after the other.
        ordering = ["pk"]
        verbose_name = "huvudmans avslut av driftstopp"
        verbose_name_plural = "huvudmäns avslut av driftstopp"
        indexes = [models.Index(fields=["outage", "principal", "-id"], name="newest_end_of_a_principal")]

    def __str__(self) -> str:
        when = f"{self.ended_at:%Y-%m-%d %H.%M}" if self.ended_at else "pågår"
        return f"{self.principal} {when}"


class SupportContact(AppendOnlyModel):
    """A principal's own support was told (R1.1): who rang, when, and the case number if any."""

    client_id = models.UUIDField(unique=True, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="support_contacts")
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField("ringde")
    case_number = models.CharField("ärendenummer", max_length=60, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "kontakt med support"
        verbose_name_plural = "kontakter med support"

    def __str__(self) -> str:
        return f"{self.principal} {self.at:%Y-%m-%d %H.%M}"
