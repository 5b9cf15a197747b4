"""What the content file of the binder says: the routine under headings, what to do with paper, which blank sheets."""

from collections import Counter
from dataclasses import dataclass

from forms.rules.batch import BLANK, LARGEST
from forms.rules.spec import SpecHead
from outage.rules.routine import Clause, Routine


@dataclass(frozen=True, slots=True)
class RoutineSection:
    """Clauses of the routine under a heading."""

    heading: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class PaperStep:
    """One thing to do with paper, and the clause it comes from (may be empty)."""

    text: str
    clause: Clause = ""


@dataclass(frozen=True, slots=True)
class PaperSection:
    heading: str
    steps: tuple[PaperStep, ...]


@dataclass(frozen=True, slots=True)
class BlankCount:
    """How many blank sheets of one kind stand in the binder."""

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

    def sections_for(self, routine: Routine) -> tuple[RoutineSection, ...]:
        """The routine in short: under the file's headings for its own routine, else all clauses as they come."""
        if routine.id == self.routine:
            return self.routine_sections
        return (RoutineSection(self.other_heading, tuple(routine.clauses)),)

    @property
    def sheets(self) -> int:
        """Of all kinds together."""
        return sum(blank.count for blank in self.blanks)


def routine_faults(sections: tuple[RoutineSection, ...], routine: Routine) -> list[str]:
    """What is wrong with the routine in short, an English line for each: every clause stands once."""
    counted = Counter(clause for section in sections for clause in section.clauses)
    return [
        *(f"{clause} stands twice; keep one" for clause, times in counted.items() if times > 1),
        *(f"{clause} is missing; add it" for clause in routine.clauses if clause not in counted),
    ]


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
