"""A patient whose name or number says that the personal data are protected is not shown as others are unasked."""

from collections.abc import Mapping

from contacts.rules.errors import Question, RuleError
from outage.models import CareChainDetails, ChainFacts
from outage.rules.pasted_protected import says_protected

SAYS_PROTECTED = "says-protected"


def ask_protected(
    facts: ChainFacts, former: CareChainDetails | None, answers: Mapping[str, str] | None
) -> None:
    """Raises Question whether it is only a name, RuleError where not; nobody is asked again about what stands."""
    said = (facts.patient_name, facts.identity)
    stands = former is not None and said == (former.patient_name, former.identity_number)
    if answers is None or facts.protected_identity or stands or not any(map(says_protected, said)):
        return
    question = Question(
        SAYS_PROTECTED,
        "Namnet eller numret säger skyddade personuppgifter. Är de skyddade?",
        (("ja", "Ja"), ("nej", "Nej, det är bara ett namn")),
    )
    if question.settled(answers) != "nej":
        raise RuleError("Markera Skyddade personuppgifter.", field="protected_identity")
