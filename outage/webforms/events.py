"""Forms about an event: corrected, taken back, a discharge left open."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from contacts.rules.parties import Party
from contacts.webforms.differences import Opened, own_data
from contacts.webforms.fields import AsksQuestions, SentOnce, reason_field
from outage.models import CareChainEvent
from outage.rules.moments import years_around

from .moments import AsksOfMoments, MomentField, keep_within
from .particulars import particular_field, stored_particular


class CorrectEventForm(Opened, AsksOfMoments):
    kind = forms.ChoiceField(label="Vilket meddelande var det?", required=False)
    # Whose particulars the form that comes in has.
    shown_kind = forms.CharField(widget=forms.HiddenInput, required=False)
    happened_at = MomentField(label="När hände det?")
    reason = reason_field("Varför rättas det?")
    told_rightly = forms.TypedChoiceField(
        label="Har de som redan är underrättade fått rätt uppgift?",
        choices=[("ja", "Ja, de fick rätt uppgift"), ("nej", "Nej, de ska ringas igen")],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj ja eller nej."},
    )

    def __init__(self, *args: Any, event: CareChainEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sender, routine = Party(event.sender), event.chain.outage.routine
        offered = {message.key: message for message in routine.messages_from(sender)}
        self.fields["kind"].choices = [(key, message.label) for key, message in offered.items()]
        self.fields["kind"].initial = self.fields["shown_kind"].initial = event.kind
        kind = self.data.get("kind", event.kind) if self.is_bound else event.kind
        self._names = offered.get(kind, routine.message(event.kind)).particulars_for(sender)
        self.fields["happened_at"].initial = event.happened_at
        for name in self._names:
            value = event.particulars.get(name, "")
            self.fields[f"p-{name}"] = particular_field(name)
            self.fields[f"p-{name}"].initial = "\n".join(value) if isinstance(value, list) else value
        keep_within(self, years_around(event.chain.outage.current.started_at))
        particulars = [f"p-{name}" for name in self._names]
        self.order_fields(["client_id", "shown_kind", "kind", "happened_at", *particulars, "reason"])

    def clean(self) -> dict[str, Any]:
        """Asks for what belongs to another message than the one the form was opened for."""
        data = super().clean()
        if self._names and data.get("kind") and data.get("shown_kind") not in ("", data["kind"]):
            own_data(self)["shown_kind"] = data["kind"]
            self.add_error("kind", "Meddelandet är bytt. Fyll i det som hör till det, och spara igen.")
        return data

    def facts(self) -> dict[str, Any]:
        """The event as it is now said to be, by the names the service uses; call after `is_valid`."""
        said = ("client_id", "kind", "happened_at", "reason", "told_rightly")
        typed = {name: stored_particular(self.cleaned_data.get(f"p-{name}")) for name in self._names}
        return {name: self.cleaned_data[name] for name in said} | {"particulars": typed}


class ReasonForm(AsksQuestions):
    reason = reason_field("Varför?")


class WithdrawCallForm(ReasonForm):
    """A call about another patient: what it told of may have to go too."""

    why = forms.ChoiceField(
        label="Vad var fel?",
        choices=[
            ("wrong_patient", "Samtalet gällde en annan patient"),
            ("not_made", "Samtalet blev aldrig av"),
            ("other", "Något annat"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        self.order_fields(["client_id", "why", "reason"])

    def clean(self) -> dict[str, Any]:
        """Asks what was wrong; where the choice says nothing by itself, for words. Words alone do too."""
        data = super().clean() or self.cleaned_data
        if not data.get("why") and not data.get("reason") and "why" not in self.errors:
            self.add_error("why", "Välj vad som var fel.")
        if data.get("why") == "other" and not data.get("reason"):
            self.add_error("reason", "Skriv varför.")
        return data

    def facts(self) -> dict[str, Any]:
        """The reason in words, and whether it may have been the wrong patient; call after `is_valid`."""
        why = self.cleaned_data["why"]
        label = "" if why in ("", "other") else dict(self.fields["why"].choices)[why]
        return {
            "client_id": self.cleaned_data["client_id"],
            "reason": ". ".join(part for part in (label, self.cleaned_data["reason"]) if part)[:300],
            "wrong_patient": why in ("", "wrong_patient"),
        }


class MoveCallForm(AsksQuestions):
    """`chains` are the keys of those to choose among."""

    to = forms.TypedChoiceField(
        label="Vilken patient gällde det?",
        coerce=UUID,
        error_messages={
            "required": "Välj vilken patient samtalet gällde.",
            "invalid_choice": "Välj en patient i listan.",
        },
    )
    reason = forms.CharField(
        label="Hur blev det fel?",
        max_length=300,
        initial="Loggat på fel patient.",
        error_messages={"required": "Skriv hur det blev fel."},
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, chains: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(key, "") for key in chains]


class OpenItemForm(SentOnce):
    """Leave a discharge with somebody not told: who is responsible and why (R1.6)."""

    recipient = forms.CharField(max_length=200, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    responsible = forms.CharField(
        label="Vem tar hand om det? Namn och enhet",
        max_length=200,
        error_messages={"required": "Skriv vem som tar hand om det."},
    )
    reason = reason_field("Varför är mottagaren inte underrättad?")

    def ask_whom(self, names: Mapping[str, str]) -> None:
        """For a page that was opened without saying whom: it is chosen among `names`."""
        choices = [("", "Välj"), *names.items()]
        self.fields["recipient"] = forms.ChoiceField(label="Vem är inte underrättad?", choices=choices)
