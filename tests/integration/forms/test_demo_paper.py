"""The paper of the demo: there once, of invented people, and only where there is a demo."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.management.commands.import_directory import OWN_FILE
from forms.models import DisposalDecision, Sheet
from forms.queries.sheets import Where, figures
from outage.services.demo.make import make_demo

pytestmark = pytest.mark.django_db


def test_outside_the_demo_no_paper_is_laid():
    with pytest.raises(CommandError, match="Demoläget är av"):
        call_command("demo_paper")


def test_before_the_demo_there_is_nobody_to_lay_it_for(settings: Any):
    settings.DEMO = True
    with pytest.raises(CommandError, match="Kör först"):
        call_command("demo_paper")


def test_the_demo_has_paper_and_a_second_run_lays_no_more(settings: Any):
    settings.DEMO = True
    make_demo(by=None, directory=OWN_FILE.read_bytes())
    out = StringIO()
    call_command("demo_paper", stdout=out)
    call_command("demo_paper", stdout=out)
    assert out.getvalue().splitlines() == [
        "Demons blad är gjorda.",
        "Demons blad finns redan. Inget är ändrat.",
    ]
    sheets = Sheet.objects.select_related("unit")
    assert sheets.count() == 8
    assert figures(sheets[0].unit)[Where.ALL] == 7
    assert DisposalDecision.objects.get().reference.startswith("DEMO")
