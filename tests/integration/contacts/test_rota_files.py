"""The rota as a file: shown before it is imported, whole or not at all, and twice the same is once."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contacts.filing.reading import read_table
from contacts.filing.writing import write_xlsx
from contacts.models import AuditEntry, RotaTurn, Unit
from contacts.rules.errors import Answers
from contacts.services.rota import add_turn, change_turn, withdraw_turn
from tests.clock import STOCKHOLM, standing_at
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

from .keeping import form_at, opened
from .test_rota import turn

pytestmark = [pytest.mark.django_db, pytest.mark.once]

THURSDAY = datetime(2026, 11, 26, 20, 0, tzinfo=STOCKHOLM)
HEAD = "Enhet;Vem;Nummer;Från dag;Från kl;Till dag;Till kl;Varje vecka;Sista dag"
WEEKLY = "Medicin 1;Anna Ek;070-174 06 05;2026-11-27;16.00;2026-11-30;08.00;ja;2026-12-31"
ONCE = "Medicin 1;Ingen jour;;2026-12-04;20;2026-12-04;22;;"


@pytest.fixture(autouse=True)
def _thursday_evening():
    with standing_at(THURSDAY):
        yield


def upload(client: Client, county, *rows: str, head: str = HEAD, by=None, content: bytes | None = None):
    fields = form_at(client, by or county.region_admin, "import_rota")
    content = content or "\r\n".join((head, *rows)).encode()
    return client.post(reverse("import_rota"), fields | {"file": SimpleUploadedFile("jour.csv", content)})


def confirm(client: Client, preview, **more):
    return client.post(reverse("confirm_rota"), fields_of(form_of(read(preview), method="post")), **more)


def text(response) -> str:
    return " ".join(read(response).main.get_text(" ").split())


def whos() -> list[str]:
    return [row.who for row in RotaTurn.objects.order_by("order")]


def test_a_file_is_shown_and_then_brought_in(client: Client, county):
    preview = upload(client, county, WEEKLY, ONCE)
    assert not RotaTurn.objects.exists()
    page = text(preview)
    assert "Varje vecka fre 16.00 – mån 08.00, från fre 27 nov till och med tor 31 dec" in page
    assert "Fre 4 dec 20.00–22.00 Medicin 1 Ingen jour" in page
    done = confirm(client, preview, follow=True)
    assert "2 jourpass är inlästa." in read(done).get_text()
    assert whos() == ["Anna Ek", ""]
    assert AuditEntry.objects.get(action="rota.imported").changes == {"new": 2}
    assert AuditEntry.objects.filter(action="turn.added").count() == 2


def test_pressed_twice_it_is_brought_in_once(client: Client, county):
    preview = upload(client, county, WEEKLY)
    for _ in range(2):
        assert "Ett jourpass är inläst." in read(confirm(client, preview, follow=True)).get_text()
    assert whos() == ["Anna Ek"]


def test_the_same_file_twice_adds_nothing(client: Client, county):
    confirm(client, upload(client, county, WEEKLY, ONCE))
    page = text(upload(client, county, WEEKLY, ONCE))
    assert "Filen lägger inte in något." in page
    assert "Finns redan i jourschemat: 2 rader (2, 3)." in page


def test_the_same_row_twice_in_a_file_is_once(client: Client, county):
    preview = upload(client, county, WEEKLY, WEEKLY.replace("070-174 06 05", "0701740605"))
    assert "Finns redan i jourschemat: 1 rad (3)." in text(preview)
    confirm(client, preview)
    assert whos() == ["Anna Ek"]


def test_what_somebody_changed_or_took_away_since_is_not_brought_back(client: Client, county):
    confirm(client, upload(client, county, WEEKLY, ONCE))
    weekly, once = RotaTurn.objects.order_by("order")
    change_turn(
        by=county.region_admin,
        row=weekly,
        client_id=uuid4(),
        version=str(weekly.pk),
        turn=turn("Bo"),
        answers=Answers({}, {}),
    )
    withdraw_turn(by=county.region_admin, row=once, client_id=uuid4(), version=str(once.pk))
    page = text(upload(client, county, WEEKLY, ONCE))
    assert "Filen lägger inte in något." in page
    assert "En fil tar inte tillbaka dem: 2 rader (2, 3)." in page


def test_what_comes_out_goes_in_and_adds_nothing(client: Client, county):
    confirm(client, upload(client, county, WEEKLY, ONCE))
    content = opened(client, county.alva, "rota_file").content
    table = read_table(content)
    assert table[0][:3] == ["Huvudman", "Enhet", "Vem"]
    assert table[1] == [
        *("Region Västerbotten", "Medicin 1", "Anna Ek", "070-174 06 05"),
        *("2026-11-27", "16.00", "2026-11-30", "08.00", "ja", "2026-12-31"),
    ]
    assert "Finns redan i jourschemat: 2 rader" in text(upload(client, county, content=content))
    RotaTurn.objects.all()._raw_delete("default")
    confirm(client, upload(client, county, content=content))
    assert read_table(client.get(reverse("rota_file") + f"?enhet={county.ward.pk}").content) == table


def test_a_workbook_is_read_too(client: Client, county):
    rows = [row.split(";") for row in (HEAD, WEEKLY)]
    confirm(client, upload(client, county, content=write_xlsx(rows)))
    assert whos() == ["Anna Ek"]


def test_what_is_wrong_is_told_by_kind_and_nothing_can_be_brought_in(client: Client, county):
    preview = upload(
        client,
        county,
        WEEKLY,
        WEEKLY.replace("Medicin 1", "Hemmet"),
        WEEKLY.replace("Medicin 1", "Hemmet"),
        WEEKLY.replace("070-174 06 05", "fel"),
        WEEKLY.replace("2026-11-27", "27/11"),
        WEEKLY.replace("16.00", "25"),
        WEEKLY.replace(";ja;", ";kanske;"),
        WEEKLY.replace("2026-11-30", "2026-11-26"),
        WEEKLY.replace("Anna Ek", ""),
        ONCE.replace("Ingen jour;;", "Ingen jour;090-785 00 00;"),
        ONCE.replace(";22;;", ";22;ja;"),
    )
    told = [
        [cell.get_text() for cell in row.find_all(["th", "td"])]
        for row in read(preview).find("table", class_="rows").tbody.find_all("tr")
    ]
    assert told[0] == ["Enhet", 'Enheten "Hemmet" finns inte hos er.', "2 rader: 3, 4"]
    assert {row[0] for row in told} == {
        "Enhet",
        "Nummer",
        "Från dag",
        "Från kl",
        "Varje vecka",
        "Till dag",
        "Vem",
    }
    assert "Filen har 10 fel" in text(preview)
    assert not read(preview).main.find_all("form")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("Enhet;Vem;Nummer;Från dag;Från kl;Till dag", "Till kl Kolumnen saknas."),
        (f"{HEAD};Kommentar", 'Rubriken "Kommentar" finns inte.'),
        (f"{HEAD};Vem", "Vem Rubriken står två gånger."),
    ],
)
def test_a_heading_that_is_wrong_is_told(client: Client, county, head, told):
    assert told in text(upload(client, county, WEEKLY, head=head))


def test_no_file_and_no_table_are_told_beside_the_field(client: Client, county):
    answer = upload(client, county, content=b"%PDF-1.7")
    assert answer.status_code == 422
    assert "Filen är en PDF" in text(answer)
    fields = form_at(client, county.region_admin, "import_rota")
    assert "Välj en fil." in text(client.post(reverse("import_rota"), fields))


def test_rows_of_another_principal_are_set_aside(client: Client, county):
    head = f"Huvudman;{HEAD}"
    rows = (f"Malå kommun;{WEEKLY}", f"Region Västerbotten;{WEEKLY}", f";{ONCE}")
    preview = upload(client, county, *rows, head=head)
    assert "Du läser bara in din egen huvudmans: 1 rad (2)." in text(preview)
    confirm(client, preview)
    assert {row.unit for row in RotaTurn.objects.all()} == {county.ward}
    assert len(whos()) == 2


def test_a_unit_of_another_principal_is_none_of_ours(client: Client, county):
    page = text(upload(client, county, WEEKLY, by=county.mala_admin))
    assert 'Enheten "Medicin 1" finns inte hos er.' in page


def test_a_unit_out_of_use_is_refused(client: Client, county):
    Unit.objects.filter(pk=county.health_centre.pk).update(active=False)
    page = text(upload(client, county, WEEKLY.replace("Medicin 1", county.health_centre.name)))
    assert 'Enheten "Bjurholms hälsocentral" är ur bruk.' in page


def test_what_is_over_is_set_aside(client: Client, county):
    page = text(upload(client, county, ONCE.replace("2026-12-04", "2026-10-04")))
    assert "Är redan slut: 1 rad (2)." in page


def test_rows_that_meet_are_told_of(client: Client, county):
    add_turn(
        by=county.region_admin,
        unit=county.ward,
        client_id=uuid4(),
        turn=turn("Bo", "2026-12-04T21:00", "2026-12-05T08:00"),
        answers=Answers({}, {}),
    )
    page = text(upload(client, county, ONCE, WEEKLY))
    assert "Krockar med Bo, fre 4 dec 21.00 – lör 5 dec 08.00. Passet i filen gäller då." in page
    assert page.count("Krockar") == 1


def test_what_changed_since_the_preview_is_shown_again_and_nothing_is_written(client: Client, county):
    preview = upload(client, county, WEEKLY, ONCE)
    confirm(client, upload(client, county, ONCE))
    again = confirm(client, preview)
    assert again.status_code == 409
    assert "Jourschemat har ändrats sedan förhandsvisningen." in text(again)
    assert whos() == [""]
    confirm(client, again)
    assert whos() == ["", "Anna Ek"]


@pytest.mark.parametrize("table", ["", "x", "[1]", '{"a": 1}', "[[1]]", "[" * 5000])
def test_a_preview_that_is_none_of_ours_is_refused(client: Client, county, table):
    preview = upload(client, county, WEEKLY)
    fields = fields_of(form_of(read(preview), method="post")) | {"table": [table]}
    answer = client.post(reverse("confirm_rota"), fields)
    assert answer.headers["Location"] == reverse("import_rota")
    assert not RotaTurn.objects.exists()


def test_a_file_that_is_too_long_is_refused(client: Client, county):
    assert "Filen har fler än 1000 rader." in text(upload(client, county, *([ONCE] * 1001)))


@pytest.mark.parametrize("name", ["import_rota", "confirm_rota"])
def test_only_those_who_keep_contacts_bring_in(client: Client, county, name):
    client.force_login(county.alva.user)
    assert client.post(reverse(name)).status_code == 403


def test_a_unit_that_is_not_there_has_no_file(client: Client, county):
    for wanted in ("999999", "x", "²", "1" * 30):
        client.force_login(county.alva.user)
        assert client.get(reverse("rota_file") + f"?enhet={wanted}").status_code == 404


def test_a_file_is_asked_about_in_few_questions_however_long(
    client: Client, county, django_assert_max_num_queries
):
    fields = form_at(client, county.region_admin, "import_rota")
    rows = "\r\n".join((HEAD, *(ONCE.replace("2026-12-04", f"2026-12-{day:02}") for day in range(1, 31))))
    with django_assert_max_num_queries(8):
        client.post(reverse("import_rota"), fields | {"file": SimpleUploadedFile("j.csv", rows.encode())})


def test_a_formula_is_harmless_in_the_file_that_comes_out(client: Client, county):
    add_turn(
        by=county.region_admin,
        unit=county.ward,
        client_id=uuid4(),
        turn=turn("=1+1"),
        answers=Answers({}, {}),
    )
    content = opened(client, county.alva, "rota_file").content
    assert b";'=1+1;" in content
    assert "Finns redan i jourschemat: 1 rad" in text(upload(client, county, content=content))


def test_the_error_page_names_no_row_that_is_right(client: Client, county):
    assert errors_of(read(upload(client, county, WEEKLY, ONCE))) == ""
