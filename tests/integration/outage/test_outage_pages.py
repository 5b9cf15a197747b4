"""The pages of the outage itself and of what is entered afterwards, as a person goes through them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import Acknowledgement, CareChain, Outage, OutageReport, RegistrationMark, SupportContact
from outage.queries.outages import current_outage, outage_for
from outage.queries.owed import calls_left
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event, make_outage, person
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read


def form_at(client: Client, path: str) -> Fields:
    return fields_of(form_of(read(client.get(path)), method="post"))


def send(client: Client, path: str, fields: Fields, **changed: Any):
    return client.post(path, fields | {name: [str(value)] for name, value in changed.items()})


def text_of(client: Client, path: str) -> str:
    return " ".join(read(client.get(path)).get_text(" ").split())


@pytest.fixture
def alva(county: County, client: Client) -> Client:
    """Alva's browser, logged in."""
    client.force_login(county.alva.user)
    return client


def test_without_an_outage_all_is_well_and_no_page_of_an_outage_is_there(county: County, alva: Client):
    assert "PRATOR i drift" in text_of(alva, "/")
    for name in ("change_outage", "record_support", "chains", "new_chain", "log_call", "back_registration"):
        assert alva.get(reverse(name)).status_code == 404, name
    assert "PRATOR i drift" in text_of(alva, reverse("calls_to_make"))


@pytest.mark.clause("R1.1")
def test_an_outage_is_reported_then_support_is_rung(county: County, alva: Client):
    path = reverse("report_outage")
    fields = form_at(alva, path)
    assert (fields["started_at_kl"], fields["started_at_dag"]) == (["10.52"], ["2026-11-24"])
    refused = send(alva, path, fields)
    assert refused.status_code == 422
    assert "Välj vilka som är utan systemet." in errors_of(read(refused))
    answer = send(alva, path, fields, scope="both_principals", started_at_kl="1040", sees="Snurrar.")
    assert answer.headers["Location"] == reverse("record_support")
    assert "Driftstoppet är anmält." in text_of(alva, answer.headers["Location"])
    fields = form_at(alva, reverse("record_support"))
    assert send(alva, reverse("record_support"), fields, case_number="INC-7").status_code == 302
    assert SupportContact.objects.get().case_number == "INC-7"
    page = text_of(alva, "/")
    assert "10.40" in page
    assert "ärende INC-7" in page


def test_who_reports_second_is_told_that_it_is_known(county: County, outage: Outage, client: Client):
    client.force_login(county.cissi.user)
    path = reverse("report_outage")
    answer = send(client, path, form_at(client, path), scope="municipalities_only")
    told = text_of(client, answer.headers["Location"])
    assert "Ett driftstopp pågår redan. Din anmälan är tillagd." in told
    # What the first one said holds, which differs.
    assert "Det som gäller är båda huvudmännen sedan 08.52. Är det fel: välj Ändra uppgifter på Läge." in told
    same = send(client, path, form_at(client, path), scope="both_principals", started_at_kl="08.52")
    assert "Det som gäller" not in text_of(client, same.headers["Location"])
    assert OutageReport.objects.count() == 3
    assert "enbart kommunerna" in text_of(client, "/").lower()


@pytest.mark.clause("R1.2")
def test_with_only_the_municipalities_cut_off_each_is_told_its_own(county: County, client: Client):
    make_outage(county.alva, scope="municipalities_only")
    client.force_login(county.cissi.user)
    assert "Se pärmen." in text_of(client, "/")
    client.force_login(county.alva.user)
    page = text_of(client, "/")
    assert "Ni ser översikten i PRATOR." in page
    assert "Se pärmen." not in page


@pytest.mark.clause("R1.3")
def test_with_both_cut_off_everything_goes_by_telephone(county: County, outage: Outage, alva: Client):
    assert "Lämna och ta emot all information via telefon." in text_of(alva, "/")


def test_what_is_known_is_changed_from_what_it_was(county: County, outage: Outage, alva: Client):
    path = reverse("change_outage")
    fields = form_at(alva, path)
    assert (fields["scope"], fields["started_at_kl"]) == (["both_principals"], ["08.52"])
    refused = send(alva, path, fields, expected_end_at_kl="08.00", expected_end_at_dag="2026-11-24")
    assert "Slutet ska ligga efter starten." in errors_of(read(refused))
    assert send(alva, path, fields, scope="municipalities_only").status_code == 302
    assert current_outage(county.region).current.scope == "municipalities_only"


def test_a_change_sent_twice_is_one_row(county: County, outage: Outage, alva: Client):
    path = reverse("change_outage")
    fields = form_at(alva, path)
    for _ in "12":
        assert send(alva, path, fields, scope="municipalities_only").status_code == 302
    assert outage.reports.count() == 2


