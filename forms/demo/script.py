"""What the demo consists of: the content files read and checked, before anything of it is played."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated

from contacts.content.reader import Content, Faults
from contacts.models import MunicipalKind
from contacts.rules.hours import Availability
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.permissions import Role
from contacts.rules.principals import MUNICIPALITIES, REGION_NAME
from forms.models import SheetKind
from outage.routine import current_routine
from outage.rules.back_registration import Before
from outage.rules.checklist import Phase
from outage.rules.outage_status import OutageScope

from .steps import PersonKey, Step

CONTENT = Path(__file__).parent / "content"

Municipality = Annotated[str, tuple(known.name for known in MUNICIPALITIES)]
Principal = Annotated[str, (REGION_NAME, *(known.name for known in MUNICIPALITIES))]
Weekday = Annotated[str, ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")]
UnitKey = Annotated[str, "units"]


@dataclass(frozen=True, slots=True)
class HomeNursing:
    name: str
    availability: Availability
    number: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    name: str
    principal: Principal = REGION_NAME
    ward: WardKind | None = None
    outpatient: OutpatientKind | None = None
    municipal: MunicipalKind | None = None
    number: str = ""
    mobile: str = ""
    link: str = ""
    home_nursing: tuple[HomeNursing, ...] = ()


@dataclass(frozen=True, slots=True)
class _Places:
    units: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Assignment:
    unit: UnitKey
    role: Role
    title: str


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class _People:
    people: Mapping[str, Person]


@dataclass(frozen=True, slots=True)
class Tick:
    by: PersonKey
    phase: Phase
    first: int


@dataclass(frozen=True, slots=True)
class Report:
    by: PersonKey
    sees: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Support:
    by: PersonKey
    at: int
    case_number: str


@dataclass(frozen=True, slots=True)
class OnCall:
    who: str
    number: str
    starts: time


@dataclass(frozen=True, slots=True)
class Rota:
    by: PersonKey
    unit: UnitKey
    until: time
    weekly: Mapping[Weekday, OnCall]
    saturday: OnCall


@dataclass(frozen=True, slots=True)
class Batch:
    kind: SheetKind
    count: int


@dataclass(frozen=True, slots=True)
class Paper:
    by: PersonKey
    batches: tuple[Batch, ...]
    filled: int
    spoilt: int
    decided_by: PersonKey
    decided_days_ago: int
    decision: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is around the care chains."""

    keeper: PersonKey
    lasted: timedelta
    expected: timedelta
    scope: OutageScope
    answering: tuple[str, ...]
    ticks: tuple[Tick, ...]
    reports: tuple[Report, ...]
    support: Support
    rota: Rota
    paper: Paper


@dataclass(frozen=True, slots=True)
class Patient:
    name: str
    number: str = ""
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Parties:
    ward: Annotated[str, "wards"]
    home: Municipality
    clinic: Annotated[str, "clinics"]


@dataclass(frozen=True, slots=True)
class Chain:
    by: PersonKey
    patient: Patient
    places: Parties
    before: Before
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _File:
    chains: tuple[Chain, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """`chains` are by the file they stand in, in the order they are played."""

    units: Mapping[str, Place]
    people: Mapping[str, Person]
    scene: Scene
    chains: Mapping[Path, tuple[Chain, ...]]


def read_script(folder: Path = CONTENT) -> Script:
    """Raises ContentError naming file, key and remedy where something does not fit."""
    routine = current_routine()
    known: dict[str, tuple[str, Collection[str]]] = {"messages": (routine.id, routine.messages)}

    def content(path: Path) -> Content:
        opened = Content(path)
        opened.known = known
        opened.words = {"system": routine.system}
        return opened

    units = content(folder / "places.toml").read(_Places).units
    known["units"] = ("places", units)
    known["wards"] = ("places", [key for key, unit in units.items() if unit.ward])
    known["clinics"] = ("places", [key for key, unit in units.items() if unit.outpatient])
    people = content(folder / "people.toml").read(_People).people
    known["people"] = ("people", people)
    around = content(folder / "outage.toml")
    scene = around.read(Scene)
    around.refuse(_faults_of(scene))
    files = sorted(folder.glob("chains-*.toml"))
    return Script(units, people, scene, {path: content(path).read(_File).chains for path in files})


def _faults_of(scene: Scene) -> Faults:
    paper = scene.paper
    if max(paper.filled, paper.spoilt) > paper.batches[0].count:
        yield "paper", f"write numbers up to {paper.batches[0].count}, which the first batch has"
