"""From content files to Checklists, checked in full before anything uses them."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from contacts.rules.parties import Party, PrincipalKind
from outage.routine.table import Table, read_toml
from outage.rules.checklist import Checklist, Item, Phase
from outage.rules.routine import Routine

CONTENT = Path(__file__).parent / "content"


@lru_cache(maxsize=16)
def all_checklists(routine: Routine) -> tuple[Checklist, ...]:
    """Give every checklist in the words of `routine`, by file and phase; RoutineError for a bad file."""
    return tuple(
        checklist for path in sorted(CONTENT.glob("*.toml")) for checklist in load_checklists(path, routine)
    )


def load_checklists(path: Path, routine: Routine) -> tuple[Checklist, ...]:
    """Read one content file: one party's checklists, at most one for each phase, in the order of the phases.

    Raises RoutineError naming file, key and remedy; every clause must stand in `routine`.
    """
    top = Table(path, "", read_toml(path), {})
    party = top.one_of("party", Party)
    top = top.with_words(_words(party, routine))
    psychiatric = top.flag("psychiatric") if "psychiatric" in top.names() else None
    found: dict[Phase, Checklist] = {}
    for table in top.tables("checklists"):
        phase = table.one_of("phase", Phase)
        if phase in found:
            raise table.error("phase", f"{phase} stands twice; keep one checklist for each phase")
        found[phase] = Checklist(
            key=f"{path.stem}-{phase}",
            party=party,
            phase=phase,
            title=table.text("title"),
            items=tuple(_items(table, routine)),
            psychiatric=psychiatric,
        )
    top.finish()
    return tuple(found[phase] for phase in Phase if phase in found)


def _items(checklist: Table, routine: Routine) -> Iterator[Item]:
    keys: set[str] = set()
    for table in checklist.tables("items"):
        item = Item(key=table.text("key"), text=table.text("text"), clause=table.text("clause"))
        if item.key in keys:
            raise table.error("key", f"{item.key!r} stands twice; give each item a key of its own")
        if item.clause not in routine.clauses:
            raise table.error(
                "clause", f"{item.clause!r} does not stand in {routine.id}; cite a clause that does"
            )
        keys.add(item.key)
        yield item


def _words(party: Party, routine: Routine) -> dict[str, str]:
    kind = PrincipalKind.MUNICIPALITY if party is Party.MUNICIPALITY else PrincipalKind.REGION
    support = routine.support[kind]
    return {
        "system": routine.system,
        "break_point": f"{routine.limits.break_point:%H.%M}",
        "support": f"{support.name} {support.number}".strip(),
    }
