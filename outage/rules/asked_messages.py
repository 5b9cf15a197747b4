"""What is asked before a message or a call is logged: whether it is so called, of this patient, at this time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party

from .clock import as_utc
from .routine import Particular, Routine
from .told import minute_of
from .wording import day, local_day, lower_first, moment

_FILL_IN = "fill_in"
_INSTEAD = "instead"
_NOBODY = "nobody"
_ANOTHER = "another"
_RIGHT = "right"
TOLD_HOLDS = "told:"

SIP_OFF, OFF = "sip-off", "off"

# What lies ahead of the message that tells of it.
AHEAD = {"preliminary_date", "sip_date"}


def settle_message(
    routine: Routine,
    kind: str,
    sender: Party,
    particulars: Mapping[str, Any],
    answers: Mapping[str, str],
    *,
    happened: datetime,
    alone: bool = False,
) -> str:
    """The kind that a message is to be logged as, by what is said of it and what was answered.

    `happened` is when the message was: a date that by its nature lies after it, and does not, is asked about. Raises
    Question where an answer is missing, RuleError beside the field (`p-<kind>-<sender>-<particular>`, of a message
    that has a form `alone` `p-<particular>`) where the answer is to fill it in and it is still empty.
    """
    field = "p-" if alone else f"p-{kind}-{sender.value}-"
    need = routine.message(kind).needs
    if need and not particulars.get(need.particular):
        question = Question(
            f"{need.particular}-{kind}",
            f"{need.sentence} Ska det loggas så?",
            [
                (_INSTEAD, f"Ja, logga som {lower_first(routine.label(need.instead))}"),
                (_FILL_IN, f"Nej, jag fyller i {lower_first(need.particular.label)}"),
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
            raise _empty(field, Particular.PARTICIPANTS)
    for name in sorted(AHEAD & particulars.keys()):
        on = date.fromisoformat(particulars[name]) if particulars[name] else None
        if on is None or on >= local_day(happened):
            continue
        label = Particular(name).label
        question = Question(
            f"past-{name}-{kind}",
            f"{label} är {day(on, happened)}, före meddelandet {day(happened, happened)}. Stämmer datumet?",
            [(_RIGHT, "Ja, datumet stämmer"), (_FILL_IN, "Nej, jag ändrar det")],
        )
        if question.settled(answers) == _FILL_IN:
            raise RuleError(f"Ändra {lower_first(label)}.", field=f"{field}{name}")
    return kind


def ask_if_wrong_patient(answers: Mapping[str, str]) -> None:
    """Raises Question where a chain that is logged on the wrong patient would get one more message: nothing of such a
    chain is entered, so it is about its patient again from then on.
    """
    Question(
        "wrong-patient",
        "Vårdkedjan är loggad på fel patient. Ska meddelandet loggas på den ändå?",
        [("ja", "Ja, det gäller den här patienten. Vårdkedjan pågår då igen")],
    ).settled(answers)


def ask_if_told_already(whom: str, at: datetime, by: str, now: datetime, answers: Mapping[str, str]) -> None:
    """Raises Question for a call that tells `whom` only what they were told by another, made `at` a moment."""
    Question(
        "told-already",
        f"{told_already(whom, at, by, now)} Är det här ett samtal till? Annars: avbryt utan att spara.",
        [("ja", "Ja, ett samtal till")],
    ).settled(answers)


def told_already(whom: str, at: datetime, by: str, now: datetime) -> str:
    return f"{whom} är redan underrättad, {moment(at, now)} av {by}."


def ask_if_before(called: datetime, happened: datetime, now: datetime, answers: Mapping[str, str]) -> None:
    """Raises Question for a call before the minute of what it tells of."""
    if as_utc(minute_of(happened)) > as_utc(called):
        Question(
            "before-event",
            f"Samtalet är {moment(called, now)}, före händelsen {moment(happened, now)}. Stämmer tiderna?",
            [("ja", "Ja, tiderna stämmer")],
        ).settled(answers)


def ask_as_whom(*, changed: str, then: str, now: str, answers: Mapping[str, str]) -> bool:
    """Whether the patient was spoken of as the form showed them, `then`, and not as they are called `now`. Raises
    Question where that is not said; `changed` is what happened meanwhile.
    """
    question = Question(
        "as-whom",
        f"{changed} medan du skrev. Formuläret visade {then}. Nu står {now}. Som vem talade ni om patienten?",
        [("then", f"Som formuläret visade: {then}"), ("now", f"Som det står nu: {now}")],
    )
    return question.settled(answers) == "then"


def ask_if_off(told_before: str, answers: Mapping[str, str]) -> bool:
    """Whether a meeting is off; Raises Question where one of its messages is taken back and another, `told_before`,
    stands: it may be that the new date was wrong.
    """
    question = Question(
        SIP_OFF,
        f"Tidigare är loggat: {told_before}. Gäller det igen, eller är mötet inställt?",
        [("stands", "Det gäller igen"), (OFF, "Mötet är inställt. Återta det också")],
    )
    return question.settled(answers) == OFF


def ask_which_wording(
    key: str, *, called: str, changed: str, then: str, now: str, answers: Mapping[str, str]
) -> bool:
    """Whether a call told of an event as it was `then`, before it was changed. Raises Question where that is not
    said.

    `now` is what the event says since, "" where it was taken back.
    """
    what = "rättat" if now else "återtaget"
    question = Question(
        key,
        f"Samtalet är {called}, och meddelandet är {what} {changed}. Vad sades i samtalet?",
        (
            ("then", f"Det som gällde då: {then}"),
            ("now", f"Det som gäller nu: {now}" if now else "Att det är återtaget"),
        ),
    )
    return question.settled(answers) == "then"


def ask_which_event(
    key: str,
    *,
    told: str,
    there: Sequence[tuple[str, str]],
    answers: Mapping[str, str],
    otherwise: Collection[str] = (),
) -> str:
    """The patient's event (`there`, each its id and what it says) that a moved call told of: "" for none. Where that
    happened at another time than was told, by the ids `otherwise`, and the told one holds, the id follows `TOLD_HOLDS`.
    """
    logged = "; ".join(said for _, said in there)
    question = Question(
        key,
        f"Hos patienten står redan: {logged}. Samtalet gällde: {told}. Är det samma händelse?",
        [
            *((id_, f"Ja, samma händelse. Det som gäller: {said}") for id_, said in there),
            *(
                (f"{TOLD_HOLDS}{id_}", f"Ja, samma händelse. Det som gäller: {told}, som du skrev")
                for id_, _ in there
                if id_ in otherwise
            ),
            (_ANOTHER, "Nej, det är två. Båda står kvar"),
        ],
    )
    answer = question.settled(answers)
    return "" if answer == _ANOTHER else answer


def _empty(field: str, particular: Particular) -> RuleError:
    return RuleError(f"Fyll i {lower_first(particular.label)}.", field=f"{field}{particular}")
