"""Writes about a care chain: opened, and what is known of it changed by a new row."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Unit
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import replacing
from outage.models import CareChain, CareChainDetails, ChainFacts, ChainJoin, Outage
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.doers import wards_said_to_discharge
from outage.queries.joined import joined_to
from outage.queries.standing import standing_of
from outage.queries.whereabouts import is_in, last_move
from outage.rules.asked_changes import identity_answer, is_unlisted, place_answer
from outage.rules.asked_messages import ask_if_wrong_patient
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.identity import Identity, classify_identity, number_key
from outage.rules.told import (
    NOT_ADMITTED,
    OTHER_PREFIX,
    IdentityChange,
    PlaceChange,
)
from outage.services.events import lock_chain, take_order
from outage.services.kinds import ask_kind, check_kinds
from outage.services.patient_lookups import write_lookups
from outage.services.protected import ask_protected
from outage.services.same_patient import (
    ask_parted_meanwhile,
    ask_same_patient,
    chosen_existing,
    trace_despite,
)
from outage.services.states import settle, tell_pages_of
from outage.services.taken_back import ask_what_stands, give_back, take_all_back

# What names the chain that a person gets who turns out not to be the chain's patient.
_OTHER_PERSON = "other person"


def open_chain(
    *,
    by: Acting,
    outage: Outage,
    client_id: UUID,
    facts: ChainFacts,
    answers: Mapping[str, str] | None = None,
) -> CareChain:
    """Open a care chain for one patient; `client_id` becomes its id.

    A resend returns the first chain. A patient who has a chain already is asked about (`same_patient`), and whoever
    chooses that one gets it instead; where nobody can be asked (`answers` is None) one more is opened. Raises
    RuleError for a missing patient or place, NotAllowed by role, IdClash when the id was used with other content.
    """
    check_may(by, Right.LOG_CARE)
    _check(facts)
    ask_kind(facts, None, answers)
    ask_protected(facts, None, answers)
    if existing := chosen_existing(by, outage, facts, answers):
        return existing
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="chain", content=_content(facts)):
            return CareChain.objects.get(pk=client_id)
        return _open(by, outage, client_id, facts, answers)


def _open(
    by: Acting,
    outage: Outage,
    chain_id: UUID,
    facts: ChainFacts,
    answers: Mapping[str, str] | None = None,
) -> CareChain:
    # The lock makes the next number unique, and lets the second of two who open the same patient be asked.
    _lock_opening(outage)
    found = ask_same_patient(by, outage, facts, answers)
    last = CareChain.objects.filter(outage=outage).aggregate(n=Max("number"))["n"] or 0
    chain = CareChain.objects.create(
        pk=chain_id, outage=outage, principal=by.principal, unit=by.unit, user=by.user, number=last + 1
    )
    details = write_details(by, chain, facts, replaces=None, changed={})
    settle(chain, ChainLog(versions=[details]))
    audit.record(by=by, action="chain.opened", target=chain, chain=chain.pk)
    trace_despite(by, chain, found)
    return chain


def _lock_opening(outage: Outage) -> None:
    Outage.objects.select_for_update(no_key=True).get(pk=outage.pk)


def change_details(
    *,
    by: Acting,
    chain: CareChain,
    client_id: UUID,
    replaces: int,
    facts: ChainFacts,
    answers: Mapping[str, str] | None = None,
) -> CareChainDetails:
    """Change what is known of a chain: a new row that replaces the row `replaces`, the one the person saw; that one is
    returned, and none written, where it says the same.

    What a change of place, number or name means for those who were told is asked: `answers` has it by `place-` and
    the party, and `identity`; a number that another chain has is asked about, too (`same_patient`). Raises Question
    for what is not answered, ChangedMeanwhile when somebody else changed it. A chain found to be logged on the wrong
    patient has every event taken back with that reason, so that those who were told can be told again.
    """
    check_may(by, Right.LOG_CARE, chain)
    _check(facts)
    content = {**_content(facts), "chain": chain.pk, "replaces": replaces}
    with replacing():
        if claim(by=by, client_id=client_id, kind="details", content=content):
            opened = CareChain.objects.filter(pk=uuid5(client_id, _OTHER_PERSON)).first()
            return (opened or chain).history.latest("pk")
        lock_chain(chain)
        former = chain.details
        if former.pk != replaces:
            ask_parted_meanwhile(chain, replaces, answers)
        elif _content(_as_stored(facts)) == _content(former.facts):
            return former
        ask_kind(facts, former, answers)
        ask_protected(facts, former, answers)
        changed = _ask(chain, facts, answers)
        other_person = changed.get("identity") == IdentityChange.OTHER_PERSON
        if other_person or facts.status is ChainStatus.WRONG_PATIENT != former.status:
            _ask_joined_too(chain, answers)
        if other_person:
            return _other_person(by, chain, client_id, facts, answers)
        again = former.status == ChainStatus.WRONG_PATIENT != facts.status
        found: dict[str, list[CareChain]] = {}
        if again or number_key(_identity_of(facts).stored) != number_key(former.identity_number):
            _lock_opening(chain.outage)
            found = ask_same_patient(by, chain.outage, facts, answers, changed=chain)
        back = ask_what_stands(chain, answers) if again else []
        details = write_details(by, chain, facts, replaces=former.pk, changed=changed)
        give_back(by, chain, back)
        if facts.status is ChainStatus.WRONG_PATIENT:
            take_all_back(by, chain, f"Loggad på fel patient: {facts.status_reason}")
        settle(chain)
        audit.record(by=by, action="chain.changed", target=details, chain=chain.pk)
        trace_despite(by, chain, found)
    return details


def _other_person(
    by: Acting, chain: CareChain, client_id: UUID, facts: ChainFacts, answers: Mapping[str, str] | None
) -> CareChainDetails:
    """Open a chain for the person that `facts` are about; what was logged in `chain` was not about its patient."""
    reason = "Det gällde en annan person."
    former = chain.details
    wrong = replace(former.facts, status=ChainStatus.WRONG_PATIENT, status_reason=reason)
    details = write_details(by, chain, wrong, replaces=former.pk, changed={})
    take_all_back(by, chain, reason)
    settle(chain)
    audit.record(by=by, action="chain.changed", target=details, chain=chain.pk)
    opened = chosen_existing(by, chain.outage, facts, answers)
    opened = opened or _open(by, chain.outage, uuid5(client_id, _OTHER_PERSON), facts, answers)
    return opened.details


def take_up_again(by: Acting, chain: CareChain, answers: Mapping[str, str]) -> None:
    """Before a message is logged in a chain, which the caller holds: one logged on the wrong patient goes on, of its
    own patient, or Question is raised. Whether what was taken back stands again is asked, too, and whether it is one
    more chain of a patient who has one.
    """
    former = chain.details
    if former.status != ChainStatus.WRONG_PATIENT:
        return
    ask_if_wrong_patient(answers)
    facts = replace(former.facts, status=ChainStatus.OK, status_reason="")
    _lock_opening(chain.outage)
    found = ask_same_patient(by, chain.outage, facts, answers, changed=chain)
    back = ask_what_stands(chain, answers)
    details = write_details(by, chain, facts, replaces=former.pk, changed={})
    give_back(by, chain, back)
    trace_despite(by, chain, found)
    audit.record(by=by, action="chain.changed", target=details, chain=chain.pk)


def _ask_joined_too(chain: CareChain, answers: Mapping[str, str] | None) -> None:
    """Raises Question whether what was logged in the chains read in this one was about the wrong patient as well."""
    numbers = [join.other.number for join in joined_to([chain.pk]).joins.get(chain.pk, ())]
    if not numbers or answers is None:
        return
    named = "vårdkedja " + " och ".join(map(str, numbers))
    question = Question(
        "joined-too",
        f"Den här är sammanförd med {named}. Det som är loggat där tas också tillbaka. Ska det tas tillbaka?",
        (("ja", "Ja, det gällde också fel patient"), ("nej", "Nej, det gällde rätt patient")),
    )
    if question.settled(answers) != "ja":
        raise RuleError(f"Upplös sammanföringen med {named} först, och ändra sedan.", field="status")


def write_details(
    by: Acting,
    chain: CareChain,
    facts: ChainFacts,
    replaces: int | None,
    changed: Mapping[str, str],
    *,
    made_by: ChainJoin | None = None,
    other_ids: Mapping[Party, str] | None = None,
) -> CareChainDetails:
    """Write a new row of what is known of a chain inside the caller's transaction, which holds the chain
    (`lock_chain`).

    `other_ids` has the ids of unlisted places that have one already.
    """
    identity = _identity_of(facts)
    details = CareChainDetails(
        chain=chain,
        replaces_id=replaces,
        identity_kind=identity.kind,
        identity_number=identity.stored,
        patient_name=facts.patient_name.strip(),
        protected_identity=facts.protected_identity,
        ward_kind=facts.ward_kind,
        ward_unit=facts.ward_unit,
        not_admitted=facts.not_admitted,
        municipality=facts.municipality,
        outpatient_unit=facts.outpatient_unit,
        others={party.value: asdict(place) for party, place in facts.others.items()},
        other_ids={
            party.value: (other_ids or {}).get(party) or _other_id(chain, party, changed)
            for party in facts.others
        },
        changed=dict(changed),
        made_by=made_by,
        before=facts.before,
        status=facts.status,
        status_reason=facts.status_reason,
        order=take_order(chain),
        user=by.user,
        unit=by.unit,
    )
    details.save()
    _check_not_joined(details, chain.details)
    chain.details = details
    seen_at = {chain.ward_unit_id, chain.outpatient_unit_id}
    chain.ward_unit, chain.outpatient_unit = details.ward_unit, details.outpatient_unit
    chain.save(update_fields=["details", "ward_unit", "outpatient_unit"])
    # The trace's row tells those that see the chain from now on.
    tell_pages_of({pk for pk in seen_at - {chain.ward_unit_id, chain.outpatient_unit_id} if pk})
    write_lookups(details)
    return details


def _check_not_joined(details: CareChainDetails, former: CareChainDetails | None) -> None:
    """Raises RuleError where a newly named unit was joined into another meanwhile: nobody would see its chain.

    It locks the units: whoever joins one of them waits, and sees the chain, or was first.
    """

    def units_of(row: CareChainDetails) -> set[int]:
        return {pk for pk in (row.ward_unit_id, row.outpatient_unit_id, row.unit_id) if pk}

    named = units_of(details) - (units_of(former) if former is not None else set())
    if not named:
        return
    # Without what it is joined into: that would be read as it was before the wait.
    units = Unit.objects.select_for_update(no_key=True)
    for unit in units.filter(pk__in=named).order_by("pk"):
        if unit.joined_into is not None:
            into = unit.joined_into.name
            raise RuleError(f"{unit.name} är nu sammanförd med {into}. Välj {into}.")


def _other_id(chain: CareChain, party: Party, changed: Mapping[str, str]) -> str:
    """The id of an unlisted place: that of the former one, if it is not another place."""
    former = chain.details.other_ids.get(party.value) if chain.details else None
    stays = changed.get(party.value, PlaceChange.SAME) == PlaceChange.SAME
    return former if former and stays else str(uuid4())


def _ask(chain: CareChain, facts: ChainFacts, answers: Mapping[str, str] | None) -> dict[str, str]:
    """What the change means, by party and under `identity`. Raises Question for what has to be asked and is not
    answered.

    Where nobody can be asked (`answers` is None) another place is a move, another name or number was written wrong.
    """
    former, log = chain.details, log_of(chain.pk)
    inside, moved = is_in(chain, log, facts.before), last_move(chain, log)
    if answers is not None and facts.not_admitted and not former.not_admitted and inside:
        _refuse_undischarged(facts)
    standing = standing_of(chain, log)
    # Of two wards it has to be known which enters the discharge.
    discharged_there = wards_said_to_discharge(chain, log) if facts.ward_unit else ()
    changed: dict[str, str] = {}
    places = _places(facts)
    for party, key in former.place_keys.items():
        name, to = former.place_names[party], places.get(party)
        if to in (key, f"{OTHER_PREFIX}{name}"):
            continue
        at_ward = party is Party.INPATIENT
        # Who was discharged came in again, or the ward was wrong; of whom nothing is logged may never have lain there.
        again = bool(at_ward and facts.ward_unit and moved and not inside)
        left = at_ward and facts.not_admitted and not moved and chain.principal.is_region
        # Who was in the system stands on the ward of before there.
        stands = (
            at_ward and to and facts.before is Before.ADMITTED and not moved and chain.principal.is_region
        )
        if key == NOT_ADMITTED and not again:
            continue
        may_be_same = key != NOT_ADMITTED and to is not None and (is_unlisted(key) or is_unlisted(to))
        is_known = standing.same(key) in standing.reached or key in discharged_there
        # Where nobody there has heard anything it makes no difference, unless it is a spelling mended.
        changed[party.value] = (
            place_answer(f"place-{party}", party, name, answers, may_be_same=may_be_same, again=again)
            if again or left or stands or may_be_same or is_known
            else PlaceChange.MOVED.value
        )
    same_number = number_key(_identity_of(facts).stored) == number_key(former.identity_number)
    same_name = " ".join(facts.patient_name.split()) == " ".join(former.patient_name.split())
    if same_name and same_number:
        return changed
    changed["identity"] = (
        identity_answer(
            "Patientens nummer eller namn är ändrat, och någon är redan ringd. Vad gäller?",
            IdentityChange,
            answers,
        )
        if standing.reached or answers is None
        # Who turns out to have been rung before, by a call that is entered late, hears the right one.
        else IdentityChange.SAID_WRONG.value
    )
    return changed


def _refuse_undischarged(facts: ChainFacts) -> None:
    """Raises RuleError of somebody who is in and said to lie nowhere: nobody would be told of it (R1.6)."""
    if facts.status is ChainStatus.OK:
        raise RuleError(
            "Ingen utskrivning är loggad. Är patienten utskriven: logga utskrivningen först. Har patienten inte varit "
            "inlagd: återta inskrivningen, eller ändra svaret på om patienten var inskriven.",
            field="ward_unit",
        )


def _identity_of(facts: ChainFacts) -> Identity:
    return classify_identity(facts.identity, timezone.localdate())


def _places(facts: ChainFacts) -> dict[Party, str]:
    """Each party's place as it was filled in; an unlisted one by its name."""
    keys = {
        Party.INPATIENT: f"unit:{facts.ward_unit.pk}" if facts.ward_unit else "",
        Party.MUNICIPALITY: f"principal:{facts.municipality.pk}" if facts.municipality else "",
        Party.OUTPATIENT: f"unit:{facts.outpatient_unit.pk}" if facts.outpatient_unit else "",
    }
    if facts.not_admitted:
        keys[Party.INPATIENT] = NOT_ADMITTED
    keys |= {party: f"{OTHER_PREFIX}{place.name}" for party, place in facts.others.items()}
    return {party: key for party, key in keys.items() if key}


