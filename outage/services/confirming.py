"""That the other end of a call about a patient with protected personal data is who it should be."""

from collections.abc import Mapping
from dataclasses import replace

from contacts.queries.flags import numbers_in_directory
from contacts.rules.errors import Question, RuleError
from outage.models import CareChain, Handover
from outage.rules.handover import CallFacts, Checked, Direction
from outage.rules.informing import FAILED


def confirmed(
    chain: CareChain, facts: CallFacts, answers: Mapping[str, str], former: Handover | None = None
) -> CallFacts:
    """The call as it is written: with what was answered where a number was rung that the directory does not have.

    Raises Question where that is not answered, and RuleError where the answer is no. On a correction (`former`) the
    same number is not asked about again.
    """
    if facts.direction is not Direction.GIVEN:
        return facts
    known = former is not None and former.number == facts.number
    if former is not None and known:
        return replace(facts, checked=former.facts.checked)
    asks = chain.details.protected_identity and facts.outcome not in FAILED
    if not asks or numbers_in_directory([facts.number], chain.principal):
        return replace(facts, checked=None)
    answer = Question(
        "unlisted-number",
        f"{facts.number} står inte i katalogen, och patienten har skyddade personuppgifter. "
        "Är det kontrollerat att numret går till den du skulle nå?",
        (("ja", "Ja, det är kontrollerat"), ("nej", "Nej")),
    ).settled(answers)
    if answer != "ja":
        raise RuleError(
            "Ring upp på ett nummer ur katalogen, eller kontrollera numret först.", field="number"
        )
    return replace(facts, checked=Checked.CONFIRMED)
