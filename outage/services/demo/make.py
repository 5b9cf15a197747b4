"""The entry point: the whole demo is made, or nothing is changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.filing.bringing_in import import_directory
from contacts.models import Principal, User
from contacts.rules.errors import RuleError
from outage.models import CareChain, Handover, Outage
from outage.queries.checklists import checklists_for
from outage.rules.outage_status import OutageFacts, OutageScope
from outage.services.checklists import set_tick
from outage.services.outages import record_support_contact, report_outage

from .medicine import write_medicine
from .municipalities import write_municipalities
from .pen import Stage
from .people import make_keeper, make_people
from .places import lay_places
from .region import write_region
from .rota import write_rota

# A little under three hours: long enough that the routine is used for all information (R1.7).
LASTED = timedelta(hours=2, minutes=52)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """`made` is False where the demo was there already and nothing was changed."""

    made: bool
    people: int
    chains: int
    calls: int


def make_demo(*, by: Acting | None, directory: bytes) -> DemoReport:
    """Make the demo: an ongoing outage, nearly three hours old, with invented people and patients only.

    `by` is None for the command on the server. `directory` is the directory file, imported where the county's
    principals are missing. All of it or none of it; where it is there already nothing changes. Raises RuleError
    outside demo mode, and where the database holds an outage that is not the demo's.
    """
    if not settings.DEMO:
        raise RuleError("Demoläget är av. Sätt DEMO=1 för att göra demon.")
    with transaction.atomic():
        if User.objects.filter(is_demo=True).exists():
            return _report(made=False)
        if Outage.objects.exists():
            raise RuleError("Databasen har redan ett driftstopp som inte hör till demon. Ta en tom databas.")
        if not Principal.objects.exists():
            import_directory(by=by, content=directory)
        keeper = make_keeper()
        principals, units = lay_places(by=keeper)
        people = make_people(by=keeper, units=units)
        start = timezone.now() - LASTED
        stage = Stage(_outage(people, start), start, people, units, principals)
        write_medicine(stage)
        write_region(stage)
        write_municipalities(stage)
        _tick_checklists(stage)
        # Last, so that what was rung in the demo's calls are the directory's numbers.
        write_rota(by=people["kommunadmin"], unit=units["sk_hemsjuk"], now=timezone.now())
        report = _report(made=True)
        made = {"chains": report.chains, "calls": report.calls}
        if by is None:
            audit.record_system(action="demo.made", changes=made)
        else:
            audit.record(by=by, action="demo.made", changes=made)
    return report


def _outage(people: dict[str, Acting], start: datetime) -> Outage:
    """Report the outage as a coordinator would, join it from a municipality, and ring the region's support (R1.1)."""
    first = OutageFacts(
        scope=OutageScope.BOTH_PRINCIPALS,
        started_at=start,
        expected_end_at=start + timedelta(hours=5),
        sees="Sidan laddar inte. Felmeddelande 503.",
    )
    outage, _ = report_outage(by=people["maja"], client_id=uuid4(), facts=first)
    joined = OutageFacts(
        scope=OutageScope.BOTH_PRINCIPALS,
        started_at=start + timedelta(minutes=11),
        sees="Kommer inte förbi inloggningen.",
    )
    report_outage(by=people["sixten"], client_id=uuid4(), facts=joined)
    record_support_contact(
        by=people["maja"],
        outage=outage,
        client_id=uuid4(),
        at=start + timedelta(minutes=4),
        case_number="INC-0052713",
    )
    return outage


def _tick_checklists(stage: Stage) -> None:
    """Most of the start, some of what goes on."""
    for who in ("maja", "stina", "bo"):
        acting = stage.people[who]
        start, during, *_ = checklists_for(acting.unit)
        for checklist, count in ((start, 4), (during, 1)):
            for item in checklist.items[:count]:
                set_tick(
                    by=acting, outage=stage.outage, checklist_key=checklist.key, item_key=item.key, done=True
                )


def _report(*, made: bool) -> DemoReport:
    return DemoReport(
        made=made,
        people=User.objects.filter(is_demo=True).count(),
        chains=CareChain.objects.count(),
        calls=Handover.objects.count(),
    )
