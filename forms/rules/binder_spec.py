"""What the content file of the binder says: the routine under headings, what to do with paper, which blank sheets."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from forms.rules.batch import BLANK, LARGEST
from forms.rules.spec import SpecHead
from outage.rules.routine import Clause, Routine


@dataclass(frozen=True, slots=True)
class RoutineSection:
    """A heading over the clauses of the routine from `first` on, to the next heading's first."""

    heading: str
    first: Clause


@dataclass(frozen=True, slots=True)
class PaperStep:
    text: str
    clause: Clause = ""


@dataclass(frozen=True, slots=True)
class PaperSection:
    heading: str
    steps: tuple[PaperStep, ...]


@dataclass(frozen=True, slots=True)
class BlankCount:
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class BinderSpec(SpecHead):
    """`routine_sections` are made for the routine named; another one is printed in full under `other_heading`."""

    contents_heading: str
    routine_heading: str
    other_heading: str
    paper_heading: str
    blanks_heading: str
    blanks_advice: str
    routine_sections: tuple[RoutineSection, ...]
    paper: tuple[PaperSection, ...]
    blanks: tuple[BlankCount, ...]

    def sections_for(self, routine: Routine) -> list[tuple[str, tuple[str, ...]]]:
        """The routine in short, as headings with their clauses: the file's headings for its own routine, else one."""
        clauses = tuple(routine.clauses)
        if routine.id != self.routine:
            return [(self.other_heading, clauses)]
        starts = [clauses.index(section.first) for section in self.routine_sections]
        ends = [*starts[1:], len(clauses)]
        return [
            (section.heading, clauses[start:end])
            for section, start, end in zip(self.routine_sections, starts, ends, strict=True)
        ]

    @property
    def sheets(self) -> int:
        return sum(blank.count for blank in self.blanks)


def routine_faults(sections: tuple[RoutineSection, ...], routine: Routine) -> list[str]:
    """What is wrong with the routine in short, an English line for each: no clause is left out or stands twice."""
    clauses = tuple(routine.clauses)
    faults = [
        f"{after.first} does not come after {before.first} in the routine; change their order"
        for before, after in pairwise(sections)
        if clauses.index(after.first) <= clauses.index(before.first)
    ]
    if sections[0].first != clauses[0]:
        faults.append(f"{clauses[0]} is left out; begin with it")
    return faults


def blank_faults(blanks: tuple[BlankCount, ...]) -> list[str]:
    """What is wrong with the blank sheets, an English line for each: known kinds, each once, not too many."""
    counted = Counter(blank.kind for blank in blanks)
    return [
        *(
            f"{kind!r} is not issued blank; use one of {', '.join(BLANK)}"
            for kind in counted
            if kind not in BLANK
        ),
        *(f"{kind} stands twice; keep one" for kind, times in counted.items() if times > 1),
        *(f"{blank.kind}: write at most {LARGEST}" for blank in blanks if blank.count > LARGEST),
    ]
