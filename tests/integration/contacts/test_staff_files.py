"""The staff list as a file: shown before it is imported, whole or not at all, and twice the same is once."""

import unicodedata
from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.filing.limits import WHILE_WAITING
from contacts.filing.out import FileForm
from contacts.filing.reading import read_table
from contacts.filing.staff import export_staff, staff_steps
from contacts.filing.writing import write_xlsx
from contacts.models import AuditEntry, Membership, Unit, User
from contacts.queries.staff_plan import plan_staff
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Role
from contacts.rules.staff_file import COLUMNS
from contacts.services.people import end_assignment
from contacts.services.progress import finish
from tests.factories import County, make_county, person
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.kept import Keeper

from .keeping import form_at

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HEAD = ";".join(COLUMNS)
NINA = "nina;Nina;Ek;nina@exempel.se;SE2321000222-N1;Medicin 2;Vårdpersonal;sjuksköterska;"
NINA_TOO = "nina;Nina;Ek;;;Ortopeden;Samordnare;samordnare;"
KIM = "kim;Kim;Öberg;;;Heimdalls hälsocentral;Administratör;chef;"


@pytest.fixture
def county(made_once: Keeper) -> County:
    return made_once("county", make_county)


def upload(client: Client, by: Acting, *rows: str, head: str = HEAD, content: bytes | None = None):
    fields = form_at(client, by, "import_staff")
    content = content or "\r\n".join((head, *rows)).encode()
    return client.post(reverse("import_staff"), fields | {"file": SimpleUploadedFile("lista.csv", content)})


def confirm(client: Client, preview, **more):
    return client.post(reverse("confirm_staff"), fields_of(form_of(read(preview), method="post")), **more)


def text(response) -> str:
    return " ".join(read(response).main.get_text(" ").split())


def faults(response) -> dict[str, str]:
    rows = read(response).main.table.select("tbody tr")
    return {row.select("td")[0].text: f"{row.th.text} {row.select('td')[1].text}" for row in rows}


def state() -> tuple[object, ...]:
    people = User.objects.order_by("pk").values_list("username", "email", "hsa_id", "last_name")
    works = Membership.objects.order_by("pk").values_list("user", "unit", "role", "title", "active")
    return list(people), list(works)


def test_a_list_is_shown_and_then_brought_in(client: Client, county: County):
    before = state()
    preview = upload(client, county.adam, NINA, NINA_TOO, KIM)
    assert state() == before
    page = text(preview)
    assert "Nina Ek Ny nina Nytt uppdrag: Medicin 2, Vårdpersonal, sjuksköterska" in page
    assert "Nytt uppdrag: Ortopeden, Samordnare, samordnare 2, 3" in page
    done = confirm(client, preview, follow=True)
    told = "Personallistan är inläst: 2 nya personer, 3 nya eller ändrade uppdrag."
    assert told in " ".join(read(done).text.split())
    nina = User.objects.get(username="nina")
    assert (nina.hsa_id, nina.email, nina.has_usable_password()) == (
        "SE2321000222-N1",
        "nina@exempel.se",
        False,
    )
    assert nina.memberships.count() == 2
    actions = [row.action for row in AuditEntry.objects.order_by("pk")]
    assert actions == [
        "work.asked",
        *("user.added", "membership.added", "membership.added"),
        *("user.added", "membership.added", "people.imported"),
    ]
    assert AuditEntry.objects.get(action="people.imported").changes["assignments"] == 3


def test_pressed_twice_and_read_twice_it_is_once(client: Client, county: County):
    preview = upload(client, county.adam, NINA, KIM)
    first, again = (read(confirm(client, preview, follow=True)).text for _ in range(2))
    assert "2 nya personer" in first
    assert "2 nya personer" in again
    after = state()
    assert "Filen ändrar ingenting." in text(upload(client, county.adam, NINA, KIM))
    assert state() == after
    assert User.objects.filter(username="nina").count() == 1


