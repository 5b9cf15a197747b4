"""Files that are no scans, or mean harm: refused with a sentence, soon, with nothing left on the disk."""

import contextlib
import io
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from contacts import sandbox
from forms.scanning import MOST_PAGES, BadScan, child, read_scan
from tests.paper.scans_made import as_file, as_pdf

SOON = 30
PAGE = Image.new("L", (827, 1169), 240)


@pytest.fixture(autouse=True)
def room(tmp_path, monkeypatch):
    """A folder of our own for what lies on the disk meanwhile; it is empty after every test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


def refused(*files: bytes) -> str:
    """Read files that are refused; give the reason, and hold that it came soon and in words."""
    started = time.monotonic()
    with pytest.raises(BadScan) as caught:
        list(read_scan(files))
    assert time.monotonic() - started < SOON
    assert caught.value.field == "files"
    assert caught.value.reason[0].isupper()
    assert caught.value.reason.endswith(".")
    assert "{" not in caught.value.reason
    return caught.value.key


def raw_pdf(*objects: bytes, root: bytes = b"<</Type/Catalog/Pages 2 0 R>>") -> bytes:
    """A PDF of these objects, which are numbered from 2; its catalog is number 1."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate((root, *objects), 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start))
    return out.getvalue()


def with_picture(picture: bytes) -> bytes:
    """A PDF of one page that draws `picture`, an object."""
    return raw_pdf(
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length 26>>stream\nq 595 0 0 842 0 0 cm /I Do\nendstream",
        picture,
    )


def bomb(side: int) -> bytes:
    """A picture object of side x side RGB pixels that is all zeros, compressed twice."""
    packer = zlib.compressobj(9)
    row = bytes(side * 3)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    data = zlib.compress(data, 9)
    head = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8" % (
        side,
        side,
    )
    return head + b"/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream" % (len(data), data)


def png_of(width: int, height: int) -> bytes:
    """A small PNG file of the size it declares."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = bytes(1 + width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def tiff_of(frames: int) -> bytes:
    """A TIFF of so many frames, all of the same few pixels."""
    entries = [(256, 4, 40), (257, 4, 40), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
               (278, 4, 40), (279, 4, 1600)]  # fmt: skip
    out = io.BytesIO(struct.pack("<2sHI", b"II", 42, 8 + 1600))
    out.seek(0, io.SEEK_END)
    out.write(bytes(1600))
    for number in range(frames):
        out.write(struct.pack("<H", len(entries)))
        for tag, kind, value in entries:
            out.write(struct.pack("<HHII", tag, kind, 1, value))
        out.write(struct.pack("<I", 0 if number == frames - 1 else out.tell() + 4))
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("blad.pdf", bytes(5_000_000))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + bytes(400), "program"),
        (b"\x7fELF" + bytes(400), "program"),
        (b"#!/bin/sh\nrm -rf /\n", "program"),
        (zipped(), "archive"),
        (b"<!doctype html><script>alert(1)</script>", "markup"),
        (b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "markup"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "broken"),
        (b"RIFF\x20\x00\x00\x00WEBPVP8 " + bytes(40), "broken"),
        (b"GIF89a" + bytes(100), "unknown"),
        (b"hej", "unknown"),
    ],
)
def test_what_is_no_scan_is_named_for_what_it_is(content, key):
    assert refused(content) == key


def test_no_file_and_too_many_bytes_never_reach_the_disk(room, monkeypatch):
    monkeypatch.setattr(child, "_start", lambda *args: pytest.fail("a child was started"))
    assert refused() == "none"
    assert refused(bytes(30_000_000), bytes(20_000_001)) == "too_big"


def test_two_pdfs_at_once_are_asked_for_one_at_a_time():
    assert refused(as_pdf([PAGE]), as_pdf([PAGE])) == "many_pdfs"


def locked(password: str, algorithm: str = "AES-128") -> bytes:
    """A PDF that opens with `password`, and may be changed with another."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(as_pdf([PAGE, PAGE]))))
    writer.encrypt(user_password=password, owner_password="annan", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_that_asks_for_a_password_says_that_it_is_locked():
    assert refused(locked("hemlig")) == "locked"


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_that_is_locked_only_for_editing_opens(algorithm):
    first, *pages = read_scan([locked("", algorithm)])
    assert (first.count, len(pages)) == (2, 2)


@pytest.mark.parametrize(
    "root",
    [
        b"/OpenAction<</S/JavaScript/JS(app.alert)>>",
        b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(app.alert)>>]>>>>",
        b"/AcroForm<</XFA[(a)()]/Fields[]>>",
        b"/OpenAction<</S/Launch/F(calc.exe)>>",
    ],
)
def test_a_pdf_with_a_program_in_it_is_refused(root):
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    assert refused(raw_pdf(pages, page, root=b"<</Type/Catalog/Pages 2 0 R%s>>" % root)) == "active"


