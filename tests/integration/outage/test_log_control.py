"""Loggkontroll: finding rows by patient, unit and day, rows drawn at random, what is noted, and what is printed."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.models import AuditEntry, ReviewNote, ReviewSample
from contacts.page_versions import forget_pages
from contacts.queries.reviewing import about_patients, reviewed
from contacts.rules.errors import NotAllowed, NotYours, RuleError
from contacts.rules.permissions import Role
from contacts.rules.reviewing import Verdict
from contacts.services.reviewing import draw_sample, note_review
from outage.models import CareChain
from outage.queries.care_chains import get_chain
from outage.queries.patient_numbers import chains_with_number
from outage.queries.reviewing import chains_asked_for, chains_once_asked_for
from outage.services.care_chains import change_details
from outage.views.reviewing import WITHOUT
from tests.factories import TOLVAN, County, person
from tests.integration.outage.pages import read
from tests.integration.outage.test_reviewing import URL, rows
from tests.trail import drop_triggers

ASTA = "19900101-9802"


@pytest.fixture
def reviewer(county: County, client: Client) -> Acting:
    """Of Alva's principal, logged in."""
    by = person("rigmor", county.ward, Role.LOG_REVIEWER)
    client.force_login(by.user)
    return by


def seen(by: Acting, *chains: UUID, action: str = "chain.read") -> AuditEntry:
    one = {"chain": chains[0]} if len(chains) == 1 else {"patients": chains}
    return audit.record(by=by, action=action, **one)


def asked(client: Client, **typed: str) -> list[str]:
    page = read(client.post(URL, {"tid": "alla", **typed}, follow=True))
    return rows(page) if page.main.find("table") else []


def test_a_patient_is_found_by_number_and_code_alone_and_in_lists(
    county: County, chain: CareChain, client: Client, reviewer: Acting
):
    drop_triggers()
    AuditEntry.objects.all()._raw_delete(AuditEntry.objects.db)
    other, stranger = uuid4(), uuid4()
    seen(county.alva, chain.pk)
    seen(county.bo, chain.pk, other)
    seen(county.bo, other, stranger)
    for typed in (TOLVAN, TOLVAN.replace("-", ""), chain.pk.hex[:8]):
        found = asked(client, patient=typed)
        assert ["Bo Påhittad" in found[-2] and "2 vårdkedjor" in found[-2], "Alva" in found[-1]] == [
            True,
            True,
        ]
        # The search itself is a row about the patient.
        assert all("Sökte i loggen" in row for row in found[:-2])
    newest = AuditEntry.objects.filter(action="log.patient_sought").latest("pk")
    assert newest.patients.chains == [chain.pk]
    answer = client.post(URL, {"patient": TOLVAN})
    assert "1212" not in answer.headers["Location"]


def corrected(county: County, chain: CareChain, identity: str) -> None:
    there = get_chain(county.alva, chain.pk)
    facts = replace(there.details.facts, identity=identity, patient_name="Asta Ek")
    change_details(by=county.alva, chain=there, client_id=uuid4(), replaces=there.details.pk, facts=facts)


def test_a_patient_is_found_by_a_number_that_was_corrected_and_the_rows_say_when_they_had_it(
    county: County, chain: CareChain, client: Client, reviewer: Acting
):
    seen(county.bo, chain.pk)
    corrected(county, chain, ASTA)
    seen(county.bo, chain.pk, uuid4())

    def without(number: str) -> list[bool]:
        """Of each row but those of the searches, newest first: in a list, changed, read, opened."""
        found = [" ".join(row.split()) for row in asked(client, patient=number)]
        return [WITHOUT in row for row in found if "Sökte" not in row]

    assert without(TOLVAN) == [True, True, False, False]
    assert without(ASTA) == [False, False, True, True]
    assert without(chain.pk.hex[:8]) == [False] * 4
    # Whoever has the number that was wrong gets nothing of the patient's.
    page = read(client.post(URL, {"patient": TOLVAN, "tid": "alla"}, follow=True))
    assert chain.pk.hex[:8].upper() in page.find(id="once").get_text()
    assert not page.main.find("form", action=lambda action: "utdrag.pdf" in (action or ""))
    sealed = parse_qs(urlsplit(client.post(URL, {"patient": TOLVAN}).headers["Location"]).query)["s"]
    assert client.post(f"{reverse('log_extract')}?s={sealed[0]}").status_code == 404
    page = read(client.post(URL, {"patient": ASTA, "tid": "alla"}, follow=True))
    assert page.find(id="once") is None
    assert page.main.find("form", action=lambda action: "utdrag.pdf" in (action or ""))


