"""The units and the directory around a large outage."""

from contacts.models import DirectoryEntry, MunicipalKind, Principal, Unit
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.principals import REGION_NAME

WARDS, CENTRES, CLINICS, PERSONS = 30, 40, 6, 400


def seed_places() -> dict[str, list]:
    """Lay them into the database; give the wards, the hälsocentraler and the municipalities."""
    region = Principal.objects.get(name=REGION_NAME)
    wards = [
        Unit(principal=region, name=f"Avdelning {n}", ward_kind=WardKind.SOMATIC) for n in range(1, WARDS + 1)
    ]
    centres = [
        Unit(principal=region, name=f"Hälsocentral {n}", outpatient_kind=OutpatientKind.HEALTH_CENTRE)
        for n in range(1, CENTRES + 1)
    ]
    psychiatric = OutpatientKind.PSYCHIATRIC_OUTPATIENT
    clinics = [
        Unit(principal=region, name=f"Psykiatrisk öppenvård {n}", outpatient_kind=psychiatric)
        for n in range(1, CLINICS + 1)
    ]
    municipalities = list(Principal.objects.exclude(pk=region.pk).order_by("sort_key"))
    nursing = [
        Unit(principal=m, name=f"Hemsjukvården {m.short_name}", municipal_kind=MunicipalKind.HOME_NURSING)
        for m in municipalities
    ]
    for number, unit in enumerate([*wards, *centres, *clinics, *nursing]):
        unit.save()
        DirectoryEntry(
            principal=unit.principal,
            unit=unit,
            name=unit.name,
            kind=EntryKind.HOME_NURSING if unit.municipal_kind else EntryKind.WARD,
            phones=[Phone(PhoneKind.DIRECT, f"0980-319 2{number % 100:02}")],
            availability=Availability.ALWAYS,
        ).save()
    for number in range(PERSONS):
        unit = centres[number % CENTRES]
        DirectoryEntry(
            principal=region,
            unit=unit,
            name=f"Person Påhittad {number}",
            kind=EntryKind.PERSON,
            department=unit.name,
            phones=[Phone(PhoneKind.DIRECT, f"0980-319 2{number % 100:02}")],
            availability=Availability.DAYTIME,
        ).save()
    return {"wards": wards, "centres": centres, "municipalities": municipalities}
