"""Every write leaves its audit row in its own transaction: where the row cannot be, nothing is written."""

import inspect
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts import audit
from contacts.models import AuditEntry
from contacts.rules.parties import Party
from outage.models import CareChain
from outage.queries.care_chains import get_event
from outage.queries.chain_log import logs_of
from outage.queries.checklists import checklists_for
from outage.queries.tasks import ticks_of
from outage.services import (
    care_chains,
    checklists,
    events,
    handovers,
    number_flags,
    outages,
    registrations,
)
from tests.factories import (
    County,
    call_facts,
    chain_facts,
    make_chain,
    make_entry,
    make_event,
    make_outage,
    outage_facts,
    tell,
)
from tests.integration.outage.rows import counts

Write = Callable[[], object]


def ended(county: County, chain: CareChain) -> None:
    chain.outage = outages.end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())


def reopen(county: County, chain: CareChain) -> Write:
    ended(county, chain)
    return lambda: outages.reopen_outage(by=county.esa, outage=chain.outage)


def acknowledge(county: County, chain: CareChain) -> Write:
    ended(county, chain)
    return lambda: registrations.acknowledge(by=county.alva, outage=chain.outage)


def mark(county: County, chain: CareChain) -> Write:
    make_event(county.alva, chain)
    ended(county, chain)
    (tick,), _ = ticks_of(chain, logs_of([chain.pk])[chain.pk])
    return lambda: registrations.mark_task(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        task=tick.task.key,
        seen=tick.picture.seen,
        done=True,
    )


def turn(county: County, chain: CareChain) -> Write:
    make_event(county.alva, chain)
    ended(county, chain)
    (tick,), _ = ticks_of(chain, logs_of([chain.pk])[chain.pk])
    return lambda: registrations.turn_task(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        task=tick.task.key,
        seen=tick.picture.seen,
        was=None,
        holder=county.esa.user.pk,
    )


def tick(county: County, chain: CareChain) -> Write:
    checklist = checklists_for(county.ward)[0]
    return lambda: checklists.set_tick(
        by=county.alva,
        outage=chain.outage,
        checklist_key=checklist.key,
        item_key=checklist.items[0].key,
        done=True,
    )


def change_details(county: County, chain: CareChain) -> Write:
    make_event(county.alva, chain)
    seen = chain.details_id
    return lambda: care_chains.change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=seen,
        facts=chain_facts(county, status="wrong_patient", status_reason="Fel."),
    )


def of_an_event(write: Callable[..., object], **more: Any) -> Callable[[County, CareChain], Write]:
    def prepare(county: County, chain: CareChain) -> Write:
        event = make_event(county.alva, chain, "discharge")
        if write is events.complete_discharge:
            for party in (Party.MUNICIPALITY, Party.OUTPATIENT):
                tell(county.alva, chain, event, to=party)
        facts = dict(more)
        if write is events.correct_event:
            facts["happened_at"] = event.happened_at
        if "client_id" in inspect.signature(write).parameters:
            facts["client_id"] = uuid4()
        return lambda: write(by=county.alva, event=get_event(county.alva, event.pk), **facts)

    return prepare


def flag_number(county: County, chain: CareChain) -> Write:
    make_entry(county.municipality, "Växeln i Skellefteå", "0910-00 00 00")
    make_event(county.alva, chain)
    failed = chain.handovers.get()
    return lambda: number_flags.flag_called_number(by=county.alva, handover=failed, client_id=uuid4())


def unflag_number(county: County, chain: CareChain) -> Write:
    flag_number(county, chain)()
    failed = chain.handovers.get()
    return lambda: number_flags.unflag_called_number(by=county.alva, handover=failed, client_id=uuid4())


def of_a_call(write: Callable[..., object], **more: Any) -> Callable[[County, CareChain], Write]:
    def prepare(county: County, chain: CareChain) -> Write:
        handover = tell(county.alva, chain, make_event(county.alva, chain))
        facts = more | ({"facts": call_facts(at=handover.at)} if write is handovers.correct_call else {})
        return lambda: write(
            by=county.alva, handover=handover, client_id=uuid4(), reason="Fel knapp.", **facts
        )

    return prepare


# How each write is led up to; what comes back is the write itself. All but the first start from Alva's chain.
WRITES: dict[str, Callable[[County, CareChain], Write]] = {
    "report_outage": lambda c, chain: lambda: make_outage(c.bo),
    "change_outage": lambda c, chain: (
        lambda: outages.change_outage(
            by=c.alva, outage=chain.outage, client_id=uuid4(), facts=outage_facts(planned=True)
        )
    ),
    "end_outage": lambda c, chain: lambda: ended(c, chain),
    "reopen_outage": reopen,
    "record_support_contact": lambda c, chain: (
        lambda: outages.record_support_contact(
            by=c.alva, outage=chain.outage, client_id=uuid4(), at=timezone.now()
        )
    ),
    "open_chain": lambda c, chain: lambda: make_chain(c, chain.outage),
    "change_details": change_details,
    "log_call": lambda c, chain: lambda: make_event(c.alva, chain),
    "correct_call": of_a_call(handovers.correct_call),
    "withdraw_call": of_a_call(handovers.withdraw_call),
    "correct_event": of_an_event(events.correct_event, particulars={}, reason="Fel.", told_rightly=True),
    "withdraw_event": of_an_event(events.withdraw_event, reason="Fel."),
    "complete_discharge": of_an_event(events.complete_discharge),
    "leave_discharge_open": of_an_event(
        events.leave_discharge_open, recipient="outpatient", responsible="Esa", reason="Stängt."
    ),
    "mark_task": mark,
    "turn_task": turn,
    "acknowledge": acknowledge,
    "flag_called_number": flag_number,
    "unflag_called_number": unflag_number,
    "set_tick": tick,
}
NOUNS: tuple[ModuleType, ...] = (
    care_chains,
    checklists,
    events,
    handovers,
    number_flags,
    outages,
    registrations,
)


def test_the_table_holds_every_write_there_is():
    found = {
        name
        for module in NOUNS
        for name, function in inspect.getmembers(import_module(module.__name__), inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and any(
            p.name == "by" and p.kind is p.KEYWORD_ONLY
            for p in inspect.signature(function).parameters.values()
        )
    }
    assert found == set(WRITES)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_and_its_row_of_the_trace_are_one(
    county: County, chain: CareChain, name: str, monkeypatch: pytest.MonkeyPatch
):
    write = WRITES[name](county, chain)
    before = counts()

    def broken(**_: object) -> None:
        raise RuntimeError("the trace is broken")

    with monkeypatch.context() as patched:
        patched.setattr(audit, "record", broken)
        with pytest.raises(RuntimeError, match="the trace is broken"):
            write()
    assert counts() == before
    write()
    assert AuditEntry.objects.count() == before["contacts.AuditEntry"] + 1
