"""The emergency log-in: with a code from paper, when the identity provider or one's second step is out of reach."""

from datetime import datetime, timedelta

from .errors import RuleError
from .labelled import Labelled
from .permissions import Role

CODES_ON_A_SHEET = 10
SHEET_LASTS = timedelta(days=400)
LOG_IN_LASTS = timedelta(hours=4)
LONGEST_NOTE = 120
NO_REASON = "Välj varför du inte kan logga in som vanligt."

# Who keeps people, contacts or the trace has no patients waiting: they wait for the provider.
ROLES = frozenset({Role.STAFF, Role.COORDINATOR})


class EmergencyReason(Labelled):
    """Why one does not log in as usual."""

    PROVIDER_DOWN = "provider_down", "Inloggningstjänsten är nere"
    SECOND_STEP_AWAY = "second_step_away", "Telefonen, kortet eller nyckeln är borta eller fungerar inte"
    OTHER = "other", "Annat"


def check_reason(reason: str, note: str) -> None:
    """Raises RuleError beside the field that lacks something."""
    if reason not in set(EmergencyReason):
        raise RuleError(NO_REASON, field="reason")
    if reason == EmergencyReason.OTHER and not note.strip():
        raise RuleError("Skriv kort vad som hindrar dig från att logga in som vanligt.", field="note")
    if len(note) > LONGEST_NOTE:
        raise RuleError(f"Skriv högst {LONGEST_NOTE} tecken.", field="note")


def holds(is_newest: bool, expires_at: datetime, now: datetime) -> bool:
    """Whether a unit's sheet still lets people in."""
    return is_newest and now < expires_at
