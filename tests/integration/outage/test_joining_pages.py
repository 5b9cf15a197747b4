"""The pages on which two chains are joined, and taken apart again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, ChainJoin, Outage
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from tests.factories import County, make_chain, make_event
from tests.integration.outage.joining import NAME, join, two_chains
from tests.integration.outage.pages import fields_of, form_of, read


def page_of(client: Client, kept: CareChain, other: CareChain):
    """What is shown when both have been chosen."""
    return client.post(reverse("join_chain", args=[kept.pk]), {"to": str(other.pk), "choose": "1"})


def filled(answer) -> dict[str, object]:
    return fields_of(form_of(read(answer), action=answer.wsgi_request.get_full_path())) | {"join": "1"}


def test_the_way_there_offers_the_chains_of_the_same_number_and_searches_by_post(
    county: County, outage: Outage, log_in
):
    kept, other = two_chains(county, outage)
    make_chain(county, outage, patient_name="Berit Påhittad", identity="")
    client = log_in(county.alva)
    assert (
        reverse("join_chain", args=[kept.pk]) in client.get(reverse("chain", args=[kept.pk])).content.decode()
    )
    address = reverse("join_chain", args=[kept.pk])
    text = client.get(address).content.decode()
    assert str(other.pk) in text
    assert "Berit" not in text
    assert "Berit Påhittad" in client.post(address, {"sok": "berit", "search": "1"}).content.decode()


@pytest.mark.parametrize("to", ["", "nej", "00000000-0000-4000-8000-000000000000"])
def test_a_chain_that_is_none_is_asked_for_again_or_not_found(
    county: County, chain: CareChain, log_in, to: str
):
    answer = log_in(county.alva).post(reverse("join_chain", args=[chain.pk]), {"to": to, "choose": "1"})
    assert answer.status_code == (404 if to.startswith("0") else 422)


def test_the_other_chain_of_somebody_elses_patient_is_not_found(county: County, outage: Outage, log_in):
    kept = make_chain(county, outage)
    theirs = make_chain(
        county, outage, by=county.bo, ward_unit=county.other_ward, outpatient_unit=county.clinic
    )
    for button in ("choose", "join"):
        answer = log_in(county.alva).post(
            reverse("join_chain", args=[kept.pk]), {"to": str(theirs.pk), button: "1"}
        )
        assert answer.status_code == 404


def test_both_stand_side_by_side_and_nothing_is_preset(county: County, outage: Outage, log_in):
    kept, other = two_chains(county, outage, before=Before.ADMITTED)
    for chain in (kept, other):
        make_event(county.alva, chain)
    client = log_in(county.alva)
    page = read(page_of(client, kept, other))
    assert [h2.get_text() for h2 in page.select(".columns h2")] == ["Vårdkedja 1", "Vårdkedja 2"]
    assert len(page.select("fieldset")) == 2
    assert page.select("input[type=radio][checked]") == []
    answer = client.post(reverse("join_chain", args=[kept.pk]), filled(page_of(client, kept, other)))
    assert answer.status_code == 422
    assert answer.content.decode().count("Välj") >= 2
    assert not ChainJoin.objects.exists()


def test_joined_the_page_says_so_leads_there_from_the_other_and_can_be_undone(
    county: County, outage: Outage, log_in
):
    kept, other = two_chains(county, outage, before=Before.ADMITTED)
    make_event(county.alva, kept, to=Party.MUNICIPALITY, outcome=CallOutcome.REACHED)
    make_event(county.alva, other, to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)
    client = log_in(county.alva)
    fields = filled(page_of(client, kept, other))
    for name in read(page_of(client, kept, other)).select("input[type=radio]"):
        fields[name["name"]] = "ja" if name["name"].startswith("same-") else "other"
    answer = client.post(reverse("join_chain", args=[kept.pk]), fields)
    assert answer.headers["Location"] == reverse("chain", args=[kept.pk])
    page = client.get(reverse("chain", args=[kept.pk])).content.decode()
    assert "Sammanförd med" in page
    assert "Inget att ringa" in page
    assert get_chain(county.alva, kept.pk).details.before == "admitted"
    there = client.get(reverse("chain", args=[other.pk]), follow=True)
    assert there.redirect_chain == [(reverse("chain", args=[kept.pk]), 302)]
    assert "Den vårdkedjan är sammanförd med den här, vårdkedja 1." in there.content.decode()
    address = reverse("undo_join", args=[kept.pk])
    undoing = fields_of(form_of(read(client.get(address)), action=address))
    assert client.post(address, undoing | {"reason": ""}).status_code == 422
    assert client.post(address, undoing | {"reason": "Två olika"}).status_code == 302
    for chain in (kept, other):
        page = client.get(reverse("chain", args=[chain.pk]))
        assert page.status_code == 200
        assert "sammanföringen upplöst med vårdkedja" in page.content.decode()
    again = client.get(address, follow=True)
    assert "inte sammanförd" in again.content.decode()


def test_an_answer_about_a_pair_is_never_taken_for_another(county: County, outage: Outage, log_in):
    kept, other = two_chains(county, outage)
    for chain in (kept, other):
        make_event(county.alva, chain)
    client = log_in(county.alva)
    fields = filled(page_of(client, kept, other))
    for radio in read(page_of(client, kept, other)).select("input[type=radio]"):
        fields[radio["name"]] = "ja"
    make_event(county.alva, other, "discharge")
    make_event(county.alva, kept, "discharge")
    answer = client.post(reverse("join_chain", args=[kept.pk]), fields)
    assert answer.status_code == 422
    assert "Välj ja eller nej." in answer.content.decode()
    assert not ChainJoin.objects.exists()


def test_an_event_that_counts_as_another_says_so_and_can_not_be_changed(
    county: County, outage: Outage, log_in
):
    kept, other = two_chains(county, outage)
    make_event(county.alva, kept)
    theirs = make_event(county.alva, other)
    join(county, kept, other)
    client = log_in(county.alva)
    page = read(client.get(reverse("chain", args=[kept.pk])))
    row = page.find(id=f"rad-{theirs.pk}")
    assert "Räknas som samma händelse" in row.get_text()
    assert reverse("correct_event", args=[theirs.pk]) not in str(row)
    assert NAME in page.h1.get_text()


def test_two_dates_of_one_event_are_both_shown_and_one_is_chosen(county: County, outage: Outage, log_in):
    kept, other = two_chains(county, outage, by=county.disa)
    for chain, day in ((kept, "2026-12-01"), (other, "2026-12-03")):
        said = {"sip_date": day, "sip_time": "10:00", "sip_place": "Hemma"}
        make_event(county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, **said)
    client, address = log_in(county.alva), reverse("join_chain", args=[kept.pk])
    fields = filled(page_of(client, kept, other))
    page = read(page_of(client, kept, other))
    (date,) = page.select("fieldset fieldset")
    assert [label.get_text(strip=True) for label in date.select("label")] == [
        "tis 1 dec kl 10:00 (vårdkedja 1)",
        "tors 3 dec kl 10:00 (vårdkedja 2)",
    ]
    assert page.select("input[type=radio][checked]") == []
    (same,) = {radio["name"] for radio in page.select("[name^=same-]")}
    answer = client.post(address, fields | {same: "ja"})
    assert answer.status_code == 422
    assert "Välj vilket" in read(answer).select_one("fieldset fieldset").get_text()
    assert read(answer).select(f"[name={same}][checked]")[0]["value"] == "ja"
    client.post(address, fields | {same: "ja", date.select("input")[0]["name"]: "other"})
    (event,) = logs_of([kept.pk])[kept.pk].live_events
    assert event.particulars["sip_date"] == "2026-12-03"


def test_two_events_that_are_not_the_same_need_no_choice_between_them(county: County, outage: Outage, log_in):
    kept, other = two_chains(county, outage)
    for chain, minutes in ((kept, 30), (other, 40)):
        make_event(county.alva, chain, ago=timedelta(minutes=minutes))
    client = log_in(county.alva)
    fields = filled(page_of(client, kept, other))
    (same,) = {radio["name"] for radio in read(page_of(client, kept, other)).select("[name^=same-]")}
    client.post(reverse("join_chain", args=[kept.pk]), fields | {same: "nej"})
    assert len(logs_of([kept.pk])[kept.pk].live_events) == 2
