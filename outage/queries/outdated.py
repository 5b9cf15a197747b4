"""What has become of a patient since a sheet was printed, so that it is to be fetched and voided."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q

from contacts.models import Unit
from outage.models import CareChain, CareChainDetails, ChainJoin
from outage.queries.care_chains import units_of_chain
from outage.queries.joined import kept_id
from outage.rules.back_registration import ChainStatus
from outage.rules.identity import number_key
from outage.rules.outdated import Known, why_outdated
from outage.rules.told import folded


def outdated_since(chain_id: UUID, at: datetime) -> str:
    """Why a sheet that was printed of a chain at the aware moment `at` is not to be read any more; or ""."""
    then = CareChainDetails.objects.filter(chain=chain_id, recorded_at__lte=at).order_by("-pk").first()
    now = CareChain.objects.select_related("details").get(pk=kept_id(chain_id)).details
    if then is None or then.is_purged or now.is_purged:
        return ""
    parted = ChainJoin.objects.filter(
        kept=chain_id, undoes=None, recorded_at__lte=at, undone_by__recorded_at__gt=at
    )
    return why_outdated(_known(then), _known(now), parted=parted.exists())


def _known(row: CareChainDetails) -> Known:
    return Known(
        number=number_key(row.identity_number),
        name=folded(row.patient_name),
        protected=row.protected_identity,
        wrong=row.status == ChainStatus.WRONG_PATIENT,
    )


def hidden_at(*groups: Iterable[UUID]) -> list[datetime | None]:
    """When the patient of any chain of a group last got protected personal data, also by what is known in a chain that
    it is or was joined with; None where nobody did. The number of queries does not depend on that of the groups.
    """
    sets = [set(group) for group in groups]
    ids = set[UUID]().union(*sets)
    joins = ChainJoin.objects.filter(Q(kept__in=ids) | Q(other__in=ids), undoes=None)
    pairs = list(joins.values_list("kept", "other", "recorded_at", "kept__details__protected_identity"))
    ids |= {pk for kept, other, *_ in pairs for pk in (kept, other)}
    rows = CareChainDetails.objects.filter(chain__in=ids, protected_identity=True)
    got = dict(
        rows.filter(replaces__protected_identity=False)
        .order_by()
        .values_list("chain")
        .annotate(Max("recorded_at"))
    )
    found = []
    for own in sets:
        beside = [pair for pair in pairs if not own.isdisjoint(pair[:2])]
        times = [got.get(pk) for pk in own.union(*(pair[:2] for pair in beside))]
        times += [at for *_, at, protected in beside if protected]
        found.append(max(filter(None, times), default=None))
    return found


def hidden_since(*asked: tuple[Iterable[UUID], datetime]) -> list[bool]:
    """For each: whether the patient of any of its chains has got protected personal data since the aware moment."""
    found = hidden_at(*(chain_ids for chain_ids, _ in asked))
    return [hidden is not None and hidden > at for hidden, (_, at) in zip(found, asked, strict=True)]


def hidden_on_list(outage_id: UUID, unit_id: int, at: datetime) -> bool:
    """Whether a list of a unit's patients that was printed at `at` may name one who has got protected personal data
    since.
    """
    hidden = CareChain.objects.filter(outage=outage_id, joined_to=None, details__protected_identity=True)
    return any(
        any(hidden_since(([chain.pk], at))) and unit_id in units_with_lists(chain) and _was_open(chain.pk, at)
        for chain in hidden
    )


def units_with_lists(chain: CareChain) -> set[int]:
    """The ids of the units whose lists may name its patient: those that see it, and its former places."""
    own = Q(chain=chain) | Q(chain__joined_to=chain)
    places = CareChainDetails.objects.filter(own).values_list("ward_unit", "outpatient_unit")
    former = {pk for pair in places for pk in pair if pk}
    theirs = Unit.objects.filter(pk__in=former, principal=chain.principal_id)
    return units_of_chain(chain.pk) | set(theirs.values_list("pk", flat=True))


def _was_open(chain_id: UUID, at: datetime) -> bool:
    own = Q(pk=chain_id) | Q(joined_to=chain_id)
    return CareChain.objects.filter(own, recorded_at__lte=at).exists()
