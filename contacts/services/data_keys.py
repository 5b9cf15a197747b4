"""The life of data keys: destroyed when what they encrypt is purged, wrapped anew when the environment's key is."""

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.models import DataKey, Principal, User
from contacts.models.data_key import environments_key, forget_keys, principal_id_of
from contacts.rules.errors import RuleError

UNOPENED = (
    "Ingen nyckel i DATA_KEYS öppnar {count} av {all} datanycklar. Sätt tillbaka den nyckel som användes."
)


def destroy_key(*, by: User | None, name: str) -> DataKey:
    """Nobody can read any longer what the key encrypted, nor look anything up by it; the rows stand, with their types
    and times. Once more changes nothing.

    Backups from before have the key until they are gone. Raises DataKey.DoesNotExist. None is a command on the server.
    """
    with transaction.atomic():
        row = DataKey.objects.select_for_update(no_key=True).get(name=name)
        if row.destroyed_at is not None:
            return row
        # What points at a key is hashed with it.
        for relation in row._meta.related_objects:
            relation.related_model._default_manager.filter(**{relation.field.name: row}).delete()
        row.wrapped, row.destroyed_at = b"", timezone.now()
        row.save(update_fields=["wrapped", "destroyed_at"])
        owner = Principal.objects.filter(pk=principal_id_of(name) or 0).first()
        audit.record_system(action="data_key.destroyed", user=by, principal=owner, target=row)
        transaction.on_commit(forget_keys)
    forget_keys()
    return row


def wrap_anew(*, by: User | None) -> int:
    """Wrap every data key with the first of `DATA_KEYS`; returns how many were wrapped by another.

    Raises RuleError, having changed nothing, where one of them is opened by none.
    """
    first = Fernet(settings.DATA_KEYS[0])
    with transaction.atomic():
        rows = list(DataKey.objects.select_for_update(no_key=True).filter(destroyed_at=None))
        if unopened := sum(not is_opened(row) for row in rows):
            raise RuleError(UNOPENED.format(count=unopened, all=len(rows)))
        others = [row for row in rows if not _opens(first, row)]
        for row in others:
            row.wrapped = environments_key().rotate(bytes(row.wrapped))
            row.save(update_fields=["wrapped"])
        if others:
            audit.record_system(action="data_key.wrapped", user=by, changes={"keys": len(others)})
    return len(others)


def is_opened(row: DataKey) -> bool:
    """Whether one of `DATA_KEYS` opens it; a destroyed one needs none."""
    try:
        return row.cipher is not None or row.destroyed_at is not None
    except InvalidToken:
        return False


def _opens(key: Fernet, row: DataKey) -> bool:
    try:
        key.decrypt(bytes(row.wrapped))
    except InvalidToken:
        return False
    return True
