"""Two contacts or two units side by side, before they are joined and while they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.models import DirectoryEntry, Unit
from contacts.queries.joined import kinds_of, said_by
from contacts.rules.errors import RuleError
from contacts.rules.hours_text import hours_words
from contacts.rules.joining import Part, Pick, both_numbers, joined_kinds, picks, preset
from contacts.rules.phone import Phone, display

from .advanced import kinds_in_words
from .keeping import NOTHING


@dataclass(frozen=True, slots=True)
class JoinLine:
    """One thing that two contacts say, in words; `choices` are what can stand, `preset` what stands unless chosen."""

    part: Part
    kept: str
    other: str
    choices: tuple[tuple[Pick, str], ...]
    preset: Pick


@dataclass(frozen=True, slots=True)
class UnitLine:
    label: str
    kept: str
    other: str
    after: str


def join_lines(kept: DirectoryEntry, other: DirectoryEntry) -> tuple[JoinLine, ...]:
    """Every part in which either says anything."""
    told, tolds = said_by(kept), said_by(other)
    lines = []
    for part in Part:
        one, two = _words(kept, part), _words(other, part)
        words = {Pick.KEPT: one or NOTHING, Pick.OTHER: two or NOTHING}
        if part is Part.NUMBERS:
            words[Pick.BOTH] = (
                f"{Pick.BOTH.label}: {_numbers(both_numbers(kept.phones, other.phones)) or NOTHING}"
            )
        choices = tuple((pick, words[pick]) for pick in picks(part, told, tolds))
        if one or two:
            lines.append(
                JoinLine(part, words[Pick.KEPT], words[Pick.OTHER], choices, preset(part, told, tolds))
            )
    return tuple(lines)


def _words(entry: DirectoryEntry, part: Part) -> str:
    if part is Part.KIND:
        return str(entry.get_kind_display())
    if part is Part.UNIT:
        return entry.unit.name if entry.unit else ""
    if part is Part.NUMBERS:
        return _numbers(entry.phones)
    if part is Part.HOURS:
        return hours_words(entry.hours)
    return str(getattr(entry, part.value))


def _numbers(phones: Sequence[Phone]) -> str:
    return ", ".join(f"{phone.kind.label.lower()} {display(phone.number)}" for phone in phones)


def unit_lines(kept: Unit, other: Unit, turns: tuple[int, int]) -> tuple[UnitLine, ...]:
    """What two units, read with `people` and `contacts`, say and have; `turns` are how many turns each has to come."""
    try:
        kinds = joined_kinds(kinds_of(kept), kinds_of(other))
    except RuleError:
        # The page says why.
        kinds = kinds_of(kept)
    after = Unit(ward_kind=kinds.ward, outpatient_kind=kinds.outpatient, municipal_kind=kinds.municipal)
    counted = (
        ("Kontakter", kept.contacts, other.contacts),  # type: ignore[attr-defined]
        ("Jourpass framåt", *turns),
    )
    return (
        UnitLine("Namn", kept.name, other.name, kept.name),
        UnitLine("Slag", kind_words(kept), kind_words(other), kind_words(after)),
        UnitLine(
            "HSA-id", kept.hsa_id or NOTHING, other.hsa_id or NOTHING, kept.hsa_id or other.hsa_id or NOTHING
        ),
        UnitLine(
            "Personer",
            str(kept.people),  # type: ignore[attr-defined]
            str(other.people),  # type: ignore[attr-defined]
            "Alla, med samma roll som förut",
        ),
        *(UnitLine(label, str(one), str(two), str(one + two)) for label, one, two in counted),
    )


def kind_words(unit: Unit) -> str:
    return "; ".join(kinds_in_words(unit)) or "Annan"


def left_words(stands: Sequence[str]) -> str:
    """What an undo left as it is because somebody has changed it since, in words; "" for nothing."""
    labels = [Part(part).label.lower() for part in stands]
    return f" Ändrat sedan dess och står kvar: {', '.join(labels)}." if labels else ""


def left_of_unit(name: str, stands: dict[str, int]) -> str:
    """What an undo of two units left at the one kept, in words; "" for nothing."""
    told = {"facts": "uppgifter om enheten", "entries": "kontakter", "turns": "jourpass"}
    left = [f"{words} ({stands[key]})" for key, words in told.items() if stands[key]]
    return f" Ändrat sedan dess och står kvar hos {name}: {', '.join(left)}." if left else ""