def test_a_former_number_is_looked_up_within_the_border_only_and_is_no_present_one(
    county: County, chain: CareChain, reviewer: Acting
):
    corrected(county, chain, ASTA)
    theirs = person("rune", county.social_care, Role.LOG_REVIEWER)
    for typed in (TOLVAN, "121212-1212", "Pnr: 19121212-1212."):
        assert chains_once_asked_for(reviewer, typed) == {chain.pk}
        assert chains_asked_for(reviewer, typed) == set()
        assert chains_once_asked_for(theirs, typed) == set()
    assert chains_once_asked_for(reviewer, ASTA) == set()
    assert chains_once_asked_for(reviewer, chain.pk.hex[:8]) == set()
    assert not chains_with_number(county.alva, TOLVAN, chain.outage)
    with pytest.raises(NotAllowed):
        chains_once_asked_for(county.alva, TOLVAN)
    # Corrected and corrected back: it has it now.
    corrected(county, chain, TOLVAN)
    assert chains_asked_for(reviewer, TOLVAN) == chains_once_asked_for(reviewer, TOLVAN) == {chain.pk}


def test_what_is_no_number_finds_nothing_and_says_so(client: Client, reviewer: Acting):
    page = read(client.post(URL, {"patient": "Tolvan"}, follow=True))
    assert "Skriv hela numret" in page.find(id="patient-error").get_text()
    assert page.find(id="id_patient")["value"] == "Tolvan"
    assert not AuditEntry.objects.filter(action="log.patient_sought").exists()


def test_a_patient_of_another_principal_is_nobody(county: County, chain: CareChain, reviewer: Acting):
    theirs = person("rune", county.social_care, Role.LOG_REVIEWER)
    assert chains_asked_for(reviewer, TOLVAN) == {chain.pk}
    assert chains_asked_for(theirs, TOLVAN) == set()
    assert chains_asked_for(theirs, chain.pk.hex[:8]) == set()


def test_a_unit_and_days_are_chosen(county: County, client: Client, reviewer: Acting):
    drop_triggers()
    AuditEntry.objects.all()._raw_delete(AuditEntry.objects.db)
    today = timezone.localdate()
    for days, by in ((0, county.alva), (3, county.alva), (3, county.bo)):
        AuditEntry.objects.create(
            user=by.user,
            unit=by.unit,
            principal=by.principal,
            action="checklist.ticked",
            at=timezone.now() - timedelta(days=days),
        )
    then = (today - timedelta(days=3)).isoformat()
    assert len(asked(client, enhet=county.ward.name)) == 2
    assert len(asked(client, fran=then, till=then)) == 2
    assert len(asked(client, enhet=county.ward.name, fran=then, till=then)) == 1
    assert len(asked(client, fran=today.isoformat())) == 1
    assert len(asked(client, till=then)) == 2


def whole_time() -> dict[str, object]:
    now = timezone.now()
    return {"since": now - timedelta(days=1), "until": now + timedelta(seconds=1)}


def test_a_sample_is_drawn_among_others_rows_about_patients(
    county: County, chain: CareChain, reviewer: Acting
):
    seen(reviewer, chain.pk)
    audit.record(by=county.alva, action="checklist.ticked")
    seen(county.cissi, chain.pk)
    for _ in range(30):
        seen(county.alva, chain.pk)
        seen(county.bo, chain.pk, uuid4())
    allowed = set(about_patients(reviewed(reviewer)).exclude(user=reviewer.user).values_list("pk", flat=True))
    drawn = [
        set(
            draw_sample(by=reviewer, client_id=uuid4(), count=20, **whole_time()).entries.values_list(
                "pk", flat=True
            )
        )
        for _ in range(6)
    ]
    assert {len(each) for each in drawn} == {20}
    assert set().union(*drawn) <= allowed
    # At random: six draws of 20 among some sixty are not all the same, nor the newest.
    assert len({frozenset(each) for each in drawn}) > 1
    assert ReviewSample.objects.first().drawn_from == len(allowed)


def test_a_sample_sent_twice_is_drawn_once_and_none_is_drawn_of_nothing(
    county: County, chain: CareChain, reviewer: Acting
):
    seen(county.alva, chain.pk)
    press, period = uuid4(), whole_time()
    first = draw_sample(by=reviewer, client_id=press, count=20, **period)
    assert draw_sample(by=reviewer, client_id=press, count=20, **period) == first
    assert ReviewSample.objects.count() == 1
    long_ago = timezone.now() - timedelta(days=900)
    with pytest.raises(RuleError) as refused:
        draw_sample(
            by=reviewer, client_id=uuid4(), since=long_ago, until=long_ago + timedelta(days=1), count=5
        )
    assert refused.value.field == "since"


