"""What the paper says is agreed of a SIP, and of whom: the same as the page (R3.9)."""

from datetime import timedelta

from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party, WardKind
from forms.presenters.care_chain import sheet_view
from forms.presenters.sip import _known
from forms.queries.sources import sheet_source, sip_source
from forms.specs import get_spec
from outage.models import CareChain
from outage.queries.care_chains import get_chain
from tests.factories import County, make_event, person
from tests.integration.outage.ticking import change


def known(by: Acting, chain: CareChain) -> dict[str, object]:
    return dict(_known(sip_source(get_chain(by, chain.pk))))


def planned(by: Acting, chain: CareChain) -> str:
    """What the vårdkedjeblankett says of the SIP."""
    view = sheet_view(
        sheet_source(get_chain(by, chain.pk), by, timezone.now()), get_spec(), by, timezone.now()
    )
    return next(fact.text for fact in view.facts[0].facts if fact.label.startswith("SIP"))


def test_another_date_without_a_time_has_none_on_paper_either(county: County, chain: CareChain):
    said = {"sip_place": "Sal 3", "participants": ["Anna"]}
    for ago, more in (
        (40, {"sip_date": "2026-12-01", "sip_time": "13.00"}),
        (20, {"sip_date": "2026-12-02"}),
    ):
        make_event(
            county.disa,
            chain,
            "sip_invitation",
            sender=Party.OUTPATIENT,
            ago=timedelta(minutes=ago),
            **said | more,
        )
    found = known(county.disa, chain)
    assert [found[key] for key in ("date", "time", "place", "participants")] == [
        "ons 2 dec 2026",
        "",
        "Sal 3",
        ("Anna",),
    ]
    assert planned(county.disa, chain) == "ons 2 dec 2026, Sal 3"


def test_what_a_former_oppenvard_said_of_itself_is_not_the_new_one_s(county: County, chain: CareChain):
    said = {"named_care_contact": "Kim på Heimdall", "current_services": "Såromläggning"}
    make_event(county.disa, chain, "admission_reply", sender=Party.OUTPATIENT, **said)
    found = known(county.disa, chain)
    assert (found["care_contact"], found["services"]) == ("Kim på Heimdall", "Öppenvård: Såromläggning")
    change(
        county.alva,
        chain,
        county,
        ward_kind=WardKind.PSYCHIATRIC,
        ward_unit=county.psychiatric_ward,
        outpatient_unit=county.clinic,
    )
    found = known(person("klas", county.clinic), chain)
    assert (found["care_contact"], found["services"]) == ("", "")
