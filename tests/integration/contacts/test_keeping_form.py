"""A contact added and changed: what is typed, what is refused beside its field, and that nothing is lost."""

from datetime import time
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, DirectoryEntry, SubmissionClash
from contacts.rules.errors import NotAllowed
from contacts.rules.hours import Availability, Eves, Hours, Span, Summer
from contacts.rules.phone import Phone, PhoneKind
from contacts.services.keeping import add_entry, change_entry
from tests.factories import at_once, make_entry
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

from .keeping import FACTS, form_at, new_contact, opened, phones, sent, trace_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(county) -> DirectoryEntry:
    """A confirmed contact of Malå."""
    return make_entry(
        county.mala,
        "Biståndet",
        "0953-140 01",
        owner="Enhetschefen",
        verified_at=timezone.now(),
        verified_by=county.mala_admin.user,
    )


def added(client: Client, county, **typed: str) -> DirectoryEntry:
    client.force_login(county.mala_admin.user)
    answer = client.post(reverse("contact_new"), new_contact(**typed))
    assert answer.status_code == 302, errors_of(read(answer))
    return DirectoryEntry.objects.latest("pk")


def refused(client: Client, county, **typed: str) -> str:
    """What the page says of a contact that cannot be added."""
    client.force_login(county.mala_admin.user)
    before = DirectoryEntry.objects.count(), AuditEntry.objects.count()
    answer = client.post(reverse("contact_new"), new_contact(**typed))
    assert answer.status_code == 422
    assert (DirectoryEntry.objects.count(), AuditEntry.objects.count()) == before
    page = read(answer)
    for name, value in typed.items():
        assert fields_of(form_of(page, method="post")).get(name) == [value]
    return errors_of(page)


