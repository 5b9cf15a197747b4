"""The forms of people and their assignments."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator

from contacts.models import Unit
from contacts.queries.people import Listed
from contacts.rules.errors import RuleError
from contacts.rules.hsa import LONGEST_HSA_ID, tidy_hsa_id
from contacts.rules.people import PersonFacts
from contacts.rules.permissions import Role
from contacts.webforms.differences import Opened
from contacts.webforms.fields import AsksQuestions, NoPatientField, SentOnce
from contacts.webforms.search import LONGEST_TEXT, ContactSearchForm

_FACTS = ("username", "first_name", "last_name", "email", "hsa_id")
_TYPED = {"autocomplete": "off", "spellcheck": "false"}


class PeopleForm(ContactSearchForm):
    """The filter, the search text, the page. Invalid values are ignored."""

    visa = forms.ChoiceField(required=False, choices=Listed.choices())
    q = forms.CharField(label="Sök bland personerna", required=False, max_length=LONGEST_TEXT)

    def wanted(self) -> tuple[Listed, str, int]:
        """The filter, the text and the page; for an invalid one the first."""
        self.is_valid()
        data = self.cleaned_data
        return Listed(data.get("visa") or Listed.IN_FORCE), data.get("q", ""), data.get("sida") or 1


class PersonForm(Opened, AsksQuestions):
    """What is said of a person."""

    version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    first_name = NoPatientField(
        help_text="",
        label="Förnamn",
        max_length=150,
        widget=forms.TextInput(_TYPED),
        error_messages={"required": "Skriv förnamnet."},
    )
    last_name = NoPatientField(
        help_text="",
        label="Efternamn",
        max_length=150,
        widget=forms.TextInput(_TYPED),
        error_messages={"required": "Skriv efternamnet."},
    )
    username = forms.CharField(
        label="Användarnamn",
        max_length=150,
        help_text="Det personen loggar in med. Bokstäver, siffror och @ . + - _",
        validators=[
            UnicodeUsernameValidator(message="Bara bokstäver, siffror och @ . + - _ utan mellanslag.")
        ],
        widget=forms.TextInput(_TYPED),
        error_messages={"required": "Skriv ett användarnamn."},
    )
    hsa_id = forms.CharField(
        label="HSA-id", required=False, max_length=2 * LONGEST_HSA_ID, widget=forms.TextInput(_TYPED)
    )
    email = forms.EmailField(
        label="E-post",
        required=False,
        max_length=254,
        widget=forms.EmailInput(_TYPED),
        error_messages={"invalid": "Skriv e-posten som namn@exempel.se."},
    )

    def clean_hsa_id(self) -> str:
        try:
            return tidy_hsa_id(self.cleaned_data["hsa_id"])
        except RuleError as wrong:
            raise forms.ValidationError(wrong.reason) from wrong

    def facts(self) -> PersonFacts:
        """Call after `is_valid`."""
        return PersonFacts(**{name: self.cleaned_data[name] for name in _FACTS})


class _Assignment(forms.Form):
    """Where, as what, and by which title; `chosen()` after `is_valid`."""

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = {str(unit.pk): unit for unit in units}
        self.fields["unit"] = forms.ChoiceField(
            label="Enhet",
            choices=[("", "Välj enhet"), *((key, unit.name) for key, unit in self._units.items())],
            error_messages={"required": "Välj enhet."},
        )
        self.fields["role"] = forms.ChoiceField(
            label="Roll",
            choices=Role.choices(),
            widget=forms.RadioSelect,
            error_messages={"required": "Välj roll."},
        )
        self.fields["title"] = title_field()

    def chosen(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"unit": self._units[data["unit"]], "role": Role(data["role"]), "title": data["title"]}


def title_field() -> forms.CharField:
    return NoPatientField(
        label="Titel",
        max_length=60,
        help_text="Till exempel sjuksköterska. Står vid signaturen.",
        error_messages={"required": "Skriv en titel."},
    )


class NewPersonForm(_Assignment, PersonForm):
    """A person and the first assignment."""


class NewAssignmentForm(_Assignment, SentOnce):
    """One more assignment."""


class TitleForm(Opened, SentOnce):
    """The title of an assignment."""

    version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    title = title_field()


def facts_of(person: Any) -> dict[str, Any]:
    """What the form of a person begins with."""
    return {name: getattr(person, name) for name in _FACTS}
