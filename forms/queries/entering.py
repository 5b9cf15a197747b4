"""Reads for entering from paper: the patients to choose among, and what has been entered from a sheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from contacts.access import Acting
from contacts.rules.errors import RuleError
from forms.models import AllEntered, PaperEntry, Sheet
from forms.queries.left import not_entered
from forms.rules.sheet_fate import Fate, may_enter_from
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import visible_chains
from outage.queries.drills import drill_at, is_past
from outage.queries.joined import kept_id
from outage.queries.outages import outages_for, recent_outages
from outage.queries.same_patient import own_chains_of
from outage.rules.back_registration import ChainStatus


@dataclass(frozen=True, slots=True)
class EnteredCall:
    """A call that was entered from a sheet, as it stands now: its newest version, and the row that took it back.

    `moved_to` is the entry that took its place, on another sheet; `left` the row by which it went on in another chain.
    """

    entry: PaperEntry
    call: Handover
    withdrawal: Handover | None
    moved_to: PaperEntry | None
    left: Handover | None = None


def entries_from(sheet: Sheet) -> list[EnteredCall]:
    """In the order it was entered; the number of queries does not depend on how much it is."""
    rows = PaperEntry.objects.filter(sheet=sheet).order_by("at", "pk")
    entries = list(rows.select_related("handover", "user", "moved_to__sheet", "moved_to__user"))
    chains = {entry.handover.chain_id for entry in entries}
    by_id = _versions(sheet, Q(chain__in=chains))
    if any(row.withdraws for row in by_id.values()):
        # One that was taken back may go on in another chain.
        by_id |= _versions(sheet, Q(chain__outage__in={row.chain.outage_id for row in by_id.values()}))
    after = {row.supersedes_id: row for row in by_id.values() if row.supersedes_id}
    goes_on = {row.left_by: row for row in by_id.values()}
    found = []
    for entry in entries:
        call, withdrawal, left = by_id[entry.handover_id], None, None
        while withdrawal is None and call.pk in after:
            newer = after[call.pk]
            if newer.pk in goes_on:
                call, left = goes_on[newer.pk], newer
            elif newer.withdraws:
                withdrawal = newer
            else:
                call = newer
        moved_to = getattr(entry, "moved_to", None)
        found.append(EnteredCall(entry, call, withdrawal, moved_to, left))
    return found


def _versions(sheet: Sheet, where: Q) -> dict[UUID, Handover]:
    rows = (
        Handover.objects.filter(where)
        .filter(Q(paper_serial=sheet.serial) | Q(supersedes__paper_serial=sheet.serial))
        .select_related("user", "chain__outage", "chain__details")
        .prefetch_related("messages__event")
    )
    return {row.pk: row for row in rows}


def standing_call(entry: PaperEntry) -> Handover:
    """The newest version of a call that was entered. Raises RuleError where it was taken back, or moved."""
    (entered,) = (found for found in entries_from(entry.sheet) if found.entry == entry)
    if entered.withdrawal is not None:
        raise RuleError("Samtalet är återtaget.")
    if entered.moved_to is not None:
        raise RuleError(f"Raden är redan flyttad till blad {entered.moved_to.sheet.shown_serial}.")
    return entered.call


def open_for_entering(sheet: Sheet) -> bool:
    """Whether rows may be entered from a sheet: not where it is voided and was never scanned. One query."""
    steps = sheet.fates.order_by("number").values_list("fate", flat=True)
    return may_enter_from([Fate(fate) for fate in steps])


def of_past_drill(sheet: Sheet) -> bool:
    """Whether a sheet was printed in a drill that an outage in earnest has followed: no row of it is entered."""
    return sheet.outage is not None and is_past(sheet.outage)


def said_all_entered(sheet: Sheet) -> AllEntered | None:
    """Who said last that all rows of a sheet are in the log, where it still holds. Two queries."""
    said = sheet.said_entered.select_related("user").order_by("-at", "-pk").first()
    if said is None or not_entered(sheet.unit).filter(pk=sheet.pk).exists():
        return None
    return said


def last_entry(sheet: Sheet) -> PaperEntry | None:
    entries = PaperEntry.objects.filter(sheet=sheet, moved_to=None).select_related("handover")
    return entries.order_by("-at", "-pk").first()


def chains_to_choose(by: Acting, sheet: Sheet) -> list[tuple[Outage, list[CareChain]]]:
    """The chains that a row of the sheet can be about, by outage: those still in reach, newest first, and its own.

    Only those that the acting person may see; newest first within each. From a sheet of a drill nothing is entered in
    earnest, nor the other way round. One that was printed for a patient is about that chain, and those of the same
    number in other outages; about anybody, where the chain was logged on the wrong patient.
    """
    outages = recent_outages(by.principal)
    if sheet.outage_id and sheet.outage_id not in {outage.pk for outage in outages}:
        outages += outages_for(by.principal).filter(pk=sheet.outage_id)
    if sheet.outage:
        outages = [outage for outage in outages if outage.drill == sheet.outage.drill]
    if not outages:
        return []
    by_outage: dict[UUID, list[CareChain]] = {outage.pk: [] for outage in outages}
    for chain in visible_chains(by, *outages).filter(_of_its_patient(by, sheet, outages)).order_by("-number"):
        by_outage[chain.outage_id].append(chain)
    return [(outage, by_outage[outage.pk]) for outage in outages if by_outage[outage.pk]]


def _of_its_patient(by: Acting, sheet: Sheet, outages: Iterable[Outage]) -> Q:
    if not sheet.chain_id:
        return Q()
    own = CareChain.objects.select_related("details").get(pk=kept_id(sheet.chain_id))
    if own.details.status == ChainStatus.WRONG_PATIENT:
        return Q()
    others = [outage for outage in outages if outage.pk != own.outage_id and not outage.purged_at]
    same = (
        [] if own.details.is_purged or not others else own_chains_of(by, own.details.identity_number, *others)
    )
    return Q(pk__in=[own.pk, *(chain.pk for chain in same)])


def of_one_chain(by: Acting, sheet: Sheet) -> bool:
    """Whether the sheet says itself which chain its rows are about: there is no other to choose."""
    return bool(sheet.chain_id) and sum(len(chains) for _, chains in chains_to_choose(by, sheet)) < 2


def may_be_about(by: Acting, sheet: Sheet, chain_id: UUID) -> bool:
    """Whether a row of the sheet can be about that chain."""
    if not sheet.chain_id or kept_id(sheet.chain_id) == chain_id:
        return True
    return any(chain.pk == chain_id for _, chains in chains_to_choose(by, sheet) for chain in chains)


def drill_filled_in(by: Acting, sheet: Sheet, written_at: datetime | None = None) -> Outage | None:
    """The drill during which a sheet of no outage was filled in, or a row of it was written; or None."""
    if sheet.outage_id:
        return None
    filled = sheet.fates.filter(fate=Fate.FILLED).order_by("number").values_list("at", flat=True)[:1]
    return drill_at(by.principal, *filled, *filter(None, [written_at]))


def visible_among(by: Acting, chain_ids: Iterable[UUID]) -> dict[UUID, CareChain]:
    """The chains that the acting person may see, by id: for one that was joined, the one it is read in."""
    ids = set(chain_ids)
    outages = list(outages_for(by.principal).filter(chains__in=ids).distinct())
    if not outages:
        return {}
    read_in = dict(CareChain.objects.filter(pk__in=ids).values_list("pk", "joined_to"))
    seen = visible_chains(by, *outages).in_bulk({home or pk for pk, home in read_in.items()})
    return {pk: seen[home or pk] for pk, home in read_in.items() if (home or pk) in seen}
