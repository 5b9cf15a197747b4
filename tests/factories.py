"""Rows that tests start from, made through the product's own services where it has one. Everybody is invented."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier, Thread
from time import sleep
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.db import connection, connections, transaction
from django.utils import timezone

from contacts.access import Acting, acting_in
from contacts.models import DirectoryEntry, Membership, MunicipalKind, Principal, Unit, User
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.parties import OutpatientKind, Party, PrincipalKind, WardKind, ward_kind_for
from contacts.rules.permissions import Role
from contacts.rules.phone import Phone, PhoneKind, is_extension
from contacts.services.submissions import keyed
from outage.models import CareChain, CareChainEvent, ChainFacts, Handover, Outage
from outage.presenters.owed import OwedCall
from outage.queries.care_chains import get_chain
from outage.rules.back_registration import Before
from outage.rules.handover import CallFacts, Direction, Message
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import OutageFacts, OutageScope
from outage.services.care_chains import open_chain
from outage.services.handovers import log_call
from outage.services.outages import end_outage, report_outage
from outage.webforms.call_options import read_notice

# The well-known test person; the number belongs to nobody.
TOLVAN = "19121212-1212"
PASSWORD = "ett långt lösenord"
SKELLEFTEA = "Skellefteå kommun"
_numbers = count(1)


def person(username: str, unit: Unit, role: Role = Role.STAFF, **more: Any) -> Acting:
    """Make somebody who works at `unit`, and give them as acting there."""
    return persons((username, unit, role), **more)[0]


def persons(*wanted: tuple[str, Unit, Role], **more: Any) -> list[Acting]:
    """Several at once: most tests begin with them."""
    password = make_password(PASSWORD)
    made = [
        User(username=name, password=password, first_name=name.title(), last_name="Påhittad", **more)
        for name, _, _ in wanted
    ]
    for user in made:
        user.make_keys()
    users = User.objects.bulk_create(made)
    memberships = Membership.objects.bulk_create(
        Membership(user=user, unit=unit, role=role, title="Sjuksköterska")
        for user, (_, unit, role) in zip(users, wanted, strict=True)
    )
    return [acting_in(membership) for membership in memberships]


@dataclass(frozen=True)
class County:
    """The principals, the units and the five people that the tests of the outage app are told with.

    Alva works on `ward`, Bo on another ward that takes no part, Cissi in the municipality, Disa at the
    hälsocentral that is the öppenvård of the patients, Adam keeps the directory and sees no patients. Esa is
    Alva's colleague on the same ward and may end an outage.
    """

    region: Principal
    municipality: Principal
    ward: Unit
    other_ward: Unit
    psychiatric_ward: Unit
    health_centre: Unit
    clinic: Unit
    social_care: Unit
    alva: Acting
    bo: Acting
    cissi: Acting
    disa: Acting
    adam: Acting
    esa: Acting

    def somebody(self, name: str) -> Acting:
        found: Acting = getattr(self, name)
        return found


def make_county() -> County:
    """Make the county. The names are real places' only where a name is all that is used."""
    region = Principal.objects.create(
        name="Region Västerbotten", short_name="Region Västerbotten", kind=PrincipalKind.REGION
    )
    municipality = Principal.objects.create(
        name=SKELLEFTEA, short_name="Skellefteå", kind=PrincipalKind.MUNICIPALITY, link_text="Se pärmen."
    )
    ward = Unit.objects.create(principal=region, name="Medicin 2", ward_kind=WardKind.SOMATIC)
    other_ward = Unit.objects.create(principal=region, name="Ortopeden", ward_kind=WardKind.SOMATIC)
    psychiatric_ward = Unit.objects.create(
        principal=region, name="Psykiatri 1", ward_kind=WardKind.PSYCHIATRIC
    )
    health_centre = Unit.objects.create(
        principal=region, name="Heimdalls hälsocentral", outpatient_kind=OutpatientKind.HEALTH_CENTRE
    )
    clinic = Unit.objects.create(
        principal=region,
        name="Psykiatriska kliniken",
        outpatient_kind=OutpatientKind.PSYCHIATRIC_OUTPATIENT,
    )
    social_care = Unit.objects.create(
        principal=municipality, name="Biståndsenheten", municipal_kind=MunicipalKind.SOCIAL_CARE
    )
    alva, bo, cissi, disa, adam, esa = persons(
        ("alva", ward, Role.STAFF),
        ("bo", other_ward, Role.STAFF),
        ("cissi", social_care, Role.STAFF),
        ("disa", health_centre, Role.STAFF),
        ("adam", ward, Role.ADMIN),
        ("esa", ward, Role.COORDINATOR),
    )
    return County(
        region=region,
        municipality=municipality,
        ward=ward,
        other_ward=other_ward,
        psychiatric_ward=psychiatric_ward,
        health_centre=health_centre,
        clinic=clinic,
        social_care=social_care,
        alva=alva,
        bo=bo,
        cissi=cissi,
        disa=disa,
        adam=adam,
        esa=esa,
    )


def make_entry(
    principal: Principal,
    name: str,
    *numbers: str,
    kind: EntryKind = EntryKind.OTHER,
    availability: Availability = Availability.DAYTIME,
    **more: Any,
) -> DirectoryEntry:
    """Make a line of the directory; each number is a direct one, three to five digits an extension."""
    phones = [Phone(PhoneKind.EXTENSION if is_extension(n) else PhoneKind.DIRECT, n) for n in numbers]
    return DirectoryEntry.objects.create(
        principal=principal, name=name, kind=kind, availability=availability.value, phones=phones, **more
    )


