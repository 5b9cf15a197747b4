"""The pages of Överlämning: what is open, what was done since, handing over, taking over, reading one again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import SubmissionClash
from contacts.page_versions import forget_pages
from contacts.rules.parties import Party
from outage.models import CareChain, ChainState, HeldForm, Outage, ShiftHandover, ShiftTakeover
from outage.presenters.shift_told import register_told
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.events import correct_event
from outage.services.handovers import withdraw_call
from outage.services.outages import end_outage
from outage.services.registrations import acknowledge
from outage.services.shift import take_over_shift
from tests.clock import Clock
from tests.factories import County, chain_facts, make_chain, make_event, make_outage, person, tell
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.holding import held_page, log_in, words
from tests.integration.outage.joining import join, two_chains
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.shifting import hand_over
from tests.integration.outage.test_two_editors import differences
from tests.integration.outage.ticking import mark, rows
from tests.long import runs
from tests.seed import seed_outage

SHIFT, HAND_OVER = reverse("shift"), reverse("hand_over_shift")


def shown(client: Client, path: str = SHIFT) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return words(answer)


def panel(client: Client, heading: str, path: str = SHIFT) -> str:
    page = read(client.get(path))
    title = page.find(id=heading)
    return " ".join(title.find_parent("section").get_text(" ").split()) if title else ""


@pytest.fixture
def alva(county: County, outage: Outage, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


def test_without_an_outage_there_is_nothing_to_hand_over(county: County, client: Client):
    client.force_login(county.alva.user)
    assert "Inget driftstopp pågår, så det finns inget att lämna över här." in shown(client)
    assert client.get(HAND_OVER).status_code == 404


def test_what_is_open_comes_first_and_in_parts(
    county: County, outage: Outage, chain: CareChain, alva: Client
):
    event = make_event(county.alva, chain, "discharge")
    tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 01 kl 16")
    make_chain(county, outage, patient_name="Okänd Ortsson", outpatient_unit=None)
    sheet = make_sheet(county.alva)
    calls = panel(alva, "calls-title")
    assert "Utskrivningsmeddelande till Skellefteå kommun · Tolvan Tolvansson" in calls
    assert "Utskrivningsmeddelande till Heimdalls hälsocentral" in calls
    assert "Förmedlat, inte underrättad" in calls
    assert "0910-00 00 01 kl 16 · Tolvan Tolvansson" in panel(alva, "back-title")
    assert "Hälsocentral · Okänd Ortsson" in panel(alva, "places-title")
    assert sheet.shown_serial in panel(alva, "papers-title")
    counts = shown(alva)
    assert "Att ringa 1 patient Ring tillbaka 1 Väntar på svar 0 patienter Ta reda på 1 Blad ute 1" in counts


def test_what_is_left_to_enter_of_an_outage_before_is_open_too(
    county: County, outage: Outage, chain: CareChain, alva: Client, clock: Clock
):
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    clock.shift(timedelta(minutes=5))
    newer = make_outage(county.alva, timedelta(minutes=2))
    left = "Att registrera efter driftstoppet 08.52"
    assert f"{left} 0 av 1 klara, meddelandena är inte kvitterade" in (now := shown(alva))
    # What was done in it stands there too.
    assert "Gjort sedan 08.52 (" in now
    assert f"{left} 0 av 1 klara" in shown(alva, HAND_OVER)
    link = read(alva.get(SHIFT)).find("a", string=left)
    assert "0 av 1 klara" in words(alva.get(link["href"]))
    told = hand_over(county.alva)
    seen = get_chain(county.alva, chain.pk)
    mark(county.alva, seen, *rows(county.alva, seen))
    assert f"{left} 1 av 1 klara, meddelandena är inte kvitterade" in shown(alva)
    acknowledge(by=county.alva, outage=outage_for(county.region, outage.pk))
    assert "Att registrera" not in shown(alva)
    assert hand_over(county.alva).left["tasks"] == []
    # Of the one in view all is told, done or not.
    end_outage(by=county.esa, outage=newer, ended_at=timezone.now())
    # It took no part in that one.
    assert "Att registrera inget" in (now := shown(alva))
    assert "kvitterade" not in now
    for each, ago in ((outage, 30), (newer, 1)):
        another = make_chain(county, outage_for(county.region, each.pk), identity="")
        make_event(county.alva, another, "admission", ago=timedelta(minutes=ago))
    both = hand_over(county.alva)
    for each, said in (
        (told, f"{left} 0 av 1 var klara, meddelandena var inte kvitterade"),
        (both, f"Att registrera 0 av 1 var klara, meddelandena var inte kvitterade {left} 1 av 2 var klara"),
    ):
        assert said in shown(alva, reverse("shift_handover", args=[each.pk]))
    # A row from before they were told apart.
    (line,) = register_told({"tasks": [3, 5]}, newer, timezone.now())
    assert (line.label, line.amount) == ("Att registrera", "3 av 5 var klara")


def test_a_protected_patient_is_neither_named_nor_placed(county: County, outage: Outage, alva: Client):
    hidden = make_chain(
        county, outage, patient_name="Hemlig Hemligsson", identity="19121212-9801", protected_identity=True
    )
    event = make_event(county.alva, hidden, "discharge")
    tell(county.alva, hidden, event, outcome=CallOutcome.RELAYED, call_back="Sara Hemligsson 0910-00 00 01")
    handover = hand_over(county.alva)
    for path in (SHIFT, HAND_OVER, reverse("shift_handover", args=[handover.pk])):
        text = shown(alva, path)
        for secret in ("Hemlig", "9801", "Skellefteå", "Heimdalls", "0910-00 00 01"):
            assert secret not in text, (path, secret)
    assert f"Skyddad patient, vårdkedja {hidden.number}" in shown(alva)
    assert "se vårdkedjan" in panel(alva, "back-title")


def test_what_was_done_stands_in_time_order_with_tries_counted_and_corrections_said(
    county: County, chain: CareChain, alva: Client
):
    event = make_event(county.alva, chain, ago=timedelta(minutes=30))
    for _ in range(2):
        tell(county.esa, chain, event, outcome=CallOutcome.NO_ANSWER)
    wrong = tell(county.esa, chain, event, to=Party.OUTPATIENT)
    withdraw_call(by=county.alva, handover=wrong, client_id=uuid4(), reason="Fel")
    correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at - timedelta(minutes=5),
        particulars={},
        reason="Fel tid",
        told_rightly=True,
    )
    done = panel(alva, "done-title")
    assert done.startswith("Gjort sedan driftstoppet började (3) 10.17 Inskrivning Rättat")
    assert "3 försök, senast: inget svar till Skellefteå kommun (Biståndsenheten): Inskrivning" in done
    assert "Lämnat till Heimdalls hälsocentral (Biståndsenheten) Återtaget" in done
    assert "Alva Påhittad" in done
    assert "Esa Påhittad" in done


def test_a_page_that_a_colleague_has_loaded_shows_what_came_since(
    county: County, outage: Outage, chain: CareChain, alva: Client
):
    esa = Client()
    esa.force_login(county.esa.user)
    assert "Blad ute 0" in shown(esa)
    sheet = make_sheet(county.alva)
    # What is kept is kept for those of one role: who has seen it is shown what is new, and the other too.
    for who in (esa, alva):
        assert sheet.shown_serial in panel(who, "papers-title")
        assert "Att ringa 0" in shown(who)
    make_event(county.alva, chain, "discharge")
    for who in (esa, alva):
        assert "Att ringa 1 patient" in shown(who)
    hand_over(county.alva)
    assert "Du lämnade över." in shown(alva)
    assert "Jag tar över" in shown(esa)


def test_what_others_log_is_not_what_the_unit_has_done(county: County, chain: CareChain, alva: Client):
    make_event(county.disa, chain, "admission_reply", sender=Party.OUTPATIENT)
    assert "Inget är loggat." in panel(alva, "done-title")


def test_a_chain_that_was_joined_to_another_is_told_of_as_that_one(
    county: County, outage: Outage, alva: Client
):
    kept, other = two_chains(county, outage)
    event = make_event(county.alva, other)
    tell(county.alva, other, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 01")
    join(county, kept, other)
    page = read(alva.get(SHIFT))
    address = reverse("chain", args=[kept.pk])
    for heading in ("done-title", "back-title"):
        links = page.find(id=heading).find_parent("section").select("li a:not(.btn)")
        assert {link["href"] for link in links} == {address}


def test_one_shift_hands_over_and_the_next_takes_over(
    county: County, chain: CareChain, alva: Client, clock: Clock
):
    make_event(county.alva, chain, "discharge")
    form = fields_of(form_of(read(alva.get(HAND_OVER)), method="post"))
    assert alva.get(HAND_OVER).content.decode().count("<option") == 2
    answer = alva.post(
        HAND_OVER, {**form, "to": county.esa.user.pk, "text": "Ring Karin först."}, follow=True
    )
    assert "Överlämningen är sparad." in answer.content.decode()
    said = "Överlämning 10.52 från Alva Påhittad till Esa Påhittad Ring Karin först. Du lämnade över."
    assert said in words(answer)
    assert "väntar på att någon tar över" in shown(alva, "/")

    clock.shift(timedelta(minutes=10))
    esa = Client()
    esa.force_login(county.esa.user)
    take = form_of(
        read(esa.get(SHIFT)), action=reverse("take_over_shift", args=[ShiftHandover.objects.get().pk])
    )
    answer = esa.post(take["action"], fields_of(take), follow=True)
    assert "Du har tagit över från Alva Påhittad." in answer.content.decode()
    assert "Gjort sedan överlämningen 10.52 (0)" in words(answer)
    said = (
        "Överlämning 10.52 från Alva Påhittad till Esa Påhittad, övertagen 11.02 av Esa Påhittad Ring Karin"
    )
    assert said in words(answer)
    assert "väntar på att någon tar över" not in shown(esa, "/")
    assert ShiftTakeover.objects.get().user == county.esa.user


def test_who_presses_second_is_told_who_was_first(county: County, alva: Client):
    handover = hand_over(person("klara", county.ward))
    take = form_of(read(alva.get(SHIFT)), action=reverse("take_over_shift", args=[handover.pk]))
    take_over_shift(by=county.esa, handover=handover)
    answer = alva.post(take["action"], fields_of(take), follow=True)
    assert "Esa Påhittad tog över 10.52." in answer.content.decode()


def test_the_same_form_with_other_words_keeps_both(county: County, alva: Client):
    form = fields_of(form_of(read(alva.get(HAND_OVER)), method="post"))
    assert alva.post(HAND_OVER, {**form, "text": "Ring Karin."}).status_code == 302
    second = alva.post(HAND_OVER, {**form, "text": "Ring Stina."})
    assert second.status_code == 409
    assert "Det första är sparat 10.52." in read(second).main.get_text()
    assert differences(read(second)) == {"Att tänka på": ("Ring Karin.", "Ring Stina.")}
    assert SubmissionClash.objects.get().content["text"] == ["Ring Stina."]
    again = fields_of(form_of(read(second), method="post"))
    assert again["text"] == ["Ring Stina."]
    assert alva.post(HAND_OVER, again).status_code == 302
    assert {row.text for row in ShiftHandover.objects.all()} == {"Ring Karin.", "Ring Stina."}


def test_somebody_who_does_not_work_there_cannot_be_chosen(county: County, alva: Client):
    form = fields_of(form_of(read(alva.get(HAND_OVER)), method="post"))
    answer = alva.post(HAND_OVER, {**form, "to": county.bo.user.pk})
    assert answer.status_code == 422
    assert "Välj någon som arbetar på enheten" in errors_of(read(answer))


def test_what_was_typed_when_the_log_in_lapsed_is_held(county: County, alva: Client):
    form = fields_of(form_of(read(alva.get(HAND_OVER)), method="post"))
    alva.session.flush()
    alva.cookies.pop("sessionid")
    held = held_page(alva.post(HAND_OVER, {**form, "text": "Ring Karin."}))
    assert not ShiftHandover.objects.exists()
    page = log_in(alva, "alva", held)
    assert "Överlämning till nästa pass" in words(page)
    sent = fields_of(form_of(read(page), action=HAND_OVER))
    assert sent["text"] == ["Ring Karin."]
    alva.post(HAND_OVER, sent)
    assert ShiftHandover.objects.get().text == "Ring Karin."
    assert not HeldForm.objects.exists()


def test_one_is_read_again_as_it_was_told_with_what_is_left(
    county: County, outage: Outage, chain: CareChain, alva: Client, clock: Clock
):
    event = make_event(county.alva, chain, "discharge", sender=Party.INPATIENT)
    moved = make_chain(county, outage, patient_name="Flyttad Flyttsson", outpatient_unit=None)
    handover = hand_over(county.alva, text="Ring Karin först.")
    clock.shift(timedelta(minutes=10))
    tell(county.esa, chain, event)
    change_details(
        by=county.alva,
        chain=moved,
        client_id=uuid4(),
        replaces=moved.details_id,
        facts=chain_facts(county, patient_name="Flyttad Flyttsson"),
    )
    path = reverse("shift_handover", args=[handover.pk])
    told = panel(alva, "told-title", path)
    whole = shown(alva, path)
    assert "Från Alva Påhittad Till den som kommer Övertagen Väntar på att någon tar över" in whole
    assert "Ring Karin först." in whole
    tolvan = "Tolvan Tolvansson"
    assert "Att ringa: Utskrivningsmeddelande till kommun " + tolvan in told
    assert told.count("Kvar") == 1
    assert told.count("Inte kvar") == 2
    done = panel(alva, "done-title", path)
    assert "Lämnat till" not in done
    assert "Upptaget till Skellefteå kommun (Biståndsenheten)" in done


def counted(client: Client, path: str) -> int:
    # Whoever is listed together for the first time is stored as a set, which is known from then on.
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def queries_with(chains: int) -> dict[str, int]:
    """With all of so many chains in one unit's view, and a hand-over of them; then rolled back."""
    # What was rolled back had the same versions.
    forget_pages()
    with transaction.atomic():
        seeded = seed_outage(chains=chains, handovers=12 * chains)
        client = Client()
        client.force_login(get_user_model().objects.get(username="seed.nurse"))
        handover = hand_over(seeded.acting)
        one = reverse("shift_handover", args=[handover.pk])
        found = {
            path.replace(str(handover.pk), "1"): counted(client, path) for path in (SHIFT, HAND_OVER, one)
        }
        transaction.set_rollback(True)
    return found


