"""What is told, to whom, and what a change of the chain means for those who were told: plain values for `owed`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contacts.rules.labelled import Labelled
from contacts.rules.parties import Party, WardKind

from .back_registration import Before, ChainStatus
from .informing import PARTICIPANT_PREFIX, CallOutcome, InformState

PLACE_PREFIX = "place:"
# Of a place that is in no list: out of the county, or not known to the directory.
OTHER_PREFIX = "other:"
# The key of the ward of a patient who is at home.
NOT_ADMITTED = "not_admitted"


class PlaceChange(Labelled):
    """What a change of place means for the place that was named before."""

    MOVED = "moved", "Patienten har flyttat"
    MISTAKE = "mistake", "Den förra var fel angiven"
    SAME = "same", "Samma ställe, namnet är rättat"


class IdentityChange(Labelled):
    """What a change of the patient's number or name means for those who were told."""

    WRITTEN_WRONG = "written_wrong", "Det var felskrivet här. De som är ringda fick rätt uppgift"
    SAID_WRONG = (
        "said_wrong",
        "De som är ringda fick fel uppgift, eller patienten är identifierad nu. De ska ringas",
    )
    OTHER_PERSON = (
        "other_person",
        "Det gällde en annan person. De som är ringda får veta att det inte gällde den förra",
    )


class Notice(Labelled):
    """What is told of the chain itself, not of an event."""

    NOT_YOURS = "not_yours", "Gällde inte er"
    NO_LONGER_YOURS = "no_longer_yours", "Hör inte längre till er"
    IDENTITY = "identity", "Rätt identitet på patienten"
    DECEASED = "deceased", "Patienten har avlidit"
    NOT_DECEASED = "not_deceased", "Patienten har inte avlidit"
    NOT_THIS_PATIENT = "not_this_patient", "Gällde inte den här patienten"


@dataclass(frozen=True, slots=True)
class Untold:
    """Of a chain's standing events, by their ids: those of `ours` that somebody who must be told has not been told of,
    and those that are no messages of ours (`others`). About `former` of ours nobody is to ring: a former place's
    answers.
    """

    ours: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()


class Closed(Labelled):
    """Why a call that would be owed is not."""

    DECEASED = "deceased", "Behövs inte: patienten har avlidit"
    FORMER_PLACE = "former_place", "Behövs inte: svaret hör till den förra enheten"
    ENTERED = "entered", "Lämnas genom {system}"
    REBOOKED = "rebooked", "Behövs inte: ett senare meddelande om samma SIP gäller"


