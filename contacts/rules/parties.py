"""The three parties of a care chain and the kinds of unit they come in (R2.1, R3.10)."""

from .labelled import Labelled


class Party(Labelled):
    """Who takes part in a discharge: slutenvård, kommun or öppenvård (R2.1)."""

    INPATIENT = "inpatient", "Slutenvård"
    MUNICIPALITY = "municipality", "Kommun"
    OUTPATIENT = "outpatient", "Öppenvård"


class PrincipalKind(Labelled):
    """The two kinds of responsible authority (huvudman)."""

    REGION = "region", "Region"
    MUNICIPALITY = "municipality", "Kommun"


class WardKind(Labelled):
    """The kind of ward a patient is on; it decides which öppenvård is told (R3.10)."""

    SOMATIC = "somatic", "Somatisk"
    PSYCHIATRIC = "psychiatric", "Psykiatrisk"


class OutpatientKind(Labelled):
    """Which öppenvård it is: the hälsocentral or the psychiatric out-patient clinic (R3.10)."""

    HEALTH_CENTRE = "health_centre", "Hälsocentral"
    PSYCHIATRIC_OUTPATIENT = "psychiatric_outpatient", "Psykiatrisk öppenvård"


def party_label(party: Party, ward_kind: WardKind) -> str:
    """The party's Swedish name, öppenvård by the kind that follows a ward of `ward_kind` (R3.10)."""
    if party is Party.OUTPATIENT:
        return outpatient_kind_for(ward_kind).label
    return party.label


def outpatient_kind_for(ward_kind: WardKind) -> OutpatientKind:
    """The öppenvård that follows a patient on a ward of `ward_kind` (R3.10)."""
    if ward_kind is WardKind.PSYCHIATRIC:
        return OutpatientKind.PSYCHIATRIC_OUTPATIENT
    return OutpatientKind.HEALTH_CENTRE


def ward_kind_for(outpatient_kind: str) -> WardKind:
    """The kind of ward that an öppenvård of `outpatient_kind` follows (R3.10)."""
    return next(kind for kind in WardKind if outpatient_kind_for(kind) == outpatient_kind)
