"""Nödöppning: another unit's chain is read, and calls are logged in it, for a time, by who knows the whole number."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.access import Acting
from contacts.models import AuditEntry, MunicipalKind, Unit
from contacts.rules.errors import NotYours, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import CareChain, CareChainDetails, ChainState, HeldForm, Opening, Outage
from outage.queries.care_chains import get_chain, get_event, get_handover, get_reached, visible_chains
from outage.rules.informing import CallOutcome
from outage.rules.opening import LASTS, OpeningKind, OpeningReason
from outage.services.care_chains import change_details
from outage.services.events import withdraw_event
from outage.services.handovers import log_call, withdraw_call
from outage.services.moving import move_call
from outage.services.openings import open_in_emergency
from outage.services.undoing import undo_call
from tests.factories import County, call_facts, chain_facts, make_chain, make_event, person, tell
from tests.integration.outage.joining import join
from tests.integration.outage.pages import errors_of, fields_of, form_of, log_in_anew, read

NAME, NUMBER, SHOWN = "Särskild Tolvansson", "191212129801", "19121212-9801"
LASTING = LASTS[OpeningKind.EMERGENCY]


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    """Of Alva's ward; Bo's has no part in it."""
    chain = make_chain(county, outage, identity=NUMBER, patient_name=NAME)
    tell(county.alva, chain, make_event(county.alva, chain, "discharge"))
    return chain


@pytest.fixture
def bo(county: County, client: Client) -> Client:
    client.force_login(county.bo.user)
    return client


def opened(by: Acting, chain: CareChain, number: str = NUMBER, **more) -> Opening:
    given = {"client_id": uuid4(), "reason": OpeningReason.IS_HERE} | more
    return open_in_emergency(by=by, outage=chain.outage, number=number, chain_id=chain.pk, **given)


def search(client: Client, text: str):
    return client.post(reverse("chains"), {"sok": text})


def test_from_the_search_to_the_chain_and_what_everybody_sees_of_it(
    county: County, chain: CareChain, bo: Client
):
    page = read(search(bo, SHOWN))
    assert "Patienten finns hos annan enhet: Medicin 2" in " ".join(page.get_text().split())
    assert NAME not in page.get_text()
    form = next(form for form in page.main.find_all("form") if form["action"] == reverse("open_elsewhere"))
    asked = read(bo.post(form["action"], fields_of(form)))
    assert NAME not in asked.get_text()
    assert asked.h1.get_text() == "Nödöppna vårdkedja hos Medicin 2"
    reasons = asked.main.find_all("form", method="post")[0]
    labels = [button.get_text() for button in reasons.find_all("button")]
    assert labels == [
        "Patienten är hos oss eller på väg hit",
        "Jag tar emot ett samtal om patienten",
        "Den andra enheten går inte att nå",
    ]
    answer = bo.post(reasons["action"], fields_of(reasons) | {"reason": ["is_here"]})
    assert answer.headers["Location"] == reverse("chain", args=[chain.pk])
    page = read(bo.get(answer.headers["Location"]))
    assert page.h1.get_text() == NAME
    # Tuesday 10.52.
    assert "Nödöppnad till 11.52 – granskas." in page.get_text()
    row = AuditEntry.objects.get(action="emergency_opened")
    assert (row.user, row.unit, row.chain, row.changes["reason"]) == (
        county.bo.user, county.other_ward, chain.pk, "is_here",
    )  # fmt: skip
    assert "Visa den nödöppnade hos Medicin 2" in read(search(bo, SHOWN)).get_text()
    bo.force_login(county.alva.user)
    own = " ".join(read(bo.get(reverse("chain", args=[chain.pk]))).get_text(" ").split())
    assert "Nödöppnad av Bo Påhittad, Ortopeden, 10.52: patienten är hos oss" in own
    assert "granskas" not in own


def test_each_page_of_the_chain_is_marked_and_has_only_what_may_be_done(
    county: County, chain: CareChain, bo: Client
):
    event = chain.events.get()
    theirs = chain.handovers.first()
    assert theirs is not None
    opened(county.bo, chain)
    call = reverse("chain_call", args=[chain.pk])
    for path in (reverse("chain", args=[chain.pk]), call, f"{call}?riktning=received"):
        assert "Nödöppnad till 11.52 – granskas." in read(bo.get(path)).get_text(), path
    page = read(bo.get(reverse("chain", args=[chain.pk])))
    leads = {
        tag.get("href") or tag.get("action") or tag.get("formaction") for tag in page.main.find_all(True)
    }
    dead = [
        *(
            reverse(name, args=[chain.pk])
            for name in ("edit_chain", "join_chain", "undo_join", "chain_sheet")
        ),
        *(reverse(name, args=[event.pk]) for name in ("correct_event", "withdraw_event", "leave_open")),
        *(reverse(name, args=[theirs.pk]) for name in ("correct_call", "withdraw_call", "move_call")),
    ]
    for path in dead:
        assert path not in leads
        assert bo.get(path).status_code in {404, 405}, path
    assert bo.post(reverse("chain_sheet", args=[chain.pk]), {"client_id": uuid4()}).status_code == 404
    own = tell(county.bo, get_reached(county.bo, chain.pk), outcome=CallOutcome.BUSY)
    page = read(bo.get(reverse("chain", args=[chain.pk])))
    leads = {tag.get("href") for tag in page.main.find_all("a")}
    for path in (reverse(name, args=[own.pk]) for name in ("correct_call", "withdraw_call", "move_call")):
        assert path in leads
        assert "Nödöppnad till 11.52 – granskas." in read(bo.get(path)).get_text(), path


def test_calls_are_logged_undone_and_moved_and_nothing_else_is_written(county: County, chain: CareChain):
    by, outage = county.bo, chain.outage
    own = make_chain(county, outage, by, ward_unit=county.other_ward, outpatient_unit=None)
    opened(by, chain)
    found = get_reached(by, chain.pk)
    event = make_event(by, found, "admission")
    assert event.unit == county.other_ward
    undo_call(by=by, handover=get_handover(by, tell(by, found, event).pk))
    withdraw_call(
        by=by, handover=get_handover(by, tell(by, found, event).pk), client_id=uuid4(), reason="Fel."
    )
    moved = get_handover(by, tell(by, found, outcome=CallOutcome.BUSY).pk)
    move_call(by=by, handover=moved, to=own, client_id=uuid4(), reason="Fel patient.", answers={})
    theirs = chain.handovers.first()
    assert theirs is not None
    theirs.chain = found
    event.chain = found
    before = CareChainDetails.objects.count()
    facts = chain_facts(county)
    for refused in (
        lambda: withdraw_call(by=by, handover=theirs, client_id=uuid4(), reason="Fel."),
        lambda: withdraw_event(by=by, event=event, client_id=uuid4(), reason="Fel."),
        lambda: change_details(by=by, chain=found, client_id=uuid4(), replaces=found.details_id, facts=facts),
    ):
        with pytest.raises(NotYours):
            refused()
    assert CareChainDetails.objects.count() == before
    # Nor does it give the unit a part in the chain.
    assert not ChainState.objects.filter(chain=chain, unit=county.other_ward).exists()
    assert chain not in visible_chains(by, outage)
    with pytest.raises(CareChain.DoesNotExist):
        get_event(by, event.pk)


def test_it_ends_with_its_time_and_what_was_typed_is_kept(
    county: County, chain: CareChain, bo: Client, clock
):
    opened(county.bo, chain)
    path = reverse("chain_call", args=[chain.pk])
    typed = fields_of(form_of(read(bo.get(path)), method="post")) | {
        "recipient": ["municipality"], "messages": ["new:admission:inpatient"], "outcome": ["busy"],
        "number": ["0910-73 50 00"],
    }  # fmt: skip
    own = tell(county.bo, get_reached(county.bo, chain.pk), outcome=CallOutcome.BUSY)
    clock.shift(LASTING - timedelta(minutes=2))
    log_in_anew(bo, county.bo)
    assert bo.get(path).status_code == 200
    clock.shift(timedelta(minutes=2))
    calls = chain.handovers.count()
    of_call = [reverse(name, args=[own.pk]) for name in ("correct_call", "withdraw_call", "move_call")]
    for closed in (reverse("chain", args=[chain.pk]), path, *of_call):
        assert bo.get(closed).status_code == 404, closed
    for name in ("undo_call", "flag_called_number", "unflag_called_number"):
        pressed = bo.post(reverse(name, args=[own.pk]), {"client_id": str(uuid4())}, follow=True)
        assert "Nödöppningen har gått ut" in read(pressed).get_text(), name
    HeldForm.objects.all().delete()
    answer = bo.post(path, typed, follow=True)
    assert "Nödöppningen har gått ut" in read(answer).get_text()
    assert chain.handovers.count() == calls
    held = HeldForm.objects.get()
    # Shown as typed, without the chain; sent again, it is still there.
    assert bo.get(reverse("held_form", args=[held.pk])).status_code == 200
    bo.post(path, typed | {"taken_up": [str(held.pk)]})
    assert HeldForm.objects.get().pk == held.pk
    for refused in (
        lambda: undo_call(by=county.bo, handover=own),
        lambda: log_call(
            by=county.bo,
            chain=chain,
            client_id=uuid4(),
            facts=call_facts(outcome=CallOutcome.BUSY),
            messages=[],
        ),
    ):
        with pytest.raises(NotYours):
            refused()
    opened(county.bo, chain)
    form = form_of(read(bo.get(reverse("held_form", args=[held.pk]))), **{"data-guard": True})
    assert bo.post(path, fields_of(form)).status_code == 302
    assert chain.handovers.count() == calls + 1
    assert not HeldForm.objects.exists()


@pytest.mark.parametrize(
    ("how", "why", "again"),
    [
        ("protected", "Patienten har fått skyddade personuppgifter", False),
        ("protected elsewhere", "Patienten har fått skyddade personuppgifter", False),
        ("joined", "Vårdkedjan är sammanförd med en annan. Sök på patientens nummer", True),
        ("expired", "Nödöppningen har gått ut", True),
        ("another principal's", "Nödöppningen gäller inte längre", False),
    ],
)
def test_a_call_that_was_being_written_when_it_ended_is_kept_and_told_truly_why(
    county: County, chain: CareChain, bo: Client, clock, how: str, why: str, again: bool
):
    opened(county.bo, chain)
    path = reverse("chain_call", args=[chain.pk])
    typed = fields_of(form_of(read(bo.get(path)), method="post")) | {
        "recipient": ["municipality"], "messages": ["new:admission:inpatient"], "outcome": ["busy"],
        "number": ["0910-73 50 00"], "spoken_to": ["Karin Björk"],
    }  # fmt: skip
    if how == "expired":
        clock.shift(LASTING)
        log_in_anew(bo, county.bo)
    else:
        hidden(county, chain, how)
    calls = chain.handovers.count()
    told = read(bo.post(path, typed, follow=True)).get_text()
    held = reverse("held_form", args=[HeldForm.objects.get().pk])
    page = " ".join(read(bo.get(held)).main.get_text(" ").split())
    for text in (told, page):
        assert why in text
        assert ("nödöppna igen" in text.lower()) == again
        assert ("ring den enhet som har patienten nu" in text) != again
        assert NAME not in page
    for text in (
        "Vem samtalet är med Kommun",
        "Hur gick det? Upptaget",
        "Namn på den du talar med Karin Björk",
    ):
        assert text in page
    assert "Meddelanden Inskrivning" in page
    assert chain.handovers.count() == calls
    if how == "joined":
        kept = CareChain.objects.get(joined__isnull=False)
        opened(county.bo, kept)
        form = form_of(read(bo.get(held)), **{"data-guard": True})
        assert bo.post(path, fields_of(form)).status_code == 302
        assert kept.handovers.count() == 1
        assert not HeldForm.objects.exists()


def test_it_is_the_persons_alone(county: County, chain: CareChain, client: Client):
    opened(county.bo, chain)
    beside = person("bodil", county.other_ward, Role.COORDINATOR)
    extra = person("bosse", county.psychiatric_ward)
    for by in (beside, extra, county.cissi):
        client.force_login(by.user)
        assert client.get(reverse("chain", args=[chain.pk])).status_code == 404


@pytest.mark.parametrize("text", [NAME, "Särskild", "1912", "9801", "19121212-980", "19121212-9802", ""])
def test_only_the_whole_number_finds_anything(county: County, chain: CareChain, bo: Client, text: str):
    page = search(bo, text).content.decode()
    assert "annan enhet" not in page
    sent = {"number": text, "chain": str(chain.pk), "reason": "is_here", "client_id": str(uuid4())}
    assert bo.post(reverse("open_elsewhere"), sent).status_code == 404
    with pytest.raises(NotYours):
        opened(county.bo, chain, text)
    assert not Opening.objects.exists()


def hidden(county: County, chain: CareChain, how: str) -> None:
    """Let it be a chain that no emergency leads to."""
    if how == "protected":
        facts = chain_facts(county, identity=NUMBER, patient_name=NAME, protected_identity=True)
        given = {
            "client_id": uuid4(),
            "replaces": get_chain(county.alva, chain.pk).details_id,
            "facts": facts,
        }
        change_details(by=county.alva, chain=get_chain(county.alva, chain.pk), **given)
    elif how == "protected elsewhere":
        pia = person("pia", county.psychiatric_ward)
        there = {"ward_unit": county.psychiatric_ward, "outpatient_unit": None, "protected_identity": True}
        make_chain(county, chain.outage, pia, identity=NUMBER, **there)
    elif how == "joined":
        facts = {"identity": NUMBER, "patient_name": NAME}
        join(county, make_chain(county, chain.outage, **facts), chain)
    else:
        CareChain.objects.filter(pk=chain.pk).update(principal=county.municipality, unit=county.social_care)


@pytest.mark.parametrize("how", ["protected", "protected elsewhere", "joined", "another principal's"])
def test_of_some_nothing_is_told_and_an_opening_is_over_when_it_becomes_one(
    county: County, chain: CareChain, bo: Client, how: str
):
    opened(county.bo, chain)
    path = reverse("chain", args=[chain.pk])
    assert bo.get(path).status_code == 200
    hidden(county, chain, how)
    assert bo.get(path).status_code == 404
    if how != "joined":
        page = read(search(bo, NUMBER)).get_text()
        assert "annan enhet" not in page
        assert "Ingen vårdkedja stämmer" in page
    with pytest.raises(NotYours):
        opened(county.bo, chain)


def test_an_emergency_is_no_reason_to_see_protected_personal_data(
    county: County, chain: CareChain, bo: Client
):
    opened(county.bo, chain)
    facts = chain_facts(county, identity=NUMBER, protected_identity=True, ward_unit=county.other_ward)
    given = {"client_id": uuid4(), "replaces": get_chain(county.alva, chain.pk).details_id, "facts": facts}
    change_details(by=county.alva, chain=get_chain(county.alva, chain.pk), **given)
    asked = bo.get(reverse("chain", args=[chain.pk])).headers["Location"]
    assert asked.startswith(reverse("open_patient", args=[chain.pk]))


def test_a_branch_is_a_border_inside_a_municipality(county: County, outage: Outage, client: Client):
    nursing, unknown = (
        Unit.objects.create(principal=county.municipality, name=name, municipal_kind=kind)
        for name, kind in (("Hemsjukvården", MunicipalKind.HOME_NURSING), ("Någon enhet", ""))
    )
    beside = Unit.objects.create(
        principal=county.municipality, name="Hemtjänsten", municipal_kind=MunicipalKind.SOCIAL_CARE
    )
    chain = make_chain(county, outage, county.cissi, identity=NUMBER, patient_name=NAME)
    for unit in (nursing, unknown):
        by = person(f"n{unit.pk}", unit)
        client.force_login(by.user)
        assert "annan enhet" not in search(client, NUMBER).content.decode()
        with pytest.raises(NotYours):
            opened(by, chain)
    colleague = person("hilda", beside)
    opened(colleague, chain)
    client.force_login(colleague.user)
    assert client.get(reverse("chain", args=[chain.pk])).status_code == 200
    Unit.objects.filter(pk=beside.pk).update(municipal_kind=MunicipalKind.HOME_NURSING)
    assert client.get(reverse("chain", args=[chain.pk])).status_code == 404


def test_an_administrator_opens_nothing(county: County, chain: CareChain, client: Client):
    client.force_login(county.adam.user)
    asked = {"number": NUMBER, "chain": str(chain.pk)}
    for sent in (asked, asked | {"reason": "is_here", "client_id": str(uuid4())}):
        assert client.post(reverse("open_elsewhere"), sent).status_code == 403


def test_another_reason_is_written_without_the_patient(county: County, chain: CareChain, bo: Client):
    sent = {"number": NUMBER, "chain": str(chain.pk), "reason": "other", "client_id": str(uuid4())}
    answer = bo.post(reverse("open_elsewhere"), sent | {"note": "Tolvansson är här"})
    assert answer.status_code == 422
    assert "utan patientens namn" in errors_of(read(answer))
    with pytest.raises(RuleError):
        opened(county.bo, chain, reason=OpeningReason.RINGS)
    assert bo.post(reverse("open_elsewhere"), sent | {"note": "Ambulansen frågar"}).status_code == 302
    assert Opening.objects.get().note == "Ambulansen frågar"
    assert "Ambulansen" not in str(AuditEntry.objects.get(action="emergency_opened").changes)


def test_a_page_costs_the_same_for_one_and_for_many_openings(
    county: County, chain: CareChain, client: Client
):
    def asked(by: Acting) -> int:
        client.force_login(by.user)
        client.get(reverse("chain", args=[chain.pk]))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("chain", args=[chain.pk])).status_code == 200
        return len(captured)

    opened(county.bo, chain)
    few = asked(county.alva), asked(county.bo)
    for _ in range(5):
        opened(county.bo, chain)
    assert (asked(county.alva), asked(county.bo)) == few


def test_a_call_in_an_emergency_is_a_call_of_the_chain(county: County, chain: CareChain, bo: Client):
    opened(county.bo, chain)
    tried = bo.post(
        reverse("quick_try", args=[chain.pk]),
        {"client_id": uuid4(), "recipient": Party.MUNICIPALITY, "outcome": "busy", "number": "0910-73 50 00"},
    )
    assert tried.status_code == 302
    row = chain.handovers.latest("recorded_at")
    assert (row.unit, row.outcome) == (county.other_ward, "busy")
    # Läge says what was saved, and offers to undo it.
    assert reverse("undo_call", args=[row.pk]) in bo.get(reverse("status")).content.decode()
