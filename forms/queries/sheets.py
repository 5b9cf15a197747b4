"""Sheets as their unit sees them: one by its serial, those not accounted for, and how many of them (R2.6)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from contacts.access import Acting
from contacts.models import Principal, Unit
from contacts.page_versions import COMPARED
from contacts.queries.joined import ids_read_as, units_read_as
from contacts.queries.prepared import prepared
from contacts.rules.labelled import Labelled
from forms.models import ACCOUNTABLE, COME_BACK, Export, PaperEntry, Sheet, SheetBatch, SheetFate
from forms.queries.batches import OF_DRILL, printed_with
from forms.queries.left import LAST_STEP, OF_NO_PAST_DRILL, not_entered, not_entered_by
from forms.queries.waiting import waiting_at
from forms.rules.serial import NoSerial, read_page_code, read_serial
from forms.rules.sheet_fate import BECAME, ENDS, Fate
from outage.models import Outage
from outage.queries.care_chains import visible_chains
from outage.queries.joined import with_joined
from outage.queries.outages import outages_for
from outage.queries.papers import PaperHeld, PaperOut, Printed
from outage.rules.closing import key_of_page, key_of_sheet

PAGE_SIZE = 25
SERVER = "Servern"
# A blank sheet of a batch that has only been printed.
_UNTOUCHED = Q(batch__isnull=False) & ~Q(Exists(SheetFate.objects.filter(sheet=OuterRef("pk"), number__gt=1)))


class Where(Labelled):
    """Where unaccounted sheets are. Blank ones of a batch that nobody has taken are stock.

    Those that are written on and not entered in the log are among the others; kept and voided ones can be so too.
    """

    ALL = "alla", "Alla"
    PRINTED = "utskrivna", "Utskrivna"
    FILLED = "ifyllda", "Ifyllda"
    SCANNED = "skannade", "Skannade"
    CHECKED = "granskade", "Granskade"
    STOCK = "tomma", "Tomma i parti"
    NOT_ENTERED = "inte-inforda", "Inte helt införda"


_STEP_OF = {
    Where.PRINTED: Fate.PRINTED,
    Where.FILLED: Fate.FILLED,
    Where.SCANNED: Fate.SCANNED,
    Where.CHECKED: Fate.CHECKED,
}
_WHERE_OF = {step: where for where, step in _STEP_OF.items()}


@dataclass(frozen=True, slots=True)
class Stock:
    """A batch of which `left` blank sheets are not taken yet."""

    batch: SheetBatch
    left: int


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """How many of a unit's sheets are unaccounted for, stock included, and when the oldest was printed."""

    unit: str
    sheets: int
    stock: int
    oldest: datetime


def sheet_of(by: Acting, serial: str) -> Sheet:
    """`serial` is plain. Raises Sheet.DoesNotExist unless the sheet is the acting unit's own."""
    try:
        if read_serial(serial) != serial:
            raise Sheet.DoesNotExist
    except NoSerial:
        raise Sheet.DoesNotExist from None
    return Sheet.objects.select_related("unit", "user", "chain", "batch").get(
        serial=serial, unit__in=units_read_as(by.unit)
    )


def typed_serial(text: str) -> str:
    """The serial that was typed, or read into the field from a code on a page. Raises NoSerial with a sentence."""
    code = read_page_code(text.strip())
    return code.serial if code else read_serial(text)


def any_printed(place: Unit | QuerySet[Unit]) -> bool:
    """Whether a unit, or any of several, ever had a sheet: only then does it mean something that none is open."""
    units = units_read_as(place) if isinstance(place, Unit) else place.order_by().values_list("pk", flat=True)
    return Sheet.objects.filter(unit__in=units).exists()


def unaccounted_by_unit(units: QuerySet[Unit]) -> list[Unaccounted]:
    """For each of the units that has unaccounted sheets, in Swedish order. One query."""
    rows = (
        _not_ended(Q(unit__in=units.order_by().values("pk")))
        .order_by("unit__sort_key", "unit")
        .values("unit__name", "unit__sort_key", "unit")
        .annotate(sheets=Count("pk"), stock=Count("pk", filter=_UNTOUCHED), oldest=Min("printed_at"))
    )
    return [
        Unaccounted(unit=row["unit__name"], sheets=row["sheets"], stock=row["stock"], oldest=row["oldest"])
        for row in rows
    ]


def count_out(unit_ids: Iterable[int]) -> dict[int, int]:
    """Of each of the units that has any: how many of its sheets somebody has taken and nobody has told the fate of."""
    found: dict[int, int] = {}
    for unit, joined_into, sheets in _count_out(tuple(unit_ids)):
        pk = joined_into or unit
        found[pk] = found.get(pk, 0) + sheets
    return found


