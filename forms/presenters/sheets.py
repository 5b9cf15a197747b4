"""Sheets as the pages show them: the list of those not accounted for, and one sheet with all that became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contacts.access import Acting
from contacts.seen import shows
from forms.models import AllEntered, DisposalDecision, Export, ScanBack, Sheet, SheetFate
from forms.queries.batches import twin_of
from forms.queries.disposal import no_disposal
from forms.queries.entering import of_past_drill, said_all_entered
from forms.queries.scans import PagePicture, pictures_of
from forms.queries.sheets import (
    SERVER,
    chains_to_link,
    entries_count,
    exports_of,
    last_steps_of,
    standing_entries_count,
    steps_of,
)
from forms.rules.sheet_fate import (
    ENDS,
    Fate,
    VoidReason,
    may_enter_from,
    why_not,
)


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A care chain by its number; `id` is None where the person may not see it."""

    number: int
    id: UUID | None


@dataclass(frozen=True, slots=True)
class ListedSheet:
    """One line of the list: nothing in it says who the patient is."""

    sheet: Sheet
    place: str
    chain: ChainLink | None
    printed_by: str
    step: SheetFate
    step_by: str


@dataclass(frozen=True, slots=True)
class SheetStep:
    row: SheetFate
    by: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetPage:
    number: int
    picture: PagePicture | None
    backs: tuple[ScanBack, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """The patient's copy that was issued blank with a sheet, or the sheet that such a copy goes with."""

    label: str
    sheet: Sheet
    state: str


@dataclass(frozen=True, slots=True)
class NotOffered:
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet's own page. `last` is the number of the last step, `offered` the steps that can be taken now.

    `entered` is how many calls were entered from it and not moved to another, `entries` counts those too, and
    `pictures` how many pictures there are of pages and backs. `no_disposal` says why the paper may not be destroyed,
    empty where it may. `not_entered` is so of a sheet that was written on, until somebody has said that all its rows
    are in the log: `all_entered`.
    """

    sheet: Sheet
    place: str
    twin: Twin | None
    chain: ChainLink | None
    printed_by: str
    now: Fate | None
    state: str
    accounted: bool
    last: int
    pictures: int
    pages: tuple[SheetPage, ...]
    steps: tuple[SheetStep, ...]
    exports: tuple[Export, ...]
    entries: int
    entered: int
    offered: frozenset[Fate]
    not_offered: tuple[NotOffered, ...]
    decision: DisposalDecision | None
    no_disposal: str
    awaits_disposal: bool
    to_scan: bool
    # Printed in a drill that an outage in earnest has followed: nothing of it is scanned or entered.
    practised: bool
    to_enter: bool
    not_entered: bool
    all_entered: AllEntered | None


_STEP_NAMES: dict[Fate, str] = {
    Fate.FILLED: "Skriv upp att bladet är ifyllt",
    Fate.CHECKED: "Granska",
    Fate.DESTROYED: "Förstör",
    Fate.KEPT: "Spara bladet",
    Fate.GIVEN: "Lämna över",
    Fate.VOIDED: "Makulera",
}


def listed(by: Acting, sheets: Sequence[Sheet]) -> list[ListedSheet]:
    """The lines of a page of sheets. Three queries, however many."""
    steps = last_steps_of(sheets)
    visible = chains_to_link(by, sheets)
    return [
        ListedSheet(
            sheet=sheet,
            place=_place(sheet),
            chain=_chain(sheet, visible),
            printed_by=_name(sheet),
            step=steps[sheet.pk],
            step_by=_name(steps[sheet.pk]),
        )
        for sheet in sheets
    ]


def shown_sheet(by: Acting, sheet: Sheet, decision: DisposalDecision | None) -> ShownSheet:
    """`decision` is the principal's latest on scanned paper."""
    steps = steps_of(sheet)
    now = Fate(steps[-1].fate) if steps else None
    # Where no decision allows it, the page says so in the place of the button.
    reasons = {step: why_not(now, step, patients_copy=sheet.patients_copy) for step in _STEP_NAMES}
    offered = frozenset(step for step, reason in reasons.items() if not reason and sheet.accountable)
    entries = entries_count(sheet)
    to_enter = sheet.comes_back and may_enter_from([Fate(step.fate) for step in steps])
    practised = of_past_drill(sheet)
    to_enter = to_enter and not practised
    said = said_all_entered(sheet) if to_enter else None
    pictures = {picture.sheet_page: picture for picture in pictures_of(sheet)}
    return ShownSheet(
        sheet=sheet,
        place=_place(sheet),
        twin=_twin(sheet),
        chain=_chain(sheet, chains_to_link(by, [sheet])),
        printed_by=_name(sheet),
        now=now,
        state=now.label if now else "",
        accounted=now in ENDS,
        last=steps[-1].number if steps else 0,
        pages=tuple(_page(number, pictures.get(number)) for number in range(1, sheet.pages + 1)),
        pictures=sum(len(picture.pages) for picture in pictures.values()),
        steps=tuple(_step(step) for step in steps),
        exports=tuple(exports_of(sheet)),
        entries=entries,
        entered=standing_entries_count(sheet),
        offered=offered,
        not_offered=_not_offered(sheet, now, reasons),
        decision=decision,
        no_disposal=no_disposal(by.principal, decision),
        awaits_disposal=now is Fate.CHECKED,
        to_scan=sheet.comes_back and now in (Fate.PRINTED, Fate.FILLED) and not practised,
        practised=practised,
        to_enter=to_enter,
        not_entered=to_enter and now is not Fate.PRINTED and said is None,
        all_entered=said,
    )


def _page(number: int, picture: PagePicture | None) -> SheetPage:
    return SheetPage(
        number=number,
        picture=picture if picture and picture.page else None,
        backs=picture.backs if picture else (),
    )


def _twin(sheet: Sheet) -> Twin | None:
    twin = twin_of(sheet)
    if twin is None:
        return None
    state = Fate(last_steps_of([twin])[twin.pk].fate).label
    label = "Hör till" if sheet.patients_copy else "Patientens exemplar"
    return Twin(label, twin, state)


def _not_offered(sheet: Sheet, now: Fate | None, reasons: dict[Fate, str]) -> tuple[NotOffered, ...]:
    """Why steps cannot be taken, while the sheet is not accounted for; steps that never apply to it are left out."""
    if not sheet.accountable or now in ENDS:
        return ()
    mine = {Fate.GIVEN, Fate.VOIDED} if sheet.patients_copy else set(_STEP_NAMES) - {Fate.GIVEN}
    return tuple(NotOffered(_STEP_NAMES[step], why) for step, why in reasons.items() if why and step in mine)


def _step(row: SheetFate) -> SheetStep:
    told = (
        VoidReason(row.void_reason).label if row.void_reason else "",
        row.reason,
        f"Till {row.given_to}" if row.given_to else "",
        f"Enligt {row.decision.reference}" if row.decision else "",
    )
    return SheetStep(row=row, by=row.signature or _name(row), told=tuple(filter(None, told)))


def _chain(sheet: Sheet, visible: set[UUID]) -> ChainLink | None:
    if sheet.chain is None:
        return None
    shows({sheet.chain.pk})
    return ChainLink(number=sheet.chain.number, id=sheet.chain.pk if sheet.chain.pk in visible else None)


def _place(sheet: Sheet) -> str:
    return f"blad {sheet.place} av {sheet.batch.count}" if sheet.batch and sheet.place else ""


def _name(row: Sheet | SheetFate) -> str:
    return row.user.full_name if row.user else SERVER
