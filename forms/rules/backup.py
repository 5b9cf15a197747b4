"""What a backup says of itself, and what stands between it and being restored."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from forms.rules.serial import shown_serial

FORMAT = 1
# Tables that are not ours, as who restores is to know them: their own names are English.
OTHERS_TABLES = {
    "account_emailaddress": "e-postadresser",
    "account_emailconfirmation": "bekräftelser av e-postadresser",
    "auth_group": "grupper",
    "auth_group_permissions": "rättigheter för grupper",
    "auth_permission": "rättigheter",
    "contacts_reviewsample_entries": "rader i stickprov",
    "contacts_user_groups": "personer i grupper",
    "contacts_user_user_permissions": "rättigheter för personer",
    "django_admin_log": "ändringar gjorda i /admin/",
    "django_content_type": "innehållstyper",
    "django_session": "inloggningar",
    "django_tasks_database_dbtaskresult": "arbeten i kön",
    "mfa_authenticator": "andra steg vid inloggning",
    "socialaccount_socialaccount": "personer hos inloggningstjänsten",
    "socialaccount_socialapp": "inloggningstjänster",
    "socialaccount_socialtoken": "kvitton från inloggningstjänsten",
    "usersessions_usersession": "datorer som någon är inloggad på",
}
# What is in them nobody entered and nobody misses.
_NO_LOSS = {"django_migrations", "cache"}


class Unreadable(ValueError):
    """It is no account of a backup, or one of a later format."""


@dataclass(frozen=True, slots=True)
class Account:
    """`counts` are the rows of each table and `scans` the files of pictures, `migrations` those of app and name
    applied. `lost` has the serial of the sheet of each picture that was gone or damaged then, "" for one of no sheet.
    """

    made_at: str
    engine: str
    migrations: tuple[tuple[str, str], ...]
    counts: Mapping[str, int]
    scans: int
    lost: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)})


def read_account(text: str | bytes) -> Account:
    """Raises Unreadable."""
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise Unreadable(f"format {told['format']}")
        account = Account(
            made_at=str(told["made_at"]),
            engine=str(told["engine"]),
            migrations=tuple((str(app), str(name)) for app, name in told["migrations"]),
            counts={str(table): int(count) for table, count in told["counts"].items()},
            scans=int(told["scans"]),
            lost=tuple(str(serial) for serial in told.get("lost", ())),
        )
        if account.moment.tzinfo is None:
            raise Unreadable("a time without its zone")
    except Unreadable:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise Unreadable(str(wrong)) from wrong
    return account


_SHEETS = 10


def lost_words(lost: Collection[str]) -> str:
    """Such as "2 bilder saknas eller är skadade: blad 7K3-QX9-M2C, 1 sida utan blad"; `lost` as in an account."""
    sheets, alone = sorted(set(lost) - {""}), sum(not serial for serial in lost)
    told = [f"blad {shown_serial(serial)}" for serial in sheets[:_SHEETS]]
    if more := len(sheets) - len(told):
        told.append(f"{more} blad till")
    if alone:
        told.append(f"{alone} {'sida' if alone == 1 else 'sidor'} utan blad")
    what = (
        "1 bild saknas eller är skadad" if len(lost) == 1 else f"{len(lost)} bilder saknas eller är skadade"
    )
    return f"{what}: {', '.join(told)}"


_NAMED = "driftstopp-%Y%m%dT%H%M%SZ.backup"


def name_at(moment: datetime) -> str:
    """The name of a backup made then; `moment` is UTC."""
    return moment.strftime(_NAMED)


def outlived(names: Iterable[str], before: datetime) -> list[str]:
    """Those that were made, and named so by us, before that time in UTC. Any other name is somebody else's."""
    found = []
    for name in names:
        try:
            made = datetime.strptime(name, _NAMED).replace(tzinfo=UTC)
        except ValueError:
            continue
        if made < before and name == name_at(made):
            found.append(name)
    return sorted(found)


def unknown_migrations(account: Account, known: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that this version does not have: the backup is of a later one."""
    return sorted(set(account.migrations) - set(known))


def differing(counts: Mapping[str, int], found: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Of each table that has not as many rows as it should: how many it should have, and how many it has."""
    return {
        table: (counts.get(table, 0), found.get(table, 0))
        for table in sorted({*counts, *found})
        if counts.get(table, 0) != found.get(table, 0)
    }


def lost_by_restoring(account: Account, now: Mapping[str, int]) -> dict[str, int]:
    """How many rows at least the tables have that the backup has not: none less than the difference."""
    return {
        table: have - had
        for table, (had, have) in differing(account.counts, now).items()
        if have > had and table not in _NO_LOSS
    }
