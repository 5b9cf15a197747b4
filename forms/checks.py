"""System checks of the paper. The server refuses to start with a sheet it could not print."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register
from django.utils import timezone

from contacts.content.reader import ContentError
from forms.scan_store import NEW_KEY, keys_work
from forms.sealing import SealUnusable, open_seal
from forms.specs import all_specs

TAG = "driftstopp"


@register(TAG)
def check_specs(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004: every sheet's content file can be read; the message names file, key and remedy."""
    try:
        all_specs()
    except ContentError as error:
        place = f"{error.file.name}, {error.key}" if error.key else error.file.name
        return [Error(f"Blanketten går inte att läsa: {place}.", hint=error.remedy, id=f"{TAG}.E004")]
    return []


@register(TAG)
def check_scan_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005: there are keys that scans are encrypted with."""
    if keys_work(settings.DATA_KEYS):
        return []
    return [
        Error(
            "DATA_KEYS saknas eller är ingen nyckel: skanningar kan inte krypteras.",
            hint=f"Sätt DATA_KEYS, och spara den på ett säkert ställe. Gör en ny: {NEW_KEY}",
            id=f"{TAG}.E005",
        )
    ]


@register(TAG)
def check_seal(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E006: a configured seal can be used. W002: its certificate has expired. I001: in production there is none.

    Without a seal everything works, and what was handed out is still recognised by its hash: no reason to stop a
    server.
    """
    try:
        seal = open_seal()
    except SealUnusable as error:
        return [Error(error.fault, hint=error.remedy, id=f"{TAG}.E006")]
    if seal is None and settings.PRODUCTION:
        return [
            Info(
                "Utskrifter förseglas inte: SEAL_P12 är inte satt.",
                hint="Sätt SEAL_P12 till en PKCS#12-fil och SEAL_PASSPHRASE till dess lösenord.",
                id=f"{TAG}.I001",
            )
        ]
    if seal and seal.expires < timezone.now():
        return [
            Warning(
                f"Sigillets certifikat gick ut {timezone.localdate(seal.expires)}.",
                hint="Skaffa ett nytt certifikat och sätt SEAL_P12 till det. Spara det gamla.",
                id=f"{TAG}.W002",
            )
        ]
    return []
