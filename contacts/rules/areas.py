"""Which part of a municipality a hemsjukvård serves, by what its entry or unit is called."""

import re

from .swedish_text import search_key

# What the name of a hemsjukvård may say beside its area: what it is, and when it answers.
_NOT_AREA = frozenset(
    search_key(
        "hemsjukvård hemsjukvården hsv kommunal kommunens kommun kommuns i för och dag dagtid dagar kväll kvällar",
        "kvällstid natt nattetid helg helger vardag vardagar jour jouren dygnet runt sjuksköterska sjuksköterskor",
        "område området telefon direkt patrull",
    ).split()
)


def area_of(name: str, municipality: str) -> str:
    """The area in the name of a hemsjukvård, as it is written; "" for one that serves the whole of `municipality`.

    "Hemsjukvård Ersboda kväll/helg" serves Ersboda, "Hemsjukvården Umeå" all of Umeå.
    """
    own = set(search_key(municipality).split())
    own |= {f"{word}s" for word in own}
    kept = [
        word
        for word in re.finditer(r"[^\s,/()–]+", name)
        if (key := search_key(word[0])) and key not in _NOT_AREA and key not in own
    ]
    # As it is written from the first of them to the last: a list of places keeps its commas and its «och».
    area = name[kept[0].start() : kept[-1].end()] if kept else ""
    return area + ")" * (area.count("(") - area.count(")"))
