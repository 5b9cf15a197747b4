"""What the server makes of a request before the application is asked."""

import asyncio
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.once

SCOPE = {
    "type": "http",
    "method": "POST",
    "raw_path": b"/logga-in/%C3%A5%ff",
    "query_string": b"next=%2F",
    "http_version": "1.1",
    "server": ("127.0.0.1", 8000),
    "client": ("127.0.0.1", 1),
}


@pytest.fixture
def asgi(db: None) -> ModuleType:
    """Loaded here: it looks in the database whether it may serve."""
    return import_module("outage.project.asgi")


def test_nothing_that_a_header_says_of_where_it_came_from_is_believed(asgi: ModuleType):
    said = [
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-ssl", b"on"),
        (b"script_name", b"/x"),
        (b"path_info", b"/y"),
        (b"x_forwarded_for", b"z"),
        (b"x-forwarded-for", b"192.0.2.1"),
        (b"content-length", b"7"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
    ]
    environ = asgi.environ_of(SCOPE | {"headers": said})
    assert environ["wsgi.url_scheme"] == "http"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("", "/logga-in/\xc3\xa5\xff")
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert "HTTP_CONTENT_LENGTH" not in environ


@pytest.fixture
def _small(asgi: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(asgi, "_FREE", 10)
    monkeypatch.setattr(asgi, "MOST", 100)
    monkeypatch.setattr(asgi, "MOST_HELD", 150)
    monkeypatch.setattr(asgi, "SILENT_SECONDS", 0.05)
    yield
    assert asgi.Body.held_of_all == 0


def sending(*pieces: bytes, ends: bool = True) -> Any:
    """A client that sends these, and then nothing more, or goes away."""
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        if left:
            piece = left.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(left) or not ends}
        await asyncio.sleep(10)
        return {}

    return receive


async def taken(receive: Any) -> bytes | int | None:
    asgi = import_module("outage.project.asgi")
    try:
        found: bytes | None = await asgi.Body(receive).whole()
    except asgi.Refused as refused:
        return int(refused.args[0])
    return found


@pytest.mark.usefixtures("_small")
def test_of_what_comes_in_no_more_is_held_than_there_is_room_for():
    async def ask() -> None:
        assert await taken(sending(b"x" * 60, b"y" * 40)) == b"x" * 60 + b"y" * 40
        assert await taken(sending(b"x" * 60, b"y" * 60, b"z")) == 413
        assert await taken(sending(b"x" * 60, ends=False)) == 408
        # Two that do not go on hold what there is: a form comes through all the same, a large file is told to wait.
        waiting = [asyncio.ensure_future(taken(sending(b"x" * 85, ends=False))) for _ in range(2)]
        await asyncio.sleep(0)
        assert await taken(sending(b"x" * 10)) == b"x" * 10
        assert await taken(sending(b"x" * 90)) == 503
        assert [await each for each in waiting] == [408, 408]

    asyncio.run(ask())
