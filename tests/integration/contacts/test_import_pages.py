"""Läs in, as an administrator meets it: choose a file, see what it changes, bring it in."""

import logging
from contextlib import closing
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.filing import write as directory_writes
from contacts.filing.bringing_in import confirm_steps
from contacts.filing.columns import COLUMNS
from contacts.filing.uploads import upload_steps
from contacts.filing.writing import write_xlsx
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import AuditEntry, DirectoryEntry, DirectoryUpload, Submission
from contacts.services.directory import retire_entry
from contacts.services.work import ask
from tests.factories import make_entry
from tests.integration.contacts.importing import (
    PAGE,
    changed,
    confirm,
    everything,
    groups,
    malas,
    page_of,
    table,
    upload,
    words,
    written,
)

pytestmark = pytest.mark.django_db


def test_the_form_says_what_a_file_may_be(client, county):
    client.force_login(county.mala_admin.user)
    page = page_of(client.get(PAGE))
    text = words(page)
    assert "högst 5 MB och 20\N{NO-BREAK SPACE}000 rader" in page.main.get_text()
    assert "Huvudman, Enhet, Typ måste finnas" in text
    form = page.main.find("form", method="post")
    assert form["enctype"] == "multipart/form-data"
    assert form["hx-boost"] == "true"
    offered = page_of(client.get(page.main.find("a", string="Skriv ut och hämta", class_=False)["href"]))
    mine = [form["action"] for form in offered.main.select(f'form[action$="huvudman={county.mala.pk}"]')]
    assert [path for path in ("xlsx", "csv") if any(f"/{path}/" in action for action in mine)] == [
        "xlsx",
        "csv",
    ]


def test_a_preview_writes_nothing_to_the_directory(client, county):
    before = everything()
    response = upload(client, county.mala_admin, changed("0953-140 00", "0953-140 99"))
    page = page_of(response)
    assert everything() == before
    assert groups(page) == {"Ändrade": 1, "Andra huvudmäns": 19}
    assert table(page) == ["Växel Malå Växel 8 Nummer växel 0953-140 00 → blir växel 0953-140 99"]
    assert "Inget är inläst än." in words(page)
    kept = DirectoryUpload.objects.get()
    assert (kept.principal, kept.user, kept.unit) == (
        county.mala,
        county.mala_admin.user,
        county.mala_admin.unit,
    )
    assert AuditEntry.objects.filter(action="directory.uploaded", target_id=str(kept.pk)).count() == 1


def test_the_work_tells_how_far_it_has_come_before_it_ends(client, county):
    content = malas(*(f"Enhet {n}" for n in range(1500)))
    by = county.mala_admin
    work = ask(by=by, kind="directory.upload", label="Läs in kontakter", client_id=uuid4(), files=[content])
    steps = upload_steps(by=by, client_id=uuid4(), content=content)
    told = [f"{step.words}: {step.done} av {step.total}" for step in steps]
    assert {"Läser rader: 1000 av 1500", "Jämför med katalogen: 1000 av 1500"} <= set(told)
    work.refresh_from_db()
    client.force_login(by.user)
    answer = client.get(reverse("work", args=[work.pk]))
    assert answer["Location"] == reverse("import_preview", args=[DirectoryUpload.objects.last().pk])


def test_confirmed_it_is_brought_in_and_says_so(client, county):
    page = page_of(upload(client, county.mala_admin, changed("0953-140 00", "0953-140 99")))
    done = page_of(confirm(client, page))
    assert "1 ändrad" in page.main.find("button", class_="btn-primary").text
    assert f"Inläst {timezone.localtime():%H}." in words(done)
    assert ": 1 ändrad. Av Malin Påhittad." in words(done)
    entry = DirectoryEntry.objects.get(name="Växel Malå")
    assert entry.phones[0].number == "0953-140 99"
    assert entry.verified_at is None
    assert [link["href"] for link in done.select(".import-rows th a")] == [
        reverse("contact", args=[entry.pk])
    ]
    row = AuditEntry.objects.get(action="directory.import", target_type="contacts.DirectoryUpload")
    assert (row.user, row.target_id) == (county.mala_admin.user, str(DirectoryUpload.objects.get().pk))
    assert AuditEntry.objects.filter(action="directoryentry.changed", target_id=str(entry.pk)).exists()


