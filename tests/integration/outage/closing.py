"""An outage that is closed, as the tests do it: what holds it up, left open, closed."""

from uuid import uuid4

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.parties import Party
from outage.models import CareChainEvent, LeftOpen, Outage, OutageClosing
from outage.queries.closing import closed_at, keys_left, open_things
from outage.queries.outages import outage_for
from outage.rules.closing import Holds, OpenThing, holding, seen_of
from outage.services.closing import close_outage, leave_open
from outage.services.events import leave_discharge_open
from tests.factories import same_id


def as_seen(by: Acting, outage: Outage) -> Outage:
    return outage_for(by.principal, outage.pk)


def things(by: Acting, outage: Outage) -> list[OpenThing]:
    return open_things(by.principal, as_seen(by, outage))


def kinds(by: Acting, outage: Outage) -> dict[tuple[int, Holds], int]:
    """How many hold it up, by unit and kind."""
    found: dict[tuple[int, Holds], int] = {}
    for thing in holding(things(by, outage), keys_left(by.principal, outage)):
        found[thing.unit_id, thing.what] = found.get((thing.unit_id, thing.what), 0) + 1
    return found


def leave(by: Acting, outage: Outage, unit: Unit, what: Holds, number: int = 0, **more: str) -> LeftOpen:
    own = [thing for thing in things(by, outage) if thing.unit_id == unit.pk]
    given = {
        "seen": seen_of(holding(own, keys_left(by.principal, outage))),
        "responsible": "Esa Påhittad",
        "reason": "Ringer i morgon",
    } | more
    client_id = same_id(number) if number else uuid4()
    return leave_open(by=by, outage=outage, client_id=client_id, unit_id=unit.pk, what=[what], **given)


def answer_for(by: Acting, event: CareChainEvent, recipient: Party) -> None:
    """The discharge is left open in the log."""
    leave_discharge_open(
        by=by, event=event, client_id=uuid4(), recipient=str(recipient), responsible="Disa", reason="Stängt"
    )


def close(by: Acting, outage: Outage, number: int = 0) -> OutageClosing:
    return close_outage(by=by, outage=outage, client_id=same_id(number) if number else uuid4())


def leave_all(by: Acting, outage: Outage) -> None:
    for unit_id, what in kinds(by, outage):
        leave(by, outage, Unit.objects.get(pk=unit_id), what)


def is_closed(by: Acting, outage: Outage) -> bool:
    return closed_at(as_seen(by, outage), by.principal) is not None
