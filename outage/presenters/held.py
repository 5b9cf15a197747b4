"""What is held for a person, as Läge and its own page show it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist

from contacts.access import Acting, acting_in
from contacts.queries.keeping import entry_by_id
from contacts.rules.held import Content, HeldAs, how_held
from contacts.rules.ids import read_id
from contacts.rules.parties import Party
from outage.models import CareChain, HeldForm
from outage.presenters.care import target_in_list
from outage.queries.care_chains import get_event, get_handover, get_reached
from outage.queries.chain_log import log_of
from outage.queries.checklists import checklists_for
from outage.queries.held_forms import content_of, is_lost, match_of, unsaved_in
from outage.queries.naming import patient_in_list
from outage.queries.outages import outage_in_view
from outage.queries.targets import targets_by_key
from outage.routine import current_routine
from outage.rules.drills import FIELD
from outage.rules.handover import ReadBack
from outage.rules.informing import PARTICIPANT_PREFIX, CallOutcome
from outage.rules.told import PLACE_PREFIX, Notice
from outage.rules.wording import lower_first, moment

_NAMELESS = HeldAs("Formulär")
# What a page writes in its forms for itself.
_HIDDEN = {
    "client_id",
    "version",
    "replaces",
    "seen",
    "shown",
    "opened",
    "rows",
    "steg",
    "do",
    "page",
    "task",
    "was",
    "from",
    "next",
    "stay",
    "meant",
    "enter",
    FIELD,
}

# Answers that only the form had words for, and what a call's message was asked of that was not ticked.
_CHOSEN = ("answer-", "pick-", "same-", "h-", "p-")
# What a moment's fields showed, and when.
_OF_MOMENT = ("_visad", "_sidan")
_NOTICES = dict(Notice.choices())
_CODES = dict(Party.choices() + CallOutcome.choices() + ReadBack.choices())


@dataclass(frozen=True, slots=True)
class HeldCard:
    """One held form. `about` is empty where another assignment has to be chosen for it. `saved` is when the form was
    saved first, where it came once more. `lost`: what was typed is gone, and of whom it was is not said.
    """

    id: UUID
    how: HeldAs
    when: str
    place: str
    membership_id: int
    here: bool
    ended: bool
    address: str
    about: tuple[str, ...] = ()
    fields: Content = field(default_factory=dict)
    saved: str = ""
    lost: bool = False

    @property
    def typed(self) -> list[str]:
        """What can be read of it where its form can no longer be shown, and nothing has its labels."""
        return typed_words(self.fields)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """That somebody in the unit has something unsaved: never what, or about whom."""

    who: str
    what: str
    when: str
    own: bool


def unsaved_in_unit(acting: Acting, now: datetime) -> list[Unsaved]:
    """What is held for anybody in the acting unit, sent from any computer, and was not saved."""
    return [
        Unsaved(
            held.user.full_name,
            held_as_of(held, content_of(held)).what,
            moment(held.at, now),
            held.user_id == acting.user.pk,
        )
        for held in unsaved_in(acting.unit)
    ]


@dataclass(frozen=True, slots=True)
class UnsavedCount:
    """How much somebody has unsaved, sent from `unit`, and since when."""

    who: str
    unit: str
    count: int
    oldest: str


def unsaved_counted(forms: Iterable[HeldForm], now: datetime) -> list[UnsavedCount]:
    """Of each owner in each unit; `forms` are the oldest first."""
    found: dict[tuple[int, int], list[HeldForm]] = {}
    for held in forms:
        found.setdefault((held.user_id, held.membership.unit_id), []).append(held)
    return [
        UnsavedCount(rows[0].user.full_name, rows[0].membership.unit.name, len(rows), moment(rows[0].at, now))
        for rows in found.values()
    ]


def typed_words(fields: Content) -> list[str]:
    shown = [
        value
        for name, values in fields.items()
        if name not in _HIDDEN and not name.startswith(_CHOSEN) and not name.endswith(_OF_MOMENT)
        for value in values
    ]
    return [text for value in shown if (text := _in_words(value.strip()))]


def _in_words(value: str) -> str:
    what, _, rest = value.partition(":")
    if what == "new":
        message = current_routine().messages.get(rest.partition(":")[0])
        return message.label if message else ""
    if what in ("event", "was"):
        return "Något som redan var loggat"
    if what == "notice":
        return _NOTICES.get(rest.partition(":")[0], "")
    if f"{what}:" == PLACE_PREFIX:
        return "En plats som patienten har lämnat"
    # Whom a call was with comes with the place that was meant.
    key = value.partition("=")[0]
    return _CODES.get(key, key.removeprefix(PARTICIPANT_PREFIX))


def held_as_of(held: HeldForm, content: Content) -> HeldAs:
    """How the view it was sent to declares it (`held_as`)."""
    match = match_of(held.path)
    how = (how_held(getattr(match.func, "held_as", None), content) if match else None) or _NAMELESS
    played = any(content.get(FIELD, ()))
    return replace(how, what=f"Övning: {lower_first(how.what)}") if played else how


def held_card(
    held: HeldForm,
    content: Content,
    acting: Acting | None,
    memberships: Sequence[int],
    now: datetime,
    saved: datetime | None,
) -> HeldCard:
    """`memberships` are the owner's assignments in force."""
    here = acting is not None and acting.membership.pk == held.membership_id
    ended = held.membership_id not in memberships
    lost = is_lost(held)
    reader = None if lost else acting if here else acting_in(held.membership) if ended else None
    return HeldCard(
        id=held.pk,
        how=held_as_of(held, content),
        when=moment(held.at, now),
        place=held.membership.unit.name,
        membership_id=held.membership_id,
        here=here,
        ended=ended,
        address=held.path,
        about=tuple(_about(reader, held, content, now)) if reader else (),
        fields=content,
        saved=moment(saved, now) if saved else "",
        lost=lost,
    )


