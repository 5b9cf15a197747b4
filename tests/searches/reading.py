"""The lists of searches, read, and what each finds."""

from dataclasses import dataclass
from pathlib import Path

from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import Principal, User
from contacts.queries.places import places_named
from contacts.queries.search import search_entries
from contacts.rules.principals import REGION_NAME
from forms.demo.player import lay_places
from forms.demo.script import read_script

from .wide import lay_hard, lay_wide

ROOM = Path(__file__).parent
AMONG_THE_FIRST = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: in which directory, by whom, what is typed, what is right as the first hit."""

    where: str
    by: str
    typed: str
    right: tuple[str, ...]


def asked_in(name: str) -> list[Asked]:
    where, found = "", []
    for line in (ROOM / name).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            where = line.strip("[]")
            continue
        typed, _, right = line.partition(" = ")
        by, _, text = typed.rpartition("> ")
        found.append(Asked(where, by, text, tuple(part.strip() for part in right.split(" | "))))
    return found


def lay(where: str) -> None:
    """Save the directory `where`."""
    import_directory(by=None, content=OWN_FILE.read_bytes())
    if where == "demo":
        lay_places(read_script().units, by=User.objects.create_user("keeper"))
    if where == "wide":
        lay_wide()
    if where == "hard":
        lay_hard()


def principal_of(by: str) -> Principal:
    """Whose the one who types is: the region's where nothing else is said."""
    return Principal.objects.get(short_name=by.title() or REGION_NAME)


def first_hits(asked: Asked) -> list[str]:
    """What stands first on the page: the units to ring, and the first entries."""
    found = search_entries(asked.typed, own=principal_of(asked.by), limit=AMONG_THE_FIRST)
    units = [place.name for place in places_named(asked.typed, found).to_ring if place.unit]
    return [*units, *(entry.name for entry in found.entries)]


def misses(name: str, where: str) -> list[str]:
    """Those whose right hit is not among the first, in words."""
    return [
        f"{asked.by}: {asked.typed!r}: {', '.join(hits) or 'nothing'}; right: {' | '.join(asked.right)}"
        for asked in asked_in(name)
        if asked.where == where and not set(asked.right) & set(hits := first_hits(asked))
    ]
