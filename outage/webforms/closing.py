"""What is left open when an outage is closed: which kinds of things at a unit, who takes care of them, and why."""

from collections.abc import Mapping
from typing import Any

from django import forms

from contacts.webforms.fields import NoPatientField, SentOnce
from outage.rules.closing import Held, Holds


class LeaveForm(SentOnce):
    """`held` is what holds the closing up at the unit; `seen` names it as it stood on the page. One that `is_saved` may
    come once more with what it has left open itself.
    """

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)
    what = forms.TypedMultipleChoiceField(
        label="Vad lämnas öppet?",
        coerce=Holds,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Välj vad som lämnas öppet.",
            "invalid_choice": "Det är redan gjort klart eller lämnat öppet. Se stängningen.",
        },
    )
    responsible = forms.CharField(
        label="Vem tar hand om det?",
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Skriv vem som tar hand om det."},
    )
    reason = NoPatientField(
        label="Varför lämnas det öppet?",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Skriv varför det lämnas öppet."},
    )

    def __init__(self, *args: Any, held: Mapping[Holds, Held], is_saved: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(what, f"{what.label}: {each.count}") for what, each in held.items() if each.count]
        sent = self.data.getlist("what") if is_saved else ()
        self.fields["what"].choices = choices + [
            (what, what.label) for what in Holds if what in sent and what not in dict(choices)
        ]
        if len(choices) == 1:
            self.fields["what"].initial = [choices[0][0]]
