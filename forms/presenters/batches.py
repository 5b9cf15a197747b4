"""A batch of blank sheets as its page shows it: the parts it is printed in, and each time that one was."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from forms.models import COPIES, Export, Sheet, SheetBatch
from forms.rules.batch import parts_of
from forms.rules.serial import shown_serial

BY_SERVER = "servern"


@dataclass(frozen=True, slots=True)
class PartPrint:
    """One time that a part was printed: the aware moment, and by whom."""

    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class PartLine:
    number: int
    label: str
    first_serial: str
    last_serial: str
    prints: tuple[PartPrint, ...]


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch on its page. `binder` is the one that it was issued for, if any.

    `with_copies` says that the patient's copies are printed with it, `are_copies` that it consists of such copies.
    """

    batch: SheetBatch
    who: str
    parts: tuple[PartLine, ...]
    binder: Sheet | None
    with_copies: bool
    are_copies: bool


def batch_view(
    batch: SheetBatch,
    serials: Sequence[str],
    exports: Iterable[Export],
    binder: Sheet | None,
    *,
    with_copies: bool,
) -> BatchView:
    """`serials` are in the order of the batch's sheets, `exports` newest first."""
    by_part: dict[int | None, list[PartPrint]] = defaultdict(list)
    for export in exports:
        by_part[export.part].append(PartPrint(export.at, printer(export)))
    return BatchView(
        batch=batch,
        who=printer(batch),
        parts=tuple(
            PartLine(
                number=part.number,
                label=f"Blad {part.first}–{part.last}" if part.count > 1 else f"Blad {part.first}",
                first_serial=shown_serial(serials[part.first - 1]),
                last_serial=shown_serial(serials[part.last - 1]),
                prints=tuple(by_part[part.number]),
            )
            for part in parts_of(batch.count)
        ),
        binder=binder,
        with_copies=with_copies,
        are_copies=batch.kind in COPIES.values(),
    )


def printer(row: Export | SheetBatch | Sheet) -> str:
    """Who printed or issued something: may have been a command on the server."""
    return row.user.full_name if row.user else BY_SERVER