def test_new_contacts_are_led_to_once_they_are_there(client, county):
    page = page_of(upload(client, county.mala_admin, malas("Kosten", "Tvätten")))
    assert page.select(".import-rows th a") == []
    done = page_of(confirm(client, page))
    links = {link.text: link["href"] for link in done.select(".import-rows th a")}
    assert links == {
        name: reverse("contact", args=[DirectoryEntry.objects.get(name=name).pk])
        for name in ("Kosten", "Tvätten")
    }


def test_confirmed_twice_it_is_written_once(client, county):
    page = page_of(upload(client, county.mala_admin, malas("Kosten")))
    first = page_of(confirm(client, page))
    before, trace = everything(), written()
    again = page_of(confirm(client, page))
    other_id = page_of(confirm(client, page, client_id=uuid4(), retire_missing="on"))
    for later in (again, other_id):
        assert "1 ny. Av Malin Påhittad." in words(later)
        assert later.main.find("form") is None
    assert (everything(), written()) == (before, trace)
    shown = page_of(client.get(f"{PAGE}{DirectoryUpload.objects.get().pk}/"))
    assert words(shown.select_one(".note-saved")) == words(first.select_one(".note-saved"))


def test_the_same_form_sent_twice_is_one_upload(client, county):
    same = uuid4()
    for _ in range(2):
        page_of(upload(client, county.mala_admin, malas("Kosten"), client_id=same))
    assert DirectoryUpload.objects.count() == 1
    assert Submission.objects.filter(kind="directory.upload").count() == 1


@pytest.mark.parametrize("who", ["region_admin", "mala_admin"])
def test_the_real_file_twice_through_the_page(client, county, who):
    by = getattr(county, who)
    own = DirectoryEntry.objects.filter(principal=by.principal, name__startswith="Växel").first()
    if own is None:
        own = DirectoryEntry.objects.get(name="Region Västerbottens växel")
    DirectoryEntry.objects.filter(pk=own.pk).update(remark="Rättad för hand")

    first = page_of(upload(client, by, OWN_FILE.read_bytes()))
    assert groups(first)["Ändrade"] == 1
    page_of(confirm(client, first))
    before = everything()

    second = page_of(upload(client, by, OWN_FILE.read_bytes()))
    assert "Filen ändrar ingenting." in words(second)
    assert second.main.find("button", class_="btn-primary") is None
    assert "Ändrade" not in groups(second)
    assert groups(second)["Andra huvudmäns"] == {"region_admin": 17, "mala_admin": 19}[who]
    assert everything() == before


def test_what_is_missing_is_retired_when_the_box_is_ticked(client, county):
    page = page_of(upload(client, county.mala_admin, malas("Kosten")))
    assert groups(page) == {"Nya": 1, "Saknas i filen": 1}
    assert "den kontakt som saknas i filen" in words(page)
    done = page_of(confirm(client, page))
    assert ": 1 ny. Av" in words(done)
    assert DirectoryEntry.objects.get(name="Växel Malå").retired_at is None

    same = page_of(upload(client, county.mala_admin, malas("Kosten")))
    assert "Filen ändrar ingenting." in words(same)
    assert "Avför kontakten som saknas" in words(same)
    done = page_of(confirm(client, same))
    assert ": 1 avförd. Av" in words(done)
    switchboard = DirectoryEntry.objects.get(name="Växel Malå")
    assert switchboard.retired_by == county.mala_admin.user


def test_what_a_person_retired_is_told_and_not_brought_back(client, county):
    entry = DirectoryEntry.objects.get(name="Växel Malå")
    retire_entry(by=county.mala_admin, entry=entry)
    page = page_of(upload(client, county.mala_admin, OWN_FILE.read_bytes()))
    assert groups(page) == {"Avförda tidigare": 1, "Andra huvudmäns": 19}
    assert "Filen ändrar ingenting." in words(page)
    assert page.main.find("form") is None


