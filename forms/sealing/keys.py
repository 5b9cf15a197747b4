"""The server's own key: from a PKCS#12 file, and in demo from one that the server makes itself."""

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from django.conf import settings
from django.utils import timezone

from forms.rendering import PrintingUnavailable

DEMO_NAME = "TEST – inte för vård"
_DEMO_FILE = "demo-seal.p12"
_DEMO_DAYS = 3650


class SealUnusable(PrintingUnavailable):
    """The file with the key cannot be used. `remedy` says what to do; neither holds the passphrase."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.fault, self.remedy = reason, remedy


@dataclass(frozen=True, slots=True)
class Seal:
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]

    @property
    def name(self) -> str:
        """Whose seal it is, as a PDF reader shows it."""
        return name_of(self.certificate.subject)

    @property
    def expires(self) -> datetime:
        """In UTC. What was sealed before stays valid after it."""
        return self.certificate.not_valid_after_utc


def open_seal() -> Seal | None:
    """Read once per process; None where the server has none. Raises SealUnusable."""
    if settings.SEAL_P12:
        return _opened(str(settings.SEAL_P12), settings.SEAL_PASSPHRASE)
    if settings.DEMO and not settings.PRODUCTION:
        path = Path(settings.VAR_DIR) / _DEMO_FILE
        if not path.exists():
            _make_demo_file(path)
        return _opened(str(path), "")
    return None


def has_seal() -> bool:
    """False too where there is a file that cannot be used: SealUnusable is not raised."""
    try:
        return open_seal() is not None
    except SealUnusable:
        return False


def name_of(subject: x509.Name) -> str:
    """The common name of a certificate's subject, else all of it."""
    for found in subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME):
        return str(found.value)
    return subject.rfc4514_string()


@lru_cache(maxsize=4)
def _opened(path: str, passphrase: str) -> Seal:
    name = f"SEAL_P12: {path}"
    try:
        content = Path(path).read_bytes()
    except OSError:
        raise SealUnusable(
            f"{name} går inte att läsa.", "Rätta sökvägen, och låt bara servern läsa filen."
        ) from None
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, passphrase.encode() or None)
    except ValueError:
        raise SealUnusable(
            f"{name} går inte att öppna.",
            "Sätt SEAL_PASSPHRASE till filens lösenord, eller gör filen på nytt.",
        ) from None
    if (
        certificate is None
        or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
        or certificate.public_key() != key.public_key()
    ):
        raise SealUnusable(
            f"{name} saknar en nyckel med dess certifikat.",
            "Gör en PKCS#12-fil med en EC-nyckel (P-256) och dess certifikat.",
        )
    return Seal(key=key, certificate=certificate, others=tuple(others))


def _make_demo_file(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DEMO_NAME)])
    now = timezone.now()
    usage = dict.fromkeys(
        ["key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign"], False
    ) | dict.fromkeys(["crl_sign", "encipher_only", "decipher_only"], False)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DEMO_DAYS))
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    content = pkcs12.serialize_key_and_certificates(b"driftstopp", key, certificate, None, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    # Readable by the server only from the start, written atomically, and the first of several workers wins.
    handle, half_made = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(half_made, path)
    except FileExistsError:
        pass
    finally:
        Path(half_made).unlink()
