"""Plays the script through the services: each row is written as a person at work would write it, and signed by them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, acting_for
from contacts.content.reader import ContentError
from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import DirectoryEntry, EntryKind, Membership, Principal, Unit, User
from contacts.rules.availability import Availability
from contacts.rules.errors import Answers, RuleError
from contacts.rules.parties import WardKind
from contacts.rules.permissions import Role
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.rota import Turn
from contacts.services.directory import save_row
from contacts.services.rota import add_turn
from forms.models import SheetBatch
from forms.rules.sheet_fate import VoidReason
from forms.services.batches import issue_batch
from forms.services.disposal import record_decision
from forms.services.fates import mark_filled, void_sheet
from outage.models import CareChain, ChainFacts, Handover, Outage
from outage.queries.checklists import checklists_for
from outage.rules.outage_status import OutageFacts
from outage.services.care_chains import open_chain
from outage.services.checklists import set_tick
from outage.services.outages import record_support_contact, report_outage

from .script import Chain, Person, Place, Places, Rota, Scene, Script, read_script
from .steps import Played, Stage

_SOURCE = "Påhittat nummer för demo"


def make_demo() -> bool:
    """Make the demo: an ongoing outage, nearly three hours old, with invented people and patients only.

    The directory file is imported where the county's principals are missing. All of it or none of it; where it is
    there already nothing changes, and the answer is False. Raises RuleError outside demo mode, and where the database holds an outage that is
    not the demo's; ContentError where a line of the script cannot be read or played.
    """
    _check_demo_mode()
    with transaction.atomic():
        if User.objects.filter(is_demo=True).exists():
            return False
        if Outage.objects.exists():
            raise RuleError("Databasen har redan ett driftstopp som inte hör till demon. Ta en tom databas.")
        if not Principal.objects.exists():
            import_directory(by=None, content=OWN_FILE.read_bytes())
        script = read_script()
        scene = script.scene
        keeper = _user(script.people[scene.keeper])
        # Nobody is there before the first person, so the audit row names that person.
        save_row(by=keeper, row=keeper)
        principals, units = lay_places(script.places, by=keeper)
        _make_people(script, keeper, units)
        people = {key: _acting(key) for key in script.people}
        start = timezone.now() - scene.lasted
        outage = _report_outage(scene, people, start)
        stage = Stage(outage, start, people, units, principals, cycle(scene.answering))
        for path, chains in script.chains.items():
            for place, chain in enumerate(chains):
                _play_chain(stage, chain, path, f"chains[{place}]")
        for tick in scene.ticks:
            acting = people[tick.by]
            checklist = next(one for one in checklists_for(acting.unit) if one.phase is tick.phase)
            for item in checklist.items[: tick.first]:
                set_tick(by=acting, outage=outage, checklist_key=checklist.key, item_key=item.key, done=True)
        # Last, so that what was rung in the demo's calls are the directory's numbers.
        write_rota(scene.rota, by=people[scene.rota.by], unit=units[scene.rota.unit], now=timezone.now())
        made = {"chains": CareChain.objects.count(), "calls": Handover.objects.count()}
        audit.record_system(action="demo.made", changes=made)
    return True


def make_paper() -> bool:
    """Blank sheets of a ward, and a decision of its principal on what may be destroyed; False where they are there
    already.

    Raises RuleError outside demo mode and before the demo is made, PrintingUnavailable where the server cannot print.
    """
    _check_demo_mode()
    paper = read_script().scene.paper
    by, decided_by = _acting(paper.by), _acting(paper.decided_by)
    if SheetBatch.objects.filter(unit=by.unit).exists():
        return False
    first, *_ = [
        issue_batch(by=by, client_id=uuid4(), kind=one.kind, count=one.count) for one in paper.batches
    ]
    mark_filled(by=by, sheet=first.sheets.get(place=paper.filled), client_id=uuid4())
    spoilt = first.sheets.get(place=paper.spoilt)
    void_sheet(by=by, sheet=spoilt, client_id=uuid4(), void_reason=VoidReason.MISPRINT)
    record_decision(
        by=decided_by,
        client_id=uuid4(),
        allows=True,
        reference=paper.decision,
        decided_on=timezone.localdate() - timedelta(days=paper.decided_days_ago),
    )
    return True


def lay_places(places: Places, *, by: User) -> tuple[dict[str, Principal], dict[str, Unit]]:
    """The units, their contacts and the municipalities' link texts (R1.2), inside the caller's transaction.

    Returns the principals by name and the units by their keys. The county's principals must be there.
    """
    principals = {principal.name: principal for principal in Principal.objects.all()}
    units = {}
    for place in places.units.values():
        unit = units[place.key] = Unit(
            principal=principals[place.principal],
            name=place.name,
            ward_kind=place.ward or "",
            outpatient_kind=place.outpatient or "",
            municipal_kind=place.municipal or "",
        )
        save_row(by=by, row=unit)
        if place.number:
            phones = [Phone(PhoneKind.DIRECT, place.number), Phone(PhoneKind.MOBILE, place.mobile)]
            availability = Availability.ALWAYS if place.ward else Availability.DAYTIME
            entry = _entry(unit, place.name, _kind(place), availability)
            entry.phones = [phone for phone in phones if phone.number]
            save_row(by=by, row=entry)
    for place in places.units.values():
        for number in place.home_nursing:
            entry = _entry(units[place.key], number.name, EntryKind.HOME_NURSING, number.availability)
            entry.remark, entry.phones = number.remark, [Phone(PhoneKind.DIRECT, number.number)]
            save_row(by=by, row=entry)
    for link in places.links:
        principals[link.municipality].link_text = link.text
        save_row(by=by, row=principals[link.municipality])
    return principals, units


def write_rota(rota: Rota, *, by: Acting, unit: Unit, now: datetime) -> None:
    """Turns that began the week before the aware moment `now`, without an end: every night is covered."""
    today = timezone.localtime(now).date()
    monday = today - timedelta(days=today.weekday() + 7)
    # The first Saturday that has not begun.
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    turns = [(monday + timedelta(days=place), one, True) for place, one in enumerate(rota.weekly)]
    for day, one, weekly in (*turns, (saturday, rota.saturday, False)):
        starts = datetime.combine(day, one.starts)
        ends = datetime.combine(day + timedelta(days=1), rota.until)
        turn = Turn(one.who, one.number, starts, ends, weekly=weekly)
        add_turn(by=by, unit=unit, client_id=uuid4(), turn=turn, answers=Answers({}, {}))


def _check_demo_mode() -> None:
    if not settings.DEMO:
        raise RuleError("Demoläget är av. Sätt DEMO=1 för att göra demon.")


def _kind(place: Place) -> EntryKind:
    if place.ward:
        return EntryKind.WARD
    return EntryKind(place.outpatient) if place.outpatient else EntryKind.OTHER


def _entry(unit: Unit, name: str, kind: EntryKind, availability: Availability) -> DirectoryEntry:
    return DirectoryEntry(
        principal=unit.principal,
        unit=unit,
        name=name,
        kind=kind,
        department=unit.name,
        availability=availability,
        source=_SOURCE,
    )


def _user(person: Person) -> User:
    """Unsaved, without a password. The admin pages open to the administrators; their assignment narrows them."""
    first_name, _, last_name = person.name.partition(" ")
    user = User(
        username=f"demo.{person.key}",
        first_name=first_name,
        last_name=last_name,
        is_demo=True,
        is_staff=any(assignment.role is Role.ADMIN for assignment in person.assignments),
    )
    user.set_unusable_password()
    return user


def _make_people(script: Script, keeper: User, units: Mapping[str, Unit]) -> None:
    for person in script.people.values():
        user = keeper if person.key == script.scene.keeper else _user(person)
        if user is not keeper:
            save_row(by=keeper, row=user)
        for one in person.assignments:
            row = Membership(user=user, unit=units[one.unit], role=one.role, title=one.title)
            save_row(by=keeper, row=row)


def _report_outage(scene: Scene, people: Mapping[str, Acting], start: datetime) -> Outage:
    def report(by: str, minute: int, sees: str, expected_end_at: datetime | None = None) -> Outage:
        started_at = start + timedelta(minutes=minute)
        facts = OutageFacts(scene.scope, started_at, expected_end_at=expected_end_at, sees=sees)
        return report_outage(by=people[by], client_id=uuid4(), facts=facts)[0]

    outage = report(scene.by, 0, scene.sees, start + scene.expected)
    for joined in scene.joined:
        report(joined.by, joined.at, joined.sees)
    record_support_contact(
        by=people[scene.support.by],
        outage=outage,
        client_id=uuid4(),
        at=start + timedelta(minutes=scene.support.at),
        case_number=scene.support.case_number,
    )
    return outage


def _play_chain(stage: Stage, chain: Chain, path: Path, key: str) -> None:
    """Raises ContentError for what a service refuses, naming the step."""
    ward = stage.units[chain.places.ward]
    facts = ChainFacts(
        identity=chain.patient.number,
        patient_name=chain.patient.name,
        protected_identity=chain.patient.protected,
        ward_kind=WardKind(ward.ward_kind),
        ward_unit=ward,
        municipality=stage.principals[chain.places.home],
        outpatient_unit=stage.units[chain.places.clinic],
        before=chain.before,
    )
    by, at = stage.people[chain.by], key
    try:
        opened = open_chain(by=by, outage=stage.outage, client_id=uuid4(), facts=facts)
        played = Played(stage, by, opened, facts)
        for place, step in enumerate(chain.steps):
            at = f"{key}.steps[{place}]"
            step.play(played)
    except RuleError as no:
        raise ContentError(path, at, no.reason) from no


def _acting(key: str) -> Acting:
    first = Membership.objects.filter(user__username=f"demo.{key}", user__is_demo=True).order_by("pk").first()
    acting = acting_for(first.user, first.pk) if first else None
    if acting is None:
        raise RuleError("Demons personer finns inte. Kör först: manage.py demo")
    return acting