@prepared
def _count_out(unit_ids: tuple[int, ...]) -> QuerySet[Sheet, tuple[Any, ...]]:
    rows = (
        _not_ended(Q(unit__in=unit_ids) | Q(unit__joined_into__in=unit_ids))
        .filter(OF_NO_PAST_DRILL)
        .order_by()
    )
    counted = rows.values("unit", "unit__joined_into").annotate(sheets=Count("pk", filter=~_UNTOUCHED))
    return counted.values_list("unit", "unit__joined_into", "sheets")


def sheets_in(principal: Principal, outage: Outage, until: datetime) -> QuerySet[Sheet]:
    """The principal's sheets of the outage, of a drill's batches those that were taken; of the blank ones of none those
    that its calls were entered from, and those filled in from when it began `until` a moment.
    """
    entered = PaperEntry.objects.filter(sheet=OuterRef("pk"), handover__chain__outage=outage)
    filled = SheetFate.objects.filter(sheet=OuterRef("pk"), fate=Fate.FILLED)
    filled = filled.filter(at__gte=outage.current.started_at, at__lte=until)
    blank = Q(outage=None) & (Q(Exists(entered)) | Q(Exists(filled)))
    of_it = (Q(outage=outage) & ~_UNTOUCHED) | blank
    return Sheet.objects.filter(
        of_it, unit__principal=principal, kind__in=[kind.value for kind in ACCOUNTABLE]
    )


def papers_held(principal: Principal, outage: Outage, until: datetime) -> list[PaperHeld]:
    """Those of `sheets_in` that are not accounted for or not entered whole, and the pages that wait of scans made
    `until` the moment. The number of queries hangs on neither.
    """
    units = {unit.pk: unit.joined_into_id or unit.pk for unit in Unit.objects.filter(principal=principal)}
    of_it = sheets_in(principal, outage, until)
    out = of_it.annotate(last=LAST_STEP).exclude(last__in=[end.value for end in ENDS])
    left = not_entered_by(units, COME_BACK).filter(pk__in=of_it.order_by().values("pk"))
    sheets = {row.pk: row for row in (*out, *left)}
    steps = last_steps_of(sheets.values())
    fates = {pk: Fate(step.fate) for pk, step in steps.items()}
    return [
        PaperHeld(
            unit_id=units[row.unit_id],
            key=key_of_sheet(row.serial),
            at=steps[pk].at,
            became=f"Ett blad {BECAME[fates[pk]]}{' utan att vara helt infört' if fates[pk] in ENDS else ''}",
            serial=row.serial,
            number=row.shown_serial,
        )
        for pk, row in sheets.items()
    ] + [
        PaperHeld(units[page.unit_id], key_of_page(page.page_id), page.at, "En sida som väntar skannades")
        for page in waiting_at(tuple(units), outage)
        if page.at <= until
    ]


def newest_fate() -> int:
    """A number that is another whenever a step has been written since, the same in each process."""
    return hash(tuple(_newest()))


@prepared
def _newest() -> QuerySet[SheetFate, int]:
    # Several, for the row of a transaction that began first may come last.
    return SheetFate.objects.order_by("-pk").values_list("pk", flat=True)[:COMPARED]


def figures(unit: Unit, kind: str = "") -> dict[Where, int]:
    """Of one kind or of all. Two queries."""
    counts = dict.fromkeys(Where, 0)
    rows = (
        _open_sheets(Q(unit__in=units_read_as(unit)), kind)  # type: ignore[misc]
        .order_by()
        .values("last", "in_stock")
        .annotate(sheets=Count("pk"))
    )
    for row in rows:
        where = Where.STOCK if row["in_stock"] else _WHERE_OF[Fate(row["last"])]
        counts[where] += row["sheets"]
        counts[Where.ALL] += row["sheets"]
    counts[Where.NOT_ENTERED] = not_entered(unit, kind).count()
    return counts


def sheets_page(unit: Unit, where: Where, kind: str = "", page: str | None = None) -> Page[Sheet]:
    """The unit's sheets that are there, oldest first; those in stock come from `stock_page`."""
    if where is Where.NOT_ENTERED:
        rows = not_entered(unit, kind)
    else:
        rows = _open_sheets(Q(unit__in=units_read_as(unit)), kind).filter(Q(in_stock=False))
    if where in _STEP_OF:
        rows = rows.filter(Q(last=_STEP_OF[where]))
    rows = rows.select_related("user", "chain__outage", "outage", "batch").order_by(
        "printed_at", "place", "serial"
    )
    return Paginator(rows, PAGE_SIZE).get_page(page)


