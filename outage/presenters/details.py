"""What is known of a chain, and what each change of it changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from contacts.rules.parties import Party
from outage.models import CareChainDetails
from outage.queries.naming import patient_name, shown_identity
from outage.rules.wording import moment


def typed_details(row: CareChainDetails) -> dict[str, str]:
    """What somebody typed, by its label."""
    places = row.place_names
    return {
        "Namn": patient_name(row, ""),
        "Nummer": shown_identity(row),
        **{party.label: places.get(party, "") for party in Party},
        "Varför": row.status_reason,
    }


def chosen_details(row: CareChainDetails) -> dict[str, str]:
    return {
        "Läge": row.get_status_display(),
        "Inskriven före driftstoppet": row.get_before_display(),
        "Skyddade personuppgifter": "Ja" if row.protected_identity else "",
    }


def changes(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        f"{label}: {was[label] or '–'} → {value or '–'}"
        for label, value in now.items()
        if value != was[label]
    ]


def history_lines(history: Iterable[CareChainDetails], now: datetime) -> list[str]:
    """A line for each version of a chain, the oldest first. What a join brought here is another patient's."""
    lines, former = [], None
    for row in history:
        said = "uppgifterna ändrade" if row.replaces_id else "vårdkedjan öppnad"
        if former and not (former.made_by_id or row.made_by_id or row.is_purged):
            was, by_now = (chosen_details(each) | typed_details(each) for each in (former, row))
            said = ". ".join([said, *changes(was, by_now)])
        lines.append(f"{moment(row.recorded_at, now)} {row.user.full_name}, {row.unit.name}: {said}")
        former = row
    return lines
