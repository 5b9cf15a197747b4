"""What the server makes of a request before the application is asked."""

from collections.abc import Iterator
from runpy import run_path

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from tests.architecture.tree import ROOT


@pytest.fixture(scope="module")
def config() -> Iterator[Config]:
    with pytest.MonkeyPatch.context() as patched:
        # The settings file sets it for the application.
        patched.setenv("LONG_WORK", "1")
        config = Config()
        for name, value in run_path(str(ROOT / ".ci" / "gunicorn.conf.py")).items():
            if name in config.settings:
                config.set(name, value)
        yield config


def come(config: Config, *lines: str) -> Request:
    raw = "\r\n".join(["POST /logga-in/ HTTP/1.1", "Host: localhost", *lines, "", ""])
    return Request(config, IterUnreader(iter([raw.encode()])), ("127.0.0.1", 1))


def test_nothing_that_a_header_says_of_where_it_came_from_is_believed(config: Config):
    said = [
        "X-Forwarded-Proto: https",
        "X-Forwarded-Ssl: on",
        "SCRIPT_NAME: /x",
        "PATH_INFO: /y",
        "X_Forwarded_For: z",
    ]
    request = come(config, *said, "X-Forwarded-For: 192.0.2.1")
    assert request.scheme == "http"
    assert not [name for name, _ in request.headers if "_" in name]


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Content-Length: 3", "Content-Length: 4"),
        ("Content-Length: 3, 3",),
        ("Content-Length: +3",),
        ("Transfer-Encoding: identity, chunked, chunked",),
        ("Transfer-Encoding: xchunked",),
        ("X-A: b\rX-C: d",),
        ("X-A : b",),
    ],
)
def test_a_request_whose_end_could_be_read_in_two_ways_is_refused(config: Config, lines: tuple[str, ...]):
    with pytest.raises((ParseException, NotImplementedError)):
        come(config, *lines)


def test_it_listens_to_this_machine_alone_and_writes_no_addresses(config: Config):
    assert str(config.bind[0]).startswith("127.0.0.1:")
    assert config.accesslog is None
