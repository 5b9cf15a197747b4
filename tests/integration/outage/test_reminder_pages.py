"""Påminnelser on the pages: the line on each, the marks on Läge, and what the browser may show beside its window."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, User
from contacts.rules.parties import Party
from outage.models import CareChain, Outage
from outage.rules.back_registration import ChainStatus
from outage.rules.closing import Holds
from outage.rules.informing import CallOutcome
from tests.clock import Clock
from tests.factories import County, end_for_all, make_chain, make_event, tell
from tests.integration.outage.closing import leave
from tests.integration.outage.pages import fields_of, form_of, log_in_anew, read
from tests.integration.outage.ticking import change

PAGES = ("status", "chains", "routine", "contacts", "account", "shift", "overview")
POLL = {"HX-Request": "true", "HX-Trigger": "calls"}


@pytest.fixture
def client(county: County) -> Client:
    client = Client()
    client.force_login(county.alva.user)
    return client


def line_on(client: Client, name: str) -> str:
    found = read(client.get(reverse(name))).find(id="reminders")
    return " ".join(found.get_text(" ").split()) if found else ""


def test_each_page_says_what_is_owed_by_when_and_how_late_and_leads_to_it(
    county: County, chain: CareChain, client: Client
):
    assert [line_on(client, name) for name in PAGES] == [""] * len(PAGES)
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=35))
    said = "1 påminnelse Påminnelse: utskrivningsmeddelande , senast 10.32: 20 min för sent"
    tell(county.alva, chain, *chain.events.all(), to=Party.OUTPATIENT)
    assert [line_on(client, name) for name in PAGES] == [said] * len(PAGES)
    place = read(client.get(reverse("chains"))).find(id="reminders")
    assert place.a["href"] == "/#calls"
    assert place.find(attrs={"role": "status", "aria-live": "polite"}).get_text() == "1 påminnelse"
    # What counts by itself is not read out.
    assert not place.find(attrs={"role": "status"}).find(attrs={"data-since": True})
    log_in_anew(client, county.bo)
    assert line_on(client, "chains") == ""
    log_in_anew(client, county.adam)
    assert "reminders" not in client.get(reverse("routine")).content.decode().split("<body")[1]


def test_a_call_in_the_list_has_its_mark_and_nothing_is_said_twice(
    county: County, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=16))
    page = read(client.get(reverse("status")))
    assert [tag.get_text() for tag in page.select(".owed-call .tag-unverified")] == ["1 min för sent"] * 2
    assert page.find(id="late") is None
    page = read(client.get(reverse("chain", args=[chain.pk])))
    assert [tag.get_text() for tag in page.select(".owed-call .tag-unverified")] == ["1 min för sent"] * 2


def test_what_is_not_in_the_list_of_calls_is_listed_first(
    county: County, outage: Outage, client: Client, clock: Clock
):
    chain = make_chain(county, outage)
    hidden = make_chain(county, outage, protected_identity=True, patient_name="Sara Hemligsson")
    for one in (chain, hidden):
        event = make_event(county.alva, one)
        tell(county.alva, one, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 01 kl 16")
    clock.move_to(timezone.localtime(timezone.now()).replace(hour=16, minute=5))
    log_in_anew(client, county.alva)
    page = read(client.get(reverse("status")))
    late = page.find(id="late")
    assert "För sent (2)" in late.h2.get_text()
    lines = (" ".join(li.get_text(" ").split()) for li in late.find_all("li"))
    first, second = sorted(lines, key=lambda line: "Skyddad" in line)
    assert "Ring tillbaka" in first
    assert "0910-00 00 01 kl 16 senast 16.00 5 min för sent" in first
    assert "se vårdkedjan senast 16.00" in second
    for secret in ("Hemligsson", "0910-00 00 01", "Medicin 2"):
        assert secret not in second
    asked = hidden.handovers.exclude(outcome=CallOutcome.BUSY).get()
    address = f"{reverse('chain_call', args=[hidden.pk])}?riktning=given&uppringning={asked.pk}"
    assert late.find("a", href=address, string="Ringt tillbaka")
    log_in_anew(client, county.esa)
    assert "Påminnelse: ring tillbaka , 2 patienter" in line_on(client, "chains")


def test_as_many_are_read_out_as_the_lines_say(county: County, outage: Outage, client: Client):
    for _ in range(2):
        make_event(county.alva, make_chain(county, outage), "discharge", ago=timedelta(minutes=35))
    # Of each patient two are to hear.
    said = "2 påminnelser Påminnelse: utskrivningsmeddelande , 2 patienter, senast 10.32: 20 min för sent"
    assert line_on(client, "chains") == said


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ChainStatus.WRONG_PATIENT, "0910-00 00 01 kl 11 (loggad på fel patient)"),
        (ChainStatus.DECEASED, "0910-00 00 01 kl 11 (patienten har avlidit)"),
    ],
)
def test_who_is_rung_back_about_a_chain_that_goes_on_no_more_is_so_knowing_why(
    county: County, chain: CareChain, client: Client, clock: Clock, status: ChainStatus, said: str
):
    tell(county.alva, chain, make_event(county.alva, chain), call_back="0910-00 00 01 kl 11")
    change(county.alva, chain, county, status=status, status_reason="Se ovan")
    clock.shift(timedelta(minutes=20))
    log_in_anew(client, county.alva)
    assert said in " ".join(read(client.get(reverse("status"))).find(id="late").get_text(" ").split())
    assert said in " ".join(read(client.get(reverse("shift"))).main.get_text(" ").split())


def test_a_call_that_somebody_took_on_when_the_outage_was_closed_says_who_and_is_not_late(
    county: County, outage: Outage, chain: CareChain, client: Client, clock: Clock
):
    make_event(county.alva, chain, "discharge", ago=timedelta(0))
    end_for_all(county, outage, timezone.now())
    clock.shift(timedelta(minutes=20))
    log_in_anew(client, county.alva)
    pages = [reverse("status"), reverse("chain", args=[chain.pk])]
    for address in pages:
        assert read(client.get(address)).main.get_text(" ").count("för sent") == 2
    leave(county.esa, outage, county.ward, Holds.DISCHARGE, reason="Ringer i kväll")
    for address in [*pages, reverse("shift")]:
        text = " ".join(read(client.get(address)).main.get_text(" ").split())
        assert text.count("Lämnat öppet – Esa Påhittad: Ringer i kväll") == 2
        assert "för sent" not in text
    # Of what is logged later nobody has taken anything on.
    other = make_chain(county, outage)
    make_event(county.alva, other, "discharge", ago=timedelta(minutes=40))
    calls = read(client.get(pages[0])).select(".owed-call")
    said = {(str(other.pk) in call["id"], "Lämnat öppet" in call.get_text()) for call in calls}
    assert said == {(True, False), (False, True)}
    assert [str(other.pk) in call["id"] for call in calls if "för sent" in call.get_text()] == [True] * 2


def test_the_chains_page_says_which_time_to_ring_back_was_read(
    county: County, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain)
    for text in ("0910-00 00 01 kl 16", "efter ronden"):
        tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back=text)
    log_in_anew(client, county.alva)
    page = " ".join(read(client.get(reverse("chain", args=[chain.pk]))).main.get_text(" ").split())
    assert "0910-00 00 01 kl 16 (påminner 16.00)" in page
    assert "efter ronden (ingen tid att påminna om)" in page


def test_a_sip_that_nobody_called_to_is_listed_for_who_is_to_call(
    county: County, chain: CareChain, client: Client, clock: Clock
):
    make_event(county.alva, chain, "ready_for_discharge")
    clock.shift(timedelta(days=4))
    log_in_anew(client, county.alva)
    assert "kallelse" not in line_on(client, "status")
    log_in_anew(client, county.disa)
    late = read(client.get(reverse("status"))).find(id="late").get_text(" ")
    assert "Kallelse till SIP" in late
    # Three whole days after that of the call; what is over at midnight is said of the day before.
    assert "senast fre 27 nov 23.59" in " ".join(late.split())
    assert "kallelse till sip" in line_on(client, "chains").lower()


def test_an_open_page_is_told_at_the_very_moment(
    county: County, chain: CareChain, client: Client, clock: Clock
):
    # At 10.52 the outage has just become long.
    clock.shift(timedelta(minutes=1))
    event = make_event(county.alva, chain, "discharge", ago=timedelta(minutes=9))
    ask = reverse("calls_to_make")
    shown = read(client.get(ask, headers=POLL)).find(id="status")["data-version"]
    clock.move_to(event.happened_at + timedelta(minutes=15, seconds=-1))
    assert client.get(ask, headers=POLL | {"X-Shown": shown}).status_code == 204
    clock.move_to(event.happened_at + timedelta(minutes=15))
    answer = client.get(ask, headers=POLL | {"X-Shown": shown})
    assert answer.status_code == 200
    page = read(answer)
    assert "1 påminnelse" in page.find(id="reminders").get_text()
    # There is nothing to count in its first minute.
    assert "för sent" not in page.get_text()
    shown = page.find(id="status")["data-version"]
    clock.shift(timedelta(minutes=1))
    page = read(client.get(ask, headers=POLL | {"X-Shown": shown}))
    assert "1 min för sent" in page.find(id="reminders").get_text()
    assert page.select_one(".owed-call .tag-unverified")


def choose(client: Client, value: str) -> None:
    page = read(client.get(reverse("account")))
    form = form_of(page, action=reverse("reminders_outside"))
    answer = client.post(form["action"], fields_of(form) | {"utanfor": [value]})
    assert answer.headers["Location"] == reverse("account")


def outside(client: Client) -> dict[str, str]:
    answer = client.get(reverse("reminders_now"), headers=POLL)
    found: dict[str, str] = answer.json()
    return found


def test_only_who_has_said_yes_is_reminded_outside_the_browser(
    county: County, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "discharge")
    place = read(client.get(reverse("status"))).find(id="reminders")
    assert not [name for name in place.attrs if name.startswith("data-")]
    assert outside(client)["marks"] == ""
    choose(client, "1")
    choose(client, "1")
    assert User.objects.filter(reminds_outside=True).get() == county.alva.user
    (row,) = AuditEntry.objects.filter(action="user.reminders_chosen")
    assert row.changes == {"reminds_outside": [False, True]}
    place = read(client.get(reverse("status"))).find(id="reminders")
    found = outside(client)
    assert found["notice"] == place["data-notice"] == "Driftstopp PRATOR: 1 påminnelse. Öppna Läge."
    assert found["marks"] == place["data-marks"]
    assert len(set(found["marks"].split())) == 2
    assert found["for"] == place["data-for"]
    assert str(chain.pk)[:8] not in found["marks"]
    # Somebody else at the same PC has not.
    log_in_anew(client, county.esa)
    place = read(client.get(reverse("status"))).find(id="reminders")
    assert "data-ask" not in place.attrs
    assert outside(client)["marks"] == ""
    log_in_anew(client, county.alva)
    choose(client, "")
    assert outside(client)["notice"] == ""


def test_the_same_reminder_keeps_its_mark_and_another_has_its_own(
    county: County, chain: CareChain, client: Client, clock: Clock
):
    choose(client, "1")
    assert outside(client) == {"notice": "", "marks": "", "for": outside(client)["for"]}
    event = make_event(county.alva, chain, "discharge")
    first = outside(client)["marks"].split()
    clock.shift(timedelta(minutes=5))
    assert outside(client)["marks"].split() == first
    tell(county.alva, chain, event)
    (left,) = outside(client)["marks"].split()
    assert left in first


def test_asking_keeps_no_log_in_alive_and_needs_the_right(county: County, client: Client, outage: Outage):
    client.get(reverse("status"))
    seen = client.session["seen"]
    client.get(reverse("reminders_now"), headers=POLL)
    assert client.session["seen"] == seen
    log_in_anew(client, county.adam)
    assert client.get(reverse("reminders_now"), headers=POLL).status_code == 403
    assert Client().get(reverse("reminders_now")).status_code in {302, 401}
