"""Blank sheets, as they come out of the printer: room to write, nothing of any patient."""

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string

from contacts.models import Principal, Unit
from forms.models import BLANK_KINDS, COPIES, SheetKind
from forms.presenters.blanks import blank_part
from forms.rules.serial import make_serial
from forms.services.printing import typeset
from forms.webforms.entering import EntryForm
from outage.routine import current_routine
from tests.long import runs
from tests.paper.hostile import Hostile, faults_of
from tests.paper.making import at
from tests.paper.reading import everything, pages, squashed

NOW = at(14, 5)
SERIAL = make_serial(4711)
REGION = Principal(pk=1, name="Region Västerbotten", short_name="Regionen", kind="region")
ISSUED = (*BLANK_KINDS, *COPIES.values())
NAMES = ("Iva", "Psykiatriska avdelning 1, NUS", ("Avdelningen för mycket lång rehabilitering " * 5)[:200])
WARD = Unit(pk=1, principal=REGION, name="Medicin 1, Lycksele lasarett", ward_kind="somatic")


def blank(kind, unit=WARD, serial=SERIAL):
    return blank_part(kind, serial=serial, unit=unit, by=None, now=NOW, original=make_serial(12))


@pytest.mark.parametrize("kind", ISSUED)
def test_a_blank_sheet_says_for_whom_and_when_it_was_printed_and_whose_proposal_it_is(kind):
    part = blank(kind)
    made = typeset([part], title=part.title)
    text = everything(made.pdf)
    assert squashed("Utskriven tis 24 nov 2026 14.05 för Medicin 1, Lycksele lasarett") in text
    assert squashed("Rutin 2023-04-03") in text
    assert "Förslagtill" in text
    assert text.count(part.shown_serial) == len(pages(made.pdf))


@pytest.mark.parametrize("kind", ISSUED)
def test_nothing_on_a_blank_sheet_lies_over_something_else(kind):
    assert faults_of(Hostile(kind, blank(kind), ())) == []


@pytest.mark.parametrize("kind", [kind for kind in SheetKind if kind not in ISSUED])
def test_no_other_kind_is_issued_blank(kind):
    with pytest.raises(ValueError, match="not issued blank"):
        blank(kind)


@pytest.mark.long
@pytest.mark.parametrize("kind", list(ISSUED)[:: runs(3, full=1)])
def test_every_blank_sheet_of_a_kind_has_as_many_pages(kind):
    """Whatever the width of the serial and of the unit's name, which share a line of the head."""
    named = [Unit(pk=1, principal=REGION, name=name, ward_kind="somatic") for name in NAMES]
    lengths = {
        typeset([blank(kind, unit, serial)], title="x").pages
        for unit in named
        for serial in ("1" * 9, "W" * 9)
    }
    assert len(lengths) == 1


def test_no_query_is_made_for_a_blank_sheet():
    # There is no database here: a query would raise.
    for kind in ISSUED:
        assert blank(kind).view is not None


@pytest.mark.clause("R2.4")
@pytest.mark.clause("R2.5")
def test_the_blank_blankett_has_every_message_with_lines_to_write_on():
    made = typeset([blank(SheetKind.CARE_CHAIN)], title="x")
    assert made.pages == 2
    text = everything(made.pdf)
    for message in current_routine().messages.values():
        for sending in message.sendings:
            assert squashed(f"{message.label} ({sending.clause})") in text
    front, back = pages(made.pdf)
    assert (front.count("Mottaget"), back.count("Mottaget")) == (5, 7)
    assert "Patient:" in back
    for expected in (
        "Egen enhet",
        "Regionens växel",
        "090-785 00 00",
        "☐ Lämnat ☐ Mottaget",
        "Talade med",
        "Återläst",
        "Kommentar",
        "Registrera inte (R4.2, R4.3)",
        "Klart. Datum och tid:",
        "Personnummer eller annan identitet",
        "Preliminärt utskrivningsdatum",
        "SIP: datum, kl., plats",
        "Nästa steg, när:",
        "Ring tillbaka: nummer, när:",
        "☐ Nådd ☐ Förmedlat ☐ Ej nådd:",
    ):
        assert squashed(expected) in text, expected
    assert text.count("Nummer:") == 4