def test_what_is_saved_as_it_was_writes_no_row(county: County, outage: Outage, alva: Client):
    path = reverse("change_outage")
    fields = form_at(alva, path)
    for _ in "12":
        assert send(alva, path, fields).status_code == 302
        assert "Inget var ändrat." in text_of(alva, "/")
    assert outage.reports.count() == 1
    assert send(alva, path, form_at(alva, path), sees="Snurrar.").status_code == 302
    assert outage.reports.count() == 2


@pytest.mark.clause("R4.1")
def test_an_outage_is_ended_then_the_list_says_what_to_enter_and_is_ticked(
    county: County, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain, "admission")
    client.force_login(county.esa.user)
    path = reverse("end_outage")
    fields = form_at(client, path)
    refused = send(client, path, fields, ended_at_kl="10.00")
    assert refused.status_code == 422
    assert "Var PRATOR åter 10.00?" in errors_of(read(refused))
    # Once, where it is answered, with the way to each event.
    assert read(refused).main.legend.get_text().count("Var PRATOR åter 10.00?") == 1
    assert read(refused).main.get_text().count("Var PRATOR åter 10.00?") == 1
    (row,) = [
        row for row in read(refused).main.select("fieldset li") if "Inskrivning 10.22, " in row.get_text()
    ]
    assert row.a["href"] == reverse("chain", args=[chain.pk])
    sent = fields_of(form_of(read(refused), method="post")) | {"answer-logged-after-end": ["nej"]}
    assert "Ange när PRATOR kom tillbaka." in errors_of(read(send(client, path, sent)))
    answer = send(client, path, sent, ended_at_kl=fields["ended_at_kl"][0])
    back = f"{reverse('back_registration')}?driftstopp={chain.outage_id}"
    assert answer.headers["Location"] == back
    page = text_of(client, answer.headers["Location"])
    assert "PRATOR är åter i drift." in page
    assert "Skriv in patienten i PRATOR." in page
    assert client.get(path).headers["Location"] == back
    row = read(client.get(reverse("back_registration"))).main.find(
        id=f"uppgift-{chain.number}-stay-{event.pk}"
    )
    assert {"Avdelning", "Kommun", "Öppenvård"} == {label.text for label in row.find_all("dt")}
    marked = fields_of(row.form) | {"done": ["1"]}
    mark = reverse("task", args=[chain.pk])
    for _ in "12":
        answer = client.post(mark, marked)
        whole = f"{reverse('back_registration')}?driftstopp={chain.outage_id}&sida=1#{row['id']}"
        assert answer.headers["Location"] == whole
    assert RegistrationMark.objects.count() == 1
    page = text_of(client, reverse("back_registration"))
    assert "10.52 Esa Påhittad" in page
    assert "Registrera ( 1 av 1 klara )" in " ".join(page.split())
    again = marked | {"client_id": [str(uuid4())], "done": ["0"]}
    part = client.post(mark, again, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    tree = BeautifulSoup(part.content.decode(), "html.parser")
    swapped = tree.find("li")
    assert "Skriv in patienten i PRATOR." in swapped.text
    # A second Enter does no harm: the row has the focus, and no button of it has the id of the one that was pressed.
    assert swapped.has_attr("autofocus")
    assert swapped["tabindex"] == "-1"
    assert swapped.find("button", {"name": "done"})["id"] == f"mark-{row['id']}"
    counts = {each["id"]: each.text for each in tree.find_all(attrs={"hx-swap-oob": "true"})}
    assert (counts["count-all"], counts["count-register"]) == ("0 av 1 klara", "0 av 1 klara")
    assert client.post(reverse("acknowledge")).status_code == 302
    assert Acknowledgement.objects.get().unit == county.ward
    undo = form_of(read(client.get(reverse("back_registration"))), action=reverse("acknowledge"))
    assert undo.button.text == "Inte kvitterat ändå"
    page = read(
        client.post(reverse("acknowledge"), fields_of(undo) | {"done": ["0"]}, follow=True)
    ).get_text()
    assert "Antecknat: meddelandena är inte kvitterade." in page
    assert "Logga att enheten har kvitterat" in page


@pytest.mark.parametrize("htmx", [True, False])
def test_a_mark_that_cannot_be_saved_says_so_and_keeps_what_was_typed(
    county: County, chain: CareChain, alva: Client, htmx: bool
):
    make_event(county.alva, chain, "discharge")
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    mark = reverse("task", args=[chain.pk])
    headers = {"HX-Request": "true"} if htmx else {}

    def answer(**changed: str) -> BeautifulSoup:
        sent = alva.post(mark, typed | changed, headers=headers)
        assert sent.status_code == 422
        assert not RegistrationMark.objects.exists()
        return BeautifulSoup(sent.content.decode(), "html.parser")

    row = read(alva.get(reverse("back_registration"))).main.find("li", "task")
    typed = {name: values[0] for name, values in fields_of(row.form).items()} | {"done": "1"}
    assert "Skriv vad som bestämdes." in answer(choice=" ").get_text()
    kept = answer(choice="Registreras av natten.").find(id=row["id"])
    assert "Välj om det är infört i PRATOR." in kept.find(attrs={"role": "alert"}).text
    assert fields_of(kept.form)["choice"] == ["Registreras av natten."]
    if not htmx:
        # Above all else on the page, with the way to the task that may be far below.
        first = answer(choice="Registreras av natten.").main.find(attrs={"role": "alert"})
        assert "Välj om det är infört i PRATOR." in first.text
        assert first.a["href"] == f"#{row['id']}"
    kept = answer(choice="Registreras av natten.", entered="false", seen="another").find(id=row["id"])
    assert "Loggen har ändrats" in kept.find(attrs={"role": "alert"}).text
    assert fields_of(kept.form)["entered"] == ["false"]
    assert "högst 300 tecken" in answer(choice="x" * 301).get_text()
    gone = answer(task="stay:gone", choice="Mina ord", entered="true")
    assert "Loggen har ändrats" in gone.get_text()
    assert "Det du skrev: Mina ord" in gone.get_text()


def test_a_mark_that_is_no_form_of_ours_is_not_saved(county: County, chain: CareChain, alva: Client):
    mark = reverse("task", args=[chain.pk])
    assert "Det är inte sparat." in read(alva.post(mark, {}, follow=True)).get_text()


def test_an_end_said_too_early_is_taken_back_on_the_page(county: County, outage: Outage, client: Client):
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    client.force_login(county.esa.user)
    assert client.post(reverse("reopen_outage")).status_code == 302
    assert "Driftstoppet pågår igen." in text_of(client, "/")


def test_the_list_to_ring_has_discharges_first_then_the_oldest(
    county: County, chain: CareChain, outage: Outage, alva: Client
):
    from tests.factories import make_chain

    late = make_chain(county, outage, patient_name="Sena Senasson")
    make_event(county.alva, chain, "admission", ago=timedelta(minutes=60))
    make_event(county.alva, late, "discharge", ago=timedelta(minutes=5), to=Party.OUTPATIENT)
    calls = read(alva.get(reverse("calls_to_make"))).find_all("h3")
    assert [" ".join(h.get_text().split()).split(" · ")[0] for h in calls] == [
        "Utskrivningsmeddelande",
        "Utskrivningsmeddelande",
        "Inskrivning",
        "Inskrivning",
    ]
    assert "Sena Senasson" in calls[0].get_text()


def test_who_ends_what_another_has_ended_at_another_time_sees_both_and_how_to_change_it(
    county: County, outage: Outage, client: Client
):
    client.force_login(county.esa.user)
    path = reverse("end_outage")
    fields = form_at(client, path)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - timedelta(minutes=30))
    send(client, path, fields)
    told = text_of(client, reverse("back_registration"))
    assert "PRATOR är åter sedan 10.22. Din tid, 10.52, är inte sparad." in told
    assert "Är din tid rätt: tryck Driftstoppet pågår ändå, och avsluta med den." in told


