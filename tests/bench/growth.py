"""python -m tests.bench.growth FILE: what a process holds that prints part after part, of a batch or a contact list.

They are those of the database in the environment, printed by a process that has done nothing else. FILE says which
batch, if any, and afterwards what was found.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import django

_TOLD = (1, 2, 4, 8, 12, 16, 20)


def memory() -> dict[str, float]:
    """What this process holds now and the most that it has held, in MB."""
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    kilobytes = {
        name: rest.split()[0]
        for name, _, rest in (line.partition(":") for line in text.splitlines())
        if rest.strip()
    }
    return {"now": int(kilobytes["VmRSS"]) / 1024, "megabytes": int(kilobytes["VmHWM"]) / 1024}


def a_batch(who: str, batch: str, parts: int) -> list[dict[str, float]]:
    """Print the parts one after another: processor seconds and memory as they go on."""
    from forms.queries.batches import get_batch
    from forms.services.batches import print_part

    by = _whose(who)
    wanted = get_batch(by, UUID(batch))
    start = time.process_time()
    rows = []
    for number in range(1, parts + 1):
        print_part(by=by, batch=wanted, part=number)
        if number in _TOLD:
            rows.append({"part": number, "seconds": time.process_time() - start} | memory())
    return rows


def a_contact_list() -> dict[str, float]:
    """Print every part of the list of all principals, in processor seconds."""
    from forms.presenters.contact_list import contact_list_parts
    from forms.services.printing import print_contact_list

    by = _whose("seed.reader")
    start = time.process_time()
    parts = contact_list_parts(None)
    contents = time.process_time() - start
    pages = sum(print_contact_list(by=by, number=part.number).sheet.pages for part in parts)
    return {
        "entries": sum(part.entries for part in parts),
        "parts": len(parts),
        "pages": pages,
        "contents": contents,
        "seconds": time.process_time() - start,
    } | memory()


def _whose(name: str) -> Any:
    from contacts.access import acting_in
    from contacts.models import Membership

    return acting_in(Membership.objects.select_related("user", "unit__principal").get(user__username=name))


def main(file: str) -> None:
    django.setup()
    from .paper import as_a_worker

    as_a_worker()
    prepared = json.loads(Path(file).read_text(encoding="utf-8"))
    found = a_batch(**prepared) if prepared else a_contact_list()
    Path(file).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
