"""The loggblad: the own unit's calls of the last day, many patients, a line for each call (R2.5)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Unit
from contacts.rules.errors import NotAllowed
from contacts.rules.permissions import Role
from forms.models import Sheet
from forms.presenters.log_sheet import log_sheet_view
from forms.queries.sources import calls_since
from forms.rules.spec import Column
from forms.services.log_prints import print_log_sheet
from forms.specs import get_log_sheet
from outage.routine import current_routine
from tests.clock import standing_at
from tests.paper.making import at, full_chain, log_call, log_event, make_chain, make_place, person
from tests.paper.reading import everything, pages, squashed

pytestmark = pytest.mark.django_db
NOW = at(14, 5)
DAY = timedelta(hours=24)


@pytest.fixture
def place():
    return make_place()


def lines(by, now=NOW):
    return log_sheet_view(calls_since(by, now - DAY), unit=by.unit, now=now, routine=current_routine()).logged


def cell(line, column):
    return line.cells[[heading.column for heading in get_log_sheet().columns].index(column)]


def logged(place, chain, when=None, **fields):
    event = log_event(place, chain, "admission", at(10, 45))
    return log_call(place, chain, [event], when or at(10, 52), **fields)


@pytest.mark.clause("R2.5")
def test_a_call_of_each_patient_is_a_line_with_all_that_a_call_has(place):
    logged(place, make_chain(place), comment="Bor ensam.")
    logged(
        place,
        make_chain(place, patient_name="Elva Elvansson", identity_number="191111111111"),
        at(11, 30),
        direction="received",
        spoken_to="Cissi Ceder",
        read_back="corrected",
    )
    with standing_at(NOW):
        made = print_log_sheet(by=place.alva, client_id=uuid4())
    text = everything(made.pdf)
    for expected in (
        "Loggblad",
        "Medicin 1, Lycksele lasarett · Samtal de senaste 24 timmarna",
        "tis 24 nov 10.52",
        "Tolvan Tolvansson 19121212-1212, vårdkedja 1",
        "Elva Elvansson",
        "vårdkedja 2",
        "Inskrivning",
        "Umeå kommun, 090-16 10 00",
        "Bo Berg, Biståndsenheten Umeå",
        "Cissi Ceder",
        "Upprepat och rättat",
        "Bor ensam.",
        "AA Alva Ask, Sjuksköterska, Medicin 1, Lycksele lasarett (SE2321000222-980A)",
        "Utskriven tis 24 nov 2026 14.05 av Alva Ask",
        "Förslag till loggblad – ersätts av regionens eget.",
    ):
        assert squashed(expected) in text, expected
    row = Sheet.objects.get()
    assert (row.kind, row.chain, row.unit, made.filename) == ("log_sheet", None, place.ward, "loggblad.pdf")


def test_calls_come_in_time_order_and_only_from_the_last_day(place):
    chain = make_chain(place)
    late = logged(place, chain, at(13))
    early = logged(place, chain, at(9))
    logged(place, chain, NOW - DAY - timedelta(minutes=1))
    assert [call.pk for call in calls_since(place.alva, NOW - DAY)] == [early.pk, late.pk]


def test_only_calls_that_stand_are_lines(place):
    chain = full_chain(place)
    spoken = " ".join(cell(line, Column.SPOKEN_TO) for line in lines(place.alva))
    assert "Cissi Ceder" in spoken
    assert "Cissi Cedrr" not in spoken
    taken_back = logged(place, chain, at(13, 30), spoken_to="Fel Person")
    log_call(place, chain, [], at(13, 30), supersedes=taken_back, withdraws=True, reason="Fel patient")
    assert "Fel Person" not in str(lines(place.alva))


def test_a_try_says_that_nobody_was_reached(place):
    logged(place, make_chain(place), outcome="busy", spoken_to="", spoken_to_unit="", read_back="")
    (line,) = lines(place.alva)
    assert cell(line, Column.WAY) == "Försök\nUpptaget"


def test_protected_personal_data_tell_neither_who_nor_of_relatives_nor_what(place):
    chain = make_chain(place, protected_identity=True)
    logged(
        place,
        chain,
        recipient="participant:Dottern Disa Tolvansson",
        spoken_to="Disa Tolvansson",
        number="070-174 06 05",
        comment="Tolvan ligger på sal 3",
        read_back="not_possible",
        read_back_reason="Tolvan hör illa",
    )
    (line,) = lines(place.alva)
    assert cell(line, Column.PATIENT) == "Skyddade personuppgifter, vårdkedja 1"
    text = str(line)
    for secret in ("Tolvan", "191212121212", "19121212", "Disa", "070-174 06 05", "sal 3"):
        assert secret not in text
    assert cell(line, Column.TIME) == "tis 24 nov\n10.52"
    assert cell(line, Column.READ_BACK) == "Gick ej"


def test_bo_s_and_cissi_s_loggblad_have_none_of_our_calls_and_the_halsocentral_s_has(place):
    logged(place, make_chain(place))
    elsewhere = Unit.objects.create(principal=place.region, name="Kirurgi 2", ward_kind="somatic")
    town_unit = Unit.objects.create(principal=place.town, name="Biståndet", municipal_kind="social_care")
    assert lines(person("Bo Berg", elsewhere)) == ()
    assert lines(person("Cissi Ceder", town_unit)) == ()
    assert len(lines(person("Hilda Hed", place.centre))) == 1


def test_an_administrator_prints_no_loggblad(place):
    with pytest.raises(NotAllowed):
        print_log_sheet(by=person("Adam Adm", place.ward, Role.ADMIN), client_id=uuid4())


def test_what_was_entered_from_paper_says_from_which_sheet(place):
    logged(
        place,
        make_chain(place),
        written_at=at(10, 50),
        paper_serial="7K3QX9M2C",
        paper_signature="B. Bok",
    )
    (line,) = lines(place.alva)
    assert "blad 7K3-QX9-M2C, skrivet tis 24 nov 10.50, signatur på papperet: B. Bok" in str(line)


def test_more_calls_cost_no_more_queries(place):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            lines(place.alva)
        return len(found)

    logged(place, make_chain(place))
    few = queries()
    for number in range(12):
        logged(place, make_chain(place), at(11, number))
    assert queries() == few <= 5


@pytest.mark.parametrize("calls", [0, 1, 17, 19, 21, 41])
def test_rows_to_write_on_fill_the_page_that_the_log_ends_on_and_no_page_has_such_rows_alone(place, calls):
    chains = [
        make_chain(place),
        make_chain(place, patient_name="Elva Elvansson-Längstlund", identity_number="191111111111"),
    ]
    for number in range(calls):
        who = {"recipient": "outpatient", "spoken_to_unit": "Ålidhems hälsocentral"} if number % 2 else {}
        comment = "Bor ensam. Trygghetslarm finns." if number % 3 == 0 else ""
        when = at(9) + timedelta(minutes=5 * number)
        logged(place, chains[number % 2], when, comment=comment, **who)
    with standing_at(NOW):
        found = pages(print_log_sheet(by=place.alva, client_id=uuid4()).pdf)
    assert len(found) == (calls > 20) + 1
    assert all("Upprepat" in page for page in found) or not calls
    empty = found[-1].count("Mott.")
    assert empty == 0 or empty >= 2
    # What is left of the page holds less than three rows more, with their heads.
    assert sum(page.count("Mott.") for page in found) == empty
    assert (calls if calls <= 20 else 2 if calls == 21 else 19) + empty >= 15
    assert ("Skriv fler samtal på ett tomt loggblad" in found[-1]) is (empty == 0)
