"""The binder of a unit, printed with new numbered blank sheets at its end."""

from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.text import slugify

from contacts.access import Acting, check_may
from contacts.models import Unit
from contacts.rules.errors import NotYours
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.whole import whole
from forms.models import BLANK_KINDS, Sheet, SheetBatch, SheetKind
from forms.presenters.binder import Blanks, binder_parts
from forms.presenters.document import SheetPart
from forms.queries.batches import batch_id_in_binder
from forms.rendering import Rendered
from forms.sealing import seal
from forms.services.batches import SerialTaken, keep_batch, until_free, unused
from forms.services.printing import Printed, keep_export, keep_sheet, typeset
from forms.services.steps import free_serials
from forms.specs import get_binder
from outage.routine import current_routine

_NAME_PART = 60


def print_binder(
    *,
    by: Acting | None,
    unit: Unit,
    client_id: UUID | None = None,
    hand_out: Callable[[bytes], None] | None = None,
) -> Printed:
    """Print the binder of `unit`, which comes with its principal, with a new batch of each kind of blank sheet.

    The same `client_id` again is the same binder with the same blank sheets, printed once more, as long as none of
    them is used or has changed; after that it is a new one. `by` is None for a command on the server. `hand_out` is
    called with the file before the transaction commits: what it raises rolls everything back. Raises NotAllowed when
    the role may not print or the unit is another than that of `by`, PrintingUnavailable when the server cannot print,
    IdClash when the id was used for something else.
    """
    if by is not None:
        check_may(by, Right.PRINT_SHEET)
        if by.unit.pk != unit.pk:
            raise NotYours
    return until_free(lambda: _print(by, unit, client_id, hand_out))


def _print(
    by: Acting | None, unit: Unit, client_id: UUID | None, hand_out: Callable[[bytes], None] | None
) -> Printed:
    now, spec = timezone.now(), get_binder()
    binder_id = client_id or uuid4()
    known = Sheet.objects.filter(
        pk=binder_id, kind=SheetKind.BINDER, unit=unit, user=by.user if by else None
    ).first()
    if known and _is_used(known):
        known, binder_id = None, uuid4()
    serial, blanks = (known.serial, _blanks_of(known)) if known else _new_serials()
    parts = binder_parts(serial=serial, blanks=blanks, unit=unit, by=by, now=now)
    # Typeset before the transaction opens: it takes seconds, and nobody else could write meanwhile.
    rendered = typeset(parts, title=f"{spec.title}, {unit.name}")
    if known and not _as_kept(parts, rendered):
        # Sheets that have changed since under these serials: a scan would match none of their pages.
        return _print(by, unit, None, hand_out)
    sealed = seal(rendered.pdf)
    sheet = known or Sheet(
        id=binder_id,
        serial=serial,
        kind=SheetKind.BINDER,
        unit=unit,
        user=by.user if by else None,
        printed_at=now,
        routine_version=current_routine().version,
        version=spec.version,
        pages=rendered.sheet_pages[0],
    )
    with whole():
        content = {"unit": unit.pk}
        claimed = by and client_id and claim(by=by, client_id=client_id, kind="binder.print", content=content)
        if claimed and not known and binder_id == client_id:
            # The same form came twice at once, and the other was saved a moment ago: print that one's serials.
            raise SerialTaken
        if not known:
            keep_sheet(by=by, sheet=sheet)
            _keep_blanks(by, sheet, blanks, parts[1:], rendered)
        keep_export(
            by=by,
            kind=SheetKind.BINDER,
            sealed=sealed,
            pages=rendered.pages,
            now=now,
            unit=unit,
            sheet=sheet,
        )
        if hand_out:
            hand_out(sealed.pdf)
    filename = f"beredskapsparm-{slugify(unit.name)[:_NAME_PART]}-{timezone.localdate(now).isoformat()}.pdf"
    return Printed(sheet=sheet, pdf=sealed.pdf, filename=filename)


def _new_serials() -> tuple[str, Blanks]:
    """A serial for the binder and those of the blank sheets that its content file asks for."""
    counts = {SheetKind(blank.kind): blank.count for blank in get_binder().blanks}
    own, *free = free_serials(1 + sum(counts.values()))
    blanks = {}
    for kind, count in counts.items():
        blanks[kind], free = free[:count], free[count:]
    return own, blanks


def _as_kept(parts: Sequence[SheetPart], rendered: Rendered) -> bool:
    """Whether each sheet has the pages and the version that are stored under its serial."""
    serials = [part.serial for part in parts]
    kept = Sheet.objects.filter(serial__in=serials).values_list("serial", "version", "pages")
    now = {
        (part.serial, part.version, pages) for part, pages in zip(parts, rendered.sheet_pages, strict=True)
    }
    return set(kept) == now


def _is_used(binder: Sheet) -> bool:
    """Whether any blank sheet in a binder has taken a step: it is not printed twice then."""
    blanks = Sheet.objects.filter(batch__in=[batch_id_in_binder(binder.pk, kind) for kind in BLANK_KINDS])
    return unused(blanks).count() != blanks.count()


def _blanks_of(binder: Sheet) -> Blanks:
    """The serials of the blank sheets that stand in a binder printed before."""
    ids = {batch_id_in_binder(binder.pk, kind): kind for kind in BLANK_KINDS}
    blanks: dict[SheetKind, list[str]] = {kind: [] for kind in ids.values()}
    sheets = Sheet.objects.filter(batch__in=ids).order_by("place")
    for batch_id, serial in sheets.values_list("batch_id", "serial"):
        blanks[ids[batch_id]].append(serial)
    return blanks


def _keep_blanks(
    by: Acting | None, binder: Sheet, blanks: Blanks, parts: Sequence[SheetPart], rendered: Rendered
) -> None:
    lengths = dict(zip((part.serial for part in parts), rendered.sheet_pages[1:], strict=True))
    versions = {part.serial: part.version for part in parts}
    for kind, serials in blanks.items():
        batch = SheetBatch(
            id=batch_id_in_binder(binder.pk, kind),
            kind=kind,
            unit=binder.unit,
            user=binder.user,
            issued_at=binder.printed_at,
            count=len(serials),
        )
        keep_batch(
            by=by,
            batch=batch,
            serials=serials,
            pages=[lengths[serial] for serial in serials],
            version=versions[serials[0]],
        )
