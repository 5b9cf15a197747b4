"""The shape of a routine: what its content file says, as plain values.

Nothing here knows a particular system or message type. A rule asks what a message *does* (`Effect`) and who
tells whom (`Sending`), so a routine for another system is a new content file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated

from contacts.rules.content import MAY_BE_EMPTY
from contacts.rules.labelled import Labelled
from contacts.rules.parties import Party, PrincipalKind

from .outage_status import OutageScope


class Effect(Labelled):
    """What a message does to the patient's stay: the only thing the rules need to know of its type."""

    ADMISSION = "admission", "Patienten skrivs in"
    DISCHARGE = "discharge", "Patienten skrivs ut"
    SIP = "sip", "Rör en SIP"
    INFORMATION = "information", "Lämnar information"


class Decision(Labelled):
    """What is done in the system afterwards with what was logged (R4)."""

    REGISTER = "register", "Registrera"
    DO_NOT_REGISTER = "do_not_register", "Registrera inte"
    DECIDE = "decide", "Avgör själv"


class What(Labelled):
    ADMISSION = "admission", "Inskrivning"
    DISCHARGE = "discharge", "Utskrivning"
    STAY = "stay", "Vårdtillfälle"
    SIP_INVITATION = "sip_invitation", "Kallelse till SIP"
    INFORMATION = "information", "Övrig information"
    ADMISSION_OR_DISCHARGE = "admission_or_discharge", "Inskrivning eller utskrivning"


class Place(Labelled):
    """Where in the application a clause is done."""

    STATUS = "status", "Läge"
    SUPPORT = "support", "Ring din support"
    CALL = "call", "Jag ringer"
    CHECKLISTS = "checklists", "Checklistor"
    CONTACTS = "contacts", "Kontakter"
    ADVANCED_SEARCH = "advanced_search", "Avancerad sökning"
    SHEETS = "sheets", "Blad"
    SCAN = "scan", "Skanna in"
    BACK_REGISTRATION = "back_registration", "Att registrera"


class RingingHours(Labelled):
    """The times that the routine distinguishes for ringing (R5.3, R5.4)."""

    DAYTIME = "daytime", "Vardag dagtid"
    EVENING = "evening", "Vardag kväll och natt"
    WEEKEND = "weekend", "Helg"


class Particular(Labelled):
    """What a message type may ask for; a routine chooses among them."""

    PRELIMINARY_DATE = "preliminary_date", "Preliminärt utskrivningsdatum"
    SIP_DATE = "sip_date", "Avtalat datum för SIP"
    SIP_TIME = "sip_time", "Tid för SIP"
    SIP_PLACE = "sip_place", "Plats för SIP"
    PARTICIPANTS = "participants", "Deltagare"
    NAMED_CARE_CONTACT = "named_care_contact", "Fast vårdkontakt"
    CURRENT_SERVICES = "current_services", "Aktuella insatser"


# The cases of back-registration that have an outcome of their own; a routine gives the words for each.
# A number with a suffix is a variant of that case, told apart so that its reason can name what is odd.
OUTCOME_KEYS: tuple[str, ...] = (
    "1",
    "1-elsewhere",
    "2",
    "2-untold",
    "3",
    "3-elsewhere",
    "4",
    "4-later",
    "4-needless",
    "5",
    "5-elsewhere",
    "6",
    "6-later",
    "6-needless",
    "10",
    "11-admitted-twice",
    "11-already-admitted",
    "11-not-admitted",
    "11-left",
    "11-moved",
    "12",
    "13",
    "13-no-move",
    "13-sip",
    "14",
    "16-stay",
    "16-scope",
    "16-past",
    "17",
    "17-former",
    "18",
    "18-again",
    "18-left",
    "19-admission",
    "19-discharge",
    "19-sip",
)

# The reasons for and against using the routine; a routine gives the clause and the sentence of each.
REASON_KEYS: tuple[str, ...] = (
    "break_point",
    "discharge",
    "long_outage",
    "municipalities_only",
    "short_outage",
)

# What content names: one of those above, and a clause of the routine that the content is read with.
OutcomeKey = Annotated[str, OUTCOME_KEYS]
ReasonKey = Annotated[str, REASON_KEYS]
Clause = Annotated[str, "clauses"]

# Reasons that can hold because of the expected end alone, and so need a second sentence.
EXPECTABLE_REASONS: frozenset[str] = frozenset({"break_point", "long_outage"})


@dataclass(frozen=True, slots=True)
class Need:
    """A particular whose absence makes a message another: `sentence` says so, `instead` is its key."""

    particular: Particular
    instead: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sending:
    """One party's right and duty to send a message type: whom it tells, by which clause (R3).

    `tells_participants` adds everyone who is to take part (R3.9); `without_participants` is the question to put where
    nobody is named, or empty. `particulars` are what this sender is asked for beside those of the message.
    """

    party: Party
    tells: tuple[Party, ...]
    clause: Clause
    tells_participants: bool = False
    without_participants: str = ""
    particulars: tuple[Particular, ...] = ()


@dataclass(frozen=True, slots=True)
class DueAfter:
    """That a message is to be sent within so many whole days, by the calendar, after the `message` of that key."""

    message: str
    calendar_days: int


