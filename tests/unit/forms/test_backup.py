"""What a backup says of itself; and its file opens only whole, unchanged, and with the keys of then."""

import io
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from pytest_django import Settings

from forms.backup.archive import Damaged, Decrypting, Encrypting, NotABackup, OtherKeys
from forms.rules.backup import (
    OTHERS_TABLES,
    Account,
    Unreadable,
    differing,
    lost_by_restoring,
    lost_words,
    name_at,
    outlived,
    read_account,
    unknown_migrations,
)

ACCOUNT = Account(
    made_at=datetime(2028, 2, 29, 23, 59, 50, tzinfo=UTC).isoformat(),
    engine="sqlite",
    migrations=(("contacts", "0001_initial"), ("outage", "0001_initial")),
    counts={"outage_handover": 12, "contacts_user": 3, "outage_outage": 0},
    scans=2,
)
PIECE = 1 << 20


def test_an_account_is_read_as_it_was_written():
    assert read_account(ACCOUNT.to_json()) == ACCOUNT
    assert ACCOUNT.moment == datetime(2028, 2, 29, 23, 59, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, None) for key in ("format", "made_at", "engine", "migrations", "counts", "scans")),
        ("format", 2),
        ("made_at", "i går"),
        ("made_at", "2028-02-29T23:59:50"),
        ("migrations", [["contacts"]]),
        ("counts", {"outage_handover": "många"}),
        ("counts", [1]),
        ("scans", "två"),
    ],
)
def test_what_is_no_account_is_refused(key: str, value: object):
    told = json.loads(ACCOUNT.to_json())
    if value is None:
        del told[key]
    else:
        told[key] = value
    with pytest.raises(Unreadable):
        read_account(json.dumps(told))


def test_an_account_from_before_says_nothing_of_lost_pictures():
    told = json.loads(ACCOUNT.to_json())
    del told["lost"]
    assert read_account(json.dumps(told)) == ACCOUNT
    lost = replace(ACCOUNT, lost=("7K3QX9M2C", ""))
    assert read_account(lost.to_json()) == lost


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (["7K3QX9M2C"], "1 bild saknas eller är skadad: blad 7K3-QX9-M2C"),
        (["", ""], "2 bilder saknas eller är skadade: 2 sidor utan blad"),
        (
            ["7K3QX9M2C", "", "7K3QX9M2C", "0A0AAAAAA"],
            "4 bilder saknas eller är skadade: blad 0A0-AAA-AAA, blad 7K3-QX9-M2C, 1 sida utan blad",
        ),
        (
            [f"AAAAAAAA{digit}" for digit in "0123456789AB"],
            f"12 bilder saknas eller är skadade: {', '.join(f'blad AAA-AAA-AA{n}' for n in range(10))}, 2 blad till",
        ),
    ],
)
def test_lost_pictures_are_told_by_their_sheets(lost: list[str], said: str):
    assert lost_words(lost) == said


def test_what_is_no_json_is_refused():
    for text in ("", "[]", "null", "{", '"format"'):
        with pytest.raises(Unreadable):
            read_account(text)


def test_a_later_version_is_known_by_what_this_one_has_not():
    known = {("contacts", "0001_initial"), ("outage", "0001_initial"), ("outage", "0002_more")}
    assert unknown_migrations(ACCOUNT, known) == []
    assert unknown_migrations(ACCOUNT, known - {("outage", "0001_initial")}) == [("outage", "0001_initial")]


def test_what_differs_and_what_would_be_lost():
    now = {"outage_handover": 15, "contacts_user": 2, "outage_outage": 0, "outage_new": 4}
    assert differing(ACCOUNT.counts, now) == {
        "contacts_user": (3, 2),
        "outage_handover": (12, 15),
        "outage_new": (0, 4),
    }
    assert lost_by_restoring(ACCOUNT, now) == {"outage_handover": 3, "outage_new": 4}
    # What was migrated nobody entered.
    assert lost_by_restoring(ACCOUNT, {"django_migrations": 4, "cache": 1}) == {}
    assert lost_by_restoring(ACCOUNT, ACCOUNT.counts) == lost_by_restoring(ACCOUNT, {}) == {}


