"""What keeps a unit from being joined into another: said by the apps above, which know what it takes part in."""

from collections.abc import Callable

from contacts.models import Unit
from contacts.rules.errors import RuleError

Tie = Callable[[Unit], str]
_ties: list[Tie] = []


def tie_units_by(tie: Tie) -> None:
    """Let `tie` say, as a Swedish sentence, what keeps a unit where it is; "" for nothing. For apps that get ready."""
    if tie not in _ties:
        _ties.append(tie)


def check_untied(unit: Unit) -> None:
    """Raise RuleError with the first sentence that keeps the unit where it is."""
    for tie in _ties:
        if why := tie(unit):
            raise RuleError(why, field="to")
