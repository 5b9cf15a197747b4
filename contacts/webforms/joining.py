"""The forms that join two contacts, or two units."""

from collections.abc import Iterable
from typing import Any

from django import forms

from contacts.presenters.joining import JoinLine
from contacts.rules.joining import Part, Pick

from .fields import SentOnce


class JoinForm(SentOnce):
    """Two rows are one, each as it was when the page was made."""

    version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    other_version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def as_seen(self) -> dict[str, Any]:
        """The id, and the versions of both rows that the person saw; call after `is_valid`."""
        return {name: self.cleaned_data[name] for name in ("client_id", "version", "other_version")}


class JoinEntriesForm(JoinForm):
    """Two contacts are one, with a choice for each thing that they say differently."""

    def __init__(self, *args: Any, lines: Iterable[JoinLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = {line.part: line for line in lines}
        for part in Part:
            line = self._lines.get(part)
            # What came stands for what was chosen, also where the two say the same by now: a form sent twice is one.
            choices = [(pick.value, label) for pick, label in line.choices] if line else []
            self.fields[part.value] = forms.ChoiceField(
                label=part.label,
                required=False,
                choices=choices or Pick.choices(),
                initial=line.preset.value if line else None,
                widget=forms.RadioSelect,
            )

    def rows(self) -> list[tuple[JoinLine, forms.BoundField | None]]:
        """Each thing that they say, with the field that chooses where there is anything to choose."""
        return [(line, self[part.value] if line.choices else None) for part, line in self._lines.items()]

    def picks(self) -> dict[Part, Pick]:
        """Call after `is_valid`."""
        return {part: Pick(value) for part in Part if (value := self.cleaned_data.get(part.value))}
