"""What is said of a patient and the places, by the names that the form, the row and the errors have too."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contacts.models import Principal, Unit
from contacts.rules.parties import Party, WardKind
from outage.rules.back_registration import Before, ChainStatus


@dataclass(frozen=True, slots=True)
class OtherPlace:
    """A place that is not in the directory's lists: outside the county, or not entered yet."""

    name: str
    kind: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What is known of a patient and the places. An identity that cannot be read is kept as typed.

    A place is a unit, the municipality, one of `others`, `not_admitted` for a patient at home, or nothing where it is
    not known yet.
    """

    identity: str
    patient_name: str
    ward_kind: WardKind
    before: Before
    protected_identity: bool = False
    ward_unit: Unit | None = None
    not_admitted: bool = False
    municipality: Principal | None = None
    outpatient_unit: Unit | None = None
    others: Mapping[Party, OtherPlace] = field(default_factory=dict)
    status: ChainStatus = ChainStatus.OK
    status_reason: str = ""

    @property
    def outpatient_kind(self) -> str:
        """Empty where it is not known."""
        other = self.others.get(Party.OUTPATIENT)
        return self.outpatient_unit.outpatient_kind if self.outpatient_unit else other.kind if other else ""

    @property
    def kind_follows(self) -> bool:
        """Whether the kind of ward is that of the ward, and not only what somebody set it to."""
        ward = self.ward_unit
        return not self.not_admitted and (ward is None or ward.ward_kind in ("", self.ward_kind))
