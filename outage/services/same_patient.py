"""One patient, one chain: whoever opens one more, or writes a number that another chain has, is asked first."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.rules.errors import Question
from contacts.services.versions import ChangedMeanwhile
from outage.models import CareChain, ChainFacts, Outage
from outage.queries.joined import parted_since
from outage.queries.naming import names_shown, patient_in_list, patient_in_short, ward_label
from outage.queries.same_patient import chains_of_other_units, own_chains_of
from outage.rules.asked_changes import same_number_other_name
from outage.rules.identity import number_key
from outage.rules.wording import moment

SAME_PATIENT = "same-patient"
OTHER_UNIT = "other-unit"
_GO = "go-"
_DESPITE = (
    ("other-person", "{}: det är en annan patient"),
    ("same-person", "{}: det är samma patient, men två vårdtillfällen"),
)


def chosen_existing(
    by: Acting, outage: Outage, facts: ChainFacts, answers: Mapping[str, str] | None
) -> CareChain | None:
    """The chain that somebody chose to go to instead of opening one more."""
    chosen = (answers or {}).get(SAME_PATIENT, "")
    if not chosen.startswith(_GO):
        return None
    found = own_chains_of(by, facts.identity, outage)
    return next((chain for chain in found if chosen == f"{_GO}{chain.number}"), None)


def ask_same_patient(
    by: Acting,
    outage: Outage,
    facts: ChainFacts,
    answers: Mapping[str, str] | None,
    changed: CareChain | None = None,
) -> dict[str, list[CareChain]]:
    """The other chains of the patient, by the answer that let one more stand; the caller holds the outage.

    `changed` is the chain that gets the number, or goes on after it was marked as of the wrong patient, where none is
    opened. Raises Question where the answer is missing. Where nobody can be asked (`answers` is None) nothing is asked,
    and nothing found.
    """
    if answers is None:
        return {}
    own = [chain for chain in own_chains_of(by, facts.identity, outage) if chain != changed]
    if own:
        question = _is_here(own, facts, changed)
        answer = question.settled(answers)
        if answer not in dict(_DESPITE):
            raise question
        return {answer: own}
    if facts.protected_identity:
        return {}
    others = chains_of_other_units(by, facts.identity, outage)
    return {_is_elsewhere(others, facts, changed).settled(answers): others} if others else {}


def trace_despite(by: Acting, chain: CareChain, found: Mapping[str, Sequence[CareChain]]) -> None:
    """An audit row on each other chain of the patient: one more was allowed, and for what reason."""
    for why, others in found.items():
        for other in others:
            changes = {"beside": chain.number, "why": why}
            audit.record(by=by, action="chain.opened_beside", target=chain, chain=other.pk, changes=changes)


def _is_here(own: Sequence[CareChain], facts: ChainFacts, changed: CareChain | None) -> Question:
    said = "; ".join(_told(chain) for chain in own)
    go = [(f"{_GO}{chain.number}", f"Gå till vårdkedja {chain.number}. Ingen ny öppnas") for chain in own]
    do = f"{_changing(facts, changed)} ändå" if changed else "Öppna en till ändå"
    return Question(
        SAME_PATIENT,
        f"Patienten finns redan: {said}. Vad vill du göra?",
        [*([] if changed else go), *((key, text.format(do)) for key, text in _DESPITE)],
        links=[
            *((f"Visa vårdkedja {chain.number}", "chain", str(chain.pk)) for chain in own),
            *([("Sammanför vårdkedjorna", "join_chain", str(changed.pk))] if changed else []),
        ],
        warning=same_number_other_name(facts.patient_name, names_shown(own)) or _lacks_the_mark(own, facts),
    )


def _changing(facts: ChainFacts, changed: CareChain) -> str:
    same = number_key(facts.identity) == number_key(changed.details.identity_number)
    return "Fortsätt här" if same else "Spara numret"


def _is_elsewhere(others: Sequence[CareChain], facts: ChainFacts, changed: CareChain | None) -> Question:
    units = ", ".join(dict.fromkeys(chain.unit.name for chain in others))
    do = f"{_changing(facts, changed)} ändå" if changed else "Öppna en vårdkedja här också"
    return Question(
        OTHER_UNIT,
        f"Patienten finns hos annan enhet: {units}. Vill du fortsätta?",
        [("open", f"{do}. Valet loggas")],
    )


def _told(chain: CareChain) -> str:
    patient = patient_in_list(chain)
    if patient.protected:
        return patient.name
    return f"vårdkedja {chain.number}, {patient.name} {patient.identity}, {ward_label(chain)}"


def _lacks_the_mark(own: Sequence[CareChain], facts: ChainFacts) -> str:
    """The unit sees both: a number that is protected in the one is, as a rule, so in the other."""
    marked = [chain.number for chain in own if chain.details.protected_identity]
    if facts.protected_identity or not marked:
        return ""
    return (
        f"Patienten har skyddade personuppgifter i vårdkedja {', '.join(map(str, marked))}. "
        "Är det samma patient: kryssa i Skyddade personuppgifter här också."
    )


def ask_parted_meanwhile(chain: CareChain, shown: int, answers: Mapping[str, str] | None) -> None:
    """Raises Question whether what was typed about two chains that were read as one is to be saved in this one, which
    says something else than the version `shown` by now: asked anew of each version. ChangedMeanwhile of any other.
    """
    undone = parted_since(chain, shown)
    if not undone or answers is None:
        raise ChangedMeanwhile
    here, others = f"vårdkedja {chain.number}", [each.other for each in undone]
    Question(
        f"parted-meanwhile-{chain.details.pk}",
        f"Sammanföringen med vårdkedja {' och '.join(str(other.number) for other in others)} upplöstes "
        f"{moment(undone[-1].recorded_at, timezone.now())} av {undone[-1].user.full_name} medan du skrev. "
        f"{here.capitalize()} är {patient_in_short(chain.details)}. Vill du ändra uppgifterna i den?",
        [("kept", f"Ja, ändra i {here}")],
        links=[(f"Visa vårdkedja {other.number}", "chain", str(other.pk)) for other in others],
    ).settled(answers)
