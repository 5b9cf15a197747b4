"""Pictures of scanned pages on the disk: unreadable without the key, whole or not there, never taken for another."""

import hashlib
import subprocess
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.checks.registry import registry
from django.utils import timezone

from forms import scan_store
from forms.checks import check_scan_keys
from forms.scan_store import PictureLost, keep, left_unkept, load, remove, save

PICTURE = b"\xff\xd8\xff Tolvan Tolvansson " * 1000
SUM = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SCAN_DIR = tmp_path / "scans"
    return settings.SCAN_DIR


def sentence(page_id, sha256=SUM) -> str:
    with pytest.raises(PictureLost) as lost:
        load(page_id, sha256=sha256)
    return lost.value.reason


def test_what_is_kept_comes_back_and_can_not_be_read_on_the_disk(folder):
    page_id = uuid4()
    save(page_id, PICTURE)
    assert load(page_id, sha256=SUM) == PICTURE
    keep([page_id])
    keep([page_id])
    assert load(page_id, sha256=SUM) == PICTURE
    (file,) = folder.iterdir()
    assert file.name == str(page_id)
    assert b"Tolvan" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_write_that_breaks_leaves_nothing(folder, monkeypatch):
    page_id = uuid4()

    def full(descriptor):
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(scan_store.os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            save(page_id, PICTURE)
    assert list(folder.iterdir()) == []
    assert "finns inte på servern" in sentence(page_id)


def test_missing_damaged_and_swapped_pictures_are_each_a_sentence(folder):
    first, second = uuid4(), uuid4()
    save(first, PICTURE)
    save(second, b"\xff\xd8\xff another")
    keep([first, second])
    assert "finns inte på servern" in sentence(uuid4())
    (folder / str(first)).write_bytes((folder / str(second)).read_bytes())
    assert "skadad" in sentence(first)
    content = bytearray((folder / str(second)).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / str(second)).write_bytes(content)
    assert "skadad" in sentence(second, hashlib.sha256(b"\xff\xd8\xff another").hexdigest())


def test_only_what_is_not_kept_is_taken_away(folder):
    kept, unkept = uuid4(), uuid4()
    now, soon = timezone.now(), timezone.now() + timedelta(minutes=1)
    assert left_unkept(before=soon) == []
    save(kept, PICTURE)
    save(unkept, PICTURE)
    keep([kept])
    (folder / "notes.new").write_text("somebody's")
    assert left_unkept(before=now) == []
    assert left_unkept(before=soon) == [unkept]
    for page_id in (kept, unkept, unkept):
        remove(page_id)
    assert load(kept, sha256=SUM) == PICTURE
    assert "finns inte på servern" in sentence(unkept)
    assert {path.name for path in folder.iterdir()} == {str(kept), "notes.new"}


def test_a_new_key_encrypts_and_the_old_one_still_decrypts(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    before, after = uuid4(), uuid4()
    settings.DATA_KEYS = [old]
    save(before, PICTURE)
    settings.DATA_KEYS = [new, old]
    save(after, PICTURE)
    assert load(before, sha256=SUM) == load(after, sha256=SUM) == PICTURE
    settings.DATA_KEYS = [new]
    assert load(after, sha256=SUM) == PICTURE
    assert "skadad" in sentence(before)


def test_without_a_key_that_works_the_server_does_not_start(settings):
    assert check_scan_keys(None) == []
    for keys in ([], ["hej"], [Fernet.generate_key().decode(), "kort"]):
        settings.DATA_KEYS = keys
        (found,) = check_scan_keys(None)
        assert (found.id, "DATA_KEYS" in found.msg) == ("driftstopp.E005", True)
    assert check_scan_keys in registry.get_checks()


def test_the_command_of_the_hint_makes_a_key_that_works(settings):
    command = scan_store.NEW_KEY
    made = subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout.strip()
    settings.DATA_KEYS = [made]
    assert check_scan_keys(None) == []
