"""What a search text asks for."""

import pytest

from contacts.rules.directory_search import Needle, needles
from contacts.rules.phone import digits
from contacts.rules.swedish_text import search_key

ENTRIES = {
    "växeln": ("Region Västerbottens växel Växel Region Västerbotten", "090-785 00 00"),
    "skellefteå": ("Växel Skellefteå Växel Skellefteå kommun", "0910-73 50 00"),
    "hemsjukvård": ("Hemsjukvård Nordmaling kväll/helg Nordmalings kommun", ""),
    "servicedesk": ("Servicedesk IT-support Region Västerbotten", "59090"),
    "avdelning": ("Medicin avdelning 4 Umeå", "090-16 10 00"),
}


def found(text: str) -> set[str]:
    wanted = needles(text)
    if not wanted:
        return set()
    return {
        name
        for name, (words, number) in ENTRIES.items()
        if all(needle.found_in(search_key(words), digits(number)) for needle in wanted)
    }


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("skelleftea", {"skellefteå"}),
        ("SKELLEFTEÅ", {"skellefteå"}),
        ("lefteå", {"skellefteå"}),
        ("nordmaling hemsjukvård", {"hemsjukvård"}),
        ("kväll/helg", {"hemsjukvård"}),
        ("växel umeå", set()),
        ("region desk", {"servicedesk"}),
        ("0907850000", {"växeln"}),
        ("090-785 00 00", {"växeln"}),
        ("+46 90 785", {"växeln"}),
        ("0046 910", {"skellefteå"}),
        ("73 50", {"skellefteå"}),
        ("växel 090", {"växeln"}),
        ("59090", {"servicedesk"}),
        ("avdelning 4", {"avdelning"}),
        ("avdelning 4 umeå", {"avdelning"}),
        ("090", {"växeln", "avdelning", "servicedesk"}),
        ("", set()),
        ("   ", set()),
        ("*** %", set()),
    ],
)
def test_finds(text, names):
    assert found(text) == names


def test_a_number_in_groups_is_one_thing_sought():
    assert needles("Umeå 090-16 10 00 växel") == (
        Needle(("umea",)),
        Needle(("090", "16", "10", "00"), "090161000"),
        Needle(("vaxel",)),
    )
