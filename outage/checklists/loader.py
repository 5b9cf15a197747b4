"""From content files to Checklists, checked in full before anything uses them."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from contacts.content.reader import Content, Faults
from contacts.rules.parties import Party, PrincipalKind
from outage.rules.checklist import Checklist, Item, Phase
from outage.rules.routine import Routine

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True, slots=True)
class _Phase:
    phase: Phase
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _File:
    party: Party
    checklists: tuple[_Phase, ...]
    psychiatric: bool | None = None


@lru_cache(maxsize=16)
def all_checklists(routine: Routine) -> tuple[Checklist, ...]:
    """Every checklist in the words of `routine`, by file and phase; ContentError for a bad file."""
    return tuple(
        checklist for path in sorted(CONTENT.glob("*.toml")) for checklist in load_checklists(path, routine)
    )


def load_checklists(path: Path, routine: Routine) -> tuple[Checklist, ...]:
    """Read one content file: one party's checklists, at most one for each phase, in the order of the phases.

    Raises ContentError naming file, key and remedy; every clause must stand in `routine`.
    """
    content = Content(path)
    content.words = _words(content.read(Party, "party"), routine)
    content.known = {"clauses": (routine.id, routine.clauses)}
    file = content.read(_File)
    content.refuse(check_checklists(file.checklists))
    return tuple(
        Checklist(f"{path.stem}-{one.phase}", file.party, one.phase, one.title, one.items, file.psychiatric)
        for one in sorted(file.checklists, key=lambda one: list(Phase).index(one.phase))
    )


def check_checklists(checklists: tuple[_Phase, ...]) -> Faults:
    """Each phase stands once, and each key once in its checklist."""
    phases = Counter[Phase]()
    for place, one in enumerate(checklists):
        phases[one.phase] += 1
        if phases[one.phase] > 1:
            yield (
                f"checklists[{place}].phase",
                f"{one.phase} stands twice; keep one checklist for each phase",
            )
        keys = [item.key for item in one.items]
        for item_place, key in enumerate(keys):
            if key in keys[:item_place]:
                yield (
                    f"checklists[{place}].items[{item_place}].key",
                    f"{key!r} stands twice; give each item a key of its own",
                )


def _words(party: Party, routine: Routine) -> dict[str, str]:
    kind = PrincipalKind.MUNICIPALITY if party is Party.MUNICIPALITY else PrincipalKind.REGION
    support = routine.support[kind]
    return {
        "system": routine.system,
        "break_point": f"{routine.limits.break_point:%H.%M}",
        "support": f"{support.name} {support.number}".strip(),
    }
