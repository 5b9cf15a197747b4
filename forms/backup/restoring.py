"""An installation put back from a backup: read to its end first, then put in place, then checked."""

import errno
import os
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from contacts import audit
from contacts.file_errors import why
from contacts.models.trail import trails_cipher
from contacts.rules.errors import RuleError
from contacts.trail.checkpoints import verify_checkpoints
from contacts.trail.purge_record import record_path
from contacts.trail.verifying import verify
from forms.queries.pictures import lost_pictures
from forms.rules.backup import (
    Account,
    Unreadable,
    differing,
    lost_words,
    read_account,
    unknown_migrations,
)
from forms.scan_files import DurableFiles
from forms.services.purging import repeat_purges
from outage.models import CareChain
from outage.services.states import rebuilt

from .archive import Damaged, Decrypting, NotABackup, OtherKeys
from .engines import Counts, check_nobody_else, faults_of_file, put_in_place, rows_of_tables, unmark
from .making import ACCOUNT, CHECKPOINTS, DATABASE, PURGES, SCANS, a_room, write

_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_NOTHING = "Inget är återställt."


@dataclass(frozen=True)
class Opened:
    """A backup that was read to its end; what it holds lies in `room` for as long."""

    account: Account
    room: Path


@dataclass
class Restored:
    """`faults` are sentences: what is not as the backup says. What was there before lies in `asides`, if anything: the
    first is from before a restore that was broken off, if any.

    `purges` says what was purged again, or that it cannot be known whether something is to be; `lost` which pictures
    the backup had not.
    """

    asides: list[Path] = field(default_factory=list)
    purges: str = ""
    lost: str = ""
    trail_rows: int = 0
    faults: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Raises RuleError with what is wrong with it; nothing has been changed then. Raises OSError."""
    with path.open("rb") as file, a_room() as room:
        try:
            plain = Decrypting(file)
            with tarfile.open(fileobj=plain, mode="r|") as archive:
                _take_out(archive, room)
            # The end is checked too, which the archive does not ask for.
            while plain.read(1 << 20):
                pass
            account = read_account((room / ACCOUNT).read_bytes())
        except NotABackup:
            raise RuleError(f"Filen är ingen säkerhetskopia härifrån. {_NOTHING}") from None
        except OtherKeys:
            raise RuleError(
                f"DATA_KEYS är inte de nycklar som säkerhetskopian är gjord med. {_NOTHING} Är nyckeln bytt sedan "
                "dess: sätt den gamla sist i DATA_KEYS, och kör rotate_keys när det är återställt."
            ) from None
        except Unreadable:
            raise RuleError(f"Säkerhetskopian är gjord av en annan version. {_NOTHING}") from None
        except (Damaged, tarfile.TarError, FileNotFoundError, EOFError):
            raise RuleError(f"Säkerhetskopian är ändrad, skadad eller inte hel. {_NOTHING}") from None
        _check_fits(account)
        yield Opened(account, room)


def _take_out(archive: tarfile.TarFile, room: Path) -> None:
    (room / SCANS).mkdir()
    for member in archive:
        folder, name = room / (SCANS if member.name.startswith(SCANS) else ""), Path(member.name).name
        content = archive.extractfile(member)
        if content is None:
            raise Damaged
        with (folder / name).open("wb") as file:
            shutil.copyfileobj(content, file)


def _check_fits(account: Account) -> None:
    if account.engine != connection.vendor:
        there, here = _ENGINES.get(account.engine, account.engine), _ENGINES[connection.vendor]
        raise RuleError(f"Säkerhetskopian är av {there}, och DATABASE_URL är {here}. {_NOTHING}")
    known = MigrationLoader(None).disk_migrations
    replaced = {each for migration in known.values() for each in migration.replaces}
    if unknown_migrations(account, {*known, *replaced}):
        raise RuleError(
            f"Säkerhetskopian är gjord av en nyare version. Installera den versionen först. {_NOTHING}"
        )


def there_now() -> Counts | None:
    """The rows of each table that a backup would take the place of; None where they cannot be read."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        # To look would make one.
        return {}
    try:
        return rows_of_tables()
    except DatabaseError:
        return None
    finally:
        connection.close()


