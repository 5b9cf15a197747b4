"""Vårdkedja: one patient's way through ward, municipality and out-patient care in one outage."""

import uuid
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.models.base import WithId
from contacts.models.data_key import name_of
from contacts.models.encrypted import GONE, EncryptedJSON, EncryptedText
from contacts.rules.parties import Party, WardKind
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.identity import IdentityKind, lookup_texts, name_text, number_key
from outage.rules.told import NOT_ADMITTED, OTHER_PREFIX, folded

from .chain_facts import ChainFacts, OtherPlace
from .outage import Outage
from .signed import LoggedRow, OfChain

if TYPE_CHECKING:
    from .opening import Opening

PURGED_PLACE = "gallrad plats"


class CareChain(WithId):
    """Its owner never changes; `details` points at the newest row of what is known."""

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="chains")
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("nummer")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    # Null only until the first row is written, in the same transaction.
    details: "models.ForeignKey[CareChainDetails | None, CareChainDetails]" = models.ForeignKey(  # type: ignore[misc]
        "CareChainDetails", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # As `details` has them: by these a unit finds its chains among all others.
    ward_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    outpatient_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    # The chain that this one is read as part of (`ChainJoin`): everything about the patient is shown there.
    joined_to = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="joined", editable=False
    )
    # Set by `mark_namesakes`.
    namesake: bool
    # By which it is read where it is another unit's (`outage.queries.openings`).
    emergency: "Opening | None" = None
    # What has been written about it: the order of the newest row. Also what has no place among the rows counts, so that
    # a log that was read while it had so many is all there is (`log_now`), and so does all that changes how it stands.
    rows = models.PositiveIntegerField(default=0, editable=False)
    # Whether what is being written about it has counted; the next to be written does so itself.
    counted = False
    # Of one that is held: whether another is read as part of it.
    has_joined = False

    class Meta:
        ordering = ["number"]
        verbose_name = "vårdkedja"
        verbose_name_plural = "vårdkedjor"
        constraints = [
            models.UniqueConstraint(fields=["outage", "number"], name="chain_number_once_per_outage"),
            models.CheckConstraint(
                condition=models.Q(joined_to__isnull=True) | ~models.Q(joined_to=models.F("id")),
                name="chain_not_joined_to_itself",
            ),
        ]
        indexes = [
            # With how much is written about them: what has been written since is found without reading them.
            models.Index(fields=["outage", "principal", "unit", "number", "rows"], name="chain_by_unit"),
            models.Index(fields=["outage", "principal", "ward_unit"], name="chain_by_ward"),
            models.Index(fields=["outage", "principal", "outpatient_unit"], name="chain_by_outpatient"),
            # Most are joined to none: as for the corrections of events and calls.
            models.Index(
                fields=["joined_to"], condition=models.Q(joined_to__isnull=False), name="chain_joined"
            ),
            # What a unit opened and was joined is found without looking through all that it opened.
            models.Index(
                fields=["outage", "principal", "unit", "joined_to"],
                condition=models.Q(joined_to__isnull=False),
                name="chain_joined_of_unit",
            ),
        ]

    def __str__(self) -> str:
        # No name here: this text reaches the admin's lists and titles.
        return f"Vårdkedja {self.number}"

    @cached_property
    def key_name(self) -> str:
        """The name of the key that all that was typed about the patient lies encrypted with."""
        return name_of(self.principal_id, self.outage_id)


