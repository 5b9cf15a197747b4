"""What is there already under another spelling of its name."""

from collections.abc import Mapping

from contacts.models import DirectoryEntry, Unit
from contacts.rules.errors import Question, RuleError
from contacts.rules.names import name_key, nearest
from contacts.rules.swedish_text import search_key

_CONTACT = "Kontakten finns redan hos huvudmannen: {name}. Ändra namnet eller avdelningen."
_UNIT = "Enheten finns redan: {name}. Välj ett annat namn."
_ANOTHER, _SAME = "another", "same"


def _others(row: DirectoryEntry | Unit) -> list[tuple[int, str, str]]:
    """Id, name and department of the other rows in use of the row's principal."""
    if isinstance(row, Unit):
        units = Unit.objects.filter(principal=row.principal_id).exclude(pk=row.pk)
        return [(pk, name, "") for pk, name in units.values_list("pk", "name")]
    entries = DirectoryEntry.objects.filter(principal=row.principal_id, retired_at__isnull=True)
    return list(entries.exclude(pk=row.pk).values_list("pk", "name", "department"))


def check_namesakes(row: DirectoryEntry | Unit, answers: Mapping[str, str] | None = None) -> None:
    """Raise RuleError (field `name`) where another row in use has the row's name, however it is spelled.

    With `answers`, Question where another's name is nearly the same, until it is answered that it is another.
    """
    others = _others(row)
    department = row.department if isinstance(row, DirectoryEntry) else ""
    key = name_key(row.name), name_key(department)
    sentence = _UNIT if isinstance(row, Unit) else _CONTACT
    for _, name, of in others:
        if (name_key(name), name_key(of)) == key:
            # A row that is there already can be joined with it from its own page.
            both = "enheterna" if isinstance(row, Unit) else "kontakterna"
            joins = f" Eller sammanför {both}." if row.pk else ""
            raise RuleError(f"{sentence.format(name=name)}{joins}", field="name")
    _ask_of_joined(row, key, answers)
    near = nearest(row.name, {name: search_key(name) for _, name, _ in others}) if answers is not None else ""
    if near and answers is not None:
        pk = next(pk for pk, name, _ in others if name == near)
        _ask("near-name", f"{near} finns redan.", near, pk, row, answers, *_way_to_join(row))


def _ask_of_joined(
    row: DirectoryEntry | Unit, key: tuple[str, str], answers: Mapping[str, str] | None
) -> None:
    """Ask of a contact with the name of one that was joined into another; the units' names are taken for good."""
    if answers is None or isinstance(row, Unit):
        return
    known = DirectoryEntry.objects.filter(principal=row.principal_id, retired_at__isnull=True)
    for pk, kept, names in known.exclude(other_names=[]).values_list("pk", "name", "other_names"):
        if pk == row.pk or key not in [(name_key(name), name_key(of)) for name, of in names]:
            continue
        _ask("joined-name", f"{row.name} är sammanförd med {kept}.", kept, pk, row, answers)


def _ask(
    key: str,
    doubt: str,
    there: str,
    pk: int,
    row: DirectoryEntry | Unit,
    answers: Mapping[str, str],
    *more_links: tuple[str, str, str],
) -> None:
    """Raises the Question whether the row is the one called `there`, and RuleError where it is."""
    what, address = ("enhet", "unit") if isinstance(row, Unit) else ("kontakt", "contact")
    question = Question(
        key,
        f"{doubt} Är det samma {what}?",
        [(_ANOTHER, f"Nej, en annan {what}. Spara {row.name}."), (_SAME, "Ja. Spara inte.")],
        links=[(there, address, str(pk)), *more_links],
    )
    if question.settled(answers) == _SAME:
        raise RuleError(f"{there} finns redan. Ändra den i stället.", field="name")


def _way_to_join(row: DirectoryEntry | Unit) -> list[tuple[str, str, str]]:
    """The link to join a row that is there already with the one of its name."""
    if row._state.adding:
        return []
    if isinstance(row, Unit):
        return [("Sammanför enheterna", "join_unit", str(row.pk))]
    return [("Sammanför kontakterna", "join_contact", str(row.pk))]


def is_renamed(before: DirectoryEntry | Unit | None, row: DirectoryEntry | Unit) -> bool:
    """Whether the row's name is new: an old one may stand, whoever shares it."""
    if before is None or before.name != row.name:
        return True
    return getattr(before, "department", "") != getattr(row, "department", "")