class TestAdded:
    def test_numbers_are_tidied_and_keep_their_order_and_kind(self, client: Client, county):
        entry = added(
            client,
            county,
            kind_0="switchboard",
            number_0="095314000",
            number_2="+46 70 174 06 05",
            kind_2="mobile",
            kind_4="extension",
            number_4=" 59090 ",
        )
        assert entry.phones == (
            Phone(PhoneKind.SWITCHBOARD, "0953-140 00"),
            Phone(PhoneKind.MOBILE, "070-174 06 05"),
            Phone(PhoneKind.EXTENSION, "59090"),
        )
        assert entry.principal == county.mala
        assert entry.verified_at is None
        assert trace_of(entry) == ["directoryentry.added"]

    def test_hours_are_typed_freely(self, client: Client, county):
        entry = added(
            client,
            county,
            opens_at="8",
            closes_at="16.15",
            friday_closes_at="1500",
            lunch_from="12",
            lunch_to="12:45",
            summer_from="15 juni",
            summer_to="15/8",
            summer_opens_at="9",
            summer_closes_at="15",
            eves="short",
            eve_closes_at="12",
        )
        assert entry.hours == Hours(
            Availability.DAYTIME,
            opens_at=time(8),
            closes_at=time(16, 15),
            friday_closes_at=time(15),
            lunch_from=time(12),
            lunch_to=time(12, 45),
            eves=Eves.SHORT,
            eve_closes_at=time(12),
            summer=Summer("06-15", "08-15", time(9), time(15)),
        )

    def test_own_hours_are_a_week_and_the_public_holiday(self, client: Client, county):
        entry = added(
            client,
            county,
            availability="own_hours",
            day_0_from="7",
            day_0_to="19",
            day_6_from="0",
            day_6_to="0",
            day_7_from="22",
            day_7_to="6",
        )
        assert entry.hours.days == (
            Span(time(7), time(19)),
            *[None] * 5,
            Span(time(0), time(0)),
            Span(time(22), time(6)),
        )

    def test_a_person_is_called_by_first_and_last_name(self, client: Client, county):
        entry = added(client, county, kind="person", name="", first_name="Åsa", last_name="Påhittad")
        assert entry.name == "Åsa Påhittad"

    def test_a_person_who_takes_another_name_is_called_by_it(self, client: Client, county):
        entry = added(client, county, kind="person", name="", first_name="Åsa", last_name="Påhittad")
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        answer = sent(client, fields, "contact_edit", entry.pk, last_name="Nygift")
        assert answer.status_code == 302
        entry.refresh_from_db()
        assert entry.name == "Åsa Nygift"

    def test_a_person_is_not_called_by_another_name(self, client: Client, county):
        said = refused(client, county, kind="person", name="Chefen", first_name="Åsa", last_name="Påhittad")
        assert "Namnet ska vara Åsa Påhittad" in said

    def test_it_is_confirmed_in_the_same_save(self, client: Client, county):
        entry = added(client, county, number_0="0953-140 01", verified="on")
        assert entry.verified_by == county.mala_admin.user
        assert trace_of(entry) == ["directoryentry.added", "directoryentry.verified"]

    def test_sent_twice_it_is_one_contact(self, client: Client, county):
        client.force_login(county.mala_admin.user)
        fields = new_contact(number_0="0953-140 01")
        answers = [client.post(reverse("contact_new"), fields) for _ in range(2)]
        assert answers[0].headers["Location"] == answers[1].headers["Location"]
        assert DirectoryEntry.objects.filter(name="Hjälpmedel").count() == 1

    def test_other_content_under_the_same_id_is_kept_and_shown_and_can_be_saved(self, client: Client, county):
        client.force_login(county.mala_admin.user)
        fields = new_contact(number_0="0953-140 01")
        client.post(reverse("contact_new"), fields)
        answer = client.post(reverse("contact_new"), fields | {"name": ["Något annat"]})
        assert answer.status_code == 409
        assert SubmissionClash.objects.get().content["name"] == ["Något annat"]
        page = read(answer)
        assert page.select_one("#id_name")["value"] == "Något annat"
        new_id = page.select_one('[name="client_id"]')["value"]
        assert client.post(
            reverse("contact_new"), fields | {"name": ["Något annat"], "client_id": [new_id]}
        ).url
        assert DirectoryEntry.objects.filter(name="Något annat").exists()

    def test_a_held_form_is_shown_and_not_saved(self, client: Client, county):
        client.force_login(county.mala_admin.user)
        answer = client.post(reverse("contact_new"), new_contact(held="1"))
        assert answer.status_code == 200
        assert not DirectoryEntry.objects.filter(name="Hjälpmedel").exists()
        assert read(answer).select_one("#id_name")["value"] == "Hjälpmedel"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"number_1": "090-12"}, "Nummer 2: "),
        ({"number_0": "59090"}, "Nummer 1: 59090 är en anknytning."),
        (
            {"number_0": "0953-140 01", "number_3": "+46953 14001"},
            "Nummer 4: Numret står redan på en rad ovanför.",
        ),
        ({"kind": ""}, "Typ: Välj typ."),
        ({"name": ""}, "Namn: Skriv ett namn, eller för- och efternamn."),
        ({"name": "Växel Malå"}, "Namn: Kontakten finns redan"),
        ({"opens_at": "25"}, "Öppnar: 25 är inget klockslag."),
        ({"opens_at": "17"}, "Stänger: Stängningstiden måste vara senare än öppningstiden."),
        ({"lunch_from": "12"}, "Lunchstängt från: Ange både när lunchen börjar och när den slutar."),
        ({"lunch_from": "17", "lunch_to": "18"}, "Lunchstängt från: Lunchen måste ligga inom öppettiden."),
        ({"summer_from": "31 juni"}, "Sommartid från: 31 juni är ingen dag."),
        ({"summer_from": "1 juni"}, "Sommartid till och med: Fyll i hela sommartiden, eller lämna den tom."),
        ({"eves": "short"}, "Stänger på aftnar: Ange när det stänger på aftnar."),
        ({"availability": "own_hours"}, "Måndag från: Ange tider för minst en dag."),
        ({"availability": "own_hours", "day_2_from": "8"}, "Onsdag till: Ange både från och till."),
        ({"availability": "always", "opens_at": "8"}, "Öppnar: Ange klockslaget bara för vardag dagtid."),
        (
            {"availability": "unknown", "lunch_from": "12", "lunch_to": "13"},
            "Lunchstängt från: Ange lunch bara",
        ),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_is_kept(
    client: Client, county, typed, told
):
    named = {"name": "Växel Malå", "department": "Växel Malå"} if typed.get("name") == "Växel Malå" else {}
    if named:
        DirectoryEntry.objects.filter(name="Växel Malå").update(department="Växel Malå")
    assert told in refused(client, county, **(typed | named))


