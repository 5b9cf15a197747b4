"""The facts of a contact: the one description of its columns, for its row, form, file, card and audit row."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from .hours import Hours
from .hours_text import hours_words
from .labelled import Labelled
from .phone import LONGEST_NUMBER, Phone


class EntryKind(Labelled):
    SWITCHBOARD = "switchboard", "Växel"
    HOME_NURSING = "home_nursing", "Hemsjukvård"
    HEALTH_CENTRE = "health_centre", "Hälsocentral"
    PSYCHIATRIC_OUTPATIENT = "psychiatric_outpatient", "Psykiatrisk öppenvård"
    WARD = "ward", "Vårdavdelning"
    SUPPORT = "support", "IT-support"
    PERSON = "person", "Person"
    OTHER = "other", "Annan"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the directory file and the fact it tells of; `label` is its word elsewhere, where that is another."""

    heading: str
    fact: str
    longest: int
    label: str = ""
    required: bool = False


TABLE = (
    Column("Huvudman", "principal", 200, required=True),
    Column("Enhet", "name", 200, "Namn", required=True),
    Column("Typ", "kind", 100, required=True),
    Column("Förnamn", "first_name", 100),
    Column("Efternamn", "last_name", 100),
    Column("Titel", "title", 100),
    Column("Avdelning", "department", 200),
    Column("Telefon", "phones", LONGEST_NUMBER, "Nummer"),
    Column("Anknytning", "phones", LONGEST_NUMBER),
    Column("Mobiltelefon", "phones", LONGEST_NUMBER),
    Column("Fler nummer", "phones", 500),
    Column("Gäller", "hours", 100, "Tider"),
    Column("Tider", "hours", 500),
    Column("Anmärkning", "remark", 500),
    Column("Hör till enhet", "unit", 200, "Enhet"),
    Column("Ägare", "owner", 200),
    Column("Källa", "source", 200),
    Column("Kontrollerad", "verified_at", 200),
)
"""In the order a file is written; a file that is read may have them in any order."""

NOTHING = "tomt"
"""What stands for a fact that nothing is said of."""

FIRST_COLUMN: dict[str, Column] = {}
"""By fact: numbers and hours have several columns."""
for _column in TABLE:
    FIRST_COLUMN.setdefault(_column.fact, _column)

LABELS: dict[str, str] = {fact: column.label or column.heading for fact, column in FIRST_COLUMN.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """What is said of a contact. `unit` is the name of its unit; `phones` stand in the order they are to be tried."""

    kind: EntryKind
    unit: str = ""
    name: str
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    department: str = ""
    remark: str = ""
    owner: str = ""
    source: str = ""
    phones: tuple[Phone, ...] = ()
    hours: Hours

    @property
    def is_person(self) -> bool:
        """A person is known by the department too."""
        return bool(self.first_name or self.last_name)

    def words(self, fact: str) -> str:
        """An empty fact gives ""."""
        if fact == "kind":
            return EntryKind(self.kind).label
        if fact == "phones":
            return ", ".join(phone.words for phone in self.phones)
        if fact == "hours":
            return hours_words(self.hours) if self.hours.known else ""
        return str(getattr(self, fact))


FACTS = tuple(field.name for field in fields(EntryFacts))
TEXTS = tuple(fact for fact in FACTS if fact not in ("kind", "unit", "name", "phones", "hours"))

HOUR_LABELS: dict[str, str] = {
    "availability": "Gäller",
    "opens_at": "Öppnar",
    "closes_at": "Stänger",
    "friday_closes_at": "Stänger fredag",
    "lunch_from": "Lunchstängt från",
    "lunch_to": "Lunchstängt till",
    "days": "Tider per dag",
    "eves": "Aftnar",
    "eve_closes_at": "Stänger på aftnar",
    "summer_from": "Sommartid från",
    "summer_to": "Sommartid till",
    "summer_opens_at": "Öppnar på sommaren",
    "summer_closes_at": "Stänger på sommaren",
}
"""The hours as a row and a form have them, in several columns."""


def changed_facts(old: EntryFacts, new: EntryFacts, among: Iterable[str] = FACTS) -> tuple[str, ...]:
    """Which facts differ, in the order of `among`."""
    return tuple(fact for fact in among if getattr(old, fact) != getattr(new, fact))