def outage_facts(started: timedelta = timedelta(hours=2), **more: Any) -> OutageFacts:
    """An outage that began `started` ago, on the whole minute as the form gives it."""
    started_at = (timezone.now() - started).replace(second=0, microsecond=0)
    return OutageFacts(**({"scope": OutageScope.BOTH_PRINCIPALS, "started_at": started_at} | more))


def make_outage(by: Acting, started: timedelta = timedelta(hours=2), **more: Any) -> Outage:
    """Report an outage that began `started` ago."""
    outage, _ = report_outage(by=by, client_id=uuid4(), facts=outage_facts(started, **more))
    return outage


def end_for_all(county: County, outage: Outage, ended_at: datetime) -> Outage:
    """Let everybody be back since `ended_at`; give the outage as the region sees it."""
    end_outage(
        by=person(f"cilla{next(_numbers)}", county.social_care, Role.COORDINATOR),
        outage=outage,
        ended_at=ended_at,
    )
    return end_outage(by=county.esa, outage=outage, ended_at=ended_at)


def chain_facts(county: County, **more: Any) -> ChainFacts:
    """A patient on Alva's ward, of the kind that the öppenvård follows; every patient has another name."""
    outpatient = more.get("outpatient_unit") or county.health_centre
    facts = ChainFacts(
        identity=TOLVAN,
        patient_name=f"Tolvan Tolvansson {next(_numbers)}",
        ward_kind=ward_kind_for(outpatient.outpatient_kind),
        before=Before.NOT_ADMITTED,
        ward_unit=county.ward,
        municipality=county.municipality,
        outpatient_unit=county.health_centre,
    )
    return replace(facts, **more)


def make_chain(county: County, outage: Outage, by: Acting | None = None, **more: Any) -> CareChain:
    """Open a chain, by Alva where nobody else is named, and give it as the pages get it."""
    by = by or county.alva
    opened = open_chain(by=by, outage=outage, client_id=uuid4(), facts=chain_facts(county, **more))
    return get_chain(by, opened.pk)


def call_facts(recipient: str = Party.MUNICIPALITY, **more: Any) -> CallFacts:
    """A call we made that got through."""
    facts = CallFacts(
        direction=Direction.GIVEN,
        recipient=str(recipient),
        outcome=CallOutcome.REACHED,
        spoken_to="Karin Påhittad",
        spoken_to_unit="Biståndsenheten",
        number="0910-00 00 00",
    )
    return replace(facts, **more)


def tell(
    by: Acting,
    chain: CareChain,
    *events: CareChainEvent,
    to: str = Party.MUNICIPALITY,
    outcome: CallOutcome = CallOutcome.REACHED,
    **more: Any,
) -> Handover:
    """Ring `to` about events that are logged already."""
    return log_call(
        by=by,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(to, outcome=outcome, **more),
        messages=[Message(event_id=event.pk) for event in events],
    )


def messages_owed(call: OwedCall, at: datetime | None = None) -> list[Message]:
    """What a call that is owed is to tell, as the service takes it; answers happened at `at`, else now."""
    found = []
    for message in call.messages:
        what, _, rest = message.value.partition(":")
        if what == "event":
            found.append(Message(event_id=UUID(rest)))
        elif what == "notice":
            found.append(read_notice(message.value))
        else:
            kind, _, party = rest.partition(":")
            found.append(Message(kind=kind, sender=Party(party), happened_at=at or timezone.now()))
    return found


def make_event(
    by: Acting,
    chain: CareChain,
    kind: str = "admission",
    *,
    sender: Party = Party.INPATIENT,
    ago: timedelta = timedelta(minutes=30),
    to: str = Party.MUNICIPALITY,
    outcome: CallOutcome = CallOutcome.BUSY,
    direction: Direction = Direction.GIVEN,
    **particulars: Any,
) -> CareChainEvent:
    """Log an event that happened `ago`, by a call to `to`: a try that failed, where nothing else is said."""
    handover = log_call(
        by=by,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(to, outcome=outcome, direction=direction),
        messages=[
            Message(kind=kind, sender=sender, happened_at=timezone.now() - ago, particulars=particulars)
        ],
    )
    event = CareChainEvent.objects.select_related("user", "unit").get(messages__handover=handover)
    event.chain = chain
    return event


def as_typed(moment: datetime) -> tuple[str, str]:
    """Time and date, as a person types a moment in the two fields of a form."""
    local = timezone.localtime(moment)
    return f"{local:%H.%M}", f"{local:%Y-%m-%d}"


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; give what each gave or raised, in order.

    Each thread has a database connection of its own, so the test is marked `transaction=True`.
    """
    results: list[Any] = [None] * len(calls)
    start = Barrier(len(calls))

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = calls[index]()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def meanwhile(
    first: Callable[[], Any], second: Callable[[], Any], then: Callable[[], Any] = lambda: None
) -> Any:
    """What `second` gave or raised, which was begun when `first` was done and not committed yet, `then` what is done
    after that in the transaction of the first; as for `at_once`.
    """
    results: list[Any] = []
    # That of the forms' hashes is made when the first is sent: neither is to wait for the other to make it.
    with transaction.atomic():
        keyed("")

    def run() -> None:
        try:
            results.append(second())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        for _ in range(50):
            sleep(0.1)
            if connection.vendor == "sqlite" or _somebody_waits() or not thread.is_alive():
                break
        then()
    thread.join()
    return results[0]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def same_id(number: int) -> UUID:
    """A client-made id that is the same each time, for a form that is sent more than once."""
    return UUID(int=number, version=4)
