"""Gallring and sena uppgifter as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from forms.models import LateDecision, PurgeStep
from forms.queries.purge import Preview
from forms.rules.purge import COUNTED, UNTOLD, LateOutcome, PurgeStepKind
from outage.models import Outage
from outage.rules.wording import day_and_year


@dataclass(frozen=True, slots=True)
class PurgeRow:
    """One outage in the list. `is_done`: it is purged."""

    outage_id: UUID
    name: str
    state: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    label: str
    at: datetime
    by: str
    about: str
    is_last: bool


SERVER = "Servern"


def purge_rows(outages: Sequence[Outage], steps: dict[UUID, list[PurgeStep]]) -> list[PurgeRow]:
    return [
        PurgeRow(
            outage.pk,
            outage.listed_as,
            state_words(steps[outage.pk], is_purged=outage.purged_at is not None),
            outage.purged_at is not None,
        )
        for outage in outages
    ]


def state_words(steps: Sequence[PurgeStep], *, is_purged: bool) -> str:
    last = steps[-1] if steps else None
    if last is not None and last.on and last.kind == PurgeStepKind.PROPOSED:
        return f"Föreslagen till {day_and_year(last.on)}. En annan person ska bekräfta."
    if last is not None and last.on and last.kind == PurgeStepKind.CONFIRMED:
        return f"Bekräftad. Gallras {day_and_year(last.on)}."
    if is_purged:
        return "Gallrat"
    if last is not None and last.kind == PurgeStepKind.REFUSED:
        return f"Gallringen blev inte gjord {day_and_year(last.at)}. {last.reason}"
    return "Inte gallrat" if last is None else f"Inte gallrat. Senast: {last.get_kind_display().lower()}."


def step_rows(steps: Sequence[PurgeStep]) -> list[StepRow]:
    """The newest first."""
    return [
        StepRow(
            label=step.get_kind_display(),
            at=step.at,
            by=f"{step.user.full_name}, {step.unit.name}" if step.user and step.unit else SERVER,
            about=_about(step),
            is_last=step is steps[-1],
        )
        for step in reversed(steps)
    ]


def _about(step: PurgeStep) -> str:
    if step.reason:
        return step.reason
    decision = f" under {step.decision.reference}" if step.decision else ""
    on = f"Till {day_and_year(step.on)}{decision}" if step.on else ""
    if step.kind == PurgeStepKind.DONE:
        counted = ", ".join(f"{label.lower()} {count}" for label, count in count_rows(step.counted) if count)
        return f"Under {step.decision.reference}: {counted}" if step.decision else counted
    untold = step.counted.get(UNTOLD)
    return f"{on}. Utskrivningar som alla inte visste om: {untold}" if untold else on


def count_rows(counted: dict[str, int]) -> list[tuple[str, int]]:
    return [(label, counted.get(key, 0)) for key, label in COUNTED.items()]


def span_words(preview: Preview) -> str:
    """From the first call to the last."""
    if preview.first is None or preview.last is None:
        return ""
    first, last = day_and_year(preview.first), day_and_year(preview.last)
    return first if first == last else f"{first} till {last}"


def outcome_words(decision: LateDecision) -> str:
    system = decision.entry.outage.system
    return LateOutcome(decision.outcome).label.format(system=system)
