"""Rows for the paper tests: invented people, one outage, one care chain with whatever is logged in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contacts.access import Acting
from contacts.models import Membership, Principal, Unit, User
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    Handover,
    HandoverMessage,
    Outage,
    OutageReport,
    PrincipalEnd,
)
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.rules.wording import STOCKHOLM
from outage.services.events import take_order
from tests.factories import make_entry

START = datetime(2026, 11, 24, 10, 40, tzinfo=STOCKHOLM)


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the day of the outage, in Stockholm."""
    return START.replace(hour=hour, minute=minute)


@dataclass
class Place:
    """The region with a ward and a hälsocentral, a municipality, and people at work."""

    region: Principal
    town: Principal
    ward: Unit
    centre: Unit
    outage: Outage
    alva: Acting
    people: dict[str, Acting] = field(default_factory=dict)


def person(name: str, unit: Unit, role: Role = Role.STAFF, **fields: Any) -> Acting:
    first, _, last = name.partition(" ")
    user = User.objects.create(
        username=f"{first}-{uuid4().hex[:8]}".lower(), first_name=first, last_name=last, **fields
    )
    membership = Membership.objects.create(user=user, unit=unit, role=role, title="Sjuksköterska")
    return Acting(user=user, membership=membership, unit=unit, principal=unit.principal, role=role)


def make_place(ward_kind: str = "somatic", outpatient_kind: str = "health_centre") -> Place:
    region = Principal.objects.create(name="Region Västerbotten", short_name="Regionen", kind="region")
    town = Principal.objects.create(name="Umeå kommun", short_name="Umeå", kind="municipality")
    ward = Unit.objects.create(
        principal=region,
        name="Medicin 1, Lycksele lasarett",
        ward_kind=ward_kind,
    )
    centre = Unit.objects.create(
        principal=region,
        name="Ålidhems hälsocentral",
        outpatient_kind=outpatient_kind,
    )
    make_entry(
        region, ward.name, "0950-391 00", kind=EntryKind.WARD, availability=Availability.ALWAYS, unit=ward
    )
    make_entry(region, centre.name, "090-785 90 00", kind=EntryKind.HEALTH_CENTRE, unit=centre)
    for owner, name, kind, phone, when in (
        (region, "Regionens växel", EntryKind.SWITCHBOARD, "090-785 00 00", Availability.ALWAYS),
        (town, "Växel Umeå", EntryKind.SWITCHBOARD, "090-16 10 00", Availability.DAYTIME),
        (
            town,
            "Hemsjukvård Umeå kväll/helg",
            EntryKind.HOME_NURSING,
            "090-16 99 99",
            Availability.EVENING_WEEKEND,
        ),
    ):
        make_entry(owner, name, phone, kind=kind, availability=when)
    alva = person("Alva Ask", ward, hsa_id="SE2321000222-980A")
    outage = Outage.objects.create(system="PRATOR", routine_id="prator-2023-04-03", recorded_at=START)
    outage.current = OutageReport.objects.create(
        outage=outage,
        kind="first",
        scope="both_principals",
        scope_from=START,
        started_at=START,
        user=alva.user,
        unit=ward,
        recorded_at=START,
    )
    outage.save()
    seen = outage_for(region, outage.pk)
    return Place(region=region, town=town, ward=ward, centre=centre, outage=seen, alva=alva)


def end_outage(place: Place, when: datetime) -> None:
    """Let the region be back since `when`, which may be years ago."""
    PrincipalEnd.objects.create(
        outage=place.outage, principal=place.region, ended_at=when, user=place.alva.user, unit=place.ward
    )
    place.outage.closed_at, place.outage.closed_by = when, place.alva.user
    place.outage.save()
    place.outage = outage_for(place.region, place.outage.pk)


def make_chain(place: Place, **details: Any) -> CareChain:
    """A chain as `get_chain` reads it for Alva. `details` replace what is known of the patient."""
    number = CareChain.objects.filter(outage=place.outage).count() + 1
    chain = CareChain.objects.create(
        outage=place.outage, principal=place.region, unit=place.ward, user=place.alva.user, number=number
    )
    known = {
        "identity_kind": "personnummer",
        "identity_number": "191212121212",
        "patient_name": "Tolvan Tolvansson",
        "ward_kind": place.ward.ward_kind,
        "ward_unit": place.ward,
        "municipality": place.town,
        "outpatient_unit": place.centre,
        "before": "not_admitted",
        "status": "ok",
    }
    chain.details = CareChainDetails.objects.create(
        chain=chain,
        order=take_order(chain),
        user=place.alva.user,
        unit=place.ward,
        **(known | details),
    )
    chain.ward_unit, chain.outpatient_unit = chain.details.ward_unit, chain.details.outpatient_unit
    chain.save()
    return get_chain(place.alva, chain.pk)


