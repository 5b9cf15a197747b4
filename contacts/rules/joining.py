"""Two contacts or two units that are one: when they can be joined, what then holds, and what an undo restores."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .entry_facts import LABELS
from .errors import RuleError
from .hours import Availability, Hours
from .labelled import Labelled
from .parties import OutpatientKind, WardKind
from .phone import Phone, digits, same_number


class Part(Labelled):
    """What two contacts can say differently, each chosen as a whole."""

    KIND = "kind", LABELS["kind"]
    NAME = "name", LABELS["name"]
    TITLE = "title", LABELS["title"]
    DEPARTMENT = "department", LABELS["department"]
    UNIT = "unit", LABELS["unit"]
    NUMBERS = "numbers", LABELS["phones"]
    HOURS = "hours", LABELS["hours"]
    REMARK = "remark", LABELS["remark"]
    OWNER = "owner", LABELS["owner"]
    SOURCE = "source", LABELS["source"]


class Pick(Labelled):
    KEPT = "kept", "Som den som står kvar"
    OTHER = "other", "Som den som går ur bruk"
    BOTH = "both", "Båda"


Said = Mapping[Part, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two rows to be joined. `joined_into` is the name of the one it is part of; `holds`: others are of it."""

    pk: int
    name: str
    in_use: bool
    joined_into: str = ""
    holds: bool = False


class AlreadyJoined(RuleError):
    """One of the two is part of another by now."""


def check_pair(kept: Side, other: Side, *, word: str) -> None:
    """Raises RuleError where `other` cannot become part of `kept`; `word` is what they are, in Swedish: "kontakt"."""
    if kept.pk == other.pk:
        raise RuleError(f"Välj en annan {word}.", field="to")
    for side in (other, kept):
        if side.joined_into:
            raise AlreadyJoined(f"{side.name} är redan sammanförd med {side.joined_into}.", field="to")
    for side in (kept, other):
        if not side.in_use:
            raise RuleError(f"{side.name} är inte i bruk. Ta den i bruk först.", field="to")
    if other.holds:
        # One step from any old name to what stands: an undo is then always of two.
        raise RuleError(
            f"Andra är sammanförda med {other.name}. Sammanför tvärtom: behåll {other.name}.", field="to"
        )


def is_empty(value: object) -> bool:
    """Whether a contact says nothing there; hours that nobody knows say nothing."""
    if isinstance(value, Hours):
        return value.availability is Availability.UNKNOWN
    return value in (None, "", ())


def preset(part: Part, kept: Said, other: Said) -> Pick:
    """Whose word stands unless somebody chooses: the kept one's, the other's where that says nothing, all numbers."""
    if part is Part.NUMBERS:
        return Pick.BOTH
    return Pick.OTHER if is_empty(kept[part]) and not is_empty(other[part]) else Pick.KEPT


def picks(part: Part, kept: Said, other: Said) -> tuple[Pick, ...]:
    """What there is to choose; nothing where both say the same."""
    if kept[part] == other[part]:
        return ()
    return (Pick.BOTH, Pick.KEPT, Pick.OTHER) if part is Part.NUMBERS else (Pick.KEPT, Pick.OTHER)


def joined(kept: Said, other: Said, chosen: Mapping[Part, Pick]) -> dict[Part, Any]:
    """What the kept contact says afterwards; of what nobody chose what is preset."""
    told: dict[Part, Any] = {}
    for part in Part:
        there = picks(part, kept, other)
        pick = chosen.get(part, preset(part, kept, other)) if there else Pick.KEPT
        if there and pick not in there:
            raise RuleError("Välj ett av svaren.", field=part.value)
        if pick is Pick.BOTH:
            told[part] = both_numbers(kept[part], other[part])
        else:
            told[part] = (other if pick is Pick.OTHER else kept)[part]
    return told


def both_numbers(kept: Sequence[Phone], other: Sequence[Phone]) -> tuple[Phone, ...]:
    """Both lists in their order, no number twice: the first spelling and use of it stands."""
    found: list[Phone] = []
    for phone in (*kept, *other):
        if not any(same_number(phone.number, had.number) or phone.number == had.number for had in found):
            found.append(phone)
    return tuple(found)


def flags_after(
    numbers: Sequence[Phone], kept: Collection[str], other: Collection[str], confirmed: Collection[str]
) -> list[str]:
    """The digits of the numbers that do not work, of those that stand afterwards.

    The flags of both follow; not one of the other's for a number that the kept one has had `confirmed` since.
    """
    standing = {*kept, *(flag for flag in other if flag not in confirmed)}
    own = dict.fromkeys(digits(phone.number) for phone in numbers)
    return [number for number in own if number in standing]


def flags_back(
    numbers: Sequence[Phone], had: Collection[str], after: Collection[str], now: Collection[str]
) -> list[str]:
    """The flags of a contact that comes back: those it `had`, but for what was cleared since, and those set since.

    `after` are the flags of the kept one when they were joined, `now` those of today.
    """
    cleared = set(after) - set(now)
    own = dict.fromkeys(digits(phone.number) for phone in numbers)
    since = set(now) - set(after)
    return [number for number in own if (number in had and number not in cleared) or number in since]


def given_back(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: Mapping[str, Any],
    groups: Sequence[Sequence[str]],
) -> tuple[dict[str, Any], list[Sequence[str]]]:
    """What an undo writes, by column, and the `groups` of columns that somebody has changed since the join.

    A group is one thing that is said; it is given back as a whole or stands as it is.
    """
    back: dict[str, Any] = {}
    stands: list[Sequence[str]] = []
    for group in groups:
        written = [name for name in group if name in after and before[name] != after[name]]
        if not written:
            continue
        if all(now[name] == after[name] for name in group if name in after):
            back |= {name: before[name] for name in written}
        else:
            stands.append(group)
    return back, stands


@dataclass(frozen=True, slots=True)
class UnitKinds:
    """The kinds of a unit, "" for none of a sort."""

    ward: str = ""
    outpatient: str = ""
    municipal: str = ""


def joined_kinds(kept: UnitKinds, other: UnitKinds) -> UnitKinds:
    """The kinds of a unit that two become: a ward and a hälsocentral are a sjukstuga.

    Raise RuleError where they are of different kinds: in a municipality social services and hemsjukvård are separate,
    and so are psychiatric care and other care in the region.
    """
    if kept.municipal and other.municipal and kept.municipal != other.municipal:
        raise RuleError(
            "Biståndshandläggning och hemsjukvård är skilda verksamheter och sammanförs inte.", field="to"
        )
    pairs = ((kept.ward, other.ward), (kept.outpatient, other.outpatient))
    psychiatric = {
        kind in (WardKind.PSYCHIATRIC, OutpatientKind.PSYCHIATRIC_OUTPATIENT)
        for pair in pairs
        for kind in pair
        if kind
    }
    if len(psychiatric) > 1:
        raise RuleError("Psykiatri och annan vård sammanförs inte.", field="to")
    return UnitKinds(
        kept.ward or other.ward, kept.outpatient or other.outpatient, kept.municipal or other.municipal
    )
