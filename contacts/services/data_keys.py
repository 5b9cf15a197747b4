"""The life of data keys: destroyed when what they encrypt is purged, wrapped anew when the environment's key is."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
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
    """As `destroy_keys`, of one. Raises DataKey.DoesNotExist."""
    row = DataKey.objects.get(name=name)
    destroy_keys(by=by, names=[name])
    row.refresh_from_db()
    return row


def destroy_keys(*, by: User | None, names: Sequence[str], owner: Principal | None = None) -> int:
    """Nobody can read any longer what the keys encrypted, nor look anything up by them; the rows stand, with their
    types and times. Returns how many there were to destroy: once more changes nothing.

    Backups from before have the keys until they are gone. `by` is None for a command on the server.
    """
    with transaction.atomic():
        found = DataKey.objects.select_for_update(no_key=True).filter(name__in=names).exclude(wrapped=b"")
        rows = list(found.order_by("name"))
        if not rows:
            return 0
        # What points at a key is hashed with it.
        for relation in DataKey._meta.related_objects:
            relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": rows}).delete()
        for row in rows:
            row.wrapped, row.destroyed_at = b"", timezone.now()
            row.save(update_fields=["wrapped", "destroyed_at"])
        owner = owner or Principal.objects.filter(pk=principal_id_of(rows[0].name) or 0).first()
        told = {"target": rows[0]} if len(rows) == 1 else {"changes": {"keys": len(rows)}}
        audit.record_system(action="data_key.destroyed", user=by, principal=owner, **told)
        transaction.on_commit(forget_keys)
    forget_keys()
    return len(rows)


def shut_keys(names: Sequence[str]) -> None:
    """Whoever reads a key anew can neither read nor write with it. In `KNOWN_SECONDS` that holds for everybody, and
    what was written meanwhile can still be read once it is opened again.
    """
    DataKey.objects.filter(name__in=names, destroyed_at=None).update(destroyed_at=timezone.now())
    forget_keys()


def open_keys(names: Sequence[str]) -> None:
    """Those that are shut are as they were; one that is destroyed stays so."""
    DataKey.objects.filter(name__in=names).exclude(wrapped=b"").update(destroyed_at=None)
    forget_keys()


def wrap_anew(*, by: User | None) -> int:
    """Wrap every data key with the first of `DATA_KEYS`; returns how many were wrapped by another.

    Raises RuleError, having changed nothing, where one of them is opened by none.
    """
    first = Fernet(settings.DATA_KEYS[0])
    with transaction.atomic():
        rows = list(DataKey.objects.select_for_update(no_key=True).exclude(wrapped=b""))
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
    return not row.wrapped or _opens(environments_key(), row)


def _opens(key: Fernet | MultiFernet, row: DataKey) -> bool:
    try:
        key.decrypt(bytes(row.wrapped))
    except InvalidToken:
        return False
    return True
