"""What headings and words most likely mean; every own heading and label means itself."""

import pytest

from contacts.filing.columns import COLUMNS, grouped
from contacts.filing.guessing import (
    TO_REMARK,
    column_of,
    heading_row,
    hours_of,
    is_hours,
    is_person,
    kind_of,
    principal_of,
    times_of,
)
from contacts.rules.entry_facts import EntryKind
from contacts.rules.file_rows import BadRow
from contacts.rules.hours import Availability
from contacts.rules.principals import MUNICIPALITIES, REGION, REGION_NAME

PRINCIPALS = {known.name: known.short_name for known in (REGION, *MUNICIPALITIES)}
LABELS = [kind.label for kind in EntryKind]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("spelled", [str, str.upper, str.lower, lambda text: f" {text}: "])
def test_the_files_own_headings_mean_themselves(column, spelled):
    assert column_of(spelled(column)) == column


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Kommun", "Huvudman"),
        ("Organisation", "Huvudman"),
        ("Namn", "Enhet"),
        ("Verksamhet", "Enhet"),
        ("Kategori", "Typ"),
        ("Tel", "Telefon"),
        ("Tfn dagtid", "Telefon"),
        ("Telefonnr.", "Telefon"),
        ("Telefon (dagtid)", "Telefon"),
        ("Telfon", "Telefon"),
        ("Ankn.", "Anknytning"),
        ("Mobilnr", "Mobiltelefon"),
        ("Vx", "Växelnummer"),
        ("Jour", "Jourtelefon"),
        ("Tel kväll/helg", "Jourtelefon"),
        ("Tfn kväll/natt", "Jourtelefon"),
        ("Telefon, natt", "Jourtelefon"),
        ("Ring kvällar och helger", "Jourtelefon"),
        ("Natt", None),
        ("Kontaktperson", "Kontaktperson"),
        ("För- och efternamn", "Personens namn"),
        ("Klinik", "Enhet"),
        ("Boende", "Enhet"),
        ("Öppet", "Gäller"),
        ("Befattning", "Titel"),
        ("Öppettider", "Gäller"),
        ("Övrigt", "Anmärkning"),
        ("Anmärking", "Anmärkning"),
        ("E-post", ""),
        ("Adress", ""),
        ("Fax", ""),
        ("Blaha", None),
        ("", None),
        ("090-785 00 00", None),
        ("Köket", None),
        ("Verksamhet/enhet", "Enhet"),
        ("Telefon (expedition)", "Telefon"),
        ("Kök/disk", None),
    ],
)
def test_other_headings(heading, column):
    assert column_of(heading) == column


@pytest.mark.parametrize("known", [REGION, *MUNICIPALITIES])
def test_each_principal_by_name_and_short_name(known):
    for spelled in (known.name, known.short_name, known.name.upper(), known.short_name.lower()):
        assert principal_of(spelled, PRINCIPALS, "Malå kommun") == known.name


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("", "Malå kommun"),
        ("kommun", "Malå kommun"),
        ("umeå kn", "Umeå kommun"),
        ("Umeå stad", "Umeå kommun"),
        ("Vilhelmena kommun", "Vilhelmina kommun"),
        ("Regionen", REGION_NAME),
        ("RV", REGION_NAME),
        ("Stockholm", ""),
        ("Annan kommun", ""),
        ("Luleå kommun", ""),
        ("Köket", ""),
    ],
)
def test_other_words_for_principals(word, name):
    assert principal_of(word, PRINCIPALS, "Malå kommun") == name


def test_no_principal_of_the_county_is_taken_for_another():
    for known in MUNICIPALITIES:
        others = {name: short for name, short in PRINCIPALS.items() if name != known.name}
        assert (
            principal_of(known.short_name, others, "Malå kommun") in ("", "Malå kommun")
            or known.short_name == ""
        )


@pytest.mark.parametrize("label", LABELS)
def test_each_type_by_its_label(label):
    assert kind_of(label.upper()) == label


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("vx", "Växel"),
        ("Kundtjänst", "Växel"),
        ("hc", "Hälsocentral"),
        ("Vårdcentral", "Hälsocentral"),
        ("Hemsjukvården", "Hemsjukvård"),
        ("psyk", "Psykiatrisk öppenvård"),
        ("Avd", "Vårdavdelning"),
        ("enhetschef", "Person"),
        ("Övrigt", "Annan"),
        ("hemtjänst", ""),
        ("kök", ""),
        ("", ""),
    ],
)
def test_other_words_for_types(word, label):
    assert kind_of(word) == label


