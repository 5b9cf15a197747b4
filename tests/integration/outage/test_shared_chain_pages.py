"""A chain's own page and the form of a call about it are made once a minute for all who are shown the same: what
changes is shown at the next look, each is traced, and nobody gets another's.
"""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry
from contacts.page_versions import MOST_PAGES, of_one_minute, version_for
from contacts.queries.ringing import numbers_for_many
from contacts.rules.entry_facts import EntryKind
from contacts.rules.parties import Party, WardKind
from contacts.rules.permissions import Role
from contacts.seen import seeing
from contacts.services.directory import retire_entry
from contacts.services.flags import flag_number, withdraw_flag
from outage.models import CareChain, Handover, Outage
from outage.queries import ringing
from outage.queries.care_chains import get_chain, get_handover
from outage.rules.informing import CallOutcome
from outage.rules.opening import OpeningReason
from outage.services.care_chains import change_details
from outage.services.events import withdraw_event
from outage.services.handovers import withdraw_call
from outage.services.openings import open_in_emergency
from tests.clock import Clock
from tests.factories import (
    TOLVAN,
    County,
    chain_facts,
    end_for_all,
    make_chain,
    make_entry,
    make_event,
    person,
    tell,
)
from tests.integration.outage.joining import join, undo
from tests.integration.outage.pages import errors_of, fields_of, read
from tests.integration.outage.test_shared_pages import MARK, PRESS, TOKEN, window

pytestmark = pytest.mark.django_db

NUMBER = "0910-00 00 00"
CODE = re.compile(r"läs upp den: <strong>([^<]+)")
PAGES = ("chain", "chain_call")


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    make_entry(county.municipality, "Växel Skellefteå", NUMBER, kind=EntryKind.SWITCHBOARD)
    chain = make_chain(county, outage)
    make_event(county.alva, chain, "discharge")
    return chain


@pytest.fixture
def bea(county: County) -> Acting:
    return person("bea", county.ward, Role.STAFF)


def shown(by: Acting, chain: CareChain, page: str = "chain") -> str:
    return window(by).get(reverse(page, args=[chain.pk])).content.decode()


