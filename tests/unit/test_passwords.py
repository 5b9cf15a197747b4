"""Passwords that have leaked are found in a sorted file of hashes, without reading it whole."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.core.exceptions import ImproperlyConfigured, ValidationError

from outage.project.passwords import BreachedPasswordValidator, is_in_file

LEAKED = [f"ett läckt lösenord {number}" for number in range(60)]


def hash_of(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()


@pytest.mark.parametrize("ending", ["", ":3", ":1234567"], ids=["bare", "counted", "well known"])
@pytest.mark.parametrize("size", [1, 2, 3, 60])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
def test_each_that_is_there_is_found_and_no_other(tmp_path: Path, size: int, ending: str, newline: str):
    known = LEAKED[:size]
    lines = sorted(hash_of(each) for each in known)
    for last in (newline, ""):
        file = tmp_path / "hashes.txt"
        file.write_bytes((newline.join(line + ending for line in lines) + last).encode())
        assert [each for each in LEAKED if is_in_file(file, each)] == known
        file.write_bytes(file.read_bytes().lower())
        assert [each for each in LEAKED if is_in_file(file, each)] == known


def test_an_empty_file_has_none(tmp_path: Path):
    (tmp_path / "none").touch()
    assert not is_in_file(tmp_path / "none", "vad som helst")


def test_it_is_refused_in_words_and_a_file_that_is_not_there_is_a_fault(tmp_path: Path, settings):
    validator = BreachedPasswordValidator()
    validator.validate(LEAKED[0])
    settings.BREACHED_PASSWORDS = str(tmp_path / "hashes.txt")
    with pytest.raises(ImproperlyConfigured, match="går inte att läsa"):
        validator.validate(LEAKED[0])
    (tmp_path / "hashes.txt").write_text(hash_of(LEAKED[0]) + ":1\n")
    validator.validate(LEAKED[1])
    with pytest.raises(ValidationError, match="har läckt"):
        validator.validate(LEAKED[0])


def test_passwords_are_hashed_by_argon2(settings):
    settings.PASSWORD_HASHERS = ["outage.project.passwords.Argon2Hasher"]
    made = make_password("ett långt lösenord")
    assert made.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert identify_hasher(made).verify("ett långt lösenord", made)
