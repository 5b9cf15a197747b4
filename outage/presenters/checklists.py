"""Checklists as the pages show them."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting, can
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from outage.models import Outage
from outage.queries.checklists import Ticks, check_tickable, checklists_for, routine_of, ticks
from outage.rules.checklist import Checklist


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item: its sentence and clause, whether it is done, and who ticked or unticked it last, and when."""

    key: str
    text: str
    clause: str
    done: bool
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChecklistCard:
    """One checklist with its progress. `why_not` is the Swedish reason it can not be ticked, if any."""

    key: str
    title: str
    items: tuple[ItemLine, ...]
    why_not: str = ""

    @property
    def total(self) -> int:
        """How many items there are."""
        return len(self.items)

    @property
    def done(self) -> int:
        """How many of them are ticked."""
        return sum(item.done for item in self.items)

    @property
    def may_tick(self) -> bool:
        """Tell whether the items have live buttons."""
        return not self.why_not

    @property
    def complete(self) -> bool:
        """Tell whether every item is ticked."""
        return self.done == self.total

    @property
    def next_item(self) -> ItemLine | None:
        """Give the first item not ticked, or None when all are."""
        return next((item for item in self.items if not item.done), None)

    def item(self, key: str) -> ItemLine | None:
        """Give the item of that key, or None."""
        return next((item for item in self.items if item.key == key), None)


def checklist_cards(acting: Acting, outage: Outage | None) -> list[ChecklistCard]:
    """Give a card for each checklist of the acting unit, as it stands in `outage`. One query at most."""
    made = ticks(outage, acting.unit) if outage else {}
    found = checklists_for(acting.unit, routine_of(outage))
    return [card_of(checklist, made, _why_not(acting, outage, checklist)) for checklist in found]


def checklist_card(acting: Acting, outage: Outage | None, key: str) -> ChecklistCard | None:
    """Give the card of the acting unit's checklist `key`, or None when the unit has no such checklist."""
    return next((card for card in checklist_cards(acting, outage) if card.key == key), None)


def _why_not(acting: Acting, outage: Outage | None, checklist: Checklist) -> str:
    try:
        check_tickable(outage, checklist)
    except RuleError as error:
        return error.reason
    return "" if can(acting, Right.TICK_CHECKLIST) else "Din roll får inte bocka av checklistor."


def card_of(checklist: Checklist, made: Ticks, why_not: str = "") -> ChecklistCard:
    """A checklist as it is ticked by what was `made`."""
    lines = []
    for item in checklist.items:
        tick = made.get((checklist.key, item.key))
        lines.append(
            ItemLine(
                key=item.key,
                text=item.text,
                clause=item.clause,
                done=tick.done if tick else False,
                who=tick.user.full_name if tick else "",
                at=tick.at if tick else None,
            )
        )
    return ChecklistCard(checklist.key, checklist.title, tuple(lines), why_not)
