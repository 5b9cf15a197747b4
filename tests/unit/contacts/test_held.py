"""What a form is to its sender: said by the view, for some by what was pressed in it."""

from itertools import product

import pytest

from contacts.rules.held import HeldAs, became, held_by_value, how_held, is_sent_again

CALL, YES, OTHER = HeldAs("Samtal"), HeldAs("Ja", pressed=True), HeldAs("Annat")
BUTTONS = held_by_value("svar", {"ja": YES}, OTHER)
_IDS = (None, "", "a", "b")


def test_a_view_says_it_once_or_for_each_button():
    assert how_held(CALL, {"svar": ["ja"]}) == CALL
    assert how_held(BUTTONS, {"svar": ["ja"]}) == YES
    for content in ({"svar": ["nej"]}, {"svar": []}, {}):
        assert how_held(BUTTONS, content) == OTHER


def test_a_view_that_says_nothing_has_nothing_held():
    assert how_held(None, {"svar": ["ja"]}) is None


@pytest.mark.parametrize(("how", "held", "sent"), [*product([CALL, YES], _IDS, _IDS)])
@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        (["x"], True),
        (["x", "z"], True),
        (["så x igen"], True),
        (["y"], False),
        (["xx"], False),
        ([""], False),
        (None, False),
    ],
)
def test_a_form_comes_again_as_it_was_or_by_its_id_with_more_and_a_press_only_as_it_was(
    how, held, sent, text: list[str] | None, goes_on: bool
):
    was = {"text": ["x"], "empty": [""]} | ({} if held is None else {"client_id": [held]})
    comes = {} if text is None else {"text": text}
    comes |= {"empty": [""]} | ({} if sent is None else {"client_id": [sent]})
    by_its_id = how == CALL and held == sent and bool(held) and goes_on
    assert is_sent_again(how, was, comes) is (was == comes or by_its_id)


FILE = HeldAs("Skanna blad", file=True)
LATER = "Det som kom nu är undanlagt åt dig i 12 timmar: skiljer det sig syns det när det tas fram."


@pytest.mark.parametrize(
    ("how", "saved", "said"),
    [
        (None, "", ""),
        (CALL, "", "Det du skickade är undanlagt åt dig i 12 timmar."),
        (YES, "", "Du får frågan om det ska göras, först på Läge."),
        (FILE, "", "Filen är inte sparad. Filer läggs inte undan: välj den igen."),
        (None, "10.52", "Det du skickade är sparat 10.52. Se hur det står, innan det görs om."),
        (
            CALL,
            "10.52",
            f"Det du skickade från samma ställe är sparat 10.52. {LATER}",
        ),
    ],
)
def test_what_became_of_what_was_sent_is_promised_of_typed_text_alone(
    how: HeldAs | None, saved: str, said: str
):
    assert became(how, saved) == said


@pytest.mark.parametrize(
    ("how", "did", "lead"),
    [(CALL, "skrev", "Ta fram"), (YES, "tryckte", "Svara"), (FILE, "skickade", "Välj filen igen")],
)
def test_typed_pressed_and_chosen_are_called_what_they_are(how: HeldAs, did: str, lead: str):
    assert (how.did, how.lead) == (did, lead)
