"""A purge that has begun is not stopped any more, and what is written after its confirmation stops it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from contacts.rules.errors import RuleError
from forms import scan_store
from forms.queries.purge import steps_of
from forms.services.purge import withdraw_purge
from outage.models import CareChain, CareChainDetails, Outage, ShiftHandover
from outage.queries.outages import outage_for
from outage.services.outages import end_outage, reopen_outage
from tests.factories import County
from tests.integration.forms.purging import (
    account_for,
    at,
    chain,
    close,
    confirm,
    folders,
    last_number,
    outage,
    propose,
    purgeable,
    run,
    scanned_sheet,
    second,
)
from tests.integration.forms.sheets_made import decide
from tests.integration.outage.pages import fields_of, form_of, read

__all__ = ["chain", "folders", "outage"]

pytestmark = pytest.mark.django_db


def confirmed(county: County, outage: Outage) -> Outage:
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    return outage


def name_of(chain: CareChain) -> str:
    return CareChainDetails.objects.filter(chain=chain).latest("pk").patient_name


def test_one_that_has_taken_pictures_is_finished_and_not_stopped(
    county: County, outage: Outage, chain: CareChain, clock: Any, monkeypatch: pytest.MonkeyPatch
):
    decide(county.adam)
    account_for(county, scanned_sheet(county, chain))
    outage = confirmed(county, outage)
    clock.shift(timedelta(days=1))
    purge = scan_store.purge

    def breaks(pages: Any) -> int:
        purge(pages)
        raise OSError("nobody answers there")

    monkeypatch.setattr(scan_store, "purge", breaks)
    with pytest.raises(OSError, match="nobody answers"):
        run()
    monkeypatch.setattr(scan_store, "purge", purge)
    with pytest.raises(RuleError, match="har börjat"):
        withdraw_purge(
            by=county.adam,
            outage=outage,
            client_id=uuid4(),
            reason="Stopp",
            seen=last_number(county.adam, outage),
        )
    assert len(run().done) == 1
    assert name_of(chain) == ""


def handed_over(county: County, outage: Outage) -> None:
    client = at(county.alva)
    fields = fields_of(form_of(read(client.get(reverse("hand_over_shift"))), method="post"))
    assert client.post(reverse("hand_over_shift"), fields | {"text": "Ring dottern"}).status_code == 302
    assert ShiftHandover.objects.exists()


def closed_again(county: County, outage: Outage) -> None:
    own_end = outage.own_end
    assert own_end is not None
    reopen_outage(by=county.esa, outage=outage, client_id=uuid4())
    end_outage(by=county.esa, outage=outage_for(county.region, outage.pk), ended_at=own_end)
    close(county.esa, outage_for(county.region, outage.pk))


@pytest.mark.parametrize("does", [handed_over, closed_again])
def test_what_is_done_after_the_confirmation_stops_it(
    county: County, outage: Outage, chain: CareChain, clock: Any, does: Any
):
    outage = confirmed(county, outage)
    does(county, outage)
    clock.shift(timedelta(days=1))
    done = run()
    assert not done.done
    last = steps_of(county.region, [outage])[outage.pk][-1]
    assert "Ändrat sedan gallringen föreslogs" in last.reason
    assert name_of(chain)