def papers_out(unit: Unit) -> list[PaperOut]:
    """The unit's sheets that are not accounted for, the oldest first, without those in stock. Two queries."""
    rows = _out(ids_read_as(unit))
    steps = last_steps_of(rows)
    return [
        PaperOut(
            serial=row.serial,
            number=row.shown_serial,
            kind=row.get_kind_display(),
            step=steps[row.pk].get_fate_display(),
            at=steps[row.pk].at,
            by=user.full_name if (user := steps[row.pk].user) else SERVER,
        )
        for row in rows
    ]


def printed_of(serials: Collection[str]) -> dict[str, Printed]:
    """Of which chain each was printed, and when. One query at most."""
    rows = Sheet.objects.filter(serial__in=serials) if serials else ()
    return {row.serial: Printed(row.chain_id, row.printed_at) for row in rows}


@prepared
def _out(units: tuple[int, ...]) -> QuerySet[Sheet]:
    rows = _open_sheets(Q(unit__in=units), "").filter(Q(in_stock=False), OF_NO_PAST_DRILL)
    return rows.order_by("printed_at", "place", "serial")


@prepared
def _steps(*sheet_ids: UUID) -> QuerySet[SheetFate]:
    rows = SheetFate.objects.filter(sheet__in=sheet_ids).select_related("user")
    return rows.order_by("sheet", "number")


def stock_page(unit: Unit, kind: str = "", page: str | None = None) -> Page[Any]:
    """The unit's batches with blank sheets left, oldest first: their ids and how many are `left`."""
    rows = _not_ended(Q(unit__in=units_read_as(unit)), kind).filter(_UNTOUCHED).order_by()
    counted = rows.values("batch", "batch__issued_at").annotate(left=Count("pk"))
    return Paginator(counted.order_by("batch__issued_at", "batch"), PAGE_SIZE).get_page(page)


def stock_of(page: Page[Any]) -> list[Stock]:
    """The batches of a page of `stock_page`. One query."""
    found = SheetBatch.objects.select_related("user").annotate(drill=OF_DRILL)
    batches = found.in_bulk([row["batch"] for row in page])
    return [Stock(batch=batches[row["batch"]], left=row["left"]) for row in page]


def stock_in(batch: SheetBatch) -> list[Sheet]:
    """The blank sheets of a batch that nobody has taken, in order. One query."""
    return list(Sheet.objects.filter(_UNTOUCHED, batch=batch).order_by("place"))


def last_steps_of(sheets: Collection[Sheet]) -> dict[UUID, SheetFate]:
    """The last step of each sheet, with who took it. One query."""
    return {row.sheet_id: row for row in _steps(*(sheet.pk for sheet in sheets))} if sheets else {}


def chains_to_link(by: Acting, sheets: Collection[Sheet]) -> set[UUID]:
    """Which of the sheets' care chains the acting person may see. Two queries at most."""
    wanted = {sheet.chain_id for sheet in sheets if sheet.chain_id}
    if not wanted:
        return set()
    outages = list(outages_for(by.principal).filter(chains__in=wanted).distinct().prefetch_related(None))
    seen = with_joined(visible_chains(by, *outages))
    return set(seen.filter(pk__in=wanted).values_list("pk", flat=True))


def steps_of(sheet: Sheet) -> list[SheetFate]:
    """The steps of a sheet in order, with who took them and the decision each leans on. One query."""
    return list(sheet.fates.select_related("user", "unit", "decision").order_by("number"))


def exports_of(sheet: Sheet) -> list[Export]:
    """The files that the sheet was handed out in, its own and those of its batch, newest first. One query."""
    of_sheet = Q(sheet=sheet)
    if sheet.batch:
        of_sheet |= printed_with(sheet.batch)
    return list(Export.objects.filter(of_sheet).select_related("user").order_by("-at", "-pk"))


def entries_count(sheet: Sheet) -> int:
    """Counts also those that were moved to another sheet since: it never falls."""
    return sheet.entries.count()


def standing_entries_count(sheet: Sheet) -> int:
    """Without those moved to another sheet."""
    return sheet.entries.filter(moved_to=None).count()


def scanned_on(sheet: Sheet) -> date | None:
    """The day in Stockholm on which a sheet was last scanned whole; None for one that never was."""
    row = sheet.fates.filter(fate=Fate.SCANNED).order_by("-number").first()
    return timezone.localdate(row.at) if row else None


def _not_ended(whose: Q, kind: str = "") -> QuerySet[Sheet]:
    kinds = [kind] if kind in ACCOUNTABLE else [k.value for k in ACCOUNTABLE]
    sheets = Sheet.objects.filter(whose, kind__in=kinds).annotate(last=LAST_STEP)
    return sheets.exclude(last__in=[end.value for end in ENDS])


def _open_sheets(whose: Q, kind: str) -> QuerySet[Sheet]:
    untaken = When(batch__isnull=False, last=Fate.PRINTED.value, then=Value(True))
    return _not_ended(whose, kind).annotate(in_stock=Case(untaken, default=Value(False)))
