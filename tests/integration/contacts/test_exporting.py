"""The directory taken out: everything in force, in order, harmless to open, and the same when it is read back."""

import csv
import io
from datetime import UTC, datetime
from urllib.parse import urlencode

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts import audit
from contacts.filing.bringing_in import import_directory
from contacts.filing.columns import COLUMNS
from contacts.filing.out import FileForm, export_directory
from contacts.filing.reading import read_table
from contacts.models import AuditEntry, DirectoryEntry, Unit
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.hours_text import read_hours
from contacts.rules.phone import Phone, PhoneKind
from contacts.services.flags import flag_number
from tests.clock import standing_at
from tests.factories import make_entry, same_id
from tests.integration.work.asked import opened

pytestmark = pytest.mark.django_db
TABLES = [FileForm.CSV, FileForm.XLSX]
NASTY = [
    '=HYPERLINK("http://a";"b")',
    "+46 70; 'citat' \"dubbelt\"",
    "@SUM(1)",
    "-1+1",
    "'=redan",
    "＝fullbredd",
    "Åäö Ŋŋ Šš 😀",
    "semikolon; komma, flik",
    "<script>alert(1)</script>",
    "x" * 200,
]


def table(form: FileForm, by, **more) -> list[dict[str, str]]:
    heading, *rows = read_table(export_directory(by=by, form=form, **more).content)
    assert tuple(heading) == COLUMNS
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.parametrize("form", TABLES)
def test_all_in_force_stand_in_swedish_order_the_regions_first(county, form):
    for name in ("Östra", "Ärlans", "Åkerns", "Zetas"):
        make_entry(county.mala, name, "0980-319 001")
    gone = make_entry(county.mala, "Avförd", "0980-319 002")
    DirectoryEntry.objects.filter(pk=gone.pk).update(
        retired_at=timezone.now(), retired_by=county.mala_admin.user
    )
    rows = table(form, county.alva)
    assert len(rows) == DirectoryEntry.objects.filter(retired_at__isnull=True).count()
    owners = list(dict.fromkeys(row["Huvudman"] for row in rows))
    assert owners[:3] == ["Region Västerbotten", "Bjurholms kommun", "Dorotea kommun"]
    assert owners[-1] == "Åsele kommun"
    mala = [row["Enhet"] for row in rows if row["Huvudman"] == county.mala.name]
    assert [name for name in mala if name in ("Östra", "Ärlans", "Åkerns", "Zetas")] == [
        "Zetas",
        "Åkerns",
        "Ärlans",
        "Östra",
    ]
    assert "Avförd" not in mala


@pytest.mark.parametrize("form", TABLES)
def test_an_entry_has_every_column(county, form):
    entry = make_entry(
        county.region,
        "Eva Påhittad",
        kind=EntryKind.PERSON,
        first_name="Eva",
        last_name="Påhittad",
        title="Samordnare",
        department="Medicin 1",
        unit=county.ward,
        remark="Ring helst före lunch",
        owner="Verksamhetschefen",
        source="Enheten själv",
        verified_at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC),
        verified_by=county.region_admin.user,
    )
    entry.phones = [
        Phone(PhoneKind.DIRECT, "0980-319 010"),
        Phone(PhoneKind.MOBILE, "070-174 06 05"),
        Phone(PhoneKind.EXTENSION, "59123"),
        Phone(PhoneKind.ON_CALL, "0980-319 011"),
    ]
    entry.hours = read_hours("vardag dagtid", "", "fredag till 15.00; lunch 12.00–13.00")
    entry.save()
    (row,) = (row for row in table(form, county.alva) if row["Efternamn"] == "Påhittad")
    assert row == {
        "Huvudman": "Region Västerbotten",
        "Enhet": "Medicin 1",
        "Typ": "Person",
        "Förnamn": "Eva",
        "Efternamn": "Påhittad",
        "Titel": "Samordnare",
        "Avdelning": "Medicin 1",
        "Telefon": "0980-319 010",
        "Anknytning": "59123",
        "Mobiltelefon": "070-174 06 05",
        "Fler nummer": "jour 0980-319 011",
        "Gäller": "Vardag dagtid",
        "Tider": "fredag till 15.00; lunch 12.00–13.00",
        "Anmärkning": "Ring helst före lunch",
        "Hör till enhet": "Medicin 1",
        "Ägare": "Verksamhetschefen",
        "Källa": "Enheten själv",
        "Kontrollerad": "2026-11-02",
    }


def nasty_entries(county) -> None:
    for number, text in enumerate(NASTY):
        make_entry(
            county.mala,
            text,
            f"0980-319 {number:03}",
            availability=list(Availability)[number % 3],
            remark=text,
            owner=text,
            source=text,
        )
    make_entry(county.mala, "Utan nummer", availability=Availability.UNKNOWN)


@pytest.mark.parametrize("form", TABLES)
def test_what_goes_out_comes_back_the_same(county, form):
    nasty_entries(county)
    made = export_directory(by=county.alva, form=form)
    before = list(DirectoryEntry.objects.order_by("pk").values())
    report = import_directory(by=None, content=made.content, dry_run=True)
    assert report.problems == ()
    assert (report.new, report.changed, report.unchanged) == (0, 0, len(before))
    import_directory(by=None, content=made.content)
    assert list(DirectoryEntry.objects.order_by("pk").values()) == before


def test_no_cell_of_the_files_is_a_formula(county):
    nasty_entries(county)
    text = export_directory(by=county.alva, form=FileForm.CSV).content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]
    assert len(cells) > 300
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]
    book = openpyxl.load_workbook(io.BytesIO(export_directory(by=county.alva, form=FileForm.XLSX).content))
    assert "f" not in {cell.data_type for row in book.active.iter_rows() for cell in row}
    assert not [c.value for row in book.active.iter_rows() for c in row if c.data_type == "n" and c.value]


