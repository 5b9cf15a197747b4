"""Blank sheets, issued in batches for a unit ahead of need and printed part by part (R2.4)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from contacts.access import Acting, check_may
from contacts.queries.ringing import region_switchboard_number
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.whole import whole
from forms.models import BLANK_KINDS, COPIES, Sheet, SheetBatch, SheetKind
from forms.presenters.blanks import blank_part
from forms.presenters.document import of_outage
from forms.queries.batches import originals_of, outage_of, sheets_with_copies
from forms.rules.batch import check_count, part_of
from forms.rules.serial import make_serial
from forms.sealing import seal
from forms.services.printing import PrintedFile, keep_export, named_by, typeset
from forms.services.steps import free_serials, record_by, write_first_steps
from outage.models import Outage
from outage.queries.drills import drill_in_view
from outage.routine import current_routine
from outage.services.when import check_drill_counts

_TRIES = 5
T = TypeVar("T")


class SerialTaken(Exception):
    """A serial that was free a moment ago was taken: draw others."""


def issue_batch(
    *, by: Acting, client_id: UUID, kind: SheetKind, count: int, copies: bool = False
) -> SheetBatch:
    """Issue `count` blank sheets of one kind for the acting person's unit, each with its serial and its first step.

    With `copies` each has the patient's copy beside it, in a batch of its own (R3.11). In a drill they are of the
    drill, and say so. The same `client_id` again returns the first batch. Raises NotAllowed when the role may not
    print, RuleError for a kind or a number that is not issued, PrintingUnavailable when the server cannot print,
    IdClash when the id was used for something else.
    """
    check_may(by, Right.PRINT_SHEET)
    check_count(count)
    if kind not in BLANK_KINDS:
        raise RuleError("Välj en blankett som finns att skriva ut tom.", field="kind")
    if copies and kind not in COPIES:
        raise RuleError("Patientens exemplar finns bara till SIP-blanketten.", field="copies")
    now, drill = timezone.now(), drill_in_view(by.principal)
    content = {"kind": kind.value, "count": count, "unit": by.unit.pk} | ({"copies": True} if copies else {})
    # All are alike, so one is typeset to count the pages: before the transaction, as it takes a second.
    kinds = {client_id: kind} | ({uuid5(client_id, COPIES[kind].value): COPIES[kind]} if copies else {})
    zero, switchboard = make_serial(0), region_switchboard_number()
    blanks = [
        blank_part(each, serial=zero, unit=by.unit, by=by, now=now, original=zero, switchboard=switchboard)
        for each in kinds.values()
    ]
    parts = [of_outage(part, drill) for part in blanks]
    pages = [typeset([part], title=part.title).pages for part in parts]

    def attempt() -> SheetBatch:
        batches = [
            SheetBatch(id=batch_id, kind=each, unit=by.unit, user=by.user, issued_at=now, count=count)
            for batch_id, each in kinds.items()
        ]
        with transaction.atomic():
            if claim(by=by, client_id=client_id, kind="batch.issue", content=content):
                return SheetBatch.objects.get(pk=client_id)
            for batch, part, length in zip(batches, parts, pages, strict=True):
                serials = free_serials(count)
                keep_batch(
                    by=by,
                    batch=batch,
                    serials=serials,
                    pages=[length] * count,
                    version=part.version,
                    outage=drill,
                )
        return batches[0]

    return until_free(attempt)


def print_part(*, by: Acting, batch: SheetBatch, part: int) -> PrintedFile:
    """Typeset, seal and store part number `part` of a batch: always the same serials.

    After each sheet comes the patient's copy that was issued with it. A sheet that is filled in or voided since is
    left out: nobody may write on another paper with its serial. Raises NotAllowed when the role may not print or the
    batch is another unit's, RuleError where the batch has no such part, none of it is still unused or the sheet has
    changed since it was issued, PrintingUnavailable when the server cannot print.
    """
    check_may(by, Right.PRINT_SHEET, batch)
    wanted = part_of(batch.count, part)
    if wanted is None:
        raise RuleError("Partiet har ingen sådan del.")
    now, kind = timezone.now(), SheetKind(batch.kind)
    of_part = sheets_with_copies(batch).filter(place__range=(wanted.first, wanted.last))
    sheets = list(unused(of_part).order_by("place", "kind"))
    if not sheets:
        raise RuleError("Alla blad i delen är använda eller makulerade. Utfärda ett nytt parti.")
    if drill := outage_of(batch):
        check_drill_counts(drill, "Bladen hör till en övning som är avslutad. Utfärda ett nytt parti.")
    originals, switchboard = originals_of(batch), region_switchboard_number()
    parts = [
        of_outage(
            blank_part(
                SheetKind(sheet.kind),
                serial=sheet.serial,
                unit=by.unit,
                by=by,
                now=now,
                original=originals.get(sheet.place, ""),
                switchboard=switchboard,
            ),
            drill,
        )
        for sheet in sheets
    ]
    title = f"{kind.label}, blad {wanted.first}–{wanted.last}"
    rendered = typeset(parts, title=title)
    # What is scanned is matched with the row: a sheet of another version or length would never be whole.
    same_length = list(rendered.sheet_pages) == [sheet.pages for sheet in sheets]
    if not same_length or parts[0].version != sheets[0].version:
        raise RuleError("Blanketten har ändrats sedan partiet utfärdades. Utfärda ett nytt parti.")
    sealed = seal(rendered.pdf)
    with whole():
        keep_export(
            by=by,
            kind=kind,
            sealed=sealed,
            pages=rendered.pages,
            now=now,
            unit=by.unit,
            batch=batch,
            part=wanted.number,
        )
    filename = f"{slugify(kind.label)}-{wanted.first}-{wanted.last}.pdf"
    return PrintedFile(pdf=sealed.pdf, filename=named_by(drill, filename))


def until_free(attempt: Callable[[], T]) -> T:
    """The result of `attempt`, retried a few times where a serial that it drew has been taken meanwhile."""
    for _ in range(_TRIES - 1):
        with suppress(SerialTaken):
            return attempt()
    return attempt()


def unused(sheets: QuerySet[Sheet]) -> QuerySet[Sheet]:
    """Only the sheets that have taken no step since they were printed."""
    return sheets.exclude(fates__number__gt=1)


def keep_batch(
    *,
    by: Acting | None,
    batch: SheetBatch,
    serials: Sequence[str],
    pages: Sequence[int],
    version: str,
    outage: Outage | None = None,
) -> None:
    """Save a batch, a sheet for each of `serials` with its pages and first step, and an audit row.

    The caller holds the transaction, and rolls it back at SerialTaken. `by` is None for a command on the server.
    """
    batch.save()
    routine_version = current_routine().version
    sheets = [
        Sheet(
            serial=serial,
            kind=batch.kind,
            outage=outage,
            batch=batch,
            place=place,
            unit=batch.unit,
            user=batch.user,
            printed_at=batch.issued_at,
            routine_version=routine_version,
            version=version,
            pages=length,
        )
        for place, (serial, length) in enumerate(zip(serials, pages, strict=True), 1)
    ]
    sheets[0].check_fields()
    try:
        with transaction.atomic():
            Sheet.objects.bulk_create(sheets)
    except IntegrityError:
        if Sheet.objects.filter(serial__in=serials).exists():
            raise SerialTaken from None
        raise
    write_first_steps(by=by, unit=batch.unit, sheets=sheets)
    record_by(by, "batch.issued", batch, {"kind": batch.kind, "count": batch.count})
