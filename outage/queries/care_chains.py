"""The one entrance to care chains. A person sees those of the own principal in which the own unit takes part."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from contacts.access import Acting, can
from contacts.models import Principal, Unit
from contacts.queries.joined import ids_read_as, units_read_as
from contacts.queries.prepared import prepared
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.rules.swedish_text import search_key, search_keys, tidy_typed
from contacts.rules.trace_words import FOUND
from contacts.seen import looks_as
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    ChainState,
    Handover,
    Outage,
    PatientLookup,
    StateKind,
)
from outage.models.chain_state import IN_SIGHT
from outage.queries.joined import kept_id, with_joined
from outage.queries.openings import emergency_chain
from outage.queries.outages import outage_of_chain, outages_for, recent_outages
from outage.queries.patient_numbers import ciphers_of, has_number, is_whole_number
from outage.rules.handover import Direction
from outage.rules.identity import IdentityKind, number_key, without_labels
from outage.rules.informing import CallOutcome

Row = TypeVar("Row", CareChainEvent, Handover)


def visible_chains(acting: Acting, outage: Outage, *more: Outage) -> QuerySet[CareChain]:
    """The chains of `outage`, and of `more`, that the acting person may see, with details and outage, by number.

    The border is the principal; inside it the unit that opened the chain, the patient's ward and öppenvård, and a
    unit that still has somebody to ring or something to enter. A chain that was joined to another is seen there, also
    by who opened it.
    """
    seen = seen_by(acting.principal, units_read_as(acting.unit), [outage, *more])
    if not can(acting, Right.READ_CARE):
        seen = seen.none()
    if more:
        # Each principal ends an outage for itself.
        return seen.prefetch_related(Prefetch("outage", queryset=outages_for(acting.principal)))
    # As `outage.chains` has it: the chains of one outage have the very one that came.
    seen._known_related_objects = {CareChain._meta.get_field("outage"): {outage.pk: outage}}  # type: ignore[attr-defined]
    return seen


def seen_by(
    principal: Principal | int, units: Collection[int] | QuerySet[Unit, int], outages: Iterable[Outage | UUID]
) -> QuerySet[CareChain]:
    """The chains of `outages` that a unit sees, as `visible_chains`; `units` are those that it is read as: by their
    ids where the page is asked for all the time, for a database that has counted its rows takes a subquery for many.

    What narrows them narrows each way to find them. Said of the chains found, a database that has not counted its rows
    would begin there, and look through the whole outage.
    """
    outages = list(outages)
    own = CareChain.objects.filter(outage__in=outages, principal=principal).order_by()
    named = own.filter(joined_to__isnull=True).values("pk")
    # Each found by an index of its own, whatever the database believes of how the rows are spread. As a rule a unit is
    # the ward of what it opened: to find that twice takes longer.
    ways = named.filter(unit__in=units).union(
        named.filter(ward_unit__in=units).exclude(unit__in=units),
        named.filter(outpatient_unit__in=units).exclude(unit__in=units),
        own.filter(unit__in=units, joined_to__isnull=False).values("joined_to"),
        # Whoever still has somebody to ring about it, or something to enter, though the patient has moved on.
        ChainState.objects.filter(outage__in=outages, principal=principal, unit__in=units, what__in=IN_SIGHT)
        .order_by()
        .values("chain"),
        all=True,
    )
    return with_details(CareChain.objects.filter(pk__in=ways)).order_by("number")


def is_about_seen(
    principal_id: int, units: tuple[int, ...], outages: Iterable[UUID], chain: str = "chain"
) -> Q:
    """Whether what a row calls `chain`, "pk" where it is one itself, is among `seen_by`. For rows that are found by
    something else: it is asked of each of them alone, where `seen_by` finds all chains of a unit first.
    """
    of_outage = {"outage__in": tuple(outages), "principal": principal_id}
    way = "" if chain == "pk" else f"{chain}__"
    own = Q(*((f"{way}{name}", value) for name, value in of_outage.items()))
    named = Q(**{f"{way}unit__in": units})
    named |= Q(**{f"{way}ward_unit__in": units}) | Q(**{f"{way}outpatient_unit__in": units})
    joined = CareChain.objects.filter(unit__in=units, joined_to__isnull=False, **of_outage).order_by()
    ringing = ChainState.objects.filter(chain=OuterRef(chain), unit__in=units, what__in=IN_SIGHT, **of_outage)
    named = Q(own, named, **{f"{way}joined_to": None})
    return named | Q(Exists(ringing)) | Q(**{f"{chain}__in": joined.values("joined_to")})


def with_details(chains: QuerySet[CareChain]) -> QuerySet[CareChain]:
    return chains.select_related(
        "principal",
        "unit",
        "details__ward_unit",
        "details__municipality",
        "details__outpatient_unit",
    )


@prepared
def _of_principal(principal_id: int, chain_id: UUID) -> QuerySet[CareChain]:
    return with_details(CareChain.objects.filter(pk=chain_id, principal=principal_id, joined_to__isnull=True))


def units_of_chain(chain_id: UUID) -> set[int]:
    """The ids of the units that see a chain, or what is read with it; those that they were joined into too."""
    found = {pk for pair in _ringing_about(chain_id) for pk in pair if pk}
    for principal, *places in _places_of(chain_id):
        for unit, joined_into, of in zip(*[iter(places)] * 3, strict=True):
            # Units of others may be named in it, and do not see it.
            found |= {pk for pk in (unit, joined_into) if pk and of == principal}
    return found


@prepared
def _places_of(chain_id: UUID) -> QuerySet[CareChain, tuple[int | None, ...]]:
    kept = _joined_to(chain_id)
    own = Q(pk=chain_id) | Q(joined_to=chain_id) | Q(pk__in=kept) | Q(joined_to__in=kept)
    places = ("unit", "ward_unit", "outpatient_unit")
    columns = [f"{place}{of}" for place in places for of in ("", "__joined_into", "__principal")]
    return CareChain.objects.filter(own).order_by().values_list("principal", *columns)


@prepared
def _ringing_about(chain_id: UUID) -> QuerySet[ChainState, tuple[int, int | None]]:
    own = Q(chain=chain_id) | Q(chain__in=_joined_to(chain_id))
    rows = ChainState.objects.filter(own, what__in=IN_SIGHT)
    return rows.order_by().values_list("unit", "unit__joined_into").distinct()


def _joined_to(chain_id: UUID) -> QuerySet[CareChain, tuple[UUID | None]]:
    return CareChain.objects.filter(pk=chain_id, joined_to__isnull=False).order_by().values_list("joined_to")


def with_those_joined_into(units: Collection[int]) -> set[int]:
    """Units by their ids, and those that read what is theirs."""
    return {*units, *(pk for pk in _joined_into(*units) if pk)}


@prepared
def _joined_into(*unit_ids: int) -> QuerySet[Unit, int | None]:
    found = Unit.objects.filter(pk__in=unit_ids, joined_into__isnull=False).order_by()
    return found.values_list("joined_into_id", flat=True)


def get_chain(acting: Acting, chain_id: UUID) -> CareChain:
    """One chain the acting person may see, or the one it was joined to; raises DoesNotExist for any other."""
    may = can(acting, Right.READ_CARE)
    # As a rule it names the unit, and is of an outage that the page has read anyway.
    for chain in _of_principal(acting.principal.pk, chain_id) if may else ():
        outage = {each.pk: each for each in recent_outages(acting.principal)}.get(chain.outage_id)
        if outage and acting.unit.pk in (chain.unit_id, chain.ward_unit_id, chain.outpatient_unit_id):
            chain.outage = outage
            return chain
    try:
        outage = outage_of_chain(acting.principal, chain_id)
    except Outage.DoesNotExist:
        raise CareChain.DoesNotExist from None
    for chain in one_seen(acting.principal.pk, acting.unit.pk, outage.pk, chain_id) if may else ():
        chain.outage = outage
        return chain
    raise CareChain.DoesNotExist


def get_reached(acting: Acting, chain_id: UUID) -> CareChain:
    """As `get_chain`; also one of another unit while it is opened in an emergency, to read and to log calls in."""
    try:
        return get_chain(acting, chain_id)
    except CareChain.DoesNotExist:
        if (chain := emergency_chain(acting, chain_id)) is None:
            raise
        return chain


def one_seen(principal_id: int, unit_id: int, outage_id: UUID, chain_id: UUID) -> list[CareChain]:
    """The chain, or the one it was joined to, where the unit sees it; the outage is the chain's own."""
    units = ids_read_as(unit_id)
    found = _seen(principal_id, units, outage_id, chain_id)
    if found or (kept := kept_id(chain_id)) == chain_id:
        return found
    return _seen(principal_id, units, outage_id, kept)


