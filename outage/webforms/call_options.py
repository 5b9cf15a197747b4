"""Whom a call can be with and what can be told in it, as the form of a call offers them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.forms import BoundField
from django.http import QueryDict

from contacts.rules.parties import Party
from contacts.rules.whom_to_call import NumberToRing
from outage.rules.handover import Direction
from outage.rules.owed import ChainStanding
from outage.rules.told import PLACE_PREFIX, Target

LEFT_WARD = Target("", Party.INPATIENT)


@dataclass(frozen=True, slots=True)
class RecipientOption:
    """Somebody the call can be with, and what follows from choosing it; a place not known yet can not be rung."""

    key: str
    party: str
    place: str
    label: str
    number: str
    numbers: tuple[NumberToRing, ...]
    chosen: bool
    unknown: bool
    # What the key meant where the page was shown (`keep_meant`).
    meant: str = ""


def keep_meant(data: QueryDict, targets: dict[str, Target], standing: ChainStanding) -> QueryDict:
    """What was sent, with the recipient by the key that names the place now that was chosen on the page.

    A party's key may mean another place by now: the chain was changed, or the call that is corrected was. A place that
    can not be chosen any more otherwise is put among `targets`; one that the chain never named is no choice.
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


def offer_ward_that_was_left(
    targets: dict[str, Target], direction: Direction, own: Collection[Party]
) -> None:
    """Put a ward among `targets` where there is none: a patient who is at home is on no ward, and the one that was left
    rings us all the same. Not where it is our `own` party.
    """
    if direction is Direction.RECEIVED and Party.INPATIENT not in own:
        targets.setdefault(LEFT_WARD.key, LEFT_WARD)


@dataclass(slots=True)
class MessageOption:
    """A message that can be ticked: one logged already or a new one, with the fields it opens.

    `repeats` is when a message of the same kind was logged last: the new one is then a second of its kind.
    """

    value: str
    label: str
    hint: str
    sender: str
    is_logged: bool
    chosen: bool
    told: tuple[str, ...] = ()
    fields: tuple[BoundField, ...] = ()
    repeats: str = ""

    @property
    def box_id(self) -> str:
        """The id of its tick box."""
        return "msg-" + self.value.replace(":", "-")
