"""What cannot be read as a form, or as text, is refused with a page that says so."""

import re
from collections.abc import Iterator

import pytest
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory
from django.test.client import FakePayload
from django.urls import reverse

from tests.factories import County

URLENCODED = "application/x-www-form-urlencoded"
UNREADABLE = {
    "no boundary": (b"--x\r\n\r\n\r\n--x--", "multipart/form-data"),
    "a boundary of no letters": (b"", "multipart/form-data; boundary=\xe5"),
    "another charset": (b"a=1", f"{URLENCODED}; charset=utf-16"),
    "a codec that gives no text": (b"a=1", "multipart/form-data; boundary=x; charset=rot13"),
    "too many fields": (b"a=1&" * 2_500, URLENCODED),
    "too much": (b"a=" + b"x" * 2_600_000, URLENCODED),
    "too many files": (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n1\r\n' * 600
        + b"--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
}


@pytest.fixture
def alva(county: County) -> Client:
    found = Client(raise_request_exception=False, enforce_csrf_checks=True)
    found.force_login(county.alva.user)
    return found


@pytest.mark.parametrize(
    "path", ["/logga-in/", "/vardkedjor/ny/", "/kontakter/", "/finns/inte/", "/admin/finns/inte"]
)
@pytest.mark.parametrize("what", UNREADABLE)
def test_it_is_refused_in_words(alva: Client, what: str, path: str):
    body, content_type = UNREADABLE[what]
    answer = alva.generic("POST", path, body, content_type)
    assert answer.status_code in {400, 403, 404}
    assert re.search("Gå till|Gå tillbaka|Inget är sparat", answer.content.decode())


@pytest.mark.parametrize("field", ["held", "taken_up"])
@pytest.mark.parametrize(
    ("path", "host", "status"), [("/", "elsewhere.example", 400), ("/blad/%00/", "testserver", 404)]
)
def test_what_is_refused_before_it_is_known_who_asks_has_a_page(
    alva: Client, path: str, host: str, status: int, field: str
):
    answer = alva.post(path, {field: "x"}, headers={"Host": host})
    assert answer.status_code == status
    assert "Gå till" in answer.content.decode()


CHARSETS = ["rot13", "hex", "utf-16", "idna", "latin-1", "utf-8", "finns-inte", '"utf-8"']


@pytest.fixture
def _in_one_transaction() -> Iterator[None]:
    """As the test client does: a server's request begins by closing a connection that is in a transaction."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


@pytest.mark.usefixtures("_in_one_transaction")
@pytest.mark.parametrize(
    "spelling", ["; charset={}", ";CHARSET={}", "; charset*=utf-8''{}; a=b", ";a=b ;charset = {}"]
)
@pytest.mark.parametrize("charset", CHARSETS)
def test_everything_is_read_as_utf_8(db, charset: str, spelling: str):
    """Asked as a server asks: Django has read a request before any of its middleware is called."""
    from outage.project.wsgi import application

    body = b"username=%C3%A5&password=x"
    environ = RequestFactory().get("/logga-in/?next=%2Fv%C3%A5rd%ff").environ
    environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded" + spelling.format(charset)}
    told: list[str] = []
    answer = application(environ, lambda status, headers: told.append(status))
    b"".join(answer)
    posted = environ | {
        "REQUEST_METHOD": "POST",
        "wsgi.input": FakePayload(body),
        "CONTENT_LENGTH": str(len(body)),
    }
    # Without the token that the form has.
    b"".join(application(posted, lambda status, headers: told.append(status)))
    assert told == ["200 OK", "403 Forbidden"]


@pytest.mark.parametrize("charset", ["rot13", "hex", "utf-16", "latin-1"])
def test_another_charset_is_refused_by_every_server(alva: Client, charset: str):
    answer = alva.get(reverse("status"), CONTENT_TYPE=f"text/plain; charset={charset}")
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8", "finns-inte", '"utf-8"'])
def test_what_browsers_say_is_read(alva: Client, charset: str):
    answer = alva.get(reverse("status"), CONTENT_TYPE=f"text/plain; charset={charset}")
    assert answer.status_code == 200
