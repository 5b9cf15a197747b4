"""What touches pyHanko: a file is sealed, and a file that is ours to the last byte is read."""

import asyncio
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import count
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from forms.rendering import AMBIGUOUS_END
from forms.sealing.keys import Seal, open_seal

_FIELD, _FIELD_IN_WORDS = "Sigill", "Serverns sigill"
_LONGEST_NAME = 200
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A PDF as it is handed out. `by` is the name in the certificate, empty where the server has none."""

    pdf: bytes
    by: str


def seal(pdf: bytes) -> Sealed:
    """A PDF sealed with the server's certificate; where it has none the file comes back as it was.

    The contents, metadata included, are left as they are: it still passes as PDF/A-3a and PDF/UA-1. Raises
    SealUnusable where there is a certificate that cannot be used.
    """
    own = open_seal()
    if own is None:
        return Sealed(pdf=pdf, by="")
    for spare in count():
        sealed = _sealed(pdf + b"\n" * spare, own)
        if AMBIGUOUS_END not in sealed[len(pdf) :]:
            return Sealed(pdf=sealed, by=own.name[:_LONGEST_NAME])
    raise AssertionError("count() has no end")


def moment_of_own(pdf: bytes, own: Seal) -> datetime | None:
    """When (aware) a file with our seal over its every byte was sealed; None where validation finds a fault.

    The caller has made sure that the bytes are our own. `intact` is true also of a file that something was appended
    to, so the seal must cover the entire file, allow no change, and be the only one.
    """
    tools = _loaded()
    certificate = tools.as_certificate(own.certificate)
    # Whose seal it is, is known; a certificate that has ended since does not change the file.
    moment = min(max(timezone.now(), own.certificate.not_valid_before_utc), own.expires)
    context = tools.context(trust_roots=[certificate], allow_fetching=False, moment=moment)
    usage = tools.usage(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
    found = tools.reader(BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        return None
    status = tools.validate(found[0], context, key_usage_settings=usage)
    sound = status.bottom_line and status.docmdp_ok and status.coverage == tools.entire_file
    at: datetime | None = found[0].self_reported_timestamp
    return at if sound else None


@cache
def _tools() -> Any:
    # Imported at the first seal: it takes a second.
    from pyhanko.keys.internal import (
        translate_pyca_cryptography_cert_to_asn1,
        translate_pyca_cryptography_key_to_asn1,
    )
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import fields, signers, validation
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class MetadataLeftAlone(IncrementalPdfFileWriter):
        """Rewritten, the metadata would lose what PDF/A requires."""

        def _update_meta(self) -> None:
            return

    return SimpleNamespace(
        writer=MetadataLeftAlone,
        sign=signers,
        fields=fields,
        reader=PdfFileReader,
        validate=validation.validate_pdf_signature,
        context=ValidationContext,
        usage=KeyUsageConstraints,
        entire_file=validation.SignatureCoverageLevel.ENTIRE_FILE,
        as_certificate=translate_pyca_cryptography_cert_to_asn1,
        as_key=translate_pyca_cryptography_key_to_asn1,
        store=SimpleCertificateStore,
    )


def message_of(own: Seal, attributes: Any, signature: bytes) -> bytes:
    """To the byte, the CMS message of a file sealed by us with these signed attributes and this signature."""
    made = _signer_of(own).async_sign(bytes(32), "sha256", dry_run=True, use_pades=True)
    message: Any = asyncio.run(made)
    (signer,) = message["content"]["signer_infos"]
    signer["signed_attrs"], signer["signature"] = attributes, signature
    content: bytes = message.dump()
    return content


def _signer_of(own: Seal) -> Any:
    tools = _loaded()
    store = tools.store()
    store.register_multiple([tools.as_certificate(other) for other in own.others])
    return tools.sign.SimpleSigner(
        signing_cert=tools.as_certificate(own.certificate),
        signing_key=tools.as_key(own.key),
        cert_registry=store,
    )


def _sealed(pdf: bytes, own: Seal) -> bytes:
    tools = _loaded()
    meta = tools.sign.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=tools.fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=tools.fields.MDPPerm.NO_CHANGES,
    )
    # Outside the page and with a name in words: PDF/UA asks it of a field that nobody sees.
    field = tools.fields.SigFieldSpec(
        _FIELD,
        readable_field_name=_FIELD_IN_WORDS,
        invis_sig_settings=tools.fields.InvisSigSettings(box_out_of_bounds=True),
    )
    written = tools.sign.sign_pdf(tools.writer(BytesIO(pdf)), meta, _signer_of(own), new_field_spec=field)
    content: bytes = written.getvalue()
    return content


def _loaded() -> Any:
    # Two threads that import the same package for the first time may each see half of it.
    with _lock:
        return _tools()
