"""The vårdkedjeblankett as it comes out of the printer."""

import hashlib
import logging
import re
from datetime import timedelta
from importlib.resources import files
from uuid import uuid4

import pytest
from fontTools.ttLib import TTFont

from forms.services.printing import print_care_chain
from outage.models import OpenItem
from outage.queries.care_chains import get_chain
from outage.rules.opening import OpeningReason
from outage.services.openings import open_protected
from tests.clock import standing_at
from tests.paper.making import at, full_chain, log_call, log_event, make_chain, make_place
from tests.paper.reading import everything, fonts, pages, read, squashed, structure, text_outside

pytestmark = pytest.mark.django_db
NOW = at(14, 5)
SIGNATURE = "Alva Ask, Sjuksköterska, Medicin 1, Lycksele lasarett (SE2321000222-980A)"


@pytest.fixture
def place():
    return make_place()


def printed(place, chain):
    with standing_at(NOW):
        found = get_chain(place.alva, chain.pk)
        if found.details.protected_identity:
            open_protected(by=place.alva, chain=found, client_id=uuid4(), reason=OpeningReason.KEEPS)
        return print_care_chain(by=place.alva, chain=found)


@pytest.mark.clause("R2.4")
def test_everything_logged_stands_on_the_paper(place):
    text = everything(printed(place, full_chain(place)).pdf)
    for expected in (
        "Vårdkedjeblankett 1",
        "Driftstopp i PRATOR från tis 24 nov 2026 10.40 · Båda huvudmännen",
        "Tolvan Tolvansson",
        "19121212-1212",
        "Nej",
        "Avdelning (egen enhet)",
        "Medicin 1, Lycksele lasarett Somatisk 0950-391 00",
        "Umeå kommun 090-16 10 00 Växel Umeå, vardag dagtid ? ej verifierad 090-16 99 99 Hemsjukvård Umeå",
        "Ålidhems hälsocentral Hälsocentral 090-785 90 00",
        "090-785 00 00 Regionens växel",
        "tis 24 nov 10.45 Försök Inskrivning (före 12.00) Umeå kommun, 090-16 10 00 10.50 Upptaget AA 10.51",
        "Bo Berg, Biståndsenheten Umeå",
        "Slutenvård 1 Inskrivning (R3.1)",
        "Bor ensam. Trygghetslarm finns.",
        "Mottaget",
        "Upprepat",
        "Aktuella insatser: Hemtjänst tre gånger om dagen, trygghetslarm",
        "Preliminärt utskrivningsdatum: tors 26 nov 2026",
        "Avtalat datum för SIP: tis 1 dec 2026",
        "Deltagare: Dottern Disa Tolvansson, Enhetschef Erik Ek",
        "Utskrivningsmeddelande (efter 12.00)",
        "Förmedlat",
        "Gick inte att upprepa: dålig linje",
        f"AA {SIGNATURE}",
        "När PRATOR är åter i drift",
        "Blanketten är ett stöd. Dokumentera också i journalen (R2.3).",
        "Förslag till blankett – ersätts av regionens egen.",
        "Rutin 2023-04-03",
        "Utskriven tis 24 nov 2026 14.05 av Alva Ask, Medicin 1, Lycksele lasarett",
    ):
        assert squashed(expected) in text, expected


@pytest.mark.clause("R2.5")
def test_each_call_carries_date_time_signature_and_the_name_spoken_to(place):
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(10, 45))
    log_call(place, chain, [event], at(10, 52), spoken_to="Cissi Ceder", comment="Ensamboende.")
    text = " ".join(pages(printed(place, chain).pdf))
    row = text[text.index("tis 24 nov 10.45") :]
    wanted = ("Lämnat", "10.52", "Cissi Ceder", "Upprepat", "AA 10.53", "Ensamboende.", SIGNATURE)
    places = [row.index(words) for words in wanted]
    assert places == sorted(places)
    assert squashed(SIGNATURE) in squashed(row)


def test_a_correction_stands_right_after_what_it_replaces_with_who_when_and_why(place):
    text = " ".join(pages(printed(place, full_chain(place)).pdf))
    old, new = text.index("Cissi Cedrr"), text.index("Cissi Ceder")
    assert old < new
    between = squashed(text[old:new])
    assert squashed("Ersatt av raden nedan tis 24 nov 11.05 av Alva Ask. Namnet var felskrivet") in between
    assert "10.58" in between
    assert squashed("Rättelse av raden ovan: Namnet var felskrivet") in squashed(text[new:])


