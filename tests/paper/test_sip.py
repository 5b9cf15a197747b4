"""The SIP-blankett, patientens exemplar and the kallelse, with what the log knows (R3.9, R3.11)."""

from uuid import uuid4

import pytest

from contacts.rules.errors import NotAllowed
from contacts.rules.permissions import Role
from forms.models import Sheet, SheetKind
from forms.presenters.blanks import blank_part
from forms.presenters.sip import form_view
from forms.queries.sources import sip_source
from forms.rules.form_spec import FieldShape
from forms.rules.serial import make_serial
from forms.services.printing import typeset
from forms.services.sip_prints import print_sip, print_sip_invitation
from forms.specs import SIP, SIP_INVITATION, get_form
from outage.queries.care_chains import get_chain
from tests.clock import standing_at
from tests.paper.making import at, full_chain, log_event, make_chain, make_place, person
from tests.paper.reading import everything, pages, squashed

pytestmark = pytest.mark.django_db
NOW = at(14, 5)


@pytest.fixture
def place():
    return make_place()


def view_of(place, chain, spec_id=SIP, **more):
    source = sip_source(get_chain(place.alva, chain.pk))
    return form_view(get_form(spec_id), source, by=place.alva, **more)


def fields(view):
    found = {}
    for section in view.sections:
        if section.table:
            found[section.table.field.key] = section.table
        for line in section.lines:
            found |= {field.field.key: field for field in line}
    return found


def reply(place, chain, sender, when=None, **particulars):
    return log_event(
        place, chain, "admission_reply", when or at(11, 20), sender=sender, particulars=particulars
    )


@pytest.mark.clause("R3.11")
@pytest.mark.clause("R3.9")
def test_the_three_prints_carry_what_the_log_knows_and_are_sheets_of_their_own_kind(place):
    chain = full_chain(place)
    reply(place, chain, "outpatient", named_care_contact="Doktor Dag Dal, 090-785 90 01")
    chain = get_chain(place.alva, chain.pk)
    with standing_at(NOW):
        sip = print_sip(by=place.alva, chain=chain, client_id=uuid4())
        copy = print_sip(by=place.alva, chain=chain, client_id=uuid4(), patients_copy=True)
        invitation = print_sip_invitation(by=place.alva, chain=chain, client_id=uuid4())
    for made in (sip, copy, invitation):
        text = everything(made.pdf)
        for expected in (
            "Tolvan Tolvansson",
            "19121212-1212",
            "Umeå kommun",
            "Ålidhems hälsocentral",
            "Doktor Dag Dal, 090-785 90 01",
            "tis 1 dec 2026",
            "Dottern Disa Tolvansson",
            "Enhetschef Erik Ek",
        ):
            assert squashed(expected) in text, expected
        # Pages that come apart still say whose they are.
        assert all("Tolvan Tolvansson · 19121212-1212" in page for page in pages(made.pdf))
    assert squashed("Kommun: Hemtjänst tre gånger om dagen, trygghetslarm") in everything(copy.pdf)
    assert squashed("Förpersonalen") in everything(sip.pdf)
    assert squashed("SIP – patientens exemplar") in everything(copy.pdf)
    assert squashed("För personalen") not in everything(copy.pdf)
    assert squashed("Kallelse till SIP") in everything(invitation.pdf)
    assert [(made.sheet.kind, made.filename) for made in (sip, copy, invitation)] == [
        ("sip", "sip-1.pdf"),
        ("sip_patient", "sip-patient-1.pdf"),
        ("sip_invitation", "sip-kallelse-1.pdf"),
    ]
    assert copy.sheet.patients_copy
    assert Sheet.objects.filter(chain=chain).count() == 3


def test_what_was_said_last_counts_and_what_was_taken_back_never(place):
    chain = make_chain(place)
    first = log_event(
        place,
        chain,
        "sip_initiative",
        at(11),
        sender="outpatient",
        particulars={"sip_date": "2026-12-01", "sip_place": "Sal 1", "participants": ["Anna A"]},
    )
    log_event(
        place,
        chain,
        "sip_invitation",
        at(12),
        sender="outpatient",
        particulars={"sip_date": "2026-12-03", "sip_time": "10.30", "participants": ["Bo B", "Disa D"]},
    )
    found = fields(view_of(place, chain))
    assert (found["date"].text, found["time"].text, found["place"].text) == (
        "tors 3 dec 2026",
        "10.30",
        "Sal 1",
    )
    assert [row.text for row in found["participants"].rows if row.text] == ["Bo B", "Disa D"]
    log_event(
        place,
        chain,
        "sip_initiative",
        at(12, 5),
        sender="outpatient",
        supersedes=first,
        withdraws=True,
        reason="Fel",
    )
    assert fields(view_of(place, chain))["place"].text == ""


