"""What those who keep the contacts of a principal look at: their own entries, the problems of these, their history."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Q, QuerySet, When

from contacts.models import AuditEntry, DirectoryEntry, NumberFlag, Principal, Unit
from contacts.rules.labelled import Labelled
from contacts.rules.phone import digits
from contacts.rules.searching import Found
from contacts.verification import verification_lasts

from .flags import words_that_stand
from .search import search_among

PAGE_SIZE = 25
_FLAGGED = ~Q(flagged=[])


class Kept(Labelled):
    """Which of the own contacts are listed; the values are used in the page's address."""

    ALL = "alla", "Alla"
    UNVERIFIED = "ej-verifierade", "Ej verifierade"
    WITHOUT_NUMBER = "utan-nummer", "Utan nummer"
    FLAGGED = "anmalda", "Anmälda"
    RETIRED = "avforda", "Avförda"


@dataclass(frozen=True, slots=True)
class ToVerify:
    """Which contact to confirm next, if any. `left` of `total` are to be confirmed, the skipped ones included."""

    entry: DirectoryEntry | None
    left: int
    total: int
    skipped: int


def _in_use(principal: Principal) -> QuerySet[DirectoryEntry]:
    return DirectoryEntry.objects.filter(principal=principal, retired_at__isnull=True)


def _not_verified(now: datetime) -> Q:
    return Q(verified_at__isnull=True) | Q(verified_at__lt=now - verification_lasts())


def _which(kept: Kept, now: datetime) -> Q:
    return {
        Kept.ALL: Q(),
        Kept.UNVERIFIED: _not_verified(now),
        Kept.WITHOUT_NUMBER: Q(digits_key=""),
        Kept.FLAGGED: _FLAGGED,
        # One that was joined into another is read on that one's page.
        Kept.RETIRED: Q(joined_into__isnull=True),
    }[kept]


def kept_figures(principal: Principal, now: datetime) -> dict[Kept, int]:
    """How many contacts of the principal there are of each, at the aware moment `now`, in one query."""
    in_use = Q(retired_at__isnull=True)
    wanted = {
        kept.name: Count("pk", filter=(~in_use if kept is Kept.RETIRED else in_use) & _which(kept, now))
        for kept in Kept
    }
    found = DirectoryEntry.objects.filter(principal=principal).aggregate(**wanted)
    return {kept: found[kept.name] for kept in Kept}


def kept_entries(
    principal: Principal, *, kept: Kept, text: str, now: datetime, page: int | str | None = 1
) -> tuple[Page[DirectoryEntry], Found]:
    """A page of the principal's contacts: those of `kept` in Swedish order, or of them what a search finds, best first.

    Also how the search took `text`. Two queries without a text and three with one, whatever is found.
    """
    rows = DirectoryEntry.objects.filter(
        _which(kept, now), principal=principal, retired_at__isnull=kept is not Kept.RETIRED
    ).select_related("principal", "unit", "verified_by", "retired_by")
    if not text:
        return Paginator(rows.order_by("sort_key", "pk"), PAGE_SIZE).get_page(page), Found()
    told = search_among(text, list(rows.values_list("pk", flat=True)))
    shown: Page[Any] = Paginator(told.pks, PAGE_SIZE).get_page(page)
    by_id = rows.in_bulk(list(shown.object_list))
    shown.object_list = [by_id[pk] for pk in shown.object_list if pk in by_id]
    return shown, told


def entry_by_id(entry_id: int) -> DirectoryEntry | None:
    """An entry, retired ones included, with everything its page names; None where there is none."""
    related = ("principal", "unit", "verified_by", "retired_by", "joined_into")
    rows = DirectoryEntry.objects.select_related(*related)
    return rows.filter(pk=entry_id).first()


def own_entry(principal: Principal, entry_id: int) -> DirectoryEntry | None:
    """An entry of the principal, retired ones included; None for any other."""
    entry = entry_by_id(entry_id)
    return entry if entry is not None and entry.principal_id == principal.pk else None


def standing_flags(entries: Collection[DirectoryEntry]) -> dict[int, list[NumberFlag]]:
    """By entry, the newest report on each number that was said not to work and is not looked at yet. One query."""
    flagged = {entry.pk: entry for entry in entries if entry.flagged}
    standing: dict[int, list[NumberFlag]] = defaultdict(list)
    if not flagged:
        return standing
    for flag in words_that_stand().filter(entry__in=flagged).select_related("user", "unit").order_by("-at"):
        assert flag.entry_id is not None, "of one of the entries"
        told = {digits(other.number) for other in standing[flag.entry_id]}
        if digits(flag.number) not in told and flagged[flag.entry_id].is_flagged(flag.number):
            standing[flag.entry_id].append(flag)
    return standing


def history_of(entry: DirectoryEntry, page: int | str | None = 1) -> Page[AuditEntry]:
    """A page of what was done with the entry and those joined into it, newest first. Two or three queries."""
    ids = [str(pk) for pk in (entry.pk, *names_joined(entry))]
    rows = AuditEntry.objects.filter(target_type=entry._meta.label, target_id__in=ids)
    return Paginator(rows.select_related("user", "unit").order_by("-at", "-pk"), PAGE_SIZE).get_page(page)


def names_joined(entry: DirectoryEntry) -> dict[int, str]:
    """The names of the entries that are joined into one, by id. No query for one that has none."""
    return dict(entry.joined.values_list("pk", "name")) if entry.other_names else {}


def unit_names(ids: Collection[int]) -> dict[int, str]:
    """The names of units, by id; no query where none is asked for."""
    return dict(Unit.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def next_to_verify(principal: Principal, now: datetime, skipped: Collection[int] = ()) -> ToVerify:
    """The contact to confirm next, not `skipped`: flagged, never confirmed, longest ago. Two queries."""
    wanted = _FLAGGED | _not_verified(now)
    figures = _in_use(principal).aggregate(
        total=Count("pk"),
        left=Count("pk", filter=wanted),
        skipped=Count("pk", filter=wanted & Q(pk__in=list(skipped))),
    )
    flagged_first = Case(When(flagged=[], then=1), default=0)
    longest_ago = F("verified_at").asc(nulls_first=True)
    left = _in_use(principal).filter(wanted).exclude(pk__in=list(skipped))
    rows = left.select_related("principal", "unit", "verified_by")
    entry = rows.order_by(flagged_first, longest_ago, "sort_key", "pk").first()
    return ToVerify(entry, figures["left"], figures["total"], figures["skipped"])
