"""Kontrollera: one contact after another, who comes first, and what each answer does."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, DirectoryEntry
from contacts.queries.versions import version_of
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.services.flags import flag_number
from contacts.services.keeping import verify_entry
from contacts.services.versions import ChangedMeanwhile
from contacts.verification import verification_lasts
from tests.factories import make_entry
from tests.integration.outage.pages import Fields, fields_of, read

from .keeping import form_at, opened, sent, trace_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def malas(county) -> dict[str, DirectoryEntry]:
    """Malå's contacts, in another order than they are to be gone through."""
    DirectoryEntry.objects.filter(principal=county.mala).delete()
    now, lasts = timezone.now(), verification_lasts()
    by = {"verified_by": county.mala_admin.user}
    return {
        "gammal": make_entry(
            county.mala, "A Gammal", "0953-140 01", verified_at=now - lasts - timedelta(days=1), **by
        ),
        "äldst": make_entry(
            county.mala, "B Äldst", "0953-140 02", verified_at=now - lasts - timedelta(days=9), **by
        ),
        "aldrig": make_entry(county.mala, "C Aldrig", "0953-140 03"),
        "anmäld": make_entry(
            county.mala, "D Anmäld", "0953-140 04", flagged=["095314004"], verified_at=now, **by
        ),
        "nyss": make_entry(county.mala, "E Nyss", "0953-140 05", verified_at=now, **by),
    }


def shown(response) -> str:
    """The name of the contact that is shown, or the text there instead."""
    page = read(response)
    name = page.select_one("#entry-name")
    return name.text if name else " ".join(page.main.select_one(".panel").text.split())


def answer(client: Client, svar: str, **changed: str):
    """Press one of the buttons on the page as it stands, and give the page that follows."""
    page = read(client.get(reverse("verify_contacts")))
    (form,) = (
        form for form in page.main.find_all("form") if form.find(attrs={"name": "svar", "value": svar})
    )
    return client.post(reverse("verify_contacts"), fields_of(form) | changed | {"svar": svar}, follow=True)


def test_flagged_first_then_never_confirmed_then_the_longest_ago(client: Client, county, malas):
    client.force_login(county.mala_admin.user)
    page = client.get(reverse("verify_contacts"))
    assert "4 kvar av 5" in read(page).text
    names = [shown(page)]
    for _ in range(4):
        names.append(shown(answer(client, "ratt")))
    assert names[:4] == ["D Anmäld", "C Aldrig", "B Äldst", "A Gammal"]
    assert names[4].startswith("Alla 5 kontakter är kontrollerade.")
    for entry in malas.values():
        entry.refresh_from_db()
    assert malas["anmäld"].flagged == []
    assert {e.verified_by for e in malas.values()} == {county.mala_admin.user}
    assert trace_of(malas["aldrig"]) == ["directoryentry.verified"]
    assert trace_of(malas["nyss"]) == []


def test_the_day_a_confirmation_ends_comes_from_the_routine(client: Client, county, malas):
    DirectoryEntry.objects.exclude(pk=malas["nyss"].pk).filter(principal=county.mala).delete()
    for age, asked in ((verification_lasts() - timedelta(minutes=1), False), (verification_lasts(), True)):
        DirectoryEntry.objects.filter(pk=malas["nyss"].pk).update(verified_at=timezone.now() - age)
        page = shown(opened(client, county.mala_admin, "verify_contacts"))
        assert (page == "E Nyss") is asked


def test_everything_to_confirm_by_is_on_the_page_and_the_keys_are_there(client: Client, county, malas):
    DirectoryEntry.objects.filter(pk=malas["anmäld"].pk).update(remark="Fråga efter Åsa", source="Webben")
    flag_number(by=county.alva, client_id=uuid4(), number="0953-140 04", entry=malas["anmäld"])
    page = read(opened(client, county.mala_admin, "verify_contacts"))
    text = " ".join(page.main.text.split())
    for told in ("Vardag dagtid", "Fråga efter Åsa", "Webben", "0953-140 04 fungerar inte, av Alva Påhittad"):
        assert told in text
    assert page.select_one("#entry-name").has_attr("data-start")
    assert page.main.find("a", href="tel:+4695314004")
    keys = {e["data-key"]: e.get("value") or e["href"] for e in page.main.select("[data-key]")}
    assert keys == {
        "s": "ratt",
        "a": f"{reverse('contact_edit', args=[malas['anmäld'].pk])}?vidare=kontrollera",
        "f": "finns-inte",
        "h": "hoppa-over",
    }


