"""A principal that never said that an earlier outage was over ends it with the next, or says when it was."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.errors import IdClash, Question
from contacts.rules.parties import Party
from outage.models import Outage
from outage.queries.outages import outage_for
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event, make_outage
from tests.integration.outage.ends import make_three
from tests.integration.outage.pages import errors_of, fields_of, form_of, read


@pytest.fixture
def umea(county: County) -> Acting:
    return make_three(county).umea


@pytest.fixture
def two(county: County, outage: Outage, umea: Acting) -> tuple[Outage, Outage]:
    """One that the region has ended, and the next, in which both are out."""
    make_outage(umea)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - timedelta(minutes=20))
    return outage, make_outage(county.alva, timedelta(minutes=10))


def end_page(outage: Outage) -> str:
    return f"{reverse('end_outage')}?driftstopp={outage.pk}"


def own_ends(by: Acting, *outages: Outage) -> list[bool]:
    return [outage_for(by.principal, outage.pk).own_end is not None for outage in outages]


@pytest.mark.parametrize(
    ("answer", "ended"), [("", [False, False]), ("no", [True, True]), ("yes", [False, True])]
)
def test_who_ends_the_newest_is_asked_about_those_before(
    client: Client, umea: Acting, two: tuple[Outage, Outage], answer: str, ended: list[bool]
):
    earlier, later = two
    client.force_login(umea.user)
    page = read(client.get(end_page(later)))
    assert "Var ni inne i PRATOR mellan driftstoppen 08.52 och 10.42?" in page.main.get_text()
    sent = client.post(end_page(later), fields_of(form_of(page, method="post")) | {"up_between": answer})
    assert own_ends(umea, earlier, later) == ended
    if not answer:
        assert "Välj om ni var inne däremellan." in errors_of(read(sent))
        return
    told = read(client.get(sent["Location"]))
    if answer == "no":
        assert "PRATOR är åter i drift." in told.get_text()
        assert "Driftstopp i PRATOR" not in told.select_one(".banner").get_text()
        return
    # It is over when somebody says, and not now.
    assert sent["Location"] == end_page(earlier)
    assert "Avslutat: driftstoppet 10.42. Ange nu när det som började 08.52 var över." in told.get_text()
    assert not told.select_one('main [name="ended_at_kl"]').get("value")


def test_an_end_of_an_earlier_one_does_not_say_that_it_is_over_now(
    client: Client, umea: Acting, two: tuple[Outage, Outage]
):
    earlier, later = two
    client.force_login(umea.user)
    page = read(client.get(end_page(earlier)))
    assert page.h1.get_text() == "Avsluta driftstoppet 08.52"
    assert "mellan driftstoppen" not in page.main.get_text()
    sent = fields_of(form_of(page, method="post")) | {"ended_at_kl": "10.32"}
    told = read(client.post(end_page(earlier), sent, follow=True))
    assert own_ends(umea, earlier, later) == [True, False]
    assert "Avslutat: driftstoppet 08.52. Det som började 10.42 pågår." in told.get_text()
    assert "Driftstopp i PRATOR" in told.select_one(".banner").get_text()
    assert told.h1.get_text().strip() == "Driftstoppet 08.52–10.32"
    assert "Driftstoppet pågår ändå" not in told.main.get_text()


def test_all_are_ended_or_none(county: County, umea: Acting, two: tuple[Outage, Outage]):
    earlier, later = two
    for each in two:
        chain = make_chain(county, outage_for(umea.principal, each.pk), umea)
        make_event(
            umea, chain, "municipality_ready", sender=Party.MUNICIPALITY, to=Party.INPATIENT, ago=timedelta(0)
        )
    at, said = timezone.now() - timedelta(minutes=1), {}
    later = outage_for(umea.principal, later.pk)
    args = {"by": umea, "outage": later, "ended_at": at, "client_id": uuid4(), "also": [earlier]}
    for _ in two:
        with pytest.raises(Question) as asked:
            end_outage(**args, answers=said)
        assert own_ends(umea, *two) == [False, False]
        said |= {asked.value.key: "ja"}
    for _ in range(2):
        end_outage(**args, answers=said)
        assert own_ends(umea, *two) == [True, True]
    with pytest.raises(IdClash):
        end_outage(**args | {"also": []}, answers=said)
