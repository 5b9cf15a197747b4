"""What was said and done about one patient, as a clerk would keep it: the record that the second formulation reads.

Parties, places, kinds and outcomes are plain words. A call is kept as it now stands: corrected in its place, gone when
it was taken back. An event is kept with all it was before.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.routine_table import WHO_TELLS_WHOM

PARTIES = ("inpatient", "municipality", "outpatient")
# Who sends what to whom; what to öppenvård goes to whichever it is (R3.10).
TELLS = {
    (row.kind, str(row.sender)): tuple(party for party in PARTIES if party in row.tells)
    for row in WHO_TELLS_WHOM
}
# Which answer each message asks for (R3.6–R3.8).
ANSWERS = {"admission_reply": "admission", "municipality_ready": "ready_for_discharge"}
SIP = ("sip_initiative", "sip_invitation")
# A notice is told as a pair: what it says, and which change of the chain it came of.
RELEASES = ("not_yours", "no_longer_yours")
AT_HOME = "not_admitted"


def minute(at: datetime) -> datetime:
    """People say times by the minute."""
    return at.replace(second=0, microsecond=0)


@dataclass
class Version:
    """What was known of patient and places from `order` on. `changed` says for each party with another place why; `by`
    is the unit that said so.
    """

    id: str
    order: int
    at: datetime
    places: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)
    psychiatric: bool = False
    status: str = "ok"
    before: str = "not_admitted"
    changed: dict[str, str] = field(default_factory=dict)
    identity: str = ""
    number: str = ""
    patient: str = ""
    by: str = ""

    @property
    def person(self) -> tuple[str, str]:
        return self.number, " ".join(self.patient.split()).casefold()


@dataclass
class Row:
    """One wording of an event."""

    id: str
    order: int
    at: datetime
    kind: str
    sender: str
    participants: tuple[str, ...] = ()
    rightly: bool = False
    in_system: bool = False
    particulars: dict[str, Any] = field(default_factory=dict)
    # When it was logged; None where that does not matter.
    logged: datetime | None = None
    # The row that had taken the event back, before it stood again by this one.
    regained: str = ""

    @property
    def content(self) -> tuple[Any, ...]:
        said = sorted((name, str(value)) for name, value in self.particulars.items() if value)
        return minute(self.at), self.kind, self.participants, said


@dataclass
class Line:
    """One event with all its wordings, oldest first; `gone` is the row that took it back."""

    rows: list[Row]
    logged_by: str = ""
    gone: str = ""

    @property
    def now(self) -> Row:
        return self.rows[-1]

    @property
    def first(self) -> Row:
        return self.rows[0]

    @property
    def when(self) -> tuple[datetime, int]:
        return minute(self.now.at), self.first.order

    def wording(self, row_id: str) -> bool:
        return bool(row_id) and any(row_id in (row.id, row.regained) for row in self.rows)


@dataclass
class Call:
    """A call that stands. `told` has ids of wordings, of rows that took back, and notices as pairs."""

    id: str
    order: int
    at: datetime
    place: str
    outcome: str
    told: frozenset[Any]
    by: str = ""
    party: str = ""
    received: bool = False
    rang_from: str = ""
    # Which party a place was when it was rung.
    rung_as: str = ""

    @property
    def when(self) -> tuple[datetime, int]:
        return minute(self.at), self.order


@dataclass(repr=False)
class Record:
    """One patient's chain in the log of one principal. `own` are the keys of that principal's own places."""

    own: frozenset[str]
    parties: frozenset[str]
    opener: str = ""
    opener_parties: frozenset[str] = frozenset()
    versions: list[Version] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    # Lines that a tick which holds says are in the system, and the places whose principal is back there.
    entered: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Print the record as one reads it when a test fails."""
        printer.text(str(self))

    def __str__(self) -> str:
        rows: list[tuple[int, str]] = []
        for v in self.versions:
            said = f"{v.places} {v.status} {v.before} {v.changed} {v.identity}"
            rows.append((v.order, f"{v.at:%H.%M} {v.id} {said}"))
        for line in self.lines:
            for row in line.rows:
                said = f"{row.kind} from {row.sender} {row.participants or ''}{' rightly' * row.rightly}"
                rows.append(
                    (row.order, f"{row.at:%H.%M} {row.id} of {line.first.id}: {said} gone={line.gone}")
                )
        for c in self.calls:
            end = f"received at {c.by} from {c.party}" if c.received else f"to {c.place} by {c.by}"
            rows.append((c.order, f"{c.at:%H.%M} {c.id} {end} {c.outcome}: {set(c.told)}"))
        return "\n".join(["", *(f"{order} {text}" for order, text in sorted(rows))])

    @property
    def now(self) -> Version:
        return self.versions[-1]

    def ever_named(self) -> set[str]:
        return {place for version in self.versions for place in version.places.values()}

    def same(self, place: str) -> str:
        """One name for a place through all its spellings, and for a participant who is a place of the chain."""
        if place.startswith("participant:"):
            name = " ".join(place.removeprefix("participant:").split()).casefold()
            for version in reversed(self.versions):
                for party, spelled in version.names.items():
                    if " ".join(spelled.split()).casefold() == name and party in version.places:
                        return self.same(version.places[party])
            return f"participant:{name}"
        spellings = {place}
        for _ in self.versions:
            for former, later in zip(self.versions, self.versions[1:], strict=False):
                for party in PARTIES:
                    pair = {former.places.get(party, ""), later.places.get(party, "")}
                    if later.changed.get(party) == "same" and pair & spellings:
                        spellings |= pair - {""}
        return min(spellings)

    def party_place(self, party: str, version: Version | None = None) -> str:
        """Which place a party is; nothing where nobody knows."""
        place = (version or self.now).places.get(party, "")
        return self.same(place) if place else ""

    def party_of(self, place: str) -> str:
        """Which party a place is, or was last; nothing where it never was one."""
        for version in reversed(self.versions):
            for party in PARTIES:
                if place and self.party_place(party, version) == self.same(place):
                    return party
        return ""

    def places_now(self) -> set[str]:
        return {self.party_place(party) for party in PARTIES} - {"", AT_HOME}

    def sent_from(self, line: Line) -> str:
        """The place that sent it: of the unit that logged it, else the one that rang about it, else the one named."""
        party = line.first.sender
        ever = {version.places.get(party) for version in self.versions}
        towns = sorted(place for place in self.own if place.startswith("principal:"))
        rang = [c for c in self.calls if c.received and c.party == party and line.first.id in c.told]
        said = (line.logged_by, *towns, *(c.rang_from for c in sorted(rang, key=lambda c: c.when)[:1]))
        found = next(
            (place for place in said if place in ever), self.in_force(line.first.order).places.get(party)
        )
        return found or ""

    def named_at(self, party: str, at: datetime) -> str:
        """Which place a party was at a moment; where nobody knew yet, the one that was named first."""
        stood = [version for version in self.versions if minute(version.at) <= at] or self.versions[:1]
        later = self.versions[len(stood) :]
        return next((v.places[party] for v in (stood[-1], *later) if party in v.places), "")

    def ward_then(self, order: int) -> str:
        """Our ward whose patient it was when a row was written, as it was put right since; else our last one before."""
        stood = self.versions.index(self.in_force(order))
        wards = [version.places.get("inpatient", "") for version in self.versions]
        for place in range(stood + 1, len(wards)):
            how = self.versions[place].changed.get("inpatient", "")
            if how == "moved" or (not how and wards[place] != wards[place - 1]):
                break
            wards[stood] = wards[place]
        return next((ward for ward in reversed(wards[: stood + 1]) if ward in self.own), "")

    def in_force(self, order: int) -> Version:
        """The version that stood when the row of that order was written."""
        return [v for v in self.versions if v.order <= order][-1] if order else self.versions[0]
