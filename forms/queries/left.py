"""What the log may not know yet: sheets written on and not entered, pages that wait, printed sheets that are out."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from contacts.access import Acting
from contacts.models import Unit
from contacts.queries.joined import units_read_as
from contacts.queries.prepared import prepared
from forms.models import COME_BACK, AllEntered, PaperEntry, Sheet, SheetFate
from forms.queries.waiting import waiting_at
from forms.rules.sheet_fate import Fate
from outage.models import Outage
from outage.queries.drills import past_drills
from outage.queries.owed import count_calls_owed
from outage.queries.papers import paper_left as paper_left_of
from outage.rules.paper import PaperLeft

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


def paper_left(units: Collection[int], outage: Outage | None = None) -> PaperLeft:
    """Of all kinds, of several units by their ids; for pages that are asked for often. With an `outage`, not what is
    known to be of another, nor what was printed once it was over: nothing of it stands there that the log lacks.
    """
    own = {None, outage.pk} if outage else None
    over = outage.own_end if outage else None
    printed = [(of, at) for of, at in _printed(tuple(units)) if own is None or of in own]
    return PaperLeft(
        filled=sum(own is None or of in own for of in _not_entered(tuple(units))),
        waiting=len(waiting_at(tuple(units), outage)),
        printed=sum(over is None or at < over for _, at in printed),
    )


@prepared
def _not_entered(units: tuple[int, ...]) -> QuerySet[Sheet, UUID | None]:
    rows = not_entered_by(units, COME_BACK).filter(OF_NO_PAST_DRILL)
    return rows.order_by().values_list("outage", flat=True)


@prepared
def _printed(units: tuple[int, ...]) -> QuerySet[Sheet, tuple[UUID | None, datetime]]:
    """Without those in stock: nobody knows which of them somebody has taken."""
    rows = Sheet.objects.annotate(last=LAST_STEP).filter(OF_NO_PAST_DRILL, last=Fate.PRINTED, batch=None)
    return rows.filter(unit__in=units, kind__in=COME_BACK).order_by().values_list("outage", "printed_at")


def not_known(by: Acting, outage: Outage, no_admission: int) -> list[tuple[str, int]]:
    """What the list of tasks does not know yet: each kind that there is, and how many. `no_admission` of how many
    patients it is not known how they came to the ward.
    """
    found = [
        ("Patienter med samtal kvar", count_calls_owed(by, outage)),
        *paper_left_of(by, outage).counts,
        ("Patienter vars in- eller utskrivning ingen har loggat", no_admission),
    ]
    return [(what, count) for what, count in found if count]


def _count(rows: QuerySet[PaperEntry] | QuerySet[SheetFate]) -> Coalesce:
    counted = rows.order_by().values("sheet").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)
