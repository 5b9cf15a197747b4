"""The forms by which two chains of the same patient are joined, and a join is undone."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from contacts.webforms.fields import AsksQuestions
from outage.presenters.joining import Choice, LikePair
from outage.rules.joining import KEPT, OTHER, Pair

_PICK, _SAME = "pick-", "same-"


class JoinForm(AsksQuestions):
    """Differences are chosen, like events are told apart. Nothing is preset."""

    to = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, choices: Sequence[Choice], pairs: Sequence[LikePair], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choices, self._pairs = choices, pairs
        for choice in choices:
            self._add_choice(choice)
        for pair in pairs:
            self.fields[_name(pair)] = forms.ChoiceField(
                label=f"{pair.label}: samma händelse?",
                choices=[("ja", "Ja, det är samma händelse"), ("nej", "Nej, det är två. Båda står kvar")],
                widget=forms.RadioSelect,
                error_messages={"required": "Välj ja eller nej."},
            )
            self.fields[_name(pair)].pair = pair
            # Which of two holds is asked of one event only.
            one = self.data.get(_name(pair)) == "ja"
            for choice in pair.choices:
                self._add_choice(choice, required=one)

    def _add_choice(self, choice: Choice, *, required: bool = True) -> None:
        self.fields[_pick(choice)] = forms.ChoiceField(
            label=f"{choice.label}: vilket stämmer?",
            choices=[(KEPT, choice.kept), (OTHER, choice.other)],
            required=required,
            widget=forms.RadioSelect,
            error_messages={"required": "Välj vilket som stämmer."},
        )

    def choices(self) -> dict[str, str]:
        """What was chosen where the two differ; call after `is_valid`."""
        asked = [*self._choices, *(choice for pair in self._pairs for choice in pair.choices)]
        found = {choice.name: self.cleaned_data[_pick(choice)] for choice in asked}
        return {name: which for name, which in found.items() if which}

    def same(self) -> dict[Pair, bool]:
        """Whether each pair is one event; call after `is_valid`."""
        return {pair.pair: self.cleaned_data[_name(pair)] == "ja" for pair in self._pairs}

    @property
    def picks(self) -> list[forms.BoundField]:
        return [self[_pick(choice)] for choice in self._choices]

    @property
    def pairs(self) -> list[tuple[forms.BoundField, list[forms.BoundField]]]:
        """The fields of the like events, each with those of what they say differently."""
        return [(self[_name(pair)], [self[_pick(choice)] for choice in pair.choices]) for pair in self._pairs]


def as_sent(data: Mapping[str, str]) -> tuple[dict[str, str], dict[Pair, bool]]:
    """What was chosen and said of each pair, as `choices` and `same`, of two that are joined by now."""
    chosen = {
        name.removeprefix(_PICK): which for name, which in data.items() if name.startswith(_PICK) and which
    }
    said = {name.removeprefix(_SAME): what == "ja" for name, what in data.items() if name.startswith(_SAME)}
    # Each of the two is an id of as many characters.
    return chosen, {(ids[: len(ids) // 2], ids[len(ids) // 2 + 1 :]): one for ids, one in said.items()}


def _pick(choice: Choice) -> str:
    return f"{_PICK}{choice.name}"


def _name(pair: LikePair) -> str:
    # By the rows themselves: an answer is never taken for one about another pair.
    return f"{_SAME}{'-'.join(pair.pair)}"
