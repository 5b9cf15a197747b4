"""A large outage costs no more queries than a small one; and the seed that shows it is what the services write."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import F
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from contacts.models import AuditEntry, Submission
from contacts.page_versions import forget_pages
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, ChainState, Handover, HandoverMessage
from outage.presenters.owed import calls_owed
from outage.queries.care_chains import get_chain, visible_chains
from outage.queries.chain_log import logs_of
from outage.queries.matrix import version_of_overview
from outage.queries.owed import chains_with_calls_owed
from outage.rules.handover import CallFacts, Direction
from outage.rules.identity import IdentityKind, classify_identity
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event
from outage.services.handovers import log_call
from outage.services.states import settle
from tests.bench.bare import change
from tests.bench.prepare import coordinator_of, mark_of
from tests.bench.targets import CHANGES, targets_of
from tests.factories import messages_owed
from tests.kept import Keeper
from tests.long import runs
from tests.seed import Seeded, seed_outage

PAGES: dict[str, Callable[[Seeded], str]] = {
    "Läge": lambda seeded: reverse("status"),
    "Att ringa nu": lambda seeded: reverse("calls_to_make"),
    "Vårdkedjor": lambda seeded: reverse("chains"),
    "Vårdkedja": lambda seeded: reverse("chain", args=[seeded.chains[3]]),
    "Logga samtal": lambda seeded: reverse("chain_call", args=[seeded.chains[3]]),
    "Åter i drift": lambda seeded: reverse("back_registration"),
}
LISTS = {"Läge", "Att ringa nu", "Vårdkedjor", "Åter i drift"}


def work_of(client: Client, path: str) -> int:
    """How much SQLite does to answer, in tens of its own steps: the same each time, unlike how long it takes. In
    hundreds it would not be: where a statement begins to be counted hangs on how often it has been run before.
    """
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    client.get(path)
    # What it takes to make the page, not to show it to the next who asks.
    forget_pages()
    connection.connection.set_progress_handler(count, 10)
    try:
        assert client.get(path).status_code == 200
    finally:
        connection.connection.set_progress_handler(None, 0)
    return steps


@pytest.mark.skipif(connection.vendor != "sqlite", reason="what SQLite does once its rows are counted")
def test_pages_read_no_whole_table_for_each_row_once_the_database_has_counted_its_rows(db: None):
    """A small table is rightly read whole then, once: that doubles the little that the pages of one chain take."""
    seeded = seed_outage(chains=150, handovers=1_900, own_share=0.2)
    client = Client()
    client.force_login(seeded.acting.user)
    before = {name: work_of(client, address(seeded)) for name, address in PAGES.items()}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        try:
            after = {name: work_of(client, address(seeded)) for name, address in PAGES.items()}
        finally:
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_master")

    most = {name: before[name] * (1.3 if name in LISTS else 3) for name in PAGES}
    assert {name: steps for name, steps in after.items() if steps > most[name]} == {}, before


def work_with(chains: int) -> dict[str, int]:
    """What SQLite does for each page of a ward with 12 chains of its own in an outage of so many, then rolled back."""
    with transaction.atomic():
        seeded = seed_outage(chains=chains, handovers=6 * chains, own_share=12 / chains)
        client = Client()
        client.force_login(seeded.acting.user)
        found = {name: work_of(client, PAGES[name](seeded)) for name in LISTS}
        for name in PAGES.keys() - LISTS:
            # Of one chain more is logged than of another.
            path, known = PAGES[name](seeded), str(seeded.chains[3])
            found[name] = sum(work_of(client, path.replace(known, str(pk))) for pk in seeded.chains)
        transaction.set_rollback(True)
    return found


@pytest.mark.long
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own steps are counted")
@pytest.mark.django_db
def test_a_larger_outage_is_no_more_work_for_the_database():
    small, large = work_with(60), work_with(runs(240, full=6_000))
    assert {name: steps for name, steps in large.items() if steps > 1.3 * small[name]} == {}, small


def queries_with(chains: int, handovers: int) -> dict[str, int]:
    """How many queries each page makes with an outage of that size, which is then rolled back."""
    with transaction.atomic():
        seeded = seed_outage(chains=chains, handovers=handovers)
        client = Client()
        client.force_login(get_user_model().objects.get(username="seed.nurse"))
        found = {}
        for name, address in PAGES.items():
            # Whoever is listed together for the first time is stored as a set, which is known from then on.
            client.get(address(seeded))
            forget_pages()
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(address(seeded))
            assert answer.status_code == 200, name
            found[name] = len(captured)
        transaction.set_rollback(True)
    return found


@pytest.mark.long
@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("times", (3, 10, 34)[: runs(1, full=3)])
def test_a_larger_outage_asks_no_more_queries(times: int):
    many, some = (queries_with(chains=60 * n, handovers=750 * n) for n in (times, 1))
    assert many == some
    # Where lists of Läge are shorter than their pages, all of one stand in another: they are read together anyway.
    assert queries_with(chains=20, handovers=250) == some


@pytest.fixture
def seeded(db, made_once: Keeper) -> Seeded:
    return made_once("seed", lambda: seed_outage(chains=30, handovers=375, own_share=0.5))


def test_the_seed_has_the_size_asked_for(seeded: Seeded):
    assert CareChain.objects.count() == 30
    assert Handover.objects.count() == 375
    assert len(seeded.chains) == 15
    assert [c.pk for c in visible_chains(seeded.acting, seeded.outage)] == list(seeded.chains)


@pytest.mark.once
def test_every_seeded_call_lies_in_the_outage(seeded: Seeded):
    start, now = seeded.outage.current.started_at, timezone.now()
    assert all(start <= at <= now for at in Handover.objects.values_list("at", flat=True))


@pytest.mark.once
def test_seeded_rows_stand_in_one_order_and_calls_at_the_places_of_their_chain(seeded: Seeded):
    for pk, log in logs_of(CareChain.objects.values_list("pk", flat=True)).items():
        orders = sorted(row.order for row in (*log.versions, *log.events, *log.handovers))
        assert orders == list(range(1, CareChain.objects.get(pk=pk).rows + 1))
        (details,) = log.versions
        for call in log.handovers:
            party = Party(call.recipient)
            assert (call.place, call.place_name) == (details.place_keys[party], details.place_names[party])


def test_seeded_chains_stand_as_the_service_settles_them(seeded: Seeded):
    before = {state.pk for state in ChainState.objects.all()}
    for chain in CareChain.objects.select_related("outage", "principal", "unit"):
        settle(chain)
    assert {state.pk for state in ChainState.objects.all()} == before


@pytest.mark.once
def test_seeded_calls_could_have_been_logged(seeded: Seeded):
    for call in Handover.objects.all():
        call.clean_fields()
        assert bool(call.spoken_to) is (call.outcome in (CallOutcome.REACHED, CallOutcome.RELAYED))
        assert bool(call.number) is (call.direction == Direction.GIVEN)
    assert not HandoverMessage.objects.exclude(event__chain=F("handover__chain")).exists()


@pytest.mark.once
def test_seeded_patients_are_nobody(seeded: Seeded):
    for chain in CareChain.objects.select_related("details"):
        identity = classify_identity(chain.details.identity_number, timezone.now().date())
        assert identity.kind is IdentityKind.PERSONNUMMER
        assert not identity.warnings
        assert 980 <= int(identity.stored[8:11]) <= 999


def test_a_third_of_the_seed_still_waits_and_the_database_agrees_with_the_rules(seeded: Seeded):
    acting, now = seeded.acting, timezone.now()
    logs = logs_of(seeded.chains)
    by_rules = {
        chain.pk
        for chain in visible_chains(acting, seeded.outage)
        if calls_owed(acting=acting, chain=chain, log=logs[chain.pk], now=now)
    }
    assert {chain.pk for chain in chains_with_calls_owed(acting, seeded.outage)[:]} == by_rules
    assert 0.2 < len(by_rules) / len(seeded.chains) < 0.5


def test_the_seed_leaves_the_trace_that_the_services_leave(seeded: Seeded):
    corrections = CareChainEvent.objects.filter(supersedes__isnull=False).count()
    assert corrections
    rows = CareChain.objects.count() + Handover.objects.count() + corrections
    assert AuditEntry.objects.filter(chain__isnull=False).count() == rows
    assert Submission.objects.count() == rows


def test_what_the_benchmarks_ask_for_is_answered(seeded: Seeded):
    client = Client(enforce_csrf_checks=True)
    client.force_login(seeded.acting.user)
    who = {
        "session": client.cookies["sessionid"].value,
        "chains": [str(pk) for pk in seeded.chains],
        "mark": mark_of(seeded.acting),
    }
    prepared = who | {
        "loggers": [who],
        "coordinator": coordinator_of(seeded.acting.unit),
        "read_page": lambda path, _: client.get(path).content.decode(),
    }
    for target in targets_of(prepared):
        method, path, body, headers = target.request()
        kind = headers.pop("Content-Type", "application/octet-stream")
        if CHANGES in path:
            version = version_of_overview()
            change(path.partition("?")[2])
            assert version_of_overview() != version
        if path.startswith("/bare/"):
            view, args, kwargs = resolve(path.partition("?")[0], "tests.bench.bare")
            answer = view(RequestFactory().generic(method, path, body or b""), *args, **kwargs)
        else:
            answer = Client(enforce_csrf_checks=True).generic(
                method, path, body or b"", kind, headers=headers
            )
        assert answer.status_code == target.status, target.name
    assert Handover.objects.count() == 376
    assert Submission.objects.filter(kind="bench").count() == 1


def test_the_services_go_on_from_the_seed(seeded: Seeded):
    acting = seeded.acting
    owed = chains_with_calls_owed(acting, seeded.outage)[:][0]
    chain = get_chain(acting, owed.pk)
    log = logs_of([chain.pk])[chain.pk]
    calls = calls_owed(acting=acting, chain=chain, log=log, now=timezone.now())
    for call in calls:
        facts = CallFacts(
            direction=Direction.GIVEN,
            recipient=call.recipient.key,
            outcome=CallOutcome.REACHED,
            spoken_to="Ylva Tjärnlid",
            spoken_to_unit=call.place,
            number="090-785 00 00",
        )
        log_call(by=acting, chain=chain, client_id=uuid4(), facts=facts, messages=messages_owed(call))
    assert chain not in chains_with_calls_owed(acting, seeded.outage)
    event = log.live_events[0]
    event.chain = chain
    new = correct_event(
        by=acting,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at,
        particulars=event.particulars,
        reason="Fel uppgift.",
        told_rightly=True,
    )
    assert new.supersedes_id == event.pk
