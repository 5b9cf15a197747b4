"""What a principal has of an outage that can be purged: what stops it, how much it is, and the steps taken so far."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from contacts.models import DataKey, Principal, Unit
from contacts.models.data_key import name_of
from forms.models import (
    COME_BACK,
    PurgeStep,
    ScannedPage,
    Sheet,
    SheetFate,
)
from forms.queries.disposal import decision_in_force
from forms.queries.left import LAST_STEP, not_entered_by
from forms.queries.scan_keys import scan_keys_of
from forms.queries.sheets import sheets_in
from forms.queries.waiting import waiting_at
from forms.rules.purge import PurgeFacts, PurgeStepKind, differing
from forms.rules.sheet_fate import ENDS, Fate
from forms.scan_store import KEYS
from outage.models import (
    CareChain,
    CareChainEvent,
    Handover,
    LeftOpen,
    Outage,
    OutageClosing,
    PatientLookup,
    ShiftHandover,
)
from outage.queries.closing import closed_at
from outage.queries.outages import outages_for
from outage.rules.wording import local_day


@dataclass(frozen=True, slots=True)
class ToPurge:
    """The names of data keys that go whole, and the scanned pages that go one by one, as `shared` scans of theirs hold
    pages of other outages too.
    """

    keys: tuple[str, ...]
    pages: tuple[UUID, ...]
    shared: int


@dataclass(frozen=True, slots=True)
class Preview:
    facts: PurgeFacts
    counted: dict[str, int]
    first: datetime | None
    last: datetime | None
    shared: int


def purges_of(principal: Principal) -> QuerySet[Outage]:
    """The outages that are over for the principal and in which it has logged patients, and each of which a purge was
    ever proposed: also opened again it has one that can be taken back. The newest first.
    """
    logged = CareChain.objects.filter(outage=OuterRef("pk"), principal=principal)
    steps = PurgeStep.objects.filter(outage=OuterRef("pk"), principal=principal)
    shown = Q(Exists(logged), own_ended_at__isnull=False) | Q(Exists(steps))
    return outages_for(principal).filter(shown).order_by("-recorded_at")


def to_purge(principal: Principal, outage: Outage) -> ToPurge:
    scans = scan_keys_of(principal, outage)
    return ToPurge((name_of(principal.pk, outage.pk), *scans.alone), scans.pages, len(scans.shared))


def preview_of(principal: Principal, outage: Outage) -> Preview:
    wanted, span = to_purge(principal, outage), _span(principal, outage)
    return Preview(
        facts=_facts(principal, outage, wanted),
        counted=_counted(principal, outage, wanted),
        first=span["first"],
        last=span["last"],
        shared=wanted.shared,
    )


def steps_of(principal: Principal, outages: Iterable[Outage]) -> dict[UUID, list[PurgeStep]]:
    """By outage, in order; one query."""
    found: dict[UUID, list[PurgeStep]] = {outage.pk: [] for outage in outages}
    rows = PurgeStep.objects.filter(principal=principal, outage__in=found)
    for row in rows.select_related("user", "unit", "decision").order_by("number"):
        found[row.outage_id].append(row)
    return found


def changed_since(step: PurgeStep, counted: Mapping[str, int]) -> list[str]:
    """In sentences, what is not as it was at a step: what there is, or the decision in force."""
    decision = decision_in_force(step.principal)
    found = [changed] if (changed := differing(step.counted, counted)) else []
    if (decision and decision.pk) != step.decision_id:
        found.append("Gallringsbeslutet är ett annat än när gallringen föreslogs.")
    return found


def confirmed_before(now: datetime) -> list[PurgeStep]:
    """Confirmations whose day has come and that are the last step."""
    later = PurgeStep.objects.filter(
        outage=OuterRef("outage"), principal=OuterRef("principal"), number__gt=OuterRef("number")
    )
    due = PurgeStep.objects.filter(~Exists(later), kind=PurgeStepKind.CONFIRMED, on__lte=local_day(now))
    return list(due.select_related("principal", "decision").order_by("on", "at"))


def _facts(principal: Principal, outage: Outage, wanted: ToPurge) -> PurgeFacts:
    closed, decision = closed_at(outage, principal), decision_in_force(principal)
    own = name_of(principal.pk, outage.pk)
    live = set(
        DataKey.objects.filter(name__in=wanted.keys).exclude(wrapped=b"").values_list("name", flat=True)
    )
    gone = DataKey.objects.filter(name=own, wrapped=b"").exists()
    sheets = sheets_in(principal, outage, closed or timezone.now())
    last = sheets.annotate(last=LAST_STEP)
    units = Unit.objects.filter(principal=principal).values_list("pk", flat=True)
    not_entered = not_entered_by(units, COME_BACK)
    return PurgeFacts(
        closed_on=local_day(closed) if closed else None,
        # The page of a shared scan is left for as long as its scan's key is.
        left=bool(live) or (bool(wanted.pages) and not gone),
        purged=gone,
        allows=decision.allows if decision else None,
        reference=decision.reference if decision else "",
        goes_on=outage.closed_at is None,
        without_fate=_by_unit(last.exclude(last__in=[end.value for end in ENDS])),
        not_entered=_by_unit(sheets.filter(pk__in=not_entered.order_by().values("pk"))),
        kept=_by_unit(last.filter(last=Fate.KEPT.value)),
        waiting=_waiting(units, outage),
    )


def _by_unit(sheets: QuerySet[Sheet]) -> tuple[tuple[str, int], ...]:
    rows = sheets.order_by("unit__sort_key", "unit").values_list("unit__name").annotate(Count("pk"))
    return tuple(rows.values_list("unit__name", "pk__count"))


def _waiting(units: QuerySet[Unit, int], outage: Outage) -> tuple[tuple[str, int], ...]:
    pages = Counter(page.unit_id for page in waiting_at(tuple(units), outage))
    named = Unit.objects.filter(pk__in=pages).order_by("sort_key", "pk") if pages else ()
    return tuple((unit.name, pages[unit.pk]) for unit in named)


def _pages(wanted: ToPurge) -> QuerySet[ScannedPage]:
    uploads = [name.removeprefix(KEYS) for name in wanted.keys if name.startswith(KEYS)]
    return ScannedPage.objects.filter(Q(upload__in=uploads) | Q(pk__in=wanted.pages))


def pages_to_purge(wanted: ToPurge) -> list[UUID]:
    return list(_pages(wanted).order_by().values_list("pk", flat=True))


def _counted(principal: Principal, outage: Outage, wanted: ToPurge) -> dict[str, int]:
    chains = CareChain.objects.filter(principal=principal, outage=outage)
    of_chain = {"chain__principal": principal, "chain__outage": outage}
    sheets = Sheet.objects.filter(outage=outage, unit__principal=principal)
    return {
        "chains": chains.count(),
        "events": CareChainEvent.objects.filter(**of_chain).count(),
        "calls": Handover.objects.filter(**of_chain).count(),
        "rows": chains.aggregate(rows=Sum("rows"))["rows"] or 0,
        "sheets": sheets.count(),
        "steps": SheetFate.objects.filter(sheet__in=sheets).count(),
        "pages": _pages(wanted).count(),
        "hashes": PatientLookup.objects.filter(**of_chain).count(),
        "handed": ShiftHandover.objects.filter(outage=outage, unit__principal=principal).count(),
        "closings": OutageClosing.objects.filter(outage=outage, unit__principal=principal).count(),
        "left_open": LeftOpen.objects.filter(outage=outage, about__principal=principal).count(),
    }


def _span(principal: Principal, outage: Outage) -> dict[str, datetime | None]:
    calls = Handover.objects.filter(chain__principal=principal, chain__outage=outage)
    return calls.aggregate(first=Min("at"), last=Max("at"))
