"""What a file that cannot be taken in is refused with."""

from typing import Generic, TypeVar

from contacts.rules.errors import RuleError

Plan = TypeVar("Plan")


class BadTable(RuleError):
    """The file is no table we read, or it goes past a limit. The reason says what to do instead."""


class PlanChanged(RuleError, Generic[Plan]):
    """The file would do something else than was shown; `plan` is what it would do now. Nothing is written."""

    def __init__(self, reason: str, plan: Plan) -> None:
        super().__init__(reason)
        self.plan = plan
