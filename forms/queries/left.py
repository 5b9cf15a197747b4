"""What the log does not know yet: sheets that were written on by hand, with no row entered from them."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from contacts.models import Unit
from forms.models import Sheet, SheetFate
from forms.rules.sheet_fate import Fate

# Written on, and not ended.
_WRITTEN_ON = (Fate.FILLED, Fate.SCANNED, Fate.CHECKED, Fate.KEPT)


def not_entered(unit: Unit, kind: str = "") -> QuerySet[Sheet]:
    """Give the unit's sheets that were issued blank and filled in, and from which no call has been entered (R2.4).

    Of one `kind`, or of all. Those too that were voided, where there is a picture to enter from.
    """
    steps = SheetFate.objects.filter(sheet=OuterRef("pk"))
    blank = Sheet.objects.filter(unit=unit, batch__isnull=False, entries__isnull=True)
    if kind:
        blank = blank.filter(kind=kind)
    now = blank.annotate(now=Subquery(steps.order_by("-number").values("fate")[:1]))
    paper_gone = Q(now=Fate.VOIDED) & Exists(steps.filter(fate=Fate.SCANNED))
    return now.filter(Q(now__in=_WRITTEN_ON) | paper_gone)