def test_who_is_there_is_known_by_hsa_id_else_by_user_name_and_changed(client: Client, county: County):
    User.objects.filter(pk=county.bo.user.pk).update(hsa_id="SE2321000222-B1", email="bo@exempel.se")
    end_assignment(by=county.adam, membership=county.esa.membership)
    preview = upload(
        client,
        county.adam,
        ";Bo;Ek;;SE2321000222-B1;Ortopeden;Vårdpersonal;undersköterska;nej",
        "ESA;Esa;Påhittad;esa@exempel.se;;Medicin 2;samordnare;Sjuksköterska;",
        "alva;Alva;Påhittad;;;Medicin 2;Vårdpersonal;Sjuksköterska;ja",
        "disa;Disa;Påhittad;;;Ortopeden;Vårdpersonal;x;ja",
    )
    page = text(preview)
    assert "Efternamn: Påhittad → Ek Ny titel på Ortopeden: Sjuksköterska → undersköterska" in page
    assert "E-post: inget → esa@exempel.se Tas tillbaka" in page
    assert "Tas tillbaka: Medicin 2, Samordnare, Sjuksköterska" in page
    assert "Avslutas: Medicin 2, Vårdpersonal, Sjuksköterska" in page
    assert "1 uppdrag avslutas." in page
    assert "Skulle avsluta det som inte gäller: 1 rad (5)." in page
    confirm(client, preview)
    bo = User.objects.get(pk=county.bo.user.pk)
    # An empty cell says nothing.
    assert (bo.username, bo.last_name, bo.email) == ("bo", "Ek", "bo@exempel.se")
    active = {one.user.username for one in Membership.objects.filter(active=True, unit=county.ward)}
    assert active == {"adam", "esa"}


def test_a_row_that_changes_the_person_alone_is_not_said_to_stand_already(client: Client, county: County):
    row = "alva;Alva;Påhittad;;{};Medicin 2;Vårdpersonal;Sjuksköterska;"
    end_again = "alva;Alva;Påhittad;;;Ortopeden;Vårdpersonal;x;ja"
    page = text(upload(client, county.adam, row.format("SE2321000222-A1"), KIM, end_again))
    assert "HSA-id: inget → SE2321000222-A1 2" in page
    assert "Stämmer redan" not in page
    # What such a row would not do besides is said all the same; and so is one that changes nothing.
    page = text(upload(client, county.adam, end_again.replace(";;;", ";;SE2321000222-A1;"), row.format("")))
    assert "HSA-id: inget → SE2321000222-A1 2" in page
    assert "Stämmer redan: 1 rad (3)." in page
    assert "Skulle avsluta det som inte gäller: 1 rad (2)." in page


def test_who_is_not_in_the_file_stays(client: Client, county: County):
    confirm(client, upload(client, county.adam, KIM))
    assert not Membership.objects.filter(active=False).exists()


def test_all_faults_are_told_by_row_and_column_and_nothing_is_brought_in(client: Client, county: County):
    User.objects.filter(pk=county.bo.user.pk).update(hsa_id="SE2321000222-B1")
    Unit.objects.filter(pk=county.psychiatric_ward.pk).update(active=False)
    before = state()
    answer = upload(
        client,
        county.adam,
        NINA,
        "bo;Bo;Påhittad;;;Biståndsenheten;Vårdpersonal;x;",
        "bo;Bo;Påhittad;;;Psykiatri 1;Vårdpersonal;x;",
        "alva;Alva;P;;SE2321000222-B1;Medicin 2;Vårdpersonal;x;",
        "cissi;Cissi;P;;;Medicin 2;Vårdpersonal;x;",
        ";Ny;P;;SE2321000222-X1;Medicin 2;Vårdpersonal;x;",
        "nina;Nina;Lund;;;Ortopeden;Vårdpersonal;x;",
        NINA,
        "adam;Adam;Påhittad;;;Ortopeden;Samordnare;x;",
        "adam;Adam;Påhittad;;;Medicin 2;Administratör;x;ja",
        "fel;;P;@;;Medicin 2;Chef;x;",
    )
    *first, last = (role.label for role in Role)
    assert faults(answer) == {
        'Enheten "Biståndsenheten" finns inte hos er.': "Enhet 1 rad: 3",
        'Enheten "Psykiatri 1" är ur bruk.': "Enhet 1 rad: 4",
        "HSA-id:t och användarnamnet hör till två olika personer.": "HSA-id 1 rad: 5",
        "Användarnamnet är upptaget. Skriv HSA-id om det är samma person.": "Användarnamn 1 rad: 6",
        "Skriv ett användarnamn: personen är ny.": "Användarnamn 1 rad: 7",
        "Uppgifterna om personen är andra än på rad 2.": "hela raden 1 rad: 8",
        "Samma uppdrag står också på rad 2.": "Enhet 1 rad: 9",
        "Ingen ger sig själv behörighet. Be en annan administratör.": "Roll 1 rad: 10",
        "Du avslutar inte ditt eget uppdrag i en fil.": "Avslutas 1 rad: 11",
        "Skriv förnamnet.": "Förnamn 1 rad: 12",
        '"@" är ingen e-postadress.': "E-post 1 rad: 12",
        f'"Chef" är ingen roll. Skriv {", ".join(first)} eller {last}.': "Roll 1 rad: 12",
    }
    # A row is read no further than to its first fault of each step.
    assert "Inget kan läsas in förrän hela filen är rätt." in text(answer)
    assert "Fler fel kan synas när de här är rättade." in text(answer)
    assert read(answer).find("form", action=reverse("confirm_staff")) is None
    assert state() == before


