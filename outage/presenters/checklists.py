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
    key: str
    text: str
    clause: str
    done: bool
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChecklistCard:
    """`why_not` is the Swedish reason it cannot be ticked, if any."""

    key: str
    title: str
    items: tuple[ItemLine, ...]
    why_not: str = ""

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def done(self) -> int:
        return sum(item.done for item in self.items)

    @property
    def may_tick(self) -> bool:
        return not self.why_not

    @property
    def complete(self) -> bool:
        return self.done == self.total

    @property
    def next_item(self) -> ItemLine | None:
        return next((item for item in self.items if not item.done), None)

    def item(self, key: str) -> ItemLine | None:
        return next((item for item in self.items if item.key == key), None)


def checklist_cards(acting: Acting, outage: Outage | None) -> list[ChecklistCard]:
    """One card for each checklist of the acting unit, as it stands in `outage`. One query at most."""
    made = ticks(outage, acting.unit) if outage else {}
    found = checklists_for(acting.unit, routine_of(outage))
    return [card_of(checklist, made, _why_not(acting, outage, checklist)) for checklist in found]


def checklist_card(acting: Acting, outage: Outage | None, key: str) -> ChecklistCard | None:
    """None when the acting unit has no checklist of that key."""
    return next((card for card in checklist_cards(acting, outage) if card.key == key), None)


def _why_not(acting: Acting, outage: Outage | None, checklist: Checklist) -> str:
    try:
        check_tickable(outage, checklist)
    except RuleError as error:
        return error.reason
    return "" if can(acting, Right.TICK_CHECKLIST) else "Din roll får inte bocka av checklistor."


def card_of(checklist: Checklist, made: Ticks, why_not: str = "") -> ChecklistCard:
    found = [(item, made.get((checklist.key, item.key))) for item in checklist.items]
    lines = tuple(
        ItemLine(item.key, item.text, item.clause, tick.done, tick.user.full_name, tick.at)
        if tick
        else ItemLine(item.key, item.text, item.clause, done=False)
        for item, tick in found
    )
    return ChecklistCard(checklist.key, checklist.title, lines, why_not)
