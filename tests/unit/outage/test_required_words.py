"""A form of what was logged says what to write, and not only that something is missing."""

import pytest

from outage.webforms import events


@pytest.mark.parametrize(
    "form", [events.CorrectEventForm, events.ReasonForm, events.MoveCallForm, events.OpenItemForm]
)
def test_a_field_that_is_left_empty_says_what_to_write(form):
    fields = {name: field for name, field in form.base_fields.items() if not field.widget.is_hidden}
    said = {name: str(field.error_messages["required"]) for name, field in fields.items() if field.required}
    assert "reason" in said
    assert {name for name, words in said.items() if not words.startswith(("Skriv", "Välj", "Ange"))} == set()
