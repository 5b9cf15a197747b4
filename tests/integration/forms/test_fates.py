"""Steps in a sheet's life as writes: row and trace of each, what is refused, twice is once, two at once (R2.6)."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from contacts import audit
from contacts.models import AuditEntry
from contacts.models.base import AppendOnlyError
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.permissions import Role
from forms.models import Sheet, SheetFate, SheetKind
from forms.queries.sheets import Where, figures
from forms.rules.sheet_fate import Fate, Look, VoidReason
from forms.services.fates import (
    check_scan,
    destroy_sheet,
    hand_over,
    keep_paper,
    mark_filled,
    mark_scanned,
    void_sheet,
)
from forms.services.steps import ChangedMeanwhileStep, write_step
from tests.factories import at_once, make_chain, make_outage, person

from .sheets_made import bring_to, decide, make_sheet, path_of, scan

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def last(sheet: Sheet) -> SheetFate:
    return sheet.fates.order_by("-number")[0]


def reason_of(call) -> RuleError:
    with pytest.raises(RuleError) as told:
        call()
    return told.value


@pytest.mark.clause("R2.6")
def test_from_printed_to_destroyed_each_step_is_a_row_with_signature_and_trace(county, alva, sheet):
    decision = decide(county.adam)
    before = AuditEntry.objects.count()
    mark_filled(by=alva, sheet=sheet, client_id=uuid4(), seen=1)
    mark_scanned(by=alva, sheet=sheet)
    check_scan(by=county.esa, sheet=sheet, client_id=uuid4(), looked=list(Look), seen=3)
    destroy_sheet(by=alva, sheet=sheet, client_id=uuid4(), on=TODAY(), decision=decision.pk, seen=4)
    assert path_of(sheet) == ["printed", "filled", "scanned", "checked", "destroyed"]
    rows = list(sheet.fates.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert [row.user for row in rows[1:]] == [alva.user, alva.user, county.esa.user, alva.user]
    assert rows[3].signature.startswith("Esa Påhittad, Sjuksköterska, Medicin 2")
    assert (rows[4].on, rows[4].decision) == (TODAY(), decision)
    trace = list(AuditEntry.objects.order_by("pk")[before:])
    assert [row.action for row in trace] == [
        "sheet.filled",
        "sheet.scanned",
        "sheet.checked",
        "sheet.destroyed",
    ]
    assert trace[-1].changes == {"sheet": sheet.serial, "step": "destroyed", "number": 5}


def test_the_trace_names_the_chain_and_nothing_of_the_patient(county, alva):
    chain = make_chain(county, make_outage(alva), patient_name="Tolvan Ensam")
    sheet = make_sheet(alva, chain=chain)
    void_sheet(
        by=alva,
        sheet=sheet,
        client_id=uuid4(),
        void_reason=VoidReason.LOST,
        reason="Samtal om Tolvan Ensam",
    )
    trace = AuditEntry.objects.get(action="sheet.voided")
    assert trace.chain == chain.pk
    assert "Tolvan" not in str(trace.changes)


def test_a_sheet_scanned_straight_from_the_printer_is_filled_first(alva, sheet):
    mark_scanned(by=alva, sheet=sheet)
    assert path_of(sheet) == ["printed", "filled", "scanned"]


@pytest.mark.clause("R2.6")
@pytest.mark.parametrize("count", range(4))
def test_the_second_look_is_whole_or_it_is_none(alva, sheet, count):
    scan(alva, sheet)
    told = reason_of(lambda: check_scan(by=alva, sheet=sheet, client_id=uuid4(), looked=list(Look)[:count]))
    assert told.field == "looked"
    assert path_of(sheet)[-1] == "scanned"


def test_what_can_not_be_read_is_scanned_once_more_and_the_first_scan_is_kept(alva, sheet):
    scan(alva, sheet)
    assert (
        reason_of(lambda: mark_filled(by=alva, sheet=sheet, client_id=uuid4(), reason=" ")).field == "reason"
    )
    mark_filled(by=alva, sheet=sheet, client_id=uuid4(), reason="Nederkanten är avskuren")
    assert last(sheet).reason == "Nederkanten är avskuren"
    scan(alva, sheet)
    assert path_of(sheet) == ["printed", "filled", "scanned", "filled", "scanned"]
    assert sheet.matches.count() == 2


class TestVoided:
    def test_with_a_reason_of_the_list(self, alva, sheet):
        void_sheet(by=alva, sheet=sheet, client_id=uuid4(), void_reason=VoidReason.MISPRINT)
        assert (last(sheet).fate, last(sheet).void_reason) == ("voided", "misprint")

    @pytest.mark.parametrize("why", [VoidReason.OTHER, VoidReason.LOST])
    def test_in_words_where_the_list_says_too_little(self, alva, sheet, why):
        call = partial(void_sheet, by=alva, sheet=sheet, client_id=uuid4(), void_reason=why)
        assert reason_of(lambda: call(reason=" ")).field == "reason"
        call(reason="Två samtal till kommunen, vårdkedja 3")
        assert last(sheet).reason == "Två samtal till kommunen, vårdkedja 3"

    @pytest.mark.parametrize("why", VoidReason)
    @pytest.mark.parametrize("at", [Fate.SCANNED, Fate.CHECKED, Fate.KEPT])
    def test_a_scanned_one_only_where_its_paper_is_gone(self, alva, sheet, at, why):
        bring_to(alva, sheet, at)
        before = path_of(sheet)
        call = partial(void_sheet, by=alva, sheet=sheet, client_id=uuid4(), void_reason=why)
        told = reason_of(lambda: call(reason=" "))
        assert (told.reason, told.field) == ("Skriv vad som har hänt med papperet.", "reason")
        if why in (VoidReason.LOST, VoidReason.DAMAGED):
            call(reason="Låg i fel pärm, strimlades")
            assert path_of(sheet) == [*before, "voided"]
            assert figures(alva.unit)[Where.ALL] == 0
            assert sheet.matches.count() == 1
            return
        told = reason_of(lambda: call(reason="Vi ville det"))
        assert told.field == "void_reason"
        assert "borttappat eller förstört av misstag" in told.reason
        assert path_of(sheet) == before


class TestDestroyed:
    @pytest.fixture
    def checked(self, alva, sheet) -> Sheet:
        return bring_to(alva, sheet, Fate.CHECKED)

    def destroy(self, by, sheet, decision, **more):
        facts = {"on": TODAY(), "client_id": uuid4()} | more
        return destroy_sheet(by=by, sheet=sheet, decision=decision.pk if decision else None, **facts)

    @pytest.mark.clause("R2.6")
    def test_not_without_a_decision(self, alva, checked):
        told = reason_of(lambda: self.destroy(alva, checked, None))
        assert told.reason == (
            "Inget gallringsbeslut är infört för Region Västerbotten. "
            "Administratören för in det under Gallringsbeslut."
        )
        assert path_of(checked)[-1] == "checked"

    @pytest.mark.clause("R2.6")
    def test_not_where_the_decision_forbids_it_and_then_it_is_kept(self, county, alva, checked):
        decision = decide(county.adam, allows=False, reference="RS 981-2026")
        told = reason_of(lambda: self.destroy(alva, checked, decision))
        assert told.reason == "Får inte förstöras enligt RS 981-2026."
        keep_paper(by=alva, sheet=checked, client_id=uuid4(), reason="Pärm 2, expeditionen")
        assert (last(checked).fate, last(checked).reason) == ("kept", "Pärm 2, expeditionen")

    def test_the_decision_of_another_principal_counts_for_nothing(self, county, alva, checked):
        theirs = decide(person("carin", county.social_care, Role.ADMIN))
        assert "Inget gallringsbeslut" in reason_of(lambda: self.destroy(alva, checked, theirs)).reason

    def test_not_under_a_decision_that_was_replaced_while_one_read(self, county, alva, checked):
        read = decide(county.adam, reference="RS 982-2026")
        decide(county.adam, reference="RS 983-2026")
        assert "ett annat än det du läste" in reason_of(lambda: self.destroy(alva, checked, read)).reason
        assert path_of(checked)[-1] == "checked"

    def test_what_was_kept_may_go_when_a_decision_comes(self, county, alva, checked):
        keep_paper(by=alva, sheet=checked, client_id=uuid4())
        self.destroy(alva, checked, decide(county.adam))
        assert path_of(checked)[-2:] == ["kept", "destroyed"]

    def test_the_day_lies_between_scan_and_today(self, county, alva, checked):
        decision = decide(county.adam)
        for days, sentence in ((1, "framåt i tiden"), (-1, "inte skannat den dagen")):
            told = reason_of(
                lambda days=days: self.destroy(alva, checked, decision, on=TODAY() + timedelta(days=days))
            )
            assert sentence in told.reason
            assert told.field == "on"
        assert path_of(checked)[-1] == "checked"

    @pytest.mark.parametrize("step", [Fate.PRINTED, Fate.FILLED, Fate.SCANNED])
    def test_not_before_it_is_checked(self, county, alva, step):
        sheet = bring_to(alva, make_sheet(alva), step)
        told = reason_of(lambda: self.destroy(alva, sheet, decide(county.adam)))
        assert told.reason == "Bladet måste vara skannat och granskat innan det förstörs."


@pytest.mark.clause("R3.11")
class TestPatientsCopy:
    @pytest.fixture
    def copy(self, alva) -> Sheet:
        return make_sheet(alva, SheetKind.SIP_PATIENT)

    def test_it_is_handed_over_to_somebody_on_a_day(self, alva, copy):
        hand_over(by=alva, sheet=copy, client_id=uuid4(), given_to="Dottern Disa", on=TODAY())
        assert (last(copy).fate, last(copy).given_to, last(copy).on) == ("given", "Dottern Disa", TODAY())

    @pytest.mark.parametrize(
        ("given_to", "days", "field"),
        [("  ", 0, "given_to"), ("Patienten", 1, "on"), ("Patienten", -1, "on")],
    )
    def test_not_to_nobody_nor_on_another_day(self, alva, copy, given_to, days, field):
        on = TODAY() + timedelta(days=days)
        told = reason_of(lambda: hand_over(by=alva, sheet=copy, client_id=uuid4(), given_to=given_to, on=on))
        assert told.field == field
        assert path_of(copy) == ["printed"]

    def test_it_is_neither_filled_nor_scanned(self, alva, copy):
        for call in (mark_filled, mark_scanned):
            assert "lämnas över eller makuleras" in reason_of(partial(call, by=alva, sheet=copy)).reason

    def test_no_other_sheet_is_handed_over(self, alva, sheet):
        told = reason_of(
            lambda: hand_over(by=alva, sheet=sheet, client_id=uuid4(), given_to="Patienten", on=TODAY())
        )
        assert told.reason == "Bara patientens exemplar lämnas över."


STEPS = {
    "filled": (Fate.PRINTED, mark_filled, {}),
    "checked": (Fate.SCANNED, check_scan, {"looked": list(Look)}),
    "again": (Fate.SCANNED, mark_filled, {"reason": "Suddig"}),
    "kept": (Fate.CHECKED, keep_paper, {}),
    "voided": (Fate.PRINTED, void_sheet, {"void_reason": VoidReason.UNUSED}),
}


@pytest.mark.parametrize("name", STEPS)
class TestEachStep:
    def test_sent_twice_it_is_one(self, alva, name):
        at, take, facts = STEPS[name]
        sheet = bring_to(alva, make_sheet(alva), at)
        client_id = uuid4()
        first, second = (
            take(by=alva, sheet=sheet, client_id=client_id, seen=last(sheet).number - again, **facts)
            for again in (0, 1)
        )
        assert first == second
        assert last(sheet) == first

    def test_an_id_used_for_another_sheet_is_refused(self, alva, name):
        at, take, facts = STEPS[name]
        one, other = (bring_to(alva, make_sheet(alva), at) for _ in range(2))
        client_id = uuid4()
        take(by=alva, sheet=one, client_id=client_id, **facts)
        before = path_of(other)
        with pytest.raises(IdClash):
            take(by=alva, sheet=other, client_id=client_id, **facts)
        assert path_of(other) == before

    def test_what_was_judged_must_be_what_is_there(self, alva, name):
        at, take, facts = STEPS[name]
        sheet = bring_to(alva, make_sheet(alva), at)
        before = path_of(sheet)
        with pytest.raises(ChangedMeanwhileStep):
            take(by=alva, sheet=sheet, client_id=uuid4(), seen=len(before) + 1, **facts)
        assert path_of(sheet) == before

    @pytest.mark.parametrize("who", ["bo", "cissi", "adam"])
    def test_only_those_who_handle_the_units_sheets(self, county, alva, name, who):
        at, take, facts = STEPS[name]
        sheet = bring_to(alva, make_sheet(alva), at)
        before = path_of(sheet)
        with pytest.raises(NotAllowed):
            take(by=county.somebody(who), sheet=sheet, client_id=uuid4(), **facts)
        assert path_of(sheet) == before

    def test_no_step_without_its_trace(self, alva, name, monkeypatch):
        at, take, facts = STEPS[name]
        sheet = bring_to(alva, make_sheet(alva), at)
        before = path_of(sheet)

        def broken(**kwargs):
            raise DatabaseError("the trace can not be written")

        monkeypatch.setattr(audit, "record", broken)
        with pytest.raises(DatabaseError):
            take(by=alva, sheet=sheet, client_id=uuid4(), **facts)
        assert path_of(sheet) == before


def test_steps_are_never_changed_nor_deleted_nor_numbered_twice(alva, sheet):
    row = last(sheet)
    row.reason = "annat"
    for wrong in (row.save, row.delete, sheet.fates.all().delete):
        with pytest.raises(AppendOnlyError):
            wrong()
    with pytest.raises(IntegrityError):
        SheetFate.objects.create(sheet=sheet, number=1, fate="voided", unit=alva.unit, user=alva.user)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(county):
    sheet = make_sheet(county.alva)
    void = partial(void_sheet, sheet=sheet, void_reason=VoidReason.UNUSED, seen=1)
    answers = at_once(
        [
            partial(void, by=county.alva, client_id=uuid4()),
            partial(void, by=county.esa, client_id=uuid4()),
        ]
    )
    assert sum(isinstance(answer, SheetFate) for answer in answers) == 1
    assert sum(isinstance(answer, RuleError) for answer in answers) == 1
    assert path_of(sheet) == ["printed", "voided"]
    assert AuditEntry.objects.filter(action="sheet.voided").count() == 1


def test_a_command_on_the_server_signs_nothing(alva, sheet):
    row = write_step(by=None, unit=alva.unit, sheet=sheet, step=Fate.VOIDED, void_reason=VoidReason.UNUSED)
    assert (row.user, row.signature) == (None, "")
