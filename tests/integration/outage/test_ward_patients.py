"""A ward's patients at once: pasted, looked through, marked, opened; nothing lost, nothing opened twice."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEntry, SubmissionClash
from outage.models import CareChain, HeldForm, Outage
from outage.rules.pasted_list import MOST_PATIENTS
from outage.webforms.ward_patients import PatientRowForm
from tests.factories import County, make_chain
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read

PATH = "/vardkedjor/klistra-in/"
LIST = (
    "Avdelning Medicin 2\n"
    "1:1\t19900101-9802\tTolvansson, Tolvan\t36 år\tHöftfraktur\r\n"
    "1:2\tÅsa Öberg\t199001029819\t070-123 45 67\n"
    "1:3\t19900103-9826 19900104-9833\tTvå Nummer\n"
    "1:4\tUtan Nummer\n"
)


@pytest.fixture
def alva(county: County, outage: Outage, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


def send(client: Client, fields: Fields, do: str, **changed: Any):
    return client.post(PATH, fields | {name: [str(value)] for name, value in changed.items()} | {"do": [do]})


def shown(answer: Any) -> Fields:
    return fields_of(form_of(read(answer), action=PATH))


def looked_at(client: Client, text: str = LIST) -> Fields:
    return shown(send(client, shown(client.get(PATH)), "look", text=text))


def words(answer: Any) -> str:
    return " ".join(read(answer).main.get_text(" ").split())


def test_each_line_is_shown_with_what_was_read_and_what_was_left(alva: Client):
    answer = send(alva, shown(alva.get(PATH)), "look", text=LIST)
    fields, page = shown(answer), words(answer)
    assert (fields["0-identity"], fields["0-patient_name"]) == (["19900101-9802"], ["Tolvan Tolvansson"])
    assert (fields["1-identity"], fields["1-patient_name"]) == (["19900102-9819"], ["Åsa Öberg"])
    assert fields["0-before"] == ["unknown"]
    assert "0-marked" not in fields
    assert "Togs inte med: 1:1 36 år Höftfraktur" in page
    assert "Togs inte med: 1:2 070-123 45 67" in page
    assert "Raden har flera nummer. Välj patientens." in page
    assert "Rad 5 i listan: 1:4 Utan Nummer" in page
    assert not CareChain.objects.exists()


def test_a_number_that_may_be_a_telephones_is_opened_only_when_it_is_chosen(alva: Client):
    answer = send(alva, shown(alva.get(PATH)), "look", text="Åsa Öberg 0703159822")
    fields = shown(answer)
    assert "Numret kan vara ett telefonnummer. Välj det om det är patientens." in words(answer)
    assert fields["0-identity"] == [""]
    assert "on" not in shown(send(alva, fields, "mark_all")).get("0-marked", [])
    marked = fields | {"0-marked": ["on"]}
    refused = send(alva, marked, "open")
    assert (refused.status_code, CareChain.objects.count()) == (422, 0)
    assert "Numret kan vara ett telefonnummer" in words(refused)
    assert send(alva, marked | {"0-identity": ["070315-9822"]}, "open").status_code == 302
    assert CareChain.objects.get().details.identity_number == "200703159822"


def test_both_patients_of_one_line_are_opened_and_one_that_is_none_is_left_alone(alva: Client):
    fields = looked_at(alva, "19900103-9826 19900104-9833 Ek, Nils")
    marked = shown(send(alva, fields, "mark_all"))
    # Which is whose is for a person to say.
    assert "on" not in marked.get("0-marked", []) + marked.get("1-marked", [])
    one = {"0-marked": ["on"], "0-identity": ["19900104-9833"]}
    two = {"1-marked": ["on"], "1-identity": ["19900103-9826"], "1-patient_name": ["Asta Ek"]}
    assert send(alva, fields | one | two, "open").status_code == 302
    assert {
        (chain.details.identity_number, chain.details.patient_name) for chain in CareChain.objects.all()
    } == {
        ("199001049833", "Nils Ek"),
        ("199001039826", "Asta Ek"),
    }
    # One of two lines, and the other number is nobody's here: all is done.
    again = looked_at(alva, "19900105-9840 19900106-9857 Gran, Eva")
    one = {"0-marked": ["on"], "0-identity": ["19900105-9840"]}
    assert send(alva, again | one, "open").status_code == 302


def test_marked_ones_are_opened_and_each_leaves_its_trace(county: County, alva: Client):
    fields = looked_at(alva)
    fields = shown(send(alva, fields, "mark_all"))
    fields = shown(
        send(
            alva,
            fields | {"2-marked": []},
            "set",
            **{"all-before": "admitted", "all-municipality": county.municipality.pk},
        )
    )
    assert fields["0-before"] == fields["1-before"] == ["admitted"]
    assert fields["2-before"] == ["unknown"]
    answer = send(alva, fields, "open")
    assert answer.status_code == 200
    assert "2 vårdkedjor är öppnade." in words(answer)
    chains = {chain.details.patient_name: chain.details for chain in CareChain.objects.all()}
    assert set(chains) == {"Tolvan Tolvansson", "Åsa Öberg"}
    tolvan = chains["Tolvan Tolvansson"]
    assert (tolvan.identity_number, tolvan.before) == ("199001019802", "admitted")
    assert (tolvan.ward_unit, tolvan.municipality, tolvan.outpatient_unit) == (
        county.ward,
        county.municipality,
        None,
    )
    rows = AuditEntry.objects.filter(action="chain.opened")
    assert {row.chain for row in rows} == {details.chain_id for details in chains.values()}


def test_sent_twice_nothing_is_opened_twice(alva: Client):
    fields = looked_at(alva) | {"0-marked": ["on"], "1-marked": ["on"]}
    for _ in "12":
        assert send(alva, fields, "open").status_code == 200
    assert CareChain.objects.count() == 2
    changed = send(alva, fields, "open", **{"0-patient_name": "Annan Annansson"})
    assert changed.status_code == 422
    assert "1 vårdkedja är öppnad. 1 är inte öppnad" in words(changed)
    assert CareChain.objects.count() == 2
    assert SubmissionClash.objects.get().content["patient_name"] == "Annan Annansson"


def test_one_that_can_not_be_opened_stays_with_why_and_the_others_are_opened(county: County, alva: Client):
    fields = looked_at(alva) | {"0-marked": ["on"], "1-marked": ["on"], "2-marked": ["on"]}
    answer = send(
        alva, fields, "open", **{"1-outpatient_unit": county.clinic.pk, "2-patient_name": "Rätt Namn"}
    )
    assert answer.status_code == 422
    page = words(answer)
    assert "1 vårdkedja är öppnad. 2 är inte öppnade: varför står vid raden." in page
    assert "Fel slag av öppenvård för avdelningen (R3.10)." in page
    kept = shown(answer)
    assert kept["1-outpatient_unit"] == [str(county.clinic.pk)]
    assert kept["2-patient_name"] == ["Rätt Namn"]
    assert "0-identity" not in kept
    answer = send(alva, kept, "open", **{"1-outpatient_unit": "", "2-identity": "19900104-9833"})
    assert "2 vårdkedjor är öppnade." in words(answer)
    assert CareChain.objects.count() == 3


def test_those_the_unit_has_open_and_doubles_are_recognised(county: County, outage: Outage, alva: Client):
    there = make_chain(county, outage, identity="900101-9802", patient_name="Tolvan Tolvansson")
    text = "900101-9802 Tolvan Tolvansson\n19900102-9819 Åsa Öberg\n900102-9819 Åsa Öberg"
    answer = send(alva, shown(alva.get(PATH)), "look", text=text)
    page = read(answer).main
    assert "Finns redan:" in page.get_text()
    assert page.find("a", href=reverse("chain", args=[there.pk]))
    assert "Samma nummer som rad 2" in words(answer)
    fields = shown(send(alva, shown(answer), "mark_all"))
    assert [name for name in fields if name.endswith("-marked")] == ["1-marked"]
    answer = send(alva, fields | {"0-marked": ["on"], "2-marked": ["on"]}, "open")
    assert answer.status_code == 422
    assert CareChain.objects.count() == 2
    assert words(answer).count("Patienten finns redan:") == 2


def test_one_number_with_two_names_is_never_left_out_unsaid(county: County, outage: Outage, alva: Client):
    make_chain(county, outage, identity="19900101-9802", patient_name="Per Holm")
    text = "19900101-9802 Åsa Öberg\n19900102-9819 Eva Ek"
    answer = send(alva, shown(alva.get(PATH)), "look", text=text)
    differ = "Samma nummer, olika namn! Här: Åsa Öberg. Där: Per Holm. Läs numret en gång till."
    assert differ in words(answer)
    # What is marked is opened; the page stays with the row that is not, until somebody says that it is all.
    answer = send(alva, shown(answer) | {"1-marked": ["on"]}, "open")
    assert answer.status_code == 200
    assert "1 vårdkedja är öppnad." in words(answer)
    assert differ in words(answer)
    refused = send(alva, shown(answer) | {"0-marked": ["on"]}, "open")
    assert refused.status_code == 422
    assert (
        f"Patienten finns redan: vårdkedja 1, Per Holm 19900101-9802, Medicin 2 (somatisk). {differ}"
        in words(refused)
    )
    done = alva.post(PATH, shown(answer) | {"do": ["done"]}, follow=True)
    assert "1 i listan hade redan en vårdkedja och fick ingen ny." in read(done).get_text()
    assert CareChain.objects.count() == 2


def test_two_rows_of_which_one_has_its_century_guessed_are_one_number(alva: Client):
    text = "19121212-1212 Tolvan Tolvansson\n121212-1212 Tolvan Tolvansson\n20121212-1212 Åsa Öberg"
    assert "Samma nummer som rad 1" in words(send(alva, shown(alva.get(PATH)), "look", text=text))
    text = "19121212-1212 Tolvan Tolvansson\n20121212-1212 Åsa Öberg"
    assert "Samma nummer" not in words(send(alva, shown(alva.get(PATH)), "look", text=text))


def test_a_patient_of_another_unit_is_not_opened_without_a_choice(
    county: County, outage: Outage, alva: Client
):
    make_chain(county, outage, county.bo, identity="199001019802", ward_unit=county.other_ward)
    fields = looked_at(alva, "19900101-9802 Tolvan Tolvansson") | {"0-marked": ["on"]}
    assert "Finns redan" not in words(send(alva, fields, "show"))
    answer = send(alva, fields, "open")
    assert "Patienten finns hos annan enhet: Ortopeden" in words(answer)
    assert CareChain.objects.count() == 1


def test_when_all_is_done_the_page_leads_on_to_those_that_were_opened(county: County, alva: Client):
    fields = looked_at(alva, "19900101-9802 Tolvan Tolvansson") | {"0-marked": ["on"]}
    answer = send(alva, fields, "open")
    assert answer.status_code == 302
    assert "9802" not in answer.headers["Location"]
    page = alva.get(answer.headers["Location"])
    assert "Tolvan Tolvansson" in words(page)
    alva.force_login(county.bo.user)
    assert alva.get(answer.headers["Location"]).status_code == 404


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Klistra in listan."),
        ("Tolvan Tolvansson", "Inget personnummer finns i listan."),
        (
            "\n".join(f"1990{m:02}{d:02}-9801 Test Person" for m in range(1, 13) for d in range(1, 10)),
            "Listan har 108",
        ),
        ("x" * 50_001, "Listan är för lång."),
    ],
)
def test_a_list_that_can_not_be_taken_is_refused_and_kept(alva: Client, text: str, error: str):
    answer = send(alva, shown(alva.get(PATH)), "look", text=text)
    assert answer.status_code == 422
    assert error in errors_of(read(answer))
    assert shown(answer)["text"] == [text]


def test_nothing_marked_and_no_ward_are_told(county: County, outage: Outage, alva: Client):
    fields = looked_at(alva)
    assert "Markera patienterna först." in words(send(alva, fields, "open"))
    answer = send(alva, fields, "open", **{"ward_unit": "", "0-marked": "on"})
    assert (answer.status_code, "Välj avdelning." in words(answer)) == (422, True)
    assert not CareChain.objects.exists()
    answer = send(alva, fields, "open", **{"ward_unit": "not_admitted", "0-marked": "on"})
    assert CareChain.objects.get().details.not_admitted


@pytest.mark.parametrize("said", ["Skyddade personuppgifter", "*SEKRETESSMARKERING*", "kvarskriven"])
def test_a_patient_whom_the_list_calls_protected_is_opened_as_protected(alva: Client, said: str):
    text = f"1:1\t19900101-9802\tTolvan Tolvansson\t{said}\n1:2\tÅsa Öberg\t199001029819\tSkyddsisolering"
    fields = looked_at(alva, text)
    assert fields["0-patient_name"] == ["Tolvan Tolvansson"]
    assert (fields["0-protected_identity"], "1-protected_identity" in fields) == (["on"], False)
    send(alva, fields | {"0-marked": ["on"], "1-marked": ["on"]}, "open")
    kept = {chain.details.patient_name: chain.details.protected_identity for chain in CareChain.objects.all()}
    assert kept == {"Tolvan Tolvansson": True, "Åsa Öberg": False}
    assert "Tolvan" not in words(alva.get(reverse("chains")))


def test_what_the_list_says_in_place_of_the_name_is_no_name(alva: Client):
    fields = looked_at(alva, "19900101-9802 Skyddade personuppgifter")
    assert fields["0-patient_name"] == [""]


def test_a_mark_beside_the_patient_protects_and_names_stay_with_their_numbers(alva: Client):
    text = (
        "Eva Andersson\n19400110-9802\nSkyddad identitet\n19410211-9817\nÅsa Öberg\n19420312-9822\n"
        "Nils Ek\n19430413-9837"
    )
    answer = send(alva, looked_at(alva, text), "mark_all")
    assert words(answer).count("Listan säger skyddade personuppgifter") == 2
    send(alva, shown(answer), "open")
    details = [chain.details for chain in CareChain.objects.order_by("number")]
    assert [(row.patient_name, row.protected_identity) for row in details] == [
        ("Eva Andersson", True),
        ("", True),
        ("Åsa Öberg", False),
        ("Nils Ek", False),
    ]


def test_a_name_that_is_not_plain_is_chosen_by_a_person_and_not_marked_with_all(alva: Client):
    text = (
        "19400110-9802\tEva Ek\tLisa Lindgren\n19410211-9817 PAL Lisa Lindgren\n19420312-9822 Karin Man\n"
        "19430413-9837 Nils Ek"
    )
    fields = looked_at(alva, text)
    answer = send(alva, fields, "mark_all")
    page, fields = words(answer), shown(answer)
    assert [fields[f"{row}-patient_name"] for row in range(4)] == [[""], [""], [""], ["Nils Ek"]]
    assert [name for name in fields if name.endswith("-marked")] == ["3-marked"]
    assert page.count("Fyll i eller välj namnet.") == 2
    assert "Namn på raden som hör till någon annan: Lisa Lindgren." in page
    offered = read(answer).main.find_all("button", value=lambda value: value and value.startswith("name-"))
    assert [button.contents[0] for button in offered] == ["Eva Ek", "Lisa Lindgren", "Karin", "Karin Man"]
    answer = send(alva, fields, "name-3-2")
    assert read(answer).main.find(attrs={"data-focus": True})["name"] == "2-patient_name"
    fields = shown(send(alva, shown(answer), "mark_all", **{"1-patient_name": "Per Berg"}))
    assert fields["2-patient_name"] == ["Karin Man"]
    assert [name for name in fields if name.endswith("-marked")] == ["1-marked", "2-marked", "3-marked"]


@pytest.mark.parametrize("do", ["name-", "name-1-99", "name-99-1", "name-x-y", "name-0-0"])
def test_a_choice_of_a_name_that_is_not_there_changes_nothing(alva: Client, do: str):
    answer = send(alva, looked_at(alva), do)
    assert answer.status_code == 200
    assert shown(answer)["0-patient_name"] == ["Tolvan Tolvansson"]


def test_as_many_patients_as_are_promised_are_taken_with_all_their_fields(county: County, alva: Client):
    """A browser sends the first choice of a list in which none is chosen, too."""
    text = "\n".join(f"1990{m:02}{d:02}-98{d:02} Test Person" for m in range(1, 11) for d in range(1, 11))
    fields = looked_at(alva, text)
    assert f"{MOST_PATIENTS - 1}-identity" in fields
    own = {f"{row}-{name}": [""] for row in range(MOST_PATIENTS) for name in PatientRowForm.base_fields}
    assert send(alva, own | fields, "mark_all").status_code == 200
    alva.logout()
    send(alva, own | fields | {"text": [text + " " * (50_000 - len(text))]}, "open")
    assert HeldForm.objects.get().user == county.alva.user


def test_a_hostile_id_is_no_fault(alva: Client):
    fields = looked_at(alva)
    assert send(alva, fields, "open", client_id="x", **{"0-marked": "on"}).status_code == 200
    assert send(alva, fields, "done", client_id=uuid4()).status_code == 200


@pytest.mark.parametrize("do", ["look", "open"])
def test_what_was_pasted_is_held_when_the_log_in_has_lapsed(county: County, alva: Client, do: str):
    fields = looked_at(alva) if do == "open" else shown(alva.get(PATH)) | {"text": [LIST]}
    fields |= {"0-marked": ["on"], "0-patient_name": ["Ändrat Namn"]} if do == "open" else {}
    alva.session.flush()
    alva.cookies.pop("sessionid")
    send(alva, fields, do)
    held = HeldForm.objects.get()
    assert not CareChain.objects.exists()
    alva.force_login(county.alva.user)
    answer = alva.get(reverse("held_form", args=[held.pk]))
    assert "Avdelningens patienter" in read(answer).get_text()
    assert answer.status_code == 200
    assert not CareChain.objects.exists()
    kept = shown(answer)
    assert "Åsa Öberg" in kept["text"][0]
    if do == "open":
        assert (kept["0-marked"], kept["0-patient_name"]) == (["on"], ["Ändrat Namn"])
        send(alva, kept, "open")
        assert CareChain.objects.get().details.patient_name == "Ändrat Namn"
