"""Initials for a narrow column, and the key that says whose they are."""

import pytest

from forms.rules.initials import Signatures, initials


@pytest.mark.parametrize(
    ("signature", "short"),
    [
        ("Alva Ask, Sjuksköterska, Medicin 1", "AA"),
        ("åsa maria öberg, Undersköterska", "ÅÖ"),
        ("Cissi", "C"),
        ("A\u030asa Ek", "ÅE"),
        ("رحيم, Sjuksköterska", "S"),
        ("😀 123", "S"),
        (", Sjuksköterska", "S"),
    ],
)
def test_initials_are_of_the_first_name_and_the_last(signature: str, short: str):
    assert initials(signature) == short


def test_no_two_signatures_of_a_sheet_have_the_same_initials_and_each_stands_once_in_the_key():
    signatures = Signatures()
    given = ["Alva Ask, Medicin 1", "Anna Alm, Medicin 1", "Alva Ask, Medicin 1", "Alva Ask, Kirurgi 2"]
    assert [signatures.short(signature) for signature in given] == ["AA", "AA2", "AA", "AA3"]
    assert signatures.key == (("AA", given[0]), ("AA2", given[1]), ("AA3", given[3]))
    assert signatures.short("  ") == ""
