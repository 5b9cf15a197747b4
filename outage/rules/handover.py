"""What one telephone handover must hold before it is saved (R2.3, R2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from contacts.rules.errors import RuleError
from contacts.rules.labelled import Labelled
from contacts.rules.parties import Party

from .clock import as_utc
from .informing import FAILED, PARTICIPANT_PREFIX, CallOutcome
from .moments import ahead
from .told import Notice

# A ward PC's clock may run a little ahead of the server's.
CLOCK_SKEW = timedelta(minutes=2)
# More than any form offers.
MOST_MESSAGES = 100


class Direction(Labelled):
    """Whether the information was given (lämnats) or received (hämtats) (R2.4)."""

    GIVEN = "given", "Lämnat"
    RECEIVED = "received", "Mottaget"


class ReadBack(Labelled):
    DONE = "done", "Upprepat"
    CORRECTED = "corrected", "Upprepat och rättat"
    NOT_POSSIBLE = "not_possible", "Gick inte att upprepa"


class Checked(Labelled):
    """How it was made sure who the other end was, where the patient has protected personal data."""

    CALLED_BACK = "called_back", "Motringd på nummer ur katalogen"
    NOT_POSSIBLE = "not_possible", "Gick inte att motringa"
    CONFIRMED = "confirmed", "Numret står inte i katalogen, kontrollerat"


# What is answered of a call that was taken; the other is asked of one that was made.
CALLED_BACK = (Checked.CALLED_BACK, Checked.NOT_POSSIBLE)


def new_event_id(call_id: UUID, place: int) -> UUID:
    """The id of the event that a call was the first to tell of, by its place among the messages."""
    return uuid5(call_id, f"event {place}")


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is said of a call, by the names that the form, the row and the errors use too.

    `recipient` is the key of the other end; `at` is aware, None means this moment.
    """

    direction: Direction
    recipient: str
    outcome: CallOutcome
    at: datetime | None = None
    number: str = ""
    spoken_to: str = ""
    spoken_to_unit: str = ""
    read_back: ReadBack | None = None
    read_back_reason: str = ""
    comment: str = ""
    next_step: str = ""
    call_back: str = ""
    checked: Checked | None = None
    checked_reason: str = ""

    def tidied(self) -> "CallFacts":
        """The same with surrounding white space removed."""
        typed = said(self)
        return CallFacts(**typed | {name: v.strip() for name, v in typed.items() if type(v) is str})


@dataclass(frozen=True, slots=True)
class Message:
    """What is told in a call: an event that is logged already (`event_id`), a new one, or a `notice` of the change of
    the chain that `change_id` is.
    """

    event_id: UUID | None = None
    kind: str = ""
    sender: Party | None = None
    happened_at: datetime | None = None
    particulars: Mapping[str, Any] = field(default_factory=dict)
    notice: Notice | None = None
    change_id: int | None = None


def said(of: CallFacts | Message) -> dict[str, Any]:
    """By name, with the very values, of which `asdict` makes copies."""
    return {name: getattr(of, name) for name in of.__slots__}


def check_handover(
    facts: CallFacts, *, now: datetime, tells: bool, asks_back: bool = False, rings_back: bool = False
) -> dict[str, str]:
    """What stops a call from being saved: a Swedish sentence by field; empty when nothing does.

    `now` is aware (else ValueError); `tells` says whether it told of any message. A call that got through needs the
    name spoken to and, except for a participant, their unit (R2.5). An outgoing call needs the number. A failed try
    needs neither name, unit nor read-back, nor a message: an answer that was not given is not logged yet. Of a received
    call, and of one that `rings_back` whom asked for it, the comment is enough: that the patient has died is no message
    of the routine's. The read-back is asked for, not required, but "not possible" needs its reason. `asks_back`: the
    patient has protected personal data, and who takes a call says whether it was rung back on a number of the
    directory.
    """
    errors: dict[str, str] = {}
    failed = facts.outcome in FAILED
    received = facts.direction is Direction.RECEIVED
    comment_is_enough = received or rings_back
    if not (tells or failed or (comment_is_enough and facts.comment.strip())):
        or_said = ", eller skriv i kommentaren vad som sades" if comment_is_enough else ""
        errors["messages"] = f"Välj minst ett meddelande{or_said}."
    if not facts.recipient:
        errors["recipient"] = "Välj vem samtalet var med."
    if facts.at is None:
        errors["at"] = "Ange när samtalet var."
    elif as_utc(facts.at) > as_utc(now) + CLOCK_SKEW:
        errors["at"] = ahead("Tiden ligger framåt i tiden. Ange när samtalet var.", facts.at, now)
    if facts.direction is Direction.GIVEN and not facts.number.strip():
        errors["number"] = "Ange numret du ringde."
    if failed:
        if received:
            errors["outcome"] = f"Ett mottaget samtal har kommit fram. Välj {CallOutcome.REACHED.label}."
        return errors
    if not facts.spoken_to.strip():
        errors["spoken_to"] = "Skriv namnet på den du talade med."
    if not facts.recipient.startswith(PARTICIPANT_PREFIX) and not facts.spoken_to_unit.strip():
        errors["spoken_to_unit"] = "Ange vilken enhet den du talade med hör till."
    if facts.read_back is ReadBack.NOT_POSSIBLE and not facts.read_back_reason.strip():
        errors["read_back_reason"] = "Skriv varför meddelandet inte gick att upprepa."
    return errors | _unchecked(facts, asks_back=asks_back)


def _unchecked(facts: CallFacts, *, asks_back: bool) -> dict[str, str]:
    if asks_back and facts.direction is Direction.RECEIVED and facts.checked is None:
        return {"checked": "Svara om du har ringt upp på ett nummer ur katalogen."}
    if facts.checked is Checked.NOT_POSSIBLE and not facts.checked_reason.strip():
        return {"checked_reason": "Skriv varför det inte gick att motringa."}
    return {}


def handover_warnings(
    *,
    outcome: CallOutcome,
    at: datetime | None,
    earliest: datetime | None = None,
    read_back: ReadBack | None = None,
) -> dict[str, str]:
    """Warnings by field; they never stop a handover from being saved.

    `earliest` is when the outage or the event began, aware; a call before it is odd but may be true.
    """
    warnings: dict[str, str] = {}
    if at is not None and earliest is not None and as_utc(at) < as_utc(earliest):
        warnings["at"] = "Tiden ligger före driftstoppet eller händelsen. Stämmer den?"
    if outcome not in FAILED and read_back is None:
        warnings["read_back"] = "Återläsningen är inte antecknad. Rätta samtalet om meddelandet upprepades."
    return warnings


def check_undo(*, own: bool, stands: bool, same_outage: bool) -> None:
    """Raises RuleError where a call is not to be undone by one press.

    `own`: the same person in the same unit logged it; `same_outage`: its outage is the one in view.
    """
    if not own:
        raise RuleError("Samtalet är loggat av någon annan. Återta det på vårdkedjans sida.")
    if not stands:
        raise RuleError("Samtalet är redan rättat eller återtaget.")
    if not same_outage:
        raise RuleError("Samtalet hör till ett tidigare driftstopp. Återta det på vårdkedjans sida.")


def signature(name: str, role_label: str, unit_name: str, hsa_id: str = "") -> str:
    """The signature of an entry (R2.5): name, role, unit, and HSA-id when there is one."""
    text = ", ".join(part.strip() for part in (name, role_label, unit_name) if part.strip())
    return f"{text} ({hsa_id.strip()})" if hsa_id.strip() else text


def name_in(signed: str) -> str:
    """The name that a signature begins with."""
    return signed.partition(",")[0]
