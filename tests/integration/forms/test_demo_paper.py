"""The paper of the demo: there once, of invented people, and only where there is a demo."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from contacts.rules.errors import RuleError
from forms.demo.management.commands import demo
from forms.demo.player import make_paper
from forms.models import DisposalDecision, Sheet
from forms.queries.sheets import Where, figures

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_outside_the_demo_no_paper_is_laid():
    with pytest.raises(RuleError, match="Demoläget är av"):
        make_paper()


def test_before_the_demo_there_is_nobody_to_lay_it_for(settings: Any):
    settings.DEMO = True
    with pytest.raises(RuleError, match="Kör först"):
        make_paper()


def test_the_demo_has_paper_and_a_second_run_lays_no_more(settings: Any):
    settings.DEMO = True
    out = StringIO()
    call_command(demo.Command(), stdout=out)
    call_command(demo.Command(), stdout=out)
    assert out.getvalue().splitlines()[1::2] == [
        "Demons blad är gjorda.",
        "Demons blad finns redan. Inget är ändrat.",
    ]
    sheets = Sheet.objects.select_related("unit")
    assert sheets.count() == 8
    assert figures(sheets[0].unit)[Where.ALL] == 7
    assert DisposalDecision.objects.get().reference.startswith("DEMO")
