"""The binder as it comes out of the printer: contents, dates, the routine, its unit's checklists, its blank sheets."""

import re
from dataclasses import replace

import pytest
from django.utils import timezone

from contacts.models import Unit
from forms.models import Sheet, SheetBatch, SheetKind
from forms.presenters import binder as presenter
from forms.presenters.binder import binder_parts
from forms.rendering import Rendered
from forms.rules.serial import make_serial, shown_serial
from forms.services import binder as service
from forms.services.binder import print_binder
from forms.services.printing import typeset
from forms.specs import get_binder
from outage.checklists import all_checklists
from outage.routine import current_routine
from tests.clock import standing_at
from tests.paper.making import at, make_place
from tests.paper.reading import everything, pages, read, squashed, text_outside

pytestmark = pytest.mark.django_db
FEW = replace(
    get_binder(),
    blanks=tuple(replace(blank, count=1 + (place == 0)) for place, blank in enumerate(get_binder().blanks)),
)
LONG = "Avdelningen för långvariga vårdkedjor och " * 4 + "samordnad utskrivning i Lappland"


@pytest.fixture
def place():
    return make_place()


def _own(unit: Unit, by=None) -> Rendered:
    """Typeset a binder without its blank sheets."""
    parts = binder_parts(serial=make_serial(7), blanks={}, unit=unit, by=by, now=timezone.now())
    return typeset(parts, title="Beredskapspärm")


