"""From the content file of a form with fields to a FormSpec."""

from pathlib import Path

from forms.rules.form_spec import FieldShape, FormField, FormSection, FormSpec, form_faults
from outage.routine.table import Table

from .head import open_spec, read_head, refuse


def load_form(path: Path) -> FormSpec:
    """Read and check one form's file; raises RoutineError naming file, key and remedy."""
    top, _ = open_spec(path)
    sections = tuple(_section(table) for table in top.tables("sections"))
    refuse(top, "sections", form_faults, sections)
    spec = FormSpec(
        **read_head(top),
        sections=sections,
        patient_title=top.optional_text("patient_title"),
        patient_advice=top.optional_text("patient_advice"),
    )
    top.finish()
    return spec


def _section(table: Table) -> FormSection:
    return FormSection(
        heading=table.text("heading"),
        fields=tuple(_field(inner) for inner in table.tables("fields")),
        staff=table.flag("staff"),
        patient=table.optional_text("patient"),
    )


def _field(table: Table) -> FormField:
    shape = table.one_of("shape", FieldShape)
    has_rows = shape in (FieldShape.AREA, FieldShape.TABLE)
    return FormField(
        key=table.text("key"),
        label=table.text("label"),
        shape=shape,
        rows=table.positive("rows") if has_rows else 1,
        choices=table.texts("choices"),
        columns=table.texts("columns"),
        wide=table.texts("wide"),
        narrow=table.texts("narrow"),
        boxes=_boxes(table),
        half=table.flag("half"),
        staff=table.flag("staff"),
        patient=table.optional_text("patient"),
    )


def _boxes(table: Table) -> dict[str, tuple[str, ...]]:
    if "boxes" not in table.names():
        return {}
    inner = table.table("boxes")
    return {name: inner.texts(name) for name in inner.names()}
