"""Where the lines of the trace go that a log server reads: a file that something ships, or syslog. Off by default.

What is told is not what is kept: the trace is in the database, and a log server that is down stops no page.
"""

import os
import sys
import time
from logging import LogRecord
from logging.handlers import SysLogHandler, WatchedFileHandler
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# A name that cannot be resolved is not asked for again by every page.
_AGAIN_SECONDS = 30


class TrailFile(WatchedFileHandler):
    """Opened at the first line, again after rotation, and readable by the owner alone."""

    def __init__(self, filename: str) -> None:
        super().__init__(filename, encoding="utf-8", delay=True)

    def _open(self) -> Any:
        os.close(os.open(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        return super()._open()

    def emit(self, record: LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:
            # A folder that is not there: looked for before the handler's own care begins.
            self.handleError(record)

    def handleError(self, record: LogRecord) -> None:  # noqa: N802
        _say_failed()


class TrailSyslog(SysLogHandler):
    """To the local socket, or by UDP: by TCP a server that hangs would hang every page. Starts also without one."""

    _tried = 0.0

    def createSocket(self) -> None:  # noqa: N802
        if time.monotonic() - self._tried < _AGAIN_SECONDS:
            raise OSError("not tried again yet")
        try:
            super().createSocket()
        except OSError:
            self._tried = time.monotonic()

    def handleError(self, record: LogRecord) -> None:  # noqa: N802
        _say_failed()


def _say_failed() -> None:
    """The line itself is in the trace."""
    error = sys.exc_info()[1]
    if sys.stderr:
        sys.stderr.write(f"TRAIL_LOG: a line was not written: {type(error).__name__}: {error}\n")


def trail_handler(to: str) -> dict[str, Any]:
    """The handler for a value of TRAIL_LOG: a path, `syslog:/dev/log`, `udp://host:514`, or "" for none."""
    if not to:
        return {"class": "logging.NullHandler"}
    parts = urlsplit(to)
    if parts.scheme == "syslog":
        return _syslog(parts.path or "/dev/log")
    if parts.scheme == "udp":
        try:
            return _syslog((parts.hostname or "localhost", parts.port or 514))
        except ValueError:
            raise ImproperlyConfigured(
                f"TRAIL_LOG={to}: porten är inget tal. Skriv udp://värd:514."
            ) from None
    return {"()": TrailFile, "filename": to, "formatter": "bare"}


def _syslog(address: str | tuple[str, int]) -> dict[str, Any]:
    facility = SysLogHandler.LOG_LOCAL0
    return {"()": TrailSyslog, "address": address, "facility": facility, "formatter": "syslog"}
