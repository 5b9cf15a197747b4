"""Why somebody may open a patient, what may be written of it, and until when it holds."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from contacts.rules.errors import RuleError
from outage.rules.opening import (
    LASTS,
    NOTE_LETTERS,
    REASONS,
    OpeningKind,
    OpeningReason,
    check_reason,
    is_in_force,
    just_made,
    until,
)

NAME = "Märta-Li von Påhitt"
AT = datetime(2026, 11, 24, 9, 52, tzinfo=UTC)
# Each reason, and when it is given. Written anew: what is offered to whom is what a reviewer looks for.
GIVEN = {
    "rings": {"protected"},
    "is_rung": {"protected", "emergency"},
    "keeps": {"protected"},
    "enters": {"protected"},
    "is_here": {"emergency"},
    "not_reached": {"emergency"},
    "other": {"protected", "emergency"},
}


def refused(kind: OpeningKind, reason: OpeningReason, note: str, name: str = NAME) -> str | None:
    """The field that is wrong."""
    try:
        check_reason(kind, reason, note, name)
    except RuleError as error:
        return error.field
    return None


def test_every_reason_of_every_kind_with_and_without_words() -> None:
    for kind, reason, note in product(OpeningKind, OpeningReason, ("", "  ", "1 2.", "Anhörig på plats")):
        needs_words = reason == "other" and len(note) < 5
        wanted = "reason" if kind not in GIVEN[reason] else "note" if needs_words else None
        assert refused(kind, reason, note) == wanted, (kind, reason, note)
    assert all(reasons[-1] is OpeningReason.OTHER for reasons in REASONS.values())


@pytest.mark.parametrize(
    ("note", "is_said"),
    [
        ("Märta ringer", True),
        ("MARTA-LI ringer", True),
        ("anhörig till Li", True),
        ("gäller påhitt", True),
        ("märtas syster", False),
        ("gäller 19121212-1212", True),
        ("gäller 121212 +1212", True),
        ("gäller 19 12 12", True),
        ("ska ringas 10.52 eller 11.30", False),
        ("rum 12, säng 3", False),
        ("x" * NOTE_LETTERS, False),
        ("x" * (NOTE_LETTERS + 1), True),
    ],
)
def test_what_is_written_names_nobody(note: str, is_said: bool) -> None:
    for kind in OpeningKind:
        assert (refused(kind, OpeningReason.OTHER, note) == "note") is is_said


def test_a_patient_without_a_name_is_named_by_no_word() -> None:
    assert refused(OpeningKind.PROTECTED, OpeningReason.OTHER, "anhörig ringer", name="") is None


@pytest.mark.parametrize("kind", OpeningKind)
def test_it_holds_until_the_minute_that_is_said(kind: OpeningKind) -> None:
    ends, second = until(kind, AT), timedelta(seconds=1)
    assert ends - AT == LASTS[kind]
    assert [is_in_force(ends, at) for at in (AT, ends - second, ends, ends + second)] == [
        True,
        True,
        False,
        False,
    ]


def test_who_has_just_opened_the_chain_herself_is_at_it() -> None:
    over = AT + LASTS[OpeningKind.PROTECTED]
    for own, at in product((True, False), (AT, over - timedelta(seconds=1), over)):
        assert just_made(by_oneself=own, made_at=AT, now=at) is (own and at < over)
