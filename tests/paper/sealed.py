"""A server with a seal of its own, and certificates of others."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.utils import timezone

PASSPHRASE = "åtta röda ekorrar"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def make_p12(
    path: Path,
    *,
    name: str = "Region Påhitt, driftstopp",
    key: PrivateKey | None = None,
    ended: bool = False,
    issued: bool = False,
    keyless: bool = False,
    passphrase: str = PASSPHRASE,
) -> Path:
    """Write a PKCS#12 file with a key and its certificate: self-made or `issued` by an authority, `ended` last week."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    days = -7 if ended else 365
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Påhittad utfärdare", authority_key, "Påhittad utfärdare", authority_key, 700)
    issuer, signer = ("Påhittad utfärdare", authority_key) if issued else (name, key)
    certificate = _certificate(name, key, issuer, signer, days)
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"sigill",
            None if keyless else key,
            certificate,
            [authority] if issued else None,
            BestAvailableEncryption(passphrase.encode()),
        )
    )
    return path


def _certificate(
    subject: str, key: PrivateKey, issuer: str, signer: PrivateKey, days: int
) -> x509.Certificate:
    now = timezone.now()
    return (
        x509.CertificateBuilder(_name(issuer), _name(subject), key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(signer, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
