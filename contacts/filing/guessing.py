"""What headings and words in an unknown format most likely mean. A guess is shown as such, and can be changed."""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

from rapidfuzz import fuzz, process

from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import RuleError
from contacts.rules.file_rows import HEADINGS_WITHIN, by_heading, heading_key
from contacts.rules.hours import Availability, Hours
from contacts.rules.hours_text import hours_text, read_hours
from contacts.rules.principals import REGION_NAME
from contacts.rules.remarks import read_remark
from contacts.rules.swedish_text import search_key

from .columns import COLUMNS, KIND_BY_LABEL, MORE_NUMBERS, read_kind
from .not_to_ring import is_of_none_to_ring

Meant = TypeVar("Meant")

ON_CALL = "Jourtelefon"
SWITCHBOARD_NUMBER = "Växelnummer"
PERSON = "Personens namn"
CONTACT = "Kontaktperson"
EXTRA = (PERSON, CONTACT, SWITCHBOARD_NUMBER, ON_CALL)
"""What a column may be beside the file's own: each of them ends in one or two of those."""

SKIP = "-"
"""The value that leaves rows out."""
TO_REMARK = "anm"
"""The value of "Gäller" that leaves the text as a remark."""
OWN_HOURS = Availability.OWN_HOURS.label

_NEAR = 86
_HEADINGS: dict[str, str] = {
    "Huvudman": "kommun kommuner organisation huvudmannen region regionkommun kommunregion",
    "Enhet": "enhetsnamn enheten namn benamning verksamhet verksamheter arbetsplats funktion kontakt kontakter plats"
    " kontaktpunkt mottagning avdelningsnamn vem klinik kliniknamn vardenhet boende sarskiltboende aldreboende"
    " utforare hemtjanstomrade hemtjanstgrupp",
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
    "Gäller": "tillganglighet oppet oppettider oppettid oppethallande telefontid telefontider tid"
    " bemanning bemannat bemannad gallertid nasnar klockslag",
    "Anmärkning": "kommentar kommentarer notering noteringar ovrigt info information anm beskrivning anteckning"
    " anteckningar observera obs",
    "Hör till enhet": "tillhor tillhorenhet overordnadenhet",
    "Ägare": "ansvarig uppgiftslamnare agareavuppgiften forvaltare",
    "Källa": "kallan hamtatfran referens",
    "Kontrollerad": "kontrolleraddatum senastkontrollerad verifierad",
    SWITCHBOARD_NUMBER: "vaxel vx vaxelnr vaxeln telefonvaxel telvaxel",
    ON_CALL: "jour journummer journr jourtel telefonjour teljour tfnjour telefonkvallhelg telkvallhelg kvallhelg"
    " jourtid telefonkvall telefonkvallochhelg",
    CONTACT: "kontaktpersoner kontaktpersonen",
    PERSON: "personnamn forochefternamn fornamnefternamn namnpaperson handlaggare",
    "": "epost epostadress mail email mailadress epostadresser adress gatuadress postadress postnummer ort webb"
    " webbplats hemsida lank url fax faxnummer id nr lopnr uppdaterad senastandrad andrad datum",
}
_OF_HEADING = {word: column for column, words in _HEADINGS.items() for word in words.split()} | by_heading(
    (*COLUMNS, *EXTRA)
)
_DIGIT = re.compile(r"\d")
_NOT_IN_HEADING = re.compile(r"\d{3,}")

_KINDS: dict[EntryKind, str] = {
    EntryKind.SWITCHBOARD: "vx vaxel vaxeln vaxlar telefonvaxel kundtjanst kontaktcenter medborgarservice",
    EntryKind.HOME_NURSING: "hemsjukvard hemsjukvarden hsv kommunsjukskoterska kommunsskoterska ssk hemsjukvardsteam",
    EntryKind.HEALTH_CENTRE: "hc vc halsocentral halsocentraler halsocentralen vardcentral vardcentralen"
    " vardcentraler primarvard sjukstuga",
    EntryKind.PSYCHIATRIC_OUTPATIENT: "psyk psykiatri psykoppenvard oppenvardspsykiatri vuxenpsykiatri psykmottagning",
    EntryKind.WARD: "avd avdelning vardavd avdelningen avdelningar vardavdelningar klinik kliniker"
    " slutenvard sjukhusavdelning",
    EntryKind.SUPPORT: "it support helpdesk servicedesk itsupport itstod",
    EntryKind.PERSON: "chef enhetschef handlaggare bistandshandlaggare samordnare person kontaktperson",
    EntryKind.OTHER: "ovrigt ovrig annat annan ovriga",
}
_SAYS_DAYS = re.compile(r"\b(?:vard|man|tis|ons|tor|fre|lor|son)")
_TIMES_FIRST = re.compile(r"(?:kl\.? )?(\d[\d.:]* ?[-–—] ?\d[\d.:]*) ([^\W\d].*?)", re.IGNORECASE)
_EVENINGS = {"kvall", "kvallar", "kvallstid", "natt", "natter", "nattetid", "helg", "helger", "jour"}
_OF_NUMBERS = {"tel", "tfn", "telefon", "telnr", "telefonnr", "telefonnummer", "nummer", "nr", "ring"}
_OF_UNITS = re.compile(
    r"hemtj|hemsj|vard|vaxel|boende|mottag|avd|enhet|halso|jour|kund|bistand|rehab|team|sjuk|kommun|central|klinik"
    r"|hsv|natt|dag|expedition|reception|grupp|omrade|korttid|service|stod"
)
_NAME_WORD = re.compile(r"[^\W\d_a-zåäö][^\W\d_]*(?:[-'’][^\W\d_]+)*\.?")
_HOURS: tuple[tuple[re.Pattern[str], Availability], ...] = (
    (re.compile(r"24 ?7|dygnet|24 ?(?:h|tim\w*)|alltid|00 ?24"), Availability.ALWAYS),
    (re.compile(r"(?:jour|kvall|natt|helg|obekvam)\w*"), Availability.EVENING_WEEKEND),
    (re.compile(r"(?:kontorstid|dagtid|dag|vardag\w*|arbetstid)"), Availability.DAYTIME),
)


