"""The contact list for the binder, as it comes out of the printer."""

import logging
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from contacts.models import DirectoryEntry, MunicipalKind, Principal, Unit
from contacts.queries.ringing import numbers_for_many, request_for_principal, request_for_unit
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import Answers
from contacts.rules.hours import Availability
from contacts.rules.permissions import Role
from contacts.rules.phone import Phone, PhoneKind, digits
from contacts.rules.rota import Turn
from contacts.services.rota import add_turn
from forms.presenters.contact_list import contact_list_view
from forms.queries.sources import contact_list_source
from forms.rules.contact_list import weekday_and_weekend
from forms.services.printing import print_contact_list
from tests.clock import standing_at
from tests.factories import make_entry, person
from tests.paper.making import at, make_place
from tests.paper.reading import everything, fonts, pages, read, squashed, structure, text_outside

pytestmark = pytest.mark.django_db
NOW = at(14, 5)


@pytest.fixture
def place():
    return make_place()


def printed(place, principal: Principal | None = None):
    with standing_at(NOW):
        return print_contact_list(by=place.alva, principal=principal)


def verified(place) -> None:
    DirectoryEntry.objects.update(verified_at=NOW - timedelta(days=3), verified_by=place.alva.user)


def text_of(place, principal: Principal | None = None) -> str:
    return everything(printed(place, principal).pdf)


@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.4")
def test_whom_to_ring_stands_in_words_for_daytime_and_for_evening_and_weekend(place):
    verified(place)
    text = text_of(place)
    for expected in (
        "Kontaktlista",
        "vardag dagtid (ons 25 nov 10.00) och kväll och helg (lör 28 nov 19.00)",
        "Umeå kommun Vardag dagtid: ring 090-16 10 00 Växel Umeå",
        "Kväll och helg: ring 090-16 99 99 Hemsjukvård Umeå kväll/helg (förmedlar)",
        "Medicin 1, Lycksele lasarett Vardag dagtid, kväll och helg: ring 0950-391 00",
        "Ålidhems hälsocentral Vardag dagtid: ring 090-785 90 00",
        "Kväll och helg: ring 090-785 00 00 Regionens växel, be om Ålidhems hälsocentral",
        "Direkt 090-16 99 99 · Kväll och helg",
        "Utskriven tis 24 nov 2026 14.05 av Alva Ask, Medicin 1, Lycksele lasarett",
        "Rutin 2023-04-03",
        "Förslag till kontaktlista – ersätts av regionens egen.",
    ):
        assert squashed(expected) in text, expected


def test_the_jour_of_the_days_to_come_stands_at_its_unit_and_that_it_may_have_changed(place):
    rut = person("rut", place.ward, Role.ADMIN)
    add = partial(add_turn, by=rut, unit=place.ward, answers=Answers({}, {}))
    friday = datetime(2026, 11, 27, 16)
    with standing_at(NOW):
        for turn in (
            Turn("Anna Ek", "070-174 06 05", friday, friday + timedelta(hours=16), weekly=True),
            Turn("Bo", "070-174 06 06", friday, friday + timedelta(hours=4)),
            Turn("", "", friday + timedelta(days=1), friday + timedelta(days=1, hours=2)),
            Turn("Cissi", "070-174 06 07", friday + timedelta(days=20), friday + timedelta(days=21)),
        ):
            add(client_id=uuid4(), turn=turn)
    text = text_of(place)
    for expected in (
        "som jourschemat var tis 24 nov 2026 14.05. Det kan ha ändrats sedan dess.",
        "Jour fre 27 nov 16.00–20.00: Bo 070-174 06 06 Jour fre 27 nov 20.00 – lör 28 nov 08.00: Anna Ek 070-174 06 05",
        "Jour lör 28 nov 16.00–18.00: Ingen jour Jour fre 4 dec 16.00 – lör 5 dec 08.00: Anna Ek 070-174 06 05",
    ):
        assert squashed(expected) in text, expected
    assert "Cissi" not in text
    assert "11 dec" not in text
    # Who has the jour on one day is not whom to ring on every weekday.
    assert squashed("Vardag dagtid, kväll och helg: ring 0950-391 00") in text


def test_a_list_without_any_jour_says_nothing_of_it(place):
    assert "jourschemat" not in text_of(place)


