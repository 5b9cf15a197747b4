"""Every value a person may meet has its Swedish words."""

import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum

import pytest

import outage.rules
from contacts.rules.labelled import Labelled
from outage.rules.informing import CallOutcome


def enums() -> Iterator[type[StrEnum]]:
    for found in pkgutil.iter_modules(outage.rules.__path__):
        module = importlib.import_module(f"outage.rules.{found.name}")
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, StrEnum) and thing.__module__ == module.__name__:
                yield thing


@pytest.mark.parametrize("enum", [pytest.param(found, id=found.__name__) for found in enums()])
def test_every_member_has_a_label_of_its_own(enum: type[Labelled]) -> None:
    assert issubclass(enum, Labelled)
    labels = [member.label for member in enum]
    assert all(label and label == label.strip() and label[0].isupper() for label in labels)
    assert len(set(labels)) == len(labels)
    assert enum.choices() == list(zip(map(str, enum), labels, strict=True))


def test_a_member_is_found_by_its_value_alone() -> None:
    assert CallOutcome("busy") is CallOutcome.BUSY
    assert f"{CallOutcome.BUSY}" == "busy"
    with pytest.raises(ValueError, match="nobody"):
        CallOutcome("nobody")


def test_the_enums_are_found() -> None:
    assert {"Decision", "CallOutcome", "Before", "Phase", "Particular"} <= {enum.__name__ for enum in enums()}
