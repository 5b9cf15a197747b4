"""Whose turn a task of efterregistrering is: two at one list never type the same into the system."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, NotYours, RuleError
from contacts.rules.permissions import Role
from outage.models import CareChain, Outage, RegistrationMark, TaskTurn
from outage.presenters.back import TaskRow
from outage.queries.care_chains import get_chain
from outage.services.outages import end_outage
from outage.services.registrations import turn_task
from tests.clock import Clock
from tests.factories import County, make_chain, make_event, person, same_id
from tests.integration.outage.pages import forms_on
from tests.integration.outage.ticking import mark, rows

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true", "HX-Trigger": "calls"}


@pytest.fixture
def ended(county: County, chain: CareChain) -> CareChain:
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    return get_chain(county.alva, chain.pk)


def the_task(by: Acting, chain: CareChain) -> TaskRow:
    (task,) = rows(by, chain)
    return task


def turn(
    by: Acting, chain: CareChain, holder: Acting | None, note: str = "", number: int = 0, **more: object
) -> TaskTurn:
    task = the_task(by, chain)
    given = {"task": task.key, "seen": task.seen, "was": task.turn.holder_id, "note": note} | more
    return turn_task(
        by=by,
        chain=chain,
        client_id=same_id(number) if number else uuid4(),
        holder=holder and holder.user.pk,
        **given,  # type: ignore[arg-type]
    )


def test_who_takes_a_task_is_told_to_others_with_since_when(county: County, ended: CareChain):
    turn(county.alva, ended, county.alva)
    hers, theirs = the_task(county.alva, ended).turn, the_task(county.esa, ended).turn
    assert (hers.holder_id, hers.holder, hers.since) == (county.alva.user.pk, "Alva Påhittad", "10.52")
    assert theirs == hers
    (row,) = AuditEntry.objects.filter(action="registration.turn")
    assert (row.user, row.chain) == (county.alva.user, ended.pk)


def test_what_another_does_is_not_marked_until_it_is_taken_over(county: County, ended: CareChain):
    turn(county.alva, ended, county.alva)
    with pytest.raises(RuleError, match="Alva Påhittad gör den"):
        mark(county.esa, ended, the_task(county.esa, ended))
    assert RegistrationMark.objects.count() == 0
    turn(county.esa, ended, county.esa)
    mark(county.esa, ended, the_task(county.esa, ended))
    assert the_task(county.alva, ended).done


def test_who_has_it_and_who_takes_what_is_nobodys_mark_it(county: County, ended: CareChain):
    turn(county.alva, ended, county.alva)
    mark(county.alva, ended, the_task(county.alva, ended))
    assert the_task(county.esa, ended).done


def test_what_somebody_has_marked_is_neither_marked_nor_taken_by_another(county: County, ended: CareChain):
    before = the_task(county.esa, ended)
    mark(county.alva, ended, before)
    for late in (lambda: mark(county.esa, ended, before), lambda: turn(county.esa, ended, county.esa)):
        with pytest.raises(RuleError, match="Alva Påhittad har redan markerat den som klar"):
            late()
    assert RegistrationMark.objects.count() == 1
    mark(county.esa, ended, the_task(county.esa, ended), done=False)
    mark(county.esa, ended, the_task(county.esa, ended))


def test_of_two_who_take_it_at_once_the_second_is_told(county: County, ended: CareChain):
    seen = the_task(county.esa, ended).turn.holder_id
    turn(county.alva, ended, county.alva)
    with pytest.raises(RuleError, match="Alva Påhittad gör den nu"):
        turn(county.esa, ended, county.esa, was=seen)
    turn(county.alva, ended, None)
    with pytest.raises(RuleError, match="Ingen gör den längre"):
        turn(county.esa, ended, county.esa, was=county.alva.user.pk)
    assert TaskTurn.objects.count() == 2


def test_it_is_handed_to_a_colleague_with_a_note_that_stays(county: County, ended: CareChain, clock: Clock):
    turn(county.alva, ended, county.esa, "Läkaren ringer 14")
    clock.shift(timedelta(minutes=5))
    turn(county.esa, ended, county.esa, "Har ringt")
    task = the_task(county.esa, ended)
    # Since it became theirs, not since the note.
    assert (task.turn.holder_id, task.turn.since) == (county.esa.user.pk, "10.52")
    assert task.turn.note == "Har ringt (10.57 Esa Påhittad)"
    turn(county.esa, ended, None)
    assert the_task(county.alva, ended).turn.holder == ""
    assert the_task(county.alva, ended).turn.note.startswith("Har ringt")


def test_to_nobody_but_those_who_may_at_the_unit(county: County, ended: CareChain):
    adam = person("aina", county.ward, Role.ADMIN)
    gone = person("greta", county.ward)
    gone.membership.active = False
    gone.membership.save()
    for holder in (county.bo, county.cissi, adam, gone):
        with pytest.raises(RuleError, match="Välj någon som arbetar på enheten") as refused:
            turn(county.alva, ended, holder)
        assert refused.value.field == "holder"
    with pytest.raises(RuleError, match="skriv en anteckning"):
        turn(county.alva, ended, None)
    assert TaskTurn.objects.count() == 0


def test_not_while_the_outage_goes_on_nor_by_others(county: County, chain: CareChain, ended: CareChain):
    task = the_task(county.alva, ended)
    given = {
        "client_id": uuid4(),
        "task": task.key,
        "seen": task.seen,
        "was": None,
        "holder": None,
        "note": "x",
    }
    with pytest.raises(RuleError, match="inte åter i drift"):
        turn_task(by=county.alva, chain=chain, **given)
    with pytest.raises(NotYours):
        turn_task(by=county.bo, chain=ended, **given)
    with pytest.raises(NotAllowed):
        turn_task(by=county.adam, chain=ended, **given)
    with pytest.raises(RuleError, match="Loggen har ändrats"):
        turn_task(by=county.alva, chain=ended, **given | {"seen": "en annan"})


def test_sent_twice_is_one_row_and_with_other_content_two(county: County, ended: CareChain):
    task = the_task(county.alva, ended)
    given = {"task": task.key, "seen": task.seen, "was": None}
    first = turn(county.alva, ended, county.alva, number=1, **given)
    assert turn(county.alva, ended, county.alva, number=1, **given) == first
    with pytest.raises(IdClash):
        turn(county.alva, ended, county.alva, "Något annat", number=1, **given)
    assert TaskTurn.objects.count() == 1


def test_a_note_about_a_protected_patient_stands_on_its_own_page_alone(county: County, outage: Outage):
    chain = make_chain(county, outage, protected_identity=True)
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    chain = get_chain(county.alva, chain.pk)
    turn(county.alva, chain, county.alva, "Bor hos sin syster")
    assert the_task(county.alva, chain).turn.note == "se vårdkedjan"


class TestPage:
    @pytest.fixture
    def esas(self, county: County) -> Client:
        client = Client()
        client.force_login(county.esa.user)
        return client

    def test_an_open_list_shows_what_another_does(self, county: County, ended: CareChain, esas: Client):
        shown = esas.get("/ater-i-drift/").context["version"]
        live = LIVE | {"X-Shown": str(shown)}
        assert esas.get("/ater-i-drift/nu/", headers=live).status_code == 204
        turn(county.alva, ended, county.alva)
        answer = esas.get("/ater-i-drift/nu/", headers=live)
        assert "Alva Påhittad gör den" in answer.content.decode()
        assert "Markera som klart" not in answer.content.decode()

    @pytest.mark.parametrize("holder_looks_first", [True, False])
    def test_a_colleague_of_the_same_role_who_looks_in_the_same_minute_is_told_whose_it_is(
        self, county: County, ended: CareChain, holder_looks_first: bool
    ):
        bea = person("bea", county.ward, county.alva.role)
        turn(county.alva, ended, county.alva)
        windows = {who.user.username: Client() for who in (county.alva, bea)}
        windows["alva"].force_login(county.alva.user)
        windows["bea"].force_login(bea.user)
        order = ["alva", "bea"] if holder_looks_first else ["bea", "alva"]
        answers = {name: windows[name].get("/ater-i-drift/") for name in order}
        shown = {name: answer.content.decode() for name, answer in answers.items()}
        assert "Du gör den" in shown["alva"]
        assert "Markera som klart" in shown["alva"]
        assert "Du gör den" not in shown["bea"]
        assert "Alva Påhittad gör den" in shown["bea"]
        assert "Ta över" in shown["bea"]
        assert "Markera som klart" not in shown["bea"]
        # Who presses on a page that was made for another takes it as themselves.
        ((_, path, sent),) = (form for form in forms_on(answers["bea"]) if form[0] == "task")
        typed_by = shown["bea"].split('name="typed_by" value="')[1].split('"')[0]
        assert windows["bea"].post(path, sent | {"typed_by": typed_by}).status_code == 302
        assert TaskTurn.objects.latest("pk").holder == bea.user

    def test_what_is_refused_is_told_beside_it_with_what_was_typed(
        self, county: County, ended: CareChain, esas: Client
    ):
        task = the_task(county.esa, ended)
        page = esas.get("/ater-i-drift/").content.decode()
        mark_of = page.split('name="typed_by" value="')[1].split('"')[0]
        turn(county.alva, ended, county.alva)
        sent = {
            "client_id": str(uuid4()),
            "typed_by": mark_of,
            "task": task.key,
            "seen": task.seen,
            "was": "",
            "taken": "1",
            "note": "Jag ringer läkaren",
        }
        answer = esas.post(f"/vardkedja/{ended.pk}/uppgift/", sent)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "Alva Påhittad gör den nu." in text
        assert 'value="Jag ringer läkaren"' in text

    def test_whose_turn_it_is_takes_one_query_more_for_all(
        self, county: County, outage: Outage, esas: Client, django_assert_num_queries: Callable[..., object]
    ):
        for number in range(6):
            make_event(
                county.alva, make_chain(county, outage, identity=f"19900101-98{number:02}"), "admission"
            )
        end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
        esas.get("/konto/")
        with CaptureQueriesContext(connection) as asked:
            esas.get("/ater-i-drift/")
        assert sum("tasktur" in one["sql"] for one in asked) == 1
