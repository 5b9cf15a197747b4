"""From the content file of the binder to a BinderSpec."""

from pathlib import Path

from forms.rules.binder_spec import (
    BinderSpec,
    BlankCount,
    PaperSection,
    PaperStep,
    RoutineSection,
    blank_faults,
    paper_faults,
    routine_faults,
)
from outage.routine.table import Table

from .head import open_spec, read_head, refuse


def load_binder(path: Path) -> BinderSpec:
    """Read and check the binder's file; raises RoutineError naming file, key and remedy."""
    top, routine = open_spec(path)
    sections = tuple(_routine_section(table) for table in top.tables("routine_sections"))
    refuse(top, "routine_sections", routine_faults, sections, routine)
    paper = tuple(_paper_section(table) for table in top.tables("paper"))
    refuse(top, "paper", paper_faults, paper, routine)
    blanks = tuple(_blank(table) for table in top.tables("blanks"))
    refuse(top, "blanks", blank_faults, blanks)
    spec = BinderSpec(
        **read_head(top),
        routine=routine.id,
        contents_heading=top.text("contents_heading"),
        routine_heading=top.text("routine_heading"),
        other_heading=top.text("other_heading"),
        paper_heading=top.text("paper_heading"),
        blanks_heading=top.text("blanks_heading"),
        blanks_advice=top.text("blanks_advice"),
        routine_sections=sections,
        paper=paper,
        blanks=blanks,
    )
    top.finish()
    return spec


def _routine_section(table: Table) -> RoutineSection:
    section = RoutineSection(heading=table.text("heading"), clauses=table.texts("clauses"))
    if not section.clauses:
        raise table.error("clauses", "name at least one clause")
    return section


def _paper_section(table: Table) -> PaperSection:
    return PaperSection(
        heading=table.text("heading"), steps=tuple(_paper_step(inner) for inner in table.tables("steps"))
    )


def _paper_step(table: Table) -> PaperStep:
    return PaperStep(text=table.text("text"), clause=table.optional_text("clause"))


def _blank(table: Table) -> BlankCount:
    return BlankCount(kind=table.text("kind"), count=table.positive("count"))
