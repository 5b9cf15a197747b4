"""The jour of a unit: who stands first in Ring nu, and how the turns are written, changed and taken away."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEntry, RotaTurn, SubmissionClash, Unit
from contacts.queries.kept_units import ways_missing
from contacts.queries.ringing import numbers_for_many
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import Answers, NotAllowed
from contacts.rules.parties import Party
from contacts.rules.rota import Turn
from contacts.services.flags import flag_number
from contacts.services.rota import add_turn, change_turn, withdraw_turn
from forms.presenters.numbers import number_line
from tests.asking import search_for
from tests.clock import STOCKHOLM, standing_at
from tests.factories import make_entry
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

from .keeping import form_at, opened, sent

pytestmark = pytest.mark.django_db

THURSDAY = datetime(2026, 11, 26, 20, 0, tzinfo=STOCKHOLM)
NOTHING_ASKED = Answers({}, {})


@pytest.fixture(autouse=True)
def _thursday_evening():
    with standing_at(THURSDAY):
        yield


def turn(
    who: str = "Anna Ek", starts: str = "2026-11-26T16:00", ends: str = "2026-11-27T08:00", **more
) -> Turn:
    number = more.pop("number", "070-174 06 05" if who else "")
    return Turn(who, number, datetime.fromisoformat(starts), datetime.fromisoformat(ends), **more)


def write(county, written: Turn | None = None, unit: Unit | None = None, **more) -> RotaTurn:
    unit = unit or county.ward
    by = county.region_admin if unit.principal == county.region else county.mala_admin
    return add_turn(by=by, unit=unit, client_id=uuid4(), turn=written or turn(**more), answers=NOTHING_ASKED)


def ringing(unit: Unit, at: datetime = THURSDAY, **more):
    request = (Party.INPATIENT, None, unit.pk)
    return numbers_for_many([request], at, **more)[request]


def filled(fields, **changed):
    return (
        fields
        | {
            "who": ["Anna Ek"],
            "number": ["0701740605"],
            "weekly": ["once"],
            "starts_on": ["2026-11-26"],
            "starts_at": ["16"],
            "ends_on": ["2026-11-27"],
            "ends_at": ["8.00"],
        }
        | {name: [value] for name, value in changed.items()}
    )


def text(response) -> str:
    return " ".join(read(response).main.get_text(" ").split())


class TestRingNow:
    def test_who_has_the_jour_is_first_while_it_holds_and_all_else_as_before(self, county):
        before = ringing(county.ward)
        write(county)
        first, *others = ringing(county.ward)
        assert (first.entry_name, first.number, first.tel) == ("Anna Ek", "070-174 06 05", "tel:+46701740605")
        assert tuple(others) == before
        for at in (datetime(2026, 11, 26, 15, 59), datetime(2026, 11, 27, 8, 0)):
            assert "Anna Ek" not in [n.entry_name for n in ringing(county.ward, at.replace(tzinfo=STOCKHOLM))]

    @pytest.mark.parametrize("page", ["search", "unit"])
    def test_the_page_says_until_when(self, client: Client, county, page):
        write(county)
        client.force_login(county.cissi.user)
        answer = (
            client.get(reverse("unit", args=[county.ward.pk]))
            if page == "unit"
            else search_for(client, "contacts", {"q": "medicin 1"})
        )
        best = read(answer).find(class_="ring-best").get_text(" ")
        assert " ".join(best.split()).startswith("070-174 06 05 Kopiera Anna Ek Jour till kl 08.00 fredag")

    def test_every_place_that_shows_the_number_says_until_when(self, county):
        write(county)
        number = ringing(county.ward)[0]
        assert number_line(number).when == "jour till fre 27 nov 2026 08.00"
        for shown in ("number", "number_text"):
            told = Template(f"{{% {shown} number %}}").render(Context({"number": number}))
            assert "jour till fre 27 nov 08.00" in told

    def test_an_exception_wins_and_nobody_is_nobody(self, county):
        write(county, starts="2026-11-19T16:00", ends="2026-11-20T08:00", weekly=True)
        assert ringing(county.ward)[0].entry_name == "Anna Ek"
        write(county, who="Bo", starts="2026-11-26T18:00", ends="2026-11-26T22:00")
        assert ringing(county.ward)[0].entry_name == "Bo"
        assert ringing(county.ward)[0].duty_ends == datetime(2026, 11, 26, 22, tzinfo=STOCKHOLM)
        write(county, turn("", "2026-11-26T22:00", "2026-11-26T23:00"))
        later = ringing(county.ward, datetime(2026, 11, 26, 22, 30, tzinfo=STOCKHOLM))
        assert [n.duty_ends for n in later] == [None] * len(later)

    def test_the_jour_of_another_unit_is_not_first_here(self, county):
        write(county, unit=county.social_care)
        assert ringing(county.ward)[0].entry_name == "Medicin 1"

    def test_a_number_that_was_said_not_to_work_is_marked_and_not_first(self, county):
        write(county, number="090-785 11 22", who="Anna Ek")
        flag_number(by=county.alva, client_id=uuid4(), number="090-785 11 22")
        numbers = ringing(county.ward)
        assert numbers[0].entry_name != "Anna Ek"
        assert [n.flagged for n in numbers if n.entry_name == "Anna Ek"] == [True]

    def test_so_is_one_that_was_said_so_of_a_persons_contact(self, county):
        write(county)
        make_entry(county.region, "Anna Ek", "070-174 06 05", kind=EntryKind.PERSON)
        flag_number(by=county.alva, client_id=uuid4(), number="070-174 06 05")
        numbers = ringing(county.ward)
        assert numbers[0].entry_name != "Anna Ek"
        assert [n.flagged for n in numbers if n.entry_name == "Anna Ek"] == [True]

    def test_what_is_to_hold_longer_leaves_it_out(self, county):
        assert ways_missing([county.ward], THURSDAY)[county.ward.pk]
        before = ways_missing([county.ward], THURSDAY), ringing(county.ward)
        write(county)
        assert (ways_missing([county.ward], THURSDAY), ringing(county.ward, rota=False)) == before


class TestWritten:
    def test_a_turn_is_added_signed_and_traced(self, client: Client, county):
        fields = form_at(client, county.region_admin, "turn_new", county.ward.pk)
        answer = sent(client, filled(fields), "turn_new", county.ward.pk)
        assert answer.headers["Location"] == reverse("rota", args=[county.ward.pk])
        row = RotaTurn.objects.get()
        assert (row.turn.who, row.number, row.user) == ("Anna Ek", "070-174 06 05", county.region_admin.user)
        trace = AuditEntry.objects.get(action="turn.added")
        assert (trace.target_id, trace.changes["who"]) == (str(row.pk), ["", "Anna Ek"])
        page = text(opened(client, county.region_admin, "rota", county.ward.pk))
        assert "Nu, till kl 08.00 fredag" in page
        assert "Tor 26 nov 16.00 – fre 27 nov 08.00" in page
        assert "av Rut Påhittad" in page

    def test_sent_again_it_is_the_same_row_and_with_other_content_both_are_kept(self, client: Client, county):
        fields = filled(form_at(client, county.region_admin, "turn_new", county.ward.pk))
        for _ in range(2):
            assert sent(client, fields, "turn_new", county.ward.pk).status_code == 302
        answer = sent(client, fields | {"who": ["Bo"]}, "turn_new", county.ward.pk)
        assert answer.status_code == 409
        assert (RotaTurn.objects.count(), SubmissionClash.objects.count()) == (1, 1)
        assert fields_of(form_of(read(answer), method="post"))["who"] == ["Bo"]

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"who": ""}, "Vem har jour? Skriv vem som har jour"),
            ({"number": ""}, "Nummer: Skriv numret"),
            ({"number": "fel"}, "Nummer: "),
            ({"nobody": "on"}, "Töm rutan"),
            ({"weekly": ""}, "Välj hur ofta"),
            ({"starts_at": ""}, "Från kl.: Ange klockslag"),
            ({"starts_at": "25"}, "Från kl.: 25 är inget klockslag"),
            ({"ends_on": ""}, "Till dag: Ange dag"),
            ({"ends_on": "2026-11-26", "ends_at": "16"}, "Till kl.: Passet ska sluta efter"),
            ({"ends_on": "2026-11-25"}, "Till dag: Passet ska sluta efter"),
            ({"ends_on": "2062-11-27"}, "Till dag: Året 2062"),
            ({"starts_on": "2026-11-24", "ends_on": "2026-11-25"}, "Till dag: Passet är redan slut"),
            ({"weekly": "weekly", "ends_on": "2026-12-04"}, "högst sju dygn"),
            ({"until": "2026-12-24"}, "Sista dag: Sista dag gäller bara"),
            ({"who": "", "number": "", "nobody": "on", "weekly": "weekly"}, "Ingen jour är ett undantag"),
        ],
    )
    def test_what_is_wrong_is_told_beside_its_field_with_everything_typed_kept(
        self, client: Client, county, typed, told
    ):
        fields = filled(form_at(client, county.region_admin, "turn_new", county.ward.pk), **typed)
        answer = sent(client, fields, "turn_new", county.ward.pk)
        assert answer.status_code == 422
        assert told in errors_of(read(answer))
        kept = fields_of(form_of(read(answer), method="post"))
        boxes = ("who", "number", "weekly", "starts_on", "starts_at", "ends_on", "ends_at", "until")
        assert {name: kept.get(name, [""]) for name in boxes} == {
            name: fields.get(name, [""]) for name in boxes
        }
        assert not RotaTurn.objects.exists()

    def test_two_equals_that_meet_are_told_of_before_it_is_saved(self, client: Client, county):
        write(county)
        fields = filled(form_at(client, county.region_admin, "turn_new", county.ward.pk), who="Bo")
        answer = sent(client, fields, "turn_new", county.ward.pk)
        assert answer.status_code == 422
        assert RotaTurn.objects.count() == 1
        page = read(answer)
        times = page.find("legend", string="När?").parent
        assert "Anna Ek, tor 26 nov 16.00 – fre 27 nov 08.00" in times.get_text()
        again = fields_of(form_of(page, method="post"))
        assert again["who"] == ["Bo"]
        other = sent(client, again, "turn_new", county.ward.pk, **{"answer-overlap": "change"})
        assert (other.status_code, RotaTurn.objects.count()) == (422, 1)
        sent(client, again, "turn_new", county.ward.pk, **{"answer-overlap": "save"})
        assert ringing(county.ward)[0].entry_name == "Bo"

    def test_an_exception_from_a_weekly_one_is_not_asked_about(self, client: Client, county):
        write(county, weekly=True)
        fields = filled(form_at(client, county.region_admin, "turn_new", county.ward.pk), who="Bo")
        assert sent(client, fields, "turn_new", county.ward.pk).status_code == 302

    def test_nobody_is_written_without_name_and_number(self, client: Client, county):
        write(county, weekly=True)
        fields = filled(
            form_at(client, county.region_admin, "turn_new", county.ward.pk), who="", number="", nobody="on"
        )
        assert sent(client, fields, "turn_new", county.ward.pk).status_code == 302
        page = text(opened(client, county.alva, "rota", county.ward.pk))
        assert "Nu, till kl 08.00 fredag Jour nu Ingen jour –" in page


class TestChanged:
    def test_a_change_takes_the_place_and_the_first_stays(self, client: Client, county):
        row = write(county)
        fields = form_at(client, county.region_admin, "turn_edit", row.pk)
        assert fields["starts_at"] == ["16.00"]
        assert sent(client, fields, "turn_edit", row.pk).status_code == 302
        assert list(RotaTurn.objects.all()) == [row]
        fields = form_at(client, county.region_admin, "turn_edit", row.pk)
        for _ in range(2):
            assert sent(client, fields, "turn_edit", row.pk, who="Bo").status_code == 302
        assert [r.who for r in RotaTurn.objects.order_by("order")] == ["Anna Ek", "Bo"]
        assert AuditEntry.objects.get(action="turn.changed").changes == {
            "unit": "Medicin 1",
            "who": ["Anna Ek", "Bo"],
        }
        assert [n.entry_name for n in ringing(county.ward) if n.duty_ends] == ["Bo"]

    def test_two_who_change_the_same_see_both_versions(self, client: Client, county):
        row = write(county)
        fields = form_at(client, county.region_admin, "turn_edit", row.pk)
        change_turn(
            by=county.region_admin,
            row=row,
            client_id=uuid4(),
            version=str(row.pk),
            turn=turn("Bo"),
            answers=NOTHING_ASKED,
        )
        answer = sent(client, fields, "turn_edit", row.pk, number="070-174 06 06")
        assert answer.status_code == 409
        page = read(answer)
        assert "Rut Påhittad har ändrat passet." in page.main.get_text()
        table = " ".join(page.find("table", class_="differences").get_text(" ").split())
        assert "Vem har jour? Bo inget nytt" in table
        assert "Nummer 070-174 06 05 070-174 06 06" in table
        again = fields_of(form_of(page, method="post"))
        assert sent(client, again, "turn_edit", row.pk).status_code == 302
        stands = RotaTurn.objects.order_by("-order")[0]
        assert (stands.who, stands.number, RotaTurn.objects.count()) == ("Bo", "070-174 06 06", 3)

    def test_one_that_was_taken_away_meanwhile_can_be_put_back(self, client: Client, county):
        row = write(county)
        fields = form_at(client, county.region_admin, "turn_edit", row.pk)
        withdraw_turn(by=county.region_admin, row=row, client_id=uuid4(), version=str(row.pk))
        answer = sent(client, fields, "turn_edit", row.pk, who="Bo")
        assert answer.status_code == 409
        assert "har tagit bort passet" in text(answer)
        assert not any(n.duty_ends for n in ringing(county.ward))
        sent(client, fields_of(form_of(read(answer), method="post")), "turn_edit", row.pk)
        assert ringing(county.ward)[0].entry_name == "Bo"

    def test_it_is_taken_away_by_one_press(self, client: Client, county):
        row = write(county)
        page = read(opened(client, county.region_admin, "rota", county.ward.pk))
        fields = fields_of(page.find("form", action=reverse("turn_withdraw", args=[row.pk])))
        for _ in range(2):
            assert sent(client, fields, "turn_withdraw", row.pk).status_code == 302
        assert not any(n.duty_ends for n in ringing(county.ward))
        assert [r.withdraws for r in RotaTurn.objects.order_by("order")] == [False, True]
        assert AuditEntry.objects.filter(action="turn.withdrawn").count() == 1

    def test_one_that_was_changed_meanwhile_is_not_taken_away(self, client: Client, county):
        row = write(county)
        page = read(opened(client, county.region_admin, "rota", county.ward.pk))
        fields = fields_of(page.find("form", action=reverse("turn_withdraw", args=[row.pk])))
        change_turn(
            by=county.region_admin,
            row=row,
            client_id=uuid4(),
            version=str(row.pk),
            turn=turn("Bo"),
            answers=NOTHING_ASKED,
        )
        answer = client.post(reverse("turn_withdraw", args=[row.pk]), fields, follow=True)
        assert "Det har ändrats" in read(answer).get_text()
        assert ringing(county.ward)[0].entry_name == "Bo"


class TestWhoMay:
    def test_everyone_may_read(self, client: Client, county):
        write(county)
        for by in (county.alva, county.cissi, county.mala_admin):
            page = read(opened(client, by, "rota", county.ward.pk))
            assert "Anna Ek" in page.main.get_text()
            assert not page.main.find_all("form")
            assert client.get(reverse("rota_file")).status_code == 200

    @pytest.mark.parametrize(("who", "status"), [("alva", 403), ("mala_admin", 404), ("region_admin", 200)])
    def test_the_own_principals_administrator_alone_may_change(self, client: Client, county, who, status):
        row = write(county)
        client.force_login(getattr(county, who).user)
        for name, key in (("turn_new", county.ward.pk), ("turn_edit", row.pk)):
            assert client.get(reverse(name, args=[key])).status_code == status
        if status != 200:
            assert client.post(reverse("turn_withdraw", args=[row.pk])).status_code == status
            assert client.post(reverse("turn_new", args=[county.ward.pk])).status_code == status
            assert RotaTurn.objects.count() == 1

    def test_the_services_refuse_too(self, county):
        row = write(county)
        for by in (county.alva, county.mala_admin):
            with pytest.raises(NotAllowed):
                add_turn(by=by, unit=county.ward, client_id=uuid4(), turn=turn(), answers=NOTHING_ASKED)
            with pytest.raises(NotAllowed):
                withdraw_turn(by=by, row=row, client_id=uuid4(), version=str(row.pk))


def test_a_form_of_somebody_whose_log_in_lapsed_is_held(client: Client, county):
    fields = filled(form_at(client, county.region_admin, "turn_new", county.ward.pk))
    client.logout()
    answer = sent(client, fields, "turn_new", county.ward.pk)
    assert not RotaTurn.objects.exists()
    assert answer.status_code in (302, 409)
    client.force_login(county.region_admin.user)
    page = client.get(reverse("status")).content.decode()
    assert "Nytt jourpass" in page


def test_the_unit_page_shows_seven_days_and_no_more(client: Client, county):
    write(county, starts="2026-11-27T16:00", ends="2026-11-28T08:00", weekly=True)
    write(county, who="Bo", starts="2026-12-04T16:00", ends="2026-12-05T08:00")
    page = text(opened(client, county.alva, "unit", county.ward.pk))
    assert "Nu, till" not in page
    assert "Fre 27 nov 16.00 – lör 28 nov 08.00 Anna Ek" in page
    assert "re 4 dec" not in page


def test_what_is_over_is_not_listed_and_a_long_list_has_pages(
    client: Client, county, django_assert_max_num_queries
):
    write(county)
    for day in range(10, 28):
        for hour in (10, 12, 14):
            write(county, starts=f"2026-12-{day}T{hour}:00", ends=f"2026-12-{day}T{hour + 1}:00")
    with standing_at(datetime(2026, 11, 30, tzinfo=STOCKHOLM)):
        client.force_login(county.region_admin.user)
        with django_assert_max_num_queries(11):
            page = text(client.get(reverse("rota", args=[county.ward.pk])))
        assert "Tor 26 nov" not in page
        assert "Alla pass (54)" in page
        assert "Sida 1 av 2" in page


def test_an_extension_is_not_first_for_who_can_not_ring_it(county):
    write(county, number="59123")
    numbers = ringing(county.ward)
    assert (numbers[0].entry_name, numbers[0].is_extension) == ("Medicin 1", False)
    assert [n.entry_name for n in numbers if n.duty_ends] == ["Anna Ek"]


def test_what_was_done_is_told_to_those_who_keep_it(client: Client, county):
    row = write(county)
    changed = change_turn(
        by=county.region_admin,
        row=row,
        client_id=uuid4(),
        version=str(row.pk),
        turn=turn("Bo"),
        answers=NOTHING_ASKED,
    )
    withdraw_turn(by=county.region_admin, row=changed, client_id=uuid4(), version=str(changed.pk))
    told = text(opened(client, county.region_admin, "rota", county.ward.pk)).partition("Historik")[2]
    words = [f"{verb} tors 26 nov 20.00 av Rut Påhittad: " for verb in ("Togs bort", "Ändrades", "Lades in")]
    assert [told.index(each) for each in words] == sorted(told.index(each) for each in words)
    assert "Enheten har inget jourschema." in text(client.get(reverse("rota", args=[county.ward.pk])))
    assert "Historik" not in text(opened(client, county.alva, "rota", county.ward.pk))
