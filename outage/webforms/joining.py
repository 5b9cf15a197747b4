"""The forms by which two chains of the same patient are joined, and a join is undone."""

from collections.abc import Sequence
from typing import Any

from django import forms

from contacts.webforms.fields import AsksQuestions
from outage.presenters.joining import Choice, LikePair
from outage.queries.joining import KEPT, OTHER
from outage.rules.joining import Pair


class JoinForm(AsksQuestions):
    """Join two chains: what differs is chosen, like events are told apart. Nothing is preset."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    to = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, choices: Sequence[Choice], pairs: Sequence[LikePair], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choices, self._pairs = choices, pairs
        for choice in choices:
            self.fields[f"pick-{choice.name}"] = forms.ChoiceField(
                label=f"{choice.label}: vilket stämmer?",
                choices=[(KEPT, choice.kept), (OTHER, choice.other)],
                widget=forms.RadioSelect,
                error_messages={"required": "Välj vilket som stämmer."},
            )
        for pair in pairs:
            field = forms.ChoiceField(
                label=f"{pair.label}: samma händelse?",
                choices=[("ja", "Ja, det är samma händelse"), ("nej", "Nej, det är två. Båda står kvar")],
                widget=forms.RadioSelect,
                error_messages={"required": "Välj ja eller nej."},
            )
            field.pair = pair
            self.fields[_name(pair)] = field

    def choices(self) -> dict[str, str]:
        """What was chosen where the two differ; ask after `is_valid`."""
        return {choice.name: self.cleaned_data[f"pick-{choice.name}"] for choice in self._choices}

    def same(self) -> dict[Pair, bool]:
        """Whether each pair is one event; ask after `is_valid`."""
        return {pair.pair: self.cleaned_data[_name(pair)] == "ja" for pair in self._pairs}

    @property
    def picks(self) -> list[forms.BoundField]:
        """The fields of what differs."""
        return [self[name] for name in self.fields if name.startswith("pick-")]

    @property
    def pairs(self) -> list[forms.BoundField]:
        """The fields of the like events."""
        return [self[name] for name in self.fields if name.startswith("same-")]


def _name(pair: LikePair) -> str:
    # By the rows themselves: an answer is never taken for one about another pair.
    return f"same-{'-'.join(pair.pair)}"
