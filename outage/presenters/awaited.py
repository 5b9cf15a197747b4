"""Väntar på svar: what the acting unit waits for from the others about a chain (R2.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from contacts.access import Acting
from contacts.page_versions import Part
from outage.models import CareChain, LeftOpen
from outage.presenters.clock import logged_at
from outage.queries.closing import newest_of
from outage.queries.listed import Listed
from outage.queries.naming import Patient, party_in_list, patient_in_list, place_of
from outage.queries.states import awaited_in, sole_party
from outage.rules.awaited import AwaitedAnswer
from outage.rules.closing import key_of_answer
from outage.rules.wording import span


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """`place` is who is to answer, "er" where that is the unit itself. `left` says who took it on at the closing, and
    why, where somebody did.
    """

    chain_id: UUID
    patient: Patient
    label: str
    place: str
    since: str
    since_iso: str
    age: str
    left: str = ""


def awaited_line(
    acting: Acting,
    chain: CareChain,
    answer: AwaitedAnswer,
    now: datetime,
    left: Mapping[str, LeftOpen],
    *,
    on_own_page: bool = False,
) -> AwaitedLine:
    """For a patient with protected personal data a list shows no place; the chain's own page does. `left` is
    `left_about` chains.
    """
    hidden = chain.details.protected_identity and not on_own_page
    key = key_of_answer(chain.pk, acting.unit.pk, answer.kind, answer.sender, answer.since) if left else ""
    return AwaitedLine(
        chain_id=chain.pk,
        patient=patient_in_list(chain),
        label=chain.outage.routine.label(answer.kind),
        place="er"
        if answer.sender == sole_party(chain.principal)
        else (party_in_list if hidden else place_of)(chain, answer.sender),
        since=logged_at(answer.since, now),
        since_iso=answer.since.isoformat(),
        age=span(now - answer.since),
        left=left[key].in_words if key in left else "",
    )


def awaited_listed(
    acting: Acting, listed: Iterable[Listed], now: datetime, left: Mapping[str, LeftOpen]
) -> list[Part[AwaitedLine]]:
    """As `awaited_line`, each as the part of a page: the chains in their order, the longest wait of each first."""
    newest = newest_of(left)
    return [
        Part(
            ("awaited", answer.kind, answer.sender, answer.since, newest, *one.as_shown),
            now,
            partial(awaited_line, acting, one.chain, answer, now, left),
        )
        for one in listed
        for answer in awaited_in(one.rows)
    ]