@prepared
def _seen(principal_id: int, units: tuple[int, ...], outage_id: UUID, chain_id: UUID) -> QuerySet[CareChain]:
    return seen_by(principal_id, units, [outage_id]).filter(pk=chain_id)


def seen_among(acting: Acting, outage: Outage, numbers: tuple[int, ...]) -> frozenset[int]:
    """The numbers of those of some chains that the acting person may open, as `visible_chains`."""
    may = bool(numbers) and can(acting, Right.READ_CARE)
    asked = acting.principal.pk, ids_read_as(acting.unit), outage.pk, numbers
    return frozenset(_seen_among(*asked) if may else ())


@prepared
def _seen_among(
    principal_id: int, units: tuple[int, ...], outage_id: UUID, numbers: tuple[int, ...]
) -> QuerySet[CareChain, int]:
    seen = is_about_seen(principal_id, units, [outage_id], "pk")
    found = CareChain.objects.filter(seen, outage=outage_id, number__in=numbers)
    return found.order_by().values_list("number", flat=True)


def mark_namesakes(acting: Acting, chains: Iterable[CareChain], *outages: Outage) -> None:
    """Sets `namesake` on each chain whose patient has the same name as another patient of the unit: who has the same
    whole number is the same patient, also in another outage.

    People with protected personal data are shown without name, and do not count.
    """
    # A chain that stands in two lists of a page comes twice, each time to be marked.
    named = [(chain, text) for chain in chains if (text := chain.details.name_text)]
    called = _with_text(acting, outages, {name for _, name in named})
    # Of hardly anybody the number is needed too.
    shared = {chain.pk: _whole_number(chain.details) for chain, name in named if called[name] - {chain.pk}}
    numbered = _with_text(acting, outages, {one for number in shared.values() for one in number})
    for chain, name in named:
        same = {chain.pk}.union(*(numbered[one] for one in shared.get(chain.pk, ())))
        chain.namesake = not called[name] <= same


