"""Whom a call can be with and what can be told in it, as the form of a call offers them."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.forms import BoundField, Field, Form
from django.http import QueryDict
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from contacts.rules.whom_to_call import NumberToRing, first_number
from contacts.webforms.copying import copied_field
from contacts.webforms.differences import own_data
from outage.models import CareChain
from outage.presenters.care import Numbers, is_own, target_label
from outage.presenters.owed import calls_owed
from outage.queries.chain_log import ChainLog
from outage.queries.owed import standing_now
from outage.queries.ringing import numbers_of_participant
from outage.queries.targets import target_name
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.rules.owed import ChainStanding
from outage.rules.routine import MessageType, Routine
from outage.rules.said import in_short
from outage.rules.told import PLACE_PREFIX, Notice, Target
from outage.rules.wording import day, local_day, moment

from .moments import MomentField
from .particulars import particular_field, stored_particular

NOTICE_PREFIX = "notice:"


def read_notice(value: str) -> Message:
    notice, _, change = value.removeprefix(NOTICE_PREFIX).partition(":")
    return Message(notice=Notice(notice), change_id=int(change))


def notices_owed(acting: Acting, chain: CareChain, log: ChainLog) -> dict[str, dict[str, set[str]]]:
    """What is to be told of the chain as such: by the words for it those who are to be told, by their keys. They may
    hear it in other words.
    """
    found: dict[str, dict[str, set[str]]] = {}
    if not any(owed.notice for owed in standing_now(chain, log).owed):
        return found
    for call in calls_owed(acting=acting, chain=chain, log=log, now=timezone.now(), on_own_page=True):
        for message in call.messages:
            if message.value.startswith(NOTICE_PREFIX):
                labels = found.setdefault(message.value, {})
                labels.setdefault(message.label, set()).add(call.recipient.key)
    return found


LEFT_WARD = Target("", Party.INPATIENT)


class Known:
    """Numbers that are read when the first is asked about."""

    def __init__(self, knows: Callable[[str], bool]) -> None:
        self._knows = knows

    def __contains__(self, number: object) -> bool:
        return self._knows(str(number))


@dataclass(frozen=True, slots=True)
class RecipientOption:
    """Somebody the call can be with, and what follows from choosing it; a place not known yet cannot be rung."""

    key: str
    party: str
    # Where it is in a list: what the routine says of its numbers holds.
    listed_party: str
    place: str
    label: str
    number: str
    numbers: tuple[NumberToRing, ...]
    chosen: bool
    unknown: bool
    # What the key meant where the page was shown (`keep_meant`).
    meant: str = ""

    @property
    def listed(self) -> list[NumberToRing]:
        """Those of the directory: one that was typed with the chain tells nothing of who has it."""
        return [number for number in self.numbers if number.number and number.entry_id]


def recipients_to_choose(
    acting: Acting, chain: CareChain, log: ChainLog, targets: dict[str, Target], numbers: Numbers, chosen: str
) -> list[RecipientOption]:
    """The acting unit's own party is left out, now and before."""
    itself = {f"unit:{acting.unit.pk}", f"principal:{acting.principal.pk}"}
    keys = chain.details.place_keys
    found = []
    for key, target in targets.items():
        if target.place in itself if target.former else target.party and is_own(acting, chain, target.party):
            continue
        now_at = keys.get(target.party, "") if target.party else ""
        known = tuple(numbers.get(target.place if target.former else now_at, ()))
        if target.is_person:
            known = numbers_of_participant(target.participant, timezone.now(), *_rung(log, target))
        found.append(
            RecipientOption(
                key=key,
                party=target.party.value if target.party else "",
                listed_party=target.listed_party or "",
                place=(target_label if target == LEFT_WARD else target_name)(chain, log, target),
                label=target_label(chain, log, target),
                number=first_number(known),
                numbers=known,
                chosen=key == chosen,
                unknown=not target.place,
                meant=f"{key}={target.place}",
            )
        )
    return found


def _rung(log: ChainLog, target: Target) -> list[str]:
    """On which numbers a participant was rung, the latest first."""
    calls = (call for call in reversed(log.live_handovers) if call.recipient == target.key)
    return [call.number for call in calls if call.number]


def keep_meant(data: QueryDict, targets: dict[str, Target], standing: ChainStanding) -> QueryDict:
    """The posted data, with the recipient by the key that now names the place that was chosen on the page.

    A party's key may mean another place by now: the chain was changed, or the call that is corrected was. A place
    that can no longer be chosen otherwise is put among `targets`; one that the chain never named is no choice.
    """
    key = data.get("recipient", "")
    meant = dict(pair.partition("=")[::2] for pair in data.getlist("meant"))
    place = standing.same(meant.get(key, ""))
    if not place or (key in targets and targets[key].place == place):
        return data
    now = next((name for name, target in targets.items() if target.place == place), PLACE_PREFIX + place)
    target = standing.target_at(place)
    if target.party:
        targets.setdefault(now, target)
    data = data.copy()
    data["recipient"] = now
    return data


def offer_ward_that_was_left(targets: dict[str, Target], own: Collection[Party], *, rings: bool) -> None:
    """Put a ward among `targets` where there is none: a patient who is at home is on no ward, and the one that was
    left `rings` us all the same, or is rung back. Not where it is our `own` party.
    """
    if rings and Party.INPATIENT not in own:
        targets.setdefault(LEFT_WARD.key, LEFT_WARD)


