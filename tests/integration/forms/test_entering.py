"""From paper to log: a row of a sheet becomes a call, once, and knows its paper (R2.4)."""

from datetime import timedelta
from typing import Any

import pytest

from contacts import audit
from contacts.models import AuditEntry, Submission
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from forms.models import PaperEntry, Sheet, SheetFate, SheetKind
from forms.queries.entering import entries_from
from forms.queries.sheets import chains_to_link
from forms.rules.sheet_fate import Fate, VoidReason
from forms.services.steps import current_fate, write_step
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.rules.paper import PaperMark
from tests.factories import County, call_facts, make_chain, same_id
from tests.integration.forms.entering import (
    AT,
    enter,
    fates,
    make_sheet,
    void,
)
from tests.integration.outage.conftest import chain, county, outage
from tests.integration.outage.joining import join, two_chains

__all__ = ["chain", "county", "outage"]


@pytest.fixture
def sheet(county: County) -> Sheet:
    """A blank loggblad of Alva's ward, printed before any outage."""
    return make_sheet(county.alva)


@pytest.mark.clause("R2.4", "R2.5")
def test_a_row_becomes_a_call_that_knows_its_paper(county: County, sheet: Sheet, chain: CareChain):
    handover = enter(county, sheet, chain)
    entry = PaperEntry.objects.get()
    assert (entry.handover, entry.sheet, entry.user, entry.unit) == (
        handover,
        sheet,
        county.alva.user,
        county.ward,
    )
    event = CareChainEvent.objects.get()
    for row in (handover, event):
        assert (row.paper_serial, row.paper_signature) == (sheet.serial, "N.N.")
        assert row.written_at == AT + timedelta(minutes=2)
    assert fates(sheet) == ["printed", "filled"]
    trace = AuditEntry.objects.get(action="sheet.entered")
    assert (trace.chain, trace.user, trace.unit) == (chain.pk, county.alva.user, county.ward)
    assert trace.changes == {"sheet": sheet.serial}
    assert AuditEntry.objects.filter(action="call.logged", target_id=str(handover.pk)).count() == 1


def test_the_next_rows_take_no_more_steps_of_the_sheet(county: County, sheet: Sheet, chain: CareChain):
    for _ in range(3):
        enter(county, sheet, chain)
    assert fates(sheet) == ["printed", "filled"]
    assert [entered.entry.handover for entered in entries_from(sheet)] == list(
        Handover.objects.order_by("recorded_at")
    )


@pytest.mark.parametrize(
    "steps", [[Fate.SCANNED], [Fate.SCANNED, Fate.CHECKED], [Fate.SCANNED, Fate.CHECKED, Fate.KEPT]]
)
def test_a_scanned_sheet_is_entered_from_its_picture_and_stays_where_it_is(
    county: County, sheet: Sheet, chain: CareChain, steps: list[Fate]
):
    for step in [Fate.FILLED, *steps]:
        write_step(by=county.alva, unit=sheet.unit, sheet=sheet, step=step)
    enter(county, sheet, chain)
    last = current_fate(sheet)
    assert last is not None
    assert last.fate == steps[-1]
    assert PaperEntry.objects.count() == 1


def test_a_voided_sheet_is_refused_and_nothing_is_written(county: County, sheet: Sheet, chain: CareChain):
    void(county, sheet)
    with pytest.raises(RuleError, match="makulerat"):
        enter(county, sheet, chain)
    assert not Handover.objects.exists()
    assert not PaperEntry.objects.exists()


@pytest.mark.parametrize("rescanned", [False, True])
def test_a_sheet_whose_paper_is_gone_is_entered_from_its_picture(
    county: County, sheet: Sheet, chain: CareChain, rescanned: bool
):
    steps = [Fate.FILLED, Fate.SCANNED] + ([Fate.FILLED] if rescanned else [])
    for step in steps:
        write_step(by=county.alva, unit=sheet.unit, sheet=sheet, step=step, reason="Suddig")
    void(county, sheet)
    enter(county, sheet, chain)
    assert fates(sheet) == ["printed", *steps, "voided"]
    assert PaperEntry.objects.count() == 1


def test_a_sheet_of_one_patient_takes_no_other(county: County, outage: Outage, chain: CareChain):
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, chain)
    other = make_chain(county, outage)
    with pytest.raises(RuleError, match="en annan patient"):
        enter(county, sheet, other)
    assert not Handover.objects.exists()


def test_the_mark_of_another_sheet_is_an_error_of_the_program(county: County, sheet: Sheet, chain: CareChain):
    with pytest.raises(ValueError, match="another sheet"):
        enter(county, sheet, chain, paper=PaperMark("7K3QX9M2C", AT, "N.N."))


def test_the_same_sent_again_is_the_same_row_even_when_the_sheet_has_gone_on(
    county: County, sheet: Sheet, chain: CareChain
):
    first = enter(county, sheet, chain, client_id=same_id(1))
    write_step(by=county.alva, unit=sheet.unit, sheet=sheet, step=Fate.VOIDED, void_reason=VoidReason.OTHER)
    assert enter(county, sheet, chain, client_id=same_id(1)) == first
    assert Handover.objects.count() == PaperEntry.objects.count() == CareChainEvent.objects.count() == 1
    with pytest.raises(IdClash):
        enter(county, sheet, chain, client_id=same_id(1), facts=call_facts(at=AT, comment="Annat."))


@pytest.mark.parametrize("stale_looks", [1, 2], ids=["before the step", "while it is written"])
def test_somebody_who_took_the_same_step_a_moment_ago_is_no_hindrance(
    county: County, sheet: Sheet, chain: CareChain, monkeypatch: pytest.MonkeyPatch, stale_looks: int
):
    behind = SheetFate.objects.get(sheet=sheet)
    write_step(by=county.esa, unit=sheet.unit, sheet=sheet, step=Fate.FILLED)
    looks = iter([behind] * stale_looks)

    def seen(of: Sheet) -> SheetFate | None:
        return next(looks, None) or current_fate(of)

    monkeypatch.setattr("forms.services.entering.current_fate", seen)
    monkeypatch.setattr("forms.services.steps.current_fate", seen)
    enter(county, sheet, chain)
    assert fates(sheet) == ["printed", "filled"]
    assert PaperEntry.objects.count() == 1


def test_a_sheet_of_another_unit_is_refused(county: County, sheet: Sheet, chain: CareChain):
    with pytest.raises(NotAllowed, match="en annan enhet"):
        enter(county, sheet, chain, by=county.disa)
    assert not Handover.objects.exists()


def test_an_administrator_enters_nothing(county: County, sheet: Sheet, chain: CareChain):
    with pytest.raises(NotAllowed):
        enter(county, sheet, chain, by=county.adam)


def test_without_its_row_of_the_trace_nothing_is_written(
    county: County, sheet: Sheet, chain: CareChain, monkeypatch: pytest.MonkeyPatch
):
    record = audit.record

    def fail(**row: Any) -> AuditEntry:
        if row["action"] == "sheet.entered":
            raise RuntimeError("no trace")
        return record(**row)

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        enter(county, sheet, chain)
    assert not Handover.objects.exists()
    assert not Submission.objects.filter(kind="call").exists()
    assert fates(sheet) == ["printed"]


def test_a_sheet_of_a_chain_that_was_joined_is_entered_in_the_kept_one(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, chain=other)
    with pytest.raises(RuleError, match="annan patient"):
        enter(county, sheet, kept)
    join(county, kept, other)
    call = enter(county, sheet, get_chain(county.alva, kept.pk))
    assert call.chain_id == kept.pk
    assert chains_to_link(county.alva, [sheet]) == {other.pk}
