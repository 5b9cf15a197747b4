"""Pictures of scanned pages on the disk: unreadable without the key, whole or not there, never taken for another."""

import hashlib
import subprocess
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.checks.registry import registry
from django.core.files.base import File
from django.core.files.storage import InMemoryStorage, storages
from django.utils import timezone

from contacts.models import DataKey
from contacts.models.data_key import environments_key, forget_keys
from contacts.services.data_keys import destroy_key
from forms import scan_files, scan_store
from forms.checks import check_scan_keys
from forms.scan_store import PictureLost, encrypt_again, keep, key_name, left_unkept, load, remove
from tests.factories import same_id

PICTURE = b"\xff\xd8\xff Tolvan Tolvansson " * 1000
SUM = hashlib.sha256(PICTURE).hexdigest()
ONE, ANOTHER = same_id(1), same_id(2)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SCAN_DIR = tmp_path / "scans"
    return settings.SCAN_DIR


def save(page_id, picture, upload_id=ONE):
    scan_store.save(page_id, picture, upload_id=upload_id)


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
        broken.setattr(scan_files.os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            save(page_id, PICTURE)
    assert list(folder.iterdir()) == []
    assert "finns inte på servern" in sentence(page_id)


def test_any_storage_of_django_keeps_them_encrypted(settings, folder):
    """As one that several servers have together, without renaming."""
    in_memory = {"scans": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    settings.STORAGES = settings.STORAGES | in_memory
    kept, unkept = uuid4(), uuid4()
    save(kept, PICTURE)
    save(unkept, PICTURE)
    assert load(kept, sha256=SUM) == PICTURE
    keep([kept])
    keep([kept])
    files = storages["scans"]
    assert b"Tolvan" not in files.open(str(kept)).read()
    assert load(kept, sha256=SUM) == PICTURE
    assert left_unkept(before=timezone.now() - timedelta(minutes=1)) == []
    assert left_unkept(before=timezone.now() + timedelta(minutes=1)) == [unkept]
    remove(unkept)
    assert files.listdir("")[1] == [str(kept)]
    assert "finns inte på servern" in sentence(unkept)
    assert not encrypt_again(kept, upload_id=ONE)
    assert not folder.exists()


class Unreachable(InMemoryStorage):
    def _open(self, *_: object) -> File:
        raise RuntimeError("nobody answers at scans.example")


def test_a_storage_that_nobody_answers_at_is_a_sentence(settings, folder):
    unreachable = {"scans": {"BACKEND": f"{__name__}.Unreachable"}}
    settings.STORAGES = settings.STORAGES | unreachable
    assert sentence(uuid4()) == "Bilden går inte att hämta just nu. Försök igen om en stund."


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


def save_as_before(folder, page_id, picture, end=""):
    """As pictures lay before scans had data keys."""
    folder.mkdir(exist_ok=True)
    (folder / f"{page_id}{end}").write_bytes(environments_key().encrypt(picture))


def test_the_key_of_a_scan_takes_its_pictures_with_it_and_no_others(folder):
    first, second, others = uuid4(), uuid4(), uuid4()
    save(first, PICTURE)
    save(second, PICTURE)
    save(others, PICTURE, ANOTHER)
    assert set(DataKey.objects.values_list("name", flat=True)) == {key_name(ONE), key_name(ANOTHER)}
    destroy_key(by=None, name=key_name(ONE))
    assert {sentence(first), sentence(second)} == {"Bilden är gallrad."}
    assert load(others, sha256=SUM) == PICTURE
    with pytest.raises(PictureLost, match="gallrad"):
        save(uuid4(), PICTURE)
    # The row of the key gone too: nothing opens it.
    DataKey.objects.filter(name=key_name(ONE)).delete()
    forget_keys()
    assert "skadad" in sentence(first)


def test_pictures_of_before_are_shown_and_lie_under_the_key_of_their_scan_from_then_on(folder, monkeypatch):
    kept, unkept, lost, damaged = uuid4(), uuid4(), uuid4(), uuid4()
    save_as_before(folder, kept, PICTURE)
    save_as_before(folder, unkept, PICTURE, ".new")
    (folder / str(damaged)).write_bytes(b"gAAAAA")
    assert load(kept, sha256=SUM) == load(unkept, sha256=SUM) == PICTURE
    with monkeypatch.context() as killed:
        killed.setattr(scan_files.Path, "replace", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            encrypt_again(kept, upload_id=ONE)
    assert load(kept, sha256=SUM) == PICTURE
    for again in (True, False):
        done = [encrypt_again(page_id, upload_id=ONE) for page_id in (kept, unkept, lost, damaged)]
        assert done == [again, again, False, False]
    assert load(kept, sha256=SUM) == load(unkept, sha256=SUM) == PICTURE
    assert "skadad" in sentence(damaged)
    assert {path.name for path in folder.iterdir()} == {str(kept), f"{unkept}.new", str(damaged)}
    assert (folder / str(kept)).stat().st_mode & 0o777 == 0o600
    DataKey.objects.update(wrapped=b"")
    forget_keys()
    assert sentence(kept) == sentence(unkept) == "Bilden är gallrad."


def test_another_key_of_the_environment_opens_them_as_long_as_the_old_one_is_there(settings, folder):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    before = uuid4()
    settings.DATA_KEYS = [old]
    save_as_before(folder, before, PICTURE)
    settings.DATA_KEYS = [new, old]
    assert load(before, sha256=SUM) == PICTURE
    settings.DATA_KEYS = [new]
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