class CareChainDetails(OfChain, LoggedRow):
    """What is known of a chain's patient and places. A change is a new row that replaces the former.

    An unlisted place is in `others` by its party: `name`, `kind` and `number`, and its id, the same through every
    spelling, in `other_ids`. `changed` says what a change means: for each party with
    another place than before a `PlaceChange`, under `identity` an `IdentityChange`. `made_by` is the join that caused
    it, which counts while that stands.
    """

    chain = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="history")
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by", verbose_name="ersätter"
    )
    identity_kind = models.CharField(max_length=30, choices=IdentityKind.choices)
    identity_number = EncryptedText("personnummer eller reservnummer", max_length=40, blank=True)
    patient_name = EncryptedText("patientens namn", max_length=200, blank=True)
    protected_identity = models.BooleanField("skyddade personuppgifter", default=False)
    ward_kind = models.CharField("slag av avdelning", max_length=20, choices=WardKind.choices)
    ward_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="avdelning"
    )
    municipality = models.ForeignKey(
        Principal, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="kommun"
    )
    outpatient_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="öppenvård"
    )
    not_admitted = models.BooleanField("inte inlagd", default=False)
    others = EncryptedJSON(default=dict, blank=True)
    other_ids = models.JSONField(default=dict, blank=True, editable=False)
    changed = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(
        "ChainJoin", null=True, on_delete=models.PROTECT, related_name="versions", editable=False
    )
    order = models.PositiveIntegerField(default=0)
    before = models.CharField("inskriven i systemet före driftstoppet", max_length=20, choices=Before.choices)
    status = models.CharField("läge", max_length=20, choices=ChainStatus.choices)
    status_reason = EncryptedText("varför", max_length=300, blank=True)

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name = "uppgifter om vårdkedja"
        verbose_name_plural = "uppgifter om vårdkedjor"

    @property
    def is_purged(self) -> bool:
        """Who it was cannot be read any longer."""
        return self.patient_name is GONE or self.identity_number is GONE

    @property
    def who(self) -> tuple[str, str]:
        """The patient's number and name, to compare."""
        return number_key(self.identity_number), folded(self.patient_name)

    @cached_property
    def name_text(self) -> str:
        """What the patient is looked up by; "" where the name is shown nowhere."""
        return "" if self.protected_identity else name_text(self.patient_name)

    @cached_property
    def number_texts(self) -> tuple[str, ...]:
        """As `lookup_texts`."""
        return lookup_texts(IdentityKind(self.identity_kind), self.identity_number)

    @property
    def facts(self) -> ChainFacts:
        return ChainFacts(
            identity=self.identity_number,
            patient_name=self.patient_name,
            ward_kind=WardKind(self.ward_kind),
            before=Before(self.before),
            protected_identity=self.protected_identity,
            ward_unit=self.ward_unit,
            not_admitted=self.not_admitted,
            municipality=self.municipality,
            outpatient_unit=self.outpatient_unit,
            others=self.other_places,
            status=ChainStatus(self.status),
            status_reason=self.status_reason,
        )

    @property
    def other_places(self) -> dict[Party, OtherPlace]:
        purged = {"name": PURGED_PLACE}
        return {Party(party): OtherPlace(**self.others.get(party, purged)) for party in self.other_ids}

    @cached_property
    def place_keys(self) -> dict[Party, str]:
        """The key of each party's place: of a unit, a municipality or an unlisted place; no key where it is not known
        yet.
        """
        keys = {
            Party.INPATIENT: f"unit:{self.ward_unit_id}" if self.ward_unit_id else "",
            Party.MUNICIPALITY: f"principal:{self.municipality_id}" if self.municipality_id else "",
            Party.OUTPATIENT: f"unit:{self.outpatient_unit_id}" if self.outpatient_unit_id else "",
        }
        if self.not_admitted:
            keys[Party.INPATIENT] = NOT_ADMITTED
        keys |= {Party(party): f"{OTHER_PREFIX}{place_id}" for party, place_id in self.other_ids.items()}
        return {party: key for party, key in keys.items() if key}

    @property
    def other_names(self) -> Iterator[tuple[Party, str]]:
        """Those that the places had before, or have from what was joined into them."""
        if self.ward_unit:
            yield from ((Party.INPATIENT, name) for name in self.ward_unit.other_names)
        if self.municipality:
            yield from ((Party.MUNICIPALITY, name) for name in self.municipality.other_names)
        if self.outpatient_unit:
            yield from ((Party.OUTPATIENT, name) for name in self.outpatient_unit.other_names)

    @property
    def places_closed(self) -> set[Party]:
        """The parties whose unit is out of use."""
        units = {Party.INPATIENT: self.ward_unit, Party.OUTPATIENT: self.outpatient_unit}
        return {party for party, unit in units.items() if unit and not unit.active}

    @property
    def place_names(self) -> dict[Party, str]:
        """Only of parties whose place is known."""
        rows = {
            Party.INPATIENT: self.ward_unit,
            Party.MUNICIPALITY: self.municipality,
            Party.OUTPATIENT: self.outpatient_unit,
        }
        names = {party: row.name for party, row in rows.items() if row}
        if self.not_admitted:
            names[Party.INPATIENT] = "Inte inlagd"
        return names | {party: place.name for party, place in self.other_places.items()}
