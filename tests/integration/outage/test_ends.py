"""Each principal ends an outage for itself, whatever the others do; what is logged and entered follows its own end."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from random import Random
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Outage, OutageReport, PrincipalEnd
from outage.models.outage import NotReadForAnybody
from outage.presenters.banner import banner_for
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.checklists import checklists_for
from outage.queries.outages import (
    current_outage,
    others_still_out,
    outage_for,
    outage_in_view,
    principals_back,
    recent_outages,
)
from outage.queries.tasks import tasks_of
from outage.services.checklists import set_tick
from outage.services.outages import change_outage, end_outage, reopen_outage, report_outage
from outage.services.registrations import acknowledge
from tests.factories import (
    County,
    at_once,
    make_chain,
    make_county,
    make_event,
    make_outage,
    outage_facts,
    same_id,
)
from tests.integration.outage.ends import Three, make_three
from tests.long import runs


@pytest.fixture
def three(county: County) -> Three:
    return make_three(county)


def back(by: Acting, outage: Outage, ago: timedelta = timedelta(0)) -> Outage:
    return end_outage(by=by, outage=outage, ended_at=timezone.now() - ago)


@dataclass
class Told:
    """An outage as a slow reader of what was said would tell it."""

    start: int
    took_part: set[str] = field(default_factory=set)
    ends: dict[str, int] = field(default_factory=dict)

    @property
    def closed(self) -> int | None:
        lead = {"region"} if "region" in self.took_part else self.took_part
        return max(self.ends[name] for name in lead) if lead <= set(self.ends) else None


def told(said: list[tuple[str, str]]) -> tuple[list[Told], dict[str, Told | None]]:
    """The outages that `said`, one thing a minute, makes, and which one each principal is shown."""
    outages: list[Told] = []

    def shown(name: str) -> Told | None:
        out = [o for o in reversed(outages) if name not in o.ends]
        going = [o for o in out if o.closed is None] + [o for o in out if o.closed is not None]
        done = sorted((o for o in outages if name in o.ends), key=lambda o: (o.ends[name], outages.index(o)))
        return (going + done[::-1] + [None])[0]

    for minute, (verb, name) in enumerate(said):
        open_one = next((o for o in outages if o.closed is None), None)
        if verb in ("report", "report late"):
            start = minute if verb == "report" else -1
            mine = [o for o in reversed(outages) if name not in o.ends and o.closed is not None]
            joined = open_one or next((o for o in mine if start <= o.closed), None)
            if joined is None:
                joined = Told(start)
                outages.append(joined)
            joined.took_part.add(name)
            joined.ends.pop(name, None)
        seen = shown(name)
        if verb == "end" and seen and name not in seen.ends:
            seen.took_part.add(name)
            seen.ends[name] = minute
        if verb == "reopen" and seen and name in seen.ends and open_one in (None, seen):
            del seen.ends[name]
    return outages, {name: shown(name) for name in ("region", "umea", "lycksele")}


VERBS = ("report", "report late", "end", "reopen")


def do(three: Three, verb: str, name: str, at: Callable[[int], datetime], minute: int) -> None:
    by = three.coordinators[name]
    seen = outage_in_view(by.principal)
    if verb.startswith("report"):
        start = at(minute if verb == "report" else -1)
        report_outage(by=by, client_id=uuid4(), facts=outage_facts(timezone.now() - start))
    elif seen and verb == "end":
        end_outage(by=by, outage=seen, ended_at=at(minute))
    elif seen:
        # What is refused here must be so in the slow telling too.
        with suppress(RuleError):
            reopen_outage(by=by, outage=seen)


def compare(three: Three, said: list[tuple[str, str]], at: Callable[[int], datetime]) -> None:
    outages, shown = told(said)
    rows = list(Outage.objects.order_by("recorded_at"))
    assert len(rows) == len(outages), said
    for row, model in zip(rows, outages, strict=True):
        assert (row.closed_at is None) == (model.closed is None), said
        wanted = {three.coordinators[name].principal.pk for name in model.ends}
        assert principals_back(row) == wanted, said
    for name, by in three.coordinators.items():
        seen, model = outage_in_view(by.principal), shown[name]
        assert (seen is None) == (model is None), (said, name)
        if seen is None or model is None:
            continue
        assert rows.index(seen) == outages.index(model), (said, name)
        end = model.ends.get(name)
        assert seen.own_end == (None if end is None else at(end)), (said, name)
        banner = banner_for(seen, by, timezone.now())
        assert banner.state == ("outage" if end is None else "ended"), (said, name)
        asked = end is None and model.closed is not None
        questions = [each.text for each in banner.questions]
        assert any("Är ni också inne i PRATOR?" in text for text in questions) is asked, (said, name)
        before = [row for row, m in zip(rows, outages, strict=True) if m is not model and name not in m.ends]
        before = [row for row in before if end is None and row.current.started_at < seen.current.started_at]
        ends = [*([seen.pk] if asked else []), *(row.pk for row in before[:1])]
        assert [each.ends for each in banner.questions] == ends, (said, name)
        began = min(row.current.started_at for row in (seen, *before))
        assert banner.since_iso == ("" if end else began.isoformat()), (said, name)
        others = {by.principal.name for n, by in three.coordinators.items() if n not in (name, *model.ends)}
        assert {p.name for p in others_still_out(seen, by.principal)} == others, (said, name)


@pytest.mark.long
@pytest.mark.parametrize(("first", "steps"), [("region", 2), ("umea", 2), ("region", 3)])
def test_every_order_of_ending_reopening_and_reporting_by_three(three: Three, first: str, steps: int):
    base = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=1)

    def at(minute: int) -> datetime:
        return base + timedelta(minutes=minute)

    every_step = list(product(VERBS, three.coordinators))
    chance = Random(0)

    def walk(said: list[tuple[str, str]], left: int) -> None:
        # What comes before a third step is compared in the case of two.
        if steps == 2 or not left:
            compare(three, said, at)
        if not left:
            return
        # Of the last of three steps a sample.
        tried = runs(1, full=len(every_step)) if len(said) == 3 else len(every_step)
        for verb, name in chance.sample(every_step, tried):
            with transaction.atomic():
                do(three, verb, name, at, len(said))
                walk([*said, (verb, name)], left - 1)
                transaction.set_rollback(True)

    do(three, "report", first, at, 0)
    walk([("report", first)], steps)


def test_an_outage_read_for_nobody_does_not_say_whether_it_goes_on(outage: Outage):
    bare = Outage.objects.get(pk=outage.pk)
    for ask in (
        lambda: bare.is_open,
        lambda: bare.own_end,
        lambda: bare.scope_at(timezone.now()),
    ):
        with pytest.raises(NotReadForAnybody):
            ask()


def test_the_region_s_end_is_nobody_else_s(county: County, three: Three, outage: Outage):
    ended = back(three.region, outage)
    assert (ended.is_open, ended.closed_at) == (False, ended.own_end)
    assert current_outage(three.region.principal) is None
    assert current_outage(three.umea.principal) == outage
    with pytest.raises(RuleError, match="PRATOR är inte åter i drift"):
        acknowledge(by=three.umea, outage=outage_for(three.umea.principal, outage.pk))
    acknowledge(by=three.nurse, outage=ended)
    key = "municipality-during"
    item = set_tick(
        by=three.umea,
        outage=outage_for(three.umea.principal, outage.pk),
        checklist_key=key,
        item_key=first_item(three.umea, key),
        done=True,
    )
    assert item.done
    assert AuditEntry.objects.filter(action="outage.ended").count() == 1


def first_item(by: Acting, key: str) -> str:
    return next(c for c in checklists_for(by.unit) if c.key == key).items[0].key


def test_a_municipality_that_took_part_is_asked_until_it_answers(three: Three, outage: Outage, clock):
    make_outage(three.lycksele)
    back(three.region, outage)
    clock.shift(timedelta(days=60))
    assert current_outage(three.lycksele.principal) == outage
    assert outage_in_view(three.umea.principal) is None, "it took no part, and has been asked for two weeks"
    # Another outage is the one in view; the old one is still to be ended.
    new = make_outage(three.umea)
    assert current_outage(three.lycksele.principal) == new
    assert recent_outages(three.lycksele.principal) == [new, outage]


def test_a_resend_of_an_end_does_not_end_again_what_was_reopened(three: Three, outage: Outage):
    at = timezone.now()
    for _ in "12":
        end_outage(by=three.region, outage=outage, client_id=same_id(1), ended_at=at)
    for _ in "12":
        reopen_outage(by=three.region, outage=outage, client_id=same_id(2))
    again = end_outage(by=three.region, outage=outage, client_id=same_id(1), ended_at=at)
    assert again.is_open
    assert PrincipalEnd.objects.count() == 2
    with pytest.raises(IdClash):
        end_outage(by=three.region, outage=outage, client_id=same_id(1), ended_at=at - timedelta(minutes=1))


@pytest.mark.django_db(transaction=True)
def test_two_people_of_one_principal_end_at_once_and_it_is_one_end(clock):
    county = make_county()
    outage = make_outage(county.alva)
    at = timezone.now()
    results = at_once(
        [lambda by=by: end_outage(by=by, outage=outage, ended_at=at) for by in (county.esa, county.adam)]
    )
    assert [type(result) for result in results] == [Outage, Outage]
    assert PrincipalEnd.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_three_end_at_once_each_for_itself(clock):
    county = make_county()
    three = make_three(county)
    outage = make_outage(county.alva)
    at = timezone.now()
    at_once(
        [lambda by=by: end_outage(by=by, outage=outage, ended_at=at) for by in three.coordinators.values()]
    )
    assert principals_back(outage) == {by.principal.pk for by in three.coordinators.values()}
    assert Outage.objects.get().closed_at == at


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_what_is_logged_while_somebody_ends_lies_within_or_is_refused(clock, attempt: int):
    county = make_county()
    make_three(county)
    outage = make_outage(county.alva)
    chain = make_chain(county, outage)
    at = timezone.now() - timedelta(minutes=20)
    at_once(
        [
            lambda: end_outage(by=county.esa, outage=outage, ended_at=at),
            lambda: make_event(county.alva, chain, ago=timedelta(minutes=10)),
        ]
    )
    end = outage_for(county.region, outage.pk).own_end
    assert CareChainEvent.objects.exists() is (end is None)


# What is refused says nothing of another principal's.


def umea_s_event(three: Three, county: County, outage: Outage, ago: timedelta) -> CareChain:
    chain = make_chain(
        county,
        outage,
        by=three.umea,
        municipality=three.umea.principal,
        outpatient_unit=county.health_centre,
    )
    make_event(three.umea, chain, "admission_reply", sender=Party.MUNICIPALITY, to=Party.INPATIENT, ago=ago)
    return chain


def test_an_end_is_held_up_by_the_own_log_only(county: County, three: Three, outage: Outage):
    umea_s_event(three, county, outage, timedelta(minutes=10))
    ended = back(three.region, outage, timedelta(minutes=30))
    assert not ended.is_open
    with pytest.raises(RuleError, match=r"åter 10\.22\?.*\n.* 10\.42"):
        back(three.umea, outage, timedelta(minutes=30))


def test_a_start_after_another_s_event_is_refused_without_a_name_or_a_time(
    county: County, three: Three, outage: Outage
):
    umea_s_event(three, county, outage, timedelta(minutes=30))
    late = outage_facts(timedelta(minutes=10))
    with pytest.raises(RuleError) as refused:
        change_outage(by=three.region, outage=outage, client_id=uuid4(), facts=late)
    assert refused.value.field == "started_at"
    assert refused.value.reason == "Något är redan loggat före den starten. Ange en tidigare start."
    with pytest.raises(RuleError, match=r"En händelse är loggad 10\.22, före den starten"):
        change_outage(by=three.umea, outage=outage, client_id=uuid4(), facts=late)


def test_who_has_ended_changes_nothing_in_what_goes_on_for_others(three: Three, outage: Outage):
    back(three.umea, outage)
    with pytest.raises(RuleError, match="Driftstoppet är avslutat"):
        change_outage(by=three.umea, outage=outage, client_id=uuid4(), facts=outage_facts())
    change_outage(by=three.lycksele, outage=outage, client_id=uuid4(), facts=outage_facts(planned=True))
    assert OutageReport.objects.filter(kind="changed").count() == 1


# After the own end.


def tasks(by: Acting, chain: CareChain) -> list[str]:
    chain = get_chain(by, chain.pk)
    found = tasks_of(chain, logs_of([chain.pk])[chain.pk])
    return [task.what for task in found]


def test_after_the_own_end_what_a_party_still_out_must_hear_is_logged_outside_r4(
    county: County, three: Three, outage: Outage
):
    of_umea = make_chain(county, outage, municipality=three.umea.principal)
    of_lycksele = make_chain(county, outage, municipality=three.lycksele.principal)
    back(three.region, outage, timedelta(minutes=30))
    back(three.umea, outage, timedelta(minutes=30))
    make_event(county.alva, of_lycksele, "admission", ago=timedelta(minutes=10))
    assert tasks(county.alva, of_lycksele) == []
    make_event(county.alva, of_lycksele, "admission", ago=timedelta(minutes=40))
    assert tasks(county.alva, of_lycksele) == ["admission"]
    with pytest.raises(RuleError, match=r"PRATOR var åter i drift 10\.22\. Registrera direkt i PRATOR"):
        make_event(county.alva, of_umea, "admission", ago=timedelta(minutes=10))
    back(three.lycksele, outage, timedelta(minutes=5))
    with pytest.raises(RuleError, match="Registrera direkt"):
        make_event(county.alva, of_lycksele, "preliminary_ready", ago=timedelta(minutes=2))
    make_event(county.alva, of_lycksele, "preliminary_ready", ago=timedelta(minutes=8))


def test_an_end_taken_back_by_mistake_can_be_said_again(county: County, three: Three, outage: Outage):
    chain = make_chain(county, outage, municipality=three.lycksele.principal)
    make_event(county.alva, chain, "admission", ago=timedelta(minutes=40))
    ended = back(three.region, outage, timedelta(minutes=30))
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=5))
    assert tasks(county.alva, chain) == ["admission"]
    again = reopen_outage(by=three.region, outage=ended)
    # What was logged as one of the outage holds it up as before.
    with pytest.raises(RuleError, match=r"åter 10\.11\?.*\nInskrivning 10\.12"):
        back(three.region, again, timedelta(minutes=41))
    back(three.region, again, timedelta(minutes=30))
    assert tasks(county.alva, chain) == ["admission"]


def test_who_goes_on_logs_as_before_when_the_region_is_back(county: County, three: Three, outage: Outage):
    back(three.region, outage, timedelta(minutes=30))
    umea_s_event(three, county, outage, timedelta(minutes=5))
    assert CareChainEvent.objects.count() == 1
