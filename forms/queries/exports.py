"""Files that were handed out, found again by what they hold."""

from django.db.models import Q, QuerySet

from forms.models import BLANK_KINDS, Export, Sheet, SheetFate
from forms.queries.batches import batch_id_in_binder, sheets_with_copies
from forms.rules.batch import part_of
from forms.rules.serial import used_words


def export_of(sha256: str) -> Export | None:
    """By hash (hexadecimal): the file as first handed out by any unit."""
    found = Export.objects.filter(sha256=sha256).select_related("sheet", "batch", "unit")
    return found.order_by("at", "pk").first()


def used_since(sha256: str) -> str:
    """Why a file of that hash is not handed out again, in a sentence: a sheet in it has taken a step since. Or "".

    Another paper with the serial of one that is used would be scanned as that one.
    """
    export = export_of(sha256)
    if export is None:
        return ""
    # The first step after the print: what was used before is not in the file.
    used = SheetFate.objects.filter(sheet__in=_sheets_in(export).order_by(), number=2, at__gte=export.at)
    return used_words(list(used.order_by("sheet__place").values_list("sheet__serial", flat=True)))


def _sheets_in(export: Export) -> QuerySet[Sheet]:
    if export.batch is not None:
        part = part_of(export.batch.count, export.part or 1)
        sheets = sheets_with_copies(export.batch)
        return sheets.filter(place__range=(part.first, part.last)) if part else sheets
    blanks = [batch_id_in_binder(export.sheet_id, kind) for kind in BLANK_KINDS] if export.sheet_id else []
    return Sheet.objects.filter(Q(pk=export.sheet_id) | Q(batch__in=blanks))
