"""Whatever stands for a hyphen is read as one, by everything that reads numbers, codes and names."""

from datetime import date

import pytest

from contacts.rules.directory_search import needles
from contacts.rules.phone import normalise
from contacts.rules.remark_words import tidy_remark
from contacts.rules.swedish_text import DASHES, search_key
from forms.rules.serial import make_serial, read_serial
from outage.rules.call_code import make_code, read_code
from outage.rules.identity import IdentityKind, classify_identity

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("dash", DASHES)
def test_any_dash_is_a_hyphen(dash: str):
    assert normalise(f"090{dash}785 12 34") == "+46907851234"
    assert classify_identity(f"19121212{dash}1212", TODAY).kind is IdentityKind.PERSONNUMMER
    assert tidy_remark(f"08.00{dash}16.30") == "08.00-16.30"
    assert needles(f"090{dash}785 12 34") == needles("090-785 12 34")
    assert search_key(f"Anna{dash}Lena") == search_key("Anna-Lena")
    code, serial = make_code(b"x" * 32), make_serial(7)
    assert read_code(f"{code[:3]}{dash}{code[3:]}") == code
    assert read_serial(f"{serial[:3]}{dash}{serial[3:]}") == serial
