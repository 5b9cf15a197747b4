"""Which authorities an outage cuts off (R1.2, R1.3)."""

from enum import StrEnum


class OutageScope(StrEnum):
    """How far an outage reaches: only the municipalities (R1.2) or both authorities (R1.3)."""

    MUNICIPALITIES_ONLY = "municipalities_only"
    BOTH_PRINCIPALS = "both_principals"


OUTAGE_SCOPE_LABELS: dict[OutageScope, str] = {
    OutageScope.MUNICIPALITIES_ONLY: "Enbart kommunerna",
    OutageScope.BOTH_PRINCIPALS: "Båda huvudmännen",
}
