"""Hand over to the next shift: to whom, and what to think of."""

from collections.abc import Iterable
from typing import Any

from django import forms

from contacts.models import Membership
from contacts.webforms.fields import SentOnce
from outage.rules.shift import TEXT_LETTERS


class HandOverForm(SentOnce):
    """`people` are the assignments of those who may come."""

    to = forms.ChoiceField(
        label="Till vem?",
        required=False,
        error_messages={"invalid_choice": "Välj någon som arbetar på enheten, eller Den som kommer."},
    )
    text = forms.CharField(
        label="Att tänka på",
        required=False,
        max_length=TEXT_LETTERS,
        help_text="Det som inte redan står i loggen. Vad som är öppet följer med av sig självt.",
        widget=forms.Textarea({"rows": 5}),
    )

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(one.user_id), _name(one)) for one in people]
        self.fields["to"].choices = [("", "Den som kommer"), *named]

    def facts(self) -> dict[str, Any]:
        """By the names the service uses; call after `is_valid`."""
        to = self.cleaned_data["to"]
        return self.cleaned_data | {"to": int(to) if to else None}


def _name(one: Membership) -> str:
    return f"{one.user.full_name}, {one.title or one.get_role_display()}"
