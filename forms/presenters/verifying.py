"""What is said of a file that somebody asked about: the same words on the page and from the command."""

from dataclasses import dataclass
from datetime import datetime

from forms.models import Export
from forms.rules.file_origin import FileOrigin
from forms.sealing import Examined, SealState
from outage.rules.wording import clock_time, day_and_year

_ICONS = {FileOrigin.UNCHANGED: "informed", FileOrigin.CHANGED: "error", FileOrigin.FOREIGN: "warning"}
_NOTES = {
    FileOrigin.UNCHANGED: "note-saved",
    FileOrigin.CHANGED: "note-error",
    FileOrigin.FOREIGN: "note-warning",
}


@dataclass(frozen=True, slots=True)
class OriginView:
    """The answer: `heading` is all of it, `sentence` what follows, `facts` what is known as (label, value)."""

    heading: str
    sentence: str
    facts: list[tuple[str, str]]
    icon: str
    note: str


def origin_view(origin: FileOrigin, export: Export | None, seal: Examined, *, can_tell: bool) -> OriginView:
    """`can_tell`: the server has a seal and recognises its own files when changed."""
    heading = f"Filen är utskriven här {_moment(export.at)} och oförändrad" if export else origin.label
    return OriginView(
        heading=heading,
        sentence=_sentence(origin, export, seal, can_tell=can_tell),
        facts=_facts(export, seal),
        icon=_ICONS[origin],
        note=_NOTES[origin],
    )


def _sentence(origin: FileOrigin, export: Export | None, seal: Examined, *, can_tell: bool) -> str:
    if export:
        return "Varje tecken är som när filen lämnades ut."
    if origin == FileOrigin.UNCHANGED:
        return "Serverns sigill är helt. Utskriften står inte i registret, som kan vara återställt från en kopia."
    if origin == FileOrigin.CHANGED:
        return (
            "Filen har serverns sigill, och något i den är ändrat. Lita inte på den. Skriv ut bladet på nytt."
        )
    if seal.state == SealState.ANOTHER:
        return f"Den är förseglad av {seal.by or 'någon annan'}, inte av den här servern."
    if can_tell:
        unknown = "Den står inte i registret över utskrifter och har inte serverns sigill."
    else:
        unknown = (
            "Den står inte i registret över utskrifter. Servern har inget sigill: en ändrad fil går inte att skilja "
            "från en som kommer utifrån."
        )
    return f"{unknown} Blad med engångskoder och nödkoder känns aldrig igen."


def _facts(export: Export | None, seal: Examined) -> list[tuple[str, str]]:
    if export is None:
        return [("Förseglad", _moment(seal.at)), ("Sigill", seal.by)] if seal.at else []
    facts = [("Blankett", export.get_kind_display())]
    if export.sheet:
        facts.append(("Löpnummer", export.sheet.shown_serial))
    if export.batch:
        part = f", del {export.part}" if export.part else ""
        facts.append(
            ("Parti", f"{export.batch.count} blad, utfärdat {_moment(export.batch.issued_at)}{part}")
        )
    facts += [
        ("Utskriven", _moment(export.at)),
        ("Enhet", export.unit.name),
        ("Sidor", str(export.pages)),
        ("Sigill", export.sealed_by or "inget"),
    ]
    return facts


def _moment(at: datetime) -> str:
    return f"{day_and_year(at)} {clock_time(at)}"
