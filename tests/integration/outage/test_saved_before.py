"""Saved, its answer lost, and sent once more when somebody else is logged in, or nobody: it is said to be saved."""

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Submission
from contacts.rules.permissions import Role
from outage.models import CareChain, CareChainEvent, Handover, HeldForm, Outage
from tests.factories import County, make_event, person, tell
from tests.integration.outage.holding import held_page, log_in, mark_of, words
from tests.integration.outage.pages import Fields, fields_of, form_of, read
from tests.integration.outage.test_two_editors import differences


@pytest.fixture
def client() -> Client:
    """Sends what it is given and nothing more."""
    return Client()


@pytest.fixture
def busy(county: County, chain: CareChain, client: Client) -> tuple[str, Fields]:
    """The press on Upptaget of Alva's Läge, sent at 10.52."""
    tell(county.alva, chain, make_event(county.alva, chain))
    client.force_login(county.alva.user)
    page = read(client.get(reverse("status")))
    form = next(f for f in page.main.find_all("form") if f["action"].endswith("/forsok/"))
    return form["action"], fields_of(form) | {"outcome": ["busy"]}


class TestAPress:
    def test_it_is_not_held_and_whoever_is_logged_in_reads_that_it_is_saved(
        self, county: County, busy: tuple[str, Fields], client: Client
    ):
        client.post(*busy)
        tries = Handover.objects.count()
        client.force_login(county.esa.user)
        answer = client.post(*busy)
        assert answer.status_code == 409
        assert "Redan sparat 10.52" in words(answer)
        assert "Inget är sparat" not in words(answer)
        assert not HeldForm.objects.exists()
        client.force_login(county.alva.user)
        assert "Undanlagt" not in client.get(reverse("status")).content.decode()
        assert Handover.objects.count() == tries

    def test_the_log_in_page_says_so_where_nobody_is_logged_in(
        self, county: County, busy: tuple[str, Fields], client: Client
    ):
        client.post(*busy)
        client.logout()
        answer = client.post(*busy, follow=True)
        assert "Det Alva skickade är redan sparat 10.52." in answer.content.decode()
        assert not HeldForm.objects.exists()

    def test_one_that_was_held_and_is_saved_since_is_not_asked_about(
        self, county: County, busy: tuple[str, Fields], client: Client
    ):
        client.logout()
        question = held_page(client.post(*busy))
        held = HeldForm.objects.get()
        client.force_login(county.alva.user)
        asked = form_of(read(client.get(question)), action=busy[0])
        client.post(busy[0], fields_of(asked))
        held.save(force_insert=True)
        status = words(client.get(reverse("status")))
        assert "Redan sparat 10.52" in status
        assert "Inget av det här är sparat" not in status
        page = read(client.get(question))
        assert "Redan sparat 10.52" in page.main.get_text()
        assert not page.main.find("form", action=busy[0])

    def test_the_same_try_is_the_same_whenever_it_was_pressed(
        self, county: County, busy: tuple[str, Fields], client: Client
    ):
        client.logout()
        question = held_page(client.post(*busy))
        held = HeldForm.objects.get()
        client.force_login(county.alva.user)
        again = fields_of(form_of(read(client.get(question)), action=busy[0]))
        held.delete()
        client.post(*busy)
        tries = Handover.objects.count()
        held.save(force_insert=True)
        answer = client.post(busy[0], again, follow=True)
        assert "Försöket är sparat på servern 10.52." in " ".join(read(answer).text.split())
        assert Handover.objects.count() == tries
        assert not HeldForm.objects.exists()

    def test_another_persons_use_of_the_id_says_nothing(
        self, county: County, busy: tuple[str, Fields], client: Client
    ):
        Submission.objects.create(
            id=busy[1]["client_id"][0], kind="call", content_hash="x", user=county.esa.user
        )
        client.force_login(county.esa.user)
        assert "Inget är sparat" in words(client.post(*busy))
        assert HeldForm.objects.exists()


