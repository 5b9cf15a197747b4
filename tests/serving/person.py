"""Somebody at a PC, over HTTP: pages with their forms, sent as a browser sends them."""

from http.cookiejar import Cookie, CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

from bs4 import BeautifulSoup, Tag

from tests.integration.outage.pages import fields_of

PATIENCE = 20.0


class Person:
    def __init__(self, origin: str, session: str = "") -> None:
        self.origin = origin
        self.jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.jar))
        if session:
            self.jar.set_cookie(_cookie("sessionid", session))
        self.at = ""
        self.status = 0
        self.page = BeautifulSoup()

    def of(self, origin: str) -> "Person":
        """The same PC, in another window."""
        other = Person(origin)
        for each in self.jar:
            other.jar.set_cookie(each)
        return other

    def log_in(self, name: str) -> None:
        """By a demo person's button."""
        self.get("/logga-in/")
        button = next(each for each in self.page.find_all("button") if name in each.get_text(" "))
        form = button.find_parent("form")
        assert form is not None
        self.send(form, **({str(button["name"]): str(button["value"])} if button.get("name") else {}))

    def get(self, path: str) -> BeautifulSoup:
        return self._ask(Request(urljoin(self.origin, path)))

    def send(self, form: Tag, **changed: Any) -> BeautifulSoup:
        """A form as it stands, but for what is changed."""
        return self.post(urlsplit(str(form.get("action") or self.at)).path, fields_of(form) | changed)

    def post(self, path: str, fields: dict[str, Any]) -> BeautifulSoup:
        return self._ask(Request(urljoin(self.origin, path), urlencode(fields, doseq=True).encode()))

    def form(self, **attributes: Any) -> Tag:
        found = self.page.main.find("form", attributes)
        assert isinstance(found, Tag), self.page.get_text(" ", strip=True)[:500]
        return found

    def cookies(self) -> str:
        return "; ".join(f"{each.name}={each.value}" for each in self.jar)

    def _ask(self, request: Request) -> BeautifulSoup:
        try:
            answer = self._opener.open(request, timeout=PATIENCE)
        except HTTPError as error:
            answer = error
        with answer:
            self.at, self.status = answer.url, answer.status
            self.page = BeautifulSoup(answer.read().decode(), "html.parser")
        return self.page


def _cookie(name: str, value: str) -> Cookie:
    host = {"domain": "127.0.0.1", "domain_specified": False, "domain_initial_dot": False}
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        path="/",
        path_specified=True,
        secure=False,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
        **host,
    )