def test_services_of_each_party_stand_on_a_line_of_their_own(place):
    chain = make_chain(place)
    reply(place, chain, "outpatient", current_services="Såromläggning")
    reply(place, chain, "municipality", current_services="Hemtjänst")
    reply(place, chain, "municipality", at(11, 40), current_services="Hemtjänst varje dag")
    text = fields(view_of(place, chain))["services"].text
    assert text == "Kommun: Hemtjänst varje dag\nÖppenvård: Såromläggning"


def test_with_nothing_logged_there_is_room_to_write_everything(place):
    found = fields(view_of(place, make_chain(place), SIP_INVITATION))
    assert found["date"].text == found["place"].text == ""
    rows = found["participants"].rows
    assert len(rows) == found["participants"].field.rows
    assert not any(row.text for row in rows)


def test_many_participants_all_stand_and_leave_lines_to_add_more(place):
    chain = make_chain(place)
    names = [f"Deltagare {number}" for number in range(20)]
    log_event(
        place, chain, "sip_invitation", at(12), sender="outpatient", particulars={"participants": names}
    )
    rows = fields(view_of(place, chain))["participants"].rows
    assert [row.text for row in rows if row.text] == names
    assert sum(not row.text for row in rows) == 2


def test_protected_personal_data_are_marked_for_staff_and_not_on_the_patient_s_own_copy(place):
    chain = make_chain(place, protected_identity=True)
    assert view_of(place, chain).protected
    assert view_of(place, chain, SIP_INVITATION).protected
    assert not view_of(place, chain, patients_copy=True).protected


def test_no_box_is_ticked_by_the_machine(place):
    view = view_of(place, full_chain(place))
    ticked = [f.text for f in fields(view).values() if f.field.shape is FieldShape.CHOICES]
    assert ticked
    assert not any(ticked)


def test_an_administrator_prints_neither(place):
    chain, adam = make_chain(place), person("Adam Adm", place.ward, Role.ADMIN)
    for do in (print_sip, print_sip_invitation):
        with pytest.raises(NotAllowed):
            do(by=adam, chain=chain, client_id=uuid4())
    assert not Sheet.objects.exists()


def test_a_sip_is_one_sheet_of_paper_and_a_kallelse_one_page_blank_or_filled(place):
    chain = full_chain(place)
    with standing_at(NOW):
        sip = print_sip(by=place.alva, chain=chain, client_id=uuid4())
        copy = print_sip(by=place.alva, chain=chain, client_id=uuid4(), patients_copy=True)
        invitation = print_sip_invitation(by=place.alva, chain=chain, client_id=uuid4())
    assert [made.sheet.pages for made in (sip, copy, invitation)] == [2, 2, 1]
    for kind, length in ((SheetKind.SIP, 2), (SheetKind.SIP_INVITATION, 1)):
        part = blank_part(kind, serial=make_serial(1), unit=place.ward, by=place.alva, now=NOW)
        assert typeset([part], title="x").pages == length


def test_the_back_of_a_blank_sip_asks_who_it_is_about_and_no_row_of_a_table_is_alone_on_a_page(place):
    part = blank_part(SheetKind.SIP, serial=make_serial(1), unit=place.ward, by=place.alva, now=NOW)
    front, back = pages(typeset([part], title="x").pdf)
    assert "Personnummer: ___" in back
    assert "Region eller kommun" in back
    assert "Region eller kommun" not in front


def test_the_patient_s_copy_speaks_to_the_patient(place):
    with standing_at(NOW):
        copy = print_sip(by=place.alva, chain=full_chain(place), client_id=uuid4(), patients_copy=True)
        own = print_sip(by=place.alva, chain=full_chain(place), client_id=uuid4())
    told, staff = everything(copy.pdf), everything(own.pdf)
    for words in (
        "Din situation",
        "Den hjälp du har",
        "Om du blir sämre",
        "Det här är ditt exemplar av din plan.",
    ):
        assert squashed(words) in told
        assert squashed(words) not in staff
    for words in ("Patientens situation", "Dokumentera också i journalen"):
        assert squashed(words) not in told
        assert squashed(words) in staff
