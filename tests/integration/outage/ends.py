"""A region and two municipalities, each with somebody who may say that the system is back."""

from dataclasses import dataclass

from contacts.access import Acting
from contacts.models import MunicipalKind, Principal, Unit
from contacts.rules.parties import PrincipalKind
from contacts.rules.permissions import Role
from tests.factories import County, person


@dataclass(frozen=True)
class Three:
    """`region`, `umea` and `lycksele` are coordinators; the nurse is on the ward of the region's."""

    region: Acting
    umea: Acting
    lycksele: Acting
    nurse: Acting

    @property
    def coordinators(self) -> dict[str, Acting]:
        """The three, by name."""
        return {"region": self.region, "umea": self.umea, "lycksele": self.lycksele}


def town(name: str) -> Acting:
    """A coordinator of a municipality of that name."""
    principal = Principal.objects.create(
        name=f"{name} kommun", short_name=name, kind=PrincipalKind.MUNICIPALITY
    )
    unit = Unit.objects.create(
        principal=principal, name=f"Bistånd {name}", municipal_kind=MunicipalKind.SOCIAL_CARE
    )
    return person(name.lower().replace("å", "a"), unit, Role.COORDINATOR)


def make_three(county: County) -> Three:
    """Make the two municipalities; the county's own has nobody who logs in, so that nobody waits for it."""
    county.cissi.membership.active = False
    county.cissi.membership.save()
    return Three(region=county.esa, umea=town("Umeå"), lycksele=town("Lycksele"), nurse=county.alva)
