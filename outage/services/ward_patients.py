"""A ward's patients at once: a chain opened for each, one transaction for each, so that none holds up another."""

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID, uuid5

from contacts.access import Acting, check_may
from contacts.rules.errors import IdClash, Question, RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import keep_clash
from outage.models import CareChain, ChainFacts, Outage
from outage.services.care_chains import open_chain
from outage.services.protected import SAYS_PROTECTED


def row_id(list_id: UUID, row: int) -> UUID:
    """The id of the chain of a row of a pasted list, the same however often the list is sent."""
    return uuid5(list_id, str(row))


def open_each(
    *, by: Acting, outage: Outage, list_id: UUID, patients: Mapping[int, ChainFacts]
) -> dict[int, CareChain | RuleError]:
    """Open a chain for each of `patients`, keyed by their rows in the list; a resend opens nothing twice.

    An error says why none was opened, and what to correct if it is one field. A patient who has a chain already gets no
    second one here. What comes for a row that was opened with other content is stored. Raises NotAllowed by role.
    """
    check_may(by, Right.LOG_CARE)
    return {row: _open(by, outage, row_id(list_id, row), facts) for row, facts in patients.items()}


def _open(by: Acting, outage: Outage, chain_id: UUID, facts: ChainFacts) -> CareChain | RuleError:
    try:
        return open_chain(by=by, outage=outage, client_id=chain_id, facts=facts, answers={})
    except IdClash:
        keep_clash(by=by, client_id=chain_id, content=asdict(facts))
        return RuleError("Vårdkedjan är redan öppnad med andra uppgifter. Ändra dem i vårdkedjan.")
    except Question as question:
        told = question.sentence.rpartition(". ")[0] or question.sentence
        also = f" {question.warning}" if question.warning else ""
        if question.key == SAYS_PROTECTED:
            return RuleError(
                f"{told}. Markera det. Är det bara ett namn: öppna den för sig.", field="identity"
            )
        return RuleError(f"{told}.{also} Öppna den för sig om det ska bli en till.", field="identity")
    except RuleError as error:
        return error