def test_what_two_have_to_say_is_read_by_whoever_comes_until_the_next_one(
    county: County, outage: Outage, alva: Client, clock: Clock
):
    gun = person("gun", county.ward)
    esa, comes = Client(), Client()
    esa.force_login(county.esa.user)
    comes.force_login(gun.user)
    hand_over(county.alva, text="Ring dottern kl 7.")
    clock.shift(timedelta(minutes=1))
    told = shown(esa, HAND_OVER)
    assert (
        "Alva Påhittad lämnade över 10.52, och ingen har tagit över. Det följer med det du skriver. Ring dottern"
        in told
    )
    hand_over(county.esa, text="Bårvagn beställd.")
    both = (
        "Överlämning 10.53 från Esa Påhittad till den som kommer{} Bårvagn beställd. "
        "Dessutom 10.52 från Alva Påhittad till den som kommer, {} Ring dottern kl 7."
    )
    assert both.format("", "inte bekräftad") in shown(comes)
    clock.shift(timedelta(minutes=1))
    take_over_shift(by=gun, handover=ShiftHandover.objects.get(user=county.esa.user))
    taken = f", övertagen 10.54 av {gun.user.full_name}", "följde med en senare, som är övertagen"
    for client in (comes, alva, esa):
        assert both.format(*taken) in shown(client)
    assert "lämnade över" not in shown(comes, HAND_OVER)
    clock.shift(timedelta(minutes=1))
    hand_over(gun, text="Lugnt.")
    text = shown(comes)
    assert "Överlämning 10.55 från" in text
    assert "Dessutom" not in text
    assert "Bårvagn" not in text


