"""What the tests of bringing in a file share: files, what is sent, and the page read as a person reads it."""

from typing import Any
from uuid import uuid4

from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve

from contacts.access import Acting
from contacts.filing.columns import COLUMNS
from contacts.filing.writing import write_csv
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import AuditEntry, DirectoryEntry

PAGE = "/kontakter/las-in/"


def page_of(response) -> BeautifulSoup:
    text = response.content.decode()
    assert text.count("<!doctype html>") == 1
    assert text.rstrip().endswith("</html>")
    return BeautifulSoup(text, "html.parser")


def written() -> int:
    """Rows of the trace, but for that something was asked for."""
    return AuditEntry.objects.exclude(action="work.asked").count()


def words(page: BeautifulSoup) -> str:
    return " ".join((page.main or page).get_text(" ").split())


def groups(page: BeautifulSoup) -> dict[str, int]:
    """The groups of a preview and how many each has."""
    links = page.select(".kept-filters a")
    return {link.contents[0].strip(): int(link.strong.text) for link in links}


def table(page: BeautifulSoup) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.select(".import-rows tbody tr")]


def upload(client: Client, by: Acting, content: bytes, **more: Any):
    client.force_login(by.user)
    fields = {"client_id": uuid4(), "file": SimpleUploadedFile("Hemligt namn.csv", content)} | more
    return client.post(PAGE, fields, follow=True)


def confirm(client: Client, page: BeautifulSoup, **more: Any):
    """Send the form that a preview ends with."""
    (form,) = page.main.find_all("form")
    sent = {
        field["name"]: field.get("value", "")
        for field in form.find_all("input")
        if field["type"] != "checkbox"
    }
    return client.post(form["action"], sent | more, follow=True)


def filled_in(form) -> dict[str, Any]:
    """What a browser would send of a form that nobody has touched."""
    sent: dict[str, Any] = {}
    for field in form.find_all(["input", "select"]):
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            sent[field["name"]] = chosen["value"]
        elif field["type"] == "checkbox":
            if field.has_attr("checked") and not field.has_attr("disabled"):
                sent.setdefault(field["name"], []).append(field.get("value", "on"))
        else:
            sent[field["name"]] = field.get("value", "")
    return sent


def choose(client: Client, page: BeautifulSoup, **changes: Any):
    """Send the form of what a file holds, as it is filled in but for the changes; None leaves a field out."""
    (form,) = page.main.find_all("form", class_="import-choices")
    sent = filled_in(form) | changes
    answer = client.post(form["action"], {k: v for k, v in sent.items() if v is not None})
    is_work = resolve(answer.get("Location", "/")).url_name == "work"
    return client.get(answer["Location"], follow=True) if is_work else answer


def columns_chosen(page: BeautifulSoup, sheet: int = 0) -> dict[str, str]:
    """What each column is said to be, by its letter and heading."""
    rows = page.select(".import-sheet")[sheet].select(".import-columns tbody tr")
    sent = filled_in(page.main)
    return {" ".join(row.th.get_text(" ").split()): sent[row.select_one("select")["name"]] for row in rows}


def problems(page: BeautifulSoup) -> list[str]:
    """The kinds of problem of a preview, each with how many rows have it."""
    return [" ".join(each.p.get_text(" ").split()) for each in page.select(".import-problems > li")]


def changed(old: str, new: str) -> bytes:
    text = OWN_FILE.read_text(encoding="utf-8-sig")
    assert old in text
    return text.replace(old, new).encode()


def malas(*names: str, columns: dict[str, str] | None = None) -> bytes:
    """A file of Malå's with new contacts of those names."""
    cells = dict.fromkeys(COLUMNS, "") | {"Huvudman": "Malå kommun", "Typ": "annan"} | (columns or {})
    return write_csv([COLUMNS, *([*(cells | {"Enhet": name}).values()] for name in names)])


def everything() -> list[tuple]:
    return list(DirectoryEntry.objects.order_by("pk").values_list())
