"""What a form is to its sender: said by the view, for some by what was pressed in it."""

from contacts.rules.held import HeldAs, held_by_value, how_held

CALL, YES, OTHER = HeldAs("Samtal"), HeldAs("Ja", pressed=True), HeldAs("Annat")
BUTTONS = held_by_value("svar", {"ja": YES}, OTHER)


def test_a_view_says_it_once_or_for_each_button():
    assert how_held(CALL, {"svar": ["ja"]}) == CALL
    assert how_held(BUTTONS, {"svar": ["ja"]}) == YES
    for content in ({"svar": ["nej"]}, {"svar": []}, {}):
        assert how_held(BUTTONS, content) == OTHER


def test_a_view_that_says_nothing_has_nothing_held():
    assert how_held(None, {"svar": ["ja"]}) is None