def put_back(backup: Opened, *, as_it_was: bool = False, purges: Sequence[Path] = ()) -> Restored:
    """Put database, pictures and checkpoints in place; what was there is kept in a folder beside them. What was purged
    since the backup is purged again, by the record that is there and those that `purges` name.

    Raises RuleError: where the database is in use nothing has been changed then, else it says what has. It can be done
    again. `as_it_was`: the database stays of the version that the backup is of, which checks it itself.
    """
    check_nobody_else()
    _check_own_pictures()
    _check_may_be_moved()
    aside = Path(settings.VAR_DIR) / f"before-restore-{timezone.now():%Y%m%dT%H%M%S}"
    if connection.vendor == "postgresql" and there_now():
        aside.mkdir(mode=0o700, parents=True)
        # Not by its rows: after an upgrade that is taken back they are of a later version than this.
        write(aside / "database.backup")
    put_in_place(backup.room / DATABASE, aside)
    try:
        return _the_rest(backup, aside, as_it_was=as_it_was, purges=purges)
    except (OSError, DatabaseError) as failed:
        kept = f"Det som fanns ligger i {in_words(there)}. " if (there := _asides()) else ""
        raise RuleError(
            f"Databasen är utbytt, men resten blev inte klart: {why(failed)}. {kept}Rätta felet och ge kommandot en "
            "gång till med --replace."
        ) from failed


def _check_own_pictures() -> None:
    """Raises RuleError where there are pictures and no database: they are another installation's, or all that is left
    of this one.
    """
    files = storages["scans"]
    if isinstance(files, DurableFiles) and there_now() == {} and _names(files):
        raise RuleError(
            f"Databasen är tom, men i {files.location} ligger bilder av blad. Hör de till en annan installation: sätt "
            f"SCAN_DIR till en egen mapp. Annars: flytta undan dem. {_NOTHING}"
        )


def _check_may_be_moved() -> None:
    """Raises RuleError where what comes after the database could not be put in place: without pictures and checkpoints
    the restore would not be done, nor could it be done again.
    """
    checkpoints, files = Path(settings.TRAIL_CHECKPOINTS), storages["scans"]
    folders = [Path(settings.VAR_DIR), checkpoints.parent]
    folders += [Path(files.location)] if isinstance(files, DurableFiles) else []
    try:
        for folder in folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "", str(folder))
    except OSError as failed:
        raise RuleError(f"Det går inte att återställa: {why(failed)}. {_NOTHING}") from failed
    if checkpoints.exists():
        moved = checkpoints.with_name(f"{checkpoints.name}.moved")
        try:
            checkpoints.rename(moved)
            moved.rename(checkpoints)
        except OSError as failed:
            # One may let the server only append to it.
            raise RuleError(
                f"{checkpoints} går inte att flytta, och hör till den databas som byts ut. Låt den ligga: sätt "
                f"TRAIL_CHECKPOINTS till en ny fil i samma mapp, och ge kommandot igen. {_NOTHING}"
            ) from failed


def _asides() -> list[Path]:
    """Of all restores, the oldest first: of one that was broken off the next knows nothing."""
    return sorted(Path(settings.VAR_DIR).glob("before-restore-*"))


def in_words(asides: Sequence[Path]) -> str:
    told = ", ".join(str(aside) for aside in asides)
    return told if len(asides) == 1 else f"{told} (den äldsta först)"


def _names(files: DurableFiles) -> list[str]:
    return files.listdir("")[1] if Path(files.location).is_dir() else []