# What the form Från papper asks, by the name of its field, and the words on each blank sheet where that is written.
ASKED = {
    "recipient": ("Till eller från", "Till eller från", "Deltagare", "Namn, telefon"),
    "number": ("nummer", "nummer", "nummer", "telefon"),
    "at": ("Samtal kl.", "Datum, kl.", "Ringd den, kl.", "Ringd den, kl."),
    "outcome": ("Ej nådd", "Förm.", "Förm.", "Förm."),
    "spoken_to": ("Talade med: namn", "Talade med", "Deltagare", "Namn"),
    "spoken_to_unit": ("enhet", "enhet", "Verksamhet", "verksamhet"),
    "read_back": ("Rättat", "Rättat", "Rättat", "Rättat"),
    "read_back_reason": ("Gick ej", "Gick ej", "Gick ej", "Gick ej"),
    "comment": ("Kommentar", "Kommentar", "Anteckningar", "Syfte"),
    "next_step": ("Nästa steg", "Kommentar", "Anteckningar", "Syfte"),
    "call_back": ("Ring tillbaka: nummer", "Kommentar", "Ring: namn och nummer", "Telefon för frågor"),
    "signed_by": ("Sign.", "Sign.", "Signatur", "Signatur"),
    "written_at": ("Sign., kl.", "Sign., kl.", "Signatur, kl.", "Signatur, kl."),
}
PARTICULARS = {
    "current_services": (SheetKind.CARE_CHAIN, "Kommentar, insatser"),
    "named_care_contact": (SheetKind.CARE_CHAIN, "Fast vårdkontakt:"),
    "preliminary_date": (SheetKind.CARE_CHAIN, "Preliminärt utskrivningsdatum"),
    "sip_date": (SheetKind.CARE_CHAIN, "SIP: datum"),
    "sip_time": (SheetKind.CARE_CHAIN, "kl."),
    "sip_place": (SheetKind.CARE_CHAIN, "plats"),
    "participants": (SheetKind.SIP_INVITATION, "Vilka kallas"),
}


def words(kind: SheetKind) -> str:
    html = render_to_string("forms/paper/part.html", {"part": blank(kind)})
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").replace("\xa0", " ").split())


def test_what_the_form_asks_of_a_row_each_sheet_has_a_place_for():
    asked = {name for name, field in EntryForm.base_fields.items() if not field.widget.is_hidden}
    assert asked == set(ASKED)
    for place, kind in enumerate(BLANK_KINDS):
        text = words(kind)
        assert [name for name, found in ASKED.items() if found[place] not in text] == [], kind


def test_what_belongs_to_a_message_the_sheet_has_a_place_for():
    asked = {
        name
        for message in current_routine().messages.values()
        for sending in message.sendings
        for name in message.particulars_for(sending.party)
    }
    assert asked == set(PARTICULARS)
    for kind, text in PARTICULARS.values():
        assert text in words(kind)


def test_what_the_typeface_lacks_is_explained_on_the_sheet_that_has_it_and_on_no_other():
    odd = Unit(pk=1, principal=REGION, name="Medicin 😀", ward_kind="somatic")
    parts = [
        *(blank(kind, serial=make_serial(place)) for place, kind in enumerate(ISSUED)),
        blank(SheetKind.LOG_SHEET, odd, serial=make_serial(99)),
    ]
    found = pages(typeset(parts, title="x").pdf)
    told = ["[U+…] är ett tecken som typsnittet saknar" in text for text in found]
    assert told == ["[U+1F600]" in text for text in found]
    assert sum(told) == 1
