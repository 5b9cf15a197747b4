"""The seal: a file is known as ours when every byte is as it was, and never otherwise; and no file does harm."""

import logging
import os
import re
import stat
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core import checks
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from forms.checks import check_seal
from forms.rules.file_origin import MOST_BYTES
from forms.sealing import DEMO_NAME, SealState, SealUnusable, examine, open_seal, seal
from tests.architecture.tree import ROOT
from tests.long import runs
from tests.paper.conformance import faults
from tests.paper.reading import everything, read
from tests.paper.sealed import PASSPHRASE, make_p12
from tests.paper.test_rendering import several


@pytest.fixture(scope="module")
def printed() -> bytes:
    return several([2]).pdf


@pytest.fixture
def sealed(sealing: Path, printed: bytes) -> bytes:
    return seal(printed).pdf


def gap_of(pdf: bytes) -> tuple[int, int]:
    """Where the seal itself is in the file: the one range its digest leaves out."""
    (found,) = re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+) *\]", pdf)
    return int(found[1]), int(found[2])


def changed(pdf: bytes, place: int, bit: int = 0) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ (1 << bit)]) + pdf[place + 1 :]


def test_without_a_certificate_the_file_is_as_it_was(printed: bytes):
    assert open_seal() is None
    assert seal(printed).pdf == printed
    assert seal(printed).by == ""
    assert examine(printed).state == SealState.NONE


def test_a_sealed_file_is_ours_still_conforms_and_reads_the_same(printed: bytes, sealed: bytes):
    found = examine(sealed)
    assert (found.state, found.by) == (SealState.OURS, "Region Påhitt, driftstopp")
    assert found.at is not None
    assert abs(found.at - timezone.now()) < timedelta(minutes=1)
    assert sealed.startswith(printed)
    assert faults(sealed) == []
    assert everything(sealed) == everything(printed)
    metadata = [read(pdf).trailer["/Root"]["/Metadata"].get_data() for pdf in (printed, sealed)]
    assert metadata[0] == metadata[1]


def test_read_and_put_back_on_the_disk_it_is_still_ours(sealed: bytes, tmp_path: Path):
    path = tmp_path / "blad.pdf"
    path.write_bytes(sealed)
    PdfReader(path).pages[0].extract_text()
    assert examine(path.read_bytes()).state == SealState.OURS


def test_a_changed_byte_anywhere_outside_the_seal_shows(sealed: bytes):
    start, end = gap_of(sealed)
    places = [*range(0, start, 97), *range(start - 40, start), *range(end, len(sealed))]
    for place in places:
        assert examine(changed(sealed, place, place % 8)).state == SealState.BROKEN, place


@pytest.mark.long
def test_a_changed_byte_anywhere_in_the_seal_shows(sealed: bytes):
    start, end = gap_of(sealed)
    places = [*range(start, start + 100), *range(start + 100, end, 9), *range(end - 20, end)]
    for place in places[:: runs(5, full=1)]:
        assert examine(changed(sealed, place, 0)).state == SealState.BROKEN, place
    # The digits of the seal may be written small or large: that is a changed byte as well.
    letters = [place for place in range(start, end, 7) if sealed[place : place + 1].isalpha()]
    assert len(letters) > 20
    for place in letters[:: runs(5, full=1)]:
        assert examine(changed(sealed, place, 5)).state == SealState.BROKEN, place


@pytest.mark.parametrize("more", [b"\n", b"\0", b"%%EOF\n", b"1 0 obj\n<<>>\nendobj\n"])
def test_something_added_at_the_end_shows(sealed: bytes, more: bytes):
    assert examine(sealed + more).state == SealState.BROKEN
    assert examine(more + sealed).state == SealState.BROKEN


@pytest.mark.parametrize("short", [1, 2, 100])
def test_a_file_cut_short_is_not_ours_unchanged(sealed: bytes, short: int):
    assert examine(sealed[:-short]).state == SealState.BROKEN


def test_a_change_saved_after_the_seal_shows(sealed: bytes):
    writer = PdfWriter(BytesIO(sealed), incremental=True)
    writer.add_metadata({"/Title": "En annan titel"})
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sealed)
    assert examine(out.getvalue()).state == SealState.BROKEN


