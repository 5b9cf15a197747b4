"""Printing the contact list as a write: who may, what row and trace it leaves, what the browser gets."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry, DirectoryEntry, Principal, Unit
from contacts.rules.permissions import Role
from forms.models import Sheet
from forms.rendering import PrintingUnavailable
from forms.services.printing import print_contact_list
from tests.clock import standing_at
from tests.factories import make_entry
from tests.integration.work.asked import opened
from tests.paper.conformance import faults
from tests.paper.making import at, make_place, person
from tests.paper.reading import everything, pages, squashed

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def place():
    return make_place()


def test_a_print_leaves_a_row_and_a_trace(place):
    made = print_contact_list(by=place.alva)
    row = Sheet.objects.get()
    assert row == made.sheet
    assert (row.kind, row.chain, row.outage, row.unit) == ("contact_list", None, None, place.ward)
    assert (row.user, row.routine_version, row.pages) == (
        place.alva.user,
        "2023-04-03",
        len(pages(made.pdf)),
    )
    trace, given_out = AuditEntry.objects.order_by("pk")
    assert (trace.action, trace.chain, trace.target_id) == ("sheet.printed", None, str(row.pk))
    assert trace.changes == {"kind": "contact_list", "pages": row.pages, "sheet": row.serial}
    assert (given_out.action, given_out.target_id) == ("file.exported", str(row.exports.get().pk))
    assert row.get_kind_display() == "Kontaktlista"


def test_without_its_trace_no_print_is_kept(place, monkeypatch):
    def broken(**_: object) -> None:
        raise IntegrityError("the second write fails")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(IntegrityError):
        print_contact_list(by=place.alva)
    assert not Sheet.objects.exists()


def test_everyone_signed_in_may_print_it_and_nothing_is_kept_in_the_browser(client, place):
    town_unit = Unit.objects.create(principal=place.town, name="Biståndet", municipal_kind="social_care")
    admin = person("Adam Adm", place.ward, Role.ADMIN)
    with standing_at(at(14, 5)):
        for acting in (place.alva, admin, person("Cissi Ceder", town_unit)):
            client.force_login(acting.user)
            answer = opened(client, client.post(reverse("contact_list")))
            assert answer.status_code == 200
            assert answer["Content-Type"] == "application/pdf"
            assert answer["Content-Disposition"] == 'inline; filename="kontaktlista-2026-11-24.pdf"'
            assert "no-store" in answer["Cache-Control"]
            assert squashed("Växel Umeå") in everything(answer.content)


def test_the_address_narrows_to_a_principal_and_knows_no_other_id(client, place):
    client.force_login(place.alva.user)
    address = f"{reverse('contact_list')}?huvudman="
    text = everything(opened(client, client.post(f"{address}{place.town.pk}")).content)
    assert squashed("Umeå kommun") in text
    assert squashed("Ålidhems hälsocentral") not in text
    for wrong in ("0", "x", "-1", "9" * 30):
        assert (
            client.get(f"{address}{wrong}").status_code == client.post(f"{address}{wrong}").status_code == 404
        )
    assert client.get(address).status_code == 200
    assert Sheet.objects.count() == 1
    client.logout()
    assert client.get(reverse("contact_list")).status_code == 302


def test_a_server_that_can_not_print_says_why(client, place, monkeypatch):
    def unavailable(*args, **kwargs):
        raise PrintingUnavailable("Utskrift är avstängd: servern saknar Pango.")

    monkeypatch.setattr("forms.services.printing.render", unavailable)
    client.force_login(place.alva.user)
    answer = client.post(reverse("contact_list"), follow=True)
    assert "Det gick inte. Inget är utskrivet." in answer.text
    assert "servern saknar Pango" in answer.text
    assert not Sheet.objects.exists()


def test_a_longer_list_asks_no_more_questions(place):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            print_contact_list(by=place.alva)
        return len(captured)

    # The first one makes the key of the trace.
    queries()
    few = queries()
    for number in range(12):
        town = Principal.objects.create(name=f"Kommun {number}", short_name=f"K{number}", kind="municipality")
        unit = Unit.objects.create(principal=town, name=f"Enhet {number}", municipal_kind="social_care")
        make_entry(town, f"Kontakt {number}", "090-16 10 01", unit=unit)
    assert queries() == few <= 18


def test_a_long_list_shows_its_parts_and_each_is_printed_alone(place, client, monkeypatch):
    """PART_ENTRIES are in a file at most, every entry is in one, and what goes on says so."""
    monkeypatch.setattr("forms.rules.contact_list.PART_ENTRIES", 5)
    for number in range(12):
        make_entry(place.town, f"Kontakt {number:02}", "090-16 10 01")
    client.force_login(place.alva.user)
    address = reverse("contact_list") + f"?huvudman={place.town.pk}"
    page = client.get(address).content.decode()
    parts = [number for number in range(1, 9) if f'del={number}"' in page]
    assert parts == [1, 2, 3]
    assert "Listan är lång och skrivs ut i 3 delar" in page
    files = [opened(client, client.post(f"{address}&del={number}")).content for number in parts]
    assert [faults(pdf) for pdf in files] == [[], [], []]
    texts = [everything(pdf) for pdf in files]
    for number in range(12):
        assert "".join(texts).count(squashed(f"Kontakt {number:02}")) == 1
    for number, text in enumerate(texts, 1):
        assert squashed(f"Kontaktlista, del {number} av 3") in text
    assert squashed("Umeå kommun (forts.)") in texts[1]
    assert client.get(f"{address}&del=4").status_code == 404
    assert client.get(f"{address}&del=x").status_code == 404
    assert Sheet.objects.count() == 3


def test_each_page_of_a_part_says_which_part_it_is_as_its_pages_are_numbered_by_themselves(
    place, client, monkeypatch
):
    monkeypatch.setattr("forms.rules.contact_list.PART_ENTRIES", 100)
    for number in range(190):
        make_entry(place.town, f"Kontakt {number:03}", "090-16 10 01")
    client.force_login(place.alva.user)
    address = reverse("contact_list") + f"?huvudman={place.town.pk}"
    contents = client.get(address).content.decode()
    assert "Varje del har egna sidnummer" in contents
    assert "Umeå kommun (forts.): Kontakt 099" in contents
    for number in (1, 2):
        found = pages(opened(client, client.post(f"{address}&del={number}")).content)
        assert len(found) > 1
        assert [f"Kontaktlista, del {number} av 2" in text for text in found] == [True] * len(found)
        assert all(f"Sida {page} av {len(found)}" in text for page, text in enumerate(found, 1))


def test_a_list_of_all_that_would_be_a_book_has_every_entry_in_its_parts(place, client, monkeypatch):
    monkeypatch.setattr("forms.rules.contact_list.PART_ENTRIES", 5)
    monkeypatch.setattr("forms.rules.contact_list.MOST_ENTRIES", 4)
    for number in range(6):
        make_entry(place.town, f"Kontakt {number:02}", "090-16 10 01")
        make_entry(place.region, f"Samordnare {number:02}", "090-785 10 01", unit=place.ward)
    client.force_login(place.alva.user)
    address = reverse("contact_list")
    contents = client.get(address).text
    numbers = [number for number in range(1, 20) if f'del={number}"' in contents]
    files = [opened(client, client.post(f"{address}?del={number}")).content for number in numbers]
    texts = [everything(pdf) for pdf in files]
    for number in range(6):
        for name in (f"Kontakt {number:02}", f"Samordnare {number:02}"):
            assert "".join(texts).count(squashed(name)) == 1
    for number, text in enumerate(texts, 1):
        assert squashed(f"Kontaktlista, del {number} av {len(numbers)}") in text
        assert squashed("står vem man ringer") not in text


def test_a_part_reads_the_entries_that_are_in_it_and_no_others(place, client, monkeypatch):
    monkeypatch.setattr("forms.rules.contact_list.PART_ENTRIES", 5)
    for number in range(23):
        make_entry(place.town, f"Kontakt {number:02}", "090-16 10 01")
    client.force_login(place.alva.user)
    read = []
    real = DirectoryEntry.from_db.__func__
    monkeypatch.setattr(
        DirectoryEntry, "from_db", classmethod(lambda cls, *row: read.append(row) or real(cls, *row))
    )
    client.post(f"{reverse('contact_list')}?huvudman={place.town.pk}&del=3")
    # Five of the part, and the few that tell whom to ring at either time.
    assert 5 <= len(read) < 20
