"""Remarks as staff write them beside daytime on weekdays: read whole, or left for people to read."""

from datetime import time

import pytest

from contacts.rules.hours import Availability, Hours
from contacts.rules.hours_text import hours_words, read_hours
from contacts.rules.remarks import read_remark

# Each with what is read of it: the hours in words.
READ = """
Stängt 12–13; fredag till 15 => Vardag dagtid, fredag till 15.00, lunchstängt 12.00–13.00
Stängt 12–13; fredag till 15; kortare tider sommartid => Vardag dagtid, fredag till 15.00, lunchstängt 12.00–13.00
08.00–16.30, lunchstängt 12–13 => Vardag dagtid 08.00–16.30, lunchstängt 12.00–13.00
mån-fre 8-12, 13-16 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
Kontaktperson: Siv Exempel; mån-fre 8-12 => Vardag dagtid 08.00–12.00
mån-fre 8-12; 13-16 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
8-12, 13-16 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
8–12 och 13–16 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
08.00-12.00 / 13.00-16.00 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
8-12 13-16 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
Telefontid 8–9.30 och 13–14 => Vardag dagtid 08.00–14.00, lunchstängt 09.30–13.00
mån–fre 8–10, 11–12, 13–16 => mån–fre 08.00–10.00 och 11.00–12.00 och 13.00–16.00
Mån-tors 8-12, 13-16, fre 8-12 => Vardag dagtid 08.00–16.00, fredag till 12.00, lunchstängt 12.00–13.00
kl 8-16 => Vardag dagtid 08.00–16.00
Kl. 08:00 – 16:30 => Vardag dagtid 08.00–16.30
0800-1630 => Vardag dagtid 08.00–16.30
8-16.30! => Vardag dagtid 08.00–16.30
öppet 8-16 => Vardag dagtid 08.00–16.00
Telefonen är öppen 8-16 => Vardag dagtid 08.00–16.00
Bemannat 7-16 => Vardag dagtid 07.00–16.00
Bemannad vardagar 7–16 => Vardag dagtid 07.00–16.00
Svarar 8–16 => Vardag dagtid 08.00–16.00
Nås vardagar 8-16 => Vardag dagtid 08.00–16.00
dagtid 8-16 => Vardag dagtid 08.00–16.00
från 8 till 16 => Vardag dagtid 08.00–16.00
mellan 8 och 16 => Vardag dagtid 08.00–16.00
mån-fre kl 8.00 till kl 16.00 => Vardag dagtid 08.00–16.00
Öppettider: mån-fre 8-16 => Vardag dagtid 08.00–16.00
Öppet mån–tors 8–16.30, fre 8–15 => Vardag dagtid 08.00–16.30, fredag till 15.00
måndag–torsdag 08.00–16.30, fredag 08.00–15.00 => Vardag dagtid 08.00–16.30, fredag till 15.00
Mån-fre 08.00-16.30 => Vardag dagtid 08.00–16.30
vardagar 8-16 => Vardag dagtid 08.00–16.00
Vardagar 08–16, helger stängt => Vardag dagtid 08.00–16.00
Helgfri vardag 8-16 => Vardag dagtid 08.00–16.00
Alla vardagar 8-16 => Vardag dagtid 08.00–16.00
8-16 (ej röda dagar) => Vardag dagtid 08.00–16.00
Vardagar 8-16. Lunch 12-13. => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
8–16, stängt för lunch 12–13 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
öppet 8–16 (lunchstängt 12–13) => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
Telefontid 8-9 => Vardag dagtid 08.00–09.00
Telefontid mån-fre 8-10 => Vardag dagtid 08.00–10.00
lunchstängt 12-13 => Vardag dagtid, lunchstängt 12.00–13.00
Lunchstängt 12-13. => Vardag dagtid, lunchstängt 12.00–13.00
Stängt för lunch 11.30–12.30 => Vardag dagtid, lunchstängt 11.30–12.30
Stänger för lunch 12-13 => Vardag dagtid, lunchstängt 12.00–13.00
12-13 lunchstängt => Vardag dagtid, lunchstängt 12.00–13.00
Stängt kl 12.00-13.00 för lunch => Vardag dagtid, lunchstängt 12.00–13.00
Stängt mellan 12 och 13 => Vardag dagtid, lunchstängt 12.00–13.00
Öppet till kl. 15 fredagar => Vardag dagtid, fredag till 15.00
öppet 8–17 mån–tors, 8–15 fre => Vardag dagtid 08.00–17.00, fredag till 15.00
kl 8-12 samt kl 13-16 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
Mån–Fre: 8–12 & 13–16 => Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00
8-12 => Vardag dagtid 08.00–12.00
lunch 12-13 => Vardag dagtid, lunchstängt 12.00–13.00
Lunchrast 12.00-12.45 => Vardag dagtid, lunchstängt 12.00–12.45
fredag till 15 => Vardag dagtid, fredag till 15.00
Fredagar till 14.30 => Vardag dagtid, fredag till 14.30
fre stänger 15 => Vardag dagtid, fredag till 15.00
fredagar stänger vi 15 => Vardag dagtid, fredag till 15.00
Stänger fredagar 15 => Vardag dagtid, fredag till 15.00
Stänger 15 på fredagar => Vardag dagtid, fredag till 15.00
Stängt fredagar från 14 => Vardag dagtid, fredag till 14.00
Stänger 16 => Vardag dagtid 08.00–16.00
öppet till 17 => Vardag dagtid 08.00–17.00
Öppnar 7.30 => Vardag dagtid 07.30–16.30
från 7.30 => Vardag dagtid 07.30–16.30
7.30-16 => Vardag dagtid 07.30–16.00
måndagar från 9 => mån 09.00–16.30, tis–fre 08.00–16.30
tors till 18, fre till 15 => mån–ons 08.00–16.30, tor 08.00–18.00, fre 08.00–15.00
mån-fre 8-16, ons till 18 => mån–tis 08.00–16.00, ons 08.00–18.00, tor–fre 08.00–16.00
öppet vardagar 8–12 och 13–16, fredagar till 15 => Vardag dagtid 08.00–16.00, fredag till 15.00, lunchstängt 12.00–13.00
mån, tis 8-12, ons-fre 13-16 => mån–tis 08.00–12.00, ons–fre 13.00–16.00
mån 8-18, tis-tor 8-16, fre 8-15 => mån 08.00–18.00, tis–tor 08.00–16.00, fre 08.00–15.00
mån-tors 7.30-16, fre stängt => mån–tor 07.30–16.00
Fredagar stängt => mån–tor 08.00–16.30
Stängt fredagar => mån–tor 08.00–16.30
Ej fredagar => mån–tor 08.00–16.30
ej onsdagar => mån–tis 08.00–16.30, tor–fre 08.00–16.30
Obemannat tisdagar => mån 08.00–16.30, ons–fre 08.00–16.30
Sommartid 15 juni–15 augusti 08–12 => Vardag dagtid, sommartid 15 juni–15 aug 08.00–12.00
15/6–15/8: 8–15 => Vardag dagtid, sommartid 15 juni–15 aug 08.00–15.00
Sommar 15/6-15/8 8-12 => Vardag dagtid, sommartid 15 juni–15 aug 08.00–12.00
Kundtjänst; sommartid 15/6–15/8 endast 08–12 => Vardag dagtid, sommartid 15 juni–15 aug 08.00–12.00
juni-augusti 8-15 => Vardag dagtid, sommartid 1 juni–31 aug 08.00–15.00
Ordinarie tider 8-16, sommartid 1/6–31/8 8-15 => Vardag dagtid 08.00–16.00, sommartid 1 juni–31 aug 08.00–15.00
8-16, sommartid 8-12 => Vardag dagtid 08.00–16.00
Kundtjänst; öppet 8-16 => Vardag dagtid 08.00–16.00
Biståndshandläggare, samordnare, enhetschef, lunchstängt 12–13 => Vardag dagtid, lunchstängt 12.00–13.00
aftnar till 12 => Vardag dagtid, aftnar till 12.00
Dag före röd dag till 12 => Vardag dagtid, aftnar till 12.00
Alla aftnar som helg => Vardag dagtid, aftnar som helg
"""

