"""Log-ins lie encrypted: what the next page is to say may name a patient."""

import binascii
import json
from base64 import b64decode, b64encode
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from contacts.models.ciphers import Undecipherable
from contacts.models.data_key import key_to_write_with
from contacts.queries.log_ins import unexpired

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

    def _about(self) -> bytes:
        return f"session {self._session_key}".encode()
