"""Gallring of an outage: what stops it, and its steps. One person proposes, another confirms, the server does it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contacts.rules.errors import RuleError
from contacts.rules.labelled import Labelled
from outage.rules.closing import Holds, OpenThing
from outage.rules.moments import check_year

AT_LEAST = timedelta(days=1)
"""From the proposal to the day: as long as a second person has at least to stop it."""
MOST_YEARS_AHEAD = 10
"""A later year is a typing error."""

COUNTED: Mapping[str, str] = {
    "chains": "Vårdkedjor",
    "events": "Händelser med rättelser",
    "calls": "Samtal med rättelser",
    "rows": "Alla rader om vårdkedjor",
    "sheets": "Blad utskrivna för driftstoppet",
    "steps": "Steg för de bladen",
    "pages": "Skannade sidor",
    "hashes": "Sökuppgifter om patienter",
    "handed": "Överlämningar",
    "closings": "Stängningar",
    "left_open": "Lämnat öppet vid stängningen",
}
"""What is counted when it is proposed, and again before it is done: with whatever is written one of them grows."""


class PurgeStepKind(Labelled):
    PROPOSED = "proposed", "Föreslagen"
    CONFIRMED = "confirmed", "Bekräftad"
    WITHDRAWN = "withdrawn", "Återtagen"
    # By the server: something had changed since it was proposed.
    REFUSED = "refused", "Inte gjord"
    DONE = "done", "Gjord"


UNDER_WAY = frozenset({PurgeStepKind.PROPOSED, PurgeStepKind.CONFIRMED})
"""Where the last step is one of these, it goes on; else it may be proposed, also anew."""


class LateOutcome(Labelled):
    """What a coordinator decides of what somebody wrote after the purge."""

    JOURNAL = "journal", "Införs i journalen"
    BY_HAND = "by_hand", "Införs i {system} för hand"
    NOTHING = "nothing", "Införs inte"


@dataclass(frozen=True, slots=True)
class PurgeFacts:
    """Of one principal's outage. `left`: there is something that can be read. Sheets and pages are counted by unit:
    those without a fate, those with rows that are not in the log, those that are kept as paper, and scanned pages that
    nobody has said what they are. `goes_on`: not for the principal, but as such.
    `allows` is None where there is no disposal decision, `reference` what it is called.
    """

    closed_on: date | None
    left: bool
    purged: bool
    allows: bool | None
    reference: str = ""
    goes_on: bool = False
    without_fate: tuple[tuple[str, int], ...] = ()
    not_entered: tuple[tuple[str, int], ...] = ()
    kept: tuple[tuple[str, int], ...] = ()
    waiting: tuple[tuple[str, int], ...] = ()


def stops(facts: PurgeFacts) -> list[str]:
    """Each thing that stops the purge, in a sentence; none where it may be done."""
    if not facts.left:
        return ["Driftstoppet är redan gallrat." if facts.purged else "Det finns inget att gallra."]
    found = []
    if facts.closed_on is None:
        found.append("Driftstoppet är inte stängt för er.")
    if facts.goes_on:
        # Whoever is out again joins it, and could log nothing.
        found.append("Driftstoppet pågår för andra. Vänta tills det är avslutat för alla.")
    if facts.allows is None:
        found.append("Inget gallringsbeslut är infört. Administratören för in det under Gallringsbeslut.")
    elif not facts.allows:
        found.append(f"Får inte gallras enligt {facts.reference}.")
    for counts, one, several in (
        (facts.without_fate, "blad har inget öde", "blad har inget öde"),
        (facts.not_entered, "blad är inte helt infört", "blad är inte helt införda"),
        (
            facts.kept,
            "blad är sparat på papper: förstör det först",
            "blad är sparade på papper: förstör dem först",
        ),
        (facts.waiting, "skannad sida väntar", "skannade sidor väntar"),
    ):
        found += [f"{unit}: {count} {one if count == 1 else several}." for unit, count in counts]
    return found


UNTOLD = "untold"
"""Kept with a step beside what is COUNTED: of how many patients not all knew of the discharge when it was taken."""


def untold_in(undone: Collection[OpenThing]) -> int:
    return len({thing.key.split(":")[1] for thing in undone if thing.what is Holds.DISCHARGE})


def check_undone(undone: Collection[OpenThing], *, anyway: bool) -> None:
    """Raises RuleError where somebody has not been told of a discharge and nobody said that it is purged `anyway`."""
    if untold_in(undone) and not anyway:
        raise RuleError("Kryssa för, eller låt enheten ringa först.", field="anyway")


@dataclass(frozen=True, slots=True)
class LastStep:
    """The last step of a purge, by whom (None for the server), and the day it is to be done."""

    kind: PurgeStepKind
    by: int | None
    on: date | None


def check_propose(last: LastStep | None, reasons: Sequence[str], *, on: date, today: date) -> None:
    """Raises RuleError where it may not be proposed for the day `on`, in Stockholm."""
    if last is not None and last.kind in UNDER_WAY:
        raise RuleError(f"Gallringen är redan {last.kind.label.lower()}.")
    if reasons:
        raise RuleError(" ".join(reasons))
    if on < today + AT_LEAST:
        raise RuleError("Välj tidigast i morgon: en annan person ska hinna stoppa gallringen.", field="on")
    check_year(on, (today.year, today.year + MOST_YEARS_AHEAD), "on")


def check_confirm(last: LastStep | None, reasons: Sequence[str], *, by: int, today: date) -> None:
    """Raises RuleError where `by` may not confirm it: whoever proposed it does not."""
    if last is None or last.kind is not PurgeStepKind.PROPOSED or last.on is None:
        raise RuleError("Det finns ingen föreslagen gallring att bekräfta.")
    if last.by == by:
        raise RuleError("Du har själv föreslagit gallringen. En annan person bekräftar den.")
    if last.on < today:
        raise RuleError("Dagen för gallringen har gått. Ta tillbaka den och föreslå en ny dag.")
    if reasons:
        raise RuleError(" ".join(reasons))


def check_withdraw(last: LastStep | None, reason: str, *, begun: bool) -> None:
    """Raises RuleError where there is nothing to stop, where it was `begun` and some of it is gone, or no reason."""
    if last is None or last.kind not in UNDER_WAY:
        raise RuleError("Det finns ingen gallring att ta tillbaka.")
    if begun:
        raise RuleError("Gallringen har börjat och görs klar av servern. Den går inte att ta tillbaka.")
    if not reason.strip():
        raise RuleError("Skriv varför.", field="reason")


def is_due(last: LastStep | None, *, today: date) -> bool:
    return (
        last is not None and last.kind is PurgeStepKind.CONFIRMED and last.on is not None and last.on <= today
    )


def differing(then: Mapping[str, int], now: Mapping[str, int]) -> str:
    """The sentence that says what has changed since it was proposed; empty where nothing has."""
    found = [
        f"{label.lower()} {then[key]} då, {now.get(key, 0)} nu"
        for key, label in COUNTED.items()
        # What was not counted yet when it was proposed says nothing.
        if key in then and then[key] != now.get(key, 0)
    ]
    return f"Ändrat sedan gallringen föreslogs: {', '.join(found)}." if found else ""