# They seem to speak of hours and are not wholly understood.
LEFT = """
Enhetsmöte tisdagar, 13-15
Möte 13-15
Rond 9–10
Läkarrond, 13-15
APT onsdagar 13-15, annars 8-16
jour dygnet runt utom tisdagar 8-10
Jour dygnet runt
Dygnet runt
24/7
mån och ons 8-12
mån-tor 8-12
tisdagar 13–15
Tisdagar och torsdagar 13–15
Telefontid måndag och torsdag 9–10
fre 8-15
fredag 8-12, övriga dagar 8-16
Alla dagar 8-20
mån-sön 7-21
lördagar 10-14
8-16, lör 10-14
Helger: ring 0953-140 50
Juli 8-12
Ändrade tider i juli
Kortare tider under jul
Sommartid (15/6–15/8) 8–12
Sommar 8-12, vinter 8-16
Sommartid 31 juni–15 augusti 08–12
sommartid 15/6-15/8 8-11, 13-15
1/11-31/3 8-15
v. 26-32 8-12
vecka 28-31 stängt
Semesterstängt v 29
Tis udda veckor 8-12
Jämna veckor 8-16
Gäller t.o.m. 31 december 8-16
8–16 t.o.m. 30/6
fr.o.m. 1/9 8-17
Stängt för utbildning 12/5
Stängt 12–13 juni
stängt 24-26 december
Stängt julafton
Julafton, nyårsafton stängt
Skärtorsdag stänger 12
Valborg till 13
dag före helg stänger 14
Kundtjänst 08-16
Kundtjänst, 8-16
13-15, enhetschef
Enhetschef 13–15
Ring helst före lunch
Ring inte efter 22
Ring 0953-140 01 efter 16
Nås säkrast 8-10
Nås dagtid på 070-174 06 05
fråga efter Lisa, lunchstängt 12–13
Växeln stänger 15
Ej bemannat 12-13
fredagar lunchstängt 11-12
lunchstängt 12-13, 8-16
lunchstängt 12-13 och 15-15.15
stängt 12–13, stängt 15–15.15
8-16; 12-13
12-13
13–15
Tisdagar stängt 13–15
stängt tisdagar 13-15
Ej tisdagar 13-15
Fredagar stänger växeln kl. 15
Sommarstängt
Måndag 8–18, övriga vardagar 8–16
8-12, 11-16
8–16 utom 12–13
8-25
16–08
Stängt 13-12
Stängt 8-9
fredag till 07
08.70–16
fm
8-12 (fm)
Eftermiddagar stängt
stängt på eftermiddagarna
Hus 4-6
"""

