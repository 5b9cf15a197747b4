"""What the routine's content file says, and that the rules need nothing but such a file."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import outage.rules
from contacts.content.reader import ContentError
from contacts.rules.parties import Party, PrincipalKind, WardKind
from outage.routine import all_routines, current_routine, get_routine, load_routine
from outage.rules.back_registration import Before, ChainStatus, LoggedEvent, back_registration
from outage.rules.informing import recipients
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Effect, Routine
from outage.rules.routine_applies import routine_applies
from tests.routine_table import KINDS, WHO_TELLS_WHOM, kinds_of

ROUTINE = current_routine()
CONTENT = Path(outage.rules.__file__).parent.parent / "routine" / "content" / "prator-2023-04-03.toml"

EVERY_CLAUSE = [
    f"R{part}.{number}"
    for part, last in ((1, 7), (2, 7), (3, 11), (4, 6), (5, 6))
    for number in range(1, last + 1)
]


def every_text(routine: Routine) -> list[str]:
    texts = [routine.title, *routine.clauses.values(), routine.back_registration.wrong_patient]
    texts += [routine.acknowledge.do, routine.acknowledge.why]
    for reason in routine.reasons.values():
        texts += [reason.sentence, reason.expected]
    for outcome in routine.outcomes.values():
        texts += [outcome.do, outcome.why]
    texts += [support.do for support in routine.support.values()]
    texts += [text for by_kind in routine.scope_texts.values() for text in by_kind.values()]
    texts += [message.law_reminder for message in routine.messages.values()]
    return [text for text in texts if text]


def test_every_clause_has_a_sentence_of_its_own_in_order() -> None:
    assert list(ROUTINE.clauses) == EVERY_CLAUSE
    assert len(set(ROUTINE.clauses.values())) == len(EVERY_CLAUSE)


def test_every_text_is_a_finished_sentence_in_our_words() -> None:
    for text in every_text(ROUTINE):
        assert "{" not in text
        assert text == ROUTINE.title or text[-1] in ".)"
        assert not re.search(r"vårdcentral|scanna|kwitt", text, re.IGNORECASE)
        assert text[0].isupper()


@pytest.mark.clause("R1.5")
@pytest.mark.clause("R1.7")
def test_the_limits() -> None:
    limits = ROUTINE.limits
    assert limits.long_outage == timedelta(hours=2)
    assert (limits.break_point, limits.break_point_window) == (time(12), timedelta(minutes=60))
    assert limits.time_zone == "Europe/Stockholm"
    assert limits.contact_unverified_after_days == 90


def test_the_sentences_take_their_figures_from_the_limits() -> None:
    assert "12.00 (mellan 11.00 och 13.00)" in ROUTINE.reasons["break_point"].sentence
    assert "längre än 2 timmar" in ROUTINE.reasons["long_outage"].sentence


def test_what_the_routine_is() -> None:
    assert (ROUTINE.id, ROUTINE.system) == ("prator-2023-04-03", "PRATOR")
    assert (ROUTINE.version, ROUTINE.issued) == ("2023-04-03", date(2023, 4, 3))


@pytest.mark.clause("R1.1")
def test_each_principal_has_its_own_support() -> None:
    region, municipality = (ROUTINE.support[kind] for kind in PrincipalKind)
    assert (region.name, region.number) == ("Servicedesk", "59090")
    assert municipality.number == ""
    assert "egen IT-support" in municipality.do


@pytest.mark.clause("R1.2")
@pytest.mark.clause("R1.3")
def test_each_principal_reads_what_the_scope_means_for_it() -> None:
    texts = ROUTINE.scope_texts
    assert "översikten" in texts[OutageScope.MUNICIPALITIES_ONLY][PrincipalKind.REGION]
    assert "internetlänken" in texts[OutageScope.MUNICIPALITIES_ONLY][PrincipalKind.MUNICIPALITY]
    for kind in PrincipalKind:
        assert "telefon" in texts[OutageScope.BOTH_PRINCIPALS][kind]


def test_the_message_types_and_their_names_in_process_order() -> None:
    assert [message.label for message in ROUTINE.messages.values()] == [
        "Inskrivning",
        "Svar på inskrivning",
        "Preliminärt utskrivningsklar",
        "Initiativ till SIP",
        "Utskrivningsrapport",
        "Utskrivningsklar",
        "Kallelse till SIP",
        "Kommunklar",
        "Utskrivningsmeddelande",
    ]
    assert ROUTINE.label("discharge") == "Utskrivningsmeddelande"


def test_what_each_message_does_to_the_stay() -> None:
    found = {kind: message.effect for kind, message in ROUTINE.messages.items()}
    assert found.pop("admission") is Effect.ADMISSION
    assert found.pop("discharge") is Effect.DISCHARGE
    assert {kind for kind, effect in found.items() if effect is Effect.SIP} == {
        "sip_initiative",
        "sip_invitation",
    }
    assert set(found.values()) == {Effect.SIP, Effect.INFORMATION}


@pytest.mark.clause("R3.6")
@pytest.mark.clause("R3.8")
def test_a_reply_asks_each_sender_for_its_own_particulars() -> None:
    reply = ROUTINE.message("admission_reply")
    assert reply.particulars_for(Party.MUNICIPALITY) == ("current_services",)
    assert reply.particulars_for(Party.OUTPATIENT) == ("current_services", "named_care_contact")
    assert reply.particulars_for(Party.INPATIENT) == ()
    assert reply.particulars == ("current_services",)


def test_who_tells_whom_by_which_clause_in_process_order() -> None:
    assert {
        (sending.clause, sending.party, message.key, frozenset(sending.tells))
        for message in ROUTINE.messages.values()
        for sending in message.sendings
    } == {(row.clause, row.sender, row.kind, frozenset(row.tells)) for row in WHO_TELLS_WHOM}
    assert tuple(ROUTINE.messages) == KINDS
    for party in Party:
        assert [message.key for message in ROUTINE.messages_from(party)] == kinds_of(party)


def test_which_answers_are_owed_and_which_are_only_awaited() -> None:
    """Kommunklar is waited for after utskrivningsklar; the routine says of no moment at which it is owed."""
    found = {kind: (m.answers, m.awaited_after) for kind, m in ROUTINE.messages.items() if m.awaited_after}
    assert found == {
        "admission_reply": ("admission", "admission"),
        "municipality_ready": ("", "ready_for_discharge"),
    }


def test_the_law_reminds_of_three_limits() -> None:
    found = {kind: message.law_reminder for kind, message in ROUTINE.messages.items() if message.law_reminder}
    assert "24 timmar" in found["admission"]
    assert "tre kalenderdagar" in found["ready_for_discharge"]
    assert "tre kalenderdagar" in found["sip_invitation"]
    assert "samma dag" in found["discharge"]


def test_every_case_has_its_words() -> None:
    """Cases 7 to 9 are made of others, as the next test has it; case 15 is to acknowledge."""
    cases = {int(key.partition("-")[0]) for key in ROUTINE.outcomes}
    assert cases == set(range(1, 20)) - {7, 8, 9, 15}
    assert ROUTINE.acknowledge.clause == "R4.6"


@pytest.mark.parametrize(
    ("letters", "before", "parts"),
    [
        pytest.param("DA", Before.ADMITTED, [3, 1], id="case 7"),
        pytest.param("DAD", Before.ADMITTED, [3, 2], id="case 8"),
        pytest.param("ADA", Before.NOT_ADMITTED, [2, 1], id="case 9"),
    ],
)
def test_a_case_of_several_stays_is_one_case_for_each(letters: str, before: Before, parts: list[int]) -> None:
    assert cases_of(ROUTINE, "admission", "discharge", letters, before) == parts


def cases_of(routine: Routine, admission: str, discharge: str, letters: str, before: Before) -> list[int]:
    start = datetime(2026, 1, 20, tzinfo=UTC)
    kinds = {"A": admission, "D": discharge}
    tasks = back_registration(
        routine=routine,
        scope=OutageScope.BOTH_PRINCIPALS,
        before=before,
        status=ChainStatus.OK,
        events=[
            LoggedEvent(str(place), kinds[letter], start + timedelta(minutes=place))
            for place, letter in enumerate(letters)
        ],
    )
    return [task.case for task in tasks]


def test_a_routine_is_read_once() -> None:
    assert get_routine("prator-2023-04-03") is current_routine()
    assert all_routines() == (current_routine(),)


def test_a_routine_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ContentError, match="prator-2023-04-03"):
        get_routine("../prator-2023-04-03")


def test_nothing_in_a_routine_can_be_changed() -> None:
    with pytest.raises(TypeError):
        ROUTINE.clauses["R1.1"] = "x"  # type: ignore[index]


def test_a_routine_for_another_system_is_a_file_and_no_code(tmp_path: Path) -> None:
    text = CONTENT.read_text(encoding="utf-8")
    text = text.replace('id = "prator-2023-04-03"', 'id = "fenix-2030-01-01"').replace('"PRATOR"', '"Fenix"')
    text = text.replace("i PRATOR", "i Fenix").replace(
        "long_outage_minutes = 120", "long_outage_minutes = 30"
    )
    text = text.replace("break_point = 12:00:00", "break_point = 06:30:00")
    text = text.replace('= "admission"\nlabel', '= "arrival"\nlabel').replace(
        'answers = "admission"', 'answers = "arrival"'
    )
    text = text.replace('key = "discharge"', 'key = "departure"')
    path = tmp_path / "fenix-2030-01-01.toml"
    path.write_text(text, encoding="utf-8")
    fenix = load_routine(path)

    assert fenix.outcomes["1"].do == "Skriv in patienten i Fenix."
    assert "6.30 (mellan 5.30 och 7.30)" in fenix.reasons["break_point"].sentence
    assert "30 minuter" in fenix.reasons["long_outage"].sentence
    assert not any("PRATOR" in text for text in every_text(fenix))
    assert cases_of(fenix, "arrival", "departure", "DADA", Before.ADMITTED) == [3, 2, 1]
    told = recipients(routine=fenix, kind="arrival", sender=Party.INPATIENT, ward_kind=WardKind.SOMATIC)
    assert [recipient.wire for recipient in told] == ["municipality", "health_centre"]
    verdict = routine_applies(
        routine=fenix,
        scope=OutageScope.BOTH_PRINCIPALS,
        start=datetime(2026, 1, 20, 11, tzinfo=UTC),
        until=datetime(2026, 1, 20, 11, 31, tzinfo=UTC),
        discharge_logged=False,
    )
    assert [reason.clause for reason in verdict.reasons] == ["R1.7"]


def test_the_rules_name_no_system_and_no_message_type() -> None:
    words = set(ROUTINE.messages) - set(Effect) - {"sip_invitation"} | {ROUTINE.system}
    for path in Path(outage.rules.__file__).parent.glob("*.py"):
        source = path.read_text(encoding="utf-8").lower()
        assert [word for word in words if word.lower() in source] == [], path.name
