"""One description of a contact's columns: its row, form, file and lists of changes say the same of each fact."""

from dataclasses import replace
from datetime import time

import pytest

from contacts.filing.changes import COLUMN_OF, changes_in_words, facts_in_words
from contacts.filing.columns import COLUMNS, LONGEST
from contacts.models import DirectoryEntry, Unit
from contacts.presenters.keeping import differences
from contacts.rules.entry_facts import FACTS, FIRST_COLUMN, HOUR_LABELS, LABELS, TEXTS, EntryFacts, EntryKind
from contacts.rules.hours import Availability, Hours
from contacts.rules.phone import Phone, PhoneKind
from contacts.webforms.keeping import EntryForm

FACTS_NOW = EntryFacts(kind=EntryKind.OTHER, name="Köket", hours=Hours(Availability.UNKNOWN))
EVERY_FACT = EntryFacts(
    kind=EntryKind.PERSON,
    unit="Avd 3",
    name="Anna Ek",
    first_name="Anna",
    last_name="Ek",
    title="Chef",
    department="Medicin",
    remark="Ring två gånger",
    owner="Kansliet",
    source="Rutinen",
    phones=(Phone(PhoneKind.ON_CALL, "090-785 00 00"), Phone(PhoneKind.EXTENSION, "59090")),
    hours=Hours(Availability.DAYTIME, time(8), lunch_from=time(12), lunch_to=time(13)),
)


@pytest.mark.parametrize("fact", ["name", *TEXTS])
def test_a_text_is_as_long_and_called_the_same_everywhere(fact):
    field, row = EntryForm.base_fields[fact], DirectoryEntry._meta.get_field(fact)
    longest = LONGEST[FIRST_COLUMN[fact].heading]
    assert (field.max_length, row.max_length) == (longest, longest)
    assert field.label.lower() == row.verbose_name == LABELS[fact].lower()


@pytest.mark.parametrize("column", [name for name in HOUR_LABELS if name in EntryForm.base_fields])
def test_the_hours_are_called_the_same_in_the_row_and_in_the_form(column):
    label, verbose = EntryForm.base_fields[column].label, DirectoryEntry._meta.get_field(column).verbose_name
    assert label.lower().removesuffix(" och med") == verbose


def test_a_row_takes_every_fact_and_gives_it_back():
    entry, unit = DirectoryEntry(), Unit(name="Avd 3")
    entry.take(EVERY_FACT, unit)
    assert (entry.facts, entry.unit) == (EVERY_FACT, unit)
    entry.take(FACTS_NOW, None, ["remark", "unit"])
    assert entry.facts == replace(EVERY_FACT, remark="", unit="")


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_that_changes_is_told_by_itself(fact):
    changed = replace(FACTS_NOW, **{fact: getattr(EVERY_FACT, fact)})
    (told,) = differences(FACTS_NOW, changed)
    assert (told.label, told.new) == (LABELS[fact], EVERY_FACT.words(fact))
    by_file = changes_in_words(FACTS_NOW, changed)
    # A file knows a contact by its name, and never changes it.
    assert len(by_file) == (fact != "name")
    assert all(new == EVERY_FACT.words(fact) for _, _, new in by_file)


def test_a_file_tells_every_fact_of_a_new_contact_but_its_name():
    assert [words for _, words in facts_in_words(EVERY_FACT)] == [
        EVERY_FACT.words(fact) for fact in COLUMN_OF
    ]
    assert set(COLUMN_OF) == set(FACTS) - {"name"}
    assert set(COLUMN_OF.values()) <= set(COLUMNS)