def test_each_table_that_is_not_ours_has_a_swedish_name():
    ours = {app.label for app in apps.get_app_configs() if app.name in {"contacts", "outage", "forms"}}
    others = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.auto_created or model._meta.app_label not in ours
    }
    assert others == set(OTHERS_TABLES)


def test_only_backups_of_ours_that_have_had_their_time_go():
    noon = datetime(2028, 3, 31, 12, 0, tzinfo=UTC)
    old, young = name_at(noon - timedelta(days=31, seconds=1)), name_at(noon - timedelta(days=31))
    others = [
        "driftstopp-20200101T000000Z.backup.unfinished",
        "driftstopp-before-upgrade.backup",
        "20200101.backup",
    ]
    others += ["driftstopp-20200101T0000Z.backup", "driftstopp-2020011T000000Z.backup", "driftstopp-x.backup"]
    assert outlived([young, *others, old], noon - timedelta(days=31)) == [old]


def encrypted(content: bytes, step: int = 300_007) -> bytes:
    file = io.BytesIO()
    sealed = Encrypting(file)
    for at in range(0, len(content), step):
        sealed.write(content[at : at + step])
    sealed.finish()
    return file.getvalue()


def decrypted(content: bytes, step: int = -1) -> bytes:
    plain = Decrypting(io.BytesIO(content))
    return b"".join(iter(lambda: plain.read(step), b""))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 17])
def test_what_was_written_is_read_whatever_its_length(size: int):
    content = os.urandom(size)
    made = encrypted(content)
    assert decrypted(made) == content
    for step in (1_000, 512 * 1024, PIECE + 3) if size else (10,):
        assert decrypted(made, step) == content
    assert size < 20 or content[:20] not in made


def test_no_byte_can_be_changed_and_no_end_cut_off():
    made = encrypted(os.urandom(PIECE + 5_000))
    places = {
        *range(120),
        *range(120, len(made), 40_009),
        *range(len(made) - 6_000, len(made), 97),
        len(made) - 1,
    }
    for at in sorted(places):
        changed = made[:at] + bytes([made[at] ^ 1]) + made[at + 1 :]
        with pytest.raises((Damaged, NotABackup, OtherKeys)):
            decrypted(changed)
        with pytest.raises((Damaged, NotABackup, OtherKeys)):
            decrypted(made[:at])
    with pytest.raises(Damaged):
        decrypted(made + b"\0")


def test_no_piece_can_be_left_out_moved_or_taken_from_another():
    first, other = encrypted(bytes(4 * PIECE)), encrypted(bytes(4 * PIECE))
    whole = PIECE + 28 + 5
    head = len(first) - 4 * whole
    pieces = [first[head + at * whole :][:whole] for at in range(4)]
    assert decrypted(first[:head] + b"".join(pieces)) == bytes(4 * PIECE)
    for order in ([0, 2, 3], [0, 1, 3], [1, 0, 2, 3], [0, 1, 2], [0, 0, 1, 2, 3]):
        with pytest.raises(Damaged):
            decrypted(first[:head] + b"".join(pieces[at] for at in order))
    with pytest.raises(Damaged):
        decrypted(first[:head] + other[head:])


def test_it_opens_with_the_keys_of_then_and_no_others(settings: Settings):
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    settings.DATA_KEYS = keys[:1]
    made = encrypted(b"allt")
    settings.DATA_KEYS = [keys[1], keys[0]]
    assert decrypted(made) == b"allt"
    settings.DATA_KEYS = keys[1:]
    with pytest.raises(OtherKeys):
        decrypted(made)
    with pytest.raises(NotABackup):
        decrypted(b"PK\x03\x04" + made)
