"""Who is at the other end, as a key: in plain text a party or a place, encrypted a person's name."""

from typing import Any

from contacts.models.encrypted import EncryptedText, is_encrypted
from outage.rules.informing import PARTICIPANT_PREFIX

PURGED = f"{PARTICIPANT_PREFIX}gallrad"


class WhomField(EncryptedText):
    def _stays_plain(self, value: Any) -> bool:
        return not value or not str(value).startswith(PARTICIPANT_PREFIX)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if value and not is_encrypted(value) and self._stays_plain(value):
            return value
        return super().from_db_value(value, expression, connection) or (PURGED if value else value)
