"""Logga samtal: one column, in the order of a conversation."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.errors import Question
from contacts.rules.parties import Party
from contacts.webforms.differences import Opened
from contacts.webforms.fields import NumberField, reason_field
from outage.models import CareChain, CareChainEvent, Handover
from outage.presenters.care import Numbers
from outage.presenters.owed import event_label
from outage.queries.chain_log import ChainLog
from outage.queries.naming import place_of
from outage.queries.ring_back import is_asked_back, is_ward_asking
from outage.queries.ringing import numbers_of_places
from outage.queries.standing import row_of, standing_of
from outage.queries.targets import target_name, targets_by_key
from outage.queries.tasks import parties_in
from outage.queries.wordings import former_wordings
from outage.rules.handover import CALLED_BACK, CallFacts, Checked, Direction, Message, ReadBack
from outage.rules.informing import FAILED, CallOutcome
from outage.rules.moments import years_around
from outage.rules.routine import MessageType
from outage.rules.said import in_short
from outage.rules.told import PLACE_PREFIX, Target, minute_of
from outage.rules.wording import lower_first, moment

from .call_options import (
    NOTICE_PREFIX,
    Known,
    MessageOption,
    RecipientOption,
    changed_meanwhile,
    field_of_error,
    fields_of_new,
    fill_in_unit,
    in_one_line,
    keep_meant,
    notices_owed,
    offer_ward_that_was_left,
    read_new,
    read_notice,
    recipients_to_choose,
)
from .codes import CodeField, code_to_say
from .moments import AsksOfMoments, MomentField, keep_within, typed_moment

_HIDDEN_TEXT = {"autocomplete": "off"}
# A wording of an event that has been corrected or taken back since: a call may have told of it all the same.
_FORMER = "was:"


class CallForm(Opened, AsksOfMoments):
    """Its message fields follow from the routine's content and the chain's log."""

    recipient = forms.ChoiceField(
        label="Vem samtalet är med",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Välj vem samtalet är med."),
    )
    outcome = forms.ChoiceField(
        label="Hur gick det?",
        choices=CallOutcome.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "Välj hur det gick."},
    )
    number = NumberField(label="Nummer")
    at = MomentField(label="Samtalets tid")
    spoken_to = forms.CharField(
        label="Namn på den du talar med", required=False, max_length=200, widget=forms.TextInput(_HIDDEN_TEXT)
    )
    spoken_to_unit = forms.CharField(
        label="Deras enhet", required=False, max_length=200, widget=forms.TextInput(_HIDDEN_TEXT)
    )
    read_back = forms.ChoiceField(
        label="Återläsning", choices=ReadBack.choices(), required=False, widget=forms.RadioSelect
    )
    read_back_reason = forms.CharField(label="Varför inte upprepat", required=False, max_length=300)
    comment = forms.CharField(label="Kommentar", required=False, widget=forms.Textarea({"rows": 2}))
    next_step = forms.CharField(label="Nästa steg och när", required=False, max_length=300)
    call_back = forms.CharField(label="Ring tillbaka: nummer och tid", required=False, max_length=200)
    code = CodeField(label="Kvittenskod från den som ringde")
    checked = forms.ChoiceField(
        label="Motringd på nummer ur katalogen?",
        choices=[(each.value, each.label) for each in CALLED_BACK],
        required=False,
        widget=forms.RadioSelect,
    )
    checked_reason = forms.CharField(label="Varför inte motringd", required=False, max_length=300)
    # The last event that the page said is logged, by its order: a new one was chosen beside that.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # The details by which the page showed the patient, by their id.
    shown = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        acting: Acting,
        chain: CareChain,
        log: ChainLog,
        direction: Direction,
        corrects: Sequence[UUID] | None = None,
        was_with: Handover | None = None,
        **kwargs: Any,
    ) -> None:
        """`corrects` are the events of a call that is corrected: it told of those that stay ticked, and of no others.

        `was_with` is that call: it stays with the place that it was with, wherever the patient is now.
        """
        super().__init__(*args, **kwargs)
        self.acting, self.chain, self.log = acting, chain, log
        self.routine, self.direction, self._was_with = chain.outage.routine, direction, was_with
        self._targets = targets_by_key(chain, log, was_with, before=self._may_be_old())
        rings = direction is Direction.RECEIVED or is_ward_asking(chain, log)
        offer_ward_that_was_left(self._targets, parties_in(acting, chain), rings=rings)
        if self.is_bound:
            self.data = keep_meant(self.data, self._targets, standing_of(chain, log))
        self.fields["recipient"].choices = [
            (key, target_name(chain, log, target)) for key, target in self._targets.items()
        ]
        self._options: dict[object, list[RecipientOption]] = {}
        self._new: dict[str, tuple[MessageType, Party]] = {}
        self._opened: dict[str, dict[str, forms.Field]] = {}
        self._logged: dict[str, CareChainEvent] = {}
        self._until: dict[str, datetime] = {}  # When it was corrected or taken back, of what has been since.
        if corrects is None:
            del self.fields["opened"]
            self._collect_messages()
            self.initial.update(seen=max((e.order for e in log.events), default=0), shown=chain.details.pk)
        else:
            self._logged = {f"event:{e.pk}": e for e in log.events if e.pk in corrects}
            self.fields["reason"] = reason_field("Varför rättas samtalet?")
        self._offer_messages()
        for name in ("checked", "checked_reason") if not self.asks_back else ():
            self.fields.pop(name, None)
        if direction is Direction.RECEIVED:
            self.fields["outcome"].required = False
            self.fields["outcome"].initial = CallOutcome.REACHED.value
        else:
            self.fields.pop("code", None)
        if not self.is_bound:
            self._fill_in_number()
        self.fields["number"].known = Known(self._knows_number)
        # As a rule one is ticked, and of the others nothing is read.
        self._open(set(self.data.getlist("messages")) if self.is_bound else self._new.keys())

    @cached_property
    def _numbers(self) -> Numbers:
        return numbers_of_places([self.log], timezone.now())

    def _knows_number(self, number: str) -> bool:
        was = self._was_with is not None and self._was_with.number == number
        return was or any(each.number == number for known in self._numbers.values() for each in known)

    @property
    def asks_back(self) -> bool:
        """Whether it is asked if who rang was rung back."""
        return self.direction is Direction.RECEIVED and self.chain.details.protected_identity

    @cached_property
    def rings_back(self) -> bool:
        """Whether the call is made to somebody who asked for it: its comment may be all that it says."""
        if self.direction is not Direction.GIVEN:
            return False
        if self._was_with is not None:
            return self._was_with.outcome not in FAILED and not self._was_with.messages.all()
        return is_asked_back(self.chain, self.log, self.acting.unit, self["recipient"].value() or "")

    def _collect_messages(self) -> None:
        own = parties_in(self.acting, self.chain)
        senders = own if self.direction is Direction.GIVEN else frozenset(Party) - own or frozenset(Party)
        replaced = {event.supersedes_id for event in self.log.events if event.supersedes_id}
        for event in self.log.events:
            if event.pk not in replaced and event.pk not in self.log.doubles and event.sender in senders:
                self._logged[f"event:{event.pk}"] = event
                for former, newer in former_wordings(self.log, event.pk):
                    if self._may_have_been_said(former, newer):
                        self._logged[f"{_FORMER}{former.pk}"] = former
                        self._until[f"{_FORMER}{former.pk}"] = newer.recorded_at
        for party in sorted(senders):
            for message in self.routine.messages_from(party):
                self._new[f"new:{message.key}:{party.value}"] = (message, party)

    def _open(self, values: Set[str]) -> None:
        """Adds the fields of the new ones among these messages."""
        for value in self._new.keys() & values - self._opened.keys():
            self._opened[value] = fields_of_new(*self._new[value], self._participants)
            self.fields |= self._opened[value]
        keep_within(self, years_around(self.chain.outage.current.started_at))

    def _may_have_been_said(self, former: CareChainEvent, newer: CareChainEvent) -> bool:
        """Whether the posted call may have told of a wording that no longer stands, or is from before that changed."""
        if not self.is_bound:
            return False
        sent, at = self.data.getlist("messages"), typed_moment(self["at"])
        ticked = {f"event:{former.pk}", f"{_FORMER}{former.pk}"}
        return not ticked.isdisjoint(sent) or bool(at and at < minute_of(newer.recorded_at))

    def _may_be_old(self) -> bool:
        """Whether the call may be from before the chain was changed: then it can be with a place named before."""
        at = typed_moment(self["at"]) if self.is_bound else None
        return bool(self._was_with or (at and at < minute_of(self.log.versions[-1].recorded_at)))

    def _participants(self, sender: Party) -> str:
        """The ward, while the patient is there and another unit calls the SIP."""
        takes_part = standing_of(self.chain, self.log).ward_for_sip(sender)
        return place_of(self.chain, Party.INPATIENT) if takes_part else ""

    @cached_property
    def _notices(self) -> dict[str, dict[str, set[str]]]:
        begins = self._was_with is None and self.direction is Direction.GIVEN
        return notices_owed(self.acting, self.chain, self.log) if begins else {}

    def _offer_messages(self) -> None:
        values, sent = [*self._logged, *self._new], self.data.getlist("messages") if self.is_bound else []
        # As a rule none was sent, and they take all that is owed to work out.
        if not (values and sent) or any(value.startswith(NOTICE_PREFIX) for value in sent):
            values = [*self._notices, *values]
        self.fields["messages"] = forms.MultipleChoiceField(
            label="Meddelanden",
            choices=[(value, value) for value in values],
            # A try to give an answer that was not logged yet told of nothing, and can be corrected all the same.
            required=bool(values) and self.direction is Direction.GIVEN and not self.rings_back,
            error_messages={
                "required": "Välj minst ett meddelande.",
                "invalid_choice": changed_meanwhile(self.log, self.routine, set(sent) - set(values)),
            },
        )

    def _fill_in_number(self) -> None:
        if option := self._chosen:
            self.initial.setdefault("spoken_to_unit", option.place if option.party else "")
            if self.direction is Direction.GIVEN:
                self.initial.setdefault("number", option.number)

    def recipient_options(self) -> list[RecipientOption]:
        """The acting unit's own party is left out."""
        chosen = self["recipient"].value()
        if chosen not in self._options:
            self._options[chosen] = recipients_to_choose(
                self.acting, self.chain, self.log, self._targets, self._numbers, chosen
            )
        return self._options[chosen]

    @property
    def _chosen(self) -> RecipientOption | None:
        return next((option for option in self.recipient_options() if option.chosen), None)

    def filled_in(self) -> str:
        """The call in one line where all but the name and the read-back is filled in, as from Att ringa nu; else ""."""
        if self.direction is not Direction.GIVEN:
            return ""
        said = [option for option in self.message_options() if option.chosen]
        return in_one_line(
            self._chosen, said, **{name: self[name].value() for name in ("number", "at", "outcome")}
        )

    def code_to_say(self) -> str:
        """What is read aloud in the call; "" where that is of another call than the one this form makes."""
        if self.direction is not Direction.GIVEN or self._was_with is not None:
            return ""
        return code_to_say(self, self.acting)

    def errors_beside_name(self) -> bool:
        """Whether anything but the name, the unit and the read-back is wrong."""
        return bool(set(self.errors) - {"spoken_to", "spoken_to_unit", "read_back", "read_back_reason"})

    def message_options(self) -> list[MessageOption]:
        """Those logged already first, each with the fields it opens."""
        found = [*self._notices_offered(), *self._logged_offered(), *self._new_offered()]
        chosen = set(self["messages"].value() or [])
        for option in found:
            option.chosen = option.value in chosen
        return found

    def _notices_offered(self) -> Iterator[MessageOption]:
        for value, labels in self._notices.items():
            for nth, (label, to) in enumerate(labels.items()):
                yield MessageOption(value, label, told=tuple(sorted(self._targets.keys() - to)), nth=nth)

    def _logged_offered(self) -> Iterator[MessageOption]:
        standing, now = standing_of(self.chain, self.log), timezone.now()
        for value, event in self._logged.items():
            knows = standing.who_know(row_of(event)) - {""}
            label = event_label(self.chain, event.kind, event.withdraws)
            if value in self._until:
                label = f"Det som gällde till {moment(self._until[value], now)}: {lower_first(label)}"
            yield MessageOption(
                value,
                label,
                hint=in_short(event.happened_at, self.log.said_by(event).particulars, now),
                sender=event.sender,
                told=tuple(sorted(key for key, target in self._targets.items() if target.place in knows)),
            )

    def _new_offered(self) -> Iterator[MessageOption]:
        logged = {
            (event.kind, event.sender): moment(event.happened_at, timezone.now())
            for value, event in self._logged.items()
            if not event.withdraws and value not in self._until
        }
        self._open(self._new.keys())
        for value, (message, party) in self._new.items():
            yield MessageOption(
                value,
                message.label,
                hint=message.law_reminder,
                sender=party.value,
                is_logged=False,
                fields=tuple(self[name] for name in self._opened[value]),
                repeats=logged.get((message.key, party.value), ""),
            )

    def clean(self) -> dict[str, Any]:
        """Refuses two wordings of one message, and one that the caller does not send (R3)."""
        data = super().clean()
        # Enter in a field does not save: the read-back is asked for first.
        told = data.get("outcome") not in FAILED
        if "enter" in self.data and told and not data.get("read_back") and "read_back" not in self.errors:
            self.add_error("read_back", "Välj hur återläsningen gick, eller tryck på Spara.")
        line_of = standing_of(self.chain, self.log).line_of
        said = [line_of(str(self._logged[v].pk)) for v in data.get("messages", []) if v in self._logged]
        if len(said) > len(set(said)):
            self.add_error("messages", "Välj bara en lydelse av samma meddelande: den som sades.")
        if self.direction is Direction.RECEIVED:
            data["outcome"] = data.get("outcome") or CallOutcome.REACHED.value
            rang = self._targets.get(data.get("recipient", ""), Target("")).party
            for value in data.get("messages", []):
                kind, sender = self._message_of(value)
                if rang and sender != rang:
                    label, who = self.routine.label(kind), Party(sender).label.lower()
                    wrong = f"{label} lämnas av {who}. Välj den som ringer eller ett annat meddelande."
                    self.add_error("messages", wrong)
        return data

    def _message_of(self, value: str) -> tuple[str, str]:
        """Its kind, and the party that sends it."""
        if event := self._logged.get(value):
            return event.kind, event.sender
        message, party = self._new[value]
        return message.key, party.value

    def facts(self) -> CallFacts:
        """Call after `is_valid`."""
        data = {f.name: self.cleaned_data[f.name] for f in fields(CallFacts) if f.name in self.cleaned_data}
        data |= {
            "recipient": self._place_chosen(),
            "direction": self.direction,
            "outcome": CallOutcome(data["outcome"]),
            "read_back": ReadBack(data["read_back"]) if data["read_back"] else None,
        }
        if self.asks_back:
            data["checked"] = Checked(data["checked"]) if data["checked"] else None
        elif self._was_with is not None:
            data |= {name: getattr(self._was_with.facts, name) for name in ("checked", "checked_reason")}
        return CallFacts(**data)

    def not_said(self) -> set[UUID]:
        """The events of a call that is corrected that it did not tell of after all; call after `is_valid`."""
        return {e.pk for value, e in self._logged.items() if value not in self.cleaned_data["messages"]}

    def _place_chosen(self) -> str:
        """The recipient by the place that it is on the page: the party may have been another one before."""
        key: str = self.cleaned_data["recipient"]
        stays = self._was_with is not None and self._was_with.recipient == key
        place = self._targets[key].place if key in set(Party) and not stays else ""
        return PLACE_PREFIX + place if place else key

    def ask(self, question: Question) -> None:
        """Says it beside the messages too, where it is about one of them."""
        super().ask(question)
        if question.key.startswith("same-"):
            self.add_error("messages", "Svara om det är samma händelse.")

    def messages_told(self) -> list[Message]:
        """Call after `is_valid`."""
        return [self._told(value) for value in dict.fromkeys(self.cleaned_data["messages"])]

    def _told(self, value: str) -> Message:
        if value in self._logged:
            return Message(event_id=self._logged[value].pk)
        if value.startswith(NOTICE_PREFIX):
            return read_notice(value)
        return read_new(*self._new[value], self.cleaned_data)

    def add_service_errors(self, errors: Mapping[str, str]) -> None:
        """Put the sentences of a service beside their fields."""
        for name, sentence in fill_in_unit(self, self._chosen, errors).items():
            field = field_of_error(name, self.fields, self.cleaned_data)
            self.add_error(field if field in self.fields else None, sentence)
