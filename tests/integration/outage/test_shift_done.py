"""What was done, on Överlämning: tries, and where there is more than is read at a time, the way to the rest."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Principal
from outage.models import CareChainEvent, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.queries.shift_done import MOST_ROWS, DoneFound, done_between, much_done_between
from outage.rules.informing import CallOutcome
from outage.rules.shift import Done, DoneRow, condensed
from outage.services.care_chains import change_details
from outage.services.handovers import withdraw_call
from outage.views.shift import LINES_A_PAGE
from tests.factories import County, chain_facts, make_chain, make_event, tell
from tests.integration.outage.pages import read
from tests.integration.outage.shifting import hand_over
from tests.seed import Seeded, seed_outage

SHIFT = reverse("shift")


@pytest.fixture
def seeded(db: None) -> Seeded:
    return seed_outage(chains=30, handovers=2 * MOST_ROWS + 100)


def test_tries_at_another_place_or_taken_back_are_lines_of_their_own(county: County, outage: Outage):
    chain = make_chain(county, outage)
    event = make_event(county.alva, chain)
    for _ in range(2):
        tell(county.alva, chain, event, outcome=CallOutcome.NO_ANSWER)
    elsewhere = Principal.objects.create(name="Umeå kommun", kind=county.municipality.kind)
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details_id,
        facts=chain_facts(county, municipality=elsewhere),
    )
    chain = get_chain(county.alva, chain.pk)
    last, wrong = (tell(county.alva, chain, event, outcome=CallOutcome.NO_ANSWER) for _ in range(2))
    back = withdraw_call(by=county.alva, handover=wrong, client_id=uuid4(), reason="Fel")
    lines = done_between(county.alva, [outage], None, timezone.now()).lines
    # The event was logged with a try.
    assert [line.tries for line in lines] == [0, 3, 1, 0]
    assert [line.id for line in lines[2:]] == [text(last.pk), text(back.pk)]


def rows_of(seeded: Seeded, since: datetime, until: datetime) -> tuple[list[CareChainEvent], list[Handover]]:
    """All that the unit logged, the newest first."""
    of_unit = {"unit": seeded.acting.unit, "recorded_at__gt": since, "recorded_at__lte": until}
    events, calls = CareChainEvent.objects.filter(**of_unit), Handover.objects.filter(**of_unit)
    return [*events.order_by("-recorded_at", "pk")], [*calls.order_by("-recorded_at", "pk")]


def slowly(seeded: Seeded, since: datetime, until: datetime) -> tuple[list[Done], datetime | None]:
    """All that the unit logged, read whole: of events and of calls the newest, and of both as far back."""
    found = rows_of(seeded, since, until)
    ends = [rows[MOST_ROWS - 1].recorded_at for rows in found if len(rows) >= MOST_ROWS]
    before = max(ends, default=None)
    shown = [row for rows in found for row in rows if before is None or row.recorded_at > before]
    shown.sort(
        key=lambda row: (
            row.happened_at if isinstance(row, CareChainEvent) else row.at,
            row.recorded_at,
            row.pk,
        )
    )
    lines = condensed(
        DoneRow(
            text(row.pk),
            text(row.superseded_by.pk) if hasattr(row, "superseded_by") else None,
            f"{text(row.chain_id)}{row.recipient} {row.place}"
            if isinstance(row, Handover) and row.is_try and not row.withdraws
            else None,
        )
        for row in shown
    )
    return lines, before


def text(pk: UUID) -> str:
    return str(pk) if connection.vendor == "postgresql" else pk.hex


def test_of_much_the_newest_is_shown_and_what_is_older_is_asked_for(seeded: Seeded):
    moments = sorted(Handover.objects.values_list("recorded_at", flat=True))
    since, until = moments[0] - timedelta(days=1), moments[-1]
    parts, ends = [], []
    before: datetime | None = until
    while before:
        found = done_between(seeded.acting, [seeded.outage], since, before)
        assert (found.lines, found.before) == slowly(seeded, since, before)
        parts.append(found.lines)
        before = found.before
        ends.append(before)
    assert len(parts) > 2
    # As many parts as have so many lines, and the way on to the rest.
    for first in range(len(parts)):
        lines = [line for part in reversed(parts[: first + 1]) for line in part]
        asked = seeded.acting, [seeded.outage], since, until
        assert much_done_between(*asked, lines=len(lines)) == DoneFound(lines, ends[first])
    # Nothing twice, and nothing left out but what a correction within the same part stands for, and tries.
    ids = [line.id for part in parts for line in part]
    assert len(ids) == len(set(ids))
    events, calls = rows_of(seeded, since, until)
    tries = {text(call.pk) for call in calls if call.is_try}
    replaced = {text(row.supersedes_id) for row in (*events, *calls) if row.supersedes_id}
    assert {text(row.pk) for row in (*events, *calls)} - set(ids) <= tries | replaced
    assert sum(line.tries for part in parts for line in part) == len(tries - replaced)
    few = slowly(seeded, moments[-50], moments[-20])
    assert few[1] is None
    assert done_between(seeded.acting, [seeded.outage], moments[-50], moments[-20]).lines == few[0]


def test_what_was_all_logged_in_one_moment_leads_on_to_what_is_older(seeded: Seeded):
    moments = sorted(Handover.objects.values_list("recorded_at", flat=True))
    at = moments[-50 - MOST_ROWS]
    stored = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outage_handover SET recorded_at = %s WHERE recorded_at > %s", [stored] * 2)
    found = done_between(seeded.acting, [seeded.outage], None, at)
    assert found.lines
    assert found.before == at - timedelta.resolution
    older = done_between(seeded.acting, [seeded.outage], None, found.before)
    assert older.lines
    assert not {line.id for line in older.lines} & {line.id for line in found.lines}


def test_links_lead_through_all_of_it_and_back_to_the_latest(seeded: Seeded, client: Client):
    client.force_login(seeded.acting.user)
    handover = hand_over(seeded.acting)
    for start in (SHIFT, reverse("shift_handover", args=[handover.pk])):
        path, shown, parts = start, 0, 0
        while path:
            page = read(client.get(path))
            section = page.find(id="done-title").find_parent("section")
            lines = len(section.select("li"))
            assert lines <= LINES_A_PAGE
            shown += lines
            links = {link.get_text(): link["href"] for link in section.select("a[href^='?']")}
            if further := links.get("Visa nästa"):
                assert lines == LINES_A_PAGE
                path = f"{start}{further}"
                continue
            parts += 1
            assert ("Visa det senaste" in links) == (parts > 1)
            assert section.find("h2").select(".count") == []
            path = f"{start}{older}" if (older := links.get("Visa det som loggades tidigare")) else ""
            latest = links.get("Visa det senaste")
        assert parts > 2
        done = much_done_between(seeded.acting, [seeded.outage], None, timezone.now(), lines=10_000)
        assert shown == len(done.lines) > LINES_A_PAGE
        assert latest is not None
        again = read(client.get(f"{start}{latest}"))
        assert again.find(id="done-title").find_parent("section") == read(client.get(start)).find(
            id="done-title"
        ).find_parent("section")


@pytest.mark.parametrize(
    "typed", ["x", "2026-11-24T10:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"]
)
def test_a_moment_that_is_none_shows_the_latest(seeded: Seeded, client: Client, typed: str):
    client.force_login(seeded.acting.user)
    page = read(client.get(SHIFT, {"fore": typed}))
    assert "Här står det som är loggat efter" in page.find(id="done-title").find_parent("section").get_text()
    assert "Visa det senaste" not in page.get_text()
