"""What is wrong with a call, field by field."""

from collections.abc import Mapping

from contacts.rules.errors import RuleError


class CallErrors(RuleError):
    """A call lacks something. `fields` maps each form field to its Swedish sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(next(iter(fields.values())))
        self.fields = dict(fields)