class TestAForm:
    def test_it_is_held_and_said_to_be_saved_first(
        self, county: County, address: str, half_filled: Fields, client: Client
    ):
        client.force_login(county.alva.user)
        client.post(address, half_filled)
        client.force_login(county.esa.user)
        answer = client.post(address, half_filled)
        assert "Redan sparat 10.52" in words(answer)
        assert "Inget är sparat" not in words(answer)
        client.force_login(county.alva.user)
        assert "Redan sparat 10.52" in words(client.get(reverse("status")))
        shown = client.get(reverse("held_form", args=[HeldForm.objects.get().pk]))
        assert "Redan sparat 10.52" in words(shown)
        assert "Inget är sparat" not in words(shown)
        client.post(address, fields_of(form_of(read(shown), action=address)))
        assert Handover.objects.count() == 1
        assert not HeldForm.objects.exists()

    def test_so_is_a_correction(self, county: County, chain: CareChain, client: Client):
        call = tell(county.alva, chain, make_event(county.alva, chain))
        address = reverse("correct_call", args=[call.pk])
        client.force_login(county.alva.user)
        form = form_of(read(client.get(address)), method="post")
        sent = fields_of(form) | {"comment": ["Rättat."], "reason": ["Fel."]}
        assert client.post(address, sent).status_code == 302
        client.logout()
        page = held_page(client.post(address, sent))
        assert "Redan sparat 10.52" in words(log_in(client, "alva", page))

    def test_where_the_patient_has_moved_on_nothing_says_that_it_is_not_saved(
        self, county: County, address: str, half_filled: Fields, client: Client, chain: CareChain, monkeypatch
    ):
        client.force_login(county.alva.user)
        client.post(address, half_filled)
        monkeypatch.setattr("outage.views._tools.get_reached", _gone)
        monkeypatch.setattr("outage.views._tools.why_over", lambda *_: "Inget är sparat. Patienten är borta.")
        answer = client.post(address, half_filled, follow=True)
        assert "Redan sparat 10.52" in answer.content.decode()
        assert "Inget är sparat" not in answer.content.decode()


def _gone(*_: object) -> CareChain:
    raise CareChain.DoesNotExist


def test_a_file_that_is_in_is_not_asked_for_again(county: County, client: Client, outage):
    keeper, sent_id = person("keeper", county.ward, Role.ADMIN), uuid4()
    Submission.objects.create(
        id=sent_id, kind="directory.upload", content_hash="x", user=keeper.user, at=timezone.now()
    )
    file = SimpleUploadedFile("kontakter.csv", b"Namn;Nummer\n")
    sent = {"typed_by": mark_of(keeper), "file": file, "client_id": str(sent_id)}
    client.force_login(county.esa.user)
    answer = client.post(reverse("import_directory"), sent)
    assert "Redan sparat 10.52" in words(answer)
    assert "välja filen igen" not in words(answer)
    assert not HeldForm.objects.exists()


REACHED = {
    "recipient": ["municipality"],
    "outcome": ["reached"],
    "number": ["0910-00 00 00"],
    "spoken_to": ["Karin Påhittad"],
    "spoken_to_unit": ["Biståndsenheten"],
    "messages": ["new:admission:inpatient"],
}