def test_a_directory_changed_since_the_preview_is_read_through_again(client, county):
    page = page_of(upload(client, county.mala_admin, changed("0953-140 00", "0953-140 99")))
    DirectoryEntry.objects.filter(name="Växel Malå").update(
        numbers=[{"kind": "switchboard", "number": "0953-140 55"}]
    )
    before = everything()
    for _ in range(2):
        again = page_of(confirm(client, page))
        assert "Kontakterna har ändrats sedan förhandsvisningen. Läs igenom igen." in again.get_text()
        assert "0953-140 55" in table(again)[0]
        assert everything() == before
        assert not AuditEntry.objects.filter(
            action="directory.import", target_type="contacts.DirectoryUpload"
        ).exists()
    assert DirectoryUpload.objects.count() == 2

    done = page_of(confirm(client, again))
    assert ": 1 ändrad. Av" in words(done)
    assert DirectoryEntry.objects.get(name="Växel Malå").phones[0].number == "0953-140 99"


def test_a_contact_added_while_the_file_is_written_is_no_broken_page(client, county, monkeypatch):
    page = page_of(upload(client, county.mala_admin, malas("Kosten")))
    insert = directory_writes._insert

    def late(by, entries, at):
        monkeypatch.setattr(directory_writes, "_insert", insert)
        make_entry(county.mala, "Kosten")
        insert(by, entries, at)

    monkeypatch.setattr(directory_writes, "_insert", late)
    again = page_of(confirm(client, page))
    # The other one's contact was rolled back with ours here; what counts is a preview instead of a break.
    assert "Läs igenom igen" in again.get_text() or again.main.find("form") is not None
    assert not DirectoryEntry.objects.filter(name="Kosten").exists()


def test_a_break_in_the_middle_is_told_and_leaves_nothing(client, county, caplog):
    page = page_of(upload(client, county.mala_admin, malas("Kosten", "Tvätten")))
    before, trace = everything(), written()
    with (
        patch.object(directory_writes, "_leave_traces", side_effect=RuntimeError("disk full")),
        caplog.at_level(logging.ERROR),
    ):
        broken = page_of(confirm(client, page))
    assert "Inget är inläst." in words(broken)
    assert (everything(), written()) == (before, trace)
    assert "Hemligt namn" not in caplog.text
    assert ": 2 nya. Av" in words(page_of(confirm(client, page)))


def test_work_that_is_ended_in_the_middle_takes_back_what_was_written(client, county):
    page_of(upload(client, county.mala_admin, malas(*(f"Enhet {n}" for n in range(1200)))))
    before = everything()

    steps = confirm_steps(
        by=county.mala_admin, upload=DirectoryUpload.objects.get(), client_id=uuid4(), retire_missing=False
    )
    with closing(steps):
        assert any((step.words, step.done, step.total) == ("Skriver", 500, 1200) for step in steps)
    assert everything() == before
    assert not Submission.objects.filter(kind="directory.import").exists()


def test_a_long_preview_has_pages_and_the_same_number_of_queries(client, county):
    page = page_of(upload(client, county.mala_admin, malas(*(f"Enhet {n}" for n in range(120)))))
    assert len(table(page)) == 50
    last = page.find("a", rel="next")["href"]
    second = page_of(client.get(last))
    assert "Sida 2 av 3" in words(second)
    assert table(second)[0].startswith("Enhet 50 52")

    def look(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    page_of(upload(client, county.mala_admin, malas("Kosten")))
    small, large = DirectoryUpload.objects.order_by("-at")
    assert look(f"{PAGE}{small.pk}/") == look(f"{PAGE}{large.pk}/")


def test_what_stands_in_a_file_is_shown_as_text(client, county):
    nasty = "<script>alert('x')</script>"
    response = upload(client, county.mala_admin, malas(nasty, columns={"Anmärkning": nasty}))
    page = page_of(response)
    assert page.main.find("script") is None
    assert nasty in page.main.get_text()


def test_excel_is_read_as_well(client, county):
    cells = dict.fromkeys(COLUMNS, "") | {"Huvudman": "Malå kommun", "Typ": "annan", "Enhet": "Kosten"}
    content = write_xlsx([COLUMNS, [*cells.values()]])
    assert groups(page_of(upload(client, county.mala_admin, content)))["Nya"] == 1


def test_the_files_name_is_nowhere(client, county):
    page = page_of(upload(client, county.mala_admin, malas("Kosten")))
    assert "Hemligt" not in str(page)
    assert not AuditEntry.objects.filter(changes__icontains="Hemligt").exists()
