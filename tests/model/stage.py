"""Who plays the random outages: a region's units of every kind, and two municipalities."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from contacts.access import Acting
from contacts.models import MunicipalKind, Principal, Unit
from contacts.rules.parties import OutpatientKind, Party, PrincipalKind, WardKind, outpatient_kind_for
from contacts.rules.permissions import Role
from outage.models import CareChain, ChainFacts, Outage
from outage.queries.lines import Lines
from outage.queries.outages import outage_for
from tests.factories import County, make_county, make_outage, person

from .record import Record

OTHERS = {"inpatient": "Sundsvalls sjukhus", "municipality": "Piteå kommun", "outpatient": "Sollefteå HC"}


def fitting(facts: ChainFacts, units: Iterable[Unit]) -> ChainFacts:
    """With an öppenvård that follows the ward (R3.10): whoever is of the other kind is changed with it."""
    wanted = outpatient_kind_for(facts.ward_kind)
    if facts.outpatient_kind in ("", wanted):
        return facts
    others = {party: place for party, place in facts.others.items() if party is not Party.OUTPATIENT}
    fits = (unit for unit in units if unit.outpatient_kind == wanted)
    return replace(facts, outpatient_unit=next(fits, None), others=others)


@dataclass
class Stage:
    """Everybody, and the outage."""

    county: County
    people: list[Acting]
    enders: dict[int, Acting]
    units: dict[str, Unit]
    towns: dict[str, Principal]
    outage: Outage
    # What Lägesbild kept of each principal at the step before.
    lines: dict[int, Lines] = field(default_factory=dict)

    def own_places(self, principal: Principal) -> frozenset[str]:
        if not principal.is_region:
            return frozenset({f"principal:{principal.pk}"})
        return frozenset(key for key, unit in self.units.items() if unit.principal_id == principal.pk)

    def principal_of(self, place: str) -> int | None:
        """Whose place it is; nobody's where it is in no list."""
        if place in self.units:
            return self.units[place].principal_id
        return self.towns[place].pk if place in self.towns else None

    def name(self, place: str) -> str:
        return self.units[place].name if place in self.units else self.towns[place].name

    def outage_of(self, by: Acting) -> Outage:
        return outage_for(by.principal, self.outage.pk)


@dataclass(repr=False)
class Twin:
    """A stored chain and the record that is kept of it beside it."""

    chain: CareChain
    record: Record
    opener: Acting
    order: int = 0
    # Calls by their newest row, and the first row of each; events are known by the record's own ids.
    newest: dict[str, str] = field(default_factory=dict)
    # Who completed which wording, resting on which calls for each place.
    completed: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    left: dict[str, set[str]] = field(default_factory=dict)
    # The newest mark of each task: whether done and entered, its picture and lines.
    marks: dict[str, tuple[bool, bool, object, tuple[str, ...]]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{self.opener.unit.name}>"

    def next(self) -> int:
        self.order += 1
        return self.order


def build() -> Stage:
    """Make the people, their units and an outage of both principals since two hours."""
    county = make_county()
    region = county.region
    cottage = Unit.objects.create(
        principal=region,
        name="Storumans sjukstuga",
        ward_kind=WardKind.SOMATIC,
        outpatient_kind=OutpatientKind.HEALTH_CENTRE,
    )
    desk = Unit.objects.create(principal=region, name="Vårdplatssamordningen")
    town = Principal.objects.create(
        name="Norsjö kommun", short_name="Norsjö", kind=PrincipalKind.MUNICIPALITY, link_text="Se pärmen."
    )
    care = Unit.objects.create(
        principal=town, name="Biståndsenheten Norsjö", municipal_kind=MunicipalKind.SOCIAL_CARE
    )
    people = [
        *(county.alva, county.bo, county.cissi, county.disa),
        person("pia", county.psychiatric_ward),
        person("klas", county.clinic),
        person("siv", cottage),
        person("doris", desk),
        person("mia", care),
    ]
    enders = {
        region.pk: county.esa,
        county.municipality.pk: person("cilla", county.social_care, Role.COORDINATOR),
        town.pk: person("maud", care, Role.COORDINATOR),
    }
    units = {by.unit.pk: by.unit for by in people}
    return Stage(
        county=county,
        people=people,
        enders=enders,
        units={f"unit:{pk}": unit for pk, unit in units.items()},
        towns={f"principal:{p.pk}": p for p in (county.municipality, town)},
        outage=make_outage(county.alva),
    )
