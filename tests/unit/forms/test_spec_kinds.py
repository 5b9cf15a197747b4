"""The content files of the other kinds of sheet, and what is refused in one."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from contacts.content.reader import ContentError
from contacts.rules.parties import Party
from forms.rules.call_support_spec import CallGuide, CallStep, guide_faults
from forms.rules.form_spec import FieldShape, FormField, FormSection, form_faults
from forms.rules.spec import LOG_SHEET_COLUMNS, column_faults
from forms.specs import SIP, SIP_INVITATION, all_specs, get_call_support, get_form, get_log_sheet, load_spec
from outage.routine import current_routine

CONTENT = Path("forms/specs/content")
ROUTINE = current_routine()


@pytest.mark.parametrize("spec", all_specs(), ids=lambda spec: spec.id)
def test_each_sheet_says_that_it_is_a_proposal_and_has_a_version_for_its_code(spec):
    assert "örslag" in spec.foot
    assert 1 <= len(spec.version) <= 2


def _keys(spec):
    return {field.key for section in spec.sections for field in section.fields}


@pytest.mark.clause("R3.11")
def test_the_sip_has_a_field_for_all_that_a_sip_holds():
    spec = get_form(SIP)
    wanted = (
        "name identity care_contact consent consent_how consent_when consent_except consent_until consent_withdrawn "
        "date place form participants informed situation matters needs goals measures measures_others overall "
        "worse worse_call follow_up follow_up_by copy copy_when signatures"
    )
    assert set(wanted.split()) <= _keys(spec)
    consent = next(field for s in spec.sections for field in s.fields if field.key == "consent")
    assert {"Ja", "Nej"} <= set(consent.choices)


@pytest.mark.clause("R3.9")
def test_the_invitation_has_a_field_for_purpose_who_when_where_how_long_and_how():
    assert {"purpose", "participants", "date", "time", "place", "length", "form"} <= _keys(
        get_form(SIP_INVITATION)
    )


@pytest.mark.parametrize("spec_id", [SIP, SIP_INVITATION])
def test_no_paragraph_of_a_law_is_printed(spec_id):
    text = (CONTENT / f"{spec_id}.toml").read_text(encoding="utf-8").casefold()
    assert "§" not in text
    assert "socialtjänstlag" not in text


@pytest.mark.clause("R3.11")
def test_the_patient_s_copy_has_everything_but_what_is_for_staff():
    spec = get_form(SIP)
    copy = spec.for_patient()
    assert copy.title == "SIP – patientens exemplar"
    staff = {f.key for s in spec.sections for f in s.fields if s.staff or f.staff}
    assert staff
    assert _keys(copy) == _keys(spec) - staff
    assert not any(section.staff for section in copy.sections)


def test_a_field_for_staff_goes_from_the_patient_s_copy_and_an_empty_section_with_it():
    line = FormField("a", "A", FieldShape.LINE)
    noted = FormField("b", "B", FieldShape.LINE, staff=True)
    spec = replace(get_form(SIP), sections=(FormSection("1", (line, noted)), FormSection("2", (noted,))))
    assert [(s.heading, [f.key for f in s.fields]) for s in spec.for_patient().sections] == [("1", ["a"])]


@pytest.mark.parametrize(
    ("shape", "columns", "choices", "half"),
    list(product(FieldShape, ((), ("K",)), ((), ("V",)), (False, True))),
)
def test_columns_choices_and_half_belong_to_their_shapes_only(shape, columns, choices, half):
    rows = int(shape in (FieldShape.AREA, FieldShape.TABLE))
    field = FormField("a", "A", shape, rows, columns=columns, choices=choices, half=half)
    allowed = {
        FieldShape.LINE: not columns and not choices,
        FieldShape.AREA: not columns and not choices,
        FieldShape.CHOICES: bool(choices) and not columns,
        FieldShape.TABLE: bool(columns) and not choices and not half,
    }
    assert (form_faults([FormSection("1", (field,))]) == []) == allowed[shape]


def test_a_table_stands_alone_under_its_heading():
    table, line = (
        FormField("a", "A", FieldShape.TABLE, 1, columns=("K",)),
        FormField("b", "B", FieldShape.LINE),
    )
    assert form_faults([FormSection("1", (table,)), FormSection("2", (line,))]) == []
    for fields in ((table, line), (line, table), (table, replace(table, key="c"))):
        assert "a: a table has a heading of its own; give it a section" in form_faults(
            [FormSection("1", fields)]
        )


@pytest.mark.parametrize("what", [{"wide": ("X",)}, {"narrow": ("X",)}, {"boxes": {"X": ("Ja",)}}])
def test_what_is_said_of_a_column_is_of_one_that_the_table_has(what):
    table = FormField("a", "A", FieldShape.TABLE, 1, columns=("K",), **what)
    assert form_faults([FormSection("1", (table,))]) == ["a: 'X' is none of its columns"]


def test_a_key_that_stands_twice_is_a_fault():
    field = FormField("a", "A", FieldShape.LINE)
    assert form_faults([FormSection("1", (field,)), FormSection("2", (field,))]) == [
        "a stands twice; keep one"
    ]


@pytest.mark.clause("R2.5")
def test_the_log_sheet_has_every_column_once():
    assert column_faults(get_log_sheet().columns, LOG_SHEET_COLUMNS) == []


@pytest.mark.clause("R2.1")
def test_each_party_is_told_what_the_routine_has_it_tell():
    spec = get_call_support()
    for party in Party:
        own = {s.clause for g in spec.guides_for(frozenset({party})) if g.party for s in g.steps}
        assert own == {
            sending.clause
            for message in ROUTINE.messages.values()
            for sending in message.sendings
            if sending.party is party
        }


def test_a_party_without_a_guide_is_a_fault():
    faults = guide_faults((CallGuide("A", (CallStep("Gör"),), Party.INPATIENT),))
    assert {fault.split()[0] for fault in faults} == {"municipality", "outpatient"}


@pytest.mark.parametrize(("shape", "rows"), list(product(FieldShape, (0, 1, 5))))
def test_an_area_and_a_table_have_rows_and_nothing_else_has(shape, rows):
    fault = "a: an area and a table have rows, and nothing else has"
    faults = form_faults([FormSection("1", (FormField("a", "A", shape, rows),))])
    assert (fault not in faults) == ((shape in (FieldShape.AREA, FieldShape.TABLE)) == (rows > 0))


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("sip", 'shape = "line"', 'shape = "circle"', "sections[0].fields[0].shape"),
        ("sip", 'key = "time"', 'key = "date"', "sections"),
        ("sip", 'label = "Tid", shape = "line"', 'label = "Tid", shape = "line", rows = 2', "sections"),
        ("sip", 'shape = "table", rows = 5', 'shape = "table"', "sections"),
        ("sip", "staff = true", "staf = true", "sections[10].staf"),
        ("log-sheet", 'column = "time"', 'column = "way"', "columns"),
        ("log-sheet", "hours = 24", "hours = 0", "hours"),
        ("work-list", 'list = "att-ringa"', 'list = "vardkedjor"', "lists"),
        ("work-list", '"Ringt", ', "", "lists"),
        ("call-support", 'clause = "R3.1"', 'clause = "R8.1"', "guides[2].steps[0].clause"),
        ("call-support", 'party = "outpatient"', 'party = "nobody"', "guides[4].party"),
        ("call-support", "note_heading", "more = 1\nnote_heading", "more"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_key(tmp_path, name, old, new, key):
    text = (CONTENT / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{name}.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        load_spec(path)
    assert (refused.value.file, refused.value.key) == (path, key)
    assert refused.value.remedy