def test_another_principals_unit_can_not_be_chosen(client: Client, county):
    client.force_login(county.mala_admin.user)
    answer = client.post(reverse("contact_new"), new_contact(unit=str(county.ward.pk)))
    assert answer.status_code == 422
    assert "Enhet: " in errors_of(read(answer))


class TestChanged:
    def test_the_form_sent_as_it_stands_changes_nothing(self, client: Client, county, entry):
        entry.hours = Hours(
            Availability.OWN_HOURS,
            days=(*[Span(time(8), time(16))] * 5, None, None, None),
            summer=Summer("06-15", "08-15", time(9), time(15)),
            eves=Eves.SHORT,
            eve_closes_at=time(12),
        )
        entry.save()
        before = AuditEntry.objects.count()
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        assert sent(client, fields, "contact_edit", entry.pk).status_code == 302
        stands = DirectoryEntry.objects.get(pk=entry.pk)
        assert (stands.hours, stands.phones) == (entry.hours, entry.phones)
        assert stands.verified_at == entry.verified_at
        assert AuditEntry.objects.count() == before

    def test_a_new_number_takes_the_verification_away_and_history_tells_from_and_to(
        self, client: Client, county, entry
    ):
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        answer = sent(client, fields, "contact_edit", entry.pk, number_0="0953-140 77", kind_0="on_call")
        assert answer.headers["Location"] == reverse("contact", args=[entry.pk])
        entry.refresh_from_db()
        assert entry.verified_at is None
        told = read(client.get(answer.headers["Location"]))
        assert "Biståndet är sparad. Uppgifterna är ej verifierade." in told.text
        page = " ".join(told.main.text.split())
        assert "Ändrades" in page
        assert "av Malin Påhittad, Biståndshandläggarna Malå" in page
        assert "Nummer: direkt 0953-140 01 → jour 0953-140 77" in page
        assert "Kontrollen gällde inte längre." in page

    def test_what_a_new_contact_starts_with_is_told(self, client: Client, county):
        entry = added(client, county, number_0="0953-140 01", remark="Ny")
        page = " ".join(read(opened(client, county.mala_admin, "contact", entry.pk)).main.text.split())
        assert "Lades till" in page
        assert "Nummer: direkt 0953-140 01" in page
        assert "tomt" not in page
        assert "Aftnar" not in page

    def test_with_the_box_ticked_it_stays_verified(self, client: Client, county, entry):
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        sent(client, fields, "contact_edit", entry.pk, number_0="0953-140 77", verified="on")
        entry.refresh_from_db()
        assert entry.verified_by == county.mala_admin.user
        assert trace_of(entry) == ["directoryentry.changed", "directoryentry.verified"]

    def test_hours_that_no_longer_apply_are_left_out(self, client: Client, county, entry):
        entry.hours = Hours(
            Availability.DAYTIME, opens_at=time(7), closes_at=time(15), lunch_from=time(12), lunch_to=time(13)
        )
        entry.save()
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        assert sent(client, fields, "contact_edit", entry.pk, availability="always").status_code == 302
        entry.refresh_from_db()
        assert entry.hours == Hours(Availability.ALWAYS)

    def test_every_kind_of_change_is_told_in_words(self, client: Client, county, entry):
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        sent(
            client,
            fields,
            "contact_edit",
            entry.pk,
            kind="home_nursing",
            unit=str(county.social_care.pk),
            opens_at="7",
            eves="weekend",
            summer_from="1 juni",
            summer_to="31 aug",
            summer_opens_at="9",
            summer_closes_at="15",
            remark="Ring två gånger",
        )
        page = " ".join(read(opened(client, county.mala_admin, "contact", entry.pk)).main.text.split())
        for told in (
            "Typ: Annan → Hemsjukvård",
            "Enhet: tomt → Biståndshandläggarna Malå",
            "Öppnar: tomt → 07.00",
            "Aftnar: Jul-, nyårs- och midsommarafton som helg → Alla aftnar som helg",
            "Sommartid från: tomt → 1 juni",
            "Anmärkning: tomt → Ring två gånger",
        ):
            assert told in page

    def test_a_retired_one_is_taken_back_first(self, client: Client, county, entry):
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        client.post(reverse("contact_retire", args=[entry.pk]))
        assert opened(client, county.mala_admin, "contact_edit", entry.pk).headers["Location"] == reverse(
            "contact", args=[entry.pk]
        )
        answer = sent(client, fields, "contact_edit", entry.pk, remark="Sent")
        assert answer.status_code == 409
        version = read(answer).select_one('[name="version"]')["value"]
        again = sent(
            client, fields, "contact_edit", entry.pk, remark="Sent", version=version, client_id=str(uuid4())
        )
        assert "Kontakten är avförd. Ta tillbaka den först." in errors_of(read(again))


