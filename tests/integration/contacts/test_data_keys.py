"""A data key is made once, lives and dies with its row, and lies wrapped by the environment's key."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection, transaction

from contacts.models import DataKey
from contacts.models.data_key import (
    KnownKey,
    environments_key,
    forget_keys,
    key_to_read_with,
    key_to_write_with,
    known_keys,
    name_of,
)

NAME = name_of(1)


@pytest.mark.django_db
def test_a_name_has_one_key_and_its_row_alone_does_not_open_it(settings):
    known = key_to_write_with(NAME)
    assert key_to_write_with(NAME).id == known.id
    row = DataKey.objects.get()
    forget_keys()
    assert key_to_read_with(row.pk).cipher.key == known.cipher.key
    assert known.cipher.key not in bytes(row.wrapped)
    settings.DATA_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        environments_key().decrypt(bytes(row.wrapped))


@pytest.mark.django_db(transaction=True)
def test_a_key_whose_transaction_is_rolled_back_is_never_written_with_again():
    with transaction.atomic():
        first = key_to_write_with(NAME)
        with transaction.atomic():
            inner = key_to_write_with(name_of(2))
            assert key_to_write_with(name_of(2)).id == inner.id
            transaction.set_rollback(True)
        assert key_to_write_with(NAME).id == first.id
        assert key_to_write_with(name_of(2)).id != inner.id
        transaction.set_rollback(True)
    assert not DataKey.objects.exists()
    again = key_to_write_with(NAME)
    assert again.id != first.id
    assert DataKey.objects.get().pk == key_to_write_with(NAME).id == again.id


@pytest.mark.django_db(transaction=True)
def test_it_asks_the_database_once_for_all_that_a_transaction_writes(django_assert_num_queries):
    with transaction.atomic():
        key_to_write_with(NAME)
        with django_assert_num_queries(0):
            key_to_write_with(NAME)
        forget_keys()
        with django_assert_num_queries(1):
            key_to_write_with(NAME)
            key_to_write_with(NAME)
        transaction.set_rollback(True)
    # Neither is one that was read before the rollback known after it.
    assert key_to_write_with(NAME).id == DataKey.objects.get().pk


@pytest.mark.django_db(transaction=True)
def test_a_key_that_may_still_be_rolled_back_is_no_other_threads():
    def elsewhere() -> KnownKey | None:
        with ThreadPoolExecutor(1) as other:
            return other.submit(_own_key).result()

    with transaction.atomic():
        key_to_write_with(NAME)
        assert elsewhere() is None
    assert elsewhere() is not None


def _own_key() -> KnownKey | None:
    try:
        return known_keys([NAME]).get(NAME)
    finally:
        connection.close()


@pytest.mark.django_db
def test_a_destroyed_key_opens_nothing():
    known = key_to_write_with(NAME)
    DataKey.objects.update(wrapped=b"")
    forget_keys()
    assert key_to_read_with(known.id).cipher is None
