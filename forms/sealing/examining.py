"""What the seal of any file says, examined so that no file can do harm.

The bytes are judged first, by their digest and by our own key, without reading them as a PDF: what a stranger made
could unpack to more than the server has. Only a file that is ours to the last byte is parsed as PDF.
"""

import hashlib
import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asn1crypto import cms, parser
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding

from forms.rules.file_origin import MOST_BYTES
from forms.sealing.door import message_of, moment_of_own
from forms.sealing.keys import Seal, SealUnusable, name_of, open_seal

# Of a stranger's file, no more than this is taken for a seal; ours has some 16,000.
_MOST_SEAL_BYTES = 200_000
_BYTE_RANGE = re.compile(
    rb"/ByteRange\s{0,9}\[\s{0,9}(\d{1,10})\s{1,9}(\d{1,10})\s{1,9}(\d{1,10})\s{1,9}(\d{1,10})\s{0,9}\]"
)


class SealState(StrEnum):
    OURS = "ours"
    BROKEN = "broken"
    ANOTHER = "another"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Examined:
    """`by` is the name in the certificate and `at` the moment of our own clock, where it is known."""

    state: SealState
    by: str = ""
    at: datetime | None = None


def examine(pdf: bytes) -> Examined:
    """Never raises, whatever the bytes are, and reads no more than is safe.

    OURS means that every byte is as it was sealed here. BROKEN is a file that bears our certificate and has been
    changed. A file longer than MOST_BYTES is not examined.
    """
    if len(pdf) > MOST_BYTES:
        return Examined(SealState.NONE)
    try:
        own = open_seal()
    except SealUnusable:
        own = None
    found = _last_seal(pdf)
    if own is not None and (at := _moment_if_ours(pdf, found, own)):
        return Examined(SealState.OURS, own.name, at)
    if own is not None and _bears(pdf, own):
        return Examined(SealState.BROKEN, own.name)
    return Examined(SealState.ANOTHER, _signer(found.message)) if found else Examined(SealState.NONE)


@dataclass(frozen=True, slots=True)
class _Found:
    """The last seal of a file: its place, `gap`, and the signed message in it. `whole`: it covers all but the gap."""

    gap: bytes
    message: bytes
    digest: bytes
    whole: bool


def _moment_if_ours(pdf: bytes, found: _Found | None, own: Seal) -> datetime | None:
    try:
        return moment_of_own(pdf, own) if found and _is_ours(found, own) else None
    except Exception:
        # Libraries raise anything at untrusted bytes: what they fail on is not our file unchanged.
        return None


def _last_seal(pdf: bytes) -> _Found | None:
    ranges = deque(_BYTE_RANGE.finditer(pdf), maxlen=1)
    if not ranges:
        return None
    first, length, second, rest = (int(number) for number in ranges[0].groups())
    end = second + rest
    gap = pdf[length:second]
    if first != 0 or not 2 < len(gap) <= _MOST_SEAL_BYTES or end > len(pdf):
        return None
    try:
        content = bytes.fromhex(gap[1:-1].decode("ascii"))
        message = content[: parser.peek(content)]
    except ValueError:
        return None
    digest = hashlib.sha256(pdf[:length])
    digest.update(pdf[second:end])
    return _Found(gap=gap, message=message, digest=digest.digest(), whole=end == len(pdf))


def _is_ours(found: _Found, own: Seal) -> bool:
    """Whether our key has signed every byte outside the gap, and the gap holds nothing but what we write."""
    padded = found.message.hex().upper().encode().ljust(len(found.gap) - 2, b"0")
    if not found.whole or found.gap != b"<" + padded + b">":
        return False
    signed = cms.ContentInfo.load(found.message, strict=True)["content"]
    (signer,) = signed["signer_infos"]
    attributes = signer["signed_attrs"]
    stated = [a["values"][0].native for a in attributes if a["type"].native == "message_digest"]
    signature = signer["signature"].native
    if stated != [found.digest] or not _signed_by(own, signature, attributes.untag().dump()):
        return False
    # What the signature does not cover is known beforehand, all but the signature.
    return message_of(own, attributes, signature) == found.message


def _signed_by(own: Seal, signature: bytes, content: bytes) -> bool:
    public = own.key.public_key()
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        else:
            public.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _bears(pdf: bytes, own: Seal) -> bool:
    """Whether a third of our certificate or more is in the file: one byte of it may be what was changed."""
    content = own.certificate.public_bytes(Encoding.DER).hex().encode()
    third = len(content) // 3
    lowered = pdf.lower()
    return any(content[start : start + third] in lowered for start in range(0, 3 * third, third))


def _signer(message: bytes) -> str:
    """The name in the certificate of a stranger's seal; "" where it has none."""
    try:
        signed = cms.ContentInfo.load(message)["content"]
        serial = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
        certificates: list[Certificate] = [c.chosen for c in signed["certificates"]]
        (found,) = [c for c in certificates if c.serial_number == serial]
        return name_of(x509.load_der_x509_certificate(found.dump()).subject)
    except Exception:
        return ""
