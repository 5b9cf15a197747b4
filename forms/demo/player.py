"""Plays the script through the services: each row is written as a person at work would write it, and signed by them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, acting_for
from contacts.content.reader import ContentError
from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import DirectoryEntry, Membership, Principal, Unit, User
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import Answers, RuleError
from contacts.rules.hours import Availability
from contacts.rules.parties import WardKind
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.rota import Turn
from contacts.services.directory import save_row
from contacts.services.rota import add_turn
from forms.models import SheetBatch
from forms.rendering import PrintingUnavailable
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

from .script import Chain, Person, Place, Rota, Scene, read_script
from .steps import Played, Stage

_SOURCE = "Påhittat nummer för demo"
_KINDS = (PhoneKind.DIRECT, PhoneKind.MOBILE)


def make_demo() -> bool:
    """Make the demo: an ongoing outage, nearly three hours old, with invented people and patients only.

    The directory file is imported where the county's principals are missing. All of it or none of it; False where it
    is there already, and nothing changes. Raises RuleError outside demo mode, and where the database holds an outage
    that is not the demo's; ContentError where a line of the script cannot be read or played.
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
        principals, units = lay_places(script.units, by=keeper)
        for key, person in script.people.items():
            user = keeper if key == scene.keeper else _user(person)
            with _line("people.toml", f"people.{key}"):
                save_row(by=keeper, row=user)
                for one in person.assignments:
                    row = Membership(user=user, unit=units[one.unit], role=one.role, title=one.title)
                    # Nobody gives themselves an assignment: the first one's is the command's.
                    save_row(by=None if user == keeper else keeper, row=row)
        people = {key: _acting(key) for key in script.people}
        start = timezone.now() - scene.lasted
        outage = _report_outage(scene, people, start)
        stage = Stage(outage, start, people, units, principals, cycle(scene.answering))
        for path, chains in script.chains.items():
            for place, chain in enumerate(chains):
                _play_chain(stage, chain, path, f"chains[{place}]")
        for place, tick in enumerate(scene.ticks):
            by = people[tick.by]
            checklist = next(one for one in checklists_for(by.unit) if one.phase is tick.phase)
            with _line("outage.toml", f"ticks[{place}]"):
                for item in checklist.items[: tick.first]:
                    set_tick(by=by, outage=outage, checklist_key=checklist.key, item_key=item.key, done=True)
        # Last, so that what was rung in the demo's calls are the directory's numbers.
        with _line("outage.toml", "rota"):
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
    with _line("outage.toml", "paper"), transaction.atomic():
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


def lay_places(places: Mapping[str, Place], *, by: User) -> tuple[dict[str, Principal], dict[str, Unit]]:
    """The units, their contacts and the municipalities' link texts (R1.2), inside the caller's transaction.

    Returns the principals by name and the units by their keys. The county's principals must be there.
    """
    principals = {principal.name: principal for principal in Principal.objects.all()}
    units = {}
    for key, place in places.items():
        unit = units[key] = Unit(
            principal=principals[place.principal],
            name=place.name,
            ward_kind=place.ward or "",
            outpatient_kind=place.outpatient or "",
            municipal_kind=place.municipal or "",
        )
        with _line("places.toml", f"units.{key}"):
            save_row(by=by, row=unit)
            if place.number:
                entry = _entry(unit, place.number, place.mobile, name=place.name)
                entry.kind = EntryKind.WARD if place.ward else EntryKind(place.outpatient or EntryKind.OTHER)
                entry.availability = Availability.ALWAYS if place.ward else Availability.DAYTIME
                save_row(by=by, row=entry)
    for key, place in places.items():
        with _line("places.toml", f"units.{key}"):
            for way in place.home_nursing:
                entry = _entry(units[key], way.number, name=way.name, kind=EntryKind.HOME_NURSING)
                entry.availability, entry.remark = way.availability, way.remark
                save_row(by=by, row=entry)
    for key, place in places.items():
        with _line("places.toml", f"units.{key}"):
            principal = principals[place.principal]
            principal.link_text = place.link or principal.link_text
            save_row(by=by, row=principal)
    return principals, units


def _entry(unit: Unit, *numbers: str, **facts: str) -> DirectoryEntry:
    entry = DirectoryEntry(principal=unit.principal, unit=unit, department=unit.name, source=_SOURCE, **facts)
    entry.phones = [Phone(kind, number) for kind, number in zip(_KINDS, numbers, strict=False) if number]
    return entry


def write_rota(rota: Rota, *, by: Acting, unit: Unit, now: datetime) -> None:
    """Turns that began the week before the aware moment `now`, without an end: every night is covered."""
    today = timezone.localtime(now).date()
    monday = today - timedelta(days=today.weekday() + 7)
    # The first Saturday that has not begun.
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    turns = [(monday + timedelta(days=place), one, True) for place, one in enumerate(rota.weekly.values())]
    for day, one, weekly in (*turns, (saturday, rota.saturday, False)):
        starts = datetime.combine(day, one.starts)
        ends = datetime.combine(day + timedelta(days=1), rota.until)
        turn = Turn(one.who, one.number, starts, ends, weekly=weekly)
        add_turn(by=by, unit=unit, client_id=uuid4(), turn=turn, answers=Answers({}, {}))


def _check_demo_mode() -> None:
    if not settings.DEMO:
        raise RuleError("Demoläget är av. Sätt DEMO=1 för att göra demon.")


def _user(person: Person) -> User:
    """Unsaved, without a password."""
    first_name, _, last_name = person.name.partition(" ")
    user = User(username=f"demo.{person.key}", first_name=first_name, last_name=last_name, is_demo=True)
    user.set_unusable_password()
    return user


def _report_outage(scene: Scene, people: Mapping[str, Acting], start: datetime) -> Outage:
    outages: list[Outage] = []
    for place, report in enumerate(scene.reports):
        facts = OutageFacts(
            scope=scene.scope,
            started_at=start + timedelta(minutes=report.at),
            expected_end_at=None if outages else start + scene.expected,
            sees=report.sees,
        )
        with _line("outage.toml", f"reports[{place}]"):
            outages.append(report_outage(by=people[report.by], client_id=uuid4(), facts=facts)[0])
    by, at = people[scene.support.by], start + timedelta(minutes=scene.support.at)
    number = scene.support.case_number
    with _line("outage.toml", "support"):
        record_support_contact(by=by, outage=outages[0], client_id=uuid4(), at=at, case_number=number)
    return outages[0]


def _play_chain(stage: Stage, chain: Chain, path: Path, key: str) -> None:
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
    by = stage.people[chain.by]
    with _line(path, key):
        opened = open_chain(by=by, outage=stage.outage, client_id=uuid4(), facts=facts)
    played = Played(stage, by, opened, facts)
    for place, step in enumerate(chain.steps):
        with _line(path, f"{key}.steps[{place}]"):
            step.play(played)


@contextmanager
def _line(file: str | Path, key: str) -> Iterator[None]:
    """What is refused inside is a fault of this line of the script."""
    try:
        yield
    except PrintingUnavailable:
        raise
    except RuleError as no:
        raise ContentError(Path(file), key, no.reason) from no
    except ValidationError as wrong:
        raise ContentError(Path(file), key, " ".join(wrong.messages)) from wrong


def _acting(key: str) -> Acting:
    first = Membership.objects.filter(user__username=f"demo.{key}", user__is_demo=True).order_by("pk").first()
    acting = acting_for(first.user, first.pk) if first else None
    if acting is None:
        raise RuleError("Demons personer finns inte. Kör först: manage.py demo")
    return acting
