"""What the server grants one client: how much it may send before it is answered, and how long that may lie unread.

See docs/decisions/0040.
"""

import asyncio
import sys
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# How long a client may take over the headers of a request, and how much they may be; so may what follows a body.
HEADER_SECONDS = 20
HEADER_BYTES = 64_000
HEADERS = 200
# How long an answer may lie here without any of it being read, how often that is looked at, and how much lies here of
# all of them in a process.
UNREAD_SECONDS = 30
LOOK_SECONDS = 5
MOST_UNREAD = 150_000_000
# How long a worker that stops waits for who neither sends nor reads, and listens to who has connected and asks late.
STILL_SECONDS = 3
_LAST_SECONDS = 1
_PIECE = 65_536


class Refused(Exception):
    """What is read no further."""


class Protocol(HttpToolsProtocol):
    """Headers come in time, and are not without end; uvicorn waits for them for ever. So are answers read.

    What was sent to a worker that stops before anybody could know is answered; uvicorn resets the connection.
    """

    # How much lies here of each answer that is not read yet, and in all; who has read last is last.
    unread: ClassVar[dict["Protocol", int]] = {}
    unread_of_all = 0

    _late: asyncio.TimerHandle | None = None
    _look: asyncio.TimerHandle | None = None
    _read_at = 0.0
    _came = _head = _left = 0
    _is_last = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # So much is taken of each at a time, before anybody counts it; and what the system does not take is not read.
        transport.max_size = _PIECE  # type: ignore[attr-defined]
        transport.set_write_buffer_limits(high=0)
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_headers()
        self._have_read()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        if self._owes():
            # No browser and no proxy asks before it is answered. It is, and then the connection closes.
            raise Refused
        super().on_message_begin()
        if self._late is None:
            self._expect_headers()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._late is None:
            # What follows a body is no header.
            return
        if len(self.headers) == HEADERS:
            raise Refused
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._have_headers()
        super().on_headers_complete()
        if self._is_last:
            super().shutdown()

    def on_body(self, body: bytes) -> None:
        self._head = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._head = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._owes():
            # It would stand in the middle of the answer.
            self.cycle.keep_alive = False
            self.flow.pause_reading()
        else:
            super().send_400_response(msg)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.flow.write_paused:
            self.flow.pause_reading()

    def pause_writing(self) -> None:
        super().pause_writing()
        # Who does not read asks for nothing more.
        self.flow.pause_reading()
        self._note_unread()
        while Protocol.unread_of_all > MOST_UNREAD and len(self.unread) > 1:
            next(iter(self.unread)).abort()

    def resume_writing(self) -> None:
        self._have_read()
        super().resume_writing()
        self.flow.resume_reading()

    def shutdown(self) -> None:
        self._is_last = True
        self._end_when_still(None)
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(_LAST_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        self._came += len(data)
        # What is neither a piece of a body nor the end of a request.
        self._head += len(data)
        super().data_received(data)
        if self._head > HEADER_BYTES:
            self.transport.close()

    def abort(self) -> None:
        self._have_read()
        self.transport.abort()

    def _owes(self) -> bool:
        """Whether a request is whole, and its answer is not."""
        return self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete

    def _expect_headers(self) -> None:
        self._late = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _have_headers(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _unread(self) -> int:
        """With what the system has taken and not got rid of: it takes no more until there is room for much."""
        taken = ioctl(self.transport.get_extra_info("socket").fileno(), TIOCOUTQ, bytes(4))
        return self.transport.get_write_buffer_size() + int.from_bytes(taken, sys.byteorder)

    def _note_unread(self) -> None:
        self.unread[self] = self.transport.get_write_buffer_size()
        Protocol.unread_of_all += self.unread[self]
        self._read_at, self._left = self.loop.time(), self._unread()
        self._look = self.loop.call_later(LOOK_SECONDS, self._look_whether_read)

    def _have_read(self) -> None:
        Protocol.unread_of_all -= self.unread.pop(self, 0)
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_whether_read(self) -> None:
        if self._unread() < self._left:
            self._have_read()
            self._note_unread()
        elif self.loop.time() - self._read_at >= UNREAD_SECONDS:
            self.abort()
        else:
            self._look = self.loop.call_later(LOOK_SECONDS, self._look_whether_read)

    def _end_when_still(self, before: tuple[int, int] | None) -> None:
        """Of a worker that stops: who is to send or to read, and does neither, is not waited for."""
        if self not in self.connections:
            return
        now = self._came, self._unread()
        if now == before and (self.flow.write_paused or not self._owes()):
            self.abort()
        else:
            self.loop.call_later(STILL_SECONDS, self._end_when_still, now)
