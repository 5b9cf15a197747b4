"""Whether what somebody asked for and may not see is there, for the trace of what was refused."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Model

from contacts.access import Acting, is_within
from contacts.models import DirectoryEntry, DirectoryUpload, Membership, RotaTurn, Unit, User

CHAIN = "chain_id"
# By the words of addresses: the models of which one is named, and by which field.
NAMED: dict[str, list[tuple[type[Model], str]]] = {}


def names(word: str, model: type[Model], field: str = "pk") -> None:
    """A word of the addresses of an app names a row of `model`."""
    NAMED.setdefault(word, []).append((model, field))


names("entry_id", DirectoryEntry)
names("unit_id", Unit)
names("person_id", User)
names("membership_id", Membership)
names("turn_id", RotaTurn)
names("upload_id", DirectoryUpload)


def existing(by: Acting | User, words: Mapping[str, object], sent: Sequence[UUID]) -> Model | None:
    """The row that an address names, or a care chain among the ids that were sent, where it is not the person's own to
    see; None where there is no such one.
    """
    asked = [(word, [value]) for word, value in words.items()] + [(CHAIN, [*sent])]
    for word, values in asked:
        for model, field in NAMED.get(word, ()):
            for found in model._default_manager.filter(**{f"{field}__in": values}) if values else ():
                if _is_others(by, found):
                    return found
    return None


def _is_others(by: Acting | User, row: Model) -> bool:
    try:
        return not (isinstance(by, Acting) and is_within(row, by))
    except TypeError:
        # Such as a person: no right is for those of one's own unit.
        return True


def chain_of(row: Model | None) -> UUID | None:
    """The care chain that a row is, or is about."""
    known: UUID | None = getattr(row, "chain_id", None)
    return row.pk if row is not None and (type(row), "pk") in NAMED.get(CHAIN, ()) else known
