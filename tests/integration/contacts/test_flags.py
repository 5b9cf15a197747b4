"""A number that does not work: whoever found out says so, and it stands on the entry until its owner looks."""

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry, DirectoryEntry, NumberFlag
from contacts.queries.flags import numbers_in_directory
from contacts.queries.keeping import standing_flags
from contacts.queries.versions import version_of
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.phone import Phone, PhoneKind
from contacts.services.directory import retire_entry, save_row
from contacts.services.flags import flag_number, withdraw_flag
from contacts.services.keeping import verify_entry
from tests.factories import make_entry, same_id

pytestmark = pytest.mark.django_db
NUMBER = "0980-319 100"


@pytest.fixture
def entry(county) -> DirectoryEntry:
    return make_entry(county.mala, "Hemtjänsten Malå", NUMBER, "0980-319 101", kind=EntryKind.HOME_NURSING)


def fresh(entry: DirectoryEntry) -> DirectoryEntry:
    return DirectoryEntry.objects.get(pk=entry.pk)


@pytest.mark.parametrize("spelled", [NUMBER, "0980319100", "+46 980 31 91 00", "0046980319100"])
def test_a_number_in_any_spelling_is_flagged_by_somebody_of_another_principal(county, entry, spelled):
    (flag,) = flag_number(by=county.alva, client_id=uuid4(), number=spelled)
    assert (flag.entry, flag.number) == (entry, NUMBER)
    assert (flag.user, flag.unit) == (county.alva.user, county.alva.unit)
    assert fresh(entry).is_flagged(NUMBER)
    assert not fresh(entry).is_flagged("0980-319 101")
    trace = AuditEntry.objects.latest("pk")
    assert (trace.action, trace.target_type, trace.target_id) == (
        "number.flagged",
        "contacts.DirectoryEntry",
        str(entry.pk),
    )
    assert (trace.user, trace.changes, trace.chain) == (county.alva.user, {"number": NUMBER}, None)


def test_all_roles_may(county, entry):
    for acting in (county.alva, county.cissi, county.region_admin, county.mala_admin):
        flag_number(by=acting, client_id=uuid4(), number=NUMBER)
    assert NumberFlag.objects.count() == 4
    assert fresh(entry).flagged == ["0980319100"]


@pytest.mark.parametrize("named", [False, True])
def test_every_entry_with_the_number_is_flagged_whichever_is_named(county, entry, named):
    other = make_entry(county.region, "Samma telefon", NUMBER)
    longer = make_entry(county.region, "Längre nummer", "0980-319 1001")
    flags = flag_number(by=county.alva, client_id=uuid4(), number=NUMBER, entry=other if named else None)
    assert {flag.entry for flag in flags} == {entry, other}
    assert fresh(entry).is_flagged(NUMBER)
    assert not fresh(longer).flagged


def test_an_extension_is_the_own_principals(county):
    own = make_entry(county.region, "Egen anknytning", "59123")
    theirs = make_entry(county.mala, "Annan anknytning", "59123")
    assert [f.entry for f in flag_number(by=county.alva, client_id=uuid4(), number="59123")] == [own]
    assert [f.entry for f in flag_number(by=county.cissi, client_id=uuid4(), number="internt 59123")] == [
        theirs
    ]
    assert numbers_in_directory(["59123"], county.nordmaling) == {}


def test_sent_again_it_is_the_same_rows(county, entry):
    make_entry(county.region, "Samma telefon", NUMBER)
    first = flag_number(by=county.alva, client_id=same_id(1), number=NUMBER)
    traces = AuditEntry.objects.count()
    assert flag_number(by=county.alva, client_id=same_id(1), number=NUMBER) == first
    assert (NumberFlag.objects.count(), AuditEntry.objects.count()) == (2, traces)
    with pytest.raises(IdClash):
        flag_number(by=county.alva, client_id=same_id(1), number="0980-319 101")


