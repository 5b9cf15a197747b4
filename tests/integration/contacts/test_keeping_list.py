"""Förvalta: the own contacts, their problems, and one contact's page."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import DirectoryEntry, NumberFlag
from contacts.rules.hours import Availability
from contacts.services.directory import retire_entry
from contacts.services.flags import flag_number
from contacts.verification import verification_lasts
from tests.asking import search_for
from tests.factories import make_entry
from tests.integration.outage.pages import read

from .keeping import opened, trace_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def malas(county) -> dict[str, DirectoryEntry]:
    """Malå's contacts: its switchboard, one without number, one confirmed lately, one too long ago, one retired."""
    DirectoryEntry.objects.filter(principal=county.mala).exclude(name="Växel Malå").delete()
    now = timezone.now()
    who = {"verified_by": county.mala_admin.user}
    made = {
        "växel": DirectoryEntry.objects.get(name="Växel Malå"),
        "utan": make_entry(county.mala, "Hemtjänsten"),
        "ny": make_entry(county.mala, "Biståndet", "0953-140 01", verified_at=now, **who),
        "gammal": make_entry(
            county.mala,
            "Enhetschefen",
            "0953-140 02",
            verified_at=now - verification_lasts() - timedelta(minutes=1),
            **who,
        ),
        "avförd": make_entry(county.mala, "Gamla växeln", "0953-140 03"),
    }
    retire_entry(by=county.mala_admin, entry=made["avförd"])
    return made


def listed(client: Client, county, **query: str) -> list[str]:
    client.force_login(county.mala_admin.user)
    answer = (
        search_for(client, "keep_contacts", query)
        if "q" in query
        else client.get(reverse("keep_contacts"), query)
    )
    page = read(answer)
    return [link.text for link in page.select("table.kept th a")]


def test_each_filter_lists_its_contacts_and_tells_how_many(client: Client, county, malas):
    flag_number(by=county.alva, client_id=uuid4(), number="0953-140 01", entry=malas["ny"])
    assert listed(client, county) == ["Biståndet", "Enhetschefen", "Hemtjänsten", "Växel Malå"]
    assert listed(client, county, visa="ej-verifierade") == ["Enhetschefen", "Hemtjänsten", "Växel Malå"]
    assert listed(client, county, visa="utan-nummer") == ["Hemtjänsten"]
    assert listed(client, county, visa="anmalda") == ["Biståndet"]
    assert listed(client, county, visa="avforda") == ["Gamla växeln"]
    page = read(opened(client, county.mala_admin, "keep_contacts"))
    filters = [" ".join(link.text.split()) for link in page.select(".kept-filters a")]
    assert filters == ["Alla 4", "Ej verifierade 3", "Utan nummer 1", "Anmälda 1", "Avförda 1"]
    # The flagged one is to be looked at though it was confirmed just now.
    assert "Kontrollera (4)" in page.main.text


def test_a_flag_tells_number_person_unit_and_time(client: Client, county, malas):
    flag_number(by=county.alva, client_id=uuid4(), number="0953-140 01", entry=malas["ny"])
    text = " ".join(read(opened(client, county.mala_admin, "keep_contacts")).main.text.split())
    assert "0953-140 01 fungerar inte, av Alva Påhittad, Medicin 1, " in text


def test_the_newest_word_on_a_number_is_the_one_that_is_told(client: Client, county, malas):
    for by in (county.alva, county.cissi):
        flag_number(by=by, client_id=uuid4(), number="0953-140 01", entry=malas["ny"])
    text = read(opened(client, county.mala_admin, "keep_contacts")).main.text
    assert "Cissi Påhittad" in text
    assert "Alva Påhittad" not in text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("enhets", ["Enhetschefen"]),
        ("0953 14002", ["Enhetschefen"]),
        ("umeå", []),
        ("BISTAND", ["Biståndet"]),
    ],
)
def test_the_own_contacts_are_searched_by_name_and_number(client: Client, county, malas, text, found):
    assert listed(client, county, q=text) == found


