"""python -m tests.bench.prepare FILE SHARE CHAINS HANDOVERS: make the database, and say in FILE what to ask for."""

import json
import sys
from pathlib import Path

import django


def main(file: str, share: str, chains: str, handovers: str) -> None:
    """Migrate, collect the static files, seed, log the nurse in."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from tests.seed import seed_outage

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    seeded = seed_outage(chains=int(chains), handovers=int(handovers), own_share=float(share))
    client = Client()
    client.force_login(seeded.acting.user)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What autovacuum does by itself while rows come one by one.
            cursor.execute("ANALYZE")
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        number = cursor.fetchone()[0]
    told = {
        "session": client.cookies["sessionid"].value,
        "chains": [str(pk) for pk in seeded.chains],
        "engine": f"{connection.display_name} {number}",
    }
    Path(file).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