def text_of(html: str) -> str:
    """What a person reads in the main part."""
    found = re.search(r"<main.*</main>", html, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", CODE.sub("", found[0])).split())


def changed(county: County, chain: CareChain, **facts) -> None:
    found = get_chain(county.alva, chain.pk)
    change_details(
        by=county.alva,
        chain=found,
        client_id=uuid4(),
        replaces=found.details.pk,
        facts=chain_facts(county, **{"patient_name": found.details.patient_name} | facts),
        answers={"identity": "correction", "same-patient": "no", "ward-kind": "ja"},
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_colleague_is_shown_the_same_by_a_few_queries_and_is_traced(
    county: County, chain: CareChain, bea: Acting, page: str
):
    path, hers, theirs = reverse(page, args=[chain.pk]), window(county.alva), window(bea)
    for client in (hers, theirs):
        client.get("/konto/")
    with CaptureQueriesContext(connection) as first:
        one = hers.get(path).content.decode()
    with CaptureQueriesContext(connection) as then:
        other = theirs.get(path).content.decode()
    assert len(then) < len(first) * 0.7
    assert text_of(one) == text_of(other)
    assert "Tolvansson" in one
    looked = AuditEntry.objects.filter(chain=chain.pk, changes={"page": page})
    assert sorted(row.user.username for row in looked) == ["alva", "bea"]
    assert len({*PRESS.findall(one), *PRESS.findall(other)}) == 2 * len(PRESS.findall(one)) > 0
    for own in (MARK, TOKEN):
        (ours,), (others,) = {*own.findall(one)}, {*own.findall(other)}
        assert ours != others
        assert len(own.findall(one)) == len(own.findall(other))


def test_others_that_the_page_names_are_traced_of_each_who_looks(
    county: County, chain: CareChain, bea: Acting
):
    beside = make_chain(county, chain.outage, county.disa, patient_name="Granne Gransson")
    for by in (county.alva, bea):
        assert "Granne Gransson" in shown(by, chain)
    rows = AuditEntry.objects.filter(chain=chain.pk, changes={"page": "chain"})
    assert {row.user.username for row in rows} == {"alva", "bea"}
    for row in rows:
        assert row.patients is not None
        assert {*row.patients.chains} == {chain.pk, beside.pk}


def test_what_each_sends_of_the_form_is_a_call_of_their_own_with_the_code_that_they_read_aloud(
    county: County, chain: CareChain, bea: Acting
):
    path = f"{reverse('chain_call', args=[chain.pk])}?riktning=given"
    filled = {
        "recipient": "municipality",
        "spoken_to": "Karin",
        "spoken_to_unit": "Växeln",
        "read_back": "done",
    }
    for by in (county.alva, bea):
        window(by).get(path)
    read_aloud = {}
    for by in (county.alva, bea):
        client = window(by)
        page = client.get(path)
        (read_aloud[by.user],) = CODE.findall(page.content.decode())
        form = fields_of(read(page).main.find("form", class_="call-form"))
        sent = form | filled | {"number": NUMBER, "messages": f"event:{chain.events.get().pk}"}
        answer = client.post(path, sent)
        if by == bea:
            # The other has told them already: it is one call more.
            more = fields_of(read(answer).main.find("form", class_="call-form"))
            answer = client.post(path, more | {"answer-told-already": ["ja"]})
        assert answer.status_code == 302, errors_of(read(answer))
    assert len({*read_aloud.values()}) == 2
    for user, code in read_aloud.items():
        call = Handover.objects.get(user=user, outcome=CallOutcome.REACHED)
        assert call.code is not None
        assert call.code.code == re.sub("[^0-9A-Z]", "", code.upper())


def test_what_stands_for_the_code_is_no_text_that_somebody_may_have_typed(
    county: County, chain: CareChain, bea: Acting
):
    changed(county, chain, patient_name='code-1 <input type="hidden" name="client_id" value="1">')
    for by in (county.alva, bea):
        page = shown(by, chain, "chain_call")
        assert "code-1 &lt;input" in page
        assert len(CODE.findall(page)) == 1
        assert not re.search(r"code-[0-9a-f]{8}-", page)


CHANGES: dict[str, tuple[Callable[[County, CareChain], object], str]] = {
    "told": (
        lambda c, chain: tell(c.alva, chain, chain.events.get(), comment="Ringer åter."),
        "Ringer åter.",
    ),
    "told by another unit": (
        lambda c, chain: make_event(
            c.disa, get_chain(c.disa, chain.pk), "admission_reply", sender=Party.OUTPATIENT
        ),
        "Disa Påhittad, Heimdalls hälsocentral",
    ),
    "an event taken back": (
        lambda c, chain: withdraw_event(
            by=c.alva, event=chain.events.get(), client_id=uuid4(), reason="Avbrutet."
        ),
        "Avbrutet.",
    ),
    "a call taken back": (
        lambda c, chain: withdraw_call(
            by=c.alva,
            handover=get_handover(c.alva, chain.handovers.get().pk),
            client_id=uuid4(),
            reason="Misstag.",
            answers={},
        ),
        "Misstag.",
    ),
    "another name": (lambda c, chain: changed(c, chain, patient_name="Ny Nilsson"), "Ny Nilsson"),
    "the same number elsewhere": (
        lambda c, chain: make_chain(c, chain.outage, c.disa, patient_name="Granne Gransson"),
        "Granne Gransson",
    ),
    "joined": (
        lambda c, chain: join(c, chain, make_chain(c, chain.outage, c.disa, patient_name="Granne G")),
        "sammanförd med vårdkedja",
    ),
    "opened in an emergency": (
        lambda c, chain: open_in_emergency(
            by=c.bo,
            outage=chain.outage,
            number=TOLVAN,
            chain_id=chain.pk,
            client_id=uuid4(),
            reason=OpeningReason.IS_HERE,
        ),
        "Nödöppnad av Bo Påhittad",
    ),
    "the outage ended": (
        lambda c, chain: end_for_all(c, chain.outage, timezone.now()),
        "Visa hela listan",
    ),
    "a number reported": (
        lambda c, chain: flag_number(by=c.cissi, client_id=uuid4(), number=NUMBER),
        "Anmält: numret fungerar inte",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_service_changes_in_the_same_minute_is_shown_at_once(
    county: County, chain: CareChain, bea: Acting, name: str
):
    change, words = CHANGES[name]
    for by in (county.alva, bea):
        assert words not in text_of(shown(by, chain))
    change(county, chain)
    for by in (bea, county.alva):
        assert words in text_of(shown(by, chain))


def test_the_form_shows_at_once_what_was_logged_and_whom_one_can_ring(
    county: County, chain: CareChain, bea: Acting
):
    before = text_of(shown(bea, chain, "chain_call"))
    assert "Inskrivning" in before
    make_event(county.alva, chain, "admission")
    changed(county, chain, ward_kind=WardKind.PSYCHIATRIC, outpatient_unit=county.clinic)
    after = text_of(shown(bea, chain, "chain_call"))
    assert "Logga en ny av samma slag" in after
    assert "Psykiatriska kliniken" in after


@pytest.mark.parametrize("page", PAGES)
def test_a_number_that_is_no_longer_in_use_is_gone_at_once(
    county: County, chain: CareChain, bea: Acting, page: str
):
    listed = make_entry(county.region, "Ronden", "090-12 34 56", unit=county.health_centre)
    assert "090-12 34 56" in text_of(shown(county.alva, chain, page))
    retire_entry(by=county.adam, entry=listed)
    for by in (bea, county.alva):
        assert "090-12 34 56" not in text_of(shown(by, chain, page))


def test_a_call_that_is_logged_leaves_the_numbers_as_they_were_made(
    county: County, chain: CareChain, bea: Acting, monkeypatch: pytest.MonkeyPatch
):
    asked: list[object] = []

    def counted(wanted, at):
        asked.append(wanted)
        return numbers_for_many(wanted, at)

    monkeypatch.setattr(ringing, "numbers_for_many", counted)
    beside = make_chain(county, chain.outage)
    event = make_event(county.alva, beside)
    for by in (county.alva, bea):
        assert NUMBER in shown(by, beside)
        tell(by, beside, event, outcome=CallOutcome.BUSY)
    assert len(asked) == 1


def test_two_taken_apart_are_shown_apart(county: County, chain: CareChain, bea: Acting):
    other = make_chain(county, chain.outage, county.disa, patient_name="Granne G")
    join(county, chain, other)
    assert "Sammanförd med" in text_of(shown(bea, chain))
    undo(county, chain)
    assert "Sammanförd med" not in text_of(shown(bea, chain))
    assert "upplöst" in text_of(shown(bea, chain))


def test_only_who_reported_a_number_is_offered_to_take_that_back(
    county: County, chain: CareChain, bea: Acting
):
    taken_back = reverse("unflag_called_number", args=[chain.handovers.get().pk])
    for by in (county.alva, bea):
        assert taken_back not in shown(by, chain)
    flag_number(by=bea, client_id=uuid4(), number=NUMBER)
    for _ in range(2):
        assert taken_back in shown(bea, chain)
        assert taken_back not in shown(county.alva, chain)
    withdraw_flag(by=bea, client_id=uuid4(), number=NUMBER)
    for by in (bea, county.alva):
        assert taken_back not in shown(by, chain)
        assert "Anmält" not in text_of(shown(by, chain))


@pytest.mark.parametrize("page", PAGES)
def test_who_may_see_less_or_elsewhere_gets_nothing_of_it(county: County, chain: CareChain, page: str):
    assert "Tolvansson" in shown(county.alva, chain, page)
    path = reverse(page, args=[chain.pk])
    for by, status in ((county.bo, 404), (county.cissi, 404), (county.adam, 403)):
        answer = window(by).get(path)
        assert answer.status_code == status
        assert "Tolvansson" not in answer.content.decode()
    # Another unit of the chain is shown it as its own, and so is another role.
    ward, centre = text_of(shown(county.alva, chain, page)), text_of(shown(county.disa, chain, page))
    assert ward != centre
    # A patient that is protected since is opened with a reason first.
    changed(county, chain, protected_identity=True)
    assert window(county.esa).get(path).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_what_is_opened_in_an_emergency_is_so_for_who_opened_it(
    county: County, chain: CareChain, clock: Clock, page: str
):
    beside_bo = person("bodil", county.other_ward)
    CHANGES["opened in an emergency"][0](county, chain)
    for _ in range(2):
        assert "granskas" in text_of(shown(county.bo, chain, page))
        assert "granskas" not in text_of(shown(county.alva, chain, page))
        assert window(beside_bo).get(reverse(page, args=[chain.pk])).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_what_happens_while_the_page_is_made_is_on_the_next(
    county: County, chain: CareChain, monkeypatch: pytest.MonkeyPatch, page: str
):
    """The version is read before the chain is."""
    from outage.views import _tools

    read_chain = _tools.get_reached
    once = iter([True])

    def reached(*given):
        found = read_chain(*given)
        if next(once, False):
            changed(county, chain, patient_name="Ny Nilsson")
        return found

    monkeypatch.setattr(_tools, "get_reached", reached)
    assert "Ny Nilsson" not in shown(county.alva, chain, page)
    assert "Ny Nilsson" in shown(county.alva, chain, page)


def test_a_ward_that_the_patient_left_before_anything_was_told_is_told_of_it(
    county: County, outage: Outage, bea: Acting
):
    chain = make_chain(county, outage, county.disa)
    assert get_chain(bea, chain.pk) == chain
    before = version_for(bea)
    found = get_chain(county.disa, chain.pk)
    facts = chain_facts(county, patient_name="Granne G", ward_unit=county.other_ward)
    change_details(
        by=county.disa,
        chain=found,
        client_id=uuid4(),
        replaces=found.details.pk,
        facts=facts,
        answers={f"place-{party}": "moved" for party in ("inpatient",)},
    )
    with pytest.raises(CareChain.DoesNotExist):
        get_chain(bea, chain.pk)
    assert version_for(bea) != before


def test_what_was_asked_for_longest_ago_makes_room(clock: Clock):
    made: list[int] = []
    with seeing(lambda: "", only_reads=True):
        now = timezone.now()
        for key in (*range(MOST_PAGES), 0, MOST_PAGES, 0, 1):
            of_one_minute(key, now, lambda key=key: made.append(key))
    assert made == [*range(MOST_PAGES), MOST_PAGES, 1]
