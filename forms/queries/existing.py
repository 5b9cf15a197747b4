"""Whether what somebody asked for and may not see is there, for the trace of what was refused."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Model

from contacts.access import Acting, is_within
from contacts.models import DirectoryEntry, DirectoryUpload, Membership, RotaTurn, Unit, User
from forms.models import ScannedPage, ScanUpload, Sheet, SheetBatch
from outage.models import CareChain, CareChainEvent, Handover, HeldForm

_MODELS: Mapping[str, tuple[tuple[type[Model], str], ...]] = {
    "chain_id": ((CareChain, "pk"),),
    "handover_id": ((Handover, "pk"),),
    "event_id": ((CareChainEvent, "pk"),),
    "held_id": ((HeldForm, "pk"),),
    "serial": ((Sheet, "serial"),),
    "page_id": ((ScannedPage, "pk"),),
    "upload_id": ((ScanUpload, "pk"), (DirectoryUpload, "pk")),
    "batch_id": ((SheetBatch, "pk"),),
    "entry_id": ((DirectoryEntry, "pk"),),
    "unit_id": ((Unit, "pk"),),
    "person_id": ((User, "pk"),),
    "membership_id": ((Membership, "pk"),),
    "turn_id": ((RotaTurn, "pk"),),
}
"""By the words of addresses."""


def existing(by: Acting | User, words: Mapping[str, object], sent: Sequence[UUID]) -> Model | None:
    """The row that an address names, or a care chain among the ids that were sent, where it is not the person's own to
    see; None where there is no such one.
    """
    for word, value in words.items():
        for model, field in _MODELS.get(word, ()):
            found = model._default_manager.filter(**{field: value}).first()
            if found is not None and _is_others(by, found):
                return found
    chains = CareChain.objects.filter(pk__in=sent) if sent else ()
    return next((chain for chain in chains if _is_others(by, chain)), None)


def _is_others(by: Acting | User, row: Model) -> bool:
    try:
        return not (isinstance(by, Acting) and is_within(row, by))
    except TypeError:
        # Such as a person: no right is for those of one's own unit.
        return True


def chain_of(row: Model | None) -> UUID | None:
    """The care chain that a row is, or is about."""
    if isinstance(row, CareChain):
        return row.pk
    known: UUID | None = getattr(row, "chain_id", None)
    return known


NAMED: frozenset[str] = frozenset(_MODELS)
