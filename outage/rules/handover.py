"""What one telephone handover must hold before it is saved (R2.3, R2.5)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from contacts.rules.errors import RuleError

from .clock import as_utc
from .informing import FAILED, CallOutcome

# A ward PC's clock may run a little ahead of the server's.
CLOCK_SKEW = timedelta(minutes=2)


class Direction(StrEnum):
    """Whether the information was given (lämnats) or received (hämtats) (R2.4)."""

    GIVEN = "given"
    RECEIVED = "received"


class ReadBack(StrEnum):
    """Whether the listener repeated the message."""

    DONE = "done"
    CORRECTED = "corrected"
    NOT_POSSIBLE = "not_possible"


DIRECTION_LABELS: dict[Direction, str] = {
    Direction.GIVEN: "Lämnat",
    Direction.RECEIVED: "Mottaget",
}

READ_BACK_LABELS: dict[ReadBack, str] = {
    ReadBack.DONE: "Upprepat",
    ReadBack.CORRECTED: "Upprepat och rättat",
    ReadBack.NOT_POSSIBLE: "Gick inte att upprepa",
}


def check_handover(
    *,
    direction: Direction,
    outcome: CallOutcome,
    at: datetime | None,
    now: datetime,
    kinds: Collection[str],
    spoken_to: str = "",
    their_unit: str = "",
    number: str = "",
    read_back: ReadBack | None = None,
    read_back_why: str = "",
    needs_unit: bool = True,
) -> dict[str, str]:
    """Give what stops a handover from being saved: a Swedish sentence by field; empty when nothing does.

    `at` and `now` are aware (else ValueError). `kinds` are the message types told. A call that got through
    needs the name spoken to and their unit (R2.5); `needs_unit` is False for a participant who has none. A
    call one made needs the number. A failed try needs neither name, unit nor read-back. The read-back is
    wanted, not required, but "not possible" needs its why.
    """
    errors: dict[str, str] = {}
    if not kinds:
        errors["kinds"] = "Välj minst ett meddelande."
    if at is None:
        errors["at"] = "Ange när samtalet var."
    elif as_utc(at) > as_utc(now) + CLOCK_SKEW:
        errors["at"] = "Tiden ligger framåt i tiden. Ange när samtalet var."
    if direction is Direction.GIVEN and not number.strip():
        errors["number"] = "Ange numret du ringde."
    if outcome in FAILED:
        if direction is Direction.RECEIVED:
            errors["outcome"] = "Ett mottaget samtal har kommit fram. Välj Nådd."
        return errors
    if not spoken_to.strip():
        errors["spoken_to"] = "Skriv namnet på den du talade med."
    if needs_unit and not their_unit.strip():
        errors["their_unit"] = "Ange vilken enhet den du talade med hör till."
    if read_back is ReadBack.NOT_POSSIBLE and not read_back_why.strip():
        errors["read_back_why"] = "Skriv varför meddelandet inte gick att upprepa."
    return errors


def handover_warnings(
    *,
    outcome: CallOutcome,
    at: datetime | None,
    earliest: datetime | None = None,
    read_back: ReadBack | None = None,
) -> dict[str, str]:
    """Give what one should look at twice, by field; it never stops a handover from being saved.

    `earliest` is when the outage or the event began, aware; a call before it is odd but may be true.
    """
    warnings: dict[str, str] = {}
    if at is not None and earliest is not None and as_utc(at) < as_utc(earliest):
        warnings["at"] = "Tiden ligger före driftstoppet eller händelsen. Stämmer den?"
    if outcome not in FAILED and read_back is None:
        warnings["read_back"] = "Återläsningen är inte antecknad. Rätta samtalet om meddelandet upprepades."
    return warnings


def check_undo(*, own: bool, stands: bool, same_outage: bool) -> None:
    """Raise RuleError where a call is not to be undone by one press.

    `own` tells that the same person in the same unit logged it; `same_outage`, that its outage is the one in view.
    """
    if not own:
        raise RuleError("Samtalet är loggat av någon annan. Återta det på vårdkedjans sida.")
    if not stands:
        raise RuleError("Samtalet är redan rättat eller återtaget.")
    if not same_outage:
        raise RuleError("Samtalet hör till ett tidigare driftstopp. Återta det på vårdkedjans sida.")


def signature(name: str, role_label: str, unit_name: str, hsa_id: str = "") -> str:
    """Give the signature that stands on an entry (R2.5): name, role, unit, and HSA-id when there is one."""
    text = ", ".join(part.strip() for part in (name, role_label, unit_name) if part.strip())
    return f"{text} ({hsa_id.strip()})" if hsa_id.strip() else text
