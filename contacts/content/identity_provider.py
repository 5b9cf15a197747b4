"""The identity provider that people may log in through, from the content file that the installation names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from contacts.rules.content import MAY_BE_EMPTY
from contacts.rules.permissions import Role
from contacts.rules.vouched import Names

from .reader import Content, ContentError, Faults

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class OpenId:
    """OpenID Connect. The secret stands in the environment. `userinfo`: what is told is asked for there, too."""

    issuer: str
    client_id: str
    scopes: tuple[str, ...] = ("openid",)
    userinfo: bool = False


@dataclass(frozen=True, slots=True)
class Saml:
    """SAML 2. Certificates and key are PEM files beside the content file; with a key of ours requests are signed."""

    entity_id: str
    address: str
    certificate: str
    own_entity_id: str = ""
    own_certificate: str = ""
    own_key: str = ""


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """`name` is what its users call it; `levels` are those that count as two factors; `roles` what its words mean here.

    Browsers are sent to, and calls made to, `origins` and that of its own address, and no others.
    """

    name: str
    levels: tuple[str, ...]
    told: Names
    roles: Annotated[Mapping[str, Role], MAY_BE_EMPTY] = field(default_factory=dict)
    origins: tuple[str, ...] = ()
    openid: OpenId | None = None
    saml: Saml | None = None

    @property
    def reached_at(self) -> tuple[str, ...]:
        own = self.openid.issuer if self.openid else self.saml.address if self.saml else ""
        return (_origin(own), *self.origins)


@lru_cache(maxsize=8)
def identity_provider(path: Path) -> IdentityProvider:
    """Read and check the file; raises ContentError naming file, key and remedy."""
    content = Content(path)
    found = content.read(IdentityProvider)
    content.refuse(check_provider(found))
    return found


def pem(path: Path, name: str) -> str:
    """The text of a file beside the content file at `path`; "" for none named. Raises ContentError."""
    try:
        return (path.parent / name).read_text(encoding="utf-8") if name else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(path, "saml", f"{name} can not be read; write the name of a PEM file") from error


def check_provider(found: IdentityProvider) -> Faults:
    """One way in, by addresses that nobody on the way reads or changes, and roles only where they are told."""
    if bool(found.openid) == bool(found.saml):
        yield "openid", "write one of the tables [openid] and [saml], and no other of them"
    key, address = "openid.issuer", found.openid.issuer if found.openid else ""
    if found.saml:
        key, address = "saml.address", found.saml.address
        if bool(found.saml.own_key) != bool(found.saml.own_certificate):
            yield "saml.own_key", "write both own_key and own_certificate, or none of them"
    for where, each in ((key, address), *(("origins", origin) for origin in found.origins)):
        if not is_safe(each):
            yield where, f"{each!r}: write an address that begins with https://"
        if where == "origins" and each != _origin(each):
            yield where, f"{each!r}: write scheme and host only, as https://idp.example.se"
    if bool(found.told.role) != bool(found.roles):
        yield "roles", "write both told.role and the table [roles], or none of them"
    if found.openid and not found.told.level:
        yield "told.level", 'write the claim that tells how surely, usually "acr"'


def is_safe(address: str) -> bool:
    """Whether an address is read by nobody on the way: encrypted, or on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