def _with_text(acting: Acting, outages: Collection[Outage], texts: set[str]) -> Mapping[str, set[UUID]]:
    """The chains in sight that are looked up by each of them."""
    found = defaultdict[str, set[UUID]](set)
    if texts and can(acting, Right.READ_CARE):
        # Of each text one hash for each outage, whose keys are different.
        ciphers = ciphers_of(acting.principal, outages)
        hashes = {one.keyed_hash(text): text for one in ciphers for text in texts}
        units, seen_in = ids_read_as(acting.unit), tuple(outage.pk for outage in outages)
        for pk, one in _with_hash(acting.principal.pk, units, seen_in, tuple(hashes)) if hashes else ():
            found[hashes[one]].add(pk)
    return found


def _whole_number(details: CareChainDetails) -> tuple[str, ...]:
    """What is looked up for it in its very century; nothing where it is none."""
    return details.number_texts[:1] if IdentityKind(details.identity_kind).is_whole else ()


@prepared
def _with_hash(
    principal_id: int, units: tuple[int, ...], outage_ids: tuple[UUID, ...], hashes: tuple[str, ...]
) -> QuerySet[PatientLookup, tuple[UUID, str]]:
    """Each chain in sight that has one of them, with that one."""
    seen = is_about_seen(principal_id, units, outage_ids)
    return PatientLookup.objects.filter(seen, hash__in=hashes).values_list("chain", "hash")


def find_chains(acting: Acting, text: str, outage: Outage, *more: Outage) -> QuerySet[CareChain]:
    """Those of `visible_chains` of the patient whose number `text` is, in any spelling; where it is not a whole number,
    those whose patient's name or number contains every word of it.

    People with protected personal data are found by their number only. A chain is found also by what was known of the
    patient in one that was joined to it.
    """
    chains = visible_chains(acting, outage, *more)
    text = without_labels(tidy_typed(text))
    words = text.split()
    if not words:
        return chains.none()
    looks_as(FOUND)
    if is_whole_number(text):
        return chains.filter(has_number(acting, text, outage, *more))
    parts = [word for word in words if not is_whole_number(word)]
    for word in words:
        if word not in parts:
            chains = chains.filter(has_number(acting, word, outage, *more))
    return chains.filter(pk__in=_with_parts(chains, parts)) if parts else chains


