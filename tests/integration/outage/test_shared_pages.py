"""Läge is made once a minute for all who are shown the same: each is traced, and nobody gets another's."""

import re
from contextvars import Context
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contacts.access import Acting
from contacts.models import AuditEntry
from contacts.page_versions import (
    Part,
    each_of_one_minute,
    forget_pages,
    holds_until,
    noting_until,
    of_one_minute,
    pages_kept,
    parts_kept,
)
from contacts.rules.permissions import Role
from contacts.seen import seeing, shows
from contacts.views.shared import SharedHtml, kept
from outage.models import CareChain, Outage
from outage.presenters.status import chain_row
from outage.queries import outages
from outage.queries.reminders import told_by
from outage.services.outages import end_outage
from outage.views import status
from tests.clock import Clock
from tests.factories import County, make_chain, make_event, person, tell

pytestmark = pytest.mark.django_db

PRESS = re.compile(r'name="client_id" value="([^"]+)"')
MARK = re.compile(r'name="typed_by" value="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Page:
    in_each_form = SafeString("<i>token</i>")


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    chain = make_chain(county, outage)
    make_event(county.alva, chain)
    return chain


def window(of: Acting) -> Client:
    client = Client()
    client.force_login(of.user)
    return client


def shown(client: Client) -> str:
    return client.get("/").content.decode()


def test_a_colleague_is_shown_the_same_by_a_few_queries_and_is_traced(county: County, chain: CareChain):
    hers, theirs = window(county.alva), window(person("bea", county.ward, Role.STAFF))
    for client in (hers, theirs):
        client.get("/konto/")
    with CaptureQueriesContext(connection) as first:
        one = shown(hers)
    with CaptureQueriesContext(connection) as then:
        other = shown(theirs)
    assert "Tolvansson" in one
    assert "Tolvansson" in other
    assert len(then) < len(first) / 2
    looked = AuditEntry.objects.filter(chain=chain.pk, changes={"page": "status"})
    assert {row.user.username for row in looked} == {"alva", "bea"}
    # A press is one's own: by the same id one colleague's would be taken for the other's.
    assert PRESS.findall(one)
    assert len({*PRESS.findall(one), *PRESS.findall(other)}) == 2 * len(PRESS.findall(one))
    # So are the mark of who typed and the token of the browser, the same in all forms of a page.
    for own in (MARK, TOKEN):
        (ours,), (others,) = {*own.findall(one)}, {*own.findall(other)}
        assert ours != others
        assert one.count("<form") == len(own.findall(one)) == len(own.findall(other))


@pytest.mark.parametrize(
    "form",
    [
        '<input name="typed_by" type="hidden" value="a">',
        "<input type='hidden' name='client_id' value='1'>",
        '<input type="hidden" name="csrfmiddlewaretoken" id="x" value="a">',
    ],
)
def test_html_that_would_keep_something_of_one_person_is_not_shared(form: str):
    with pytest.raises(ValueError, match="its own"):
        SharedHtml(SafeString(form))


def test_what_somebody_has_typed_is_neither_a_token_nor_refused():
    typed = format_html("<b>{}</b>", '<input type="hidden" name="client_id" value="2"> csrfmiddlewaretoken')
    html = format_html('<input type="hidden" name="client_id" value="1">{}', typed)
    one, other = (SharedHtml(html).on(Page()) for _ in range(2))
    assert one.endswith(typed)
    assert PRESS.findall(one) != PRESS.findall(other)


def test_what_changes_in_the_same_minute_is_shown_at_once(county: County, chain: CareChain):
    hers, theirs = window(county.alva), window(person("bea", county.ward, Role.STAFF))
    shown(hers)
    tell(county.alva, chain, chain.events.get(), to="municipality")
    for client in (theirs, hers):
        assert "Informerad" in shown(client) or "Underrättad" in shown(client)


def test_who_may_see_less_or_elsewhere_gets_nothing_of_it(county: County, chain: CareChain):
    assert "Tolvansson" in shown(window(county.alva))
    for other in (person("rut", county.ward, Role.ADMIN), county.bo, county.cissi):
        assert "Tolvansson" not in shown(window(other)), other.user.username


def test_what_was_made_holds_until_the_moment_that_it_says_or_the_minute_is_over(clock: Clock):
    now = timezone.now().replace(second=5)
    made: list[int] = []

    def make() -> int:
        holds_until(now, now + timedelta(seconds=20))
        made.append(len(made))
        return made[-1]

    with seeing(lambda: "", only_reads=True):
        found = []
        for seconds in (0, 19, 20, 30, 55):
            with noting_until() as moments:
                found.append(of_one_minute("x", now + timedelta(seconds=seconds), make))
            assert moments == ([now + timedelta(seconds=20)] if seconds < 20 else [])
        assert found == [0, 0, 1, 2, 3]
        assert of_one_minute("y", now, make) == 4
        forget_pages()
        assert of_one_minute("y", now, make) == 5
    # Outside a request, and in one that writes, nothing is kept.
    assert [of_one_minute("y", now, make) for _ in range(2)] == [6, 7]
    with seeing(lambda: ""):
        assert [of_one_minute("y", now, make) for _ in range(2)] == [8, 9]


@pytest.mark.parametrize("part", [False, True])
def test_nothing_is_kept_beyond_its_minute_though_no_moment_was_named(clock: Clock, part: bool):
    now = timezone.now().replace(second=5)
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    with seeing(lambda: "", only_reads=True):
        # To the last second of the minute, through the next one, and from the one before.
        at = [now + timedelta(seconds=seconds) for seconds in (0, 54, 55, 114, 115, -6)]
        assert [of_one_minute("x", each, make, part=part) for each in at] == [0, 0, 1, 1, 2, 3]
        # What patients are called does not lie there, though nobody asks for it again.
        of_one_minute("y", now, make, part=part)
        assert [*(parts_kept if part else pages_kept)] == ["y"]


def test_of_several_parts_those_that_are_missing_are_read_at_once_and_each_says_whom_it_shows(clock: Clock):
    a, b, c = (uuid4() for _ in "abc")
    now, read = timezone.now().replace(second=5), []

    def each(*chains: UUID, at: datetime = now) -> tuple[dict[UUID, int], set[UUID]]:
        def read_all(missing: list[UUID]) -> int:
            read.append(missing)
            holds_until(at, now + timedelta(seconds=20))
            return len(read)

        def make(chain: UUID, reading: int) -> int:
            shows({chain})
            return reading

        with seeing(lambda: "", only_reads=True) as seen:
            return each_of_one_minute(
                {chain: ("of", chain) for chain in chains}, at, read_all, make
            ), seen.chains

    assert each(a, b) == ({a: 1, b: 1}, {a, b})
    assert each(c, b) == ({c: 2, b: 1}, {b, c})
    assert each(a, b) == ({a: 1, b: 1}, {a, b})
    assert each(a, at=now + timedelta(seconds=20)) == ({a: 3}, {a})
    assert read == [[a, b], [c], [a]]
    # Outside a request, and in one that writes, nothing is kept.
    assert [each_of_one_minute({a: ("of", a)}, now, len, lambda _, n: n) for _ in "12"] == [{a: 1}] * 2


def test_when_a_call_is_logged_the_rows_of_other_chains_are_not_rendered_anew(
    county: County, chain: CareChain, monkeypatch: pytest.MonkeyPatch
):
    hers, made = window(county.alva), []
    other = make_chain(county, chain.outage, patient_name="Annan A")
    make_event(county.alva, other)
    monkeypatch.setattr(
        status, "chain_row", lambda by, of, *rest: made.append(of.pk) or chain_row(by, of, *rest)
    )
    shown(hers)
    assert {*made} == {chain.pk, other.pk}
    made.clear()
    tell(county.alva, chain, chain.events.get(), to="municipality")
    again = BeautifulSoup(shown(hers), "html.parser")
    assert made == [chain.pk]
    assert {row["id"] for row in again.select("#chains tbody tr")} == {
        f"kedja-{pk}" for pk in (chain.pk, other.pk)
    }


def test_a_part_that_stands_outside_what_is_shared_is_made_each_time(clock: Clock):
    """The token of a form in it would be another's."""
    made: list[int] = []
    part = Part(("x",), timezone.now(), list)
    with seeing(lambda: "", only_reads=True):
        assert [kept(part, caller=lambda: made.append(0) or "a") for _ in "12"] == ["a", "a"]
    assert len(made) == 2


def test_who_is_shown_in_what_is_kept_within_a_page_is_shown_by_the_page(clock: Clock):
    first, within, last = (uuid4() for _ in range(3))
    now = timezone.now()

    def make() -> None:
        shows({first})
        of_one_minute("within", now, lambda: shows({within}))
        shows({last})

    for _ in range(2):
        with seeing(lambda: "", only_reads=True) as seen:
            of_one_minute("page", now, make)
        assert seen.chains == {first, within, last}


@pytest.mark.parametrize(
    "path", ["/", "/rutinen/", "/vardkedjor/", "/kontakter/", "/checklistor/", "/overlamning/"]
)
def test_an_outage_that_ends_while_a_page_is_made_has_ended_on_the_next(
    county: County, chain: CareChain, outage: Outage, monkeypatch: pytest.MonkeyPatch, path: str
):
    """Whoever asks next gets nothing that was made of what was read before."""
    read, ended = outages._recent, []

    def read_before(*asked: object) -> list[Outage]:
        found = read(*asked)
        if not ended:
            ended.append(True)
            # Somebody else's request.
            Context().run(lambda: end_outage(by=county.esa, outage=outage, ended_at=timezone.now()))
        return found

    alva, gun = window(county.alva), window(person("gun", county.ward))
    monkeypatch.setattr(outages, "_recent", read_before)
    first = alva.get(path).content.decode()
    assert ended
    assert "Driftstopp i PRATOR" in first
    for client in (gun, alva):
        page = client.get(path).content.decode()
        assert "PRATOR åter i drift" in page
        assert 'class="banner banner-ended"' in page


def test_a_call_that_becomes_late_within_the_minute_says_so_at_once(
    county: County, outage: Outage, clock: Clock
):
    chain = make_chain(county, outage, before="admitted")
    event = make_event(county.alva, chain, "discharge", ago=timedelta(seconds=-23))
    due = told_by(outage, event.kind, event.happened_at, retracts=False)
    assert due is not None
    # The first minute is not counted.
    counted = due + timedelta(minutes=1)
    assert 2 < counted.second < 58
    clock.move_to(counted - timedelta(seconds=2))
    client = window(county.alva)
    assert "för sent" not in rows_to_ring(client)
    clock.move_to(counted + timedelta(seconds=1))
    assert "för sent" in rows_to_ring(client)


def rows_to_ring(client: Client) -> str:
    return BeautifulSoup(shown(client), "html.parser").find(id="owed").get_text(" ")
