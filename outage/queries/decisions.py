"""What was decided by hand in efterregistrering, counted: nothing of whom, and none of anybody's own words."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from contacts.access import Acting, check_may
from contacts.models.encrypted import GONE
from contacts.rules.permissions import Right
from outage.models import Outage, RegistrationMark
from outage.queries.outages import outages_for
from outage.rules.routine import Decision


@dataclass
class Decided:
    """How often one case was decided by hand: by whether it was entered in the system, and in which outages.

    `key` is that of the routine's outcome, "" for what was marked before the case was stored; `outage` is the newest.
    """

    key: str
    outage: Outage
    entered: Counter[bool] = field(default_factory=Counter)
    outages: set[UUID] = field(default_factory=set)


def decided_by_hand(by: Acting) -> list[Decided]:
    """Over all outages in earnest, for the acting person's principal, as each decision stands now. Two queries.

    Raises NotAllowed. A decision about two cases counts for both.
    """
    check_may(by, Right.FOLLOW_DECISIONS)
    newer = RegistrationMark.objects.filter(
        chain=OuterRef("chain"), task=OuterRef("task"), pk__gt=OuterRef("pk")
    )
    marks = RegistrationMark.objects.filter(~Exists(newer), chain__principal=by.principal, done=True)
    marks = marks.filter(chain__outage__drill=False)
    # Of the first version no picture is stored: a decision by hand has its words, and nothing else has any.
    marks = marks.filter(Q(picture__decision=Decision.DECIDE.value) | Q(picture__isnull=True))
    rows = marks.order_by().values_list("chain__outage", "picture__outcomes", "choice", "entered")
    by_outage: dict[UUID, list[tuple[str, bool]]] = defaultdict(list)
    for outage_id, outcomes, choice, entered in rows:
        if outcomes or choice or choice is GONE:
            by_outage[outage_id] += [(key, entered) for key in outcomes or ("",)]
    found: dict[str, Decided] = {}
    for outage in outages_for(by.principal).filter(pk__in=by_outage).order_by("-recorded_at"):
        for key, entered in by_outage[outage.pk]:
            case = found.setdefault(key, Decided(key, outage))
            case.entered[entered] += 1
            case.outages.add(outage.pk)
    return list(found.values())
