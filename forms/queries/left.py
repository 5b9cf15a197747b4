"""What the log does not know yet: sheets that were written on by hand, with no row entered from them."""

from django.db.models import OuterRef, QuerySet, Subquery

from contacts.models import Unit
from forms.models import Sheet, SheetFate
from forms.rules.sheet_fate import Fate

# Written on, and not ended.
_WRITTEN_ON = (Fate.FILLED, Fate.SCANNED, Fate.CHECKED, Fate.KEPT)


def not_entered(unit: Unit) -> QuerySet[Sheet]:
    """Give the unit's sheets that were issued blank and filled in, and from which no call has been entered (R2.4)."""
    last = SheetFate.objects.filter(sheet=OuterRef("pk")).order_by("-number").values("fate")[:1]
    blank = Sheet.objects.filter(unit=unit, batch__isnull=False, entries__isnull=True)
    return blank.annotate(now=Subquery(last)).filter(now__in=_WRITTEN_ON)
