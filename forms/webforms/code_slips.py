"""The form that prints one-time codes for many."""

from collections.abc import Iterable
from typing import Any

from django import forms

from contacts.models import User
from contacts.rules.login_codes import MOST_SLIPS
from contacts.webforms.fields import AsksQuestions


class CodeSlipsForm(AsksQuestions):
    """For whom, among the people whom the page shows."""

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        self.fields["person"] = forms.MultipleChoiceField(
            label="Personer",
            choices=[(key, person.full_name) for key, person in self._people.items()],
            initial=list(self._people),
            error_messages={
                "required": "Kryssa för minst en person.",
                "invalid_choice": "Någon av dem kan inte få en kod härifrån. Se listan igen.",
            },
        )

    def clean_person(self) -> list[User]:
        chosen = [self._people[key] for key in self.cleaned_data["person"]]
        if len(chosen) > MOST_SLIPS:
            raise forms.ValidationError(f"Högst {MOST_SLIPS} koder åt gången.")
        return chosen

    @property
    def ticked(self) -> frozenset[str]:
        """The ids of the people to be shown with a tick."""
        return frozenset(self["person"].value() or ())
