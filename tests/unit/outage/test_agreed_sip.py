"""When a SIP was to be, beside when the system was back."""

from datetime import UTC, datetime

import pytest

from outage.rules.agreed_sip import AgreedSip


@pytest.mark.clause("R4.5")
@pytest.mark.parametrize(
    ("on", "clock", "before"),
    [
        ("2026-11-23", "", True),
        ("2026-11-23", "23.59", True),
        ("2026-11-24", "", False),
        ("2026-11-24", "13.59", True),
        ("2026-11-24", "14.00", False),
        ("2026-11-24", "efter lunch", False),
        ("2026-11-25", "08:00", False),
        ("", "08.00", False),
    ],
)
def test_a_sip_is_before_the_system_was_back_by_its_date_and_time_in_stockholm(
    on: str, clock: str, before: bool
):
    begins = AgreedSip(on, clock).begins
    assert bool(begins and begins < datetime(2026, 11, 24, 13, tzinfo=UTC)) is before