def said_in(form: forms.BaseForm) -> list[tuple[str, str]]:
    """What was filled in: the label of each field, and what was typed or chosen."""
    # A form that offers messages has their words in its options.
    options = form.message_options() if hasattr(form, "message_options") else ()
    words = {option.value: option.label for option in options}
    found = [(str(bound.label), _said(bound, words)) for bound in form.visible_fields()]
    return [(label, text) for label, text in found if text]


def _said(bound: forms.BoundField, words: Mapping[str, str]) -> str:
    value, field = bound.value(), bound.field
    if isinstance(field, forms.BooleanField):
        return "Ja" if value else ""
    values = value if isinstance(value, list | tuple) else [value]
    if isinstance(field.widget, forms.MultiWidget):
        shown = zip(field.widget.widgets, values, strict=False)
        return " ".join(str(text) for widget, text in shown if text and not widget.is_hidden)
    known = {**_labels(getattr(field, "choices", ())), **words}
    texts = [str(text) for text in values if text is not None]
    # What a form has no words for is a code where it was chosen, and stands as it was typed elsewhere.
    read = _in_words if hasattr(field, "choices") else str
    return ", ".join(said for text in texts if text.strip() and (said := known.get(text) or read(text)))


def _labels(choices: Iterable[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, label in choices:
        found |= _labels(label) if isinstance(label, list | tuple) else {str(value): str(label)}
    return found


def _about(acting: Acting, held: HeldForm, content: Content, now: datetime) -> list[str]:
    """Whom and what it concerns, for somebody who is asked whether it is to be done."""
    match = match_of(held.path)
    if match is None:
        return []
    try:
        found = _named(acting, match.kwargs, content, now)
    except ObjectDoesNotExist:
        return []
    return [text for text in found if text]


def _named(acting: Acting, kwargs: dict[str, Any], content: Content, now: datetime) -> list[str]:
    typed = [*content.get("choice", ()), *content.get("spoken_to", ())]
    if "chain_id" in kwargs:
        chain = get_reached(acting, kwargs["chain_id"])
        return [
            *_patient(chain),
            *_whom(chain, content.get("recipient", ())),
            *_unless_protected(chain, typed),
        ]
    if "event_id" in kwargs:
        event = get_event(acting, kwargs["event_id"])
        label = event.chain.outage.routine.label(event.kind)
        said = f"{label} {moment(event.happened_at, now)}"
        return [*_patient(event.chain), said, *_unless_protected(event.chain, typed)]
    if "handover_id" in kwargs:
        call = get_handover(acting, kwargs["handover_id"])
        said = f"Samtal {moment(call.at, now)}"
        return [*_patient(call.chain), said, *_unless_protected(call.chain, [call.number, *typed])]
    if "key" in kwargs:
        return [*_items(acting, kwargs["key"], content.get("item", ())), *typed]
    if "serial" in kwargs:
        # Whom the row is about is not known here.
        return [f"Blad {kwargs['serial']}"]
    entry_id = kwargs.get("entry_id") or next(iter(content.get("entry", ())), "")
    found_id = read_id(str(entry_id))
    entry = None if found_id is None else entry_by_id(found_id)
    return [*([entry.name, *content.get("number", ())] if entry else []), *_new_patient(content), *typed]


def _new_patient(content: Content) -> Sequence[str]:
    """Who is told of in a form that opens a chain, as a list would say it."""
    if content.get("protected_identity"):
        return ("Skyddad patient",)
    return (*content.get("patient_name", ()), *content.get("identity", ()))


def _unless_protected(chain: CareChain, words: Sequence[str]) -> Sequence[str]:
    return () if chain.details.protected_identity else words


def _patient(chain: CareChain) -> list[str]:
    patient = patient_in_list(chain)
    return [patient.name, patient.identity]


def _whom(chain: CareChain, keys: Sequence[str]) -> list[str]:
    log = log_of(chain.pk)
    known = targets_by_key(chain, log)
    return [target_in_list(chain, log, known[key]) for key in keys if key in known]


def _items(acting: Acting, key: str, items: Sequence[str]) -> list[str]:
    outage = outage_in_view(acting.principal)
    lists = checklists_for(acting.unit, outage.routine if outage else None)
    return [
        item.text
        for checklist in lists
        if checklist.key == key
        for item in checklist.items
        if item.key in items
    ]