@pytest.mark.long
@pytest.mark.once
@pytest.mark.django_db
def test_more_chains_ask_no_more_queries():
    many, few = queries_with(runs(400, full=2_000)), queries_with(100)
    assert {path: n for path, n in many.items() if n > few[path]} == {}


def test_what_the_unit_no_longer_sees_is_not_read_again_from_an_old_one(
    county: County, outage: Outage, alva: Client
):
    there = {"ward_unit": county.ward, "outpatient_unit": county.health_centre}
    hers = make_chain(county, outage, county.disa, patient_name="Flyttad Flyttsson", **there)
    tell(
        county.alva,
        hers,
        make_event(county.alva, hers, outcome=CallOutcome.RELAYED),
        outcome=CallOutcome.RELAYED,
        call_back="0910-00 00 01",
    )
    handover = hand_over(county.alva)
    path = reverse("shift_handover", args=[handover.pk])
    assert "Flyttad Flyttsson" in shown(alva, path)
    CareChain.objects.filter(pk=hers.pk).update(ward_unit=county.other_ward)
    ChainState.objects.filter(chain=hers).delete()
    told = panel(alva, "told-title", path)
    assert "Patienten finns inte längre hos enheten" in told
    assert "Flyttad" not in shown(alva, path)
    assert "0910-00 00 01" not in told
