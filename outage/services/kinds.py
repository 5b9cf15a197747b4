"""The kind of ward and the öppenvård of a chain fit each other (R3.10), whoever writes them."""

from collections.abc import Mapping

from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party, WardKind
from outage.models import CareChainDetails, ChainFacts
from outage.rules.ward_kinds import misfit


def check_kinds(facts: ChainFacts) -> None:
    """Raises RuleError, with its field, for an öppenvård or an unlisted ward of another kind."""
    ward = facts.others.get(Party.INPATIENT)
    if ward and ward.kind not in ("", facts.ward_kind):
        raise RuleError("Välj om avdelningen är somatisk eller psykiatrisk.", field="ward_kind")
    if wrong := misfit(facts.ward_kind, facts.outpatient_kind, follows=facts.kind_follows):
        of_kind, of_outpatient = wrong
        if of_kind:
            raise RuleError(of_kind, field="ward_kind")
        raise RuleError(
            of_outpatient,
            field="other_outpatient_kind" if Party.OUTPATIENT in facts.others else "outpatient_unit",
        )


def ask_kind(facts: ChainFacts, former: CareChainDetails | None, answers: Mapping[str, str] | None) -> None:
    """Raises Question whether a patient on a listed ward counts as being on one of the other kind, RuleError where not;
    nobody is asked again about what stands.
    """
    ward = facts.ward_unit
    stands = former is not None and (former.ward_unit, former.ward_kind) == (ward, facts.ward_kind)
    if answers is None or ward is None or facts.kind_follows or stands:
        return
    its, said = WardKind(ward.ward_kind).label.lower(), facts.ward_kind.label.lower()
    question = Question(
        "ward-kind",
        f"{ward.name} är en {its} avdelning, och slaget är satt till {said}. Vad gäller patienten?",
        (("ja", f"Ligger där på {said} vårdplats"), ("nej", f"Ligger på {its} vårdplats, som avdelningen")),
    )
    if question.settled(answers) != "ja":
        raise RuleError("Välj Som avdelningen.", field="ward_kind")