def column_of(heading: str) -> str | None:
    """The most likely column of a heading, "" for one that has no place here, None where it cannot be told."""
    key = heading_key(heading)
    if not key or _NOT_IN_HEADING.search(key):
        return None
    if key in _OF_HEADING:
        return _OF_HEADING[key]
    if is_of_none_to_ring(heading):
        return ""
    if is_of_evenings(heading) and not _OF_NUMBERS.isdisjoint(search_key(heading).split()):
        return ON_CALL
    # "Verksamhet/enhet", "Telefon (expedition)"
    parts = (heading_key(part) for part in re.split(r"[/(),]", heading))
    if said := [_OF_HEADING[part] for part in parts if part in _OF_HEADING]:
        return said[0]
    return _nearest(key, _OF_HEADING)


def _nearest(key: str, known: Mapping[str, Meant]) -> Meant | None:
    """What the word most like `key` means."""
    near = process.extractOne(key, known.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return known[near[0]] if near else None


def is_of_evenings(heading: str) -> bool:
    return not _EVENINGS.isdisjoint(search_key(heading).split())


def is_person(text: str) -> bool:
    """Whether a text most likely is the name of a person, not of a unit or a duty: "Eva Påhittad"."""
    words = text.split()
    return (
        2 <= len(words) <= 4
        and all(map(_NAME_WORD.fullmatch, words))
        and not any(_OF_UNITS.match(word) for word in search_key(text).split())
    )


def kind_of(value: str) -> str:
    """The most likely label of "Typ" for a value, "" where it cannot be told."""
    key = search_key(value)
    said = [kind for kind, words in _KINDS.items() if not set(key.split()).isdisjoint(words.split())]
    kind = read_kind(value) or (said[0] if len(said) == 1 else _nearest(key, KIND_BY_LABEL))
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
    # "kommun" is like "kommun" whatever stands before it: the name is.
    return _nearest(stem or key, by_key) or ""


def principal_named(text: str, principals: Mapping[str, str]) -> str:
    """The name of the principal that a text says and nothing else: "NORSJÖ KOMMUN", "Norsjö"; "" for any other."""
    key = search_key(text)
    return next(
        (name for name, short in principals.items() if key in (search_key(name), search_key(short))), ""
    )


def hours_of(value: str) -> str:
    """The label of "Gäller" that a value most likely means: OWN_HOURS for times, TO_REMARK for more."""
    key = search_key(value)
    for pattern, availability in _HOURS:
        if pattern.fullmatch(key):
            return availability.label
    return OWN_HOURS if times_of(value) else TO_REMARK


def times_of(value: str) -> tuple[str, str] | None:
    """What "Gäller" and "Tider" are for a text that says days with their times; None for one that is not read whole."""
    if found := _TIMES_FIRST.fullmatch(value.strip()):
        value = f"{found[2]} {found[1]}"
    try:
        own = read_hours(OWN_HOURS, "", value)
    except RuleError:
        own = Hours(Availability.UNKNOWN)
    # Times alone may be of any days.
    hours = own if own.days else read_remark(value).hours if _SAYS_DAYS.search(search_key(value)) else None
    return (hours.availability.label, hours_text(hours)) if hours is not None else None


def is_hours(value: str) -> bool:
    try:
        read_hours(value, "", "")
    except RuleError:
        return False
    return True


def goes_on(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether headings stand on two rows: under one that is several columns wide, the lower says what each of them is,
    and under the first there is nothing, or its own text where the cells are merged.
    """
    filled = [place for place, cell in enumerate(upper) if cell.strip()]
    # A title is one text alone.
    if len(filled) < 2 or _DIGIT.search("".join(lower)):
        return False
    first = filled[0]
    pairs = list(zip_longest(upper, lower, fillvalue=""))
    if pairs[first][1].strip() and pairs[first][1] != pairs[first][0]:
        return False
    return any(below.strip() and not above.strip() for above, below in pairs)


def heading_row(rows: Sequence[Sequence[str]]) -> int:
    """The row that most likely has the headings, counted from 1: the first of those with most of them; 0 for none."""
    best, most = 0, 1
    for number, row in enumerate(rows[:HEADINGS_WITHIN], start=1):
        known = sum(column_of(cell) is not None for cell in row if cell.strip())
        if known > most:
            best, most = number, known
    if best:
        below = rows[best] if best < len(rows) else ()
        return best + 1 if goes_on(rows[best - 1], below) else best
    # One known heading beside others is enough where it stands over numbers.
    for number, row in enumerate(rows[:HEADINGS_WITHIN], start=1):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) > 1 and not _DIGIT.search("".join(filled)) and any(map(column_of, filled)):
            return number if any(_DIGIT.search("".join(under)) for under in rows[number : number + 3]) else 0
    return 0