def test_another_principals_person_gets_an_assignment_and_keeps_everything_else(
    client: Client, county: County
):
    User.objects.filter(pk=county.cissi.user.pk).update(hsa_id="SE2321000222-C1")
    row = "annat;Cissi;påhittad;x@exempel.se;SE2321000222-C1;Ortopeden;Vårdpersonal;konsult;"
    preview = upload(client, county.adam, row)
    page = text(preview)
    assert "Cissi Påhittad cissi Nytt uppdrag: Ortopeden, Vårdpersonal, konsult" in page
    assert "Biståndsenheten" not in page
    confirm(client, preview)
    cissi = User.objects.get(pk=county.cissi.user.pk)
    assert (cissi.username, cissi.first_name, cissi.email) == ("cissi", "Cissi", "")
    assert {one.unit for one in cissi.memberships.all()} == {county.social_care, county.other_ward}
    User.objects.create_superuser("root", hsa_id="SE2321000222-R1")
    root = "root;R;R;;SE2321000222-R1;Ortopeden;Vårdpersonal;x;"
    assert "HSA-id:t hör till en annan person." in faults(upload(client, county.adam, root))


@pytest.mark.parametrize("name", ["Anna;Nilsson", "Cissi;Nilsson", "Anna;Påhittad"])
def test_an_hsa_id_of_another_principals_person_by_another_name_is_asked_about(
    client: Client, county: County, name: str
):
    """A mistyped one would give somebody else the assignment."""
    User.objects.filter(pk=county.cissi.user.pk).update(hsa_id="SE2321000222-C1")
    wrong = faults(
        upload(client, county.adam, f"anna.n;{name};;SE2321000222-C1;Ortopeden;Vårdpersonal;konsult;")
    )
    assert "HSA-id:t är Cissi Påhittads. Rätta HSA-id:t eller namnet." in wrong


@pytest.mark.parametrize(
    "written", [lambda row: unicodedata.normalize("NFD", row), lambda row: row.replace("Åsa", "Å\u200bsa")]
)
def test_letters_however_they_are_written_are_read_as_they_are_seen(client: Client, county: County, written):
    row = "åsa;Åsa;Öberg;;;Medicin 2;Vårdpersonal;chef;"
    assert confirm(client, upload(client, county.adam, written(row))).status_code == 302
    asa = User.objects.get(username="åsa")
    assert (asa.first_name, asa.last_name) == ("Åsa", "Öberg")
    assert "Filen ändrar ingenting." in text(upload(client, county.adam, row))


GARBLED = "kim;Ã…sa;Ã–berg;;;Medicin 2;VÃ¥rdpersonal;chef;"


@pytest.mark.parametrize(("answer", "name"), [("repair", "Åsa Öberg"), ("keep", "Ã…sa Ã–berg")])
def test_letters_that_look_wrong_are_asked_about_first(
    client: Client, county: County, answer: str, name: str
):
    asked = upload(client, county.adam, GARBLED if answer == "repair" else GARBLED.replace("Ã¥", "å"))
    assert "Ã…sa → blir Åsa" in text(asked)
    assert "Läs in en person" not in text(asked)
    form = form_of(read(asked), method="post")
    assert not form.select("input[checked]")
    fields = fields_of(form)
    again = client.post(form["action"], fields)
    assert (again.status_code, "Välj ett svar." in text(again)) == (422, True)
    assert confirm(client, client.post(form["action"], fields | {"letters": answer})).status_code == 302
    assert User.objects.get(username="kim").full_name == name


def test_an_answer_about_letters_of_no_table_leads_back(client: Client, county: County):
    client.force_login(county.adam.user)
    for sent in ({"table": "x"}, {"table": "", "letters": "repair"}):
        assert client.post(reverse("import_staff"), sent).headers["Location"] == reverse("import_staff")