@pytest.mark.clause("R5.1")
def test_the_first_number_of_each_place_is_the_one_the_screen_says(place):
    for kind, number in ((EntryKind.SWITCHBOARD, "0934-140 00"), (EntryKind.HOME_NURSING, "0934-180 00")):
        town = Principal.objects.get_or_create(
            name="Robertsfors kommun", short_name="Robertsfors", kind="municipality"
        )[0]
        hours = Availability.DAYTIME if kind == EntryKind.SWITCHBOARD else Availability.UNKNOWN
        make_entry(town, f"{kind.label} Robertsfors", number, kind=kind, availability=hours)
    Unit.objects.create(principal=town, name="Biståndet", municipal_kind=MunicipalKind.SOCIAL_CARE)
    moments = weekday_and_weekend(NOW.date())
    source = contact_list_source(None, moments)
    view = contact_list_view(source, moments, NOW, own=place.region)
    shown = {}
    for principal in view.principals:
        for block in (principal.own, *principal.units):
            by_time = {time.label: digits(time.lines[0].number.number) for time in block.ring}
            both = by_time.get("Vardag dagtid, kväll och helg")
            shown[block.name] = [both] * 2 if both else [by_time["Vardag dagtid"], by_time["Kväll och helg"]]
    requests = {principal.name: request_for_principal(principal) for principal in Principal.objects.all()}
    requests |= {unit.name: request_for_unit(unit) for unit in Unit.objects.all()}
    answers = [numbers_for_many(list(requests.values()), moment) for moment in moments]
    assert shown == {
        name: [digits(answer[request][0].number) for answer in answers] for name, request in requests.items()
    }


def test_a_number_that_may_not_answer_has_a_sure_one_after_it(place):
    make_entry(
        place.town,
        "Natten Umeå",
        "090-16 88 88",
        kind=EntryKind.HOME_NURSING,
        availability=Availability.UNKNOWN,
    )
    DirectoryEntry.objects.filter(name__in=["Växel Umeå", "Hemsjukvård Umeå kväll/helg"]).delete()
    text = text_of(place, place.town)
    assert (
        squashed(
            "Vardag dagtid: ring 090-16 88 88 ? ej verifierad Natten Umeå (förmedlar). Annars 090-785 00 00"
        )
        in text
    )


def test_the_region_stands_first_and_the_rest_in_swedish_order_each_with_its_own(place):
    for name in ("Åsele", "Vännäs", "Dorotea"):
        Principal.objects.create(name=f"{name} kommun", short_name=name, kind="municipality")
    for name in ("Östra", "Ärlans", "Åkerns", "Zetas"):
        make_entry(place.town, name, "090-16 10 01")
    text = "".join(pages(printed(place).pdf))
    places = ["Region Västerbotten", "Dorotea kommun", "Umeå kommun", "Vännäs kommun", "Åsele kommun"]
    assert [text.index(name) for name in places] == sorted(text.index(name) for name in places)
    names = [text.index(f"{name} ? ej") for name in ("Zetas", "Åkerns", "Ärlans", "Östra")]
    assert names == sorted(names)
    assert text.index("Umeå kommun") < names[0] < text.index("Vännäs kommun")
    own = text_of(place, place.town)
    assert "Hemsjukvård" in own
    assert squashed("Ålidhems hälsocentral") not in own


@pytest.mark.parametrize("most", [5, 4, 2])
def test_a_list_that_would_be_a_book_says_whom_to_ring_and_whose_entries_it_has(place, monkeypatch, most):
    verified(place)
    assert (place.region.entries.count(), place.town.entries.count()) == (3, 2)
    monkeypatch.setattr("forms.rules.contact_list.MOST_ENTRIES", most)
    text = text_of(place)
    assert squashed("Umeå kommun Vardag dagtid: ring 090-16 10 00 Växel Umeå") in text
    assert (squashed("Direkt 090-16 99 99 · Kväll och helg") in text) is (most == 5)
    assert (squashed("Alla kontakter hos Region Västerbotten står här. För de andra") in text) is (most == 4)
    assert (squashed("För varje huvudman och enhet står vem man ringer.") in text) is (most == 2)
    assert squashed("Direkt 090-16 99 99 · Kväll och helg") in text_of(place, place.town)


def test_what_is_not_verified_or_said_not_to_work_is_marked_in_words_with_a_sign(place):
    verified(place)
    assert "ejverifierad" not in text_of(place).replace(squashed("? ej verifierad Numret är inte"), "")
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    entry.flagged = [digits("090-16 10 00")]
    entry.save()
    old = DirectoryEntry.objects.get(name="Hemsjukvård Umeå kväll/helg")
    old.verified_at = NOW - timedelta(days=120)
    old.save()
    text = text_of(place, place.town)
    assert squashed("Direkt 090-16 10 00 ! anmält fel") in text
    assert squashed("Hemsjukvård Umeå kväll/helg ? ej verifierad") in text


@pytest.mark.clause("R5.2")
def test_an_entry_without_a_number_says_which_switchboard_to_ring(place):
    make_entry(place.region, "Bjurholms hälsocentral", kind=EntryKind.HEALTH_CENTRE)
    make_entry(place.town, "Biståndshandläggaren")
    town = Principal.objects.create(name="Malå kommun", short_name="Malå", kind="municipality")
    make_entry(town, "Växel Malå", kind=EntryKind.SWITCHBOARD)
    text = text_of(place)
    for expected in (
        "Bjurholms hälsocentral ? ej verifierad Ring växeln 090-785 00 00",
        "Biståndshandläggaren ? ej verifierad Ring växeln 090-16 10 00",
        "Växel Malå ? ej verifierad Ring växeln 090-785 00 00",
    ):
        assert squashed(expected) in text, expected


