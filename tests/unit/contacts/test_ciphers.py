"""What one key has encrypted for one purpose no other key, purpose or changed value gives back."""

import pytest

from contacts.models.ciphers import Cipher, Undecipherable, new_key

KEY = Cipher(b"k" * 32)


@pytest.mark.parametrize("text", ["", "Åsa", "x" * 10_000, "\x00\n"])
def test_what_was_encrypted_comes_back(text: str):
    assert KEY.decrypt(KEY.encrypt(text.encode(), b"name"), b"name").decode() == text


def test_the_same_text_is_encrypted_differently_each_time():
    assert KEY.encrypt(b"x", b"name") != KEY.encrypt(b"x", b"name")


def test_another_key_or_purpose_is_refused():
    encrypted = KEY.encrypt("Åsa".encode(), b"name")
    for key, about in ((Cipher(new_key()), b"name"), (KEY, b"comment")):
        with pytest.raises(Undecipherable):
            key.decrypt(encrypted, about)


def test_each_changed_added_or_lost_byte_is_refused():
    encrypted = KEY.encrypt(b"Olle", b"name")
    changed = [encrypted[:i] + bytes([encrypted[i] ^ 1]) + encrypted[i + 1 :] for i in range(len(encrypted))]
    for wrong in [*changed, encrypted + b"x", *(encrypted[:i] for i in range(len(encrypted)))]:
        with pytest.raises(Undecipherable):
            KEY.decrypt(wrong, b"name")


def test_a_keyed_hash_is_the_keys_own_and_the_same_each_time():
    assert KEY.keyed_hash("191212121212") == Cipher(b"k" * 32).keyed_hash("191212121212")
    others = {KEY.keyed_hash("191212121213"), Cipher(new_key()).keyed_hash("191212121212")}
    assert KEY.keyed_hash("191212121212") not in others
    assert len(KEY.keyed_hash("")) == 64