def test_a_filter_or_page_that_is_none_lists_all(client: Client, county, malas):
    assert listed(client, county, visa="annat", sida="x") == listed(client, county)


def test_many_contacts_come_in_pages_in_a_constant_number_of_queries(
    client: Client, county, malas, django_assert_max_num_queries
):
    client.force_login(county.mala_admin.user)
    client.get(reverse("keep_contacts"))

    def flagged(name: str) -> None:
        entry = make_entry(county.mala, name, "0953-140 09", flagged=["095314009"])
        NumberFlag(entry=entry, number="0953-140 09", user=county.alva.user, unit=county.ward).save()

    flagged("Rad 0")
    with django_assert_max_num_queries(40) as few:
        client.get(reverse("keep_contacts"))
    for number in range(1, 40):
        flagged(f"Rad {number}")
    with django_assert_max_num_queries(40) as many:
        page = read(client.get(reverse("keep_contacts"), {"sida": "2"}))
    assert len(many) == len(few)
    assert len(page.select("table.kept tbody tr")) == 19
    assert "Sida 2 av 2" in page.main.text


def test_names_are_text_and_never_markup(client: Client, county):
    entry = make_entry(county.mala, "<script>alert(1)</script>", "0953-140 01", remark="<b>fet</b>")
    for name, args in (("keep_contacts", ()), ("contact", (entry.pk,)), ("contact_edit", (entry.pk,))):
        answer = opened(client, county.mala_admin, name, *args).content.decode()
        assert "<script>alert" not in answer
        assert "<b>fet" not in answer


class TestTheContactsOwnPage:
    def test_everyone_reads_all_of_it(self, client: Client, county):
        entry = make_entry(
            county.mala,
            "Hemsjukvård Malå",
            "0953-140 01",
            "59090",
            unit=county.social_care,
            remark="Fråga efter samordnaren",
            owner="Enhetschefen",
            source="Kommunens webbplats",
            title="Samordnare",
            availability=Availability.ALWAYS,
        )
        text = " ".join(read(opened(client, county.alva, "contact", entry.pk)).main.text.split())
        for told in (
            "Hemsjukvård Malå",
            "Malå kommun",
            "Biståndshandläggarna Malå",
            "Direkt 0953-140 01",
            "Anknytning internt 59090",
            "Öppet nu",
            "Dygnet runt",
            "Fråga efter samordnaren",
            "Enhetschefen",
            "Kommunens webbplats",
            "Ej verifierad",
        ):
            assert told in text
        assert "Ändra" not in text
        assert "Historik" not in text

    def test_numbers_are_rung_copied_and_flagged_from_it(self, client: Client, county):
        entry = make_entry(county.mala, "Biståndet", "0953-140 01", "0953-140 02", flagged=["095314002"])
        NumberFlag(entry=entry, number="0953-140 02", user=county.alva.user, unit=county.ward).save()
        page = read(opened(client, county.alva, "contact", entry.pk))
        assert [a["href"] for a in page.select(".entry-numbers a")] == ["tel:+4695314001", "tel:+4695314002"]
        assert [b["data-copy"] for b in page.select("[data-copy]")] == ["0953-140 01", "0953-140 02"]
        forms = page.select(f'form[action="{reverse("flag_number", args=[entry.pk])}"]')
        assert [form.select_one('[name="number"]')["value"] for form in forms] == ["0953-140 01"]
        assert "0953-140 02 fungerar inte, av Alva Påhittad, Medicin 1" in " ".join(page.main.text.split())

    def test_without_number_it_gives_the_switchboard(self, client: Client, county):
        entry = DirectoryEntry.objects.get(name="Bjurholms hälsocentral")
        page = read(opened(client, county.cissi, "contact", entry.pk))
        assert "Nummer saknas. Ring växeln" in page.main.text
        assert page.main.find("a", href="tel:+46907850000")

    def test_a_retired_one_stays_readable_and_says_so(self, client: Client, county, malas):
        page = read(opened(client, county.alva, "contact", malas["avförd"].pk))
        text = " ".join(page.main.text.split())
        assert "Avförd" in text
        assert "av Malin Påhittad. Ring inte på de här numren." in text
        assert not page.select('form[action$="/fungerar-inte/"]')
        assert "Ta tillbaka" not in text

    def test_only_the_owners_administrator_keeps_it(self, client: Client, county, malas):
        def kept(by) -> bool:
            return "Historik" in read(opened(client, by, "contact", malas["växel"].pk)).main.text

        assert kept(county.mala_admin)
        assert not kept(county.region_admin)
        assert not kept(county.cissi)

    def test_no_contact_is_not_found(self, client: Client, county):
        assert opened(client, county.alva, "contact", 999_999).status_code == 404