@pytest.mark.parametrize(
    ("word", "availability"),
    [
        ("24/7", Availability.ALWAYS),
        ("24 h", Availability.ALWAYS),
        ("Dygnet", Availability.ALWAYS),
        ("jourtid", Availability.EVENING_WEEKEND),
        ("Kvällar", Availability.EVENING_WEEKEND),
        ("helg", Availability.EVENING_WEEKEND),
        ("kontorstid", Availability.DAYTIME),
        ("Vardagar", Availability.DAYTIME),
    ],
)
def test_words_for_hours(word, availability):
    assert hours_of(word) == availability.label
    assert is_hours(hours_of(word))


@pytest.mark.parametrize("word", ["ring först", "8-16", "dag och natt utom söndag", "vard 8-16 utom lov"])
def test_hours_that_say_more_become_a_remark(word):
    assert hours_of(word) == TO_REMARK


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mån-fre 8-17", ("Egna tider", "mån–fre 08.00–17.00")),
        ("mån–sön 07:00–21:00", ("Egna tider", "mån–sön 07.00–21.00")),
        ("mån-tors 8-16, fre 8-14", ("Egna tider", "mån–tor 08.00–16.00; fre 08.00–14.00")),
        ("vardagar 8-16", ("Egna tider", "mån–fre 08.00–16.00")),
        ("vard. 8-16", ("Egna tider", "mån–fre 08.00–16.00")),
        ("07-16 vardagar", ("Egna tider", "mån–fre 07.00–16.00")),
        ("06:30-22:00 alla dagar", ("Egna tider", "mån–sön 06.30–22.00; helgdag 06.30–22.00")),
        ("vardag dagtid, fredag till 15", ("Vardag dagtid", "fredag till 15.00")),
        ("vard 8-12, 13-16", ("Egna tider", "mån–fre 08.00–12.00 och 13.00–16.00")),
    ],
)
def test_days_with_times_are_own_hours(text, said):
    assert hours_of(text) == Availability.OWN_HOURS.label
    assert times_of(text) == said


@pytest.mark.parametrize(
    "text", ["8-16", "kl 8-16", "ring först", "mån-fre", "mån-fre 8-16 utom lov", "vård 8-16", ""]
)
def test_times_that_are_not_read_whole(text):
    assert times_of(text) is None


@pytest.mark.parametrize("text", ["Eva Påhittad", "Anna-Karin Påhitt", "Siv Exempel", "Åsa P."])
def test_names_of_people(text):
    assert is_person(text)


@pytest.mark.parametrize(
    "text", ["Köket", "Hemtjänst Norra", "Sjuksköterska dag", "Ssk i tjänst", "Avd 3", "Växeln Malå", ""]
)
def test_names_that_are_no_peoples(text):
    assert not is_person(text)


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([["Huvudman", "Enhet", "Typ"], ["a", "b", "c"]], 1),
        ([["Telefonlista"], [], ["Namn", "Tel"], ["Köket", "1"]], 3),
        ([["Telefon", "", ""], ["Kommun", "Namn", "Tfn"]], 2),
        ([["Namn", "Nås på"], ["Köket", "090-785 00 00"]], 1),
        ([["Namn", "Nås på"], ["Köket", "ring växeln"]], 0),
        ([["Namn", "Tel", ""], ["", "Dag", "Natt"], ["Köket", "1", "2"]], 2),
        ([["Namn", "Tel", "", "Typ"], ["Namn", "Dag", "Natt", "Typ"], ["Köket", "1", "2", "x"]], 2),
        ([["Namn", "Tel", "Obs"], ["", "", "fråga"], ["Köket", "1", ""]], 1),
        ([["Namn", "Tel", ""], ["Köket", "fråga", "växeln"]], 1),
        ([["Lista", "", ""], ["", "Namn", "Tel"], ["", "Köket", "1"]], 2),
        ([["Köket", "090-785 00 00"]], 0),
        ([], 0),
        ([["x"]] * 20 + [["Namn", "Tel"]], 0),
    ],
)
def test_the_row_of_headings(rows, row):
    assert heading_row(rows) == row


def test_bad_rows_are_told_by_what_is_wrong_with_them():
    bad = [BadRow(row, "Typ", 'Typen "hemtjänst" finns inte.') for row in range(2, 32)]
    bad += [BadRow(40, "Typ", 'Typen "kök" finns inte.')]
    bad += [BadRow(row, "Telefon", f'"{row}" går inte att läsa.') for row in (50, 51)]
    bad += [BadRow(60, "Enhet", "Köket står redan på rad 2.", "Kontakten står två gånger i filen.")]
    told = [(problem.column, problem.sentence, len(problem.rows)) for problem in grouped(bad)]
    assert told == [
        ("Typ", 'Typen "hemtjänst" finns inte.', 30),
        ("Telefon", "… går inte att läsa.", 2),
        ("Typ", 'Typen "kök" finns inte.', 1),
        ("Enhet", "Köket står redan på rad 2.", 1),
    ]
    assert grouped([]) == []