def _as_stored(facts: ChainFacts) -> ChainFacts:
    return replace(facts, identity=_identity_of(facts).stored, patient_name=facts.patient_name.strip())


def _content(facts: ChainFacts) -> dict[str, Any]:
    plain = {f.name: getattr(facts, f.name) for f in fields(facts)}
    for name in ("ward_unit", "municipality", "outpatient_unit"):
        plain[name] = plain[name].pk if plain[name] else None
    return plain | {"others": {party: asdict(place) for party, place in facts.others.items()}}


def _check(facts: ChainFacts) -> None:
    """Raises RuleError, with its field, for a patient without name and number, and for a place that is missing or
    unnamed.
    """
    if not facts.patient_name.strip() and not facts.identity.strip():
        raise RuleError("Ange patientens namn eller nummer.", field="patient_name")
    if not (facts.ward_unit or facts.not_admitted or Party.INPATIENT in facts.others):
        raise RuleError("Välj avdelning.", field="ward_unit")
    for party, place in facts.others.items():
        if not place.name.strip():
            raise RuleError("Skriv vad stället heter.", field=f"other_{party}")
    check_kinds(facts)
    if facts.status is not ChainStatus.OK and not facts.status_reason.strip():
        raise RuleError("Skriv varför.", field="status_reason")
