"""Verksamhetsgrenar: which units of a principal may know of each other's patients.

The region is one branch. Inside a municipality health care and social services are two, each with its own secrecy
towards the other.
"""

from .labelled import Labelled


class MunicipalKind(Labelled):
    """The municipality's units: social services and health care are separate inside it."""

    SOCIAL_CARE = "social_care", "Biståndshandläggare, samordnare, enhetschef"
    HOME_NURSING = "home_nursing", "Hemsjukvård"


class Branch(Labelled):
    """The branch a unit belongs to, within its principal."""

    REGION = "region", "Regionens hälso- och sjukvård"
    HEALTH_CARE = "health_care", "Kommunens hälso- och sjukvård"
    SOCIAL_SERVICES = "social_services", "Socialtjänst"
    # A municipal switchboard or office: it has no patients, and could be of either branch.
    UNSETTLED = "unsettled", "Ingen verksamhetsgren"


_MUNICIPAL = {
    MunicipalKind.HOME_NURSING.value: Branch.HEALTH_CARE,
    MunicipalKind.SOCIAL_CARE.value: Branch.SOCIAL_SERVICES,
}


def branch_of(municipal_kind: str, *, is_region: bool) -> Branch:
    if is_region:
        return Branch.REGION
    return _MUNICIPAL.get(municipal_kind, Branch.UNSETTLED)


def is_shared(one: Branch, other: Branch) -> bool:
    """Whether two units of one principal are of the same branch. A unit of none shares none, not even with another
    of none: it may see its own alone.
    """
    return one is other and one is not Branch.UNSETTLED
