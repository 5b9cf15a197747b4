"""What the content file of the work lists says: their columns' headings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contacts.rules.labelled import Labelled
from forms.rules.spec import SpecHead


class WorkList(Labelled):
    """A list that a ward works from. The value stands in its address."""

    CALLS = "att-ringa", "Att ringa nu"
    TASKS = "att-registrera", "Att registrera"
    CHAINS = "vardkedjor", "Vårdkedjor"
    OVERVIEW = "lagesbild", "Lägesbild"
    SHIFT = "overlamning", "Överlämning"

    @property
    def names_patients(self) -> bool:
        """Lägesbild has numbers of chains and no more."""
        return self is not WorkList.OVERVIEW

    @property
    def says_what_is_left(self) -> bool:
        """Of the one outage that it is printed for."""
        return self in (WorkList.OVERVIEW, WorkList.TASKS)


# How many columns each list fills, the last of them by hand.
COLUMNS: dict[WorkList, int] = {
    WorkList.CALLS: 6,
    WorkList.TASKS: 5,
    WorkList.CHAINS: 6,
    WorkList.OVERVIEW: 6,
    WorkList.SHIFT: 6,
}


@dataclass(frozen=True, slots=True)
class ListSpec:
    """One list. `empty` stands there when it is so, `boxes` are to tick in each row's last column."""

    list: WorkList
    headings: tuple[str, ...]
    empty: str
    boxes: tuple[str, ...] = ()

    @property
    def to_tick(self) -> bool:
        return self.list not in (WorkList.CHAINS, WorkList.OVERVIEW)

    @property
    def title(self) -> str:
        return self.list.label


@dataclass(frozen=True, slots=True)
class WorkListSpec(SpecHead):
    """The lists that are printed as sheets. As many rows as the page holds follow: `more_rows` at least, or none."""

    lists: tuple[ListSpec, ...]
    more_rows: int

    def of(self, which: WorkList) -> ListSpec:
        return next(one for one in self.lists if one.list is which)


def list_faults(lists: Sequence[ListSpec]) -> list[str]:
    """What is wrong with the lists, an English line for each: every one stands once, with all its headings."""
    counted = Counter(one.list for one in lists)
    return [
        *(f"{which} stands twice; keep one" for which, times in counted.items() if times > 1),
        *(f"{which} is missing; add it" for which in WorkList if which not in counted),
        *(
            f"{one.list} has {len(one.headings)} headings; write {COLUMNS[one.list]}"
            for one in lists
            if len(one.headings) != COLUMNS[one.list]
        ),
    ]
