"""A directory as a county has it: small, invented, its names as differently made as they are in use."""

from contacts.models import DirectoryEntry, MunicipalKind, Principal, Unit
from contacts.rules.entry_facts import EntryKind
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.principals import REGION_NAME
from tests.factories import make_entry

WARD, CENTRE, HOME, OTHER = EntryKind.WARD, EntryKind.HEALTH_CENTRE, EntryKind.HOME_NURSING, EntryKind.OTHER
PSYCHIATRY = EntryKind.PSYCHIATRIC_OUTPATIENT

# Principal (its short name, or "" for the region), name, kind.
PLACES = (
    ("", "Avdelning 5, infektion", WARD),
    ("", "Avdelning 15, lungmedicin", WARD),
    ("", "Avdelning 51, kirurgi", WARD),
    ("", "Medicinska kliniken", WARD),
    ("", "Strokeenheten NUS", WARD),
    ("", "Hjärtavdelningen NUS", WARD),
    ("", "Akutmottagningen NUS", OTHER),
    ("", "Akuten Lycksele", OTHER),
    ("", "Akutvårdsavdelningen", WARD),
    ("", "Intensivvårdsavdelningen", WARD),
    ("", "Kvinnokliniken", OTHER),
    ("", "Förlossningen", WARD),
    ("", "Barnavdelning 3", WARD),
    ("", "Barnmorskemottagningen Mariehem", OTHER),
    ("", "BVC Ersboda", OTHER),
    ("", "Barnhälsan Teg", OTHER),
    ("", "BUP Umeå", PSYCHIATRY),
    ("", "Barn- och ungdomspsykiatrin Skellefteå", PSYCHIATRY),
    ("", "Vuxenpsykiatrin Lycksele", PSYCHIATRY),
    ("", "Öron-, näs- och halsmottagningen", OTHER),
    ("", "Ögonmottagningen", OTHER),
    ("", "Röntgenmottagningen", OTHER),
    ("", "Klinisk kemi, laboratoriet", OTHER),
    ("", "Fysioterapeuterna Umeå", OTHER),
    ("", "Arbetsterapin Skellefteå lasarett", OTHER),
    ("", "Dialysmottagningen", OTHER),
    ("", "Palliativa teamet", OTHER),
    ("", "Neurorehab Sävar", OTHER),
    ("", "Mariehems hälsocentral", CENTRE),
    ("", "Ålidhems hälsocentral", CENTRE),
    ("", "Hälsocentralen Dragonen", CENTRE),
    ("", "Burträsks hälsocentral", CENTRE),
    ("", "Kåge vårdcentral", CENTRE),
    ("", "Tärnaby sjukstuga", CENTRE),
    ("", "Hjälpmedelscentralen", OTHER),
    ("", "Ambulansen Vindeln", OTHER),
    ("", "Folktandvården Vännäs", OTHER),
    ("Umeå", "Hemsjukvårdsteam Öst", HOME),
    ("Umeå", "Hemsjukvårdsteam Väst", HOME),
    ("Umeå", "Hemtjänst Centrum", OTHER),
    ("Umeå", "Korttidsboendet Solgläntan", OTHER),
    ("Umeå", "Säbo Tallbacken", OTHER),
    ("Umeå", "Trygghetslarmet", OTHER),
    ("Skellefteå", "Hemsjukvården Skellefteå norra", HOME),
    ("Skellefteå", "Hemsjukvården Skellefteå natt", HOME),
    ("Skellefteå", "Äldreboendet Ekliden", OTHER),
    ("Skellefteå", "Biståndshandläggarna Skellefteå", OTHER),
    ("Lycksele", "Hemsjukvård Lycksele", HOME),
    ("Malå", "Malå hemsjukvård", HOME),
    ("Norsjö", "Norsjö hemsjukvård jour", HOME),
    ("Vännäs", "MAS Vännäs", OTHER),
)
# First and last name, title, department.
PEOPLE = (
    ("Anna", "Provberg", "Distriktssköterska", "Ersboda hälsocentral"),
    ("Sven", "Testlund", "Överläkare", "Medicinska kliniken"),
    ("Eva-Lena", "Exempelström", "Biståndshandläggare", "Biståndsenheten"),
    ("Karin", "Övningsson", "Kurator", "Strokeenheten NUS"),
    ("Örjan", "Låtsasby", "Enhetschef", "Avdelning 5, infektion"),
    ("Åsa", "Modell", "Sjuksköterska", "Akutmottagningen NUS"),
)
# Names that are hard to meet: abbreviated, compounded, one inside another, spelt in their own way.
HARD_PLACES = (
    ("", "Medicin-geriatriska kliniken avd 2B", WARD),
    ("", "HC Sävar", CENTRE),
    ("", "Avd. 14 Ortopedi", WARD),
    ("", "M3", WARD),
    ("", "Psyk avd 2", WARD),
    ("", "Jörns hälsocentral", CENTRE),
    ("", "Tegs hälsocentral", CENTRE),
    ("", "Bårhuset", OTHER),
    ("", "Patienthotellet", OTHER),
    ("", "Sjukresor", OTHER),
    ("", "Hematologen", OTHER),
    ("", "Ögonkliniken", OTHER),
    ("", "Barn 4", WARD),
    ("", "Gynekologiska avdelningen", WARD),
    ("", "Lungmottagning NUS", OTHER),
    ("", "Vuxenhabiliteringen", OTHER),
    ("", "Minnesmottagningen", OTHER),
    ("", "Urologmottagningen", OTHER),
    ("", "Öppenvårdspsykiatrin Umeå Öst", PSYCHIATRY),
    ("Umeå", "Vård- och omsorgsboende Ekbacken", OTHER),
    ("Umeå", "Hemsjukvård, distrikt Norr", HOME),
    ("Umeå", "Hemsjukvård, distrikt Söder", HOME),
    ("Norsjö", "Hemsjukvården Norsjö", HOME),
    ("Malå", "Hemtjänsten Malå", OTHER),
)
HARD_PEOPLE = (
    ("Carl", "Christersson", "Läkare", "Avd. 14 Ortopedi"),
    ("Karin", "Erixon", "Usk", "Avd. 14 Ortopedi"),
    ("Anna-Karin", "Wikström", "SSK", "Hematologen"),
    ("Mohammed", "Al-Hassan", "AT", "Barn 4"),
    ("Göran", "Sjöqvist", "Överläkare", "Ögonkliniken"),
)


def lay_wide() -> None:
    """Save it beside what is there, each with a number of its own."""
    _lay(PLACES, PEOPLE)


def lay_hard() -> None:
    """Save the hard names."""
    _lay(HARD_PLACES, HARD_PEOPLE)


def _lay(
    places: tuple[tuple[str, str, EntryKind], ...], people: tuple[tuple[str, str, str, str], ...]
) -> None:
    region = Principal.objects.get(name=REGION_NAME)
    for number, (short_name, name, kind) in enumerate(places):
        principal = Principal.objects.get(short_name=short_name) if short_name else region
        unit = None
        if kind == HOME:
            unit = Unit.objects.create(
                principal=principal, name=name, municipal_kind=MunicipalKind.HOME_NURSING
            )
        make_entry(principal, name, f"0980-319 3{number:02}", kind=kind, unit=unit)
    for number, (first, last, title, department) in enumerate(people):
        entry = DirectoryEntry(
            principal=region,
            name=f"{first} {last}",
            kind=EntryKind.PERSON,
            first_name=first,
            last_name=last,
            title=title,
            department=department,
            availability="unknown",
        )
        entry.phones = [Phone(PhoneKind.EXTENSION, f"5{number}150")]
        entry.save()
