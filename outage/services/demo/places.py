"""The demo's units and contacts. The places are real in kind; every number is from a series kept for fiction."""

from dataclasses import dataclass

from contacts.models import DirectoryEntry, MunicipalKind, Principal, Unit, User
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.principals import REGION_NAME
from contacts.services.directory import save_row
from outage.routine import current_routine

SKELLEFTEA, UMEA, NORDMALING = "Skellefteå kommun", "Umeå kommun", "Nordmalings kommun"
STORUMAN, LYCKSELE = "Storumans kommun", "Lycksele kommun"

_SOURCE = "Påhittat nummer för demo"


@dataclass(frozen=True, slots=True)
class _Place:
    """A sjukstuga has both a ward and an öppenvård."""

    key: str
    name: str
    principal: str = REGION_NAME
    ward: str = ""
    outpatient: str = ""
    municipal: str = ""
    number: str = ""
    mobile: str = ""


_SOMATIC, _PSYCHIATRIC = WardKind.SOMATIC.value, WardKind.PSYCHIATRIC.value
_CENTRE, _CLINIC = OutpatientKind.HEALTH_CENTRE.value, OutpatientKind.PSYCHIATRIC_OUTPATIENT.value
_CARE, _NURSING = MunicipalKind.SOCIAL_CARE.value, MunicipalKind.HOME_NURSING.value

_PLACES = (
    # One unit with the two ways that every unit should have (a mobile from the series kept for fiction).
    _Place(
        "medicin", "Medicinavdelning 2, NUS", ward=_SOMATIC, number="0980-319 201", mobile="070-174 06 05"
    ),
    _Place("geriatrik", "Geriatrikavdelning 1, NUS", ward=_SOMATIC, number="0980-319 202"),
    _Place("psykiatri", "Psykiatriska avdelning 1, NUS", ward=_PSYCHIATRIC, number="0980-319 203"),
    _Place("ortopedi", "Ortopedavdelningen, Skellefteå lasarett", ward=_SOMATIC, number="0980-319 204"),
    _Place("lycksele", "Medicinavdelningen, Lycksele lasarett", ward=_SOMATIC),
    _Place("storuman", "Storumans sjukstuga", ward=_SOMATIC, outpatient=_CENTRE, number="0980-319 205"),
    _Place("ersboda", "Ersboda hälsocentral", outpatient=_CENTRE, number="0980-319 206"),
    _Place("teg", "Tegs hälsocentral", outpatient=_CENTRE),
    _Place("heimdall", "Heimdalls hälsocentral", outpatient=_CENTRE, number="0980-319 207"),
    _Place("nordmaling", "Nordmalings hälsocentral", outpatient=_CENTRE),
    _Place("lycksele_hc", "Lycksele hälsocentral", outpatient=_CENTRE),
    _Place("psykklinik", "Psykiatrisk öppenvård Umeå", outpatient=_CLINIC, number="0980-319 208"),
    _Place("sk_bistand", "Biståndsenheten Skellefteå", SKELLEFTEA, municipal=_CARE, number="0980-319 211"),
    _Place("sk_hemsjuk", "Hemsjukvården Skellefteå", SKELLEFTEA, municipal=_NURSING),
    _Place("um_bistand", "Biståndsenheten Umeå", UMEA, municipal=_CARE, number="0980-319 221"),
    _Place("um_hemsjuk", "Hemsjukvården Umeå", UMEA, municipal=_NURSING),
    # Nordmaling's numbers are missing in the directory file, and stay so.
    _Place("no_bistand", "Biståndsenheten Nordmaling", NORDMALING, municipal=_CARE),
    _Place("no_hemsjuk", "Hemsjukvården Nordmaling", NORDMALING, municipal=_NURSING),
)

# What the directory file lacks: how the hemsjukvård of the two is reached (R5.5).
_HOME_NURSING = (
    (SKELLEFTEA, "sk_hemsjuk", "Hemsjukvård Skellefteå dagtid", Availability.DAYTIME, "0980-319 231"),
    (
        SKELLEFTEA,
        "sk_hemsjuk",
        "Hemsjukvård Skellefteå kväll/helg",
        Availability.EVENING_WEEKEND,
        "0980-319 232",
    ),
    (UMEA, "um_hemsjuk", "Hemsjukvård Umeå dagtid", Availability.DAYTIME, "0980-319 241"),
    (UMEA, "um_hemsjuk", "Hemsjukvård Umeå kväll/helg", Availability.EVENING_WEEKEND, "0980-319 242"),
)

_LINKS = {
    SKELLEFTEA: "Öppna {system} via internetlänken på kommunens intranät, under Vård och omsorg, Avbrott. "
    "Logga in med e-legitimation.",
    UMEA: "Öppna {system} via internetlänken i kommunens avbrottspärm, flik 3. Logga in med e-legitimation.",
    NORDMALING: "Be enhetschefen om internetlänken till {system}. Den ligger i avbrottspärmen på biståndsenheten.",
}


def lay_places(*, by: User) -> tuple[dict[str, Principal], dict[str, Unit]]:
    """The units, their contacts and the municipalities' link texts (R1.2), inside the caller's transaction.

    Returns the principals by name and the units by the demo's own keys. The county's principals must be there.
    """
    principals = {principal.name: principal for principal in Principal.objects.all()}
    units = {}
    for place in _PLACES:
        unit = Unit(
            principal=principals[place.principal],
            name=place.name,
            ward_kind=place.ward,
            outpatient_kind=place.outpatient,
            municipal_kind=place.municipal,
        )
        save_row(by=by, row=unit)
        units[place.key] = unit
        if place.number:
            save_row(by=by, row=_direct_number(place, unit))
    for principal, key, name, availability, phone in _HOME_NURSING:
        entry = DirectoryEntry(
            principal=principals[principal],
            unit=units[key],
            name=name,
            kind=EntryKind.HOME_NURSING,
            department=units[key].name,
            availability=availability.value,
            remark="Förmedlar information" if availability is Availability.EVENING_WEEKEND else "",
            source=_SOURCE,
        )
        entry.phones = (Phone(PhoneKind.DIRECT, phone),)
        save_row(by=by, row=entry)
    for name, text in _LINKS.items():
        principals[name].link_text = text.format(system=current_routine().system)
        save_row(by=by, row=principals[name])
    return principals, units


def _direct_number(place: _Place, unit: Unit) -> DirectoryEntry:
    """The entry of a unit's own number (R5.1). A ward answers round the clock, the others in daytime."""
    if place.ward:
        kind = EntryKind.WARD
    elif place.municipal:
        kind = EntryKind.OTHER
    else:
        kind = EntryKind(place.outpatient)
    entry = DirectoryEntry(
        principal=unit.principal,
        unit=unit,
        name=place.name,
        kind=kind,
        department=place.name,
        availability=(Availability.ALWAYS if place.ward else Availability.DAYTIME).value,
        source=_SOURCE,
    )
    phones = (Phone(PhoneKind.DIRECT, place.number), Phone(PhoneKind.MOBILE, place.mobile))
    entry.phones = [phone for phone in phones if phone.number]
    return entry
