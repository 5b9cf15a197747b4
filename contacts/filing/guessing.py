"""What a stranger's headings and words most likely mean. A guess is shown as one, and a person may change it."""

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from contacts.rules.availability import Availability
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import RuleError
from contacts.rules.file_rows import by_heading, heading_key
from contacts.rules.hours_text import read_hours
from contacts.rules.principals import REGION_NAME
from contacts.rules.swedish_text import search_key

from .columns import COLUMNS, KIND_BY_LABEL, MORE_NUMBERS, read_kind

ON_CALL = "Jourtelefon"
SWITCHBOARD_NUMBER = "Växelnummer"
PERSON = "Personens namn"
EXTRA = (PERSON, SWITCHBOARD_NUMBER, ON_CALL)
"""What a column may be beside the file's own: each of them ends in one or two of those."""

SKIP = "-"
"""The value that leaves rows out."""
TO_REMARK = "anm"
"""The value of "Gäller" that leaves the text as a remark."""

_NEAR_HEADING, _NEAR_VALUE = 86, 86
_HEADINGS: dict[str, str] = {
    "Huvudman": "kommun kommuner organisation huvudmannen region regionkommun kommunregion",
    "Enhet": "enhetsnamn enheten namn benamning verksamhet verksamheter arbetsplats funktion kontakt kontakter plats"
    " kontaktpunkt mottagning avdelningsnamn vem",
    "Typ": "kategori slag sort kontakttyp enhetstyp verksamhetstyp typavenhet",
    "Förnamn": "tilltalsnamn fornamnet",
    "Efternamn": "efternamnet slaktnamn",
    "Titel": "befattning roll yrke yrkestitel tjanst yrkesroll",
    "Avdelning": "avd sektion omrade forvaltning enhetavdelning",
    "Telefon": "tel tfn telnr telefonnr telefonnummer nummer direktnummer direkttelefon telefondagtid teldagtid"
    " dagtelefon ringdagtid tfndagtid huvudnummer telefonnummerdagtid",
    "Anknytning": "ank ankn anknytn internt internnummer intern kortnummer kortnr anknytningsnummer",
    "Mobiltelefon": "mobil mobilnr mobilnummer mob mobiltel mobiltfn",
    MORE_NUMBERS: "ovriganummer andranummer flernummer extranummer telefon2 tel2 tfn2 alternativtnummer telefonovrig",
    "Gäller": "tillganglighet oppettider oppettid telefontid telefontider tid bemanning gallertid",
    "Anmärkning": "kommentar kommentarer notering noteringar ovrigt info information anm beskrivning anteckning"
    " anteckningar observera obs",
    "Hör till enhet": "tillhor tillhorenhet overordnadenhet",
    "Ägare": "ansvarig uppgiftslamnare agareavuppgiften forvaltare",
    "Källa": "kallan hamtatfran referens",
    "Kontrollerad": "kontrolleraddatum senastkontrollerad verifierad",
    SWITCHBOARD_NUMBER: "vaxel vx vaxelnr vaxeln telefonvaxel telvaxel",
    ON_CALL: "jour journummer journr jourtel telefonjour teljour tfnjour telefonkvallhelg telkvallhelg kvallhelg"
    " jourtid telefonkvall telefonkvallochhelg",
    PERSON: "kontaktperson personnamn forochefternamn fornamnefternamn namnpaperson handlaggare",
    "": "epost epostadress mail email mailadress epostadresser adress gatuadress postadress postnummer ort webb"
    " webbplats hemsida lank url fax faxnummer id nr lopnr uppdaterad senastandrad andrad datum",
}
_OF_HEADING = {word: column for column, words in _HEADINGS.items() for word in words.split()} | by_heading(
    (*COLUMNS, *EXTRA)
)
_NOT_IN_HEADING = re.compile(r"\d{3,}")

