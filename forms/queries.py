"""Reads for the paper. The chain comes from `outage.queries.care_chains`, which knows who may see it."""

from dataclasses import dataclass

from django.db.models import Q

from contacts.models import DirectoryEntry, EntryKind, Principal, PrincipalKind, Unit
from outage.models import CareChain, CareChainDetails, OpenItem
from outage.queries.care_chains import ChainLog, logs_of, open_items_of


@dataclass(frozen=True, slots=True)
class SheetSource:
    """All rows that go into a chain's sheet. `entries` are the directory's lines in use for its parties."""

    chain: CareChain
    details: CareChainDetails
    log: ChainLog
    open_items: list[OpenItem]
    entries: list[DirectoryEntry]

    def entries_of(self, place: Unit | Principal | None) -> list[DirectoryEntry]:
        """Give the lines of a unit, or the switchboard and hemsjukvård of a municipality (R5.3, R5.4)."""
        if isinstance(place, Unit):
            return [entry for entry in self.entries if entry.unit_id == place.pk]
        if place is None:
            return []
        own = [entry for entry in self.entries if entry.principal_id == place.pk and entry.kind in _GENERAL]
        return sorted(own, key=lambda entry: _GENERAL.index(EntryKind(entry.kind)))

    @property
    def region_switchboards(self) -> list[DirectoryEntry]:
        """Give the region's switchboard, through which every unit of the region is reached (R5.1)."""
        return [
            entry
            for entry in self.entries
            if entry.principal.kind == PrincipalKind.REGION and entry.kind == EntryKind.SWITCHBOARD
        ]


_GENERAL = (EntryKind.SWITCHBOARD, EntryKind.HOME_NURSING)


def sheet_source(chain: CareChain) -> SheetSource:
    """Give what a chain's sheet is made of, in five queries whatever the number of events and calls.

    `chain` comes with its details and outage loaded; raises ValueError for one without details.
    """
    details = chain.details
    if details is None:
        raise ValueError("a care chain without details has no sheet")
    units = [pk for pk in (details.ward_unit_id, details.outpatient_unit_id) if pk]
    wanted = Q(unit__in=units) | Q(principal__kind=PrincipalKind.REGION, kind=EntryKind.SWITCHBOARD)
    if details.municipality_id:
        wanted |= Q(principal=details.municipality_id, kind__in=_GENERAL)
    return SheetSource(
        chain=chain,
        details=details,
        log=logs_of([chain.pk])[chain.pk],
        open_items=open_items_of([chain.pk]),
        entries=list(
            DirectoryEntry.objects.filter(wanted, retired_at__isnull=True).select_related("principal")
        ),
    )
