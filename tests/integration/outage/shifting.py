"""A shift that hands over, as the tests of Överlämning begin it."""

from typing import Any
from uuid import uuid4

from contacts.access import Acting
from outage.models import Outage, ShiftHandover
from outage.queries.outages import outage_in_view
from outage.services.shift import hand_over_shift


def hand_over(by: Acting, **more: Any) -> ShiftHandover:
    outage: Outage | None = outage_in_view(by.principal)
    assert outage is not None
    return hand_over_shift(by=by, outage=outage, **({"client_id": uuid4()} | more))