def test_a_row_is_noted_followed_up_and_counted(
    county: County, chain: CareChain, client: Client, reviewer: Acting
):
    entry = seen(county.alva, chain.pk)
    sample = draw_sample(by=reviewer, client_id=uuid4(), count=200, **whole_time())
    address = reverse("review_row", args=[entry.pk])
    page = read(client.get(address))
    for said in ("Läste en vårdkedja", "Alva Påhittad", county.ward.name, chain.pk.hex[:8].upper()):
        assert said in page.main.get_text()

    def say(verdict: str, text: str = "") -> tuple[int, str]:
        sent = {"client_id": str(uuid4()), "verdict": verdict, "text": text}
        answer = client.post(address, sent, follow=True)
        return answer.status_code, " ".join(read(answer).main.get_text(" ").split())

    assert say("followed_up", "Allt väl")[0] == 422
    status, text = say("follow_up")
    assert (status, "Skriv vad som ska följas upp" in text) == (422, True)
    status, text = say("follow_up", "Fråga Alva")
    assert (status, "Ska följas upp : Fråga Alva" in text or "Ska följas upp: Fråga Alva" in text) == (
        200,
        True,
    )
    assert say("fine")[0] == 422
    assert any("Ska följas upp" in row for row in asked(client, visa="folj"))
    assert "Väntar på uppföljning 1" in " ".join(
        read(client.get(reverse("review_report"))).main.get_text(" ").split()
    )
    assert say("followed_up", "Hon vårdade patienten")[0] == 200
    assert asked(client, visa="folj") == []
    shown = " ".join(read(client.get(reverse("review_sample", args=[sample.pk]))).main.get_text(" ").split())
    assert f"1 av {sample.entries.count()} granskade" in shown
    assert [note.text for note in ReviewNote.objects.all()] == ["Fråga Alva", "Hon vårdade patienten"]


def test_nobody_reviews_oneself_or_another_principal(county: County, chain: CareChain, reviewer: Acting):
    own, theirs = seen(reviewer, chain.pk), seen(county.cissi, uuid4())
    for entry, wrong in ((own, NotAllowed), (theirs, NotYours)):
        with pytest.raises(wrong):
            note_review(by=reviewer, client_id=uuid4(), entry=entry, verdict=Verdict.FINE, text="")
    assert not ReviewNote.objects.exists()


def test_a_note_lies_encrypted(county: County, chain: CareChain, reviewer: Acting):
    entry = seen(county.alva, chain.pk)
    note_review(by=reviewer, client_id=uuid4(), entry=entry, verdict=Verdict.FOLLOW_UP, text="Fråga Alva")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM contacts_reviewnote")
        assert "Alva" not in cursor.fetchone()[0]
    assert ReviewNote.objects.get().text == "Fråga Alva"


def test_many_rows_take_no_more_queries(county: County, chain: CareChain, client: Client, reviewer: Acting):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asks() -> list[int]:
        sample = draw_sample(by=reviewer, client_id=uuid4(), count=200, **whole_time())
        found = []
        for name, args in (
            ("review_log", []),
            ("review_samples", []),
            ("review_sample", [sample.pk]),
            ("review_report", []),
        ):
            forget_pages()
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(name, args=args))
            found.append(len(queries))
        return found

    seen(county.alva, chain.pk)
    asks()
    few = asks()
    for _ in range(30):
        entry = seen(county.bo, chain.pk, uuid4())
        note_review(by=reviewer, client_id=uuid4(), entry=entry, verdict=Verdict.FINE, text="")
    assert asks() == few


@pytest.mark.parametrize("name", ["review_row", "review_sample"])
def test_another_principals_reviewer_finds_nothing(
    county: County, chain: CareChain, client: Client, reviewer: Acting, name: str
):
    entry = seen(county.alva, chain.pk)
    sample = draw_sample(by=reviewer, client_id=uuid4(), count=20, **whole_time())
    client.force_login(person("rune", county.social_care, Role.LOG_REVIEWER).user)
    key = {"review_row": entry.pk, "review_sample": sample.pk}[name]
    assert client.get(reverse(name, args=[key])).status_code == 404


def test_days_the_wrong_way_round_are_said_beside_the_field(client: Client, reviewer: Acting):
    typed = {"since": "2026-11-20", "until": "2026-11-19", "count": "0", "client_id": str(uuid4())}
    answer = client.post(reverse("review_samples"), typed)
    assert answer.status_code == 422
    text = read(answer).main.get_text(" ")
    assert "Sista dagen är före den första." in text
    assert client.get(reverse("review_report"), typed).status_code == 200
    assert client.post(reverse("log_report"), typed).status_code == 400
