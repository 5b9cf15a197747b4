"""Files that were handed out, found again by what they hold."""

from collections import defaultdict

from django.db.models import Q, QuerySet, Value

from forms.models import BLANK_KINDS, Export, Sheet, SheetFate
from forms.queries.batches import batch_id_in_binder, sheets_with_copies
from forms.rules.batch import part_of
from forms.rules.serial import used_words


def export_of(sha256: str) -> Export | None:
    """By hash (hexadecimal): the file as first handed out by any unit."""
    found = Export.objects.filter(sha256=sha256).select_related("sheet", "batch", "unit")
    return found.order_by("at", "pk").first()


def used_since(*hashes: str) -> list[str]:
    """For each file of that hash why it is not handed out again, in a sentence: a sheet in it has taken a step since.
    Or "". The number of queries does not depend on that of the hashes.

    Another paper with the serial of one that is used would be scanned as that one.
    """
    exports = Export.objects.filter(sha256__in=set(hashes) - {""}).select_related("batch")
    first = {export.sha256: export for export in exports.order_by("-at", "-pk")}
    # The first step after the print: what was used before is not in the file.
    steps = [
        SheetFate.objects.filter(sheet__in=_sheets_in(export).order_by(), number=2, at__gte=export.at)
        .order_by()
        .values_list(Value(sha256), "sheet__place", "sheet__serial")
        for sha256, export in first.items()
    ]
    used = defaultdict(list)
    for sha256, place, serial in steps[0].union(*steps[1:], all=True) if steps else ():
        used[sha256].append((place or 0, serial))
    return [used_words([serial for _, serial in sorted(used[sha256])]) for sha256 in hashes]


def _sheets_in(export: Export) -> QuerySet[Sheet]:
    if export.batch is not None:
        part = part_of(export.batch.count, export.part or 1)
        sheets = sheets_with_copies(export.batch)
        return sheets.filter(place__range=(part.first, part.last)) if part else sheets
    blanks = [batch_id_in_binder(export.sheet_id, kind) for kind in BLANK_KINDS] if export.sheet_id else []
    return Sheet.objects.filter(Q(pk=export.sheet_id) | Q(batch__in=blanks))
