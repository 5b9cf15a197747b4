"""What the log may not know yet: sheets written on by hand, of which nobody has said that all rows are entered."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from contacts.models import Unit
from contacts.queries.joined import ids_read_as, units_read_as
from contacts.queries.prepared import prepared
from forms.models import COME_BACK, AllEntered, PaperEntry, Sheet, SheetFate
from forms.rules.sheet_fate import Fate
from outage.models import Outage
from outage.queries.drills import past_drills

_STEPS = SheetFate.objects.filter(sheet=OuterRef("pk"))
LAST_STEP = Subquery(_STEPS.order_by("-number").values("fate")[:1])
"""What became of a sheet last, whatever became of it before."""
OF_NO_PAST_DRILL = Q(outage=None) | ~Q(outage__in=past_drills())
"""Paper of a drill is still there, but nobody is held up by it once there is an outage in earnest."""


def not_entered(unit: Unit, kind: str = "") -> QuerySet[Sheet]:
    """The unit's sheets that were filled in, some row of which may not be in the log (R2.4).

    Of one `kind`, or of all. Where a sheet is does not matter: included are those whose paper is gone, where there is
    a picture to enter from. Each has `rows`, how many are entered, and `scans`, how many times it was scanned.
    """
    return not_entered_by(units_read_as(unit), [kind] if kind in COME_BACK else COME_BACK)


def not_entered_by(units: Collection[int] | QuerySet[Unit, int], kinds: Collection[str]) -> QuerySet[Sheet]:
    """As `not_entered`, of several units by their ids."""
    said = AllEntered.objects.filter(sheet=OuterRef("pk"), rows=OuterRef("rows"), scans=OuterRef("scans"))
    scanned = _STEPS.filter(fate=Fate.SCANNED)
    return (
        Sheet.objects.annotate(last=LAST_STEP)
        .filter(~Q(last=Fate.VOIDED) | Exists(scanned), unit__in=units)
        .filter(Exists(_STEPS.filter(fate=Fate.FILLED)), kind__in=kinds)
        .annotate(rows=_count(PaperEntry.objects.filter(sheet=OuterRef("pk"))), scans=_count(scanned))
        .filter(~Exists(said))
    )


def count_not_entered(unit: Unit, outage: Outage | None = None) -> int:
    """As many as `not_entered` has, of all kinds; for pages that are asked for often. With an `outage`, not those that
    are known to be of another.
    """
    return sum(of is None or outage is None or of == outage.pk for of in _not_entered(ids_read_as(unit)))


@prepared
def _not_entered(units: tuple[int, ...]) -> QuerySet[Sheet, UUID | None]:
    rows = not_entered_by(units, COME_BACK).filter(OF_NO_PAST_DRILL)
    return rows.order_by().values_list("outage", flat=True)


def _count(rows: QuerySet[PaperEntry] | QuerySet[SheetFate]) -> Coalesce:
    counted = rows.order_by().values("sheet").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)
