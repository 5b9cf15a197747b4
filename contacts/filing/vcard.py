"""Entries as vCards for a telephone: the only door to vobject.

vCard 3.0, which every telephone takes. A number that cannot be rung from a mobile telephone is written in the note: as
a number it would be rung, and somewhere else would answer. vobject builds and escapes; folding is ours, because
vobject counts characters where the format counts octets.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import vobject

from contacts.models import DirectoryEntry
from contacts.rules.hours_text import hours_words
from contacts.rules.phone import Phone, PhoneKind, digits, tel_uri
from contacts.verification import still_verified

NOT_VERIFIED = "Ej verifierad"

_LONGEST_LINE = 75
_NO_FOLDING = 10**9
# Made once for this product, so that a card imported again replaces the one that is there.
_CARDS = uuid.UUID("6f1d8f5a-6c0b-4f0e-9d57-2a3f6f0c7b41")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def vcard(entries: Iterable[DirectoryEntry], now: datetime) -> bytes:
    """The entries as one vCard file (3.0, UTF-8, CRLF), in their order, as they stand at the aware moment `now`.

    An entry keeps its UID as long as it keeps its id and principal.
    """
    if now.utcoffset() is None:
        raise ValueError("a moment must be aware")
    return b"".join(_folded(_card(entry, now).serialize(lineLength=_NO_FOLDING)) for entry in entries)


def _card(entry: DirectoryEntry, now: datetime) -> vobject.base.Component:
    card = vobject.vCard()
    principal = entry.principal.name
    card.add("uid").value = f"urn:uuid:{uuid.uuid5(_CARDS, f'{principal}/{entry.pk}')}"
    card.add("fn").value = _clean(entry.name)
    # Some telephones show N and never FN: a unit has its name there too.
    unit_name = "" if entry.first_name or entry.last_name else entry.name
    card.add("n").value = vobject.vcard.Name(
        family=_clean(entry.last_name or unit_name), given=_clean(entry.first_name)
    )
    card.add("org").value = [_clean(part) for part in (principal, entry.department) if part]
    if entry.title:
        card.add("title").value = _clean(entry.title)
    for number, types in _to_ring(entry.phones):
        line = card.add("tel")
        line.value = number
        line.params["TYPE"] = types
    card.add("note").value = _clean("\n".join(_note(entry, now)))
    card.add("rev").value = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return card


def _to_ring(numbers: Iterable[Phone]) -> Iterator[tuple[str, list[str]]]:
    """Each number that a mobile telephone can ring, and its types; the first is the preferred one."""
    preferred = ["PREF"]
    for phone in numbers:
        uri = tel_uri(phone.number)
        if phone.kind is PhoneKind.EXTENSION or uri is None:
            continue
        kind = ["CELL", "WORK"] if phone.kind is PhoneKind.MOBILE else ["WORK", "VOICE"]
        yield uri.removeprefix("tel:"), [*kind, *preferred]
        preferred = []


def _note(entry: DirectoryEntry, now: datetime) -> Iterator[str]:
    """Numbers that no TEL can say whole, hours, remark, numbers said not to work, whether it is verified."""
    for phone in entry.phones:
        uri = tel_uri(phone.number)
        told_whole = uri is not None and digits(uri.removeprefix("tel:")) == digits(phone.number)
        if not told_whole or phone.kind in (PhoneKind.EXTENSION, PhoneKind.SWITCHBOARD, PhoneKind.ON_CALL):
            yield f"{phone.kind.label} {phone.number}"
    yield hours_words(entry.hours)
    if entry.remark:
        yield entry.remark
    flagged = [phone.number for phone in entry.phones if entry.is_flagged(phone.number)]
    if flagged:
        yield f"Anmält: fungerar inte: {', '.join(flagged)}"
    if not still_verified(entry.verified_at, now):
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
