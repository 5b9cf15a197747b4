"""Kvittenskod in the form of a call: the one to read aloud, or the one that was heard."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from contacts.access import Acting
from contacts.rules.errors import RuleError
from outage.queries.call_codes import code_of_form
from outage.rules.call_code import read_code, shown_code


class CodeField(forms.CharField):
    """A code as people type it: "w47-r2 9a". "" where nothing is typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "size": 12}
        super().__init__(required=False, max_length=40, widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        """Raises ValidationError in Swedish."""
        try:
            return read_code(super().to_python(value) or "")
        except RuleError as wrong:
            raise ValidationError(wrong.reason) from wrong

    def prepare_value(self, value: Any) -> Any:
        """In groups, as it is read."""
        try:
            return shown_code(read_code(value or ""))
        except RuleError:
            return value


def code_to_say(form: forms.Form, by: Acting) -> str:
    """The code of what the form makes, by its id; "" where that is none."""
    value = form["client_id"].value()
    try:
        client_id = value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return ""
    return shown_code(code_of_form(client_id, by.user.pk, by.unit.pk))