def _with_parts(chains: QuerySet[CareChain], words: Iterable[str]) -> set[UUID]:
    """Read whole and searched here: names and numbers lie encrypted."""
    known = with_joined(chains).values_list(
        "pk",
        "joined_to",
        "details__patient_name",
        "details__identity_number",
        "details__protected_identity",
    )
    names = search_keys(["" if protected else name for *_, name, _, protected in known])
    rows = [
        (joined_to or pk, name, number_key(number))
        for (pk, joined_to, _, number, _), name in zip(known, names, strict=True)
    ]
    found = (
        {
            pk
            for pk, own_name, own_number in rows
            if (name and name in own_name) or (number and number in own_number)
        }
        for name, number in ((search_key(word), number_key(word)) for word in words)
    )
    return set.intersection(*found)


def wards(party: Party = Party.INPATIENT) -> QuerySet[Unit]:
    """The units in use that patients can be admitted to, or that act as the öppenvård, in Swedish order."""
    units = Unit.objects.filter(active=True).select_related("principal")
    if party is Party.OUTPATIENT:
        return units.exclude(outpatient_kind="")
    if party is Party.MUNICIPALITY:
        return units.exclude(municipal_kind="")
    return units.exclude(ward_kind="")


def municipalities() -> QuerySet[Principal]:
    """In Swedish order."""
    return Principal.objects.filter(kind="municipality").order_by("sort_key")


def get_event(acting: Acting, event_id: UUID) -> CareChainEvent:
    """An event of a chain the acting person may see; raises DoesNotExist of either for any other."""
    event = CareChainEvent.objects.select_related("user", "unit").get(pk=event_id)
    event.chain = get_chain(acting, event.chain_id)
    return event


def get_handover(acting: Acting, handover_id: UUID) -> Handover:
    """A call of a chain the acting person may see, or that person's own of one that is opened in an emergency; raises
    DoesNotExist of either for any other.
    """
    handover = Handover.objects.select_related("user", "unit").get(pk=handover_id)
    own = (handover.user_id, handover.unit_id) == (acting.user.pk, acting.unit.pk)
    handover.chain = (get_reached if own else get_chain)(acting, handover.chain_id)
    return handover


def newest_of(row: Row) -> Row:
    """The row by which an event or a call now stands: itself, its latest correction, or what took it back."""
    rows = type(row).objects.select_related("user", "unit", "supersedes")
    while (newer := rows.filter(supersedes=row).first()) is not None:
        newer.chain = row.chain
        row = newer
    return row


@prepared
def history_of(chain_id: UUID) -> QuerySet[CareChainDetails]:
    """Oldest first."""
    history = CareChainDetails.objects.filter(chain=chain_id)
    places = "ward_unit", "municipality", "outpatient_unit"
    return history.select_related("user", "unit", *places).order_by("pk")


def logged_and_told(acting: Acting, own: Party | None, *outages: Outage) -> tuple[bool, bool, bool]:
    """Whether anything is logged in the acting unit's chains, taken back or not, whether a standing call that it made
    got through, and whether then somebody waits for an answer of the `own` party, while it is out.
    """
    if not can(acting, Right.READ_CARE):
        return False, False, False
    seen = with_joined(seen_by(acting.principal, ids_read_as(acting.unit), outages))
    events = CareChainEvent.objects.filter(chain__in=seen)
    calls = Handover.objects.filter(
        chain__in=seen,
        unit=acting.unit,
        direction=Direction.GIVEN,
        outcome=CallOutcome.REACHED,
        withdraws=False,
        superseded_by__isnull=True,
    )
    asked = ChainState.objects.filter(
        what=StateKind.AWAITED,
        unit=acting.unit,
        outage__in=[outage.pk for outage in outages if outage.is_open],
        principal=acting.principal,
        party=own,
    )
    told = list(calls.values_list(Exists(asked), flat=True)[:1])
    return events.exists(), bool(told), any(told)