def _the_rest(backup: Opened, aside: Path, *, as_it_was: bool, purges: Sequence[Path]) -> Restored:
    """Of what was put in place: pictures, checkpoints and what shows that all of it is as it was."""
    # None is left of the log-ins.
    differ = differing({**backup.account.counts, Session._meta.db_table: 0}, rows_of_tables())
    restored = Restored(faults=faults_of_file())
    restored.faults += [
        f"{table}: {had} rader i säkerhetskopian, {has} nu" for table, (had, has) in differ.items()
    ]
    _put_pictures(backup, aside, restored)
    _put_checkpoints(backup, aside)
    restored.asides = _asides()
    if not as_it_was:
        call_command("migrate", interactive=False, verbosity=0)
    # Before anybody can read.
    _purge_again(backup, restored, purges)
    if not as_it_was:
        _check(restored, backup.account)
    audit.record_system(action="backup.restored", changes={"made_at": backup.account.made_at})
    unmark()
    return restored


def _put_pictures(backup: Opened, aside: Path, restored: Restored) -> None:
    files = storages["scans"]
    if isinstance(files, DurableFiles) and _names(files):
        (aside / "scans").mkdir(mode=0o700, parents=True, exist_ok=True)
        # The folder itself may be a mount.
        for name in _names(files):
            shutil.move(files.path(name), aside / "scans" / name)
    kept = sorted((backup.room / SCANS).glob("*"))
    for picture in kept:
        content = picture.read_bytes()
        if files.exists(picture.name):
            with files.open(picture.name) as there:
                if there.read() == content:
                    continue
            files.delete(picture.name)
        files.save(picture.name, ContentFile(content))
    if len(kept) != backup.account.scans:
        restored.faults.append(f"Bilder: {backup.account.scans} i säkerhetskopian, {len(kept)} nu")


def _put_checkpoints(backup: Opened, aside: Path) -> None:
    """Those that are there tell of rows that are no longer; of the same numbers there will be others."""
    there, kept = Path(settings.TRAIL_CHECKPOINTS), backup.room / CHECKPOINTS
    if there.exists():
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(there, aside / CHECKPOINTS)
    if kept.exists():
        shutil.copyfile(kept, there)


def _purge_again(backup: Opened, restored: Restored, purges: Sequence[Path]) -> None:
    """What the record of the backup itself tells of is done in it: by that the one here is only completed."""
    here, kept = record_path(), backup.room / PURGES
    told = [*purges] if purges and not here.exists() else [here, *purges]
    done = repeat_purges(*told, *([kept] if kept.exists() else []))
    if done.wrong:
        restored.faults.append(
            f"Förteckningen över gallringar: {done.wrong} rader går inte att läsa eller är ändrade"
        )
    said = []
    if done.count:
        said.append(f"Gallrat på nytt: {done.count}.")
    if done.missing:
        files = ", ".join(str(path) for path in done.missing)
        said.append(
            f"Förteckningen över gallringar finns inte ({files}). Det går inte att veta om något har gallrats sedan "
            "säkerhetskopian gjordes. Finns den på en annan dator: ge kommandot på nytt med --purges FIL."
        )
    restored.purges = " ".join(said)


def _check(restored: Restored, account: Account) -> None:
    cipher = trails_cipher()
    verdict = verify(cipher)
    checkpoints = Path(settings.TRAIL_CHECKPOINTS)
    if checkpoints.exists():
        verify_checkpoints(checkpoints, cipher, verdict.faults)
    restored.trail_rows = verdict.rows
    restored.faults += [str(fault) for fault in verdict.faults.found]
    if lost := lost_pictures():
        if set(lost) - set(account.lost):
            restored.faults.append(f"{lost_words(lost)}.")
        else:
            restored.lost = f"{lost_words(lost)}. Så var det redan när säkerhetskopian gjordes."
    chains = CareChain.objects.filter(joined_to__isnull=True)
    if differ := sum(1 for _ in rebuilt(chains, write=False)):
        restored.faults.append(
            f"{differ} vårdkedjor står inte som loggen säger. Kör: python manage.py rebuild_states"
        )
