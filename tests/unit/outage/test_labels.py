"""Every value a person may meet has its Swedish words."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from types import ModuleType

import pytest

import outage.rules
from outage.rules.routine import PARTICULAR_LABELS


def enums() -> Iterator[tuple[ModuleType, type[StrEnum]]]:
    for found in pkgutil.iter_modules(outage.rules.__path__):
        module = importlib.import_module(f"outage.rules.{found.name}")
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, StrEnum) and thing.__module__ == module.__name__:
                yield module, thing


@pytest.mark.parametrize(
    ("module", "enum"), [pytest.param(*found, id=found[1].__name__) for found in enums()]
)
def test_every_member_has_a_label_of_its_own(module: ModuleType, enum: type[StrEnum]) -> None:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.__name__).upper() + "_LABELS"
    labels = getattr(module, name)
    assert list(labels) == list(enum)
    assert all(label == label.strip() and label[0].isupper() for label in labels.values())
    assert len(set(labels.values())) == len(enum)


def test_the_enums_are_found() -> None:
    assert {"Decision", "CallOutcome", "Before", "Phase"} <= {enum.__name__ for _, enum in enums()}


def test_every_particular_has_a_label() -> None:
    assert len(set(PARTICULAR_LABELS.values())) == len(PARTICULAR_LABELS)
    assert all(PARTICULAR_LABELS.values())
