"""The rule tables in the documentation are those of the content."""

from pathlib import Path

from outage.routine import current_routine
from outage.routine.markdown import rule_tables

PAGE = Path(__file__).parents[3] / "docs" / "routine.md"


def test_the_page_of_the_routine_prints_the_rules_as_they_stand_in_the_content():
    text = PAGE.read_text(encoding="utf-8")
    printed = text.partition("<!-- routine tables -->\n")[2].partition("<!-- /routine tables -->")[0]
    assert printed == rule_tables(current_routine())