def field_of_error(name: str, fields: Collection[str], cleaned: Mapping[str, object]) -> str:
    """Beside which field what is wrong is said; of a new event the name has its kind as suffix.

    An event whose time was left empty happened at the time of the call.
    """
    what, dash, kind = name.partition("-")
    if not dash:
        return name
    if what != "happened_at":
        return "messages"
    field = next((f for f in fields if f.startswith(f"h-{kind}-")), "messages")
    return field if cleaned.get(field) else "at"


def changed_meanwhile(log: ChainLog, routine: Routine, gone: Collection[str]) -> str:
    """What is said where messages were ticked (`gone`, by their values) that are not offered by now; as the text of an
    error of a field, where % is doubled.
    """
    found, now = [], timezone.now()
    newer = {row.supersedes_id: row for row in log.events if row.supersedes_id}
    for row in log.events:
        if f"event:{row.pk}" not in gone or row.pk not in newer:
            continue
        last = newer[row.pk]
        while last.pk in newer:
            last = newer[last.pk]
        was, by_now = (in_short(each.happened_at, each.particulars, now) for each in (row, last))
        became = "återtaget" if last.withdraws else f"rättat till: {by_now}"
        label = routine.label(row.kind)
        found.append(
            f"{label} {was} är {became} (ändrat {moment(last.recorded_at, now)}). Välj det som sades."
        )
    return " ".join(["Meddelandet har ändrats sedan sidan öppnades.", *(found or ["Välj igen."])]).replace(
        "%", "%%"
    )


def fill_in_unit(form: Form, chosen: RecipientOption | None, errors: Mapping[str, str]) -> Mapping[str, str]:
    """The errors of a form that is shown again; a unit that was left empty is by then that of the place that was
    `chosen`, as the script fills it in, to be read before it is saved.
    """
    if "spoken_to_unit" not in errors or not (chosen and chosen.party) or chosen.unknown:
        return errors
    own_data(form)["spoken_to_unit"] = chosen.place
    said = (
        f"Enheten var tom. Nu står {chosen.place}: läs den, och ändra om den du talade med hör till en annan."
    )
    return {**errors, "spoken_to_unit": said}


@dataclass(slots=True)
class MessageOption:
    """A message that can be ticked: one logged already or a new one, with the fields it opens.

    `repeats` is when a message of the same kind was last logged: the new one is then a second of its kind.
    """

    value: str
    label: str
    hint: str = ""
    sender: str = ""
    is_logged: bool = True
    chosen: bool = False
    told: tuple[str, ...] = ()
    fields: tuple[BoundField, ...] = ()
    repeats: str = ""
    # Which of those with the same value: one change of the chain may be told in several ways.
    nth: int = 0

    @property
    def event_id(self) -> UUID | None:
        """None of one that is new, and of a wording that stands no longer."""
        what, _, pk = self.value.partition(":")
        return UUID(pk) if what == "event" else None

    @property
    def box_id(self) -> str:
        return "msg-" + self.value.replace(":", "-") + (f"-{self.nth}" if self.nth else "")


_HAPPENED = MomentField(label="När hände det?", required=False, help_text="Tomt betyder samtalets tid.")
_particular = cache(particular_field)


def fields_of_new(
    message: MessageType, party: Party, participants: Callable[[Party], str]
) -> dict[str, Field]:
    """The fields that a new message of `party` opens, by their names; `participants` fills in those of a SIP."""
    prefix = f"{message.key}-{party.value}"
    found: dict[str, Field] = {}
    for name in message.particulars_for(party):
        field = found[f"p-{prefix}-{name}"] = copied_field(_particular(name))
        if name == "participants":
            field.initial = participants(party)
        if message.needs and message.needs.particular == name:
            field.help_text = message.needs.sentence
    found[f"h-{prefix}"] = copied_field(_HAPPENED)
    return found


def read_new(message: MessageType, party: Party, data: Mapping[str, Any]) -> Message:
    """What was typed in the fields of `fields_of_new`."""
    prefix = f"{message.key}-{party.value}"
    return Message(
        kind=message.key,
        sender=party,
        happened_at=data.get(f"h-{prefix}"),
        particulars={
            name: stored_particular(data.get(f"p-{prefix}-{name}")) for name in message.particulars_for(party)
        },
    )


def in_one_line(
    to: RecipientOption | None, chosen: list[MessageOption], *, number: str, at: object, outcome: str
) -> str:
    """A call that can be logged in one line; "" where something is still to be chosen or asked for."""
    said = [option for option in chosen if to and to.key not in option.told] or chosen
    if not (to and said and number and at) or outcome not in {CallOutcome.REACHED, CallOutcome.RELAYED}:
        return ""
    if any(len(option.fields) > 1 for option in said):
        return ""
    via = next((n.entry_name for n in to.numbers if n.number == number and n.entry_name != to.place), "")
    labels = ", ".join(option.label for option in said)
    place = f"{to.place} via {via}" if via else to.place
    return f"{CallOutcome(outcome).label}: {labels} till {place}, {number}, {_when(at, timezone.now())}"


def _when(at: object, now: datetime) -> str:
    """A moment, also as it was typed, with its day where that is not today."""
    if not isinstance(at, list):
        return moment(at, now) if isinstance(at, datetime) else str(at)
    clock, on = at[:2]
    with suppress(TypeError, ValueError):
        on = on if isinstance(on, date) else date.fromisoformat(on)
        return str(clock) if on == local_day(now) else f"{day(on, now)} {clock}"
    return str(clock)
