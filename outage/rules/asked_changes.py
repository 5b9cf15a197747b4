"""What is asked where a patient's places or identity are changed, and somebody may have been told."""

from collections.abc import Iterable, Mapping, Sequence

from contacts.rules.errors import Question
from contacts.rules.parties import Party
from outage.rules.back_registration import ChainStatus
from outage.rules.told import OTHER_PREFIX, IdentityChange, PlaceChange


def identity_answer(
    sentence: str, choices: Iterable[IdentityChange], answers: Mapping[str, str] | None
) -> str:
    """What another number or name means for those who were told. Raises Question where that is not answered."""
    if answers is None:
        return IdentityChange.WRITTEN_WRONG.value
    labels = [(how.value, how.label) for how in choices]
    return Question("identity", sentence, labels).settled(answers)


def is_unlisted(place: str) -> bool:
    """An unlisted place may be another spelling of one that is listed."""
    return place.startswith(OTHER_PREFIX)


def place_answer(
    key: str,
    party: Party,
    name: str,
    answers: Mapping[str, str] | None,
    *,
    may_be_same: bool,
    again: bool = False,
) -> str:
    """What it means that `party` is no longer `name` (`PlaceChange`); `again`: the patient was discharged there. Raises
    Question where that is not answered.
    """
    if answers is None:
        return PlaceChange.MOVED.value
    choices = [PlaceChange.MOVED, PlaceChange.MISTAKE, *([PlaceChange.SAME] if may_be_same else [])]
    labels = {how.value: how.label for how in choices}
    sentence = f"{party.label} var {name}. Varför är den ändrad?"
    if again:
        labels[PlaceChange.MOVED.value] = "Patienten är inskriven igen. Logga inskrivningen också"
        sentence = f"Patienten är utskriven. {sentence}"
    return Question(key, sentence, [*labels.items()]).settled(answers)


STANDS_AGAIN = "stands"


def ask_if_wrongly_marked(kinds: Sequence[str]) -> Question:
    """Whether what was taken back when a chain was marked as logged on the wrong patient, by `kinds`, stands again. It
    is answered by STANDS_AGAIN or "gone".
    """
    return Question(
        "taken-back",
        f"När vårdkedjan blev {ChainStatus.WRONG_PATIENT.label} togs detta tillbaka: {', '.join(kinds)}. Vad gäller?",
        (
            (STANDS_AGAIN, "Det var ett misstag. Det som togs tillbaka gäller igen"),
            ("gone", "Det gällde en annan patient. Det förblir återtaget"),
        ),
    )


def same_number_other_name(here: str, there: Iterable[str]) -> str:
    """A sentence where a patient's chains have names that are not `here`; "" where none has, or none is known here."""
    here = " ".join(here.split())
    names = (" ".join(name.split()) for name in there)
    differing = [name for name in dict.fromkeys(names) if name and name.casefold() != here.casefold()]
    if not here or not differing:
        return ""
    return f"Samma nummer, olika namn! Här: {here}. Där: {', '.join(differing)}. Läs numret en gång till."
