"""A row of the trace as a line of JSON to a log server, in the fields of the Elastic Common Schema (ECS 8.11).

Security events have `event.category` and `event.outcome`, which such servers have rules for. What is about a patient is
the id of the chain alone; of what changed only what is one of a closed list, for the rest may be a person's own words.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .trace_words import trace_words

ECS = "8.11"

# Action, or all that begin so with a dot last: category, outcome. The first that fits.
_SECURITY: Mapping[str, tuple[str, str]] = {
    "login.failed": ("authentication", "failure"),
    "login.locked_out": ("authentication", "failure"),
    "login.too_weak": ("authentication", "failure"),
    "login.unknown_person": ("authentication", "failure"),
    "login.unknown_assignment": ("authentication", "failure"),
    "login.": ("authentication", "success"),
    "second_factor.failed": ("authentication", "failure"),
    "second_factor.": ("iam", "success"),
    "emergency_login": ("authentication", "success"),
    "emergency_codes.": ("iam", "success"),
    "code.": ("iam", "success"),
    "access.denied": ("web", "failure"),
    "emergency_opened": ("web", "success"),
    "protected_opened": ("web", "success"),
    "administrator.": ("iam", "success"),
    "assignment.": ("iam", "success"),
    "membership.": ("iam", "success"),
    "user.": ("iam", "success"),
    "people.": ("iam", "success"),
}
# Of `changes`: words of closed lists, names of pages, counts.
_TOLD = ("page", "status", "why", "how", "times", "role", "is_superuser", "is_staff")


def security(action: str) -> tuple[str, str] | None:
    """Category and outcome of a security event; None for any other action."""
    for name, found in _SECURITY.items():
        if action == name or (name.endswith(".") and action.startswith(name)):
            return found
    return None


def trail_line(
    *,
    row: int,
    at: datetime,
    action: str,
    origin: str,
    changes: Mapping[str, Any],
    known: Mapping[str, object],
) -> str:
    """One line. `known` is what else the row says, by its name in ECS or under `trail.`; what is empty is left out."""
    event: dict[str, object] = {"kind": "event", "action": action, "id": str(row), "provider": "driftstopp"}
    if (secured := security(action)) is not None:
        category, outcome = secured
        event |= {"category": [category], "outcome": outcome}
    address, _, pc = origin.partition(" ")
    told = {name: changes[name] for name in _TOLD if name in changes}
    line: dict[str, object] = {
        "@timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ecs.version": ECS,
        "log.level": "warning" if event.get("outcome") == "failure" else "info",
        "message": trace_words(action),
        **{f"event.{name}": value for name, value in event.items()},
        "source.address": address,
        "trail.pc": pc,
        **known,
        **{f"trail.{name}": value for name, value in told.items()},
    }
    return json.dumps(
        {name: value for name, value in line.items() if value not in (None, "")}, ensure_ascii=False
    )