class TestOtherWords:
    """Saved, its answer lost, and saved again with something changed."""

    @pytest.fixture
    def alva(self, county: County, outage: Outage, client: Client) -> Client:
        client.force_login(county.alva.user)
        return client

    def again(self, client: Client, path: str, first: Fields, **changed: list[str]) -> BeautifulSoup:
        sent = fields_of(form_of(read(client.get(path)), method="post")) | first
        assert client.post(path, sent).status_code == 302
        answer = client.post(path, sent | changed)
        assert answer.status_code == 409
        page = read(answer)
        text = page.main.get_text()
        assert "Det första är sparat 10.52." in text
        assert "Inget är sparat" not in text
        assert "Någon annan" not in text
        return page

    def corrected(self, client: Client, page: BeautifulSoup, **more: str) -> None:
        """Press *Rätta det som sparades*, which shows what was typed, and save."""
        form = form_of(page, method="post")
        button = form.find("button")
        assert button.get_text() == "Rätta det som sparades"
        shown = client.post(button["formaction"], fields_of(form) | {"first": ["1"]})
        assert shown.status_code == 200
        form = form_of(read(shown), method="post")
        answer = client.post(form["action"], fields_of(form) | {k: [v] for k, v in more.items()})
        assert answer.status_code == 302

    def test_a_call_is_corrected_and_not_doubled(self, chain: CareChain, alva: Client):
        path = reverse("chain_call", args=[chain.pk])
        page = self.again(alva, path, REACHED, spoken_to=["Karina Påhittad"], comment=["Ringer."])
        assert differences(page) == {
            "Namn på den du talar med": ("Karin Påhittad", "Karina Påhittad"),
            "Kommentar": ("tomt", "Ringer."),
        }
        self.corrected(alva, page, reason="Fel namn.")
        first, second = Handover.objects.order_by("order")
        assert (second.supersedes, second.spoken_to, second.comment) == (first, "Karina Påhittad", "Ringer.")
        assert second.messages.get().event == first.messages.get().event
        assert CareChainEvent.objects.count() == 1

    def test_what_was_told_is_told_apart(self, chain: CareChain, alva: Client):
        path = reverse("chain_call", args=[chain.pk])
        page = self.again(alva, path, REACHED, messages=["new:discharge:inpatient"])
        ((label, (was, said)),) = differences(page).items()
        assert (label, was, said) == ("Meddelanden", "Inskrivning 10.52", "Utskrivningsmeddelande 10.52")

    def test_a_call_that_was_taken_back_since_is_no_longer_corrected(
        self, county: County, chain: CareChain, alva: Client
    ):
        path = reverse("chain_call", args=[chain.pk])
        sent = fields_of(form_of(read(alva.get(path)), method="post")) | REACHED
        alva.post(path, sent)
        alva.post(reverse("undo_call", args=[Handover.objects.get().pk]), {"typed_by": mark_of(county.alva)})
        assert Handover.objects.count() == 2
        page = read(alva.post(path, sent | {"comment": ["Ringer."]}))
        assert "Rätta det som sparades" not in page.get_text()
        assert "Det första är sparat 10.52." in page.main.get_text()

    def test_a_chain_is_corrected_and_the_patient_is_there_once(self, county: County, alva: Client):
        new = {
            "identity": ["okänd"],
            "patient_name": ["Okänd Mannen"],
            "before": ["unknown"],
            "ward_unit": [str(county.ward.pk)],
        }
        page = self.again(alva, reverse("new_chain"), new, patient_name=["Okänd man, rullstol"])
        assert differences(page) == {"Patientens namn": ("Okänd Mannen", "Okänd man, rullstol")}
        self.corrected(alva, page)
        assert CareChain.objects.get().details.patient_name == "Okänd man, rullstol"

    def test_a_correction_is_corrected_once_more(self, county: County, chain: CareChain, alva: Client):
        call = tell(county.alva, chain, make_event(county.alva, chain))
        path = reverse("correct_call", args=[call.pk])
        page = self.again(alva, path, {"comment": ["Ett."], "reason": ["Fel."]}, comment=["Två."])
        assert differences(page) == {"Kommentar": ("Ett.", "Två.")}
        form = form_of(page, method="post")
        assert alva.post(form["action"], fields_of(form)).status_code == 302
        rows = Handover.objects.filter(supersedes__isnull=False).order_by("order")
        assert [row.comment for row in rows] == ["Ett.", "Två."]

    def test_what_was_put_back_since_is_said_and_not_taken_as_untouched(
        self, county: County, chain: CareChain, alva: Client
    ):
        call = tell(county.alva, chain, make_event(county.alva, chain), comment="Först.")
        path = reverse("correct_call", args=[call.pk])
        page = self.again(alva, path, {"comment": ["Ett."], "reason": ["Fel."]}, comment=["Först."])
        assert differences(page) == {"Kommentar": ("Ett.", "Först.")}

    def test_one_that_is_taken_back_already_says_so(self, county: County, chain: CareChain, alva: Client):
        event = make_event(county.alva, chain)
        path = reverse("withdraw_event", args=[event.pk])
        page = self.again(alva, path, {"reason": ["Fel."]}, reason=["Fel patient."])
        assert "Det är återtaget" in page.main.get_text()