@dataclass(frozen=True, slots=True)
class MessageType:
    """A kind of message. `particulars` are what every sender is asked.

    `law_reminder` is a Swedish sentence to show beside it, or empty; it never blocks. `answers` is the key
    of the message that each of its senders must answer with it (R3.6, R3.8), or empty. `awaited_after` is the key of
    the message after which those it goes to wait for it (R2.2): what it answers, or another; or empty. `needs` is what
    it is no such message without, or None. Somebody not told `tell_within` after it happened is a reminder, and so is
    that it has not been sent when it is `due_after` another; None where nobody is reminded.
    """

    key: str
    label: str
    effect: Effect
    sendings: tuple[Sending, ...]
    particulars: tuple[Particular, ...] = ()
    law_reminder: str = ""
    answers: str = ""
    awaited_after: str = ""
    needs: Need | None = None
    tell_within: timedelta | None = None
    due_after: DueAfter | None = None

    @property
    def senders(self) -> tuple[Party, ...]:
        return tuple(sending.party for sending in self.sendings)

    def sending(self, party: Party) -> Sending | None:
        """None when `party` may not send it."""
        return next((sending for sending in self.sendings if sending.party is party), None)

    def particulars_for(self, party: Party) -> tuple[str, ...]:
        """What `party` is asked for when it sends this; empty when it may not send it."""
        sending = self.sending(party)
        return tuple(dict.fromkeys(self.particulars + sending.particulars)) if sending else ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one case of R4: `do` says what to do in the system and `why` gives the reason."""

    decision: Decision
    what: What
    do: str
    why: str
    by: Party | None = None
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What every unit that took part does at the end (case 15), and the parties it holds for, in order (R4.6)."""

    parties: tuple[Party, ...]
    clause: Clause
    do: str
    why: str


@dataclass(frozen=True, slots=True)
class BackRegistrationText:
    """`wrong_patient` says why nothing is entered of a chain that was logged on the wrong patient (case 13)."""

    wrong_patient: str


@dataclass(frozen=True, slots=True)
class ReasonText:
    """A reason of R1: its clause, its sentence, and the sentence when it is only expected to hold.

    `short` is for the banner, or empty where the sentence is short itself.
    """

    clause: Clause
    sentence: str
    expected: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Support:
    """Whom one kind of authority rings as an outage starts (R1.1). `number` is empty if each has its own."""

    name: str
    do: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause on the page Rutinen: where in the application it is done, and the parties it applies to."""

    clause: Clause
    done_at: Annotated[tuple[Place, ...], MAY_BE_EMPTY]
    parties: tuple[Party, ...] = tuple(Party)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the routine on the page Rutinen."""

    heading: str
    clauses: tuple[ClauseLine, ...]

    @property
    def number(self) -> str:
        """What its clauses begin with: R1."""
        return self.clauses[0].clause.partition(".")[0]


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address outside the application that the routine names."""

    name: str
    address: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class RingingAdvice:
    """How the routine says that a party is reached; `hours` is None where it holds at any time (R5.1–R5.5)."""

    party: Party
    clause: Clause
    text: str
    hours: RingingHours | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """`long_outage` and `break_point_window` are elapsed time; `break_point` is a time of day in the IANA zone
    `time_zone`; a number not verified for `contact_unverified_after_days` days is shown as unverified.
    """

    long_outage: timedelta
    break_point: time
    break_point_window: timedelta
    time_zone: str
    contact_unverified_after_days: int


@dataclass(frozen=True, slots=True, eq=False)
class Routine:
    """One version of a routine. Compared and hashed by identity: the loader returns one object per id."""

    id: str
    version: str
    issued: date
    system: str
    title: str
    source: str
    limits: Limits
    clauses: Mapping[str, str]
    parts: tuple[Part, ...]
    ringing: tuple[RingingAdvice, ...]
    reasons: Mapping[ReasonKey, ReasonText]
    support: Mapping[PrincipalKind, Support]
    scope_texts: Mapping[OutageScope, Mapping[PrincipalKind, str]]
    messages: Mapping[str, MessageType]
    outcomes: Mapping[OutcomeKey, Outcome]
    acknowledge: Acknowledgement
    back_registration: BackRegistrationText
    addresses: tuple[WebAddress, ...] = ()

    def message(self, kind: str) -> MessageType:
        """Raises ValueError when this routine has no such message type."""
        try:
            return self.messages[kind]
        except KeyError:
            raise ValueError(f"routine {self.id} has no message type {kind!r}") from None

    def label(self, kind: str) -> str:
        """In Swedish; raises ValueError when this routine has no such message type."""
        return self.message(kind).label

    def ringing_advice(self, party: Party, hours: RingingHours) -> RingingAdvice:
        """What to show beside the numbers of `party` at such an hour; the content has one for each."""
        return next(
            advice for advice in self.ringing if advice.party is party and advice.hours in (None, hours)
        )

    def messages_from(self, party: Party) -> list[MessageType]:
        """The message types `party` may send, in process order (R3)."""
        return [message for message in self.messages.values() if party in message.senders]