_KINDS: dict[EntryKind, str] = {
    EntryKind.SWITCHBOARD: "vx vaxel vaxeln telefonvaxel kundtjanst kontaktcenter medborgarservice",
    EntryKind.HOME_NURSING: "hemsjukvard hemsjukvarden hsv kommunsjukskoterska kommunsskoterska ssk hemsjukvardsteam",
    EntryKind.HEALTH_CENTRE: "hc vc halsocentral halsocentraler halsocentralen vardcentral vardcentralen"
    " primarvard sjukstuga",
    EntryKind.PSYCHIATRIC_OUTPATIENT: "psyk psykiatri psykoppenvard oppenvardspsykiatri vuxenpsykiatri psykmottagning",
    EntryKind.WARD: "avd avdelning vardavd avdelningen klinik slutenvard sjukhusavdelning",
    EntryKind.SUPPORT: "it support helpdesk servicedesk itsupport itstod",
    EntryKind.PERSON: "chef enhetschef handlaggare bistandshandlaggare samordnare person kontaktperson",
    EntryKind.OTHER: "ovrigt ovrig annat annan ovriga",
}
_HOURS: tuple[tuple[re.Pattern[str], Availability], ...] = (
    (re.compile(r"24 ?7|dygnet|24 ?(?:h|tim\w*)|alltid|00 ?24"), Availability.ALWAYS),
    (re.compile(r"(?:jour|kvall|natt|helg|obekvam)\w*"), Availability.EVENING_WEEKEND),
    (re.compile(r"(?:kontorstid|dagtid|dag|vardag\w*|arbetstid)"), Availability.DAYTIME),
)


def column_of(heading: str) -> str | None:
    """The column that a heading most likely is, "" for one that has no place here, None where nobody can tell."""
    key = heading_key(heading)
    if not key or _NOT_IN_HEADING.search(key):
        return None
    if key in _OF_HEADING:
        return _OF_HEADING[key]
    near = process.extractOne(key, _OF_HEADING.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_HEADING)
    return _OF_HEADING[near[0]] if near else None


def kind_of(value: str) -> str:
    """The label of "Typ" that a value most likely means, "" where nobody can tell."""
    key = search_key(value)
    said = [kind for kind, words in _KINDS.items() if not set(key.split()).isdisjoint(words.split())]
    kind = read_kind(value) or (said[0] if len(said) == 1 else None)
    if kind is None:
        near = process.extractOne(key, KIND_BY_LABEL.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_VALUE)
        kind = KIND_BY_LABEL[near[0]] if near else None
    return kind.label if kind else ""


def principal_of(value: str, principals: Mapping[str, str], own: str) -> str:
    """The name of the principal that a value most likely means, `principals` giving the short name of each."""
    key = search_key(value)
    if not key:
        return own
    by_key = {search_key(short): name for name, short in principals.items()}
    by_key |= {search_key(name): name for name in principals}
    if key in by_key:
        return by_key[key]
    if set(key.split()) & {"region", "regionen", "landstinget", "vll", "rv"}:
        return REGION_NAME if REGION_NAME in principals else ""
    if key in ("kommun", "kommunen"):
        return own if own != REGION_NAME else ""
    stem = re.sub(r"s?\s*(?:kommun|stad|kn)$", "", key)
    near = process.extractOne(
        stem or key, by_key.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_VALUE
    ) or process.extractOne(key, by_key.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_VALUE)
    return by_key[near[0]] if near else ""


def hours_of(value: str) -> str:
    """The label of "Gäller" that a value most likely means; TO_REMARK where it says more than that."""
    key = search_key(value)
    for pattern, availability in _HOURS:
        if pattern.fullmatch(key):
            return availability.label
    return TO_REMARK


def is_hours(value: str) -> bool:
    """Whether "Gäller" can be read as it stands."""
    try:
        read_hours(value, "", "")
    except RuleError:
        return False
    return True


def heading_row(rows: Sequence[Sequence[str]], first: int = 15) -> int:
    """The row that most likely has the headings, counted from 1: the first of those with most of them; 0 for none."""
    best, most = 0, 1
    for number, row in enumerate(rows[:first], start=1):
        known = sum(column_of(cell) is not None for cell in row if cell.strip())
        if known > most:
            best, most = number, known
    return best
