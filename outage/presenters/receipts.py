"""What was just saved: about whom, to whom, how it went, and whether it can be undone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from outage.models import Handover
from outage.presenters.chain import other_end
from outage.queries.naming import party_in_list, patient_in_list
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.wording import moment

# Before the id of a call in the mark of a message: it is of the call's number.
FLAG_MARK = "nummer:"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message to the person. `about` is the call it concerns, `undo` that call where it can be undone.

    `undo_flag` is the call whose number was reported as not working.
    """

    level: str
    text: str
    about: str = ""
    undo: UUID | None = None
    undo_flag: UUID | None = None


def about_call(handover: Handover, now: datetime) -> str:
    """A call in one line, with its day where that is not today; for a patient with protected personal data neither
    name, place nor number.
    """
    chain = handover.chain
    patient = patient_in_list(chain)
    if patient.protected:
        place, number = party_in_list(chain, handover.recipient), ""
    else:
        place, number = handover.place_name or other_end(handover), handover.number
    went = CallOutcome(handover.outcome).label.lower()
    if handover.direction == Direction.RECEIVED:
        went = "mottaget samtal"
    return f"{patient.name}, {place}: {went}{f' på {number}' if number else ''}, {moment(handover.at, now)}."


def may_undo(acting: Acting, handover: Handover) -> bool:
    """Whether Ångra is shown. The service checks the whole rule."""
    own = (handover.user_id, handover.unit_id) == (acting.user.pk, acting.unit.pk)
    return own and not handover.withdraws and not hasattr(handover, "superseded_by")
