"""Opening a care chain that is not seen by the way: of a patient with protected personal data, or another unit's."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from contacts.rules.errors import RuleError
from contacts.rules.labelled import Labelled
from contacts.rules.swedish_text import search_key

from .clock import as_utc

NOTE_LETTERS = 120
EXPIRED = "Nödöppningen har gått ut, och inget är sparat. Nödöppna igen om du behöver fortsätta."
_LOGGED_THERE = "Har du ringt ett samtal: ring den enhet som har patienten nu, så att det loggas där."
# Opening again is no way: it would find nothing.
PROTECTED_SINCE = (
    "Inget är sparat. Patienten har fått skyddade personuppgifter, och vårdkedjan går inte att nödöppna längre. "
    + _LOGGED_THERE
)
JOINED_SINCE = (
    "Inget är sparat. Vårdkedjan är sammanförd med en annan. Sök på patientens nummer, och nödöppna igen om du "
    "behöver fortsätta."
)
NO_LONGER = f"Nödöppningen gäller inte längre, och inget är sparat. {_LOGGED_THERE}"
MOVED_ON = (
    "Inget är sparat. Patienten hör inte längre till er enhet: någon har ändrat avdelning eller öppenvård. "
    + _LOGGED_THERE
)
JOINED_AWAY = (
    "Inget är sparat. Vårdkedjan är sammanförd med en annan, och den hör inte till er enhet. " + _LOGGED_THERE
)


class OpeningKind(Labelled):
    PROTECTED = "protected", "Öppnad, skyddade personuppgifter"
    EMERGENCY = "emergency", "Nödöppnad"


class OpeningReason(Labelled):
    """Why somebody opened it; the reviewer reads it."""

    RINGS = "rings", "Jag ringer om patienten"
    IS_RUNG = "is_rung", "Jag tar emot ett samtal om patienten"
    KEEPS = "keeps", "Jag fyller i, rättar eller skriver ut"
    ENTERS = "enters", "Jag registrerar efter driftstoppet"
    IS_HERE = "is_here", "Patienten är hos oss eller på väg hit"
    NOT_REACHED = "not_reached", "Den andra enheten går inte att nå"
    OTHER = "other", "Annat skäl"


# In the order in which they are offered, each one press; other is written.
REASONS: Mapping[OpeningKind, tuple[OpeningReason, ...]] = {
    OpeningKind.PROTECTED: (
        OpeningReason.RINGS,
        OpeningReason.IS_RUNG,
        OpeningReason.KEEPS,
        OpeningReason.ENTERS,
        OpeningReason.OTHER,
    ),
    OpeningKind.EMERGENCY: (
        OpeningReason.IS_HERE,
        OpeningReason.IS_RUNG,
        OpeningReason.NOT_REACHED,
        OpeningReason.OTHER,
    ),
}

# How long an opening holds, for the person who gave the reason, in that assignment.
LASTS: Mapping[OpeningKind, timedelta] = {
    OpeningKind.PROTECTED: timedelta(minutes=30),
    OpeningKind.EMERGENCY: timedelta(minutes=60),
}

_NOT_A_LETTER = re.compile(r"[\s\d.,:;/()+-]+")
# Six digits or more, divided as in a number of a person; clock times have a stop.
_NUMBER = re.compile(r"(?:\d[\s+–-]?){6}")


class NotOpened(Exception):
    """What shows a patient whole was asked for by somebody who has to say why first, or who could do so until now:
    `over` says what has changed. No refusal of a rule: it leads to where one says so, and nothing on the way may make
    it a sentence.
    """

    def __init__(self, chain_id: UUID, *, over: str = "") -> None:
        super().__init__(str(chain_id))
        self.chain_id = chain_id
        self.over = over


def check_reason(kind: OpeningKind, reason: OpeningReason, note: str, patient_name: str) -> None:
    """Raises RuleError, by field, for a reason that is not of that kind, and for another reason that is not written,
    or that says who the patient is: it is read in the trace, where no patient is named.
    """
    if reason not in REASONS[kind]:
        raise RuleError("Välj ett skäl.", field="reason")
    if reason is not OpeningReason.OTHER:
        return
    text = note.strip()
    if len(_NOT_A_LETTER.sub("", text)) < 3:
        raise RuleError("Skriv skälet med några ord.", field="note")
    if len(text) > NOTE_LETTERS:
        raise RuleError(f"Skriv högst {NOTE_LETTERS} tecken.", field="note")
    names = {word for word in search_key(patient_name).split() if len(word) > 1}
    if _NUMBER.search(text) or names & set(search_key(text).split()):
        raise RuleError("Skriv skälet utan patientens namn och nummer: det läses i loggen.", field="note")


def until(kind: OpeningKind, at: datetime) -> datetime:
    return at + LASTS[kind]


def is_in_force(ends: datetime, now: datetime) -> bool:
    """Both aware. The minute that is said is the first one in which it is over."""
    return as_utc(now) < as_utc(ends)


def just_made(*, by_oneself: bool, made_at: datetime, now: datetime) -> bool:
    """Whether a person is still at the protected patient's chain that she opened herself, in the same assignment."""
    return by_oneself and is_in_force(until(OpeningKind.PROTECTED, made_at), now)
