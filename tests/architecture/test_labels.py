"""Every member of every enum of the rules has a Swedish word a person can be shown."""

from enum import StrEnum

import pytest

from contacts.rules.labelled import Labelled
from tests.architecture.tree import modules_of_floor

MODULES = modules_of_floor("rules")
ENUMS = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value.__module__ == module.__name__
        if value is not Labelled
    },
    key=lambda enum: (enum.__module__, enum.__name__),
)


def labels_of(enum: type[StrEnum]) -> dict[StrEnum, str]:
    assert issubclass(enum, Labelled)
    return {member: member.label for member in enum}


def test_there_are_enums():
    assert {"Party", "OutageScope", "Decision", "Role"} <= {enum.__name__ for enum in ENUMS}


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_every_member_has_a_label_of_its_own(enum: type[StrEnum]):
    labels = labels_of(enum)
    assert set(labels) == set(enum)
    assert all(text.strip() for text in labels.values())
    assert len(set(labels.values())) == len(labels)