def test_an_end_ends_the_outage_that_the_page_was_opened_for(county: County, outage: Outage, client: Client):
    client.force_login(county.esa.user)
    path = reverse("end_outage")
    fields = form_at(client, path)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - timedelta(minutes=30))
    later = make_outage(county.alva, timedelta(minutes=10))
    answer = send(client, path, fields)
    assert answer.headers["Location"] == f"{reverse('back_registration')}?driftstopp={outage.pk}"
    told = text_of(client, "/")
    assert "driftstoppet 08.52 var över 10.22. Din tid, 10.52, är inte sparad." in told
    # Another goes on: this one is not opened again.
    assert "Är din tid rätt" not in told
    assert current_outage(county.region) == later
    listed = read(client.get(answer.headers["Location"]))
    assert listed.find("form", action=reverse("reopen_outage")) is None
    # From a page that was opened before the other began.
    ended = client.post(reverse("reopen_outage"), {"driftstopp": str(outage.pk)})
    assert ended.status_code == 302
    assert "Ett nytt driftstopp pågår redan." in text_of(client, "/")


def test_ending_speaks_of_others_only_where_somebody_is_left(county: County, outage: Outage, client: Client):
    by = person("cila", county.social_care, Role.COORDINATOR)
    end_outage(by=by, outage=outage_for(county.municipality, outage.pk), ended_at=timezone.now())
    client.force_login(county.esa.user)
    assert "Andra huvudmän" not in text_of(client, reverse("end_outage"))


