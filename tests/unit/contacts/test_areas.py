"""The area of a municipality that a hemsjukvård serves, by its name."""

import pytest

from contacts.rules.areas import area_of


@pytest.mark.parametrize(
    ("name", "municipality", "area"),
    [
        ("Hemsjukvård Nordmaling dagtid", "Nordmaling", ""),
        ("Hemsjukvård Nordmaling kväll/helg", "Nordmaling", ""),
        ("Hemsjukvården Umeå", "Umeå", ""),
        ("Umeå kommuns hemsjukvård", "Umeå", ""),
        ("Hemsjukvården i Malå", "Malå", ""),
        ("Hemsjukvård Ersboda", "Umeå", "Ersboda"),
        ("Hemsjukvård Umeå Ersboda kväll/helg", "Umeå", "Ersboda"),
        ("Hemsjukvården Ersboda (dagtid)", "Umeå", "Ersboda"),
        ("Hemsjukvård område Norr, natt", "Skellefteå", "Norr"),
        ("Hemsjukvård Team 2 dygnet runt", "Skellefteå", "Team 2"),
        ("Kågedalens hemsjukvård", "Skellefteå", "Kågedalens"),
        (
            "Hemsjukvård Skellefteå tätort, Örnäset, Bergsbyn och Kåge, natt",
            "Skellefteå",
            "tätort, Örnäset, Bergsbyn och Kåge",
        ),
        ("Hemsjukvården tätort (Örnäset och Kåge)", "Skellefteå", "tätort (Örnäset och Kåge)"),
        ("Hemsjukvården (Örnäset/Kåge) dygnet runt", "Skellefteå", "Örnäset/Kåge"),
    ],
)
def test_the_area_is_what_the_name_says_beside_what_and_when(name, municipality, area):
    assert area_of(name, municipality) == area
