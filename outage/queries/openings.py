"""Who has opened what: a patient with protected personal data, and in an emergency a chain of another unit."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.access import Acting, can
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import prepared
from contacts.rules.permissions import Right
from outage.models import CareChain, CareChainDetails, Opening
from outage.queries.joined import kept_id
from outage.queries.outages import outage_of_chain
from outage.queries.protected import without_protected
from outage.rules.opening import (
    EXPIRED,
    JOINED_AWAY,
    JOINED_SINCE,
    MOVED_ON,
    NO_LONGER,
    PROTECTED_SINCE,
    NotOpened,
    OpeningKind,
    is_in_force,
    just_made,
)


def is_opened(by: Acting, chain: CareChain) -> bool:
    """Whether the person may see the patient whole. No query where the personal data are not protected."""
    if not chain.details.protected_identity:
        return True
    now = timezone.now()
    own = (chain.user_id, chain.unit_id) == (by.user.pk, by.unit.pk)
    if just_made(by_oneself=own, made_at=chain.recorded_at, now=now):
        return True
    return _last(by, chain.pk, OpeningKind.PROTECTED, now) is not None


def check_opened(by: Acting, chain: CareChain) -> None:
    """Raises NotOpened where the person has first to say why."""
    if not is_opened(by, chain):
        raise NotOpened(chain.pk)


def emergency_chain(by: Acting, chain_id: UUID) -> CareChain | None:
    """A chain of another unit that the person has opened in an emergency, and still has, with `emergency` set.

    That of another branch, or whose patient has protected personal data by now, there or in another chain, is none; one
    that was joined to another is that one, which has to be opened anew.
    """
    if not (can(by, Right.EMERGENCY_OPEN) and can(by, Right.READ_CARE)):
        return None
    # What was being written about a chain that was joined since is about the one it was joined to.
    chain_id = kept_id(chain_id)
    opening = _last(by, chain_id, OpeningKind.EMERGENCY, timezone.now())
    if opening is None:
        return None
    found = CareChain.objects.filter(pk=chain_id, principal=by.principal, joined_to__isnull=True)
    chain = found.select_related(
        "principal", "unit", "details__ward_unit", "details__municipality", "details__outpatient_unit"
    ).first()
    if chain is None or not by.unit.shares_branch(chain.unit):
        return None
    chain.outage, chain.emergency = outage_of_chain(by.principal, chain.pk), opening
    return chain if without_protected(by, [chain], chain.outage) else None


def why_over(by: Acting, pk: UUID) -> str:
    """What has changed for a person who could write about the chain, or that of the call or event, with that id until
    now; "" where they never could.
    """
    of_it = Q(chain=pk) | Q(chain__handovers=pk) | Q(chain__events=pk)
    opened = Opening.objects.filter(of_it, user=by.user, unit=by.unit, kind=OpeningKind.EMERGENCY)
    if (last := opened.order_by("-until").first()) is not None:
        return _why_no_longer(by, last)
    units = ids_read_as(by.unit)
    here = Q(ward_unit__in=units) | Q(outpatient_unit__in=units)
    was_here = CareChainDetails.objects.filter(of_it, here, chain__principal=by.principal)
    for joined_to in was_here.order_by().values_list("chain__joined_to", flat=True)[:1]:
        return JOINED_AWAY if joined_to else MOVED_ON
    return ""


def _why_no_longer(by: Acting, opening: Opening) -> str:
    """What opening again can do nothing about is said first."""
    chain = CareChain.objects.select_related("details").get(pk=kept_id(opening.chain_id))
    if not without_protected(by, [chain], outage_of_chain(by.principal, chain.pk)):
        return PROTECTED_SINCE
    if chain.pk != opening.chain_id:
        return JOINED_SINCE
    return NO_LONGER if is_in_force(opening.until, timezone.now()) else EXPIRED


@prepared
def emergencies_of(chain_id: UUID) -> QuerySet[Opening]:
    """Oldest first, with who and where."""
    found = Opening.objects.filter(chain=chain_id, kind=OpeningKind.EMERGENCY)
    return found.select_related("user", "unit").order_by("at", "pk")


def _last(by: Acting, chain_id: UUID, kind: OpeningKind, now: datetime) -> Opening | None:
    own = Opening.objects.filter(chain=chain_id, user=by.user, unit=by.unit, kind=kind)
    return own.filter(until__gt=now).order_by("-until").first()
