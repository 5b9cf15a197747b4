"""What is found wrong with the trace: what of which rows; neighbours with the same fault are one."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from contacts.rules.trail import Range


class Kind(Enum):
    """The words of one, and of several."""

    CHANGED = ("ändrad", "ändrade")
    REMOVED = ("borttagen", "borttagna")
    INSERTED = ("inskjuten", "inskjutna")
    CUT = ("avklippt svans", "avklippt svans")


class Noun(Enum):
    ROW = "Rad"
    SEAL = "Försegling"
    SET = "Patientmängd"
    CHECKPOINT = "Kontrollpunkt, rad"


@dataclass(frozen=True, slots=True)
class Fault:
    noun: Noun
    numbers: Range
    kind: Kind
    more: str = ""

    def __str__(self) -> str:
        first, last = self.numbers
        said = f"{self.noun.value} {first}" if first == last else f"{self.noun.value} {first}–{last}"
        return f"{said}: {self.kind.value[first != last]}{f' – {self.more}' if self.more else ''}."


@dataclass(slots=True)
class Faults:
    found: list[Fault] = field(default_factory=list)

    def add(self, noun: Noun, first: int, last: int, kind: Kind, more: str = "") -> None:
        fault = Fault(noun, (first, last), kind, more)
        if self.found:
            former = self.found[-1]
            if replace(fault, numbers=former.numbers) == former and former.numbers[1] == first - 1:
                self.found[-1] = replace(fault, numbers=(former.numbers[0], last))
                return
        self.found.append(fault)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)
