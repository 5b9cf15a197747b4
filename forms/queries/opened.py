"""Whether the pictures of a sheet may be seen: they show the patients whole."""

from uuid import UUID

from django.db.models import Q, QuerySet

from contacts.access import Acting
from forms.models import PaperEntry, Sheet
from forms.queries.entering import visible_among
from forms.queries.scans import pictures_count
from outage.models import CareChain
from outage.queries.openings import check_opened


def check_sheet_opened(by: Acting, sheet: Sheet | None) -> None:
    """Raises NotOpened where a sheet with pictures is about a patient with protected personal data whom the person has
    not opened. One query, where there is no such patient.
    """
    if sheet is None:
        return
    protected = _about(sheet).filter(
        Q(details__protected_identity=True) | Q(joined_to__details__protected_identity=True)
    )
    ids = list(protected.values_list("pk", flat=True))
    # A chain that the unit no longer takes part in is not its to open; the paper is still its own.
    for chain in visible_among(by, ids).values() if ids and pictures_count(sheet) else ():
        check_opened(by, chain)


def chains_on(sheet: Sheet) -> set[UUID]:
    """Whom the pictures of a sheet show as far as is known: its own patient, and those of the rows entered from it."""
    return set(_about(sheet).values_list("pk", flat=True))


def _about(sheet: Sheet) -> QuerySet[CareChain]:
    entered = PaperEntry.objects.filter(sheet=sheet, moved_to=None).values("handover__chain")
    return CareChain.objects.filter(Q(pk=sheet.chain_id) | Q(pk__in=entered))
