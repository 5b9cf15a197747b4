"""What lay encrypted by the environment's key itself, or signed only, is put under data keys: once, at an upgrade."""

from importlib import import_module
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from contacts.models.data_key import environments_key
from contacts.models.encrypted import encrypted

SECOND_FACTOR = "second-factor"
ABOUT_SECRETS = b"second factor"
_FERNET = "gAAAA"


def encrypt_secrets_again() -> int:
    """Secrets of second factors; returns how many had lain otherwise."""
    count = 0
    with transaction.atomic():
        for row in Authenticator.objects.select_for_update(no_key=True).order_by("pk"):
            renewed = _renewed(row.data)
            if renewed != row.data:
                Authenticator.objects.filter(pk=row.pk).update(data=renewed)
                count += 1
    return count


def encrypt_log_ins_again() -> int:
    """Log-ins that go on; returns how many had lain otherwise."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    count = 0
    with transaction.atomic():
        for row in Session.objects.exclude(session_data__startswith=store.SIGN).order_by("pk"):
            data = store(row.session_key).encode(db.SessionStore(row.session_key).decode(row.session_data))
            count += Session.objects.filter(pk=row.pk, session_data=row.session_data).update(
                session_data=data
            )
    return count


def wipe_what_was() -> None:
    """What stood otherwise stands in free pages until they are used again: write those tables anew."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        cursor.execute("VACUUM FULL django_session")
        cursor.execute("VACUUM FULL mfa_authenticator")


def _renewed(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _renewed(value) for name, value in told.items()}
    if isinstance(told, list):
        return [_renewed(value) for value in told]
    if isinstance(told, str) and told.startswith(_FERNET):
        try:
            plain = environments_key().decrypt(told.encode()).decode()
        except InvalidToken:
            return told
        return str(encrypted(plain, SECOND_FACTOR, ABOUT_SECRETS))
    return told
