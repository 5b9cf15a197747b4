"""The errors a rule or a service raises when it refuses. Their text is Swedish and meant for the reader."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

CHANGED_MEANWHILE = "Det har ändrats sedan du öppnade sidan. Inget är sparat än."


class RuleError(Exception):
    """A rule refused. `reason` is a Swedish sentence; `field` names the form field it belongs beside, if any."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class NotAllowed(RuleError):
    """The acting person has no right to do this here."""


class NotYours(NotAllowed):
    """What it is about lies outside the acting person's border; the reason says no more than of what is not there."""

    def __init__(self) -> None:
        super().__init__("Det finns inte, eller hör till en annan enhet eller huvudman.")


class Answers(dict[str, str]):
    """What was answered in a form, by the question's key; `asked` has what was `told` that each is an answer to."""

    def __init__(self, given: Mapping[str, str], asked: Mapping[str, str]) -> None:
        super().__init__(given)
        self.asked = asked


class Question(RuleError):
    """A rule cannot decide before somebody has answered.

    `key` names the question (a–z, 0–9, _ and -), `sentence` is it in Swedish, `choices` its answers as value and
    label. `links` lead to what it is about, each a label, the name of an address and its argument; `warning` says
    what must not be overlooked. `rows` are what it is about, one by one, each as a link, or with "" for its address.
    """

    def __init__(
        self,
        key: str,
        sentence: str,
        choices: Sequence[tuple[str, str]],
        links: Sequence[tuple[str, str, str]] = (),
        warning: str = "",
        rows: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        self.told = "\n".join((sentence, *(row[0] for row in rows)))
        super().__init__(self.told)
        self.key = key
        self.sentence = sentence
        self.choices = tuple(choices)
        self.links = tuple(links)
        self.warning = warning
        self.rows = tuple(rows)

    def settled(self, answers: Mapping[str, str]) -> str:
        """The answer. Raises the question where there is none, or one to another question than this."""
        asked = answers.asked.get(self.key) if isinstance(answers, Answers) else self.told
        if answers.get(self.key) not in dict(self.choices) or asked != self.told:
            raise self
        return answers[self.key]


class IdClash(RuleError):
    """A client-made id came back with other content: both are kept, neither is overwritten.

    `first` is that id where the same form of the same person was saved under it, at the aware moment `at`.
    """

    def __init__(
        self, reason: str, *, field: str | None = None, first: UUID | None = None, at: datetime | None = None
    ) -> None:
        super().__init__(reason, field=field)
        self.first = first
        self.at = at