def test_what_is_not_there_is_retired(client: Client, county, malas):
    client.force_login(county.mala_admin.user)
    after = answer(client, "finns-inte")
    assert shown(after) == "C Aldrig"
    assert "3 kvar av 4" in read(after).text
    malas["anmäld"].refresh_from_db()
    assert malas["anmäld"].retired_by == county.mala_admin.user
    assert malas["anmäld"].flagged == []


def test_what_is_skipped_waits_until_it_is_asked_for(client: Client, county, malas):
    client.force_login(county.mala_admin.user)
    names = [shown(answer(client, "hoppa-over")) for _ in range(4)]
    assert names[:3] == ["C Aldrig", "B Äldst", "A Gammal"]
    assert names[3].startswith("Du har hoppat över 4 kontakter")
    assert shown(answer(client, "visa-igen")) == "D Anmäld"
    assert not AuditEntry.objects.filter(user=county.mala_admin.user).exists()


class TestChangedOnTheWay:
    def form(self, client: Client, county, malas, **typed: str) -> tuple[Fields, str]:
        pk = malas["anmäld"].pk
        fields = form_at(client, county.mala_admin, "contact_edit", pk)
        return fields | typed, f"{reverse('contact_edit', args=[pk])}?vidare=kontrollera"

    def test_the_box_is_ticked_and_saving_goes_on_to_the_next(self, client: Client, county, malas):
        _, address = self.form(client, county, malas)
        page = read(client.get(address))
        assert page.select_one("#id_verified").has_attr("checked")
        fields = fields_of(page.select_one("form.keep-form")) | {"number_0": ["0953-140 44"]}
        assert shown(client.post(address, fields, follow=True)) == "C Aldrig"
        malas["anmäld"].refresh_from_db()
        assert malas["anmäld"].first_number("direct") == "0953-140 44"
        assert malas["anmäld"].verified_at is not None

    def test_saved_without_confirming_it_is_left_for_another_time(self, client: Client, county, malas):
        fields, address = self.form(client, county, malas, number_0="0953-140 44")
        after = client.post(address, fields, follow=True)
        assert shown(after) == "C Aldrig"
        assert "4 kvar av 5" in read(after).text


class TestWithoutNumber:
    @pytest.fixture
    def entry(self, county) -> DirectoryEntry:
        DirectoryEntry.objects.filter(principal=county.mala).delete()
        return make_entry(county.mala, "Hemtjänsten")

    def test_the_page_asks_and_the_button_says_what_is_confirmed(self, client: Client, county, entry):
        page = read(opened(client, county.mala_admin, "verify_contacts"))
        note = " ".join(page.select_one("article .note").text.split())
        assert note == "Nummer saknas. Lägg till ett, eller bekräfta att växeln 090-785 00 00 är vägen."
        assert "Stämmer: växeln är vägen" in page.main.text
        answer(client, "ratt")
        entry.refresh_from_db()
        assert entry.verified_at is not None

    def test_it_is_not_confirmed_in_silence(self, county, entry):
        with pytest.raises(RuleError, match="Nummer saknas"):
            verify_entry(by=county.mala_admin, entry=entry, client_id=uuid4(), version=version_of(entry))