def test_ending_says_for_whom_and_how_much_is_open_before_it_acts(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    # Medicin 2 is to ring two about the admission, and the hälsocentral two with its answer.
    make_event(county.alva, chain)
    client.force_login(county.esa.user)
    page = text_of(client, reverse("end_outage"))
    assert "Det här avslutar driftstoppet för Region Västerbotten." in page
    assert "Andra huvudmän avslutar själva: Skellefteå kommun." in page
    assert "4 samtal om 1 patient återstår hos Region Västerbotten, varav 2 hos Medicin 2." in page
    # What other units of the own principal have left counts too; what other principals have does not.
    for _ in "12":
        elsewhere = make_chain(county, outage, county.bo, ward_unit=county.other_ward)
        make_event(county.bo, elsewhere)
    make_event(
        county.cissi,
        make_chain(county, outage, county.cissi),
        "municipality_ready",
        sender=Party.MUNICIPALITY,
        to=Party.INPATIENT,
    )
    page = text_of(client, reverse("end_outage"))
    assert "12 samtal om 3 patienter återstår hos Region Västerbotten, varav 2 hos Medicin 2." in page
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    client.force_login(cilla.user)
    page = text_of(client, reverse("end_outage"))
    assert (
        "2 samtal om 1 patient återstår hos Skellefteå kommun, socialtjänst, varav 2 hos Biståndsenheten."
        in page
    )
    assert "Sedan visas vad som ska registreras" in page
    # Somebody who sees no patients is told of none, and of no list.
    client.force_login(county.adam.user)
    form = form_of(read(client.get(reverse("end_outage"))), method="post")
    assert not [word for word in ("samtal", "Sedan visas") if word in form.get_text()]
    assert client.post(reverse("end_outage"), fields_of(form)).status_code == 302
    assert "PRATOR är åter i drift." in (said := text_of(client, "/"))
    assert "listan nedan" not in said


def test_what_is_left_is_counted_by_one_question_however_much_it_is(
    county: County, outage: Outage, django_assert_num_queries
):
    assert calls_left(county.esa, outage) == {"all": 0, "patients": 0, "own": 0}
    for by in (county.bo, county.esa):
        make_event(by, make_chain(county, outage, by, ward_unit=by.unit))
    with django_assert_num_queries(1):
        assert calls_left(county.esa, outage) == {"all": 8, "patients": 2, "own": 2}


@pytest.mark.clause("R1.2")
def test_from_when_is_asked_where_the_scope_is_changed_only(county: County, outage: Outage, alva: Client):
    path = reverse("change_outage")
    fields = form_at(alva, path)
    blank = {"scope_from_kl": "", "scope_from_dag": ""}
    refused = send(alva, path, fields, scope="municipalities_only", **blank)
    assert refused.status_code == 422
    assert "Ange från när det gäller." in errors_of(read(refused))
    assert send(alva, path, fields, scope="both_principals", **blank).status_code == 302
    fields = form_at(alva, path)
    assert send(alva, path, fields, scope="municipalities_only", scope_from_kl="10.00").status_code == 302
    page = text_of(alva, "/")
    assert "Enbart kommunerna sedan 10.00" in page
    # What the box shows by itself corrects nothing; what somebody types does.
    for typed, since in (({}, "10.00"), ({"scope_from_kl": "10.20"}, "10.20")):
        assert send(alva, path, form_at(alva, path), **typed).status_code == 302
        assert f"Enbart kommunerna sedan {since}" in text_of(alva, "/")
    assert "scope_from_kl" not in form_at(alva, reverse("report_outage"))


def test_who_may_not_end_is_asked_to_tell_who_may(county: County, outage: Outage, client: Client):
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    client.force_login(county.cissi.user)
    page = text_of(client, "/")
    assert (
        "Regionen är åter i PRATOR 10.52. Är ni också inne i PRATOR? Ja: säg det till er samordnare." in page
    )
    assert "avsluta för" not in page.lower()


def test_once_it_is_over_nobody_is_asked_to_ring_support_or_told_what_to_do_in_it(
    county: County, client: Client
):
    alva, outage = client, make_outage(county.alva, expected_end_at=timezone.now() + timedelta(hours=3))
    alva.force_login(county.alva.user)
    said = ("har ringt supporten än", "Gör så här", "Lämna och ta emot all information", "Väntas sluta")
    assert all(each in text_of(alva, "/") for each in said)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    page = text_of(alva, "/")
    assert "Åter i drift" in page
    assert not [each for each in said if each in page]
    assert "Lämna och ta emot all information" not in text_of(alva, reverse("record_support"))
