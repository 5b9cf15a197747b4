"""A routine's rules as Markdown tables, for docs/routine.md: what stands there is printed from the content."""

from collections.abc import Iterable, Iterator, Sequence

from outage.rules.routine import Routine


def rule_tables(routine: Routine) -> str:
    """Who tells whom, the limits and the outcomes of efterregistrering."""
    limits = routine.limits
    limit_words = (
        f"Long is more than {_minutes(limits.long_outage.total_seconds())} minutes; close to the break point is within "
        f"{_minutes(limits.break_point_window.total_seconds())} minutes of {limits.break_point:%H.%M} "
        f"({limits.time_zone}), ends included."
    )
    parts = [
        f"### {routine.title}, {routine.version}",
        "**When the routine is used**",
        _table(
            ("Clause", "Reason"),
            ((text.clause, text.sentence) for text in routine.reasons.values()),
        ),
        limit_words,
        "**Who tells whom**",
        _table(
            ("Clause", "Who", "Tells", "Whom"),
            (
                (
                    sending.clause,
                    sending.party.label,
                    message.label,
                    ", ".join(party.label for party in sending.tells)
                    + (", alla deltagare" if sending.tells_participants else ""),
                )
                for message in routine.messages.values()
                for sending in message.sendings
            ),
        ),
        "**What Läge reminds of**",
        _table(("Message", "When"), _reminders(routine)),
        "**What is entered afterwards, and what is not**",
        _table(
            ("Case", "Outcome", "About", "By", "Clause", "Why"),
            (
                (
                    key,
                    outcome.decision.label,
                    outcome.what.label,
                    outcome.by.label if outcome.by else "–",
                    outcome.clause or "–",
                    outcome.why,
                )
                for key, outcome in routine.outcomes.items()
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _reminders(routine: Routine) -> Iterator[tuple[str, str]]:
    for message in routine.messages.values():
        if message.tell_within:
            minutes = _minutes(message.tell_within.total_seconds())
            yield message.label, f"Somebody has not been told {minutes} minutes after it happened"
        if after := message.due_after:
            asked = routine.label(after.message)
            yield message.label, f"Not sent when {after.calendar_days} whole days have gone since {asked}"
    yield "–", "The time has come at which somebody was to be rung back"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g}"
