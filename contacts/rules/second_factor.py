"""Who must log in with two factors: by role, and by what the principal has chosen."""

from .labelled import Labelled
from .permissions import Role

_CARE = frozenset({Role.STAFF, Role.COORDINATOR})


class SecondFactor(Labelled):
    """What a principal has chosen."""

    KEEPERS = "keepers", "De som förvaltar eller granskar"
    ALL = "all", "Alla"


def needs_second_factor(role: Role, chosen: SecondFactor) -> bool:
    """Those who keep people and contacts or read the trace always do: their log-in opens everybody else's."""
    return chosen == SecondFactor.ALL or role not in _CARE
