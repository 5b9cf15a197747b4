"""A principal's main switchboard: chosen by its administrator, the same in every place, and never guessed."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEntry, DirectoryEntry, Principal, Unit
from contacts.queries.figures import directory_figures
from contacts.queries.kept_units import ways_missing
from contacts.queries.ringing import numbers_for, region_switchboard_number, switchboards
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import IdClash, NotAllowed, NotYours, RuleError
from contacts.rules.hours import Availability
from contacts.rules.parties import Party, WardKind
from contacts.rules.ways import MissingWay
from contacts.services.directory import retire_entry
from contacts.services.switchboards import choose_main_switchboard
from contacts.services.versions import ChangedMeanwhile
from forms.presenters.binder import binder_parts
from forms.presenters.contact_list import contact_list_part
from forms.rules.serial import make_serial
from tests.factories import make_entry, same_id
from tests.integration.contacts.keeping import form_at, opened, sent

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=STOCKHOLM)
SATURDAY = datetime(2026, 11, 28, 19, tzinfo=STOCKHOLM)
OURS, OTHER = "090-785 00 00", "090-785 99 99"


@pytest.fixture
def aaa(county) -> DirectoryEntry:
    """A second switchboard of the region, first in every alphabet."""
    return make_entry(
        county.region, "AAA växel", OTHER, kind=EntryKind.SWITCHBOARD, availability=Availability.ALWAYS
    )


@pytest.fixture
def second(county) -> DirectoryEntry:
    """A second switchboard of Malå, of no unit."""
    return make_entry(county.mala, "AAA Malå", "0953-140 99", kind=EntryKind.SWITCHBOARD)


def main_entry() -> DirectoryEntry:
    return DirectoryEntry.objects.get(name="Region Västerbottens växel")


def choose(county: Any, entry: DirectoryEntry, by: Any = None, version: str = "ingen", n: int = 1):
    return choose_main_switchboard(
        by=by or county.region_admin, client_id=same_id(n), version=version, entry=entry
    )


def everywhere(client: Client, county: Any) -> dict[str, str]:
    """The region's switchboard in each place that gives one."""
    client.force_login(county.alva.user)
    page = BeautifulSoup(client.get(reverse("contacts")).content, "html.parser")
    binder = binder_parts(serial=make_serial(1), blanks={}, unit=county.ward, by=None, now=TUESDAY)[0].view
    listed = contact_list_part(unit=county.ward, by=None, now=TUESDAY).view
    region = listed.principals[0].own.ring[0].lines[0].number.number
    nordmaling = next(p for p in listed.principals if p.own.name == "Nordmalings kommun").own
    return {
        "header": page.select_one(".page-head .tel").get_text(strip=True),
        "list": next(iter(switchboards())).phones[0].number,
        "number": region_switchboard_number(),
        "ring now": numbers_for(Party.MUNICIPALITY, county.nordmaling.pk, None, SATURDAY)[0].number,
        "ward": numbers_for(Party.INPATIENT, None, county.ward.pk, TUESDAY)[-1].number,
        "binder": binder.switchboard.replace("\N{NO-BREAK SPACE}", " "),
        "contact list": region.replace("\N{NO-BREAK SPACE}", " "),
        "contact list, missing number": nordmaling.entries[0].switchboard.replace("\N{NO-BREAK SPACE}", " "),
    }


@pytest.mark.clause("R5.1")
def test_a_second_switchboard_of_the_region_changes_nothing_anywhere(client, county, aaa):
    assert set(everywhere(client, county).values()) == {OURS}
    for at in (TUESDAY, SATURDAY):
        for request in ((Party.MUNICIPALITY, county.mala.pk, None), (Party.INPATIENT, None, county.ward.pk)):
            assert OTHER not in [line.number for line in numbers_for(*request, at)]


@pytest.mark.clause("R5.1")
def test_the_chosen_one_is_given_in_every_place_from_then_on(client, county, aaa):
    choose(county, aaa)
    assert set(everywhere(client, county).values()) == {OTHER}
    for at in (TUESDAY, SATURDAY):
        assert OURS not in [n.number for n in numbers_for(Party.INPATIENT, None, county.ward.pk, at)]


@pytest.mark.clause("R5.1")
def test_another_switchboard_is_the_best_for_its_own_unit(county, aaa):
    unit = Unit.objects.create(principal=county.region, name="Medicin, Lycksele", ward_kind=WardKind.SOMATIC)
    aaa.unit = unit
    aaa.save()
    best, last = numbers_for(Party.INPATIENT, None, unit.pk, SATURDAY)
    assert (best.number, best.ask_for) == (OTHER, "Medicin, Lycksele")
    assert (last.number, last.ask_for) == (OURS, "Medicin, Lycksele")


@pytest.mark.clause("R5.1")
def test_where_none_is_chosen_and_none_is_the_routines_the_routines_number_is_given_and_it_is_said(
    client, county, aaa
):
    entry = main_entry()
    entry.numbers = [{"kind": "switchboard", "number": "090-785 11 11"}]
    entry.save()
    (line,) = numbers_for(Party.INPATIENT, None, None, TUESDAY)
    assert (line.number, line.entry_id) == (OURS, None)
    assert line.remark == "Flera växlar finns och ingen är vald som huvudväxel"
    mala = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, SATURDAY)[0]
    assert (mala.number, mala.remark) == (OURS, line.remark)
    page = opened(client, county.region_admin, "keep_contacts").text
    assert "Ingen huvudväxel är vald." in page
    assert "Tills dess ges rutinens nummer 090-785 00 00 (R5.1)." in page


