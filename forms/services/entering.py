"""From paper to log: one row of a sheet becomes a call like any other, and keeps the way back to its paper (R2.4)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may, check_within
from contacts.queries.joined import units_read_as
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import replacing
from forms.models import COME_BACK, AllEntered, PaperEntry, Sheet
from forms.queries.entering import drill_filled_in, may_be_about, open_for_entering, standing_call
from forms.queries.sheets import entries_count
from forms.queries.warnings import filled_in_drill
from forms.rules.serial import read_serial, shown_serial
from forms.rules.sheet_fate import VOIDED_WITHOUT_PICTURE, Fate, check_all_entered
from forms.services.fates import mark_filled
from forms.services.steps import ChangedMeanwhileStep, current_fate, lock_sheet
from outage.models import CareChain, Handover, HandoverMessage
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.joined import kept_id
from outage.queries.standing import first_of, told_only_by
from outage.rules.drills import why_not_entered
from outage.rules.handover import CallFacts, Message
from outage.rules.paper import PaperMark
from outage.rules.told import PLACE_PREFIX, minute_of
from outage.rules.wording import moment
from outage.services.events import lock_chain, need_reason, write_event
from outage.services.handovers import log_call, write_call
from outage.services.paper import mark_of
from outage.services.states import settle


def enter_call(
    *,
    by: Acting,
    sheet: Sheet,
    chain: CareChain,
    client_id: UUID,
    facts: CallFacts,
    messages: Sequence[Message],
    paper: PaperMark,
    answers: Mapping[str, str] | None = None,
    seen: int = 0,
) -> Handover:
    """Enter one row of `sheet` as a call about `chain`; `paper` is of that sheet.

    The sheet becomes filled in, if it was only printed. A resend returns the first call. Raises NotAllowed by role or
    for another unit's sheet, RuleError for one that is voided without a picture or another patient's, CallErrors by
    field, Question and IdClash as for any call; Question too for a row like a call that stands in the chain.
    """
    check_may(by, Right.HANDLE_SHEETS, sheet)
    if paper.serial != sheet.serial:
        raise ValueError("the mark is of another sheet")
    if not may_be_about(by, sheet, chain.pk):
        raise RuleError("Bladet gäller en annan patient. Öppna bladet på nytt och försök igen.")
    _check_outage(sheet, chain)
    with transaction.atomic():
        # First of all: who voids the sheet meanwhile waits, or has been here before.
        lock_sheet(sheet)
        if answers is not None:
            _ask_if_of_drill(by, sheet, chain, client_id, paper, answers)
            if not Handover.objects.filter(pk=client_id).exists():
                # Of two who enter it, each from a sheet, the second finds it.
                lock_chain(chain)
                _ask_if_logged(sheet, log_of(chain.pk), facts, answers)
        handover = log_call(
            by=by,
            chain=chain,
            client_id=client_id,
            facts=facts,
            messages=messages,
            paper=paper,
            answers=answers,
            seen=seen,
        )
        if PaperEntry.objects.filter(handover=handover).exists():
            return handover
        _say_filled(by, sheet)
        entry = PaperEntry.objects.create(handover=handover, sheet=sheet, user=by.user, unit=by.unit)
        audit.record(
            by=by, action="sheet.entered", target=entry, chain=chain.pk, changes={"sheet": sheet.serial}
        )
    return handover


def _check_outage(sheet: Sheet, chain: CareChain, field: str | None = None) -> None:
    """Raises RuleError where one of them is of a drill and the other in earnest; a blank sheet may be of none."""
    if sheet.outage and (
        why := why_not_entered(sheet_of_drill=sheet.outage.drill, chain_of_drill=chain.outage.drill)
    ):
        raise RuleError(why, field=field)


def _ask_if_of_drill(
    by: Acting,
    sheet: Sheet,
    chain: CareChain,
    client_id: UUID,
    paper: PaperMark,
    answers: Mapping[str, str],
) -> None:
    """Raises Question where a row that is entered in earnest, from a sheet that does not say what it is of, may have
    been written in a drill.
    """
    if chain.outage.drill or PaperEntry.objects.filter(handover=client_id).exists():
        return
    drill = drill_filled_in(by, sheet, paper.written_at)
    if drill is not None:
        Question(
            f"practised-{drill.pk}",
            f"{filled_in_drill(drill, timezone.now())} Gäller raden en riktig patient?",
            [("ja", "Ja. Den gäller driftstoppet, inte övningen")],
            warning="En rad från övningen förs inte in: då räknas någon som informerad som inte är det.",
        ).settled(answers)


def _ask_if_logged(
    sheet: Sheet, log: ChainLog, facts: CallFacts, answers: Mapping[str, str], *, moved: bool = False
) -> None:
    """Raises Question where a standing call has the same minute, other end and outcome: the row may be that one.

    Only those entered from the sheet where the row is `moved` there: it stands in the log already.
    """
    said = minute_of(facts.at) if facts.at else None, facts.direction, facts.outcome
    alike = [
        call
        for call in log.live_handovers
        if (minute_of(call.at), call.direction, call.outcome) == said
        and facts.recipient in (call.recipient, PLACE_PREFIX + call.place)
        and (not moved or call.paper_serial == sheet.serial)
    ]
    if not alike:
        return
    call = alike[-1]
    first = first_of(call, log)
    by = f"{moment(first.recorded_at, timezone.now())} av {first.user.full_name}"
    there = "" if call.paper_serial == sheet.serial else f" från blad {shown_serial(call.paper_serial)}"
    if call.paper_serial:
        sentence = f"Den här raden är redan införd {by}{there}. Är det en till?"
        choice, warning = "Ja, det är en till", "Är det samma rad: avbryt. Den står redan i loggen."
    else:
        sentence = f"Ett likadant samtal är redan loggat {by}. Är det ett till?"
        choice, warning = "Ja, det är ett till", "Är det samma samtal: avbryt. Det står redan i loggen."
    Question(f"entered-{first.pk}", sentence, [("ja", choice)], warning=warning).settled(answers)


def move_entry(
    *,
    by: Acting,
    entry: PaperEntry,
    client_id: UUID,
    serial_text: str,
    reason: str,
    answers: Mapping[str, str] | None = None,
) -> PaperEntry:
    """Correct which sheet a row was entered from: the log then names the sheet with `serial_text`.

    The call, and what stands by it alone, are written as new rows that differ in the sheet; the former rows are kept.
    A resend returns the first. Raises NotAllowed, NoSerial, RuleError by field where the sheet is not the unit's or
    about another patient, or without a reason, ChangedMeanwhile where the call was changed by somebody else, and
    Question as `enter_call`.
    """
    check_may(by, Right.HANDLE_SHEETS, entry)
    check_may(by, Right.LOG_CARE)
    serial = read_serial(serial_text)
    need_reason(reason)
    to = Sheet.objects.filter(serial=serial, unit__in=units_read_as(by.unit), kind__in=COME_BACK).first()
    if to is None or to == entry.sheet:
        raise RuleError("Skriv löpnumret på ett annat blad på din enhet.", field="serial")
    content = {"entry": entry.pk, "to": serial, "reason": reason}
    with replacing():
        if claim(by=by, client_id=client_id, kind="sheet.entry_moved", content=content):
            return PaperEntry.objects.get(handover=client_id)
        for sheet in sorted((entry.sheet, to), key=lambda sheet: sheet.pk):
            lock_sheet(sheet)
        call = standing_call(entry)
        check_within(by, call)
        if not may_be_about(by, to, kept_id(call.chain_id)):
            raise RuleError(
                "Bladet gäller en annan patient. Flytta samtalet till den i loggen.", field="serial"
            )
        _check_outage(to, call.chain, "serial")
        if answers is not None:
            there = PLACE_PREFIX + call.place if call.place else call.recipient
            facts = replace(call.facts, recipient=there)
            _ask_if_logged(to, log_of(kept_id(call.chain_id)), facts, answers, moved=True)
        _say_filled(by, to)
        moved = PaperEntry.objects.create(
            handover=_named_anew(by, call, entry.sheet.serial, to.serial, client_id, reason),
            sheet=to,
            moved_from=entry,
            reason=reason.strip(),
            user=by.user,
            unit=by.unit,
        )
        changes = {"from": entry.sheet.serial, "to": to.serial}
        audit.record(by=by, action="sheet.entry_moved", target=moved, chain=call.chain_id, changes=changes)
    return moved


def _named_anew(by: Acting, call: Handover, serial: str, to: str, client_id: UUID, reason: str) -> Handover:
    """Rewrite a call, and what stands by it alone and was read on the same sheet, with the serial of another."""
    lock_chain(call.chain)
    log = log_of(call.chain_id)
    mark = mark_of(call)
    row = write_call(
        by,
        call.chain,
        client_id,
        call.facts,
        paper=replace(mark, serial=to) if mark else None,
        supersedes=call,
        reason=reason,
    )
    for message in call.messages.all():
        HandoverMessage.objects.create(
            handover=row, event_id=message.event_id, change_id=message.change_id, notice=message.notice
        )
    for event in told_only_by(call.chain, log, call):
        read_on = mark_of(event)
        if read_on is None or read_on.serial != serial:
            continue
        write_event(
            by,
            call.chain,
            event_id=uuid5(client_id, str(event.pk)),
            kind=event.kind,
            sender=Party(event.sender),
            happened_at=event.happened_at,
            particulars=event.particulars,
            supersedes=event,
            reason=reason,
            told_rightly=True,
            paper=replace(read_on, serial=to),
        )
    settle(call.chain)
    return row


def say_all_entered(*, by: Acting, sheet: Sheet, client_id: UUID, rows: int, seen: int) -> AllEntered:
    """Record that all rows of a sheet are in the log, or that there is none to enter (R2.4).

    `rows` is how many entered ones the person saw, and `seen` the number of the last step: where somebody entered one
    or took one meanwhile, ChangedMeanwhileStep is raised and nothing is written. Raises NotAllowed, IdClash, and
    RuleError for a sheet that is not filled in, or voided without a picture, or of a kind that nothing is entered
    from.
    """
    check_may(by, Right.HANDLE_SHEETS, sheet)
    if not sheet.comes_back:
        raise RuleError("Från det här bladet förs inget in i loggen.")
    with transaction.atomic():
        content = {"sheet": sheet.serial, "rows": rows, "seen": seen}
        sent_before = claim(by=by, client_id=client_id, kind="sheet.all_entered", content=content)
        lock_sheet(sheet)
        steps = [Fate(fate) for fate in sheet.fates.order_by("number").values_list("fate", flat=True)]
        if sent_before is None:
            check_all_entered(steps)
            if (len(steps), entries_count(sheet)) != (seen, rows):
                raise ChangedMeanwhileStep
        scans = steps[:seen].count(Fate.SCANNED)
        said = AllEntered.objects.filter(sheet=sheet, rows=rows, scans=scans).first()
        if said is not None:
            return said
        said = AllEntered.objects.create(sheet=sheet, rows=rows, scans=scans, user=by.user, unit=by.unit)
        changes = {"sheet": sheet.serial, "rows": rows}
        audit.record(by=by, action="sheet.all_entered", target=said, chain=sheet.chain_id, changes=changes)
    return said


def _say_filled(by: Acting, sheet: Sheet) -> None:
    """Take the step to filled where nobody has; refuses a sheet that is voided without a picture."""
    last = current_fate(sheet)
    if last is not None and last.fate == Fate.PRINTED:
        # Somebody else took a step a moment ago: as a rule this very one, by entering the first row.
        with suppress(ChangedMeanwhileStep):
            mark_filled(by=by, sheet=sheet, seen=last.number)
    if not open_for_entering(sheet):
        raise RuleError(VOIDED_WITHOUT_PICTURE)