def test_what_was_replaced_or_taken_back_is_struck_through_and_nothing_else(place):
    from forms.presenters.care_chain import sheet_view
    from forms.queries.sources import sheet_source
    from forms.specs import get_spec

    chain = full_chain(place)
    spec = get_spec()
    view = sheet_view(sheet_source(chain, place.alva, NOW), spec, place.alva, NOW)
    column = {heading.column: number for number, heading in enumerate(spec.columns)}
    struck = [
        (row.cells[column["message"]], row.cells[column["spoken_to"]]) for row in view.logged if row.struck
    ]
    assert struck == [
        ("Inskrivning (före 12.00)", "Cissi Cedrr, Ålidhems hälsocentral"),
        ("Utskrivningsklar (före 12.00)", ""),
    ]
    remarks = [part.text for row in view.logged for note in row.notes for part in note if part.remark]
    assert remarks == [
        "Ersatt av raden nedan tis 24 nov 11.05 av Alva Ask. Namnet var felskrivet",
        "Rättelse av raden ovan: Namnet var felskrivet",
        "Återtagen tis 24 nov 11.55 av Alva Ask. Gällde en annan patient",
    ]


def test_a_withdrawn_call_is_kept_with_the_reason_and_makes_no_row_of_its_own(place):
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(10, 45))
    call = log_call(place, chain, [event], at(10, 52), spoken_to="Fel Person")
    log_call(
        place,
        chain,
        [],
        at(10, 52),
        spoken_to="Fel Person",
        supersedes=call,
        withdraws=True,
        reason="Fel patient",
    )
    text = everything(printed(place, chain).pdf)
    assert text.count("FelPerson") == 1
    assert squashed("Återtagen tis 24 nov 10.53 av Alva Ask. Fel patient") in text


def test_one_call_with_several_messages_is_one_row_that_names_them_all(place):
    chain = make_chain(place)
    report = log_event(place, chain, "discharge_report", at(11, 0))
    ready = log_event(place, chain, "ready_for_discharge", at(11, 1))
    log_call(place, chain, [report, ready], at(11, 10), spoken_to="Bara En")
    text = everything(printed(place, chain).pdf)
    assert text.count("BaraEn") == 1
    expected = "tis 24 nov 11.00 tis 24 nov 11.01 Lämnat Utskrivningsrapport Utskrivningsklar Umeå kommun"
    assert squashed(expected) in text


@pytest.mark.clause("R1.6")
def test_a_discharge_left_open_says_who_is_not_told_who_answers_and_why(place):
    chain = make_chain(place)
    event = log_event(place, chain, "discharge", at(13))
    OpenItem.objects.create(
        client_id="7c2b7b0e-0000-4000-8000-000000000001",
        event=event,
        recipient="municipality",
        responsible="Enhetschef Eva Ek",
        reason="Växeln stängd",
        user=place.alva.user,
        unit=place.ward,
    )
    text = everything(printed(place, chain).pdf)
    expected = "Öppen punkt: Kommun är inte underrättad. Ansvarig: Enhetschef Eva Ek. Varför: Växeln stängd"
    assert squashed(expected) in text


def test_a_call_about_no_event_is_still_on_the_paper(place):
    chain = make_chain(place)
    log_call(place, chain, [], at(11), spoken_to="Löst Samtal")
    text = everything(printed(place, chain).pdf)
    assert squashed("Inget meddelande") in text
    assert squashed("Löst Samtal") in text


def test_an_event_the_sheet_has_no_row_for_is_still_on_the_paper(place):
    chain = make_chain(place)
    log_event(place, chain, "admission", at(11), sender="municipality")
    assert squashed("11.00 Händelse Inskrivning") in everything(printed(place, chain).pdf)


@pytest.mark.clause("R3.10")
def test_a_psychiatric_patient_s_sheet_names_psychiatric_care():
    place = make_place(ward_kind="psychiatric", outpatient_kind="psychiatric_outpatient")
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(11))
    log_call(place, chain, [event], at(11, 5), recipient="outpatient", spoken_to_unit="")
    text = everything(printed(place, chain).pdf)
    assert squashed("Psykiatrisk öppenvård") in text
    assert "Hälsocentral" not in text.replace("Ålidhemshälsocentral", "")


