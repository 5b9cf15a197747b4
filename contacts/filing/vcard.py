"""Entries as vCards for a telephone: the only door to vobject.

vCard 3.0, which every telephone takes. A number that cannot be rung from a mobile telephone is written in the note: as
a number it would be rung, and somewhere else would answer. vobject builds and escapes; folding is ours, because
vobject counts characters where the format counts octets.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import vobject

from contacts.rules.availability import Hours, hours_words
from contacts.rules.phone import PHONE_KIND_LABELS, Phone, PhoneKind, digits, tel_uri

NOT_VERIFIED = "Ej verifierad"

_LONGEST_LINE = 75
_NO_FOLDING = 10**9
# Made once for this product, so that a card brought in again replaces the one that is there.
_CARDS = uuid.UUID("6f1d8f5a-6c0b-4f0e-9d57-2a3f6f0c7b41")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class CardSource:
    """What a card is made of. `changed_at` is aware; `first_name` and `last_name` are empty for a unit."""

    entry_id: int
    principal: str
    name: str
    first_name: str
    last_name: str
    title: str
    department: str
    numbers: tuple[Phone, ...]
    hours: Hours
    remark: str
    verified: bool
    changed_at: datetime


def vcard(entries: Iterable[CardSource]) -> bytes:
    """Give the entries as one vCard file (3.0, UTF-8, CRLF), in their order.

    An entry keeps its UID as long as it keeps its id and principal. ValueError on a naive `changed_at`.
    """
    return b"".join(_folded(_card(entry).serialize(lineLength=_NO_FOLDING)) for entry in entries)


def _card(entry: CardSource) -> vobject.base.Component:
    if entry.changed_at.utcoffset() is None:
        raise ValueError("a moment must be aware")
    card = vobject.vCard()
    card.add("uid").value = f"urn:uuid:{uuid.uuid5(_CARDS, f'{entry.principal}/{entry.entry_id}')}"
    card.add("fn").value = _clean(entry.name)
    # Some telephones show N and never FN: a unit has its name there too.
    unit_name = "" if entry.first_name or entry.last_name else entry.name
    card.add("n").value = vobject.vcard.Name(
        family=_clean(entry.last_name or unit_name), given=_clean(entry.first_name)
    )
    card.add("org").value = [_clean(part) for part in (entry.principal, entry.department) if part]
    if entry.title:
        card.add("title").value = _clean(entry.title)
    for number, types in _to_ring(entry.numbers):
        line = card.add("tel")
        line.value = number
        line.params["TYPE"] = types
    card.add("note").value = _clean("\n".join(_note(entry)))
    card.add("rev").value = f"{entry.changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return card


def _to_ring(numbers: Iterable[Phone]) -> Iterator[tuple[str, list[str]]]:
    """Give each number that a mobile telephone can ring, and its types; the first is the preferred one."""
    preferred = ["PREF"]
    for phone in numbers:
        uri = tel_uri(phone.number)
        if phone.kind is PhoneKind.EXTENSION or uri is None:
            continue
        kind = ["CELL", "WORK"] if phone.kind is PhoneKind.MOBILE else ["WORK", "VOICE"]
        yield uri.removeprefix("tel:"), [*kind, *preferred]
        preferred = []


def _note(entry: CardSource) -> Iterator[str]:
    """Give the lines of the note: numbers that no TEL can say whole, hours, remark, whether it is verified."""
    for phone in entry.numbers:
        uri = tel_uri(phone.number)
        told_whole = uri is not None and digits(uri.removeprefix("tel:")) == digits(phone.number)
        if not told_whole or phone.kind in (PhoneKind.EXTENSION, PhoneKind.SWITCHBOARD, PhoneKind.ON_CALL):
            yield f"{PHONE_KIND_LABELS[phone.kind]} {phone.number}"
    yield hours_words(entry.hours)
    if entry.remark:
        yield entry.remark
    if not entry.verified:
        yield NOT_VERIFIED


def _clean(text: str) -> str:
    return _UNWRITABLE.sub(" ", text)


def _folded(card: str) -> bytes:
    """Fold each line at 75 octets, never inside a letter."""
    lines: list[bytes] = []
    for line in card.removesuffix("\r\n").split("\r\n"):
        octets = line.encode()
        start, room = 0, _LONGEST_LINE
        pieces: list[bytes] = []
        while len(octets) - start > room:
            end = start + room
            while octets[end] & 0xC0 == 0x80:
                end -= 1
            pieces.append(octets[start:end])
            # The blank that begins a folded line is one of its octets.
            start, room = end, _LONGEST_LINE - 1
        lines.append(b"\r\n ".join([*pieces, octets[start:]]))
    return b"\r\n".join(lines) + b"\r\n"