def test_a_pdf_without_its_end_is_cut():
    whole = as_pdf([PAGE, PAGE])
    for part in (len(whole) // 4, len(whole) // 2, len(whole) - 40):
        assert refused(whole[:part]) == "cut"


def test_a_broken_cross_reference_still_gives_all_pages():
    whole = as_pdf([PAGE, PAGE, PAGE])
    place = whole.rindex(b"xref", 0, whole.rindex(b"startxref"))
    broken = whole[:place] + b"xref\n0 1\n9999999999 00000 n \n" + whole[whole.rindex(b"trailer") :]
    first, *pages = read_scan([broken])
    assert first.count == len(pages) == 3
    assert refused(b"%PDF-1.7\n" + bytes(5000) + b"%%EOF") in ("broken", "no_pages")


def test_a_pdf_of_ten_thousand_pages_is_refused():
    kids = b" ".join(b"3 0 R" for _ in range(10_000))
    pages = b"<</Type/Pages/Kids[%s]/Count 10000>>" % kids
    assert refused(raw_pdf(pages, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")) == "many_pages"


def test_pages_that_are_no_sheets_are_named():
    for box in (b"[0 0 14400 14400]", b"[0 0 5 5]"):
        page = b"<</Type/Page/Parent 2 0 R/MediaBox%s>>" % box
        assert refused(raw_pdf(b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page)) == "page_size"


def test_a_picture_bomb_in_a_pdf_is_refused():
    packed = with_picture(bomb(8_000))
    assert len(packed) < 1_000_000
    assert refused(packed) == "many_pixels"


def test_a_picture_of_a_hundred_million_pixels_is_refused():
    packed = png_of(10_000, 10_000)
    assert len(packed) < 200_000
    assert refused(packed) == "many_pixels"
    assert refused(png_of(7_000, 7_000)) == "many_pixels"


def test_a_tiff_of_ten_thousand_frames_is_refused_and_a_fair_one_is_not():
    assert refused(tiff_of(10_000)) == "many_pages"
    first, *pages = read_scan([tiff_of(3)])
    assert (first.count, len(pages)) == (3, 3)
    assert MOST_PAGES < 10_000


def test_a_cut_picture_names_its_page():
    whole = as_file(PAGE)
    assert refused(whole, whole[: len(whole) // 2]) == "broken_page"
    assert refused(b"\xff\xd8\xff" + bytes(100)) == "broken"


def _worker(monkeypatch, tmp_path_factory, code: str) -> None:
    folder = tmp_path_factory.mktemp("worker")
    (folder / "strange_worker.py").write_text(code)
    monkeypatch.setattr(child, "WORKER", "strange_worker")
    monkeypatch.setattr(sandbox, "ROOT", folder)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("import time; time.sleep(300)", "slow"),
        ("import os; os.kill(os.getpid(), 11)", "died"),
        ("print('{\"pages\": 2}')", "died"),
        ("print('{\"pages\": 100000}')", "died"),
        ("print('not json')", "died"),
        ("print('{\"pages\": 1}'); print('{\"page\": 1}')", "died"),
        ("raise SystemExit(3)", "died"),
    ],
)
def test_a_child_that_hangs_dies_or_talks_nonsense_is_a_sentence(monkeypatch, tmp_path_factory, code, key):
    _worker(monkeypatch, tmp_path_factory, code)
    monkeypatch.setattr(child, "CHILD", replace(child.CHILD, silent_seconds=2))
    assert refused(as_file(PAGE)) == key


def test_a_child_that_goes_on_for_ever_is_ended(monkeypatch, tmp_path_factory):
    endless = "import time, sys\nprint('{\"pages\": 500}', flush=True)\nwhile True: time.sleep(0.1)"
    _worker(monkeypatch, tmp_path_factory, endless)
    monkeypatch.setattr(child, "CHILD", replace(child.CHILD, whole_seconds=2))
    assert refused(as_file(PAGE)) == "slow"


def test_a_reader_that_goes_away_ends_the_child(monkeypatch, room):
    started = []
    real = child._start
    monkeypatch.setattr(child, "_start", lambda *args: started.append(real(*args)) or started[0])
    reading = read_scan([as_pdf([PAGE] * 30)])
    next(reading)
    assert started[0].poll() is None
    assert list(room.iterdir()) == []
    reading.close()
    assert started[0].returncode is not None


_SCANS = """
import sys, time
from pathlib import Path
from forms.scanning import read_scan
reading = read_scan([Path(sys.argv[1]).read_bytes()])
print(next(reading), next(reading).number, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("pages_read", [0, 1])
def test_a_server_that_is_killed_in_the_middle_leaves_nothing_on_the_disk(room, tmp_path_factory, pages_read):
    scan = tmp_path_factory.mktemp("scan") / "scan.pdf"
    scan.write_bytes(as_pdf([PAGE] * 40))
    server = subprocess.Popen(
        [sys.executable, "-c", _SCANS, str(scan)],
        env=os.environ | {"TMPDIR": str(room)},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    if pages_read:
        assert b"1" in server.stdout.readline()
    else:
        time.sleep(1)
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    # Neither what came nor a page of it has a name, also while the child may still be at its last page.
    assert list(room.iterdir()) == []
    for _ in range(100):
        if not _children(room):
            break
        time.sleep(0.1)
    assert _children(room) == []


def _children(room: Path) -> list[str]:
    """The open files of every process that lie in the folder, unlinked ones too."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            target = str(link.readlink())
            if target.startswith(f"{room}/"):
                found.append(target)
    return found


def test_what_an_older_version_left_is_taken_away_by_the_sweep(room):
    left = room / "driftstopp-scan-abc123"
    left.mkdir(mode=0o700)
    (left / "page-1.jpg").write_bytes(as_file(PAGE))
    others = room / "driftstopp-scan.txt"
    others.write_text("inte vår")
    child.sweep()
    assert list(room.iterdir()) == [others]
    others.unlink()


def test_the_child_has_little_memory_no_core_and_none_of_our_secrets(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("SECRET_KEY", "hemligt")
    told = tmp_path_factory.mktemp("told") / "told"
    code = f"""
import os, resource, sys
sys.path.insert(0, {str(Path.cwd())!r})
from contacts.sandbox import confine
from forms.scanning.limits import CHILD
confine(CHILD)
try:
    bytes(2_000_000_000)
    much = True
except MemoryError:
    much = False
open({str(told)!r}, "w").write(repr((much, resource.getrlimit(resource.RLIMIT_CORE), "SECRET_KEY" in os.environ)))
"""
    _worker(monkeypatch, tmp_path_factory, code)
    assert refused(as_file(PAGE)) == "died"
    assert told.read_text() == "(False, (0, 0), False)"
