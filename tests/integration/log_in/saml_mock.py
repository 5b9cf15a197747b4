"""A small SAML identity provider of our own, in this process: it has keys made now, and signs what it is told to."""

import base64
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ASSERTION, PROTOCOL = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
_RESPONSE = """<samlp:Response xmlns:samlp="{protocol}" ID="_{response}" Version="2.0" IssueInstant="{now}"
 Destination="{destination}"{to}><saml:Issuer xmlns:saml="{ns}">{issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{assertion}
</samlp:Response>"""
_ASSERTION = """<saml:Assertion xmlns:saml="{ns}" ID="{name}" Version="2.0" IssueInstant="{now}">
<saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID>somebody</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
 NotOnOrAfter="{until}" Recipient="{recipient}"{to}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{now}" NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}
</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{at}">
<saml:AuthnContext><saml:AuthnContextClassRef>{level}</saml:AuthnContextClassRef></saml:AuthnContext>
</saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"""
_ATTRIBUTE = '<saml:Attribute Name="{}"><saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute>'


def make_key() -> tuple[str, str]:
    """A private key and a certificate of it, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bara för prov")])
    now = timezone.now()
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, *form).decode()
    return private, made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class Provider:
    """`signs` says what is signed: the assertion, the response around it, or "". `said` replaces what is asserted,
    `key` signs it, `around` replaces what stands outside the signature.
    """

    attributes: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    around: dict[str, str] = field(default_factory=dict)
    key: tuple[str, str] = field(default_factory=make_key)
    signs: str = "assertion"
    address: str = "https://idp.example/sso"

    def read(self, there: str) -> Any:
        """The request in an address that a browser is sent to."""
        sent = parse_qs(urlsplit(there).query)["SAMLRequest"][0]
        return etree.fromstring(zlib.decompress(base64.b64decode(sent), -15))

    def answer(self, there: str) -> str:
        """What the browser carries back, as a field of a form."""
        asked = self.read(there)
        here = asked.get("AssertionConsumerServiceURL")
        now = timezone.now()
        words = {
            "ns": ASSERTION,
            "protocol": PROTOCOL,
            "now": _written(now),
            "at": _written(now),
            "until": _written(now + timedelta(minutes=5)),
            "asked": asked.get("ID"),
            "destination": here,
            "recipient": here,
            "audience": asked.findtext(f"{{{ASSERTION}}}Issuer"),
            "issuer": "https://idp.example/",
            "level": "loa3",
            "name": f"_{uuid4().hex}",
            "response": uuid4().hex,
            "attributes": "".join(_ATTRIBUTE.format(*each) for each in self.attributes.items()),
        } | self.said
        assertion = _ASSERTION.format(**words, to=_to(words)).replace(
            "\n</saml:Audience>", "</saml:Audience>"
        )
        if self.signs == "assertion":
            assertion = self._signed(assertion)
        words |= {"assertion": assertion} | self.around
        response = _RESPONSE.format(**words, to=_to(words))
        if self.signs == "response":
            response = self._signed(response)
        return base64.b64encode(response.encode()).decode()

    def _signed(self, text: str) -> str:
        signed: bytes = OneLogin_Saml2_Utils.add_sign(
            text,
            *self.key,
            sign_algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_algorithm="http://www.w3.org/2001/04/xmlenc#sha256",
        )
        return signed.decode()


def _to(words: dict[str, str]) -> str:
    return f' InResponseTo="{words["asked"]}"' if words["asked"] else ""


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
