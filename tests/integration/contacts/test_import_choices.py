"""The step between a file and its preview: what is shown of it, what can be changed, and what is remembered."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from contacts.models import AuditEntry, DirectoryEntry, DirectoryFile, DirectoryUpload
from contacts.rules.hours import Availability
from contacts.rules.hours_text import hours_words
from tests.integration.contacts.importing import (
    PAGE,
    choose,
    columns_chosen,
    confirm,
    filled_in,
    groups,
    malas,
    page_of,
    problems,
    upload,
    words,
)
from tests.integration.contacts.ugly_files import HEAD, ONE, READ, TWO, text, workbook

pytestmark = pytest.mark.django_db


def step(client, county, content):
    page = page_of(upload(client, county.mala_admin, content))
    assert page.select(".import-choices"), words(page)
    return page


def errors(page) -> list[str]:
    return [" ".join(each.get_text(" ").split()) for each in page.select(".invalid-feedback")]


def test_a_file_that_fits_goes_straight_on(client, county):
    page = page_of(upload(client, county.mala_admin, malas("Kosten")))
    assert not page.select(".import-choices")
    assert groups(page)["Nya"] == 1
    # What it holds can be looked at all the same.
    (link,) = page.select("form .form-end a[href*=innehall]")
    assert page_of(client.get(link["href"])).select(".import-choices")


def test_each_sheet_is_named_and_taken_or_left(client, county):
    page = step(client, county, READ["two sheets"][0])
    assert [legend.text for legend in page.select(".import-sheet > legend")] == ["Bladet Kök", "Bladet Tvätt"]
    preview = page_of(choose(client, page, s1_take=None))
    assert groups(preview) == {"Nya": 1}
    assert "Ett blad läses inte: Tvätt." in words(preview)
    assert "saknas i filen" not in str(preview.main.find("form"))
    both = page_of(choose(client, page))
    assert groups(both) == {"Nya": 2, "Saknas i filen": 1}
    assert preview.main.find("button", class_="btn-primary").text == "Läs in 1 ny"


def test_no_sheet_at_all_is_told(client, county):
    page = page_of(choose(client, step(client, county, READ["two sheets"][0]), s0_take=None, s1_take=None))
    assert "Välj minst ett blad att läsa in." in words(page)


def test_what_a_sheet_does_not_say_in_text_is_named(client, county):
    shown = words(step(client, county, READ["struck through"][0]))
    assert "Överstruken text: A3, B3, C3, D3." in shown
    assert "Rad 3, överstruken text: Malå kommun · Tvätten" in shown
    noted = words(step(client, county, READ["noted"][0]))
    assert "Anteckningar på celler, de läses inte: D2." in noted
    assert "Dolda rader: 3." in words(step(client, county, READ["hidden row"][0]))
    assert "Bladet är dolt." in words(step(client, county, READ["hidden sheet"][0]))
    assert "texten gäller alla deras rader: A4:A5." in words(step(client, county, READ["merged"][0]))
    assert "Öppna filen och titta efter." in words(step(client, county, READ["xls"][0]))


def test_a_hidden_row_is_left_out_where_that_is_chosen(client, county):
    page = step(client, county, READ["hidden row"][0])
    assert groups(page_of(choose(client, page, s0_skip=["3"])))["Nya"] == 1


def test_columns_are_shown_as_guessed_and_can_be_changed(client, county):
    page = step(client, county, text("Kommun;Namn;Kategori;Nås på;Vem", "Malå;Köket;Övrigt;0953-140 10;Eva"))
    assert columns_chosen(page) == {
        "A Kommun": "Huvudman",
        "B Namn": "Enhet",
        "C Kategori": "Typ",
        "D Nås på": "Telefon",
        "E Vem": "Kontaktperson",
    }
    preview = page_of(choose(client, page, s0_c4="Anmärkning"))
    assert "Anmärkning Eva" in words(preview)


def test_what_was_chosen_is_remembered_for_the_principal_alone(client, county):
    content = text("Namn;Kategori;Ring", "Köket;hemtjänst;0953-140 10")
    page = step(client, county, content)
    assert filled_in(page.main)["v1_hemtjanst"] == ""
    page_of(choose(client, page, v1_hemtjanst="Hemsjukvård", s0_c2="Mobiltelefon", s0_c1="Typ"))
    again = step(client, county, content)
    assert columns_chosen(again) == {"A Namn": "Enhet", "B Kategori": "Typ", "C Ring": "Mobiltelefon"}
    assert filled_in(again.main)["v1_hemtjanst"] == "Hemsjukvård"
    other = page_of(upload(client, county.region_admin, content))
    assert columns_chosen(other)["C Ring"] == "Telefon"


def test_another_row_of_headings_has_the_columns_guessed_anew(client, county):
    content = text("Lista;Tel;", "Namn;Tfn;Typ", "Köket;0953-140 10;kök")
    page = step(client, county, content)
    response = choose(client, page, s0_heading="1")
    assert response.status_code == 302
    moved = page_of(client.get(response.headers["Location"]))
    assert "Kolumnerna och orden är gissade på nytt." in moved.get_text()
    assert filled_in(moved.main)["s0_heading"] == "1"
    assert set(columns_chosen(moved)) == {"A Lista", "B Tel", "C (utan rubrik)"}
    assert not DirectoryEntry.objects.filter(name="Köket").exists()


def test_words_that_come_with_another_column_are_shown_before_they_are_used(client, county):
    page = step(client, county, text("Namn;Blandat;Tfn", "Köket;hemtjänst;0953-140 10"))
    response = choose(client, page, s0_c1="Typ")
    moved = page_of(client.get(response.headers["Location"]))
    assert filled_in(moved.main)["v1_hemtjanst"] == ""
    assert "Typ hemtjänst" in words(moved)


def test_words_may_leave_rows_out_and_then_nothing_is_missing(client, county):
    page = step(client, county, text("Namn;Typ", "Köket;annan", "Hemma;hemtjänst"))
    preview = page_of(choose(client, page, v1_hemtjanst="-"))
    assert groups(preview) == {"Nya": 1}
    assert "1 rad hoppas över." in words(preview)


@pytest.mark.parametrize(
    ("name", "skipped"),
    [("struck through", {}), ("hidden row", {"s0_skip": ["3"]}), ("two sheets", {"s0_more": "2"})],
)
def test_what_stands_on_a_row_that_is_left_out_is_not_called_missing(client, county, name, skipped):
    preview = page_of(choose(client, step(client, county, READ[name][0]), **skipped))
    assert "1 rad hoppas över." in words(preview)
    assert "Saknas i filen" not in groups(preview)


def test_a_totals_row_that_is_left_out_is_no_contact(client, county):
    preview = page_of(choose(client, step(client, county, READ["totals row"][0])))
    assert "Saknas i filen" in groups(preview)
    assert "hoppas över" not in words(preview)


def test_hours_with_days_are_read_whole_from_the_column_that_says_when(client, county):
    rows = ["Köket;vard 8-12, 13-16", "Natten;21-07 alla dagar", "Disken;8-16", "Dagen;mån-fre 8-17"]
    page = step(client, county, text("Namn;Öppet", *rows))
    page_of(confirm(client, page_of(choose(client, page))))
    told = {entry.name: (hours_words(entry.hours), entry.remark) for entry in DirectoryEntry.objects.all()}
    assert told["Köket"] == ("mån–fre 08.00–12.00 och 13.00–16.00", "")
    assert told["Natten"] == ("mån–sön 21.00–07.00, helgdag 21.00–07.00", "")
    assert told["Dagen"] == ("mån–fre 08.00–17.00", "")
    assert told["Disken"] == ("Tider okända", "8-16")


def test_own_hours_that_can_not_be_read_are_told_with_what_is_written(client, county):
    page = step(client, county, text("Namn;Tid", "Köket;ring först"))
    (problem,) = problems(page_of(choose(client, page, v2_ring_forst="Egna tider")))
    assert problem.startswith('Tider: "ring först" går inte att läsa. Skriv till exempel')


def test_a_heading_of_times_alone_says_when(client, county):
    page = step(client, county, text("Namn;Tider;Nås på", "Köket;vard 8-16;0953-140 10"))
    assert columns_chosen(page)["B Tider"] == "Gäller"


def test_sheets_without_a_principal_are_of_the_one_that_the_others_say(client, county):
    content = workbook(("Kök", [HEAD, ["Sorsele", *ONE[1:]]]), ("Tvätt", [["Namn", "Tel"], TWO[1::2]]))
    assert filled_in(step(client, county, content).main)["s1_principal"] == "Sorsele kommun"


def test_numbers_in_text_are_told_with_their_sheet(client, county):
    sheets = [
        ("Kök", [HEAD, [*ONE[:3], "Tfn 0953-140 10"]]),
        ("Tvätt", [HEAD, [*TWO[:3], "Tfn 0953-140 11"]]),
    ]
    shown = step(client, county, workbook(*sheets))
    places = [" ".join(each.get_text().split()) for each in shown.select("tbody th[scope=row]")]
    assert {"Kök, rad 2", "Tvätt, rad 2"} <= set(places)


def test_a_guess_that_nobody_changed_is_no_memory(client, county):
    people = text("Enhet;Namn;Tel", "Köket;Eva Påhittad;0953-140 10")
    page_of(choose(client, step(client, county, people)))
    units = step(client, county, text("Namn;Tel", "Solbacka;0953-140 10 (vx)"))
    assert columns_chosen(units) == {"A Namn": "Enhet", "B Tel": "Telefon"}


def test_what_is_remembered_outlasts_a_file_without_it(client, county):
    ringing = text("Namn;Ring", "Köket;0953-140 10")
    page_of(choose(client, step(client, county, ringing), s0_c1="Mobiltelefon"))
    page_of(choose(client, step(client, county, text("Namn;Tel", "Solbacka;0953-140 10 (vx)"))))
    assert columns_chosen(step(client, county, ringing))["B Ring"] == "Mobiltelefon"


def test_hours_in_other_words(client, county):
    page = step(client, county, READ["hours in words"][0])
    page_of(confirm(client, page_of(choose(client, page))))
    assert DirectoryEntry.objects.get(name="Köket").availability == Availability.ALWAYS
    assert DirectoryEntry.objects.get(name="Jouren").availability == Availability.EVENING_WEEKEND


def test_numbers_found_in_text_are_shown_and_can_be_declined(client, county):
    page = step(client, county, READ["two numbers"][0])
    assert "0953-140 10 / 070-123 45 67 direkt 0953-140 10, mobil 070-123 45 67" in words(page)
    declined = page_of(choose(client, page, numbers=None))
    (told,) = problems(declined)
    assert told.startswith('Telefon: "0953-140 10 / 070-123 45 67" går inte att läsa som telefonnummer.')


def test_a_remark_of_one_row_leaves_the_others_as_they_are(client, county):
    DirectoryEntry.objects.filter(name="Växel Malå").update(remark="Ring två gånger")
    page = step(
        client, county, text("Namn;Typ;Tfn", "Växel Malå;växel;0953-140 00", "Köket;annan;0953-140 10 (Eva)")
    )
    page_of(confirm(client, page_of(choose(client, page))))
    assert DirectoryEntry.objects.get(name="Växel Malå").remark == "Ring två gånger"
    assert DirectoryEntry.objects.get(name="Köket").remark == "Eva"


@pytest.mark.parametrize("name", ["mac", "mac with Å", "dos", "doubled utf-8", "mojibake in a workbook"])
def test_wrong_letters_are_shown_as_they_would_be_right_and_never_stored(client, county, name):
    page = step(client, county, READ[name][0])
    shown = words(page.select_one("fieldset:has(#id_letters)"))
    assert "blir Malå" in shown or "blir Köket" in shown
    response = choose(client, page, letters=None)
    if response.status_code == 302:
        # Some words are others in these letters: they are shown before they are used.
        as_it_is = page_of(client.get(response.headers["Location"]))
        assert as_it_is.select_one("#id_letters:not([checked])")
        response = choose(client, as_it_is)
    refused = page_of(response)
    assert any("har blivit fel" in each for each in problems(refused))
    assert refused.main.find("form") is None


def test_errors_stand_by_their_fields_and_all_that_was_chosen_is_kept(client, county):
    page = step(client, county, READ["two sheets"][0])
    response = choose(client, page, s0_c1="Telefon", s0_more="tre", s1_c2="", s1_kind="", numbers=None)
    assert response.status_code == 422
    shown = page_of(response)
    assert errors(shown) == [
        "Ingen kolumn är vald som Enhet. Välj vilken som har kontakternas namn.",
        "Telefon är redan vald för kolumn B.",
        "Skriv radernas nummer, till exempel 5, 9–12.",
        "Välj vilken typ kontakterna är.",
    ]
    kept = filled_in(shown.main)
    assert (kept["s0_c1"], kept["s0_more"], kept["s1_c2"]) == ("Telefon", "tre", "")


@pytest.mark.parametrize("heading", ["", "-1", "tre", "99999"])
def test_a_row_of_headings_that_is_none(client, county, heading):
    response = choose(client, step(client, county, READ["two sheets"][0]), s0_heading=heading)
    assert response.status_code == 422


def test_formulas_are_told_where_they_are_read_and_passed_over_where_not(client, county):
    content = workbook(("A", [[*HEAD, "Antal"], [*ONE, "=1+1"], [*TWO[:3], "=1+1", ""]]))
    page = step(client, county, content)
    assert "Formler, de läses inte: E2, D3." in words(page)
    assert problems(page_of(choose(client, page))) == [
        "Telefon: Cellen har en formel. Klistra in värdet i stället och spara igen. 1 rad."
    ]
    passed = page_of(choose(client, page, s0_c3=""))
    assert groups(passed)["Nya"] == 2


def test_rows_of_several_sheets_are_found_again_by_the_sheets_name(client, county):
    page = step(client, county, workbook(("Kök", [HEAD, ONE]), ("Tvätt", [HEAD, [*TWO[:3], "785 00 00"]])))
    shown = page_of(choose(client, page))
    assert "Tvätt, rad 2" in words(shown.select_one(".import-problems"))
    same = step(client, county, workbook(("Kök", [HEAD, ONE]), ("Tvätt", [HEAD, ONE])))
    assert problems(page_of(choose(client, same))) == [
        "Enhet: Köket står redan på rad 2 i ett annat blad. 1 rad."
    ]


def test_a_person_keeps_the_unit(client, county):
    content = text("Enhet;Förnamn;Efternamn;Avdelning;Typ", "Hemsjukvården;Eva;Påhittad;Norr;person")
    page_of(confirm(client, page_of(choose(client, step(client, county, content)))))
    assert DirectoryEntry.objects.get(name="Eva Påhittad").department == "Hemsjukvården, Norr"


def test_another_spelling_is_the_same_contact(client, county):
    content = malas("VÄXEL  Mala\u030a", columns={"Typ": "växel", "Telefon": "0953-140 99"})
    assert groups(page_of(upload(client, county.mala_admin, content))) == {"Ändrade": 1}


def with_plan() -> int:
    """How many uploads have a preview, which lies encrypted."""
    return sum(bool(upload.plan) for upload in DirectoryUpload.objects.all())


def test_a_file_is_kept_no_longer_than_a_day(client, county):
    page = page_of(upload(client, county.mala_admin, malas("Kosten")))
    DirectoryFile.objects.update(at=timezone.now() - timedelta(hours=25))
    page_of(upload(client, county.region_admin, malas("Tvätten")))
    call_command("tidy")
    assert DirectoryFile.objects.count() == 1
    client.force_login(county.mala_admin.user)
    assert "Filen finns inte kvar. Läs in den igen." in words(page_of(confirm(client, page)))
    (link,) = page.select("form .form-end a[href*=innehall]")
    gone = client.get(link["href"])
    assert gone.status_code == 410
    assert "Filen finns inte kvar." in words(page_of(gone))
    assert not DirectoryEntry.objects.filter(name="Kosten").exists()


def test_the_same_choice_sent_twice_is_one_upload_and_another_is_one_more(client, county):
    page = step(client, county, READ["two sheets"][0])
    for _ in range(2):
        page_of(choose(client, page))
    assert with_plan() == 1
    # Back in the browser, and chosen otherwise.
    assert groups(page_of(choose(client, page, s1_take=None))) == {"Nya": 1}
    assert with_plan() == 2
    for _ in range(2):
        assert choose(client, page, s0_heading="2").status_code == 302
    assert DirectoryUpload.objects.count() - with_plan() == 2


def test_a_step_that_was_held_is_shown_with_all_that_was_chosen(client, county):
    page = step(client, county, READ["two sheets"][0])
    shown = page_of(choose(client, page, held="1", s0_c3="Mobiltelefon"))
    assert columns_chosen(shown)["D Telefon"] == "Mobiltelefon"
    assert with_plan() == 0


def test_anothers_choices_are_not_found_and_staff_may_not(client, county):
    page = step(client, county, READ["two sheets"][0])
    address = page.select_one(".import-choices")["action"]
    client.force_login(county.region_admin.user)
    assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]
    client.force_login(county.cissi.user)
    assert [client.get(address).status_code, client.post(address).status_code] == [403, 403]


def test_once_brought_in_there_is_nothing_to_choose(client, county):
    page = step(client, county, READ["two sheets"][0])
    preview = page_of(choose(client, page))
    page_of(confirm(client, preview))
    (upload_id,) = [upload.pk for upload in DirectoryUpload.objects.all() if upload.plan]
    assert client.get(f"{PAGE}{upload_id}/innehall/").headers["Location"] == f"{PAGE}{upload_id}/"
    assert AuditEntry.objects.filter(action="directory.import", target_id=str(upload_id)).count() == 1


def test_a_file_that_waits_for_choices_leads_to_them(client, county):
    step(client, county, READ["two sheets"][0])
    upload_id = DirectoryUpload.objects.get().pk
    assert client.get(f"{PAGE}{upload_id}/").headers["Location"] == f"{PAGE}{upload_id}/innehall/"


def test_a_sheet_that_can_not_be_read_says_why_and_is_never_taken(client, county):
    page = step(client, county, workbook(("Kök", [HEAD, ONE]), ("Brett", [["x"] * 41])))
    assert "Läses inte Rad 1 har fler än 40 kolumner." in words(page.select(".import-sheet")[1])
    preview = page_of(choose(client, page, s1_take="on"))
    assert "Ett blad läses inte: Brett." in words(preview)
    assert groups(preview) == {"Nya": 1}


def test_hundreds_of_rows_to_leave_out_fit(client, county):
    content = text("Namn;Typ;Tfn;Övrigt", *("* se nedan;;;" for _ in range(300)), "Köket;annan;0953-140 10;")
    page = step(client, county, content)
    assert len(page.select("input[name=s0_skip][checked]")) == 60
    assert groups(page_of(choose(client, page)))["Nya"] == 1
