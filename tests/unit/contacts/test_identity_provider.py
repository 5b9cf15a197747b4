"""The content file of the identity provider, and what is made of what it tells."""

from pathlib import Path

import pytest

from contacts.content.identity_provider import identity_provider, pem
from contacts.content.reader import ContentError
from contacts.rules.permissions import Role
from contacts.rules.vouched import Names, roles_meant, vouched

RIGHT = """
name = "SITHS"
levels = ["loa3"]
origins = ["https://sign.example.se"]
told = { person = "id", unit = "unit", role = "syfte", level = "acr" }
roles = { "Vård" = "staff", "Ledning" = "coordinator" }
[openid]
issuer = "https://idp.example.se/siths"
client_id = "driftstopp"
"""
SAML = """
[saml]
entity_id = "x"
address = "https://idp.example.se/sso"
certificate = "idp.pem"
own_key = "our.key"
"""
OPENID = RIGHT[RIGHT.index("[openid]") :]


def load(tmp_path: Path, text: str):
    path = tmp_path / "siths.toml"
    path.write_text(text, encoding="utf-8")
    return identity_provider(path)


def test_it_is_read(tmp_path: Path):
    found = load(tmp_path, RIGHT)
    assert found.roles == {"Vård": Role.STAFF, "Ledning": Role.COORDINATOR}
    assert found.reached_at == ("https://idp.example.se", "https://sign.example.se")


@pytest.mark.parametrize(
    ("right", "wrong", "key", "remedy"),
    [
        (OPENID, "", "openid", "one of the tables"),
        (OPENID, OPENID + SAML, "openid", "one of the tables"),
        (OPENID, SAML, "saml.own_key", "both own_key and own_certificate"),
        ("https://idp.", "http://idp.", "openid.issuer", "begins with https://"),
        ("https://sign.", "ftp://sign.", "origins", "begins with https://"),
        ("sign.example.se", "sign.example.se/x", "origins", "scheme and host only"),
        ('roles = { "Vård" = "staff", "Ledning" = "coordinator" }', "", "roles", "both told.role"),
        ('"staff"', '"chef"', "roles.Vård", "use one of"),
        (', level = "acr"', "", "told.level", "the claim that tells how surely"),
        ('["loa3"]', "[]", "levels", "at least one"),
        ('name = "SITHS"', "", "name", "write a text"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(tmp_path: Path, right: str, wrong: str, key: str, remedy: str):
    assert right in RIGHT
    with pytest.raises(ContentError) as raised:
        load(tmp_path, RIGHT.replace(right, wrong))
    assert raised.value.key == key
    assert remedy in raised.value.remedy


def test_a_key_that_is_not_there_is_told(tmp_path: Path):
    assert pem(tmp_path / "siths.toml", "") == ""
    with pytest.raises(ContentError):
        pem(tmp_path / "siths.toml", "idp.pem")


def test_what_is_told_is_tidied():
    names = Names("id", "unit", "syfte", "acr")
    told = {"id": " se2321000222-a1 ", "unit": ["SE2321000222-W1"], "syfte": [" Vård ", 7], "acr": "loa3"}
    found = vouched(told, names, levels=["loa4"], at=5.0)
    assert (found.hsa_id, found.unit) == ("SE2321000222-A1", "SE2321000222-W1")
    assert (found.words, found.levels, found.at) == (("Vård",), ("loa3",), 5.0)
    nothing = vouched(
        {"id": "Alva", "unit": ["SE2321000222-W1", "SE2321000222-W2"]}, Names("id", "unit"), ["l"]
    )
    assert (nothing.hsa_id, nothing.unit, nothing.words, nothing.levels) == ("", "", (), ("l",))


def test_words_mean_roles_in_the_order_of_the_file():
    known = {"Ledning": Role.COORDINATOR, "Vård": Role.STAFF, "Omvårdnad": Role.STAFF}
    assert roles_meant(["omvårdnad", "VÅRD", "ledning", "x"], known) == (Role.COORDINATOR, Role.STAFF)
    assert roles_meant([], known) == ()
