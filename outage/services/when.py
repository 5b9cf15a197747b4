"""Whether an event lies in the outage of its chain, by when it happened."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from contacts.models.data_key import name_of
from contacts.models.encrypted import KeyDestroyed
from contacts.rules.errors import Question, RuleError
from outage.models import CareChain, CareChainEvent, Outage
from outage.queries.counted import end_was_known
from outage.queries.drills import is_past
from outage.queries.outages import down_again, down_before, others_still_out, outage_since
from outage.rules.clock import as_utc
from outage.rules.handover import CLOCK_SKEW
from outage.rules.moments import ahead
from outage.rules.wording import day_and_time, moment
from outage.services.outages import lock_outage

_LOG_THERE = "Öppna patientens vårdkedja i det driftstoppet, och logga det där."
# What happened so shortly before the reported start may or may not have got into the system.
_SHORTLY = timedelta(hours=2)


def check_drill_counts(
    outage: Outage, why_not: str = "Övningen är avslutad. Gäller det en patient: logga i driftstoppet."
) -> None:
    """Raises RuleError, with the sentence `why_not`, for a drill after which an outage was reported in earnest."""
    if is_past(outage):
        raise RuleError(why_not)


def check_not_purged(outage: Outage, principal_id: int) -> None:
    """Raises KeyDestroyed where that principal, for which the outage was read, has purged it: closed, it stays so."""
    if outage.purged_at:
        raise KeyDestroyed(name_of(principal_id, outage.pk))


def check_within_outage(
    chain: CareChain,
    at: datetime,
    answers: Mapping[str, str] | None = None,
    *,
    said: CareChainEvent | None = None,
    written_at: datetime | None = None,
) -> bool:
    """Whether what happened at `at` (aware), shortly before the reported start, is registered in the system already.

    `said` is the row that said it before: what stands is corrected past the end too, and R4 leaves it out then. Raises
    Question where somebody can be asked (`answers`), also again: the answer may have been what was wrong. Raises
    RuleError when it lies longer before, or before at all where nobody has said it and nobody can be asked, anew after
    the principal's own end, or ahead of now. After that end what a party of the chain that is still out must hear can
    be logged, and what was written on paper (`written_at`) before the end had been said; R4 leaves it out. What
    happened when the system was down in another outage belongs to that one. Locks the outage, so that nobody ends it
    meanwhile.
    """
    outage = lock_outage(chain.principal, chain.outage)
    start, now = outage.current.started_at, timezone.now()
    shortly_before = start - _SHORTLY <= at < start
    in_system: bool | None = None
    # What stands is put right where it stands, in whichever outage that is.
    earlier = None if said and shortly_before else down_before(outage, chain.principal, at)
    if earlier:
        began = moment(earlier.current.started_at, now)
        when = f"{began}–{moment(earlier.own_end, now)}" if earlier.own_end else f"sedan {began}"
        raise RuleError(
            f"{outage.system} låg nere då också, {when}. {_LOG_THERE}",
            field="happened_at",
        )
    if shortly_before and answers is not None:
        question = Question(
            # One for each time: a call may tell of several events.
            f"stands-in-system-{as_utc(at):%d%H%M}",
            f"Det hände {moment(at, now)}, före driftstoppet som började {moment(start, now)}. "
            f"Stod det i {outage.system} redan då?",
            (("ja", "Ja, det stod där redan då"), ("nej", "Nej. Driftstoppet hade nog redan börjat")),
        )
        in_system = question.settled(answers) == "ja"
    elif shortly_before and said is not None and said.happened_at < start:
        in_system = said.in_system
    if at < start and in_system is None:
        raise RuleError(
            f"Driftstoppet började {day_and_time(start, now)}. Det som hände före dess står i {outage.system}.",
            field="happened_at",
        )
    # What stands is put right where it stands: else it would have to be taken back, and all told that it never was.
    if outage.was_over_at(at) and not said:
        _check_after_end(chain, outage, at, now, written_at)
    if at > now + CLOCK_SKEW:
        raise RuleError(
            ahead("Tiden ligger framåt i tiden. Ange när det hände.", at, now), field="happened_at"
        )
    return bool(in_system)


def _check_after_end(
    chain: CareChain, outage: Outage, at: datetime, now: datetime, written_at: datetime | None
) -> None:
    assert outage.own_end is not None
    if outage.drill:
        raise RuleError(f"Övningen är avslutad {moment(outage.own_end, now)}.", field="happened_at")
    later = down_again(outage, chain.principal, at)
    unaware = written_at is not None and not end_was_known(outage, chain.principal, at, written_at)
    if later is None and (unaware or _somebody_to_ring(chain, outage, at)):
        return
    later, then = later or outage_since(outage, chain.principal), bool(later)
    if later is None:
        refusal = (
            f"{outage.system} var åter i drift {moment(outage.own_end, now)}. "
            f"Registrera direkt i {outage.system}."
        )
    else:
        began = moment(later.current.started_at, now)
        if later.own_end:
            when = f"{outage.system} låg nere igen {began}–{moment(later.own_end, now)}."
        elif then:
            when = f"{outage.system} ligger nere igen sedan {began}."
        else:
            when = f"{outage.system} var i drift då, men ligger nere igen sedan {began}."
        refusal = f"{when} {_LOG_THERE}"
    raise RuleError(refusal, field="happened_at")


def _somebody_to_ring(chain: CareChain, outage: Outage, at: datetime) -> bool:
    """Whether a party of the chain was without the system at `at`: the region, or the patient's municipality."""
    town = chain.details.municipality_id
    return any(
        other.is_region or town in (None, other.pk) for other in others_still_out(outage, chain.principal, at)
    )