def test_where_the_chosen_one_is_retired_that_is_said_and_nothing_is_guessed(client, county, aaa):
    choose(county, aaa)
    fields = form_at(client, county.region_admin, "contact_edit", aaa.pk)
    assert fields
    page = client.post(reverse("contact_retire", args=[aaa.pk]), follow=True).text
    assert "Den var er huvudväxel." in page
    assert region_switchboard_number() == OURS
    page = opened(client, county.region_admin, "keep_contacts").text
    assert "AAA växel var vald och är inte längre en växel i bruk." in page


@pytest.mark.clause("R5.3")
def test_a_municipality_with_several_and_none_chosen_gives_them_all_and_says_so(county, second):
    lines = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, TUESDAY)
    assert [line.entry_name for line in lines][:2] == ["AAA Malå", "Växel Malå"]
    assert all("ingen är vald som huvudväxel" in line.remark for line in lines[:2])
    # That none is chosen makes its hours no less sure.
    assert [line.open_now for line in lines[:2]] == [True, True]


@pytest.mark.clause("R5.3")
def test_a_municipality_chooses_its_own(county, second):
    mala = DirectoryEntry.objects.get(name="Växel Malå")
    choose(county, mala, by=county.mala_admin)
    lines = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, TUESDAY)
    assert [line.entry_name for line in lines] == ["Växel Malå", "Region Västerbottens växel"]
    assert "huvudväxel" not in lines[0].remark
    retire_entry(by=county.mala_admin, entry=mala)
    # The only one that is left is no guess.
    assert numbers_for(Party.MUNICIPALITY, county.mala.pk, None, TUESDAY)[0].entry_name == "AAA Malå"


def test_the_figures_count_the_ways_that_lead_to_a_unit(county, aaa, second):
    for chosen in (None, aaa):
        if chosen:
            choose(county, chosen)
        units = list(Unit.objects.filter(active=True).select_related("principal"))
        lacks = ways_missing(units, TUESDAY).values()
        figures = directory_figures(TUESDAY)
        assert figures.units_without_two_ways == sum(MissingWay.SECOND in each for each in lacks)
        assert figures.units_without_outside_way == sum(MissingWay.OUTSIDE in each for each in lacks)


class TestTheChoice:
    def test_it_leaves_a_trace_and_the_same_form_chooses_once(self, county, aaa):
        choose(county, aaa)
        choose(county, aaa)
        (row,) = AuditEntry.objects.filter(action="principal.changed")
        assert (row.user, row.target_id) == (county.region_admin.user, str(county.region.pk))
        assert row.changes == {"main_switchboard_id": ["", str(aaa.pk)]}
        with pytest.raises(IdClash):
            choose(county, main_entry())

    def test_only_those_who_keep_the_contacts_and_only_one_s_own_switchboard_in_use(
        self, county, aaa, second
    ):
        with pytest.raises(NotAllowed):
            choose(county, aaa, by=county.alva)
        with pytest.raises(NotYours):
            choose(county, second)
        with pytest.raises(RuleError, match="inte längre i bruk hos er"):
            choose(county, DirectoryEntry.objects.get(name="Medicin 1"))
        retire_entry(by=county.region_admin, entry=aaa)
        with pytest.raises(RuleError, match="inte längre i bruk hos er"):
            choose(county, aaa)
        assert Principal.objects.get(pk=county.region.pk).main_switchboard is None

    def test_who_saw_another_choice_overwrites_nothing(self, county, aaa):
        choose(county, aaa)
        with pytest.raises(ChangedMeanwhile):
            choose(county, main_entry(), n=2)
        assert region_switchboard_number() == OTHER
        choose(county, main_entry(), version=str(aaa.pk), n=3)
        assert region_switchboard_number() == OURS


class TestThePage:
    def test_it_says_which_holds_and_why_and_saves_another(self, client, county, aaa):
        page = opened(client, county.region_admin, "main_switchboard").text
        assert "Har rutinens nummer (R5.1) och gäller tills ni väljer en annan." in page
        fields = form_at(client, county.region_admin, "main_switchboard")
        assert fields["entry"] == [str(main_entry().pk)]
        assert sent(client, fields, "main_switchboard", entry=[str(aaa.pk)]).status_code == 302
        assert region_switchboard_number() == OTHER
        assert "Vald av er." in opened(client, county.region_admin, "main_switchboard").text
        assert "Huvudväxel · Region" in opened(client, county.alva, "contact", aaa.pk).text.replace("\n", " ")

    def test_two_at_once_are_shown_both_choices(self, client, county, aaa):
        fields = form_at(client, county.region_admin, "main_switchboard")
        choose(county, aaa)
        response = sent(client, fields, "main_switchboard", entry=[str(main_entry().pk)])
        assert response.status_code == 409
        page = BeautifulSoup(response.content, "html.parser")
        row = [cell.get_text(" ", strip=True) for cell in page.select(".differences tbody tr > *")]
        assert row[1] == "AAA växel, 090-785 99 99"
        assert region_switchboard_number() == OTHER

    def test_others_are_refused(self, client, county):
        assert opened(client, county.alva, "main_switchboard").status_code == 403
        fields = form_at(client, county.mala_admin, "main_switchboard")
        response = sent(client, fields, "main_switchboard", entry=[str(main_entry().pk)])
        assert response.status_code == 422
        assert "Växeln är inte längre i bruk." in response.text
