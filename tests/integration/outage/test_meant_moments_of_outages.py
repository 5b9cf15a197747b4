"""When an outage began and ended, and when support was rung, are asked about as any other moment is."""

from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from forms.webforms import entering
from outage.models import Outage, PrincipalEnd, SupportContact
from outage.rules.wording import STOCKHOLM
from outage.webforms import calls, events, outages
from outage.webforms.moments import AsksOfMoments, MomentField
from tests.clock import Clock
from tests.factories import County
from tests.integration.outage.conftest import county
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.test_meant_moments import asked, chain_since, logged_in, times

__all__ = ["county"]
pytestmark = pytest.mark.django_db


def opened(client: Client, path: str) -> dict[str, Any]:
    """Return the fields of the form of a page as it is now."""
    return fields_of(form_of(read(client.get(path)), **{"data-guard": True}))


def answered(client: Client, path: str, fields: dict[str, Any], **answer: str) -> int:
    """Send the form once more as the page shows it, with an answer to its question."""
    form = form_of(read(client.post(path, fields)), **{"data-guard": True})
    said = {f"answer-{name.replace('_', '-')}": [value] for name, value in answer.items()}
    return client.post(path, fields_of(form) | said).status_code


def test_a_report_over_midnight_is_of_the_day_that_is_answered(client: Client, county: County, clock: Clock):
    clock.move_to(datetime(2026, 11, 24, 23, 59, tzinfo=STOCKHOLM))
    alva, path = logged_in(client, county), reverse("report_outage")
    fields = opened(alva, path) | {"scope": ["both_principals"], "started_at_kl": ["00.05"]}
    clock.move_to(datetime(2026, 11, 25, 0, 8, tzinfo=STOCKHOLM))
    assert asked(alva.post(path, fields)) == {
        "other": "Ja, ons 25 nov 00.05",
        "same": "Nej, tis 24 nov 00.05 är rätt",
    }
    assert not Outage.objects.exists()
    assert answered(alva, path, fields, which_day="other") == 302
    assert times([Outage.objects.get().current.started_at]) == ["ons 25 nov 00.05"]


def test_an_end_and_a_call_to_support_over_midnight_are_asked_about(
    client: Client, county: County, clock: Clock
):
    chain_since(county, clock, 2026, 11, 24, 20, 0)
    clock.move_to(datetime(2026, 11, 24, 23, 59, tzinfo=STOCKHOLM))
    client.force_login(county.esa.user)
    end, support = reverse("end_outage"), reverse("record_support")
    ending = opened(client, end) | {"ended_at_kl": ["00.05"]}
    rung = opened(client, support) | {"at_kl": ["00.06"]}
    clock.move_to(datetime(2026, 11, 25, 0, 8, tzinfo=STOCKHOLM))
    assert asked(client.post(support, rung))["other"] == "Ja, ons 25 nov 00.06"
    assert answered(client, support, rung, which_day="other") == 302
    assert times([SupportContact.objects.get().at]) == ["ons 25 nov 00.06"]
    assert asked(client.post(end, ending))["other"] == "Ja, ons 25 nov 00.05"
    assert answered(client, end, ending, which_day="other") == 302
    assert times([PrincipalEnd.objects.get().ended_at]) == ["ons 25 nov 00.05"]


def test_a_start_in_the_hour_that_came_twice_is_asked_about(client: Client, county: County, clock: Clock):
    chain_since(county, clock, 2026, 10, 25, 1, 30)
    clock.move_to(datetime(2026, 10, 25, 8, 0, tzinfo=STOCKHOLM))
    alva, path = logged_in(client, county), reverse("change_outage")
    fields = opened(alva, path) | {"started_at_kl": ["02.30"]}
    assert asked(alva.post(path, fields)).keys() == {"sommartid", "vintertid"}
    assert answered(alva, path, fields, which_hour="sommartid") == 302
    assert times([Outage.objects.get().current.started_at]) == ["sön 25 okt 02.30 sommartid"]


def test_every_form_with_a_moment_asks():
    declared = [
        form
        for module in (calls, events, outages, entering)
        for form in vars(module).values()
        if isinstance(form, type) and issubclass(form, forms.Form)
    ]
    with_moments = [
        form
        for form in declared
        if any(isinstance(field, MomentField) for field in form.base_fields.values())
    ]
    assert len(with_moments) >= 5
    assert [form for form in with_moments if not issubclass(form, AsksOfMoments)] == []