def test_a_file_written_anew_is_not_ours_unchanged(sealed: bytes):
    out = BytesIO()
    PdfWriter(clone_from=BytesIO(sealed)).write(out)
    assert examine(out.getvalue()).state != SealState.OURS


def test_the_seal_of_one_file_does_not_fit_another(sealed: bytes, printed: bytes):
    other = seal(several([2, 1]).pdf).pdf
    (start, end), (first, last) = gap_of(sealed), gap_of(other)
    assert examine(sealed[:start] + other[first:last] + sealed[end:]).state == SealState.BROKEN


def test_a_seal_over_ours_by_somebody_else_is_a_change(settings, sealed: bytes, tmp_path: Path):
    own = settings.SEAL_P12
    settings.SEAL_P12 = str(make_p12(tmp_path / "other.p12", name="Någon annan"))
    # Ours allows no change; whoever signs over it all the same has to get past that.
    with pytest.raises(Exception, match=r".+"):
        seal(sealed)
    settings.SEAL_P12 = own
    assert examine(sealed).state == SealState.OURS


@pytest.mark.parametrize("name", ["Någon annan", "Region Påhitt, driftstopp"])
def test_a_seal_of_another_server_is_told_by_its_name_and_never_taken_for_ours(
    settings, sealing: Path, printed: bytes, tmp_path: Path, name: str
):
    own = settings.SEAL_P12
    settings.SEAL_P12 = str(make_p12(tmp_path / "other.p12", name=name))
    theirs = seal(printed).pdf
    settings.SEAL_P12 = own
    found = examine(theirs)
    assert (found.state, found.by, found.at) == (SealState.ANOTHER, name, None)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param({"issued": True}, id="issued by an authority"),
        pytest.param({"ended": True}, id="ended"),
        pytest.param({"key": rsa.generate_private_key(65537, 2048)}, id="RSA"),
        pytest.param({"key": ec.generate_private_key(ec.SECP384R1())}, id="P-384"),
    ],
)
def test_other_certificates_of_our_own_work_as_well(settings, printed: bytes, tmp_path: Path, made: dict):
    settings.SEAL_P12, settings.SEAL_PASSPHRASE = str(make_p12(tmp_path / "a.p12", **made)), PASSPHRASE
    sealed = seal(printed).pdf
    assert examine(sealed).state == SealState.OURS
    assert faults(sealed) == []
    assert examine(changed(sealed, 5000)).state == SealState.BROKEN


def test_whoever_has_no_certificate_left_knows_no_file_as_theirs(settings, sealed: bytes, tmp_path: Path):
    settings.SEAL_P12 = ""
    assert examine(sealed).state == SealState.ANOTHER
    settings.SEAL_P12 = str(tmp_path / "gone.p12")
    assert examine(sealed).state == SealState.ANOTHER


