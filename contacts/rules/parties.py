"""The three parties of a care chain and the kinds of unit they come in (R2.1, R3.10)."""

from enum import StrEnum


class Party(StrEnum):
    """Who takes part in a discharge: slutenvård, kommun or öppenvård (R2.1)."""

    INPATIENT = "inpatient"
    MUNICIPALITY = "municipality"
    OUTPATIENT = "outpatient"


class PrincipalKind(StrEnum):
    """The two kinds of responsible authority (huvudman)."""

    REGION = "region"
    MUNICIPALITY = "municipality"


class WardKind(StrEnum):
    """The kind of ward a patient is on; it decides which öppenvård is told (R3.10)."""

    SOMATIC = "somatic"
    PSYCHIATRIC = "psychiatric"


class OutpatientKind(StrEnum):
    """Which öppenvård it is: the hälsocentral or the psychiatric out-patient clinic (R3.10)."""

    HEALTH_CENTRE = "health_centre"
    PSYCHIATRIC_OUTPATIENT = "psychiatric_outpatient"


PARTY_LABELS: dict[Party, str] = {
    Party.INPATIENT: "Slutenvård",
    Party.MUNICIPALITY: "Kommun",
    Party.OUTPATIENT: "Öppenvård",
}

PRINCIPAL_KIND_LABELS: dict[PrincipalKind, str] = {
    PrincipalKind.REGION: "Region",
    PrincipalKind.MUNICIPALITY: "Kommun",
}

WARD_KIND_LABELS: dict[WardKind, str] = {
    WardKind.SOMATIC: "Somatisk",
    WardKind.PSYCHIATRIC: "Psykiatrisk",
}

OUTPATIENT_KIND_LABELS: dict[OutpatientKind, str] = {
    OutpatientKind.HEALTH_CENTRE: "Hälsocentral",
    OutpatientKind.PSYCHIATRIC_OUTPATIENT: "Psykiatrisk öppenvård",
}


def party_label(party: Party, ward_kind: WardKind) -> str:
    """The party's Swedish name, öppenvård by the kind that follows a ward of `ward_kind` (R3.10)."""
    if party is Party.OUTPATIENT:
        return OUTPATIENT_KIND_LABELS[outpatient_kind_for(ward_kind)]
    return PARTY_LABELS[party]


def outpatient_kind_for(ward_kind: WardKind) -> OutpatientKind:
    """The öppenvård that follows a patient on a ward of `ward_kind` (R3.10)."""
    if ward_kind is WardKind.PSYCHIATRIC:
        return OutpatientKind.PSYCHIATRIC_OUTPATIENT
    return OutpatientKind.HEALTH_CENTRE


def ward_kind_for(outpatient_kind: str) -> WardKind:
    """The kind of ward that an öppenvård of `outpatient_kind` follows (R3.10)."""
    return next(kind for kind in WardKind if outpatient_kind_for(kind) == outpatient_kind)
