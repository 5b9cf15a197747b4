"""From the content file of the samtalsstöd to a CallSupportSpec."""

from pathlib import Path

from contacts.rules.parties import Party
from forms.rules.call_support_spec import CallGuide, CallStep, CallSupportSpec, guide_faults
from outage.routine.table import Table

from .head import open_spec, read_head, refuse


def load_call_support(path: Path) -> CallSupportSpec:
    """Read and check the samtalsstöd's file; raises RoutineError naming file, key and remedy."""
    top, routine = open_spec(path)
    guides = tuple(_guide(table) for table in top.tables("guides"))
    refuse(top, "guides", guide_faults, guides, routine)
    spec = CallSupportSpec(
        **read_head(top),
        guides=guides,
        note_heading=top.text("note_heading"),
        note_rows=top.positive("note_rows"),
    )
    top.finish()
    return spec


def _guide(table: Table) -> CallGuide:
    return CallGuide(
        heading=table.text("heading"),
        steps=tuple(_step(inner) for inner in table.tables("steps")),
        party=table.optional_one_of("party", Party),
    )


def _step(table: Table) -> CallStep:
    return CallStep(do=table.text("do"), say=table.optional_text("say"), clause=table.optional_text("clause"))
