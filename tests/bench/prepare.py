"""python -m tests.bench.prepare FILE outage SHARE CHAINS HANDOVERS, FILE directory ENTRIES UNITS, FILE batch SHEETS or
FILE crowd PEOPLE.

Make the database, and say in FILE what to ask for.
"""

import json
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import django


def main(file: str, what: str, *terms: str) -> None:
    """Migrate, collect the static files, seed, log somebody in."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    user, told = {"outage": outage, "directory": directory, "batch": batch, "crowd": crowd}[what](*terms)
    client = Client()
    client.force_login(user)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What autovacuum does by itself while rows come one by one.
            cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        number = cursor.fetchone()[0]
    told |= {
        "session": client.cookies["sessionid"].value,
        "engine": f"{connection.display_name} {number}",
    }
    Path(file).write_text(json.dumps(told), encoding="utf-8")


def mark_of(acting: Any) -> str:
    """The mark that a form shown to somebody carries."""
    from contacts.access import TypedBy

    return TypedBy(acting.user.pk, acting.membership.pk).mark


def outage(share: str, chains: str, handovers: str) -> tuple[Any, dict[str, Any]]:
    """Lay an outage; give who looks at it, and what to ask for. A coordinator of the region is logged in too, and
    somebody on each ward who logs calls in its chains.
    """
    from contacts.models import Unit
    from tests.seed import seed_outage

    seeded = seed_outage(chains=int(chains), handovers=int(handovers), own_share=float(share))
    on_wards = chains_on_wards()
    wards = Unit.objects.filter(pk__in=on_wards).order_by("pk")
    return seeded.acting.user, {
        "chains": [str(pk) for pk in seeded.chains],
        "mark": mark_of(seeded.acting),
        "coordinator": coordinator_of(seeded.acting.unit),
        "loggers": [person_on(ward, number, on_wards[ward.pk]) for number, ward in enumerate(wards)],
    }


def chains_on_wards() -> dict[Any, list[str]]:
    """The ids of each ward's chains, by the ward's own."""
    from outage.models import CareChainDetails

    found: dict[Any, list[str]] = {}
    # One with protected personal data is opened with a reason first.
    rows = CareChainDetails.objects.filter(protected_identity=False).values_list("ward_unit", "chain")
    for ward, chain in rows:
        found.setdefault(ward, []).append(str(chain))
    return found


def person_on(unit: Any, number: int, chains: list[str]) -> dict[str, Any]:
    """One of many, who logs calls: the log-in, the mark of the forms, and chains to log in."""
    from django.test import Client

    from contacts.access import acting_in
    from contacts.models import Membership, User
    from contacts.rules.permissions import Role

    user = User(username=f"crowd{number}", first_name="Person", last_name=f"Påhittad {number}")
    user.set_unusable_password()
    user.save()
    membership = Membership.objects.create(user=user, unit=unit, role=Role.STAFF, title="sjuksköterska")
    client = Client()
    client.force_login(user)
    return {
        "session": client.cookies["sessionid"].value,
        "mark": mark_of(acting_in(membership)),
        "chains": chains,
    }


def coordinator_of(unit: Any) -> dict[str, str]:
    """The log-in of one who coordinates the branch of a unit."""
    from django.test import Client

    from contacts.models import Membership, User
    from contacts.rules.permissions import Role

    user = User(username="seed.coordinator", first_name="Esa", last_name="Påhittad")
    user.set_unusable_password()
    user.save()
    Membership.objects.create(user=user, unit=unit, role=Role.COORDINATOR, title="samordnare")
    client = Client()
    client.force_login(user)
    return {"session": client.cookies["sessionid"].value}


def crowd(people: str) -> tuple[Any, dict[str, Any]]:
    """Lay an outage with people logged in on each of the 70 units; give each one's log-in, and chains to log in."""
    from contacts.models import Unit
    from contacts.rules.parties import WardKind
    from tests.seed import seed_outage

    seeded = seed_outage(own_share=1 / 30)
    chains = chains_on_wards()
    region = Unit.objects.filter(principal=seeded.acting.principal)
    wards, centres = (
        region.filter(ward_kind=WardKind.SOMATIC),
        region.filter(name__startswith="Hälsocentral "),
    )
    units = [unit for unit in [*wards, *centres] if unit.pk in chains or unit.outpatient_kind]
    on_units = (units[number % len(units)] for number in range(int(people)))
    told = [person_on(unit, number, chains.get(unit.pk, [])[:20]) for number, unit in enumerate(on_units)]
    return seeded.acting.user, {"people": told}


def directory(entries: str, units: str) -> tuple[Any, dict[str, Any]]:
    """Lay a directory; give who looks at it, and what to ask for."""
    from tests.seed_directory import seed_directory

    seeded = seed_directory(entries=int(entries), units=int(units))
    told = {"entries": seeded.entries, "units": seeded.units, "number": seeded.number, "name": seeded.name}
    return seeded.acting.user, told


def batch(sheets: str) -> tuple[Any, dict[str, Any]]:
    """Issue a batch of blank sheets; give who prints it, and what to ask for."""
    from forms.models import SheetKind
    from forms.rules.batch import PART_SIZE
    from forms.services.batches import issue_batch
    from tests.paper.making import make_place

    by = make_place().alva
    issued = issue_batch(by=by, client_id=uuid4(), kind=SheetKind.CARE_CHAIN, count=int(sheets))
    told = {"who": by.user.username, "batch": str(issued.pk), "parts": int(sheets) // PART_SIZE}
    return by.user, told


if __name__ == "__main__":
    main(*sys.argv[1:])