def log_event(
    place: Place, chain: CareChain, kind: str, when: datetime, sender: str = "inpatient", **fields: Any
) -> CareChainEvent:
    return CareChainEvent.objects.create(
        chain=chain,
        kind=kind,
        sender=sender,
        order=take_order(chain),
        happened_at=when,
        recorded_at=fields.pop("recorded_at", when + timedelta(minutes=5)),
        user=place.alva.user,
        unit=place.ward,
        **fields,
    )


def log_call(
    place: Place, chain: CareChain, events: list[CareChainEvent], when: datetime, **fields: Any
) -> Handover:
    known = {
        "direction": "given",
        "recipient": "municipality",
        "outcome": "reached",
        "spoken_to": "Bo Berg",
        "spoken_to_unit": "Biståndsenheten Umeå",
        "number": "090-16 10 00",
        "read_back": "done",
        "signature": "Alva Ask, Sjuksköterska, Medicin 1, Lycksele lasarett (SE2321000222-980A)",
    }
    recipient = fields.get("recipient", "municipality")
    if recipient in set(Party):
        known["place"] = chain.details.place_keys.get(recipient, "")
        known["place_name"] = chain.details.place_names.get(recipient, "")
    assert chain.details is not None
    call = Handover.objects.create(
        chain=chain,
        order=take_order(chain),
        at=when,
        recorded_at=fields.pop("recorded_at", when + timedelta(minutes=1)),
        user=place.alva.user,
        unit=place.ward,
        **(known | fields),
    )
    for event in events:
        HandoverMessage.objects.create(handover=call, event=event)
    return call


def full_chain(place: Place, **details: Any) -> CareChain:
    """A chain with a bit of everything: a failed try, a reply, corrections, a withdrawn event, a SIP."""
    chain = make_chain(place, **details)
    admission = log_event(place, chain, "admission", at(10, 45))
    log_call(
        place, chain, [admission], at(10, 50), outcome="busy", spoken_to="", spoken_to_unit="", read_back=""
    )
    log_call(place, chain, [admission], at(10, 52), comment="Bor ensam. Trygghetslarm finns.")
    wrong = log_call(
        place,
        chain,
        [admission],
        at(10, 58),
        recipient="outpatient",
        spoken_to="Cissi Cedrr",
        spoken_to_unit="Ålidhems hälsocentral",
        number="090-785 90 00",
    )
    log_call(
        place,
        chain,
        [admission],
        at(10, 58),
        recipient="outpatient",
        spoken_to="Cissi Ceder",
        spoken_to_unit="Ålidhems hälsocentral",
        number="090-785 90 00",
        supersedes=wrong,
        reason="Namnet var felskrivet",
        recorded_at=at(11, 5),
    )
    reply = log_event(
        place,
        chain,
        "admission_reply",
        at(11, 20),
        sender="municipality",
        particulars={"current_services": "Hemtjänst tre gånger om dagen, trygghetslarm"},
    )
    log_call(place, chain, [reply], at(11, 20), direction="received", number="")
    log_event(place, chain, "preliminary_ready", at(11, 30), particulars={"preliminary_date": "2026-11-26"})
    early = log_event(place, chain, "ready_for_discharge", at(11, 40))
    log_event(
        place,
        chain,
        "ready_for_discharge",
        at(11, 50),
        supersedes=early,
        withdraws=True,
        reason="Gällde en annan patient",
    )
    sip = log_event(
        place,
        chain,
        "sip_invitation",
        at(12, 30),
        sender="outpatient",
        particulars={
            "sip_date": "2026-12-01",
            "participants": ["Dottern Disa Tolvansson", "Enhetschef Erik Ek"],
        },
    )
    log_call(
        place, chain, [sip], at(12, 40), recipient="participant:Dottern Disa Tolvansson", spoken_to_unit=""
    )
    discharge = log_event(place, chain, "discharge", at(13, 10))
    log_call(
        place,
        chain,
        [discharge],
        at(13, 15),
        outcome="relayed",
        spoken_to="Hemsjukvården",
        read_back="not_possible",
        read_back_reason="dålig linje",
    )
    return chain


def fresh(chain: CareChain, by: Acting) -> CareChain:
    """The chain re-read, as a view would."""
    return get_chain(by, UUID(str(chain.pk)))