class TestRetiredAndTakenBack:
    def test_it_leaves_the_search_and_comes_back_with_its_history(self, client: Client, county, malas):
        entry = malas["växel"]
        client.force_login(county.mala_admin.user)
        page = read(client.post(reverse("contact_retire", args=[entry.pk]), follow=True))
        assert "Växel Malå är avförd." in page.text
        entry.refresh_from_db()
        assert entry.retired_by == county.mala_admin.user
        assert "Växel Malå" not in listed(client, county)
        page = read(client.post(reverse("contact_restore", args=[entry.pk]), follow=True))
        entry.refresh_from_db()
        assert (entry.retired_at, entry.retired_by) == (None, None)
        assert trace_of(entry)[-2:] == ["directoryentry.retired", "directoryentry.restored"]
        deeds = [deed.text for deed in page.select(".deeds strong")]
        assert deeds[:2] == ["Togs tillbaka", "Avfördes"]

    def test_one_changed_meanwhile_is_not_retired_unseen(self, client: Client, county, malas):
        entry = malas["växel"]
        page = read(opened(client, county.mala_admin, "contact", entry.pk))
        seen = page.select_one('form[action$="/avfor/"] [name="version"]')["value"]
        entry.remark = "Stängt i veckan"
        entry.save()
        answer = client.post(reverse("contact_retire", args=[entry.pk]), {"version": seen}, follow=True)
        assert "Det har ändrats" in read(answer).text
        entry.refresh_from_db()
        assert entry.retired_at is None

    def test_a_namesake_stops_it_from_coming_back(self, client: Client, county, malas):
        make_entry(county.mala, "Gamla växeln", "0953-140 05")
        client.force_login(county.mala_admin.user)
        answer = client.post(reverse("contact_restore", args=[malas["avförd"].pk]), follow=True)
        assert "Gamla växeln finns redan bland kontakterna. Avför den först." in read(answer).text
        malas["avförd"].refresh_from_db()
        assert malas["avförd"].retired_at is not None


OWN_PAGES = ("contact_edit", "contact_retire", "contact_restore")


@pytest.mark.parametrize("name", OWN_PAGES)
def test_only_the_owners_administrator_reaches_what_changes_it(client: Client, county, malas, name):
    address = reverse(name, args=[malas["växel"].pk])
    for by, status in ((county.region_admin, 404), (county.cissi, 403), (county.alva, 403)):
        client.force_login(by.user)
        assert client.post(address, {}).status_code == status
    client.force_login(county.mala_admin.user)
    assert client.post(reverse(name, args=[999_999]), {}).status_code == 404
    client.logout()
    assert client.post(address, {}).headers["Location"].startswith(reverse("account_login"))
    malas["växel"].refresh_from_db()
    assert malas["växel"].retired_at is None


@pytest.mark.parametrize(
    "name", ["keep_contacts", "contact_new", "verify_contacts", "keep_units", "unit_new"]
)
def test_the_pages_of_keepers_are_shut_to_staff(client: Client, county, name):
    assert opened(client, county.alva, name).status_code == 403
    assert opened(client, county.mala_admin, name).status_code == 200
    client.logout()
    assert client.get(reverse(name)).headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["contact_retire", "contact_restore"])
def test_reading_an_address_that_writes_is_refused(client: Client, county, malas, name):
    client.force_login(county.mala_admin.user)
    assert client.get(reverse(name, args=[malas["växel"].pk])).status_code == 405