@pytest.fixture
def _few_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two blank sheets of the first kind and one of the others: more are the same once more."""
    monkeypatch.setattr(service, "get_binder", lambda: FEW)
    monkeypatch.setattr(presenter, "get_binder", lambda: FEW)


@pytest.mark.slow
@pytest.mark.clause("R2.4")
@pytest.mark.usefixtures("_few_blanks")
def test_a_whole_binder_counts_dates_and_numbers_its_pages(place):
    with standing_at(at(14, 5)):
        made = print_binder(by=place.alva, unit=place.ward)
    shown = pages(made.pdf)
    own = made.sheet.pages
    for number, text in enumerate(shown[:own], 1):
        assert made.sheet.shown_serial in text
        assert f"Sida {number} av {own}" in text
    for text in shown:
        assert squashed("Utskriven tis 24 nov 2026 14.05 av Alva Ask") in squashed(text)
    # The blank sheets come after, each under its own serial and with its own pages, in the order of the contents.
    at_end = [
        (sheet.shown_serial, f"Sida {page} av {sheet.pages}")
        for blank in FEW.blanks
        for sheet in SheetBatch.objects.get(kind=blank.kind).sheets.order_by("place")
        for page in range(1, sheet.pages + 1)
    ]
    assert len(at_end) == len(shown) - own
    for text, (serial, page) in zip(shown[own:], at_end, strict=True):
        assert serial in text
        assert page in text
    _check_contents(made.pdf, shown)
    listed = set(re.findall(r"[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}", shown[1])) - {made.sheet.shown_serial}
    assert listed == {
        shown_serial(s) for s in Sheet.objects.exclude(kind="binder").values_list("serial", flat=True)
    }


def _kinds() -> list[SheetKind]:
    return [SheetKind(blank.kind) for blank in FEW.blanks for _ in range(blank.count)]


def _check_contents(pdf: bytes, shown: list[str]) -> None:
    """Hold each line of the contents against the place its link leads to, and the heading that stands there."""
    reader = read(pdf)
    leads_to = {
        name: reader.get_destination_page_number(found) + 1
        for name, found in reader.named_destinations.items()
    }
    first = {kind: SheetBatch.objects.get(kind=kind).sheets.order_by("place")[0] for kind in set(_kinds())}
    lines = [
        ("Rutinen i korthet", "rutin", "Rutinen i korthet"),
        ("Så använder du papperet", "papper", "Så använder du papperet"),
        ("Checklistor", "avsnitt-1", "Slutenvård: när driftstoppet börjar"),
        ("Samtalsstöd", "avsnitt-2", "Samtalsstöd"),
        ("Kontaktlista", "avsnitt-3", "Kontaktlista"),
        *(
            (f"{kind.label}, {_kinds().count(kind)} blad", f"blad-{sheet.serial}", sheet.shown_serial)
            for kind, sheet in first.items()
        ),
    ]
    for line, anchor, heading in lines:
        told = re.search(re.escape(line) + r"[ .]*(\d+)", shown[1])
        assert told, f"{line} is not in the contents: {shown[1]}"
        number = int(told[1])
        assert number == leads_to[anchor], line
        assert heading in shown[number - 1]
        assert not any(heading in text for text in shown[2 : number - 1]), f"{line} begins earlier"


@pytest.mark.clause("R2.7")
def test_cover_routine_and_advice_say_what_they_should(place):
    with standing_at(at(14, 5)):
        made = _own(place.ward)
    shown = pages(made.pdf)
    assert made.pages == len(shown) == made.sheet_pages[0]
    for words in (
        "Beredskapspärm",
        "Medicin 1, Lycksele lasarett",
        "Region Västerbotten",
        "Utskriven tis 24 nov 2026",
        "Byt pärmen när en ny skrivs ut.",
        "59090",
        "090-785 00 00",
    ):
        assert words in shown[0].replace("\N{NO-BREAK SPACE}", " ").replace("‑", "-"), words
    text = everything(made.pdf)
    for clause, words in current_routine().clauses.items():
        assert squashed(clause + words) in text
    for section in get_binder().paper:
        for step in section.steps:
            assert squashed(step.text) in text
    assert "av Alva" not in shown[0]
    assert "för Medicin 1" in shown[0]


KINDS = {
    "ward": ({"ward_kind": "somatic"}, ["inpatient-somatic"]),
    "psychiatric ward": ({"ward_kind": "psychiatric"}, ["inpatient-psychiatric"]),
    "hälsocentral": ({"outpatient_kind": "health_centre"}, ["outpatient-health-centre"]),
    "clinic": ({"outpatient_kind": "psychiatric_outpatient"}, ["outpatient-psychiatric"]),
    "sjukstuga": (
        {"ward_kind": "somatic", "outpatient_kind": "health_centre"},
        ["inpatient-somatic", "outpatient-health-centre"],
    ),
    "social care": ({"municipal_kind": "social_care"}, ["municipality"]),
    "home nursing": ({"municipal_kind": "home_nursing"}, ["municipality"]),
    "other": ({}, []),
}


@pytest.mark.clause("R2.7")
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_unit_has_its_own_checklists(place, name):
    kinds, files = KINDS[name]
    principal = place.town if "municipal_kind" in kinds else place.region
    unit = Unit.objects.create(principal=principal, name=f"Enheten {name}", **kinds)
    (part,) = binder_parts(serial=make_serial(7), blanks={}, unit=unit, by=None, now=timezone.now())
    cards = [card for section in part.view.sections for card in getattr(section.part.view, "cards", ())]
    every = all_checklists(current_routine())
    wanted = {
        checklist.title for checklist in every if any(checklist.key.startswith(f"{file}-") for file in files)
    }
    assert {card.title for card in cards} == wanted
    assert bool(wanted) is bool(files)
    titles = [section.part.title for section in part.view.sections]
    assert titles == [*(["Checklistor"] if files else []), "Samtalsstöd", "Kontaktlista"]


def test_the_longest_name_of_a_unit_stays_on_the_paper(place):
    unit = Unit.objects.create(principal=place.town, name=LONG, municipal_kind="social_care")
    made = _own(unit)
    reader = read(made.pdf)
    assert squashed(LONG) in squashed(reader.pages[0].extract_text())
    for page in reader.pages:
        assert text_outside(page) == []
