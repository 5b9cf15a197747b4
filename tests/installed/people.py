"""People at their PCs, through the proxy: the administrator who begins, and the nurse who logs."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import HTTPCookieProcessor, HTTPSHandler, build_opener

from bs4 import Tag

from tests.integration.log_in.steps import code_of
from tests.serving.person import Person

PASSWORD = "Lingonris-Vid-Ansia-41"


class Visitor(Person):
    """Over TLS, with a certificate that it checks."""

    def __init__(self, origin: str, certificate: str = "") -> None:
        super().__init__(origin)
        trusted = ssl.create_default_context(cadata=certificate or None)
        self._opener = build_opener(HTTPSHandler(context=trusted), HTTPCookieProcessor(self.jar))
        self._opener.addheaders = [("Referer", f"{origin}/")]

    def begin(self, username: str, code: str) -> None:
        """In by a one-time code, which becomes a password."""
        self.get("/engangskod/")
        self.send(self.form(), username=username, code=code, password1=PASSWORD, password2=PASSWORD)
        self.came(200)

    def come_back(self, username: str) -> None:
        self.get("/logga-in/")
        self.send(self.form(action="/logga-in/"), login=username, password=PASSWORD)
        self.came(200)

    def add_app(self) -> None:
        self.get("/andra-steget/totp/activate/")
        self.send(self.form(action="/bekrafta/"), password=PASSWORD)
        secret = self.page.main.find("code").get_text()
        self.send(self.form(action="/andra-steget/totp/activate/"), code=code_of(secret, later=1))
        self.came(200)

    def fill_in(self, path: str, **fields: Any) -> None:
        """The page's form, sent to its own address."""
        self.get(path)
        self.send(self.form(action=path), **fields)
        self.came(200)

    def came(self, status: int) -> None:
        assert self.status == status, f"{self.at}: {self.status}: {self.text()[:1000]}"
        wrong = self.page.main.select(".invalid-feedback, .alert-danger")
        assert not wrong, f"{self.at}: {wrong}"

    def text(self) -> str:
        return self.page.get_text(" ", strip=True)

    def choice(self, name: str, words: str) -> str:
        """The value of the field's choice that says `words`."""
        field = self.page.main.find("select", {"name": name})
        assert isinstance(field, Tag)
        return next(str(each["value"]) for each in field.find_all("option") if words in each.get_text())


@contextmanager
def found_here(host: str) -> Iterator[None]:
    """The name leads to this machine, as it would by DNS."""
    real = socket.getaddrinfo

    def look_up(name: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if name == host else name, *rest, **more)

    socket.getaddrinfo = look_up
    try:
        yield
    finally:
        socket.getaddrinfo = real
