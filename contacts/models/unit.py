"""Units: wards, hälsocentraler, psychiatric clinics, the municipalities' own units."""

from django.db import models

from contacts.rules.branches import Branch, MunicipalKind, branch_of, is_shared
from contacts.rules.parties import OutpatientKind, Party, WardKind
from contacts.rules.swedish_text import search_key, sort_key

from .base import KeyedModel, joined_into
from .principal import Principal


class Unit(KeyedModel):
    """A unit of one principal. A sjukstuga is both a ward and a hälsocentral, so the kinds are three columns.

    One that was `joined_into` another is out of use; its name is among that one's `other_names`, as are those that a
    unit had before.
    """

    append_only = False
    keyed_by = {"search_key": ("name",), "sort_key": ("name",)}

    principal = models.ForeignKey(Principal, models.PROTECT, related_name="units", verbose_name="huvudman")
    name = models.CharField("namn", max_length=200)
    ward_kind = models.CharField("vårdavdelning", max_length=20, blank=True, choices=WardKind.choices)
    outpatient_kind = models.CharField("öppenvård", max_length=30, blank=True, choices=OutpatientKind.choices)
    municipal_kind = models.CharField(
        "kommunal enhet", max_length=20, blank=True, choices=MunicipalKind.choices
    )
    hsa_id = models.CharField("HSA-id", max_length=31, blank=True)
    active = models.BooleanField("i bruk", default=True)
    joined_into: "models.ForeignKey[Unit | None, Unit | None]" = joined_into()
    other_names = models.JSONField("andra namn", default=list, blank=True, editable=False)
    search_key = models.CharField(max_length=400, editable=False, db_index=True)
    sort_key = models.CharField(max_length=200, editable=False, db_index=True)

    class Meta:
        ordering = ["sort_key"]
        verbose_name = "enhet"
        verbose_name_plural = "enheter"
        constraints = [
            # For all of them, yet with a condition: else PostgreSQL takes the name for a key that others point at, and
            # whoever writes at a unit that is being renamed waits until all about it has been worked out.
            models.UniqueConstraint(
                fields=["principal", "name"],
                condition=~models.Q(name=""),
                name="unit_name_once_per_principal",
                violation_error_message="Enhet med den här huvudmannen och det här namnet finns redan.",
            ),
            models.CheckConstraint(
                condition=models.Q(joined_into__isnull=True)
                | (models.Q(active=False) & ~models.Q(joined_into=models.F("id"))),
                name="joined_unit_out_of_use",
                violation_error_message="Enheten är sammanförd med en annan. Upplös sammanföringen först.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def make_keys(self) -> None:
        self.search_key = search_key(self.name)
        self.sort_key = sort_key(self.name)

    @property
    def name_keys(self) -> frozenset[str]:
        return frozenset(map(search_key, self.names))

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is known by, its name of today first."""
        return self.name, *self.other_names

    @property
    def parties(self) -> frozenset[Party]:
        """A sjukstuga is two parties, a switchboard none."""
        kinds = (
            (Party.INPATIENT, self.ward_kind),
            (Party.OUTPATIENT, self.outpatient_kind),
            (Party.MUNICIPALITY, self.municipal_kind),
        )
        return frozenset(party for party, kind in kinds if kind)

    @property
    def branch(self) -> Branch:
        return branch_of(self.municipal_kind, is_region=self.principal.is_region)

    def shares_branch(self, other: "Unit") -> bool:
        """Whether the other is of the same principal and branch; each unit is with itself."""
        same_principal = self.principal_id == other.principal_id
        return self.pk == other.pk or (same_principal and is_shared(self.branch, other.branch))

    @property
    def is_psychiatric(self) -> bool:
        """R3.10."""
        return (
            self.ward_kind == WardKind.PSYCHIATRIC
            or self.outpatient_kind == OutpatientKind.PSYCHIATRIC_OUTPATIENT
        )
