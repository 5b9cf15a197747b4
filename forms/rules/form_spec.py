"""What the content file of a form with fields says: the SIP-blankett and the kallelse (R3.9, R3.11)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from contacts.rules.labelled import Labelled
from forms.rules.spec import SpecHead


class FieldShape(Labelled):
    LINE = "line", "Rad"
    AREA = "area", "Yta"
    CHOICES = "choices", "Kryssrutor"
    TABLE = "table", "Tabell"


@dataclass(frozen=True, slots=True)
class FormField:
    """`rows` are the lines of an area or the empty rows of a table, 0 for others; `columns` its headings.

    Of those some are `wide` or `narrow`, and some have `boxes` to tick in each row. `half` lets two neighbours share
    a line; `choices` are followed by room to write. `staff` is not for the patient's copy, and `patient` is the label
    there.
    """

    key: str
    label: str
    shape: FieldShape
    rows: int = 0
    choices: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()
    boxes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    half: bool = False
    staff: bool = False
    patient: str = ""


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields under a heading; a `staff` section is not for the patient's copy, and `patient` is the heading there."""

    heading: str
    fields: tuple[FormField, ...]
    staff: bool = False
    patient: str = ""


@dataclass(frozen=True, slots=True)
class FormSpec(SpecHead):
    """A form. `patient_title` heads the patient's copy, `patient_advice` is at its foot; empty where there is none."""

    sections: tuple[FormSection, ...]
    patient_title: str = ""
    patient_advice: str = ""

    def for_patient(self) -> "FormSpec":
        """The form in words to the patient, without what is for staff only."""
        sections = tuple(
            replace(
                section,
                heading=section.patient or section.heading,
                fields=tuple(
                    replace(each, label=each.patient or each.label)
                    for each in section.fields
                    if not each.staff
                ),
            )
            for section in self.sections
            if not section.staff
        )
        kept = tuple(section for section in sections if section.fields)
        title, advice = self.patient_title or self.title, self.patient_advice or self.advice
        return replace(self, title=title, advice=advice, sections=kept)


def form_faults(sections: Sequence[FormSection]) -> list[str]:
    fields = [each for section in sections for each in section.fields]
    counted = Counter(each.key for each in fields)
    faults = [f"{key} stands twice; keep one" for key, times in counted.items() if times > 1]
    for each in fields:
        if (each.shape in (FieldShape.AREA, FieldShape.TABLE)) != bool(each.rows):
            faults.append(f"{each.key}: an area and a table have rows, and nothing else has")
        if (each.shape is FieldShape.TABLE) != bool(each.columns):
            faults.append(f"{each.key}: a table has columns, and nothing else has")
        if (each.shape is FieldShape.CHOICES) != bool(each.choices):
            faults.append(f"{each.key}: boxes to tick have choices, and nothing else has")
        if each.shape is FieldShape.TABLE and each.half:
            faults.append(f"{each.key}: a table takes the whole width; remove half")
        faults += [
            f"{each.key}: {name!r} is none of its columns"
            for name in (*each.wide, *each.narrow, *each.boxes)
            if name not in each.columns
        ]
    for section in sections:
        tables = [each for each in section.fields if each.shape is FieldShape.TABLE]
        if tables and len(section.fields) > 1:
            faults.append(f"{tables[0].key}: a table has a heading of its own; give it a section")
    return faults