def test_protected_personal_data_is_marked_on_every_page_in_words(place):
    found = pages(printed(place, full_chain(place, protected_identity=True)).pdf)
    assert "SKYDDADE PERSONUPPGIFTER." in found[0]
    assert all("Skyddade personuppgifter · Vårdkedja 1" in page for page in found[1:])
    assert len(found) > 1
    assert "SKYDDADE" not in "".join(pages(printed(place, full_chain(place)).pdf)).upper()


def test_what_is_not_known_says_so_and_leaves_room(place):
    chain = make_chain(
        place, patient_name="", identity_number="", identity_kind="unknown", ward_unit=None, municipality=None
    )
    text = everything(printed(place, chain).pdf)
    assert squashed("Okänt namn") in text
    assert "Saknas" in text
    assert text.count("Nummer:") >= 2


def test_a_chain_set_apart_says_why(place):
    chain = make_chain(place, status="deceased", status_reason="Avled 11.30")
    assert (
        squashed("Patienten har avlidit. Avled 11.30").casefold()
        in everything(printed(place, chain).pdf).casefold()
    )


def test_each_page_says_which_it_is_of_how_many_and_repeats_patient_and_headings(place):
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(10, 45))
    for minute in range(40):
        log_call(place, chain, [event], at(11) + timedelta(minutes=minute), outcome="no_answer")
    made = printed(place, chain)
    found = pages(made.pdf)
    assert made.sheet.pages == len(found) >= 3
    for number, text in enumerate(found, start=1):
        assert f"Sida {number} av {len(found)}" in text
        assert "Utskriven tis 24 nov 2026 14.05" in text
        assert "ersätts av regionens egen" in text
    for text in found[1:]:
        assert "Tolvan Tolvansson · 19121212-1212 · Vårdkedja 1" in text
    for text in found:
        assert "Talade med" in text


def test_no_row_is_split_over_two_pages(place):
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(10, 45))
    for number in range(45):
        words = "ord " * (number * 7 % 60) + f"SLUTET{number:02}"
        when = at(11) + timedelta(minutes=number)
        log_call(place, chain, [event], when, spoken_to=f"BÖRJAN{number:02}", comment=words)
    found = pages(printed(place, chain).pdf)
    for number in range(45):
        first = [i for i, text in enumerate(found) if f"BÖRJAN{number:02}" in text]
        last = [i for i, text in enumerate(found) if f"SLUTET{number:02}" in text]
        assert first == last
        assert len(first) == 1


@pytest.mark.parametrize("letter", ["W", "i"])
def test_the_longest_values_are_never_cut(place, letter):
    def longest(mark: str, length: int) -> str:
        return (mark + letter * length)[: length - 1] + "§"

    values = {
        "patient_name": longest("NAMN", 200),
        "identity_number": longest("ID", 40),
        "status_reason": longest("LÄGE", 300),
    }
    chain = make_chain(place, identity_kind="other", status="deceased", **values)
    calls = {
        "spoken_to": longest("TALADE", 200),
        "spoken_to_unit": longest("ENHET", 200),
        "number": longest("NR", 60),
        "read_back_reason": longest("VARFÖR", 300),
        "next_step": longest("STEG", 300),
        "call_back": longest("ÅTER", 200),
        "signature": longest("SIGN", 500),
        "comment": longest("KOMMENTAR", 2000),
    }
    participant = longest("DELTAR", 180)
    event = log_event(
        place, chain, "admission", at(10, 45), particulars={"current_services": longest("INSATS", 2000)}
    )
    log_call(place, chain, [event], at(11), recipient=f"participant:{participant}", **calls)
    made = printed(place, chain)
    text = everything(made.pdf)
    for value in (*values.values(), *calls.values(), participant, longest("INSATS", 2000)):
        assert value in text
    for page in read(made.pdf).pages:
        assert text_outside(page) == []


def test_a_comment_longer_than_a_page_goes_on_over_the_next_and_loses_nothing(place):
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(10, 45))
    words = [f"ord{number:04}" for number in range(1500)]
    log_call(place, chain, [event], at(11), comment=" ".join(words))
    made = printed(place, chain)
    text = " ".join(pages(made.pdf))
    assert re.findall(r"ord\d{4}", text) == words
    for page in read(made.pdf).pages:
        assert text_outside(page) == []


