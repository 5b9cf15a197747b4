"""System checks of our own, all under the tag "driftstopp". The server refuses to start on an error here."""

import ctypes
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils import timezone

from contacts.content.identity_provider import identity_provider
from contacts.content.reader import ContentError
from contacts.content.search_words import search_language
from contacts.models import DataKey
from contacts.own_files import open_to_others
from contacts.services.data_keys import is_opened
from contacts.trail.roles import may_change_the_trail
from contacts.trail.triggers import missing_triggers
from contacts.unfinished import UNFINISHED, is_unfinished
from outage.checklists import all_checklists
from outage.models import CareChain, CareChainEvent
from outage.presenters.clock import clock_gone_wrong
from outage.routine import all_routines, routine_ids
from outage.services.states import rebuilt

TAG = "driftstopp"
SHORTEST_SECRET_KEY = 50
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
# The shared objects that WeasyPrint cannot do without, and the Debian packages that printing wants.
PRINTING_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0")
# How many of the latest events the server looks at as it starts.
_COMPARED = 50
PUT_BACK_THE_KEY = (
    "Sätt tillbaka den nyckel som användes, efter den nya om den är bytt: DATA_KEYS=NY,GAMMAL. Kör sedan "
    "python manage.py rotate_keys."
)
PRINTING_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@register(TAG)
def check_demo_is_local(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: demo mode lets anyone log in as anyone, so it never runs in production or is reachable from another
    machine.
    """
    if not settings.DEMO:
        return []
    if settings.PRODUCTION:
        return [
            Error(
                "DEMO och PRODUCTION är på samtidigt.",
                hint="Stäng av DEMO i drift. I demoläge loggar vem som helst in som vem som helst.",
                id=f"{TAG}.E001",
            )
        ]
    outside = [host for host in settings.ALLOWED_HOSTS if host not in LOOPBACK_HOSTS]
    if outside:
        return [
            Error(
                f"DEMO är på och ALLOWED_HOSTS släpper in andra datorer: {', '.join(outside)}.",
                hint="Stäng av DEMO, eller sätt ALLOWED_HOSTS=127.0.0.1,localhost.",
                id=f"{TAG}.E001",
            )
        ]
    return []


@register(TAG)
def check_secret_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002: in production the key comes from the environment and is long."""
    if not settings.PRODUCTION or len(_secret_key()) >= SHORTEST_SECRET_KEY:
        return []
    return [
        Error(
            f"SECRET_KEY saknas eller är kortare än {SHORTEST_SECRET_KEY} tecken.",
            hint="Sätt SECRET_KEY. Gör en ny: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id=f"{TAG}.E002",
        )
    ]


@register(TAG)
def check_passwords(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """I002: in production, no file of leaked passwords is set: of long ones, few are then known to be common."""
    if not settings.PRODUCTION or settings.BREACHED_PASSWORDS:
        return []
    return [
        Info(
            "Lösenord prövas inte mot läckta: BREACHED_PASSWORDS är inte satt.",
            hint="Sätt BREACHED_PASSWORDS till en fil med hashar av läckta lösenord.",
            id=f"{TAG}.I002",
        )
    ]


@register(TAG)
def check_database_connection(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W005: in production, a database on another machine is asked without TLS, or without checking whose it is."""
    database = settings.DATABASES["default"]
    host = database.get("HOST", "")
    here = not host or host.startswith("/") or host in LOOPBACK_HOSTS
    if not settings.PRODUCTION or here or database.get("OPTIONS", {}).get("sslmode") == "verify-full":
        return []
    return [
        Warning(
            f"Förbindelsen med databasen på {host} prövar inte vem som svarar.",
            hint="Lägg till ?sslmode=verify-full i DATABASE_URL, och &sslrootcert=… för ett eget certifikat.",
            id=f"{TAG}.W005",
        )
    ]


@register(TAG)
def check_content(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: every routine, every checklist, the search words and the identity provider can be read; the message names
    file, key and remedy.
    """
    try:
        search_language()
        for routine in all_routines():
            all_checklists(routine)
        if settings.LOGIN_PROVIDER:
            identity_provider(Path(settings.LOGIN_PROVIDER))
    except ContentError as error:
        place = f"{error.file.name}, {error.key}" if error.key else error.file.name
        return [Error(f"Innehållet går inte att läsa: {place}.", hint=error.remedy, id=f"{TAG}.E003")]
    return []


@register(TAG)
def check_routine(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E007: the chosen routine exists."""
    known = routine_ids()
    if settings.ROUTINE in known:
        return []
    return [
        Error(
            f"ROUTINE={settings.ROUTINE} är ingen rutin som finns.",
            hint=f"Sätt ROUTINE till en av: {', '.join(known)}. "
            f"Eller lägg {settings.ROUTINE}.toml i outage/routine/content.",
            id=f"{TAG}.E007",
        )
    ]


@register(TAG)
def check_printing(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001: without Pango nothing can be printed; everything else works."""
    if all(_loads(library) for library in PRINTING_LIBRARIES):
        return []
    return [
        Warning(
            "Utskrift är avstängd: Pango saknas.",
            hint=f"Kör: sudo apt-get install --no-install-recommends {PRINTING_PACKAGES}",
            id=f"{TAG}.W001",
        )
    ]


@register(TAG)
def check_files_are_ours(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W004: nobody but the server's user reads what it has written. What is the user's own is closed at each start."""
    found = files_open_to_others()
    if not found:
        return []
    more = f" och {len(found) - 1} till" if len(found) > 1 else ""
    folders = dict.fromkeys(str(path if path.is_dir() else path.parent) for path in found)
    return [
        Warning(
            f"Andra på servern kan läsa {found[0]}{more}.",
            hint=f"Kör som den som äger dem: chmod -R go= {' '.join(map(shlex.quote, folders))}",
            id=f"{TAG}.W004",
        )
    ]


@register(TAG, "data_keys")
def check_data_keys(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E010: the keys of the environment open those that patient text lies encrypted with.

    Only where the database is asked too.
    """
    if not databases:
        return []
    try:
        rows = list(DataKey.objects.filter(destroyed_at=None))
    except (DatabaseError, ImproperlyConfigured):
        # There are no tables yet, or no database: that is told elsewhere.
        return []
    unopened = sum(not is_opened(row) for row in rows)
    if not unopened:
        return []
    return [
        Error(
            f"DATA_KEYS öppnar inte {unopened} av {len(rows)} datanycklar: det som de låser går inte att läsa.",
            hint=PUT_BACK_THE_KEY,
            id=f"{TAG}.E010",
        )
    ]


@register(TAG)
def check_restored(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E011: the database was put in place by a restore that was not done with the rest.

    Only where the database is asked too.
    """
    try:
        return [Error(UNFINISHED, id=f"{TAG}.E011")] if databases and is_unfinished() else []
    except DatabaseError:
        # That it does not answer is told by whoever asks it first.
        return []


def files_open_to_others() -> list[Path]:
    database = settings.DATABASES["default"]
    sqlite = Path(database["NAME"]) if database.get("ENGINE", "").endswith("sqlite3") else None
    folders = [Path(settings.VAR_DIR), Path(settings.SCAN_DIR)]
    return open_to_others(folders, sqlite, Path(settings.STATIC_ROOT))


@register(TAG, "trail")
def check_trail(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E009: the database refuses to change the trace. W003: in production the role served with may not either.

    Only where the database is asked too, as the server does when it starts.
    """
    if not databases:
        return []
    try:
        missing, may_change = missing_triggers(), may_change_the_trail()
    except DatabaseError:
        # That it does not answer is told by whoever asks it first.
        return []
    if missing:
        return [
            Error(
                f"Loggens skydd mot ändringar saknas i databasen: {', '.join(missing)}.",
                hint="Kör: python manage.py migrate, som den roll som äger tabellerna.",
                id=f"{TAG}.E009",
            )
        ]
    if settings.PRODUCTION and may_change:
        return [
            Warning(
                "Databasens roll får ändra och ta bort rader i loggen, eller förstöra datanycklar.",
                hint="Ge servern en egen roll: python manage.py trail_role NAMN (docs/operation.md).",
                id=f"{TAG}.W003",
            )
        ]
    return []


@register(TAG, "states")
def check_states(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W006: the chains that were logged in last stand as their logs say. All are compared by `rebuild_states --check`.

    Only where the database is asked too.
    """
    if not databases:
        return []
    try:
        last = CareChainEvent.objects.order_by("-recorded_at").values_list("chain", flat=True)[:_COMPARED]
        differ = sum(1 for _ in rebuilt(CareChain.objects.filter(pk__in=list(last)), write=False))
    except DatabaseError:
        # There are no tables yet, or no database: that is told elsewhere.
        return []
    if not differ:
        return []
    return [
        Warning(
            f"{differ} vårdkedjor står inte som loggen säger i listorna.",
            hint="Kör: python manage.py rebuild_states",
            id=f"{TAG}.W006",
        )
    ]


@register(TAG, "trail")
def check_clock(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W007: the clock has come to what is logged. Where it has not, it goes wrong, or did.

    Only where the database is asked too.
    """
    try:
        wrong = clock_gone_wrong(timezone.now()) if databases else ""
    except DatabaseError:
        # There are no tables yet, or no database: that is told elsewhere.
        return []
    return [Warning(wrong, id=f"{TAG}.W007")] if wrong else []


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:
        return ""


def _loads(library: str) -> bool:
    # Opening the library is what WeasyPrint itself does; importing WeasyPrint to ask takes over a second.
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
