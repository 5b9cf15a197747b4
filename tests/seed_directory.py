"""A large directory, laid straight into the database with the keys that saving would have made.

For benchmarks and tests of growth: 10,000 entries in 1,100 units in a few seconds. Everyone in it is invented.
"""

from dataclasses import dataclass
from random import Random

from django.db import transaction

from contacts.access import Acting
from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import DirectoryEntry, Membership, MunicipalKind, Principal, Unit, User
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.permissions import Role
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.principals import REGION_NAME
from contacts.rules.swedish_text import search_key, sort_key

ENTRIES, UNITS = 10_000, 1_100
# One person in the whole directory has this name.
RARE_FIRST, RARE_LAST = "Xerxes", "Qvarnlåtsman"
_BATCH = 500
_FIRST = (
    "Asta",
    "Birger",
    "Cajsa",
    "Doris",
    "Egon",
    "Frida",
    "Gusten",
    "Helga",
    "Ivar",
    "Judit",
    "Örjan",
    "Åke",
)
_LAST_STARTS = ("Prov", "Test", "Exempel", "Övnings", "Påhitts", "Modell", "Låtsas", "Ängs", "Kvist", "Tall")
_LAST_ENDS = ("berg", "lund", "man", "ström", "sjö", "kvist", "gård", "mark", "fors", "dal")
_TITLES = (
    "sjuksköterska",
    "överläkare",
    "undersköterska",
    "kurator",
    "enhetschef",
    "biståndshandläggare",
    "",
)
_PLACES = ("Umeå", "Skellefteå", "Lycksele", "Storuman", "Vännäs", "Åsele", "Malå", "Vindeln")
_WARDS = ("Medicin", "Kirurg", "Ortoped", "Geriatrik", "Infektion", "Neurolog", "Lung", "Hud")
_HOURS = (Availability.DAYTIME, Availability.ALWAYS, Availability.EVENING_WEEKEND, Availability.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SeededDirectory:
    """What was laid: who looks, and the name and the number of one person, which nobody else has."""

    acting: Acting
    name: str
    number: str
    units: tuple[int, ...]
    entries: tuple[int, ...]


def seed_directory(*, entries: int = ENTRIES, units: int = UNITS, seed: int = 7) -> SeededDirectory:
    """Lay the product's own file, `units` units and entries up to `entries` in all. The same `seed`, the same rows."""
    rng = Random(seed)
    with transaction.atomic():
        import_directory(by=None, content=OWN_FILE.read_bytes())
        places = _units(units)
        rows = [_unit_entry(unit, number) for number, unit in enumerate(places)]
        wanted = max(entries - DirectoryEntry.objects.count(), 0)
        rows = rows[:wanted]
        rows += [_person(rng, rng.choice(places), number) for number in range(wanted - len(rows))]
        if len(rows) > len(places):
            rows[-1] = _person(rng, places[0], wanted, RARE_FIRST, RARE_LAST)
        for row in rows:
            row.make_keys()
        DirectoryEntry.objects.bulk_create(rows, batch_size=_BATCH)
    return SeededDirectory(
        acting=_reader(places[0]),
        name=rows[-1].last_name,
        number=rows[-1].phones[0].number,
        units=tuple(unit.pk for unit in places),
        entries=tuple(DirectoryEntry.objects.order_by("pk").values_list("pk", flat=True)),
    )


def _units(wanted: int) -> list[Unit]:
    region = Principal.objects.get(name=REGION_NAME)
    municipalities = list(Principal.objects.exclude(pk=region.pk).order_by("sort_key"))
    made = []
    for number in range(wanted):
        turn, place = divmod(number, 4)
        where = _PLACES[turn % len(_PLACES)]
        if place == 0:
            ward = _WARDS[turn % len(_WARDS)]
            unit = Unit(principal=region, name=f"{ward} {turn} {where}", ward_kind=WardKind.SOMATIC)
        elif place == 1:
            unit = Unit(
                principal=region,
                name=f"{where} hälsocentral {turn}",
                outpatient_kind=OutpatientKind.HEALTH_CENTRE,
            )
        else:
            owner = municipalities[turn % len(municipalities)]
            kind = MunicipalKind.SOCIAL_CARE if place == 2 else MunicipalKind.HOME_NURSING
            word = "Biståndsenheten" if place == 2 else "Hemsjukvården"
            unit = Unit(principal=owner, name=f"{word} {owner.short_name} {turn}", municipal_kind=kind)
        unit.search_key, unit.sort_key = search_key(unit.name), sort_key(unit.name)
        made.append(unit)
    Unit.objects.bulk_create(made, batch_size=_BATCH)
    return made


def _number(number: int) -> str:
    """An invented number: the exchange is nobody's."""
    return f"0980-3{number // 1000 % 100:02} {number % 1000:03}"


def _unit_entry(unit: Unit, number: int) -> DirectoryEntry:
    kind = (
        EntryKind.WARD
        if unit.ward_kind
        else EntryKind.HEALTH_CENTRE
        if unit.outpatient_kind
        else EntryKind.OTHER
    )
    return DirectoryEntry(
        principal=unit.principal,
        unit=unit,
        name=unit.name,
        kind=kind,
        phones=[Phone(PhoneKind.DIRECT, _number(number))][: number % 10],
        availability=_HOURS[number % len(_HOURS)],
        remark="Fråga efter samordnaren" if number % 3 == 0 else "",
    )


def _person(rng: Random, unit: Unit, number: int, first: str = "", last: str = "") -> DirectoryEntry:
    first = first or rng.choice(_FIRST)
    last = last or f"{rng.choice(_LAST_STARTS)}{rng.choice(_LAST_ENDS)}"
    phones = [
        Phone(PhoneKind.DIRECT, _number(20_000 + number)),
        Phone(PhoneKind.EXTENSION, str(30_000 + number)),
        Phone(PhoneKind.MOBILE, f"070-174 06 {number % 100:02}"),
    ]
    return DirectoryEntry(
        principal=unit.principal,
        unit=unit,
        name=f"{first} {last}",
        first_name=first,
        last_name=last,
        kind=EntryKind.PERSON,
        title=rng.choice(_TITLES),
        # Of one name and one department there is one.
        department=f"{unit.name}, rum {number}",
        phones=phones[: 1 + number % 3],
        availability=_HOURS[number % len(_HOURS)],
    )


def _reader(unit: Unit) -> Acting:
    user = User(username="seed.reader", first_name="Alva", last_name="Bergdal", is_demo=True)
    user.set_unusable_password()
    user.save()
    membership = Membership.objects.create(user=user, unit=unit, role=Role.STAFF, title="sjuksköterska")
    return Acting(user=user, membership=membership, unit=unit, principal=unit.principal, role=Role.STAFF)
