"""The pages on which two chains are joined, and taken apart again."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, ChainJoin, Outage
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.joining import check_can_join
from tests.factories import County, make_chain, make_event
from tests.integration.outage.joining import NAME, join, two_chains, undo
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


def two_to_join(county: County, outage: Outage) -> tuple[CareChain, CareChain, str]:
    """Two that somebody joins while Alva has a page of one of them open; and how that is said."""
    kept, other = two_chains(county, outage)
    return kept, other, f"Vårdkedja {other.number} är sammanförd med vårdkedja {kept.number}, 10.52 av "


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("button", ["choose", "join"])
def test_who_joins_the_same_two_is_told_that_it_is_done_and_by_whom(
    county: County, outage: Outage, log_in, turned: bool, button: str
):
    kept, other, said = two_to_join(county, outage)
    client = log_in(county.alva)
    first, second = (other, kept) if turned else (kept, other)
    fields = filled(page_of(client, first, second))
    join(county, kept, other, by=county.esa)
    sent = fields if button == "join" else {"to": str(second.pk), "choose": "1"}
    answer = client.post(reverse("join_chain", args=[first.pk]), sent, follow=True)
    assert answer.redirect_chain == [(reverse("chain", args=[kept.pk]), 302)]
    text = read(answer).get_text()
    assert f"{said}{county.esa.user.full_name}, {county.esa.unit.name}." in text
    assert "Det är samma vårdkedja" not in text
    assert ChainJoin.objects.count() == 1


def test_two_that_are_joined_at_the_same_time_say_by_whom(county: County, outage: Outage):
    kept, other, said = two_to_join(county, outage)
    join(county, kept, other, by=county.esa)
    kept.refresh_from_db()
    other.refresh_from_db()
    for pair in ((kept, other), (other, kept)):
        with pytest.raises(RuleError, match=said):
            check_can_join(*pair)


def test_what_was_typed_about_a_chain_that_was_joined_meanwhile_is_saved_by_a_choice(
    county: County, outage: Outage, log_in
):
    kept, other, said = two_to_join(county, outage)
    client = log_in(county.alva)
    address = reverse("edit_chain", args=[other.pk])
    form = fields_of(form_of(read(client.get(address)), action=address)) | {"patient_name": "Tolvan Typed"}
    join(county, kept, other, by=county.esa)
    before = get_chain(county.alva, kept.pk).details
    invalid = read(client.post(address, form | {"before": ""}))
    assert said in invalid.get_text()
    asked = client.post(address, form)
    page = read(asked)
    assert asked.status_code == 422
    assert said in page.get_text()
    assert "uppgifterna ändrade" not in page.get_text()
    assert f"Ändra uppgifter vårdkedja {kept.number}" in " ".join(page.h1.get_text(" ").split())
    again = fields_of(form_of(page, action=address))
    assert again["patient_name"] == ["Tolvan Typed"]
    # Pressing once more is no choice.
    assert client.post(address, again).status_code == 422
    assert get_chain(county.alva, kept.pk).details == before
    saved = client.post(address, again | {"answer-joined-meanwhile": "kept"})
    assert saved.headers["Location"] == reverse("chain", args=[kept.pk])
    assert get_chain(county.alva, kept.pk).details.patient_name == "Tolvan Typed"
    opened = client.get(address, follow=True)
    assert opened.redirect_chain == [(reverse("edit_chain", args=[kept.pk]), 302)]
    assert said in read(opened).get_text()


def test_what_was_typed_about_two_that_were_joined_is_saved_in_one_of_them_by_a_choice(
    county: County, outage: Outage, log_in, clock
):
    kept = make_chain(county, outage, patient_name="Anna Ett", identity="19380214-9801")
    other = make_chain(
        county,
        outage,
        by=county.disa,
        patient_name="Anna Två",
        identity="19380214-9819",
        before=Before.ADMITTED,
    )
    join(county, kept, other)
    client = log_in(county.disa)
    opened = client.get(reverse("edit_chain", args=[other.pk]), follow=True)
    address = reverse("edit_chain", args=[kept.pk])
    typed = fields_of(form_of(read(opened), action=address)) | {"identity": "19380214-9827"}
    clock.shift(timedelta(minutes=2))
    undo(county, kept)
    before = get_chain(county.alva, kept.pk).details
    clock.shift(timedelta(minutes=2))
    asked = client.post(address, typed)
    text = " ".join(read(asked).main.get_text(" ").split())
    assert asked.status_code == 422
    assert "Sammanföringen med vårdkedja 2 upplöstes 10.54 av Alva Påhittad medan du skrev." in text
    assert "Vårdkedja 1 är Anna Ett 19380214-9801. Vill du ändra uppgifterna i den?" in text
    assert reverse("chain", args=[other.pk]) in asked.content.decode()
    again = fields_of(form_of(read(asked), action=address))
    # Pressing once more is no choice; nor is one that was made of what somebody has changed since.
    assert client.post(address, again).status_code == 422
    assert get_chain(county.alva, kept.pk).details == before
    chosen = again | {f"answer-parted-meanwhile-{before.pk}": "kept"}
    facts = replace(before.facts, before=Before.ADMITTED)
    change_details(by=county.esa, chain=kept, client_id=uuid4(), replaces=before.pk, facts=facts)
    stale = client.post(address, chosen)
    assert stale.status_code == 422
    assert "Esa Påhittad" in read(stale).main.get_text()
    now = get_chain(county.alva, kept.pk).details
    chosen = fields_of(form_of(read(stale), action=address)) | {f"answer-parted-meanwhile-{now.pk}": "kept"}
    for _ in range(2):
        assert client.post(address, chosen).headers["Location"] == reverse("chain", args=[kept.pk])
    assert [row.identity_number for row in kept.history.filter(pk__gt=now.pk)] == ["193802149827"]
    assert get_chain(county.disa, other.pk).details.identity_number == "193802149819"


def test_who_opened_the_form_of_one_before_it_was_joined_and_parted_is_not_asked_of_two(
    county: County, outage: Outage, log_in
):
    kept, other = two_chains(county, outage)
    client, address = log_in(county.alva), reverse("edit_chain", args=[kept.pk])
    typed = fields_of(form_of(read(client.get(address)), action=address)) | {"patient_name": "Tolvan Typed"}
    join(county, kept, other, by=county.esa)
    undo(county, kept)
    answer = client.post(address, typed)
    assert answer.status_code == 409
    assert client.post(address, fields_of(form_of(read(answer), action=address))).status_code == 302


@pytest.mark.parametrize(
    "name", ["correct_event", "withdraw_event", "leave_open", "complete_discharge", "chain_call"]
)
def test_what_is_sent_about_a_chain_that_was_joined_meanwhile_says_so(
    county: County, outage: Outage, log_in, clock, name: str
):
    kept, other, said = two_to_join(county, outage)
    event = make_event(county.alva, other, "discharge")
    client = log_in(county.alva)
    about = other.pk if name == "chain_call" else event.pk
    address = reverse(name, args=[about])
    page = read(client.get(reverse("chain", args=[other.pk]) if name == "complete_discharge" else address))
    form = fields_of(page.main.find("form", method="post"))
    clock.shift(timedelta(minutes=1))
    join(county, kept, other, by=county.esa)
    clock.shift(timedelta(minutes=1))
    answer = read(client.post(address, form, follow=True)).get_text()
    assert said.replace("10.52", "10.53") in answer
    assert f"Det som sparas står i vårdkedja {kept.number}." in answer
    later = fields_of(
        read(client.get(reverse("correct_event", args=[event.pk]))).main.find("form", method="post")
    )
    assert said[:20] not in read(client.post(reverse("correct_event", args=[event.pk]), later)).get_text()


@pytest.mark.parametrize("name", ["chain", "join_chain", "undo_join"])
def test_a_page_of_a_chain_that_was_joined_leads_to_the_kept_ones_and_says_so(
    county: County, outage: Outage, log_in, name: str
):
    kept, other = two_chains(county, outage)
    join(county, kept, other)
    query = "?riktning=received"
    answer = log_in(county.alva).get(reverse(name, args=[other.pk]) + query, follow=True)
    assert answer.redirect_chain == [(reverse(name, args=[kept.pk]) + query, 302)]
    assert f"är sammanförd med den här, vårdkedja {kept.number}." in read(answer).get_text()


def test_the_form_of_a_call_about_a_chain_that_was_joined_says_so(county: County, outage: Outage, log_in):
    kept, other, said = two_to_join(county, outage)
    join(county, kept, other)
    client = log_in(county.alva)
    assert said in read(client.get(reverse("chain_call", args=[other.pk]))).get_text()
    assert said not in read(client.get(reverse("chain_call", args=[kept.pk]))).get_text()
