"""The county's municipalities through a year, with the directory as it is delivered: written out by hand from R5.

Each letter is what a nurse is to do who wants to reach the municipality at that moment:

v  ring the municipality's switchboard: it is open (R5.3)
e  the same, on an eve that people keep differently: it may close earlier
l  the same, where its remark says that it may be closed: read it
x  ring the region's switchboard, ask for the municipality's switchboard, whose number is missing (R5.1, R5.3)
h  ring the region's switchboard, ask for the hemsjukvård, which passes the information on (R5.1, R5.4, R5.5)
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from contacts.models import Principal
from contacts.presenters.directory import number_line
from contacts.queries.ringing import numbers_for
from contacts.rules.parties import Party
from contacts.rules.principals import MUNICIPALITIES
from contacts.rules.whom_to_call import NumberToRing

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")

MOMENTS = (
    "2026-01-01 10:00",  # nyårsdagen, a Thursday
    "2026-01-05 14:00",  # trettondagsafton, a Monday
    "2026-01-06 10:00",  # trettondagen
    "2026-01-14 07:59",  # a Wednesday, before it opens
    "2026-01-14 08:00",  # as it opens
    "2026-02-24 12:10",  # a Tuesday at lunch
    "2026-02-27 15:30",  # a Friday afternoon
    "2026-03-29 03:00",  # the night of the clocks
    "2026-04-02 14:00",  # skärtorsdag
    "2026-04-03 10:00",  # långfredagen
    "2026-04-30 15:00",  # valborgsmässoafton, a Thursday
    "2026-05-13 16:29",  # the day before Kristi himmelsfärdsdag, a minute before it closes
    "2026-06-05 10:00",  # the day before nationaldagen, a Friday
    "2026-06-19 10:00",  # midsommarafton
    "2026-07-15 09:00",  # a summer morning, a Wednesday
    "2026-07-15 13:00",  # that afternoon
    "2026-10-24 11:00",  # a Saturday
    "2026-10-30 14:00",  # the day before alla helgons dag, a Friday
    "2026-12-23 16:30",  # a Wednesday, as it closes
    "2026-12-24 10:00",  # julafton
)

TABLE = {
    # Jan        Feb Mar Apr  May June Jul Oct  Dec
    "Bjurholm":    "hehhvvvheheeehvvhehh",
    "Dorotea":     "hehhvvvheheeehvvhehh",
    "Lycksele":    "hehhvvvheheeehvvhehh",
    # Closed 12–13, on Fridays from 15, shorter hours in summer.
    "Malå":        "hehhvhhheheelhllhehh",
    "Nordmaling":  "hxhhxxxhxhxxxhxxhxhh",
    # 08.00–16.30, closed 12–13.
    "Norsjö":      "hehhvhvheheeehvvhehh",
    "Robertsfors": "hxhhxxxhxhxxxhxxhxhh",
    "Skellefteå":  "hehhvvvheheeehvvhehh",
    "Sorsele":     "hxhhxxxhxhxxxhxxhxhh",
    "Storuman":    "hehhvvvheheeehvvhehh",
    "Umeå":        "hehhvvvheheeehvvhehh",
    "Vilhelmina":  "hehhvvvheheeehvvhehh",
    "Vindeln":     "hxhhxxxhxhxxxhxxhxhh",
    "Vännäs":      "hxhhxxxhxhxxxhxxhxhh",
    # In summer 08–12 only.
    "Åsele":       "hehhvvvheheeehvhhehh",
}  # fmt: skip
REGION = "Region Västerbottens växel"


@pytest.mark.clause("R5.1")
@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.4")
@pytest.mark.clause("R5.5")
@pytest.mark.parametrize("town", TABLE)
def test_whom_to_ring_for_each_municipality_through_a_year(directory, town):
    municipality = Principal.objects.get(short_name=town)
    told = ""
    for moment in MOMENTS:
        at = datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM)
        lines = numbers_for(Party.MUNICIPALITY, municipality.pk, None, at)
        told += letter_of(town, lines[0], number_line(lines[0], at).answers)
        for line in lines:
            assert line.number or not (line.open_now or number_line(line, at).answers), moment
    assert told == TABLE[town]


def letter_of(town: str, best: NumberToRing, answers: str) -> str:
    """The letter of what is said first; "?" for what no letter stands for."""
    if (best.entry_name, best.ask_for, best.leads_to_relay) == (f"Växel {town}", "", False):
        return {"öppet nu": "v", "öppet nu, kan stänga tidigare": "e", "läs anmärkningen": "l"}.get(
            answers, "?"
        )
    # The region's own remark tells of its units, and is of no help here.
    if (best.entry_name, best.number) != (REGION, "090-785 00 00") or "hälsocentral" in best.remark:
        return "?"
    hemsjukvard = "Hemsjukvård Nordmaling kväll/helg" if town == "Nordmaling" else f"hemsjukvården i {town}"
    ways = {(hemsjukvard, True): "h", (f"Växel {town}", False): "x"}
    return ways.get((best.ask_for, best.leads_to_relay), "?")


def test_the_table_is_whole():
    assert (len(TABLE), len(MOMENTS)) == (15, 20)
    assert set(TABLE) == {known.short_name for known in MUNICIPALITIES}