@dataclass(frozen=True, slots=True)
class Version:
    """What was known of the chain from the aware moment `at` on.

    `places` has the key of each party's place, no key where it is not known yet; `names` the name of each place, in
    lower case, so that a participant written by that name is that place, `other_names` those it had before. `changed`
    says for each party with another place than in the version before what that means; `identity` likewise. `patient` is
    the number and the name, `by` the key of the unit that wrote it, which need not be told of it.
    """

    id: str
    order: int
    at: datetime
    places: Mapping[Party, str]
    ward_kind: WardKind
    status: ChainStatus
    before: Before
    names: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[Party, PlaceChange] = field(default_factory=dict)
    identity: IdentityChange | None = None
    patient: tuple[str, str] = ("", "")
    by: str = ""
    other_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as logged. `order` is its place among the rows of the chain; `at` has minute precision.

    `said` is all else that was told of it, for comparison; `by` the key of the unit that logged it.
    """

    id: str
    order: int
    at: datetime
    kind: str
    sender: Party
    participants: tuple[str, ...] = ()
    supersedes: str | None = None
    withdraws: bool = False
    told_rightly: bool = False
    in_system: bool = False
    said: Mapping[str, Any] = field(default_factory=dict, hash=False)
    by: str = ""

    @property
    def content(self) -> tuple[Any, ...]:
        """What it says, for comparison with another wording of it."""
        said = {name: value for name, value in self.said.items() if value}
        return self.kind, minute_of(self.at), self.participants, said


@dataclass(frozen=True, slots=True)
class Double:
    """The rows by which an event was logged in a chain that was joined to its own: `same` say what it says, `former`
    were corrected there.
    """

    same: frozenset[str]
    former: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CallRow:
    """A standing call, made by us, or received by a unit of our own that the sender rang.

    `id` and `order` are those of its first row, whatever was corrected. `place` is where it got to: the key of a
    place, `participant:` and a name, or "" where it is not known; `party` which party it was then, if any. `told` are
    the ids of events, and of notices as `notice_id` gives them. `patient` is as whom the patient was spoken of (as
    `Version.patient`), where it was another than the chain had at the time.
    """

    id: str
    order: int
    at: datetime
    place: str
    outcome: CallOutcome
    told: frozenset[str]
    received: bool = False
    party: Party | None = None
    patient: tuple[str, str] | None = None

    @property
    def when(self) -> tuple[datetime, int]:
        """Its place among the calls and the changes of the chain: within a minute as they were first logged."""
        return minute_of(self.at), self.order

    @property
    def reached(self) -> bool:
        return self.outcome is CallOutcome.REACHED


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to ring. `place` is the key of a place, `participant:` and a name, or "" for a place not known yet.

    `former`: it was `party` and no longer is.
    """

    place: str
    party: Party | None = None
    participant: str = ""
    former: bool = False

    @property
    def listed_party(self) -> Party | None:
        """The party whose numbers the routine says where to find; None for an unlisted place."""
        return None if self.place.startswith(OTHER_PREFIX) else self.party

    @property
    def is_person(self) -> bool:
        """Whether it is somebody who is to take part in a SIP, and no place of the directory."""
        return self.party is None and bool(self.participant)

    @property
    def whom(self) -> str:
        """What distinguishes it from all others: its place, or while that is not known its party."""
        return self.place or self.key

    @property
    def key(self) -> str:
        """How a form names it among those that a call about the chain can be with."""
        if self.party is None:
            return PARTICIPANT_PREFIX + self.participant
        return PLACE_PREFIX + self.place if self.former else str(self.party)


@dataclass(frozen=True, slots=True)
class Owed:
    """One message that one target is owed by `by`: an event, an answer not logged yet (`answer`) or a notice.

    `since` is when it happened; `corrects`: it has been corrected since it was logged; `retracts`: what the target
    heard is taken back. `closed` says why it need not be told after all.
    """

    by: Party
    target: Target
    id: str
    since: datetime
    state: InformState
    tries: int = 0
    last_at: datetime | None = None
    kind: str = ""
    answer: bool = False
    notice: Notice | None = None
    retracts: bool = False
    corrects: bool = False
    closed: Closed | None = None
    urgent: bool = False

    @property
    def rank(self) -> int:
        """Sort order: that somebody is not dead, or is another person, then discharges (R1.6), then all else."""
        if self.notice in (Notice.NOT_DECEASED, Notice.NOT_THIS_PATIENT):
            return 0
        return 1 if self.urgent else 2


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a target that must be told of an event has been. `received`: its own log says so. `got_at` is the latest
    call that got as far as `state` says, to the place or to who passes it on; `last_at` the latest of all.
    """

    target: Target
    state: InformState
    tries: int = 0
    last_at: datetime | None = None
    got_at: datetime | None = None
    received: bool = False
    closed: Closed | None = None


def notice_id(notice: Notice, version_id: str) -> str:
    """The id by which a call tells of a notice that the change `version_id` gave rise to."""
    return f"{notice}:{version_id}"


def folded(name: str) -> str:
    """A name for comparison: in lower case, with single spaces."""
    return " ".join(name.split()).casefold()


def is_left_out(name: str, *lists: Sequence[str]) -> bool:
    """Whether a message about a SIP tells who is called `name` not to take part any more. `lists` are the participants
    by the message as it was told, then as it stood before.
    """
    now, *before = (set(map(folded, names)) for names in lists)
    return folded(name) not in now and (bool(now) or any(folded(name) in names for names in before))


def minute_of(at: datetime) -> datetime:
    """People say no seconds."""
    return at.replace(second=0, microsecond=0)
