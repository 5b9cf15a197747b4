"""Chains that were joined: which chain a row is read in, and the rows of several chains as those of one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from uuid import UUID

from django.db.models import Q, QuerySet

from contacts.queries.prepared import prepared
from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainJoin, Handover
from outage.rules.wording import moment

Logged = CareChainEvent | Handover | CareChainDetails


@dataclass(frozen=True, slots=True)
class Joined:
    """The chains of `ids` with those joined to them: `home` has the chain that each is read in, `joins` the standing
    joins.
    """

    home: dict[UUID, UUID]
    joins: dict[UUID, list[ChainJoin]] = field(default_factory=dict)

    @property
    def others(self) -> set[UUID]:
        return {pk for pk, home in self.home.items() if pk != home}


def joined_to(chain_ids: Iterable[UUID]) -> Joined:
    """One query, and one more where anything is joined."""
    ids = list(chain_ids)
    home = {pk: kept for pk, kept in _joined(*ids) if kept}
    joins = defaultdict(list)
    if home:
        for join in ChainJoin.objects.filter(other__in=home, kept__in=ids, **STANDING).order_by("pk"):
            joins[join.kept_id].append(join)
    return Joined(home=home | {pk: pk for pk in ids}, joins=dict(joins))


@prepared
def _joined(*chain_ids: UUID) -> QuerySet[CareChain, tuple[UUID, UUID | None]]:
    return CareChain.objects.filter(joined_to__in=chain_ids).values_list("pk", "joined_to")


STANDING = {"undoes__isnull": True, "undone_by__isnull": True}


def with_joined(chains: QuerySet[CareChain]) -> QuerySet[CareChain]:
    """The chains, from `visible_chains`, and those that are read as part of them."""
    seen = chains.order_by().values("pk")
    joined = CareChain.objects.filter(joined_to__in=seen).order_by().values("pk")
    return CareChain.objects.filter(pk__in=seen.union(joined, all=True))


def read_in_kept(rows: Sequence[Handover], chains: QuerySet[CareChain]) -> None:
    """Reassigns each row of a chain that was joined to one of `chains` to that chain, in memory."""
    wanted = {row.chain.joined_to_id for row in rows if row.chain.joined_to_id}
    kept = chains.in_bulk(wanted) if wanted else {}
    for row in rows:
        row.chain = kept.get(row.chain.joined_to_id, row.chain)


@prepared
def versions_of(*chain_ids: UUID) -> QuerySet[CareChainDetails]:
    """All that was known of the chains, oldest first, without what a join that no longer stands gave rise to."""
    versions = CareChainDetails.objects.filter(
        Q(made_by__isnull=True) | Q(made_by__undone_by__isnull=True), chain__in=chain_ids
    )
    return versions.select_related("ward_unit", "municipality", "outpatient_unit").order_by("order", "pk")


@prepared
def history_joins(chain_id: UUID) -> QuerySet[ChainJoin]:
    """Each join, and each that undid one, that the chain was part of, oldest first."""
    found = ChainJoin.objects.filter(Q(kept=chain_id) | Q(other=chain_id))
    return found.select_related("kept", "other", "user", "unit").order_by("pk")


def joins_by_home(chain_ids: Collection[UUID]) -> dict[UUID, list[tuple[ChainJoin, CareChain, CareChain]]]:
    """As `history_joins` of each chain and of those joined to it: which of the two is read there, and the other."""
    of_them = Q(pk__in=chain_ids) | Q(joined_to__in=chain_ids)
    chains = CareChain.objects.filter(of_them).order_by().values("pk")
    found: dict[UUID, list[tuple[ChainJoin, CareChain, CareChain]]] = defaultdict(list)
    joins = ChainJoin.objects.filter(Q(kept__in=chains) | Q(other__in=chains))
    for join in joins.select_related("kept", "other", "user", "unit").order_by("pk"):
        sides = ((join.kept, join.other), (join.other, join.kept))
        for home, (own, beside) in {
            one.joined_to_id or one.pk: (one, two) for one, two in reversed(sides)
        }.items():
            found[home].append((join, own, beside))
    return found


def parted_since(chain: CareChain, version_id: int) -> list[ChainJoin]:
    """The rows that undid what `chain` was read together with as its version with that id was written, oldest first."""
    found = ChainJoin.objects.filter(
        kept=chain, undoes__versions__lte=version_id, versions__gt=version_id, versions__chain=chain
    )
    return list(found.select_related("kept", "other", "user", "unit").order_by("pk").distinct())


def read_apart(chain: CareChain, version_id: int) -> tuple[CareChainDetails, int, ChainJoin] | None:
    """What a chain said while it was once read with `chain`, the number of the one that has that patient now, and the
    row that undid the join; None for any other version.
    """
    joins = history_joins(chain.pk)
    chains = {each.pk: each for join in joins for each in (join.kept, join.other)}
    row = CareChainDetails.objects.filter(pk=version_id, chain__in=chains).first() if chains else None
    found = [
        (row, each.number, join)
        for pk, each in chains.items()
        if row and pk != chain.pk and each.details.who == row.who
        for join in joins
        if join.undoes_id and pk in (join.kept_id, join.other_id) and join.recorded_at >= row.recorded_at
    ]
    return next(iter(found), None)


def standing_join(chain: CareChain) -> ChainJoin | None:
    """The latest standing join by which others are read in `chain`: the one that can be undone."""
    for last in _standing_joins(chain.pk):
        last.kept = chain
        return last
    return None


def join_into(kept: UUID, *others: UUID) -> ChainJoin | None:
    """The latest standing join by which one of `others` is read in `kept`."""
    found = ChainJoin.objects.filter(kept=kept, other__in=others, **STANDING)
    return found.select_related("kept", "other", "user", "unit").order_by("-pk").first()


def join_of(row: CareChainEvent | Handover) -> ChainJoin | None:
    """The join by which a row that was read for somebody is in `row.chain`; None for one that was logged there."""
    home = type(row)._default_manager.values_list("chain", flat=True).get(pk=row.pk)
    return join_into(row.chain_id, home) if home != row.chain_id else None


def said_of(join: ChainJoin, now: datetime) -> str:
    """Which is read in which, since when and by whom."""
    return (
        f"Vårdkedja {join.other.number} är sammanförd med vårdkedja {join.kept.number}, "
        f"{moment(join.recorded_at, now)} av {join.user.full_name}, {join.unit.name}."
    )


@prepared
def _standing_joins(chain_id: UUID) -> QuerySet[ChainJoin]:
    found = ChainJoin.objects.filter(kept=chain_id, **STANDING)
    return found.select_related("kept", "other", "user", "unit").order_by("-pk")


def number_anew(rows: Iterable[Logged]) -> None:
    """Renumbers the rows of several chains in one order: by the time each was logged, each chain's own order kept."""
    by_chain: dict[UUID, list[Logged]] = defaultdict(list)
    for row in rows:
        by_chain[row.chain_id].append(row)
    chains = [sorted(found, key=lambda row: row.order) for _, found in sorted(by_chain.items())]
    for order, row in enumerate(merge(*chains, key=lambda row: row.recorded_at), start=1):
        row.order = order


def doubles_of(joins: Iterable[ChainJoin]) -> dict[UUID, UUID]:
    """The events that are the same as one of the chain they are read in, with that one's id; each as it then stood."""
    return {UUID(pair["other"]): UUID(pair["kept"]) for join in joins for pair in join.same}


def with_lines(text: str, joins: Iterable[ChainJoin]) -> str:
    """A text that names events by their first rows, with duplicates named as in the chain they are read in."""
    for join in joins:
        for pair in join.same:
            text = text.replace(pair["other_line"], pair["kept_line"])
    return text


def kept_id(chain_id: UUID) -> UUID:
    """The id of the chain that a chain is read in: its own, where it was joined to none."""
    return next(iter(_kept(chain_id)), None) or chain_id


@prepared
def _kept(chain_id: UUID) -> QuerySet[CareChain, UUID | None]:
    return CareChain.objects.filter(pk=chain_id).values_list("joined_to", flat=True)