# They say nothing of hours, or what daytime on weekdays says already.
NOTHING = """
Kundtjänst
Biståndshandläggare, samordnare, enhetschef
Kopplar till avdelning, hälsocentral och interntelefon
Vidarebefordrar information; nummer i regionens telefonkatalog
Interntelefon: sök i regionens telefonkatalog eller ring växeln
Regionens personal anmäler driftstopp här
Rum 12, plan 3
Avd 5
Ring 0953-140 01
Ring 090-785 00 00 eller 070-174 06 05
Direkt till sjuksköterska
Jourtelefon
vardag dagtid
Dagtid
kontorstid
Endast vardagar
Stängt helger
Stängt helger och röda dagar
ej kvällar
"""

# Other hours in a summer whose days they do not say: nothing is changed, and people are to read it.
SOME_SUMMER = {
    "Sommartid endast 08–12": (time(8), time(12)),
    "Sommartid 8–15": (time(8), time(15)),
    "sommaröppet 8-12": (time(8), time(12)),
    "På sommaren 8-12": (time(8), time(12)),
    "8-12 på sommaren": (time(8), time(12)),
    "Sommartid till 15": (time(0), time(15)),
    "kortare tider sommartid": (None, None),
    "kortare tider på sommaren": (None, None),
    "Kortare öppettider sommartid": (None, None),
    "Sommartid: kortare öppettider": (None, None),
    "andra tider under sommaren": (None, None),
}

READ_ROWS = [tuple(line.split(" => ")) for line in READ.strip().splitlines()]
PLAIN = Hours(Availability.DAYTIME)


def test_the_table_is_wide():
    assert len(READ_ROWS) + len(LEFT.strip().splitlines()) + len(NOTHING.strip().splitlines()) > 170


@pytest.mark.parametrize(("remark", "words"), READ_ROWS)
def test_a_remark_that_is_understood_is_read_whole(remark, words):
    assert not read_remark(remark).left
    assert hours_words(read_hours("vardag dagtid", remark)) == words


@pytest.mark.parametrize("remark", LEFT.strip().splitlines())
def test_of_a_remark_that_is_not_wholly_understood_nothing_is_read(remark):
    assert read_remark(remark).left
    assert read_hours("vardag dagtid", remark) == PLAIN


@pytest.mark.parametrize("remark", NOTHING.strip().splitlines())
def test_a_remark_that_says_nothing_of_hours_is_not_to_be_read_for_them(remark):
    said = read_remark(remark)
    assert (said.hours, said.left, said.summer) == (None, False, None)


@pytest.mark.parametrize(("remark", "times"), SOME_SUMMER.items())
def test_a_summer_without_days_changes_no_hours(remark, times):
    said = read_remark(remark)
    assert (said.hours, said.left) == (None, False)
    assert said.summer is not None
    assert (said.summer.opens, said.summer.closes) == times


@pytest.mark.parametrize("joint", ["; ", ". ", ", "])
@pytest.mark.parametrize("unknown", ["Enhetsmöte tisdagar", "Ring inte efter 22", "hör av er till Lisa"])
def test_what_is_understood_is_not_read_beside_what_is_not(unknown, joint):
    for remark, _ in READ_ROWS:
        for text in (f"{remark}{joint}{unknown}", f"{unknown}{joint}{remark}"):
            assert read_remark(text).left, text
            assert read_hours("vardag dagtid", text) == PLAIN, text
