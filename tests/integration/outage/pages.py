"""Pages as a person meets them: read as HTML, forms sent as the browser would send them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from contacts.access import TYPED_BY_FIELD, Acting

Fields = dict[str, list[str]]


def log_in_anew(client: Client, acting: Acting) -> None:
    """After so long that the log-in before has lapsed."""
    client.logout()
    client.force_login(acting.user)


def read(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html.parser")


def form_of(page: BeautifulSoup, **attributes: Any) -> Tag:
    """The one form of the page's main part that has these attributes."""
    found = page.main.find_all("form", attributes)
    assert len(found) == 1, f"{len(found)} forms"
    return found[0]


def fields_of(form: Tag) -> Fields:
    """What the browser would send if the form were sent as it stands, without pressing any named button."""
    sent: Fields = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name = field.get("name")
        if not name:
            continue
        if field.name == "textarea":
            # A browser drops the first line break of a text box.
            values = [field.text.removeprefix("\n")]
        elif field.name == "select":
            values = [option["value"] for option in field.find_all("option", selected=True)]
        elif field.get("type") in {"checkbox", "radio"}:
            values = [field.get("value", "on")] if field.has_attr("checked") else []
        else:
            values = [field.get("value", "")]
        sent.setdefault(name, []).extend(values)
    return {name: values for name, values in sent.items() if values}


def errors_of(page: BeautifulSoup) -> str:
    """The text of the error summary at the top of a form."""
    box = page.main.find(attrs={"role": "alert"})
    return " ".join(box.get_text(" ").split()) if box else ""


def forms_on(answer: HttpResponse) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The address and its name, and what is sent, of each form on a page that is sent by POST to the three apps."""
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return
    query = answer.request["QUERY_STRING"]
    here = answer.request["PATH_INFO"] + (f"?{query}" if query else "")
    for form in BeautifulSoup(answer.content, "html.parser").find_all("form", method="post"):
        path = urljoin(here, str(form.get("action") or here))
        button = form.find("button", attrs={"name": True})
        pressed = {button["name"]: [button.get("value", "")]} if button else {}
        fields = fields_of(form) | pressed
        fields.pop(TYPED_BY_FIELD, None)
        yield resolve(urlsplit(path).path).url_name or "", path, fields
