"""What is typed into the system for a task, and what was typed of one that is to be undone there."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from outage.models import CareChain, RegistrationMark
from outage.queries.chain_log import ChainLog
from outage.queries.heard import said_before
from outage.queries.naming import Patient, patient_in_short, shown_identity
from outage.rules.back_registration import Task
from outage.rules.identity import is_number
from outage.rules.routine import Decision
from outage.rules.ticks import TIME_OF, Change, Mark, Picture, Typed
from outage.rules.wording import day

# They stand in the row already: the patient at its head, the events as what happened.
_AT_HEAD = ("number", "name")
_HAPPENED = ("event_date:", TIME_OF)

# A date is read on another day than it was kept.
_DATE = re.compile(r"\d{4}-\d\d-\d\d$")

Lines = tuple[tuple[str, str], ...]


class Undone(NamedTuple):
    """What was done, as it is found in the system: the patient and all else as typed, and what is said of it."""

    patient: Patient
    typed: Lines
    facts: tuple[str, ...]


def typed_shown(chain: CareChain, picture: Picture, now: datetime) -> Lines:
    hidden = chain.details.protected_identity
    return _shown(picture, (*_AT_HEAD, *_HAPPENED), now, hidden=hidden)


def said_before_shown(chain: CareChain, log: ChainLog, *, on_own_page: bool) -> tuple[str, ...]:
    """As whom else the patient may be found in the system: by that name and number others heard of the patient."""
    if chain.details.is_purged or (chain.details.protected_identity and not on_own_page):
        return ()
    return tuple(f"Tidigare sagt: {patient_in_short(row)}" for row in said_before(log))


def with_number_first(chain: CareChain, task: Task) -> str:
    """What to do; of a patient without a number what comes before it, as nothing is registered without one."""
    details = chain.details
    if task.decision is not Decision.REGISTER or details.is_purged or is_number(details.identity_number):
        return task.do
    return f"Numret är inte känt: ta reda på det och ändra det i vårdkedjan först. {task.do}"


def undone(
    chain: CareChain,
    log: ChainLog,
    patient: Patient,
    mark: Mark,
    stored: RegistrationMark,
    now: datetime,
    *,
    on_own_page: bool,
) -> Undone:
    """By the number and name of when it was done, which the chain may no longer have, and with each event's time.
    `patient` is as the list has it now.
    """
    picture = mark.picture
    typed = _shown(picture, _AT_HEAD, now, hidden=patient.protected and not on_own_page) if picture else ()
    facts = [f"Gjort: {picture.do}"] if picture else []
    if chain.details.is_purged:
        return Undone(patient, typed, tuple(facts))
    name, number = _who(log, mark, stored)
    if on_own_page:
        # It has no head.
        typed = (("Namn", name or "saknas"), ("Nummer", number or "saknas"), *typed)
    was = patient if patient.protected else replace(patient, name=name or "Okänd patient", identity=number)
    if (was.name, was.identity) != (patient.name, patient.identity):
        facts.append(f"I vårdkedjan står nu: {patient.name} {patient.identity}".strip())
    # Where the patient is now stands in the typed places, if it was so then.
    return Undone(replace(was, where=""), typed, tuple(facts))


def _who(log: ChainLog, mark: Mark, stored: RegistrationMark) -> tuple[str, str]:
    """The name and number that were typed; what the picture has not of them, as the mark's own chain had it then."""
    own = [row for row in log.versions if row.chain_id == stored.chain_id] or log.versions
    then = ([row for row in own if row.recorded_at <= stored.at] or own[:1])[-1]
    said = {each.name: each.value for each in mark.picture.typed} if mark.picture else {}
    return said.get("name", then.patient_name), said.get("number", shown_identity(then))


def change_shown(chain: CareChain, change: Change) -> tuple[str, str, str]:
    if chain.details.protected_identity and not _tells_nothing(change.name):
        return change.label, "", "se vårdkedjan"
    return change.label, change.was or "saknas", change.now or "saknas"


def _shown(picture: Picture, but: tuple[str, ...], now: datetime, *, hidden: bool) -> Lines:
    def value(each: Typed) -> str:
        if hidden and not _tells_nothing(each.name):
            return "se vårdkedjan"
        on = _DATE.search(each.ref) if "_date" in each.name else None
        return day(date.fromisoformat(on[0]), now) if on else each.value or "saknas"

    return tuple((each.label, value(each)) for each in picture.typed if not each.name.startswith(but))


def _tells_nothing(name: str) -> bool:
    """Dates and times do not tell who a protected patient is or where; the rest may."""
    return name == "do" or "_date" in name or "_time" in name
