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
def room(asgi: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(asgi, "MOST", 100)
    monkeypatch.setattr(asgi, "SILENT_SECONDS", 0.05)
    found = asgi.Room(150)
    yield found
    assert (found.held, found.sizes) == (0, {})


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


async def taken(receive: Any, room: Any) -> bytes | int | None:
    asgi = import_module("outage.project.asgi")
    body = asgi.Body(receive, room)
    try:
        found: bytes | None = body.content() if await body.is_whole() else None
    except asgi.Refused as refused:
        return int(refused.args[0])
    finally:
        body.let_go()
    return found


def test_of_what_comes_in_no_more_is_held_than_there_is_room_for(room: Any):
    async def ask() -> None:
        assert await taken(sending(b"x" * 60, b"y" * 40), room) == b"x" * 60 + b"y" * 40
        assert await taken(sending(b"x" * 60, b"y" * 60, b"z"), room) == 413
        assert await taken(sending(b"x" * 60, ends=False), room) == 408
        # Two do not go on, and the first has made room: a form comes through, a large file is told to wait.
        waiting = [asyncio.ensure_future(taken(sending(b"x" * 85, ends=False), room)) for _ in range(2)]
        await asyncio.sleep(0)
        assert room.held == 85
        assert await taken(sending(b"x" * 10), room) == b"x" * 10
        assert await taken(sending(b"x" * 90), room) == 503
        assert [await each for each in waiting] == [503, 408]

    asyncio.run(ask())


def test_what_waits_for_its_turn_is_held_too(asgi: ModuleType, room: Any):
    async def ask() -> None:
        whole = asgi.Body(sending(b"x" * 90), room)
        assert await whole.is_whole()
        assert room.held == 90
        # One that has more makes room for others, though it is whole.
        assert await taken(sending(b"x" * 80), room) == b"x" * 80
        with pytest.raises(asgi.Refused):
            whole.content()

    asyncio.run(ask())


def test_who_has_not_logged_in_takes_no_room_from_who_has(asgi: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asgi, "SILENT_SECONDS", 0.05)
    monkeypatch.setattr(asgi, "_unknown", asgi.Room(50))
    monkeypatch.setattr(asgi, "_known", asgi.Room(100))
    monkeypatch.setattr(
        asgi, "pages", lambda environ, start: start("200 OK", []) or [environ["wsgi.input"].read()]
    )
    cookie = f"csrftoken=x; {asgi.settings.SESSION_COOKIE_NAME}={'a' * 32}".encode()

    async def ask(body: bytes, *headers: tuple[bytes, bytes]) -> int:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await asgi.application(SCOPE | {"headers": list(headers)}, sending(body), send)
        return int(sent[0]["status"])

    async def all_of_them() -> None:
        assert await ask(b"x" * 60) == 503
        assert await ask(b"x" * 60, (b"cookie", b"sessionid=short")) == 503
        assert await ask(b"x" * 60, (b"cookie", cookie)) == 200
        assert await ask(b"x" * 50) == 200

    asyncio.run(all_of_them())
    assert (asgi._unknown.held, asgi._known.held) == (0, 0)
