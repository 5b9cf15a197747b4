"""The errors a rule or a service gives when it says no. Their text is Swedish and meant for the reader."""


class RuleError(Exception):
    """A rule said no. `reason` is a Swedish sentence; `field` names the form field it belongs beside, if any."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class NotAllowed(RuleError):
    """The acting person has no right to do this here."""


class IdClash(RuleError):
    """A client-made id came back with other content: both are kept, neither is overwritten."""
