"""R3 typed by hand from the routine, once: what the content and everything built on it are held against.

A message type that is added to the content is added here; nowhere else is the table written down.
"""

from typing import NamedTuple

from contacts.rules.parties import Party

_WARD, _TOWN, _OPEN = Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT


class Row(NamedTuple):
    """A clause of R3: who sends which message, and whom it tells, in the order they are rung."""

    clause: str
    sender: Party
    kind: str
    tells: tuple[Party, ...]


WHO_TELLS_WHOM = (
    Row("R3.1", _WARD, "admission", (_TOWN, _OPEN)),
    Row("R3.6", _TOWN, "admission_reply", (_OPEN, _WARD)),
    Row("R3.8", _OPEN, "admission_reply", (_TOWN, _WARD)),
    Row("R3.2", _WARD, "preliminary_ready", (_TOWN, _OPEN)),
    Row("R3.9", _OPEN, "sip_initiative", (_TOWN,)),
    Row("R3.3", _WARD, "discharge_report", (_TOWN, _OPEN)),
    Row("R3.4", _WARD, "ready_for_discharge", (_TOWN, _OPEN)),
    Row("R3.9", _OPEN, "sip_invitation", (_TOWN,)),
    Row("R3.7", _TOWN, "municipality_ready", (_OPEN, _WARD)),
    Row("R3.5", _WARD, "discharge", (_TOWN, _OPEN)),
)
KINDS = tuple(dict.fromkeys(row.kind for row in WHO_TELLS_WHOM))
"""The message types in process order."""


def row_of(kind: str, sender: Party) -> Row | None:
    """The row by which `sender` sends `kind`, or None where it may not."""
    return next((row for row in WHO_TELLS_WHOM if (row.kind, row.sender) == (kind, sender)), None)


def kinds_of(sender: Party) -> list[str]:
    """What `sender` sends, in process order."""
    return [row.kind for row in WHO_TELLS_WHOM if row.sender is sender]
