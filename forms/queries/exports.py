"""Files that were handed out, found again by what they hold."""

from forms.models import Export


def export_of(sha256: str) -> Export | None:
    """By hash (hexadecimal): the file as first handed out by any unit."""
    found = Export.objects.filter(sha256=sha256).select_related("sheet", "batch", "unit")
    return found.order_by("at", "pk").first()
