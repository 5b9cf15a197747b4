"""A whole import undone: what it did is taken back, and what somebody has done since stands."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.filing import write
from contacts.filing.undo import may_be_undone
from contacts.models import AuditEntry, DirectoryEntry, DirectoryUpload, Unit
from contacts.queries.switchboards import choice_version
from contacts.rules.entry_facts import EntryKind
from contacts.rules.phone import PhoneKind
from contacts.services.directory import restore_entry, retire_entry, save_row
from contacts.services.flags import flag_number
from contacts.services.switchboards import choose_main_switchboard
from tests.factories import make_entry
from tests.integration.contacts.importing import (
    PAGE,
    confirm,
    everything,
    groups,
    malas,
    page_of,
    upload,
    words,
    written,
)

pytestmark = pytest.mark.django_db

NEW_ID = "6d6f3d0e-7e0f-4b51-8f0e-0d6a38c0a003"


def brought_in(client, county, content, **more):
    page = page_of(confirm(client, page_of(upload(client, county.mala_admin, content)), **more))
    assert "Inläst" in words(page)
    return DirectoryUpload.objects.order_by("-at").first()


def asked(client, county, made):
    client.force_login(county.mala_admin.user)
    return page_of(client.get(f"{PAGE}{made.pk}/angra/"))


def undo(client, county, made, client_id=NEW_ID):
    client.force_login(county.mala_admin.user)
    return page_of(client.post(f"{PAGE}{made.pk}/angra/", {"client_id": client_id}, follow=True))


def standing():
    """All that is said of each contact in use, but for its history."""
    fields = [f.name for f in DirectoryEntry._meta.concrete_fields]
    return list(DirectoryEntry.objects.filter(retired_at__isnull=True).order_by("pk").values_list(*fields))


def switchboard_file(**columns):
    return malas(
        "Växel Malå", columns={"Typ": "växel", "Telefon": "0953-140 99", "Anmärkning": "Ny"} | columns
    )


def test_everything_an_import_did_is_taken_back(client, county):
    unit = Unit.objects.create(principal=county.mala, name="Köket", municipal_kind="social_care")
    old = make_entry(county.mala, "Gamla", "0953-140 55")
    entry = DirectoryEntry.objects.get(name="Växel Malå")
    entry.verified_at, entry.verified_by = timezone.now() - timedelta(days=3), county.mala_admin.user
    entry.owner = "Kansliet"
    entry.save()
    flag_number(by=county.alva, client_id=uuid4(), number="0953-140 55", entry=old)
    flag_number(by=county.alva, client_id=uuid4(), number="0953-140 00", entry=entry)
    before = standing()
    content = switchboard_file(**{"Gäller": "dygnet runt", "Hör till enhet": "Köket", "Ägare": "Ny ägare"})
    content += malas("Kosten").splitlines(keepends=True)[1]
    made = brought_in(client, county, content, retire_missing="on")
    assert standing() != before
    assert Unit.objects.get(pk=unit.pk).entries.count() == 1

    page = asked(client, county, made)
    assert "Avförs: 1" in words(page)
    assert "Återställs: 1" in words(page)
    assert "Tas tillbaka: 1" in words(page)
    assert "Står kvar" not in words(page)
    assert standing() != before

    done = words(undo(client, county, made))
    assert ": 1 avförd, 1 återställd, 1 tillbakatagen. Av Malin Påhittad." in done
    assert standing() == before
    assert DirectoryEntry.objects.get(name="Kosten").retired_by == county.mala_admin.user


def test_each_contact_keeps_its_history(client, county):
    made = brought_in(client, county, switchboard_file())
    undo(client, county, made)
    entry = DirectoryEntry.objects.get(name="Växel Malå")
    deeds = AuditEntry.objects.filter(target_type="contacts.DirectoryEntry", target_id=str(entry.pk))
    told = [row.changes.get("remark") for row in deeds.filter(action="directoryentry.changed").order_by("pk")]
    assert told[-2:] == [[entry.remark, "Ny"], ["Ny", entry.remark]]
    row = AuditEntry.objects.get(action="directory.import_undone")
    assert (row.user, row.target_id) == (county.mala_admin.user, str(made.pk))
    assert {k: v for k, v in row.changes.items() if k != "at"} == {
        "retired": [],
        "set_back": [entry.pk],
        "taken_back": [],
        "kept": [],
    }


@pytest.mark.parametrize("what", ["changed", "verified", "retired", "retired and restored"])
def test_what_somebody_did_since_is_told_and_kept(client, county, what):
    made = brought_in(client, county, switchboard_file() + malas("Kosten").splitlines(keepends=True)[1])
    by = county.mala_admin
    for entry in DirectoryEntry.objects.filter(name__in=["Växel Malå", "Kosten"]):
        if what == "changed":
            entry.title = "Ändrad"
            save_row(by=by, row=entry)
        elif what == "verified":
            entry.verified_at, entry.verified_by = timezone.now(), by.user
            save_row(by=by, row=entry)
        else:
            retire_entry(by=by, entry=entry)
            if what != "retired":
                restore_entry(by=by, entry=entry)
    before = everything()
    page = asked(client, county, made)
    assert "Inget kan ångras." in words(page)
    assert "Står kvar som de är: 2" in words(page)
    assert page.main.find("button") is None
    assert "2 kontakter som någon ändrat sedan dess står kvar som de är." in words(undo(client, county, made))
    assert everything() == before


def test_what_was_retired_stays_so_where_another_has_its_name_by_now(client, county):
    made = brought_in(client, county, malas("Kosten"), retire_missing="on")
    make_entry(county.mala, "Växel Malå", department="Växel")
    undo(client, county, made)
    assert DirectoryEntry.objects.filter(name="Växel Malå", retired_at__isnull=True).count() == 1
    assert len(AuditEntry.objects.get(action="directory.import_undone").changes["kept"]) == 1


def test_undone_twice_it_is_undone_once(client, county):
    made = brought_in(client, county, malas("Kosten"))
    first = undo(client, county, made)
    before, trace = everything(), written()
    again = undo(client, county, made, client_id="6d6f3d0e-7e0f-4b51-8f0e-0d6a38c0a004")
    assert words(again.select_one(".note-saved")) == words(first.select_one(".note-saved"))
    assert (everything(), written()) == (before, trace)
    assert client.get(f"{PAGE}{made.pk}/angra/").headers["Location"] == f"{PAGE}{made.pk}/"


def test_the_same_file_may_be_brought_in_again_after_it_was_undone(client, county):
    made = brought_in(client, county, switchboard_file())
    undo(client, county, made)
    again = brought_in(client, county, switchboard_file())
    assert DirectoryEntry.objects.get(name="Växel Malå").remark == "Ny"
    assert again != made


def test_what_an_undoing_retired_comes_in_anew_and_what_a_person_retired_does_not(client, county):
    made = brought_in(client, county, malas("Kosten", "Tvätten"))
    undo(client, county, made)
    again = page_of(upload(client, county.mala_admin, malas("Kosten", "Tvätten")))
    assert groups(again)["Nya"] == 2
    tvatten = DirectoryEntry.objects.get(name="Tvätten")
    restore_entry(by=county.mala_admin, entry=tvatten)
    retire_entry(by=county.mala_admin, entry=tvatten)
    later = page_of(upload(client, county.mala_admin, malas("Kosten", "Tvätten")))
    assert (groups(later)["Nya"], groups(later)["Avförda tidigare"]) == (1, 1)


@pytest.mark.parametrize(("days", "may"), [(30, True), (31, False)])
def test_thirty_days(client, county, days, may):
    made = brought_in(client, county, malas("Kosten"))
    row = AuditEntry.objects.get(action="directory.import", target_id=str(made.pk))
    assert may_be_undone(row, row.at + timedelta(days=days)) is may


def test_the_last_imports_are_listed_where_a_file_is_chosen(client, county):
    made = brought_in(client, county, malas("Kosten"))
    page = page_of(client.get(PAGE))
    (link,) = page.main.select(f'a[href="{PAGE}{made.pk}/angra/"]')
    assert ": 1 ny. Av Malin Påhittad." in words(link.parent)
    undo(client, county, made)
    page = page_of(client.get(PAGE))
    assert "Ångrad." in words(page)
    assert page.main.select('a[href$="/angra/"]') == []
    client.force_login(county.region_admin.user)
    assert "Inläst de senaste 30 dagarna" not in words(page_of(client.get(PAGE)))


def test_what_is_not_brought_in_can_not_be_undone(client, county):
    page_of(upload(client, county.mala_admin, malas("Kosten")))
    made = DirectoryUpload.objects.get()
    assert client.get(f"{PAGE}{made.pk}/angra/").status_code == 404
    assert client.post(f"{PAGE}{made.pk}/angra/", {"client_id": NEW_ID}).status_code == 404


def test_anothers_import_is_not_found_and_staff_may_not(client, county):
    made = brought_in(client, county, malas("Kosten"))
    for user, status in ((county.region_admin.user, 404), (county.cissi.user, 403)):
        client.force_login(user)
        assert client.get(f"{PAGE}{made.pk}/angra/").status_code == status
        assert client.post(f"{PAGE}{made.pk}/angra/", {"client_id": NEW_ID}).status_code == status
    assert DirectoryEntry.objects.get(name="Kosten").retired_at is None


def test_a_break_in_the_middle_leaves_everything(client, county, monkeypatch):
    made = brought_in(client, county, switchboard_file() + malas("Kosten").splitlines(keepends=True)[1])
    before, trace = everything(), written()

    def broken(*_args):
        raise RuntimeError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(write, "_update", broken)
        assert "Inget är ångrat." in words(undo(client, county, made))
    assert (everything(), written()) == (before, trace)
    assert "Ångrad" in words(undo(client, county, made))


def test_undoing_asks_the_database_as_often_whatever_its_size(client, county):
    def asked_of(names):
        made = brought_in(client, county, malas(*names))
        with CaptureQueriesContext(connection) as queries:
            undo(client, county, made, client_id=f"6d6f3d0e-7e0f-4b51-8f0e-0d6a38c0{len(names):04}")
        return len(queries)

    assert asked_of(["Kosten"]) == asked_of([f"Enhet {n}" for n in range(60)])


class TestWhatWasChosenSince:
    def test_no_namesake_comes_back_in_whatever_spelling(self, client, county):
        old = make_entry(county.mala, "Gamla Kansliet", "0953-140 55")
        made = brought_in(client, county, malas("Kosten"), retire_missing="on")
        make_entry(county.mala, "gamla kansliet", "0953-140 77")
        assert "Gamla Kansliet" in words(asked(client, county, made))
        undo(client, county, made)
        old.refresh_from_db()
        assert old.retired_at is not None

    def test_nor_does_one_get_its_old_department_back(self, client, county):
        entry = make_entry(county.mala, "Kosten", "0953-140 55")
        made = brought_in(client, county, malas("Kosten", columns={"Avdelning": "Köket"}))
        entry.refresh_from_db()
        assert entry.department == "Köket"
        make_entry(county.mala, "KOSTEN", "0953-140 77")
        undo(client, county, made)
        entry.refresh_from_db()
        assert entry.department == "Köket"

    def test_a_switchboard_that_was_made_the_main_one_stays_a_switchboard(self, client, county):
        entry = make_entry(county.mala, "Kosten", "0953-140 55")
        made = brought_in(client, county, malas("Kosten", columns={"Typ": "växel", "Telefon": "0953-140 99"}))
        entry.refresh_from_db()
        county.mala.refresh_from_db()
        version = choice_version(county.mala)
        choose_main_switchboard(by=county.mala_admin, client_id=uuid4(), version=version, entry=entry)
        assert "Kosten" in words(asked(client, county, made))
        undo(client, county, made)
        entry.refresh_from_db()
        assert (entry.kind, entry.first_number(*PhoneKind)) == (EntryKind.SWITCHBOARD, "0953-140 99")
