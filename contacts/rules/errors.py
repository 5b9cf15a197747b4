"""The errors a rule or a service gives when it says no. Their text is Swedish and meant for the reader."""

from collections.abc import Sequence


class RuleError(Exception):
    """A rule said no. `reason` is a Swedish sentence; `field` names the form field it belongs beside, if any."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class NotAllowed(RuleError):
    """The acting person has no right to do this here."""


class Question(RuleError):
    """A rule can not say yes or no before somebody has answered.

    `key` names the question (a–z, 0–9, _ and -), `sentence` is it in Swedish, `choices` its answers as value and
    label. Whoever raises it takes the answer as `answers[key]`, and asks again where that is none of the values.
    `links` lead to what it is about, each a label, the name of an address and its argument; `warning` says what must
    not be overlooked.
    """

    def __init__(
        self,
        key: str,
        sentence: str,
        choices: Sequence[tuple[str, str]],
        links: Sequence[tuple[str, str, str]] = (),
        warning: str = "",
    ) -> None:
        super().__init__(sentence)
        self.key = key
        self.sentence = sentence
        self.choices = tuple(choices)
        self.links = tuple(links)
        self.warning = warning


class IdClash(RuleError):
    """A client-made id came back with other content: both are kept, neither is overwritten."""
