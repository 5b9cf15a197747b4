"""Cards for a telephone: read back by a small reader of our own, as a telephone would."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import vobject

from contacts.filing.vcard import vcard
from contacts.models import DirectoryEntry, Principal
from contacts.rules.entry_facts import EntryFacts, EntryKind
from contacts.rules.hours import Availability, Hours
from contacts.rules.phone import Phone, PhoneKind

NOW = datetime(2026, 11, 24, 10, 52, tzinfo=timezone(timedelta(hours=1)))
FACTS = EntryFacts(
    kind=EntryKind.HOME_NURSING,
    name="Hemsjukvård Nordmaling",
    department="Hemsjukvård",
    phones=(Phone(PhoneKind.DIRECT, "090-785 00 00"),),
    hours=Hours(Availability.EVENING_WEEKEND),
)


def entry(pk=17, principal="Nordmalings kommun", *, verified=True, **facts):
    made = DirectoryEntry(pk=pk, principal=Principal(name=principal), verified_at=NOW if verified else None)
    made.take(replace(FACTS, **facts), None)
    return made


SOURCE = entry()


def lines(*sources):
    """Unfold and split by the format's own rules: (name, parameters, value still escaped)."""
    text = vcard(sources, NOW).decode()
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    found = []
    for line in re.sub("\r\n ", "", text).removesuffix("\r\n").split("\r\n"):
        head, value = line.split(":", 1)
        name, *parameters = head.split(";")
        found.append((name, parameters, value))
    return found


def values(source, name):
    return [value for found, _, value in lines(source) if found == name]


def unescape(value):
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def test_a_unit():
    found = lines(SOURCE)
    assert found[0] == ("BEGIN", [], "VCARD")
    assert found[1] == ("VERSION", [], "3.0")
    assert found[-1] == ("END", [], "VCARD")
    assert ("FN", [], "Hemsjukvård Nordmaling") in found
    assert ("N", [], "Hemsjukvård Nordmaling;;;;") in found
    assert ("ORG", [], "Nordmalings kommun;Hemsjukvård") in found
    assert ("TEL", ["TYPE=WORK,VOICE,PREF"], "+46907850000") in found
    assert ("NOTE", [], "Kväll och helg") in found
    assert ("REV", [], "2026-11-24T09:52:00Z") in found
    assert not values(SOURCE, "TITLE")


def test_a_person():
    person = entry(name="Anna Ek", first_name="Anna", last_name="Ek", title="Enhetschef", department="")
    assert values(person, "N") == ["Ek;Anna;;;"]
    assert values(person, "FN") == ["Anna Ek"]
    assert values(person, "TITLE") == ["Enhetschef"]
    assert values(person, "ORG") == ["Nordmalings kommun"]


def test_numbers_keep_their_order_and_an_extension_is_never_one_to_ring():
    source = entry(
        phones=(
            Phone(PhoneKind.EXTENSION, "59090"),
            Phone(PhoneKind.MOBILE, "070-123 45 67"),
            Phone(PhoneKind.SWITCHBOARD, "0930-140 00"),
            Phone(PhoneKind.ON_CALL, "090-785 00 00 ankn 59091"),
            Phone(PhoneKind.DIRECT, "1177"),
        ),
    )
    assert [(p, v) for name, p, v in lines(source) if name == "TEL"] == [
        (["TYPE=CELL,WORK,PREF"], "+46701234567"),
        (["TYPE=WORK,VOICE"], "+4693014000"),
        (["TYPE=WORK,VOICE"], "+46907850000"),
        (["TYPE=WORK,VOICE"], "1177"),
    ]
    assert unescape(values(source, "NOTE")[0]).splitlines() == [
        "Anknytning 59090",
        "Växel 0930-140 00",
        "Jour 090-785 00 00 ankn 59091",
        "Kväll och helg",
    ]


def test_without_a_number_there_is_none_to_ring():
    assert values(entry(phones=()), "TEL") == []


@pytest.mark.parametrize(
    ("verified", "note"),
    [(True, "Kväll och helg\nRing på"), (False, "Kväll och helg\nRing på\nEj verifierad")],
)
def test_the_note_says_hours_remark_and_what_is_not_verified(verified, note):
    assert unescape(values(entry(remark="Ring på", verified=verified), "NOTE")[0]) == note


def test_the_uid_is_the_entrys_for_ever_and_no_other_entrys():
    uid = values(SOURCE, "UID")
    assert values(entry(name="Annat", remark="x", verified=False), "UID") == uid
    assert values(entry(pk=18), "UID") != uid
    assert values(entry(principal="Umeå kommun"), "UID") != uid
    # Written out: a card made by an earlier version must be replaced, not doubled.
    assert uid == ["urn:uuid:6d0f9ab8-cd94-5537-b17a-0ef428d25f87"]


HOSTILE = [
    "semi;kolon, komma \\ bak\\nstreck",
    "rad ett\r\nrad två\nrad tre",
    "END:VCARD\r\nBEGIN:VCARD",
    'citat "x" : kolon',
    "åäö ÅÄÖ " * 30,
    "Ŋuorta Sábme đŧŋš " * 20,
    "👩‍⚕️🏥" * 25,
    "a" * 74 + "ö" + "b" * 80,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_as_it_was(text):
    source = entry(name=text, title=text, remark=text)
    whole = text.replace("\r\n", "\n")
    assert unescape(values(source, "FN")[0]) == whole
    assert unescape(values(source, "TITLE")[0]) == whole
    assert unescape(values(source, "NOTE")[0]) == f"Kväll och helg\n{whole}"
    assert [name for name, _, _ in lines(source)].count("BEGIN") == 1
    (read,) = vobject.readComponents(vcard([source], NOW).decode())
    assert read.fn.value == whole


@pytest.mark.parametrize("text", HOSTILE)
def test_no_line_is_longer_than_75_octets_and_none_breaks_a_letter(text):
    for line in vcard([entry(name=text, department=text, remark=text)], NOW).split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


def test_control_characters_become_blanks():
    assert values(entry(name="a\x00b\x0bc\u2028d\x85e"), "FN") == ["a b c d e"]


def test_many_entries_follow_one_another_in_order():
    names = [v for n, _, v in lines(SOURCE, entry(pk=2, name="B")) if n == "FN"]
    assert names == ["Hemsjukvård Nordmaling", "B"]
    assert vcard([], NOW) == b""


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"):
        vcard([SOURCE], datetime(2026, 1, 1))
    assert vcard([SOURCE], datetime(2026, 1, 1, tzinfo=UTC))