class TestMeanwhile:
    @pytest.mark.parametrize("svar", ["ratt", "finns-inte"])
    def test_what_somebody_changed_is_shown_again(self, client: Client, county, malas, svar):
        client.force_login(county.mala_admin.user)
        page = read(client.get(reverse("verify_contacts")))
        fields = fields_of(page.select_one("form.verify-buttons"))
        DirectoryEntry.objects.filter(pk=malas["anmäld"].pk).update(remark="Nytt")
        after = client.post(reverse("verify_contacts"), fields | {"svar": svar}, follow=True)
        assert shown(after) == "D Anmäld"
        assert "D Anmäld: Det har ändrats" in read(after).text
        malas["anmäld"].refresh_from_db()
        assert (malas["anmäld"].flagged, malas["anmäld"].retired_at) == (["095314004"], None)

    def test_a_number_flagged_meanwhile_is_a_change(self, county, malas):
        seen = version_of(malas["aldrig"])
        flag_number(by=county.alva, client_id=uuid4(), number="0953-140 03", entry=malas["aldrig"])
        with pytest.raises(ChangedMeanwhile):
            verify_entry(by=county.mala_admin, entry=malas["aldrig"], client_id=uuid4(), version=seen)

    def test_a_double_press_is_one_answer(self, county, malas):
        entry, client_id = malas["aldrig"], uuid4()
        for _ in range(2):
            verify_entry(by=county.mala_admin, entry=entry, client_id=client_id, version=version_of(entry))
        assert trace_of(entry) == ["directoryentry.verified"]

    def test_one_id_confirms_one_contact(self, county, malas):
        client_id = uuid4()
        for name, error in (("aldrig", None), ("äldst", IdClash)):
            entry = malas[name]
            write = {
                "by": county.mala_admin,
                "entry": entry,
                "client_id": client_id,
                "version": version_of(entry),
            }
            if error is None:
                verify_entry(**write)
                continue
            with pytest.raises(error):
                verify_entry(**write)


def test_an_answer_about_nothing_writes_nothing(client: Client, county, malas):
    client.force_login(county.mala_admin.user)
    before = AuditEntry.objects.count()
    pk = malas["aldrig"].pk
    assert "Svara igen" in read(client.post(reverse("verify_contacts"), {"svar": "x"}, follow=True)).text
    for fields in (
        {"svar": "ratt", "entry": pk},
        {"svar": "ratt", "entry": pk, "client_id": str(uuid4())},
        {"svar": "finns-inte", "entry": pk},
    ):
        client.post(reverse("verify_contacts"), fields)
    assert client.post(reverse("verify_contacts"), {"svar": "finns-inte"}).status_code == 404
    assert AuditEntry.objects.count() == before


def test_another_principals_contact_is_not_found_and_staff_is_refused(client: Client, county, malas):
    entry = malas["aldrig"]
    fields = {
        "svar": "ratt",
        "entry": entry.pk,
        "version": version_of(entry),
        "client_id": str(uuid4()),
    }
    for by, status in ((county.region_admin, 404), (county.cissi, 403)):
        client.force_login(by.user)
        assert client.post(reverse("verify_contacts"), fields).status_code == status
        with pytest.raises(NotAllowed):
            verify_entry(by=by, entry=entry, client_id=uuid4(), version=version_of(entry))
    assert trace_of(entry) == []


def test_from_its_own_page_one_stays_there(client: Client, county, malas):
    entry = malas["aldrig"]
    page = read(opened(client, county.mala_admin, "contact", entry.pk))
    form = page.select_one(f'form[action="{reverse("verify_contacts")}"]')
    after = client.post(reverse("verify_contacts"), fields_of(form) | {"svar": "ratt"})
    assert after.headers["Location"] == reverse("contact", args=[entry.pk])
    text = " ".join(read(client.get(after.headers["Location"])).main.text.split())
    assert "Verifierad av Malin Påhittad" in text
    assert "Kontrollerades: uppgifterna stämmer" in text


def test_going_through_many_takes_a_constant_number_of_queries(
    client: Client, county, malas, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(county.mala_admin.user)
    client.get(reverse("verify_contacts"))
    with django_assert_max_num_queries(30) as few:
        client.get(reverse("verify_contacts"))
    for number in range(60):
        make_entry(county.mala, f"Rad {number}", "0953-140 09")
    with django_assert_num_queries(len(few)):
        client.get(reverse("verify_contacts"))


def test_all_is_done_in_the_form_without_a_script(client: Client, county, malas):
    fields = form_at(client, county.mala_admin, "verify_contacts")
    assert sent(client, fields, "verify_contacts", svar="hoppa-over").status_code == 302