def bomb() -> bytes:
    """A file whose list of objects unpacks to half a gigabyte."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(500)) + packer.flush()
    return b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (
        len(packed),
        packed,
    )


STRANGE = {
    "empty": b"",
    "no PDF": b"MZ\x90\0" + bytes(1000),
    "only a head": b"%PDF-1.7\n",
    "a range past the end": b"%PDF-1.7 /ByteRange [0 10 99999999 10]",
    "a range turned round": b"%PDF-1.7 /ByteRange [0 30 10 10] padding padding",
    "no seal in the gap": b"%PDF-1.7 /ByteRange [0 10 30 10] <zzzz> padding padding",
    "half a seal in the gap": b"%PDF-1.7 /ByteRange [0 40 46 2]         <3082>  ",
    "many ranges": b"/ByteRange [0 1 2 3]" * 200_000,
    "a range of many digits": b"/ByteRange [0 " + b"9" * 1_000_000,
    "deep": b"%PDF-1.7\n1 0 obj " + b"[" * 500_000,
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE.keys())
def test_no_file_makes_it_stumble(sealing, content: bytes):
    assert examine(content).state in {SealState.NONE, SealState.ANOTHER}


def test_a_bomb_that_bears_our_seal_is_not_unpacked(sealed: bytes):
    start, end = gap_of(sealed)
    packed = bomb()
    for content in (packed, packed + sealed, sealed + packed, sealed[:start] + packed + sealed[end:]):
        assert examine(content).state != SealState.OURS


def test_a_file_too_large_to_be_ours_is_not_looked_at(sealed: bytes):
    assert examine(sealed.ljust(MOST_BYTES)).state == SealState.BROKEN
    assert examine(sealed.ljust(MOST_BYTES + 1)).state == SealState.NONE


def test_every_file_of_many_at_once_is_sealed_whole(sealing, printed: bytes):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: seal(printed).pdf, range(12)))
    assert {examine(pdf).state for pdf in made} == {SealState.OURS}


def test_sealing_and_examining_log_nothing(sealing, printed: bytes, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        sealed = seal(printed).pdf
        examine(sealed)
        examine(changed(sealed, 900))
    assert caplog.text == ""


def test_in_demo_the_server_makes_itself_a_seal_that_says_test(settings, printed: bytes, tmp_path: Path):
    settings.DEMO, settings.VAR_DIR = True, tmp_path / "var"
    first = seal(printed)
    assert first.by == DEMO_NAME == "TEST – inte för vård"
    (made,) = settings.VAR_DIR.iterdir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert examine(first.pdf).state == SealState.OURS
    assert examine(seal(printed).pdf).state == SealState.OURS
    assert list(settings.VAR_DIR.iterdir()) == [made]


def test_workers_that_start_at_once_share_the_demo_s_seal(tmp_path: Path):
    code = (
        "import django; django.setup()\n"
        "from forms.sealing import open_seal\n"
        "print(open_seal().certificate.serial_number)"
    )
    environment = os.environ | {"DEMO": "1", "VAR_DIR": str(tmp_path)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    assert len({process.communicate()[0] for process in started}) == 1
    assert [process.returncode for process in started] == [0, 0, 0]
    assert [path.name for path in tmp_path.glob("*seal*")] == ["demo-seal.p12"]
    assert not list(tmp_path.glob("tmp*"))


def test_demo_s_seal_is_never_used_in_production(settings, tmp_path: Path):
    settings.DEMO, settings.PRODUCTION, settings.VAR_DIR = True, True, tmp_path
    assert open_seal() is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "passphrase", "said"),
    [
        (None, PASSPHRASE, "går inte att läsa"),
        (b"not a key", PASSPHRASE, "går inte att öppna"),
        ("good", "fel", "Sätt SEAL_PASSPHRASE"),
        ("good", "", "Sätt SEAL_PASSPHRASE"),
        ("keyless", PASSPHRASE, "saknar en nyckel med dess certifikat"),
    ],
)
def test_a_file_that_can_not_be_used_is_named_with_the_remedy_and_not_its_passphrase(
    settings, tmp_path: Path, content: bytes | str | None, passphrase: str, said: str
):
    path = tmp_path / "seal.p12"
    if content == "good":
        make_p12(path)
    elif content == "keyless":
        make_p12(path, keyless=True)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    settings.SEAL_P12, settings.SEAL_PASSPHRASE = str(path), passphrase
    with pytest.raises(SealUnusable) as refused:
        open_seal()
    assert str(path) in refused.value.reason
    assert said in refused.value.reason
    assert PASSPHRASE not in refused.value.reason
    with pytest.raises(SealUnusable):
        seal(b"%PDF-1.7")


def found() -> dict[str, str]:
    """What the system check of the seal says at startup."""
    return {message.id: f"{message.msg} {message.hint}" for message in check_seal(None)}


def test_the_start_says_nothing_of_a_seal_that_works(settings, sealing: Path):
    settings.PRODUCTION = True
    assert found() == {}


def test_in_production_without_a_seal_the_start_tells_and_goes_on(settings):
    assert found() == {}
    settings.PRODUCTION = True
    assert "SEAL_P12" in found()["driftstopp.I001"]
    assert check_seal(None)[0].level < checks.WARNING


def test_the_server_does_not_start_with_a_seal_it_can_not_open(settings, sealing: Path):
    settings.SEAL_PASSPHRASE = "fel"
    assert str(sealing) in found()["driftstopp.E006"]
    assert "SEAL_PASSPHRASE" in found()["driftstopp.E006"]
    assert check_seal(None)[0].level == checks.ERROR


def test_a_certificate_that_has_ended_is_told(settings, tmp_path: Path):
    settings.SEAL_P12 = str(make_p12(tmp_path / "ended.p12", ended=True))
    settings.SEAL_PASSPHRASE = PASSPHRASE
    assert "gick ut" in found()["driftstopp.W002"]