@pytest.mark.parametrize("number", ["0980-319 199", "", "abc", "0", "%", "' OR 1=1 --"])
def test_a_number_that_is_in_no_entry_is_refused_and_nothing_is_written(county, entry, number):
    before = AuditEntry.objects.count()
    with pytest.raises(RuleError) as refused:
        flag_number(by=county.alva, client_id=same_id(2), number=number)
    assert refused.value.field == "number"
    assert "står inte bland kontakterna" in refused.value.reason
    assert (NumberFlag.objects.count(), AuditEntry.objects.count()) == (0, before)


def test_a_retired_entry_has_no_number_to_flag(county, entry):
    retire_entry(by=county.mala_admin, entry=entry)
    for named in (None, entry):
        with pytest.raises(RuleError):
            flag_number(by=county.alva, client_id=uuid4(), number=NUMBER, entry=named)


def test_without_its_trace_nothing_is_flagged(county, entry, monkeypatch):
    def broken(**_: object) -> None:
        raise RuntimeError("the trace is broken")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(RuntimeError):
        flag_number(by=county.alva, client_id=uuid4(), number=NUMBER)
    assert not NumberFlag.objects.exists()
    assert not fresh(entry).flagged


def test_a_changed_number_is_not_flagged_any_more_and_the_other_one_still_is(county, entry):
    for number in (NUMBER, "0980-319 101"):
        flag_number(by=county.alva, client_id=uuid4(), number=number)
    changed = fresh(entry)
    changed.phones = [Phone(PhoneKind.DIRECT, "0980-319 150"), Phone(PhoneKind.DIRECT, "0980-319 101")]
    save_row(by=county.mala_admin, row=changed)
    assert fresh(entry).flagged == ["0980319101"]
    assert NumberFlag.objects.count() == 2


def test_which_numbers_are_in_the_directory_and_flagged_is_one_question_and_one_of_the_jour(
    county, entry, django_assert_num_queries
):
    for number in (NUMBER, "0980-319 101"):
        flag_number(by=county.alva, client_id=uuid4(), number=number)
    make_entry(county.region, "Samma telefon", NUMBER)
    with django_assert_num_queries(1):
        found = numbers_in_directory([NUMBER, "0980319101", ""], county.region)
    # One of the two entries that have the first number is not flagged.
    assert found == {NUMBER: False, "0980319101": True}
    with django_assert_num_queries(2):
        assert numbers_in_directory([NUMBER, "0980-319 199"], county.region) == {NUMBER: False}
    with django_assert_num_queries(0):
        assert numbers_in_directory(["", "inget"], county.region) == {}


def press(client, entry, **fields):
    return client.post(reverse("flag_number", args=[entry.pk]), fields, follow=True)


def test_one_press_on_the_entrys_page_flags_and_says_who_sees_it(client, county, entry):
    client.force_login(county.alva.user)
    page = BeautifulSoup(client.get(reverse("contact", args=[entry.pk])).content, "html.parser")
    forms = page.find_all("form", action=reverse("flag_number", args=[entry.pk]))
    assert len(forms) == 2
    fields = {field["name"]: field["value"] for field in forms[0].find_all("input")}
    assert fields["number"] == NUMBER
    assert (
        f"{NUMBER} är anmält. Den som äger kontakten ser det i sin lista."
        in press(client, entry, **fields).text
    )
    assert f"{NUMBER} är anmält. Den som" in press(client, entry, **fields).text
    assert NumberFlag.objects.count() == 1
    page = BeautifulSoup(client.get(reverse("contact", args=[entry.pk])).content, "html.parser")
    assert len(page.find_all("form", action=reverse("flag_number", args=[entry.pk]))) == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"client_id": "x", "number": NUMBER}, "Ladda om sidan"),
        ({"number": NUMBER}, "Ladda om sidan"),
        ({"client_id": str(uuid4())}, "Numret saknas."),
        ({"client_id": str(uuid4()), "number": "090-785 00 00"}, "står inte bland kontakterna"),
    ],
)
def test_what_can_not_be_flagged_says_why(client, county, entry, fields, why):
    client.force_login(county.alva.user)
    answer = press(client, entry, **fields)
    assert answer.status_code == 200
    assert "Inget är anmält." in answer.text
    assert why in answer.text
    assert not NumberFlag.objects.exists()