def test_the_headings_may_stand_under_a_title(client: Client, county: County):
    wrong = NINA_TOO.replace("Ortopeden", "Okänd")
    answer = upload(client, county.adam, head=f"Personal, Region Västerbotten;;;\r\n;;\r\n{HEAD}\r\n{wrong}")
    assert faults(answer) == {'Enheten "Okänd" finns inte hos er.': "Enhet 1 rad: 4"}
    preview = upload(client, county.adam, NINA, head=f"Personal 2026;;;\r\n{HEAD}")
    assert confirm(client, preview).status_code == 302
    assert User.objects.filter(username="nina").exists()


def test_what_changed_since_the_preview_is_shown_again(client: Client, county: County):
    preview = upload(client, county.adam, NINA, KIM)
    person("kim2", county.ward)
    User.objects.create(username="KIM")
    before = state()
    answer = confirm(client, preview)
    assert answer.status_code == 409
    assert "Personerna har ändrats sedan förhandsvisningen." in text(answer)
    assert state() == before


def test_the_list_out_brought_in_again_changes_nothing_and_runs_no_formula(client: Client, county: County):
    User.objects.filter(pk=county.bo.user.pk).update(first_name="=1+1", hsa_id="SE2321000222-B1")
    Membership.objects.filter(pk=county.bo.membership.pk).update(title="@cmd")
    end_assignment(by=county.adam, membership=county.esa.membership)
    for form in (FileForm.CSV, FileForm.XLSX):
        client.force_login(county.adam.user)
        answer = client.get(reverse("staff_file", args=[form.value]))
        assert (
            answer.headers["Content-Disposition"]
            == f'attachment; filename="personer-2026-11-24.{form.value}"'
        )
        table = read_table(answer.content)
        assert table[0] == list(COLUMNS)
        assert {row[0] for row in table[1:]} == {"alva", "bo", "disa", "adam"}
        assert "Filen ändrar ingenting." in text(upload(client, county.adam, content=answer.content))
    raw = export_staff(by=county.adam, form=FileForm.CSV).content.decode()
    assert ";'=1+1;" in raw
    assert ";'@cmd;" in raw
    assert AuditEntry.objects.filter(action="people.exported").count() == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7", "Filen är en PDF"),
        (b"\0\1\2" * 99, "Filen går inte att läsa"),
        (b"PK\3\4" + b"x" * 500, "Filen"),
        (b"x" * 5_000_001, "Filen är större än 5 MB."),
        (write_xlsx([["Förnamn"], ["x"]]), "Kolumnen saknas."),
    ],
    ids=["pdf", "bytes", "broken zip", "large", "no columns"],
)
def test_a_hostile_file_is_a_sentence(client: Client, county: County, content: bytes, said: str):
    answer = upload(client, county.adam, content=content)
    assert said in (errors_of(read(answer)) or "") + text(answer)


def test_a_file_that_takes_long_to_open_keeps_the_server_from_nobody(
    client: Client, county: County, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        "contacts.views.table_files.WHILE_WAITING", replace(WHILE_WAITING, whole_seconds=0.01)
    )
    assert "Filen tog för lång tid att läsa." in text(upload(client, county.adam, NINA))


def test_many_rows_take_no_more_queries_to_show(county: County, django_assert_num_queries):
    table = [list(COLUMNS), NINA.split(";")]
    with django_assert_num_queries(5):
        plan_staff(county.adam, table)
    many = [[f"p{n}", *NINA.split(";")[1:4], f"SE2321000222-P{n}", *NINA.split(";")[5:]] for n in range(300)]
    with django_assert_num_queries(5):
        plan = plan_staff(county.adam, [list(COLUMNS), *many])
    assert len(plan.doing) == 300


def test_all_or_nothing(county: County, monkeypatch: pytest.MonkeyPatch):
    table = [list(COLUMNS), NINA.split(";"), KIM.split(";")]
    mark = plan_staff(county.adam, table).mark
    before = state()

    def refuse(*given: object) -> None:
        if given[1].username == "kim":  # type: ignore[attr-defined]
            raise RuleError("Nej.")

    monkeypatch.setattr("contacts.filing.staff.give_assignment", refuse)
    with pytest.raises(RuleError):
        finish(staff_steps(by=county.adam, client_id=uuid4(), table=table, mark=mark))
    assert state() == before
