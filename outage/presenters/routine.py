"""Rutinen: what the routine says to each party, and where in the application it is done."""

from dataclasses import dataclass

from contacts.access import Acting, can
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from outage.models import Outage
from outage.routine.loader import length_in_words
from outage.rules.routine import ClauseLine, Place, Routine
from outage.rules.wording import lower_first


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """A page where a clause is done; without an `address` (its name) the person cannot go there now."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class ClauseRow:
    number: str
    text: str
    places: tuple[PlaceLink, ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of the routine, R1 to R5, with the clauses of one party."""

    key: str
    heading: str
    rows: tuple[ClauseRow, ...]


@dataclass(frozen=True, slots=True)
class PartyView:
    """All of the routine that is one party's. `own`: the acting unit is that party."""

    party: Party
    own: bool
    parts: tuple[PartView, ...]


def party_views(acting: Acting, outage: Outage | None, routine: Routine) -> list[PartyView]:
    """The acting unit's parties first; `outage` is the one in view."""
    parties = sorted(Party, key=lambda party: party not in acting.parties)
    links = {
        place: PlaceLink(place.label, address if _may_go(place, acting, outage) else "")
        for place, address in _ADDRESSES.items()
    }

    def row(line: ClauseLine) -> ClauseRow:
        places = tuple(links[place] for place in line.done_at)
        return ClauseRow(line.clause, routine.clauses[line.clause], places)

    return [
        PartyView(
            party=party,
            own=party in acting.parties,
            parts=tuple(
                PartView(part.number, part.heading, tuple(map(row, lines)))
                for part in routine.parts
                if (lines := [line for line in part.clauses if party in line.parties])
            ),
        )
        for party in parties
    ]


def reminder_texts(routine: Routine) -> list[str]:
    """What the pages remind of, and when."""
    found = []
    for message in routine.messages.values():
        if message.tell_within:
            found.append(
                f"{message.label}: någon är inte underrättad efter {length_in_words(message.tell_within)}"
            )
        if after := message.due_after:
            asked, days = lower_first(routine.label(after.message)), after.calendar_days
            passed = f"{days} kalenderdagar" if days > 1 else "1 kalenderdag"
            found.append(f"{message.label}: inte gjord när {passed} har gått sedan {asked}")
    return [*found, "Ring tillbaka: tiden som ni lovade är inne"]


_ADDRESSES: dict[Place, str] = {
    Place.STATUS: "status",
    Place.SUPPORT: "record_support",
    Place.CALL: "log_call",
    Place.CHECKLISTS: "checklists",
    Place.CONTACTS: "contacts",
    Place.ADVANCED_SEARCH: "advanced_search",
    Place.SHEETS: "sheets",
    Place.SCAN: "scan",
    Place.BACK_REGISTRATION: "back_registration",
}
# What a page asks of the one who goes there, one of several; a page that is not named is open to everyone.
_RIGHTS: dict[Place, tuple[Right, ...]] = {
    Place.SUPPORT: (Right.REPORT_OUTAGE,),
    Place.CALL: (Right.LOG_CARE,),
    Place.SHEETS: (Right.HANDLE_SHEETS, Right.COUNT_SHEETS),
    Place.SCAN: (Right.HANDLE_SHEETS,),
}
_IN_AN_OUTAGE = frozenset({Place.SUPPORT, Place.CALL, Place.BACK_REGISTRATION})


def _may_go(place: Place, acting: Acting, outage: Outage | None) -> bool:
    if place in _IN_AN_OUTAGE and outage is None:
        return False
    rights = _RIGHTS.get(place, ())
    return not rights or any(can(acting, right) for right in rights)
