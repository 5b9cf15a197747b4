"""What is asked about a message before it is logged: whether it is what it is called, and whether nobody takes part."""

from collections.abc import Mapping
from typing import Any

from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party

from .routine import PARTICULAR_LABELS, Routine
from .wording import lower_first

_FILL_IN = "fill_in"
_INSTEAD = "instead"
_NOBODY = "nobody"


def settle_message(
    routine: Routine,
    kind: str,
    sender: Party,
    particulars: Mapping[str, Any],
    answers: Mapping[str, str],
    *,
    alone: bool = False,
) -> str:
    """The kind that a message is to be logged as, by what is said of it and what was answered.

    Raise Question where an answer is missing, RuleError beside the field (`p-<kind>-<sender>-<particular>`, of a
    message that has a form `alone` `p-<particular>`) where the answer is to fill it in and it is still empty.
    """
    field = "p-" if alone else f"p-{kind}-{sender.value}-"
    need = routine.message(kind).needs
    if need and not particulars.get(need.particular):
        question = Question(
            f"{need.particular}-{kind}",
            f"{need.sentence} Ska det loggas så?",
            [
                (_INSTEAD, f"Ja, logga som {lower_first(routine.label(need.instead))}"),
                (_FILL_IN, f"Nej, jag fyller i {lower_first(PARTICULAR_LABELS[need.particular])}"),
            ],
        )
        if question.settled(answers) == _FILL_IN:
            raise _empty(field, need.particular)
        kind = need.instead
    sending = routine.message(kind).sending(sender)
    if sending and sending.without_participants and not particulars.get("participants"):
        question = Question(
            f"participants-{kind}",
            sending.without_participants,
            [(_NOBODY, "Ja, ingen mer ska delta"), (_FILL_IN, "Nej, jag fyller i vilka som ska delta")],
        )
        if question.settled(answers) == _FILL_IN:
            raise _empty(field, "participants")
    return kind


def _empty(field: str, particular: str) -> RuleError:
    return RuleError(f"Fyll i {lower_first(PARTICULAR_LABELS[particular])}.", field=f"{field}{particular}")
