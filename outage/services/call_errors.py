"""What is wrong with a call, field by field."""

from collections.abc import Mapping

from contacts.rules.errors import RuleError


class CallErrors(RuleError):
    """`fields` maps each form field that is wrong to its Swedish sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(next(iter(fields.values())))
        self.fields = dict(fields)
