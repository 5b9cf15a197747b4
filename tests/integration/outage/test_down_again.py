"""The system goes down again minutes after an outage has ended: what is logged on the chain that exists is not lost."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.rules.back_registration import Before
from outage.rules.handover import Message
from outage.services.events import correct_event
from outage.services.handovers import log_call
from outage.services.outages import end_outage
from tests.factories import (
    County,
    call_facts,
    end_for_all,
    make_chain,
    make_event,
    make_outage,
    person,
)
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.ticking import rows

ENDED, DOWN_AGAIN = timedelta(minutes=30), timedelta(minutes=25)
AFTERWARDS = "Efter att PRATOR var åter i drift tis 24 nov 10.22. Registreras direkt i PRATOR, inte efteråt."


@pytest.fixture(params=["the region", "all"])
def ended(county: County, outage: Outage, request: pytest.FixtureRequest) -> CareChain:
    """A patient in the system before, and the outage ended 10.22 by the region alone or by all."""
    chain = make_chain(county, outage, before=Before.ADMITTED)
    at = timezone.now() - ENDED
    if request.param == "all":
        end_for_all(county, outage, at)
    else:
        end_outage(by=county.esa, outage=outage, ended_at=at)
    return get_chain(county.alva, chain.pk)


def text_of(found: Any) -> str:
    return " ".join(found.get_text(" ").split())


def log(county: County, chain: CareChain, minutes: int, answers: dict[str, str] | None = None) -> Handover:
    at = timezone.now() - timedelta(minutes=minutes)
    return log_call(
        by=county.alva,
        chain=get_chain(county.alva, chain.pk),
        client_id=uuid4(),
        facts=call_facts(),
        messages=[Message(kind="discharge", sender=Party.INPATIENT, happened_at=at)],
        answers=answers,
    )


@pytest.mark.clause("R4.4")
def test_what_happens_then_belongs_to_the_outage_that_goes_on(county: County, ended: CareChain):
    later = make_outage(county.alva, DOWN_AGAIN)
    with pytest.raises(RuleError) as refused:
        log(county, ended, 5, {})
    assert refused.value.reason == (
        "PRATOR ligger nere igen sedan 10.27. Öppna patientens vårdkedja i det driftstoppet, och logga det där."
    )
    anew = make_chain(county, later, before=Before.ADMITTED)
    log(county, anew, 5, {})
    assert [row.clause for row in rows(county.alva, anew)][:1] == ["R4.4"]


def test_when_that_one_has_ended_too_it_still_belongs_there(county: County, ended: CareChain):
    later = make_outage(county.alva, DOWN_AGAIN)
    end_for_all(county, later, timezone.now() - timedelta(minutes=4))
    with pytest.raises(RuleError, match=r"PRATOR låg nere igen 10\.27–10\.48\. Öppna patientens vårdkedja"):
        log(county, ended, 5)


@pytest.mark.clause("R4.4")
def test_what_was_logged_before_that_was_reported_is_in_the_former_list(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - ENDED)
    event = log(county, chain, 5).messages.get().event
    assert [(row.key, row.do) for row in rows(county.alva, chain)] == [("after", AFTERWARDS)]
    make_outage(county.alva, DOWN_AGAIN)
    assert [row.clause for row in rows(county.alva, chain)] == ["R4.4"]
    client.force_login(county.alva.user)
    page = read(client.get(reverse("chain", args=[chain.pk]))).main.text
    assert "10.27. Räknas med i efterregistreringen här." in page
    # Where it stands it can be corrected.
    event.chain = get_chain(county.alva, chain.pk)
    correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at - timedelta(minutes=1),
        particulars={},
        reason="Fel tid.",
        told_rightly=True,
        answers={"before-event": "ja"},
    )
    assert [row.clause for row in rows(county.alva, chain)] == ["R4.4"]


def test_what_happened_between_the_two_is_outside(county: County, outage: Outage, client: Client):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - ENDED)
    make_outage(county.alva, DOWN_AGAIN)
    log(county, chain, 27)
    assert [row.key for row in rows(county.alva, chain)] == ["after"]
    client.force_login(county.alva.user)
    page = read(client.get(reverse("chain", args=[chain.pk]))).main.text
    assert "Registreras i PRATOR när det går, inte som efterregistrering." in page
    assert "Registreras direkt" not in page


def test_of_what_happened_between_nobody_is_sent_to_a_system_that_is_down(
    county: County, outage: Outage, chain: CareChain
):
    end_for_all(county, outage, timezone.now() - ENDED)
    later = make_outage(county.alva, DOWN_AGAIN)
    with pytest.raises(RuleError, match=r"PRATOR var i drift då, men ligger nere igen sedan 10\.27\. Öppna"):
        log(county, chain, 27, {})
    # There it is asked whether it got into the system while that was up.
    with pytest.raises(Question, match="Stod det i PRATOR"):
        log(county, make_chain(county, later), 27, {})


def test_the_pages_lead_to_the_outage_that_goes_on_and_keep_what_was_typed(
    county: County, ended: CareChain, client: Client
):
    later = make_outage(county.alva, DOWN_AGAIN)
    client.force_login(county.alva.user)
    path = f"{reverse('chain_call', args=[ended.pk])}?riktning=given"
    page = read(client.get(path))
    opens = f"{reverse('new_chain')}?fran={ended.pk}&sedan=given"
    assert page.main.find("a", href=opens)
    sent = fields_of(form_of(page, method="post")) | {
        "recipient": ["municipality"],
        "messages": ["new:discharge:inpatient"],
        "spoken_to": ["Karin Påhittad"],
        "spoken_to_unit": ["Biståndsenheten"],
        "number": ["0910-00 00 00"],
    }
    answer = client.post(path, sent)
    assert answer.status_code == 422
    shown = read(answer)
    assert "PRATOR ligger nere igen sedan 10.27" in errors_of(shown)
    assert "Registrera direkt" not in shown.main.text
    assert fields_of(form_of(shown, method="post"))["spoken_to"] == ["Karin Påhittad"]

    # One press opens the patient's chain there; only what may be another now is asked.
    form = form_of(read(client.get(opens)), method="post")
    opened = fields_of(form)
    assert opened["identity"] == ["19121212-1212"]
    assert "before" not in opened
    assert client.post(opens, opened | {"before": ["admitted"]}).status_code == 302
    chain = CareChain.objects.get(outage=later)
    assert chain.details.facts.municipality == county.municipality
    there = reverse("chain", args=[chain.pk])
    assert read(client.get(reverse("chain", args=[ended.pk]))).main.find("a", href=there)
    to_log = f"{reverse('chain_call', args=[chain.pk])}?riktning=given"
    assert read(client.get(path)).main.find("a", href=to_log)


@pytest.mark.parametrize("known", ["x", "00000000-0000-4000-8000-000000000000"])
def test_what_is_no_chain_of_ones_own_fills_in_nothing(
    county: County, outage: Outage, client: Client, known: str
):
    client.force_login(county.alva.user)
    assert client.get(reverse("new_chain"), {"fran": known}).status_code == 404


@pytest.mark.clause("R1.7")
def test_who_never_said_it_was_back_is_without_it_since_the_first(
    county: County, outage: Outage, client: Client
):
    make_chain(county, outage, county.cissi, patient_name="Doris Exempelin")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - ENDED)
    make_outage(county.alva, timedelta(minutes=10))
    coordinator = person("cila", county.social_care, Role.COORDINATOR)
    for by, may_end in ((county.cissi, False), (coordinator, True)):
        client.force_login(by.user)
        page = read(client.get(reverse("status")))
        banner = text_of(page.select_one(".banner"))
        assert "Driftstopp i PRATOR sedan 08.52 ( 2 h )" in banner
        assert "Var ni inne i PRATOR mellan driftstoppen 08.52 och 10.42?" in banner
        assert "Nej: gör ingenting. Driftstoppet räknas från 08.52." in banner
        assert ("Ja: säg det till er samordnare." in banner) is not may_end
        assert "avbrottet är kort" not in page.get_text()
        assert "Doris Exempelin" in text_of(page.select_one("#chains"))
        assert "Doris Exempelin" in read(client.get(reverse("chains"))).get_text()
    link = page.select_one(f'.banner-asked a[href$="?driftstopp={outage.pk}"]')
    end = client.get(link["href"])
    # When it was nobody guesses.
    assert not read(end).select_one('main [name="ended_at_kl"]').get("value")
    at = timezone.now() - timedelta(minutes=20)
    end_outage(by=coordinator, outage=outage_for(county.municipality, outage.pk), ended_at=at)
    page = read(client.get(reverse("status")))
    assert "sedan 10.42" in text_of(page.select_one(".banner"))
    assert "Var ni inne" not in page.get_text()
    assert "Doris Exempelin" not in text_of(page.select_one("#chains"))
    # The region said that it was back, and was.
    client.force_login(county.alva.user)
    assert "sedan 10.42" in text_of(read(client.get(reverse("status"))).select_one(".banner"))


def test_two_questions_stand_apart_each_with_its_own_answer_and_what_no_means(
    county: County, outage: Outage, client: Client
):
    make_chain(county, outage, county.cissi)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - ENDED)
    later = make_outage(county.alva, DOWN_AGAIN)
    make_chain(county, later, county.cissi)
    end_outage(by=county.esa, outage=later, ended_at=timezone.now() - timedelta(minutes=5))
    now, between = "Är ni också inne i PRATOR?", "Var ni inne i PRATOR mellan driftstoppen 08.52 och 10.27?"
    coordinator = person("cila", county.social_care, Role.COORDINATOR)
    for by, may_end in ((county.cissi, False), (coordinator, True)):
        client.force_login(by.user)
        banner = read(client.get(reverse("status"))).select_one(".banner")
        blocks = banner.select(".banner-asked")
        for block, asked, no in zip(
            blocks,
            (f"Regionen är åter i PRATOR 10.47. {now}", between),
            ("Nej, inte än: fortsätt enligt rutinen.", "Nej: gör ingenting. Driftstoppet räknas från 08.52."),
            strict=True,
        ):
            assert text_of(block.strong) == asked
            assert no in text_of(block)
            assert ("Ja: säg det till er samordnare." in text_of(block)) is not may_end
        leads = [link["href"].partition("=")[2] for block in blocks for link in block.select("a")]
        assert leads == ([str(later.pk), str(outage.pk)] if may_end else [])
        # They are ended in their blocks alone, and what the routine says stands beside them.
        assert "PRATOR är åter i drift" not in text_of(banner)
        assert banner.select_one(".banner-advice")
    end = read(client.get(reverse("end_outage"), {"driftstopp": str(outage.pk)}))
    assert not end.select(".banner-asked a")


def test_laege_says_that_a_call_to_make_is_of_an_earlier_outage_than_the_chains_beside_it(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage)
    make_event(county.alva, chain, "discharge")
    client.force_login(county.alva.user)
    said = "Under Att ringa nu står också samtal från ett tidigare driftstopp."
    assert said not in text_of(read(client.get(reverse("status"))).select_one("#chains"))
    end_for_all(county, outage, timezone.now() - ENDED)
    later = make_outage(county.alva, DOWN_AGAIN)
    page = read(client.get(reverse("status")))
    assert "Tolvan Tolvansson" in text_of(page.select_one("#calls"))
    chains = text_of(page.select_one("#chains"))
    assert "Vårdkedjor (0)" in chains
    assert f"Bara driftstoppet {later.listed_as}. {said}" in chains
