"""The checklists as content: every party has its phases, every item rests on a clause, and bad files are refused."""

import re
from pathlib import Path

import pytest

from contacts.content.reader import ContentError
from contacts.rules.parties import Party, WardKind
from outage.checklists import all_checklists, load_checklists
from outage.routine import current_routine
from outage.rules.checklist import Phase

ROUTINE = current_routine()
EVERY = all_checklists(ROUTINE)
FILE = Path("outage/checklists/content/municipality.toml")


@pytest.mark.clause("R2.7")
@pytest.mark.parametrize("party", Party)
@pytest.mark.parametrize("ward_kind", WardKind)
@pytest.mark.parametrize("phase", Phase)
def test_each_party_has_one_checklist_for_each_phase(party, ward_kind, phase):
    assert len([c for c in EVERY if c.suits(party, ward_kind) and c.phase is phase]) == 1


def test_keys_name_one_list_and_one_item_each():
    assert len({c.key for c in EVERY}) == len(EVERY)
    for checklist in EVERY:
        assert len({item.key for item in checklist.items}) == len(checklist.items)
        # The key is part of an address and of a stored row.
        assert re.fullmatch(r"[a-z-]{1,80}", checklist.key)


@pytest.mark.parametrize("checklist", EVERY, ids=lambda c: c.key)
def test_items_are_short_sentences_on_clauses_of_the_routine(checklist):
    for item in checklist.items:
        assert item.clause in ROUTINE.clauses
        assert item.text[0].isupper()
        assert item.text.endswith(".")
        assert len(item.text) <= 110
        assert not re.search(r"[{}]|vårdcentral", item.text)


def _texts(party: Party, ward_kind: WardKind) -> str:
    return " ".join(i.text for c in EVERY if c.suits(party, ward_kind) for i in c.items).lower()


@pytest.mark.clause("R3.10")
def test_a_psychiatric_ward_rings_psychiatric_care_and_a_somatic_one_the_halsocentral():
    somatic = _texts(Party.INPATIENT, WardKind.SOMATIC)
    psychiatric = _texts(Party.INPATIENT, WardKind.PSYCHIATRIC)
    assert "hälsocentralen" in somatic
    assert "psykiatrisk" not in somatic
    assert "psykiatrisk öppenvård" in psychiatric
    assert "hälsocentral" not in psychiatric


@pytest.mark.clause("R1.1")
@pytest.mark.parametrize(
    ("party", "support"),
    [
        (Party.INPATIENT, "Servicedesk 59090"),
        (Party.OUTPATIENT, "Servicedesk 59090"),
        (Party.MUNICIPALITY, "Kommunens IT-support"),
    ],
)
def test_the_first_thing_is_to_ring_ones_own_support(party, support):
    for checklist in EVERY:
        if checklist.party is party and checklist.phase is Phase.START:
            assert support in checklist.items[0].text
            assert checklist.items[0].clause == "R1.1"


@pytest.mark.clause("R4.6")
def test_everyone_acknowledges_when_the_system_is_back():
    for checklist in EVERY:
        if checklist.phase is Phase.BACK:
            assert "R4.6" in {item.clause for item in checklist.items}


@pytest.mark.clause("R4.1", "R4.2", "R4.3", "R4.4")
def test_every_role_reads_what_is_registered_and_what_is_not_as_in_its_own_section_of_the_routine():
    for checklist in EVERY:
        if checklist.phase is Phase.BACK:
            assert {"R4.1", "R4.2", "R4.3", "R4.4"} <= {item.clause for item in checklist.items}
            own = checklist.party is Party.INPATIENT
            for item in checklist.items:
                if item.clause in ("R4.1", "R4.4"):
                    assert item.text.startswith("Slutenvården skriver") is not own


@pytest.mark.clause("R4.5")
def test_a_sheet_may_be_scanned_and_need_not_be():
    scanned = [item for checklist in EVERY for item in checklist.items if item.clause == "R2.6"]
    assert scanned
    assert all("kan skannas" in item.text for item in scanned)


def test_only_oppenvard_sends_the_calls_to_a_sip():
    parties = {c.party for c in EVERY for i in c.items if i.clause == "R4.5"}
    assert parties == {Party.OUTPATIENT}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('party = "municipality"', 'party = "town"', "party"),
        ('phase = "start"', 'phase = "begin"', "checklists[0].phase"),
        ('phase = "during"', 'phase = "start"', "checklists[1].phase"),
        ('key = "scope"', 'key = "support"', "checklists[0].items[1].key"),
        ('clause = "R1.1"', 'clause = "R9.9"', "checklists[0].items[0].clause"),
        ('key = "support", ', "", "checklists[0].items[0].key"),
        ("Ring {support}", "Ring {helpdesk}", "checklists[0].items[0].text"),
        ('party = "municipality"', 'party = "municipality"\nward = "both"', "ward"),
        ('party = "municipality"', "party = ", ""),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_key(tmp_path, old, new, key):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / FILE.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        load_checklists(path, ROUTINE)
    assert refused.value.file == path
    assert refused.value.key == key
    assert refused.value.remedy
