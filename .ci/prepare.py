"""Makes the installation ready to serve: checks, migrations, static files, directory, demo data.

One process, because starting Django is most of the time a second start takes. Static files are collected only
when they changed; the rest is quick when there is nothing to do.
"""

import hashlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "outage.project.settings")

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import Error, run_checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from contacts.unfinished import stop_where_unfinished
from outage.project.told import NOT_OF_THIS_VERSION, sentence
from outage.project.upgrades import TOO_OLD, is_too_old


def main() -> None:
    """Prepare everything; stop with a sentence, not a traceback, at what whoever starts it can fix.

    With --look only see whether it is done.
    """
    try:
        django.setup()
        if "--look" in sys.argv:
            look()
            return
        close_files()
        refuse_on_errors()
        refuse_on_errors("data_keys", databases=["default"])
        say("Uppdaterar databasen …")
        if is_too_old(connection):
            raise SystemExit(TOO_OLD)
        stop_where_unfinished()
        call_command("migrate", interactive=False, verbosity=0)
        refuse_on_errors("trail", databases=["default"])
        call_command("encrypt_again")
        call_command("tidy")
        if not settings.DEBUG:
            collect_static()
        load_directory()
        if settings.DEMO:
            say("Gör i ordning demon …")
            call_command("demo", verbosity=0)
        elif not apps.get_model("contacts", "Membership").objects.exists():
            say("Ingen kan logga in än. Inloggningssidan visar kommandot som gör den första administratören.")
    except Exception as error:
        if (said := sentence(error, preparing=True)) is None:
            raise
        raise SystemExit(said) from None


def look() -> None:
    """Stop where the database does not answer, or is not of this version."""
    stop_where_unfinished()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise SystemExit(NOT_OF_THIS_VERSION)


def say(sentence: str) -> None:
    """A progress line for the person waiting."""
    print(sentence, flush=True)


def refuse_on_errors(tag: str = "driftstopp", databases: Sequence[str] | None = None) -> None:
    """Stop on an error of our own system checks; show warnings and go on."""
    messages = run_checks(tags=[tag], databases=databases)
    for message in messages:
        say(f"{message.id}: {message.msg} {message.hint or ''}")
    if any(isinstance(message, Error) for message in messages):
        raise SystemExit("Driftstopp startar inte. Rätta felet ovan först.")


def close_files() -> None:
    """Take from others what they may read of ours; what is not ours to change is told by a check."""
    from contacts.own_files import close
    from outage.checks import files_open_to_others

    close(files_open_to_others())


def load_directory() -> None:
    """Bring in the product's own directory file where there is no directory yet.

    Later files are for a person to bring in with `manage.py import_directory`: a start must not write over
    what somebody has corrected since.
    """
    if apps.get_model("contacts", "DirectoryEntry").objects.exists():
        return
    say("Läser in telefonkatalogen …")
    call_command("import_directory", stdout=io.StringIO())


def collect_static() -> None:
    """Collect static files when they, or where they go, differ from the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    now = static_fingerprint()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == now:
        return
    say("Samlar statiska filer …")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(now, encoding="utf-8")


def static_fingerprint() -> str:
    """A hash over every static file's name, size and time of change."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