class TestTwoChangeAtOnce:
    def test_what_the_second_did_not_touch_stays_as_the_first_saved_it(self, client: Client, county, entry):
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        theirs = {"number_0": "0953-140 77", "number_1": "070-174 06 05", "kind_1": "mobile", "title": "Chef"}
        sent(client, fields, "contact_edit", entry.pk, client_id=str(uuid4()), **theirs)
        page = read(sent(client, fields, "contact_edit", entry.pk, remark="Min anmärkning"))
        told = {row.th.text: row.find_all("td")[1].text for row in page.select(".differences tbody tr")}
        assert told.pop("Anmärkning") == "Min anmärkning"
        assert told == dict.fromkeys(("Titel", "Nummer"), "inget nytt: det som nu står gäller")
        form = page.main.find("form", class_="keep-form")
        assert client.post(form["action"], fields_of(form)).status_code == 302
        entry.refresh_from_db()
        assert [phone.number for phone in entry.phones] == ["0953-140 77", "070-174 06 05"]
        assert (entry.phones[1].kind, entry.title, entry.remark) == ("mobile", "Chef", "Min anmärkning")

    def test_nothing_is_overwritten_and_both_are_shown_and_the_typed_can_be_saved_anew(
        self, client: Client, county, entry
    ):
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        sent(client, fields, "contact_edit", entry.pk, number_0="0953-140 77", client_id=str(uuid4()))
        answer = sent(
            client, fields, "contact_edit", entry.pk, number_0="0953-140 88", remark="Min anmärkning"
        )
        assert answer.status_code == 409
        entry.refresh_from_db()
        assert entry.phones == tuple(phones("0953-140 77"))
        page = read(answer)
        rows = [[cell.text for cell in row.select("th, td")] for row in page.select(".differences tbody tr")]
        assert rows == [
            ["Anmärkning", "tomt", "Min anmärkning"],
            ["Nummer", "direkt 0953-140 77", "direkt 0953-140 88"],
        ]
        assert "av Malin Påhittad" in page.select_one('[role="alert"]').text
        assert page.select_one('[name="number_0"]')["value"] == "0953-140 88"
        renewed = {name: page.select_one(f'[name="{name}"]')["value"] for name in ("client_id", "version")}
        again = sent(
            client,
            fields,
            "contact_edit",
            entry.pk,
            number_0="0953-140 88",
            remark="Min anmärkning",
            **renewed,
        )
        assert again.status_code == 302
        entry.refresh_from_db()
        assert (entry.phones, entry.remark) == (tuple(phones("0953-140 88")), "Min anmärkning")

    def test_a_form_without_version_never_overwrites(self, client: Client, county, entry):
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        answer = sent(client, fields, "contact_edit", entry.pk, remark="Utan", version=None)
        assert answer.status_code == 409
        entry.refresh_from_db()
        assert entry.remark == ""

    def test_sent_twice_it_is_one_change(self, client: Client, county, entry):
        fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
        for _ in range(2):
            assert sent(client, fields, "contact_edit", entry.pk, remark="En gång").status_code == 302
        assert trace_of(entry) == ["directoryentry.changed"]


class TestTheServices:
    def test_another_principals_administrator_and_staff_are_refused(self, county, entry):
        for by in (county.region_admin, county.cissi):
            with pytest.raises(NotAllowed):
                change_entry(by=by, entry=entry, client_id=uuid4(), version="x", facts=FACTS)
        with pytest.raises(NotAllowed):
            add_entry(by=county.cissi, client_id=uuid4(), facts=FACTS)


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_at_the_same_time_adds_one_contact(county):
    client_id = uuid4()
    found = at_once([lambda: add_entry(by=county.mala_admin, client_id=client_id, facts=FACTS)] * 4)
    assert {row.pk for row in found} == {DirectoryEntry.objects.get(name="Hjälpmedel").pk}
