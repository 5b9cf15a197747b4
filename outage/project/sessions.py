"""Log-ins lie encrypted: what the next page is to say may name a patient."""

import binascii
import json
from base64 import b64decode, b64encode
from contextlib import nullcontext
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone

from contacts.models.ciphers import Undecipherable
from contacts.models.data_key import key_to_write_with
from contacts.queries.log_ins import unexpired
from contacts.services.log_ins import rewrite_log_in
from contacts.trail.sealing import not_waiting_for_disk

SESSIONS = "sessions"


class SessionStore(db.SessionStore):
    """Django's own, with the data encrypted and bound to its row: copied into another's log-in it opens nothing.

    A log-in whose data can not be read is nobody's; the next page asks for a new one.
    """

    # What the data of a row begins with.
    SIGN = "s1:"

    def encode(self, session_dict: dict[str, Any]) -> str:
        cipher = key_to_write_with(SESSIONS).cipher
        if cipher is None:
            raise ValueError("the key of the log-ins is destroyed")
        plain = self.serializer().dumps(session_dict)
        return self.SIGN + b64encode(cipher.encrypt(plain, self._about())).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        cipher = key_to_write_with(SESSIONS).cipher
        if cipher is None or not str(session_data).startswith(self.SIGN):
            return {}
        try:
            plain = cipher.decrypt(b64decode(session_data[len(self.SIGN) :], validate=True), self._about())
            data: dict[str, Any] = self.serializer().loads(plain)
        except (Undecipherable, binascii.Error, json.JSONDecodeError):
            return {}
        return data

    def _get_session_from_db(self) -> Session | None:
        """As Django's, which compiles the query for each page."""
        found = unexpired(self._session_key or "", timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None

    def save(self, must_create: bool = False) -> None:
        """As Django's, by one statement where the row is there. Its commit does not wait for the disk: a power cut may
        leave the log-in as it was a moment before, and never unlocked where it was locked.
        """
        if must_create or self._session_key is None:
            super().save(must_create)
            return
        data = self._get_session()  # type: ignore[attr-defined]
        row = self.create_model_instance(data)
        with nullcontext() if data.get("locked") else not_waiting_for_disk():
            try:
                found = rewrite_log_in(row.session_key, row.session_data, row.expire_date)
            except DatabaseError as error:
                raise UpdateError from error
        if not found:
            raise UpdateError

    def _about(self) -> bytes:
        return f"session {self._session_key}".encode()