def test_an_entry_has_all_its_numbers_hours_and_remark_and_stands_with_its_unit(place):
    entry = make_entry(place.region, "Samordnaren", unit=place.centre, remark="Ring helst före lunch")
    entry.phones = [
        Phone(PhoneKind.DIRECT, "090-785 91 00"),
        Phone(PhoneKind.MOBILE, "070-174 06 05"),
        Phone(PhoneKind.EXTENSION, "59123"),
        Phone(PhoneKind.ON_CALL, "090-785 91 01"),
    ]
    entry.title = "Distriktssköterska"
    entry.save()
    text = text_of(place)
    line = squashed(
        "Samordnaren Distriktssköterska ? ej verifierad Direkt 090-785 91 00, Mobil 070-174 06 05, "
        "Anknytning internt 59123, Jour 090-785 91 01 · Vardag dagtid. Ring helst före lunch"
    )
    assert line in text
    assert text.index(squashed("Ålidhems hälsocentral Vardag")) < text.index(line)
    assert text.count(squashed("Samordnaren Distriktssköterska")) == 1


def test_each_page_says_which_it_is_when_it_was_printed_and_by_whom(place):
    for number in range(120):
        make_entry(place.town, f"Kontakt {number:03}", "090-16 10 01", remark="Ring helst före lunch")
    made = printed(place)
    found = pages(made.pdf)
    assert len(found) == made.sheet.pages > 1
    for number, page in enumerate(found, start=1):
        assert f"Sida {number} av {len(found)}" in page
        assert "Utskriven tis 24 nov 2026 14.05 av Alva Ask" in page
    text = everything(made.pdf)
    assert all(text.count(f"Kontakt{number:03}") == 1 for number in range(120))


@pytest.mark.parametrize("letter", ["W", "Å", "i "])
def test_the_longest_values_are_never_cut_or_split(place, letter):
    long = {
        name: (letter * 250)[: length - 5] + f"slut{place_no}"
        for place_no, (name, length) in enumerate(
            (("name", 200), ("title", 100), ("department", 200), ("remark", 500))
        )
    }
    for number in range(6):
        entry = make_entry(place.town, f"{number}{long['name'][1:]}", title=long["title"])
        entry.department, entry.remark = long["department"], long["remark"]
        entry.phones = [
            Phone(PhoneKind.DIRECT, f"090-16 {n:02} 00 ankn {n}{number}123") for n in range(10, 16)
        ]
        entry.save()
    made = printed(place)
    text = everything(made.pdf)
    for ending in ("slut0", "slut1", "slut2", "slut3"):
        assert text.count(ending) == 6
    for page in read(made.pdf).pages:
        assert text_outside(page) == []
    for number in range(6):
        for n in range(10, 16):
            assert f"090-16{n}00ankn{n}{number}123" in text


def test_hostile_text_comes_out_as_it_was_written_or_as_codes(place, caplog):
    hostile = '<script>alert(1)</script> {{ 1 }} {% x %} & "citat" \u202ebakvänt 😀 =1+1'
    make_entry(place.town, hostile, "090-16 10 01", remark=hostile, owner=hostile)
    Unit.objects.create(principal=place.town, name=hostile[:100], municipal_kind="social_care")
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        text = text_of(place, place.town)
    assert squashed('<script>alert(1)</script>{{1}}{%x%}&"citat"[U+202E]bakvänt[U+1F600]=1+1') in text
    assert squashed("[U+…] är ett tecken som typsnittet saknar.") in text
    assert caplog.text == ""


def test_a_screen_reader_finds_headings_and_lists_and_every_font_is_embedded(place):
    made = printed(place)
    kinds = structure(made.pdf)
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 2
    assert {"/H3", "/L", "/LI"} <= set(kinds)
    root = read(made.pdf).trailer["/Root"]
    assert root["/Lang"] == "sv"
    assert read(made.pdf).metadata.title == "Kontaktlista"
    for font in fonts(made.pdf):
        assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def test_a_list_of_nothing_says_so(place):
    town = Principal.objects.create(name="Sorsele kommun", short_name="Sorsele", kind="municipality")
    text = text_of(place, town)
    assert squashed("Sorsele kommun Vardag dagtid: ring 090-785 00 00") in text
    assert squashed("be om växeln i Sorsele") in text
    assert squashed("be om hemsjukvården i Sorsele") in text


def test_a_remark_that_is_to_be_read_stands_beside_the_number_to_ring(place):
    town = Principal.objects.create(name="Åsele kommun", short_name="Åsele", kind="municipality")
    make_entry(
        town, "Växel Åsele", "0941-140 00", kind=EntryKind.SWITCHBOARD, remark="Sommartid endast 08–12"
    )
    text = text_of(place, town)
    assert (
        squashed("ring 0941-140 00 ? ej verifierad Växel Åsele, läs anmärkningen: Sommartid endast 08–12")
        in text
    )