HOSTILE = {
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "{{ sheet.system }}{% now %}": "{{ sheet.system }}{% now %}",
    "</td></tr></table>": "</td></tr></table>",
    "&lt;b&gt; &amp; &#x202E;": "&lt;b&gt; &amp; &#x202E;",
    '"><img src="file:///etc/passwd">': '"><img src="file:///etc/passwd">',
    "url(http://example.org/x)": "url(http://example.org/x)",
    "Eva 😀👩🏽‍⚕️": "Eva [U+1F600][U+1F469][U+1F3FD][U+200D][U+2695][U+FE0F]",
    "\u202eevA": "[U+202E]evA",
    "رحيم": "[U+0631][U+062D][U+064A][U+0645]",
    "rad ett\r\nrad två\n\n\nrad fyra": "rad ett rad två rad fyra",
    "a\x0bb\x1fc": "a[U+000B]b[U+001F]c",
    "\\A \\0041 */ } body{display:none}": "\\A \\0041 */ } body{display:none}",
}


def test_hostile_text_comes_out_as_it_was_written_or_as_codes(place, caplog):
    chain = make_chain(place)
    for minute, text in enumerate(HOSTILE):
        event = log_event(place, chain, "admission", at(10, 45), particulars={"current_services": text})
        when = at(11) + timedelta(minutes=minute)
        log_call(place, chain, [event], when, spoken_to=text, comment=text, signature=text, number=text)
    with caplog.at_level(logging.WARNING):
        made = printed(place, chain)
    text = everything(made.pdf)
    for shown in HOSTILE.values():
        assert text.count(squashed(shown)) == 5, shown
    assert caplog.records == []
    assert all("ett tecken som typsnittet saknar" in page for page in pages(made.pdf))


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "Eva 😀", "\u202eevA", "{% now %}", "A\u030asa"]
)
def test_a_hostile_name_is_literal_in_the_head_and_the_print_line(place, caplog, name):
    chain = make_chain(place, patient_name=name)
    place.alva.user.last_name = name
    with caplog.at_level(logging.WARNING):
        made = printed(place, chain)
    shown = HOSTILE.get(name) or {"Eva 😀": "Eva [U+1F600]", "A\u030asa": "Åsa"}.get(name, name)
    # The name: at the head, and at the top of each page but the first; the printer's: at the foot of each.
    assert everything(made.pdf).count(squashed(shown)) == 2 * made.sheet.pages
    assert caplog.records == []


def test_a_sheet_that_prints_in_full_says_nothing_of_missing_characters(place):
    assert "typsnittet saknar" not in " ".join(pages(printed(place, make_chain(place)).pdf))


def test_the_typesetter_has_nothing_to_complain_of(place, caplog):
    with caplog.at_level(logging.WARNING):
        printed(place, full_chain(place))
    assert caplog.records == []


def test_the_file_carries_no_patient_data_but_on_its_pages(place):
    made = printed(place, full_chain(place))
    reader = read(made.pdf)
    told = str(reader.metadata) + reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "Vårdkedjeblankett" in told
    for secret in ("Tolvan", "1212-1212", "191212121212", "Alva"):
        assert secret not in told
        assert secret not in made.filename
        assert secret.encode() not in made.pdf
    assert made.filename == "blankett-1.pdf"
    assert reader.attachments == {}


def test_a_screen_reader_finds_headings_and_a_table_with_its_heads(place):
    pdf = printed(place, full_chain(place)).pdf
    kinds = structure(pdf)
    assert kinds.count("/H1") == 1
    assert "/H2" in kinds
    assert kinds.count("/TH") >= 8
    assert read(pdf).trailer["/Root"]["/Lang"] == "sv"


def test_fonts_are_embedded_and_no_glyph_is_missing(place):
    pdf = printed(place, full_chain(place, patient_name="Čáhppe Ŋŧđ Žš")).pdf
    in_all = TTFont(files("fontpkg_source_sans_3") / "files" / "SourceSans3[wght].ttf")["maxp"].numGlyphs
    for font in fonts(pdf):
        assert "Source-Sans-3" in font["/BaseFont"]
        assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        used = re.findall(
            r"^<(\w{4})> <", font["/ToUnicode"].get_data().decode().partition("beginbfchar")[2], re.M
        )
        # A missing glyph gets a number past the typeface's own.
        assert min(int(glyph, 16) for glyph in used) > 0
        assert max(int(glyph, 16) for glyph in used) < in_all
    assert squashed("Čáhppe Ŋŧđ Žš") in everything(pdf)


def test_the_hash_is_that_of_the_file_given_out(place):
    made = printed(place, full_chain(place))
    assert made.sheet.exports.get().sha256 == hashlib.sha256(made.pdf).hexdigest()
