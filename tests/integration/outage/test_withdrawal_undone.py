"""An event that was taken back by mistake stands again: nobody rings about a true discharge that it did not happen."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.errors import IdClash, RuleError
from contacts.services.versions import ChangedMeanwhile
from outage.models import CareChain, CareChainEvent
from outage.queries.care_chains import get_chain, get_event, get_handover
from outage.queries.chain_log import log_of
from outage.rules.back_registration import ChainStatus
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event, withdraw_event
from outage.services.moving import move_call
from outage.services.taken_back import undo_withdrawal
from tests.factories import County, make_chain, make_event, tell
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_wrong_patient import owed, standing
from tests.integration.outage.test_wrongly_marked import put

pytestmark = pytest.mark.clause("R1.6")


def taken_back(county: County, chain: CareChain) -> CareChainEvent:
    """Log a discharge that the municipality heard of, and take it back."""
    event = make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
    row = withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel rad.")
    return get_event(county.alva, row.pk)


def undo(county: County, row: CareChainEvent, **more) -> CareChainEvent:
    return undo_withdrawal(
        **{"by": county.alva, "event": row, "client_id": uuid4(), "reason": "Fel knapp.", **more}
    )


def test_it_stands_as_it_was_and_nobody_is_rung_about_the_mistake(county: County, chain: CareChain):
    row = taken_back(county, chain)
    assert owed(county, chain) == {"municipality": ["Återtag: utskrivningsmeddelande"]}
    undo(county, row)
    assert standing(chain) == ["discharge"]
    assert owed(county, chain).keys() == {"outpatient"}
    first, _, now = sorted(log_of(chain.pk).events, key=lambda event: event.order)
    assert (now.happened_at, now.particulars, now.sender) == (
        first.happened_at,
        first.particulars,
        first.sender,
    )
    assert (now.user, now.reason) == (county.alva.user, "Fel knapp.")


def test_who_heard_that_it_was_taken_back_is_rung_again(county: County, chain: CareChain):
    row = taken_back(county, chain)
    tell(county.alva, chain, row)
    undo(county, row)
    assert owed(county, chain).keys() == {"municipality", "outpatient"}


def test_it_is_undone_once_and_sent_twice_it_is_the_first(county: County, chain: CareChain):
    row, same = taken_back(county, chain), uuid4()
    first = undo(county, row, client_id=same)
    assert undo(county, row, client_id=same).pk == first.pk
    with pytest.raises(IdClash):
        undo(county, row, client_id=same, reason="Annat.")
    with pytest.raises(ChangedMeanwhile):
        undo(county, row)
    assert standing(chain) == ["discharge"]


def test_it_can_be_taken_back_and_undone_again_and_corrected(county: County, chain: CareChain):
    now = undo(county, taken_back(county, chain))
    again = withdraw_event(
        by=county.alva, event=get_event(county.alva, now.pk), client_id=uuid4(), reason="Ändå fel."
    )
    now = undo(county, get_event(county.alva, again.pk))
    correct_event(
        by=county.alva,
        event=get_event(county.alva, now.pk),
        client_id=uuid4(),
        happened_at=now.happened_at,
        particulars={"comment": "Med ambulans."},
        reason="Mer att säga.",
        told_rightly=True,
    )
    assert standing(chain) == ["discharge"]
    assert owed(county, chain).keys() == {"outpatient"}


def test_what_is_no_withdrawal_or_of_another_patient_is_refused(county: County, chain: CareChain):
    event = make_event(county.alva, chain)
    with pytest.raises(RuleError, match="gäller en annan patient"):
        undo(county, get_event(county.alva, event.pk))
    put(county, chain, ChainStatus.WRONG_PATIENT)
    row = CareChainEvent.objects.get(withdraws=True)
    with pytest.raises(RuleError, match="gäller en annan patient"):
        undo(county, get_event(county.alva, row.pk))
    with pytest.raises(RuleError, match="Skriv varför"):
        undo(county, get_event(county.alva, row.pk), reason=" ")
    assert standing(chain) == []


def test_what_went_with_a_moved_call_is_not_undone_here(county: County, outage, chain: CareChain):
    event = make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    call = get_handover(county.alva, event.messages.get().handover_id)
    other = make_chain(county, outage)
    move_call(by=county.alva, handover=call, to=other, client_id=uuid4(), reason="Fel patient.")
    row = CareChainEvent.objects.get(withdraws=True)
    with pytest.raises(RuleError, match="gäller en annan patient"):
        undo(county, get_event(county.alva, row.pk))


def test_the_chain_leads_there_and_the_page_says_what_it_does(
    client: Client, county: County, chain: CareChain
):
    row = taken_back(county, chain)
    client.force_login(county.alva.user)
    path = reverse("withdraw_event", args=[row.pk])
    link = read(client.get(reverse("chain", args=[chain.pk]))).main.find("a", href=path)
    assert link.get_text().startswith("Ångra återtaget")
    page = read(client.get(path))
    assert page.h1.get_text().startswith("Ångra återtaget: Utskrivningsmeddelande ")
    assert (
        "Händelsen gäller igen, som den var. De som redan är underrättade om återtaget ska ringas."
        in " ".join(page.main.get_text(" ").split())
    )
    form = fields_of(form_of(page, method="post"))
    refused = client.post(path, form)
    assert (refused.status_code, "Skriv varför" in errors_of(read(refused))) == (422, True)
    saved = read(client.post(path, form | {"reason": ["Fel knapp."]}, follow=True))
    assert "Återtaget är ångrat. Händelsen gäller igen." in saved.get_text()
    assert not saved.main.find("a", href=path)
    assert standing(chain) == ["discharge"]
    # Of the page that another had open meanwhile nothing is done, and it says what stands.
    second = client.post(path, form | {"client_id": [str(uuid4())], "reason": ["Jag också."]}, follow=True)
    assert "Rättat" in read(second).get_text()
    assert "Fel knapp." in read(second).get_text()
    assert standing(chain) == ["discharge"]


def test_nobody_else_reaches_it(client: Client, county: County, chain: CareChain):
    row = taken_back(county, chain)
    path = reverse("withdraw_event", args=[row.pk])
    client.force_login(county.bo.user)
    assert client.get(path).status_code == 404
    assert client.post(path, {"reason": ["x"], "client_id": [str(uuid4())]}).status_code == 404
    assert get_chain(county.alva, chain.pk).details.status == ChainStatus.OK
    assert standing(chain) == []
