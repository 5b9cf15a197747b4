"""The ASGI application: clients are waited for in the event loop, and pages are made one at a time.

See docs/decisions/0040.
"""

import asyncio
import faulthandler
import gc
import re
import signal
from asyncio.events import _set_running_loop  # what an event loop shows and hides itself with
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from sys import stderr
from typing import Any
from urllib.parse import unquote_to_bytes

# Sets Django up, and refuses to serve while a system check of our own fails; the rest must come after.
from outage.project.wsgi import application as pages  # isort: split

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string

from outage.checks import check_printing
from outage.project.environment import number
from outage.project.guessing import on_the_way_out
from outage.templatetags.parts import compile_all

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = tuple[int, list[tuple[str, str]], bytes]

# The most that is taken in of one request: the largest files that a page takes, and what goes with them.
MOST = max(settings.UPLOAD_ROOM.values()) + 5_000_000
# What is held of requests that are not answered yet, in all: of those who have logged in, and of those who have not.
MOST_OF_KNOWN, MOST_OF_UNKNOWN = 200_000_000, 50_000_000
# How long a client may be silent within a request, and take over all of it.
SILENT_SECONDS, BODY_SECONDS = 30, 300
# A page that is not made by then hangs: the process ends, and another takes its place.
PAGE_SECONDS = number("PAGE_SECONDS", 180)
_SESSION = re.compile(rb"(^|[; ])%s=\w{32}(;|$)" % settings.SESSION_COOKIE_NAME.encode())

# One page at a time, in the order in which requests were whole.
_turn = asyncio.Lock()


class Refused(Exception):
    """A request that is not taken in; it has the status."""


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    answer = await _answer(scope, receive)
    if answer is None:
        return
    status, headers, content = answer
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers
            ],
        }
    )
    # Outside the turn: who does not read what was asked for keeps nobody waiting.
    await send({"type": "http.response.body", "body": content})


async def _answer(scope: Scope, receive: Receive) -> Answer | None:
    """None where the client goes away before. When it is made, nothing is kept of what was sent."""
    environ = environ_of(scope)
    body = Body(receive, _known if _has_logged_in(scope) else _unknown)
    try:
        if not await body.is_whole():
            return None
        async with _turn:
            content = body.content()
            return made(
                pages, environ | {"wsgi.input": BytesIO(content), "CONTENT_LENGTH": str(len(content))}
            )
    except Refused as refused:
        return _refusal(environ, *refused.args)
    finally:
        body.let_go()


def _has_logged_in(scope: Scope) -> bool:
    """By the looks of it: whoever makes a cookie up takes room from those who have logged in, and gets no further."""
    return any(name == b"cookie" and _SESSION.search(value) for name, value in scope["headers"])


def environ_of(scope: Scope) -> dict[str, Any]:
    """What WSGI says of a request. Headers of a name with `_` are dropped: they would pass for those with `-`."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "REMOTE_ADDR": scope["client"][0],
        "REMOTE_PORT": str(scope["client"][1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        if b"_" in raw:
            continue
        name = raw.decode("latin-1").upper().replace("-", "_")
        if name != "CONTENT_TYPE":
            name = f"HTTP_{name}"
        text = value.decode("latin-1")
        if name in environ:
            text = environ[name] + ("; " if name == "HTTP_COOKIE" else ",") + text
        environ[name] = text
    environ.pop("HTTP_CONTENT_LENGTH", None)
    return environ


class Room:
    """What is held of what some clients send. Where it is not enough, the largest makes room: forms come through."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        self.sizes: dict[Body, int] = {}

    def hold(self, body: "Body", size: int) -> None:
        self.held += size - self.sizes.pop(body, 0)
        if size:
            self.sizes[body] = size
        while self.held > self.most:
            max(self.sizes, key=self.sizes.__getitem__).refuse(503)


_known, _unknown = Room(MOST_OF_KNOWN), Room(MOST_OF_UNKNOWN)


class Body:
    """What a client sends, from its first byte until the answer is made."""

    def __init__(self, receive: Receive, room: Room) -> None:
        self._receive = receive
        self._room = room
        self._content = bytearray()
        self._refused = 0

    async def is_whole(self) -> bool:
        """In the end; not where the client goes away before. Raises Refused."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                more = True
                while more:
                    async with asyncio.timeout(SILENT_SECONDS):
                        message = await self._receive()
                    if message["type"] == "http.disconnect":
                        return False
                    self._take(message.get("body", b""))
                    more = message.get("more_body", False)
        except TimeoutError:
            raise Refused(self._refused or 408) from None
        return True

    def content(self) -> bytes:
        """All of it; raises Refused."""
        if self._refused:
            raise Refused(self._refused)
        return bytes(self._content)

    def refuse(self, status: int) -> None:
        self._refused = status
        self.let_go()

    def let_go(self) -> None:
        self._content = bytearray()
        self._room.hold(self, 0)

    def _take(self, piece: bytes) -> None:
        # What is refused is read and thrown away: a browser shows no answer before it has sent everything.
        if self._refused:
            return
        self._content += piece
        if len(self._content) > MOST:
            self.refuse(413)
        else:
            self._room.hold(self, len(self._content))


def made(pages: Callable[..., Any], environ: dict[str, Any]) -> Answer:
    """The whole answer. What makes it finds one thread and no event loop, as under any WSGI server."""
    told: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        told[:] = [int(status.split()[0]), headers]

    with _without_event_loop(), _ended_when_it_hangs():
        parts = pages(environ, start_response)
        try:
            content = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
    status, headers = told
    if status not in {204, 304} and all(name.lower() != "content-length" for name, _ in headers):
        headers = [*headers, ("Content-Length", str(len(content)))]
    return status, headers, content


@contextmanager
def _without_event_loop() -> Iterator[None]:
    loop = asyncio.get_running_loop()
    _set_running_loop(None)
    try:
        yield
    finally:
        _set_running_loop(loop)


@contextmanager
def _ended_when_it_hangs() -> Iterator[None]:
    """By the operating system, whose signal ends the process also where no Python runs any more."""
    signal.setitimer(signal.ITIMER_REAL, PAGE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _refusal(environ: dict[str, Any], status: int) -> Answer:
    page = render_to_string("errors/not_taken.html", {"status": status, "version": settings.VERSION}).encode()
    said = {"Cache-Control": "no-store", "Connection": "close", "Content-Length": str(len(page))}
    answer = HttpResponse(page, status=status, headers=said)
    answer = on_the_way_out(WSGIRequest(environ | {"wsgi.input": BytesIO()}), answer)
    return status, list(answer.items()), page


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    with _without_event_loop():
        _warm_up()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _warm_up() -> None:
    """Before anybody is answered: the code of every page, every template and the typesetter."""
    faulthandler.register(signal.SIGALRM, chain=True)
    reverse("status")
    folder = settings.BASE_DIR / "templates"
    for path in folder.rglob("*.html"):
        get_template(str(path.relative_to(folder)))
    compile_all()
    if not check_printing(None):
        import_string(settings.TYPESETTER_WARM_UP)()
    # What stays is left out of garbage collection: traversing all of it stops a page for long.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