def test_only_an_entry_in_force_and_only_by_post(client, county, entry):
    client.force_login(county.alva.user)
    sent = {"client_id": str(uuid4()), "number": NUMBER}
    assert client.get(reverse("flag_number", args=[entry.pk])).status_code == 405
    assert client.post(reverse("flag_number", args=[987654]), sent).status_code == 404
    retire_entry(by=county.mala_admin, entry=entry)
    assert client.post(reverse("flag_number", args=[entry.pk]), sent).status_code == 404
    client.logout()
    assert client.post(reverse("flag_number", args=[entry.pk]), sent).status_code == 302
    assert not NumberFlag.objects.exists()


def test_it_is_asked_about_once_and_who_pressed_can_undo_it(client, county, entry):
    client.force_login(county.alva.user)
    path = reverse("contact", args=[entry.pk])
    page = BeautifulSoup(client.get(path).content, "html.parser")
    form = page.find("form", action=reverse("flag_number", args=[entry.pk]))
    assert form.find_parent("details").summary.get_text().startswith("Numret fungerar inte")
    assert "Alla som söker numret ser det." in form.get_text(" ")
    press(client, entry, **{field["name"]: field["value"] for field in form.find_all("input")})
    back = reverse("unflag_number", args=[entry.pk])
    client.force_login(county.cissi.user)
    assert BeautifulSoup(client.get(path).content, "html.parser").find("form", action=back) is None
    client.force_login(county.alva.user)
    form = BeautifulSoup(client.get(path).content, "html.parser").find("form", action=back)
    sent = {field["name"]: field["value"] for field in form.find_all("input")}
    for _ in range(2):
        assert "Ångrat." in client.post(back, sent, follow=True).text
    assert not fresh(entry).flagged
    assert NumberFlag.objects.count() == 2
    assert NumberFlag.objects.get(withdraws__isnull=False).withdraws.number == NUMBER
    actions = AuditEntry.objects.filter(action__startswith="number.").order_by("pk")
    assert [row.action for row in actions] == ["number.flagged", "number.unflagged"]
    assert "Numret fungerar inte" in client.get(path).text
    # Said again it is a word of its own.
    flag_number(by=county.alva, client_id=uuid4(), number=NUMBER)
    assert fresh(entry).is_flagged(NUMBER)


def test_what_somebody_else_said_as_well_stands(county, entry):
    for acting in (county.alva, county.cissi):
        flag_number(by=acting, client_id=uuid4(), number=NUMBER)
    withdraw_flag(by=county.alva, client_id=uuid4(), number=NUMBER)
    assert fresh(entry).is_flagged(NUMBER)
    assert [flag.user for flag in standing_flags([fresh(entry)])[entry.pk]] == [county.cissi.user]
    withdraw_flag(by=county.cissi, client_id=uuid4(), number=NUMBER)
    assert not fresh(entry).flagged


def test_what_was_said_before_the_number_was_verified_keeps_nothing_flagged(county, entry):
    flag_number(by=county.cissi, client_id=uuid4(), number=NUMBER)
    seen = fresh(entry)
    verify_entry(by=county.mala_admin, entry=seen, client_id=uuid4(), version=version_of(seen))
    flag_number(by=county.alva, client_id=uuid4(), number=NUMBER)
    withdraw_flag(by=county.alva, client_id=uuid4(), number=NUMBER)
    assert not fresh(entry).flagged


@pytest.mark.parametrize("who", ["cissi", "mala_admin"])
def test_nobody_takes_back_what_another_said(county, entry, who):
    flag_number(by=county.alva, client_id=uuid4(), number=NUMBER)
    with pytest.raises(RuleError, match="Du har inte anmält numret"):
        withdraw_flag(by=getattr(county, who), client_id=uuid4(), number=NUMBER)
    assert fresh(entry).is_flagged(NUMBER)


def test_once_somebody_has_verified_there_is_nothing_to_take_back(county, entry):
    flag_number(by=county.alva, client_id=uuid4(), number=NUMBER)
    seen = fresh(entry)
    verify_entry(by=county.mala_admin, entry=seen, client_id=uuid4(), version=version_of(seen))
    with pytest.raises(RuleError, match="någon redan kontrollerat"):
        withdraw_flag(by=county.alva, client_id=uuid4(), number=NUMBER)
