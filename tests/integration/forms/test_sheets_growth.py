"""As sheets gather no page of them asks more of the database: 5 sheets or 500."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from forms.models import Sheet, SheetBatch, SheetFate, SheetKind
from forms.queries.sheets import Where, figures, unaccounted_by_unit
from forms.rules.serial import make_serial
from tests.factories import County, make_chain, make_county, make_outage

from .sheets_made import decide

pytestmark = pytest.mark.django_db
ASKED = {
    "all": {},
    "the second page": {"sida": "2"},
    "checked": {"visa": "granskade"},
    "stock": {"visa": "tomma"},
    "not entered": {"visa": "inte-inforda"},
    "a kind": {"blankett": "care_chain"},
    "a serial that leads nowhere": {"lopnummer": make_serial(999_999)},
}
LIVES = (
    ("printed",),
    ("printed", "filled"),
    ("printed", "filled", "scanned"),
    ("printed", "filled", "scanned", "checked"),
    ("printed", "voided"),
)


def seed(by: Acting, chains: list, sheets: int, batches: int, start: int) -> None:
    """Make sheets that have come to every place, and batches of which one sheet is taken, in bulk."""
    made, lives = [], {}
    for number in range(sheets):
        sheet = Sheet(
            serial=make_serial(start + number),
            kind=SheetKind.CARE_CHAIN,
            chain=chains[number % len(chains)],
            unit=by.unit,
            user=by.user,
            routine_version="2023-04-03",
            pages=1,
            printed_at=timezone.now(),
        )
        made.append(sheet)
        lives[sheet.pk] = LIVES[number % len(LIVES)]
    for number in range(batches):
        batch = SheetBatch.objects.create(kind=SheetKind.SIP, unit=by.unit, user=by.user, count=3)
        for place in range(1, 4):
            sheet = Sheet(
                serial=make_serial(start + 100_000 + number * 3 + place),
                kind=SheetKind.SIP,
                batch=batch,
                place=place,
                unit=by.unit,
                user=by.user,
                routine_version="2023-04-03",
                pages=1,
            )
            made.append(sheet)
            lives[sheet.pk] = LIVES[1] if place == 1 else LIVES[0]
    Sheet.objects.bulk_create(made)
    SheetFate.objects.bulk_create(
        SheetFate(sheet=sheet, number=place, fate=fate, unit=by.unit, user=by.user)
        for sheet in made
        for place, fate in enumerate(lives[sheet.pk], start=1)
    )


def is_of_the_trace(sql: str) -> bool:
    """The row of who was listed, with its transaction: the same however long the list is."""
    tables = ("contacts_auditentry", "contacts_patientset")
    return "SAVEPOINT" in sql or (sql.startswith(("INSERT", "SELECT")) and any(t in sql for t in tables))


def queries_of(client: Client) -> dict[str, int]:
    counted = {}
    for name, query in ASKED.items():
        # Whoever is listed together for the first time is stored as a set, which is known from then on.
        client.get(reverse("sheets"), query)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("sheets"), query).status_code == 200
        counted[name] = len([each for each in queries if not is_of_the_trace(each["sql"])])
    return counted


def test_no_list_asks_more_of_500_sheets_than_of_5(client):
    county: County = make_county()
    outage = make_outage(county.esa)
    chains = [make_chain(county, outage, county.esa) for _ in range(8)]
    client.force_login(county.esa.user)
    # The first page after the log-in also writes down that the person is there.
    client.get(reverse("sheets"))
    seed(county.esa, chains[:1], sheets=5, batches=1, start=0)
    few = queries_of(client)
    seed(county.esa, chains, sheets=495, batches=60, start=1_000)
    assert figures(county.ward)[Where.ALL] == 400 + 61 * 3
    # A second page is there to be fetched now; what is on it costs the same.
    assert queries_of(client) == few
    assert max(few.values()) <= 20


def test_the_figures_of_units_are_one_query(county_with_sheets):
    county, sheets = county_with_sheets
    with CaptureQueriesContext(connection) as queries:
        found = unaccounted_by_unit(county.region.units.all())
    assert len(queries) == 1
    assert [(each.unit, each.sheets, each.stock) for each in found] == [
        ("Medicin 2", sheets + 6, 4),
        ("Ortopeden", sheets + 3, 2),
    ]


@pytest.fixture
def county_with_sheets(db):
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    seed(county.alva, [chain], sheets=50, batches=2, start=0)
    seed(county.bo, [chain], sheets=50, batches=1, start=500_000)
    return county, 40


def test_a_sheets_page_asks_the_same_of_a_long_life_as_of_a_short_one(client):
    county = make_county()
    decide(county.adam)
    chain = make_chain(county, make_outage(county.alva))
    seed(county.alva, [chain], sheets=2, batches=0, start=0)
    short, long = Sheet.objects.order_by("fates__number", "serial").distinct()[:2]
    # Both have been filled in: a drill may have gone on then.
    for sheet, steps in ((short, 1), (long, 40)):
        last = sheet.fates.count()
        SheetFate.objects.bulk_create(
            SheetFate(
                sheet=sheet,
                number=last + place,
                fate="filled" if place % 2 else "scanned",
                unit=county.ward,
                user=county.esa.user,
            )
            for place in range(1, steps + 1)
        )
    client.force_login(county.alva.user)
    client.get(reverse("sheet", args=[short.serial]))
    counted = []
    for sheet in (short, long):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("sheet", args=[sheet.serial])).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