def test_one_principals_entries_alone(county):
    rows = table(FileForm.CSV, county.alva, principal=county.nordmaling)
    assert rows
    assert {row["Huvudman"] for row in rows} == {county.nordmaling.name}


def test_a_vcard_has_a_card_for_each_entry_with_what_to_know_before_ringing(county):
    make_entry(county.mala, "Flaggad; med, tecken", "0980-319 100", remark="Rad 1")
    flag_number(by=county.alva, client_id=same_id(1), number="0980-319 100")
    text = export_directory(by=county.alva, form=FileForm.VCARD).content.decode()
    assert text.count("BEGIN:VCARD") == DirectoryEntry.objects.count()
    card = next(c for c in text.replace("\r\n ", "").split("BEGIN:VCARD") if "Flaggad" in c)
    assert "FN:Flaggad\\; med\\, tecken" in card
    assert "+46980319100" in card
    assert "Anmält: fungerar inte: 0980-319 100" in card
    assert "Ej verifierad" in card


def test_an_export_leaves_who_what_and_how_many(county):
    export_directory(by=county.alva, form=FileForm.XLSX, principal=county.mala)
    trace = AuditEntry.objects.latest("pk")
    assert (trace.action, trace.user, trace.unit) == ("directory.exported", county.alva.user, county.ward)
    assert (trace.target_type, trace.target_id) == ("contacts.Principal", str(county.mala.pk))
    assert trace.changes == {"form": "xlsx", "entries": county.mala.entries.count()}


def test_without_its_trace_nothing_goes_out(county, client, monkeypatch):
    def broken(**_: object) -> None:
        raise RuntimeError("the trace is broken")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(RuntimeError):
        export_directory(by=county.alva, form=FileForm.CSV)


@pytest.mark.parametrize("form", list(FileForm))
def test_everyone_signed_in_gets_the_file(county, client, form):
    for acting in (county.alva, county.cissi, county.mala_admin):
        client.force_login(acting.user)
        with standing_at(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)):
            client.force_login(acting.user)
            answer = opened(client, client.post(reverse("export_contacts", args=[form.value])))
        assert answer.status_code == 200
        assert answer["Content-Disposition"] == f'attachment; filename="kontakter-2026-11-23.{form}"'
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert len(answer.content) > 1000


def test_the_address_narrows_to_a_principal_and_knows_no_other_form_or_id(county, client):
    client.force_login(county.cissi.user)
    path = reverse("export_contacts", args=["csv"])
    answer = opened(client, client.post(f"{path}?huvudman={county.mala.pk}"))
    assert county.mala.name in answer.content.decode("utf-8-sig")
    assert county.nordmaling.name not in answer.content.decode("utf-8-sig")
    for wrong in ("0", "999999", "x", "-1", "9" * 40, "²"):
        assert client.post(f"{path}?{urlencode({'huvudman': wrong})}").status_code == 404, wrong
    assert client.post(reverse("export_contacts", args=["exe"])).status_code == 404
    assert client.get(path).status_code == 405
    client.logout()
    assert client.post(path).status_code == 302


@pytest.mark.parametrize("form", list(FileForm))
def test_more_entries_ask_no_more_questions(county, form):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            export_directory(by=county.alva, form=form)
        return len(captured)

    # The first one makes the key of the trace.
    queries()
    few = queries()
    for number in range(30):
        unit = Unit.objects.create(principal=county.mala, name=f"Enhet {number}")
        make_entry(county.mala, f"Kontakt {number}", "0980-319 001", unit=unit)
    assert queries() == few <= 4


def test_the_page_offers_each_principal_with_contacts_the_region_first_and_every_link_answers(county, client):
    gone = make_entry(county.mala, "Avförd", "0953-140 01")
    DirectoryEntry.objects.filter(pk=gone.pk).update(
        retired_at=timezone.now(), retired_by=county.mala_admin.user
    )
    for acting in (county.alva, county.cissi, county.mala_admin):
        client.force_login(acting.user)
        with CaptureQueriesContext(connection) as queries:
            page = BeautifulSoup(client.get(reverse("take_out")).content, "html.parser").main
    assert sum("directoryentry" in query["sql"] for query in queries) == 1
    rows = {row.th.text: row for row in page.select("tbody tr")}
    in_force = DirectoryEntry.objects.filter(retired_at__isnull=True)
    counted = {name: int(row.td.text) for name, row in rows.items()}
    assert counted["Alla huvudmän"] == in_force.count() == sum(counted.values()) / 2
    assert counted["Malå kommun"] == in_force.filter(principal=county.mala).count()
    names = list(rows)
    assert names[:2] == ["Alla huvudmän", "Region Västerbotten"]
    assert names[-1] == "Åsele kommun"
    for row in (rows["Alla huvudmän"], rows["Malå kommun"]):
        paper, *files = (form["action"] for form in row.find_all("form"))
        assert client.get(paper).status_code == 200
        assert paper.startswith(reverse("contact_list"))
        assert [opened(client, client.post(file)).status_code for file in files] == [200, 200, 200]
    forms = rows["Malå kommun"].find_all("form")
    assert all(form["action"].endswith(f"?huvudman={county.mala.pk}") for form in forms)
    DirectoryEntry.objects.filter(principal=county.mala).update(
        retired_at=timezone.now(), retired_by=county.mala_admin.user
    )
    assert "Malå kommun" not in client.get(reverse("take_out")).text
