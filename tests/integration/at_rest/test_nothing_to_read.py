"""After a whole demo outage no patient text can be read where it lies: the database, dumps, log-ins, files, the log.

Looked for is each name, number and free text of the demo and of what is typed beside it, also inside what is encoded or
compressed. That all of it is there is shown by reading it through the product.
"""

import binascii
import json
import os
import re
import sqlite3
import subprocess
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection

from contacts.rules.swedish_text import search_key
from tests.integration.at_rest.installation import Installation, installed, not_installed
from tests.integration.at_rest.typed import TYPED, demo_texts, terms
from tests.postgres import find_binaries
from tests.template import static_files

pytestmark = pytest.mark.slow

_WORK = "from tests.integration.at_rest.drive import work; work()"
_SHOW = "from tests.integration.at_rest.drive import show; show()"
_ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{24,}")
# A JPEG, a PDF, what Excel writes: a picture or a print of a patient, as it is.
_FILES = (b"\xff\xd8\xff", b"%PDF-", b"PK\x03\x04")


def needles() -> dict[bytes, str]:
    """What to look for, in small letters, by the bytes it would be."""
    found = {}
    for term in terms():
        small = term.lower()
        spelt = {small.encode(), small.encode("utf-16-le"), small.encode("latin-1", "ignore")}
        spelt |= {json.dumps(small)[1:-1].encode(), quote(small).lower().encode(), search_key(term).encode()}
        found |= dict.fromkeys(spelt, term)
    return found


NEEDLES = needles()


_BEGINNING, _AT_ONCE = 6, 500_000
_BEGINNINGS = {needle[:_BEGINNING] for needle in NEEDLES}


def read_in(content: bytes) -> set[str]:
    """The terms that stand in it: as it is, or inside what is encoded or compressed."""
    everything = lowered(b"\0".join(layers(content)))
    # A needle whose beginning is nowhere is not looked for: a look takes as long as the content is.
    begun = set()
    for start in range(0, len(everything), _AT_ONCE):
        part = everything[start : start + _AT_ONCE + _BEGINNING]
        begun |= _BEGINNINGS & {part[at : at + _BEGINNING] for at in range(len(part))}
    return {term for needle, term in NEEDLES.items() if needle[:_BEGINNING] in begun and needle in everything}


def layers(content: bytes) -> Iterator[bytes]:
    yield content
    for encoded in _ENCODED.findall(content):
        for shift in range(4):
            text = encoded[shift:].replace(b"+", b"-").replace(b"/", b"_")
            try:
                inner = urlsafe_b64decode(text[: len(text) // 4 * 4])
            except binascii.Error:
                continue
            yield inner
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(inner)


def lowered(content: bytes) -> bytes:
    """Small letters, also those of Swedish in UTF-8, Latin-1 and UTF-16."""
    low = content.lower()
    for letter in "ÅÄÖÉ":
        for coding in ("utf-8", "utf-16-le"):
            low = low.replace(letter.encode(coding), letter.lower().encode(coding))
    return low


def test_the_search_finds_what_is_hidden():
    packed = zlib.compress('{"words": "Samtalet om Gusten Fiktén"}'.encode())
    for content in (
        b"Tolvan TOLVANSSON",
        b'x "Gusten Fikt\\u00e9n"',
        "GUSTEN FIKTÉN".encode("utf-16-le"),
        b"." + binascii.b2a_base64(packed),
        binascii.b2a_base64(b"name: Torborg M\xc3\xb6nster\xc3\xa5s, 1"),
        b"tolvan+tolvansson 191212121212",
    ):
        assert read_in(content), content
    assert not read_in(os.urandom(100_000) + binascii.b2a_base64(os.urandom(3000)))


def dumped(room: Path, address: str) -> Iterator[tuple[str, bytes]]:
    """What somebody with the database, and not the keys, can take out of it."""
    if not address:
        with sqlite3.connect(room / "var" / "driftstopp.sqlite3") as database:
            yield "sqlite3 .dump", "\n".join(database.iterdump()).encode()
        return
    yield (
        "pg_dump",
        subprocess.run([find_binaries() / "pg_dump", address], check=True, capture_output=True).stdout,
    )
    with connection._nodb_cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
        cursor.execute("SELECT oid FROM pg_database WHERE datname = %s", [urlsplit(address).path[1:]])
        inside = folder / "base" / str(cursor.fetchone()[0])
    if os.access(inside, os.R_OK):
        yield from ((f"data file {path.name}", path.read_bytes()) for path in inside.iterdir())


def shown_elsewhere(ours: Installation, lies: dict[str, Any]) -> str:
    """What is shown by another installation that a backup of this one was restored in; the backup lies there too."""
    backup = ours.room / "of-all.backup"
    said = ours.says("manage.py", "backup", str(backup))
    with not_installed(ours.room / "again") as again:
        said += again.says("manage.py", "restore", str(backup), ends=1)
        again.has_keys_of(ours)
        said += again.says("manage.py", "restore", str(backup))
        shown = again.does("shell", "-c", _SHOW)
    pictures = [
        {path.name: path.read_bytes() for path in (each / "var" / "scans").iterdir()}
        for each in (ours.room, again.room)
    ]
    assert pictures[0] == pictures[1] != {}
    lies |= {"backup": backup.read_bytes(), "what backing up and restoring say": said}
    return shown


@pytest.mark.django_db
def test_no_patient_text_can_be_read_where_it_lies(tmp_path: Path):
    with installed(tmp_path) as ours:
        with static_files():
            said = ours.says(".ci/prepare.py")
        # Somebody has it open, so that its WAL stays beside it.
        held = sqlite3.connect(ours.file) if not ours.address else None
        said += ours.says("manage.py", "shell", "-c", _WORK)
        shown = ours.does("shell", "-c", _SHOW)
        dumped_rows = ours.says("manage.py", "dumpdata")
        lies: dict[str, Any] = {"log": said, "manage.py dumpdata": dumped_rows} | dict(
            dumped(tmp_path, ours.address)
        )
        for path in (*tmp_path.joinpath("var").rglob("*"), *tmp_path.joinpath("temporary").rglob("*")):
            if path.is_file():
                lies[str(path.relative_to(tmp_path))] = path.read_bytes()
        if held:
            held.close()
        shown_again = shown_elsewhere(ours, lies)
    assert shown_again == shown
    assert ours.address or "var/driftstopp.sqlite3-wal" in lies
    assert any(name.startswith("var/scans/") for name in lies)
    found = {name: sorted(hits) for name, content in lies.items() if (hits := read_in(content))}
    pictures = [name for name, content in lies.items() if content.startswith(_FILES)]
    open_files = [str(path) for path in tmp_path.joinpath("var").rglob("*") if path.stat().st_mode & 0o077]
    left = [str(path) for path in tmp_path.joinpath("temporary").rglob("*") if path.is_file()]
    assert (found, pictures, open_files, left) == ({}, [], [], [])
    # All of it is there to be found; numbers are stored without what is typed between their digits.
    there = shown.replace("-", "")
    assert [text for text in (*demo_texts(), *TYPED) if text.replace("-", "") not in there] == []
