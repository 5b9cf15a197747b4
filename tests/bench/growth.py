"""What a worker holds part after part of a batch; and python -m tests.bench.growth FILE: a contact list in its parts.

The list is that of the database in the environment, printed by a process that has done nothing else.
"""

import json
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import django

from .load import Request, Target, ask
from .targets import CSRF

_TOLD = (1, 2, 4, 8, 12, 16, 20)


def memory_of(process: int | str) -> dict[str, float]:
    """The memory that a process holds now and the most that it has held, in MB."""
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    kilobytes = {
        name: rest.split()[0]
        for name, _, rest in (line.partition(":") for line in text.splitlines())
        if rest.strip()
    }
    return {"now": int(kilobytes["VmRSS"]) / 1024, "megabytes": int(kilobytes["VmHWM"]) / 1024}


def a_batch(
    port: int, prepared: dict[str, Any], memory: Callable[[], dict[str, float]]
) -> list[dict[str, float]]:
    """Ask a server with one worker for the parts of a batch, one after another: time and `memory` as they go on."""
    headers = {
        "Cookie": f"sessionid={prepared['session']}; csrftoken={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
    }

    def part(number: int) -> Callable[[], Request]:
        form = {"csrfmiddlewaretoken": CSRF, "typed_by": prepared["mark"], "client_id": str(uuid4())}
        path = f"/blad/parti/{prepared['batch']}/{number}.pdf"
        return lambda: ("POST", path, urlencode(form).encode(), headers)

    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    start = time.perf_counter()
    rows = []
    for number in range(1, prepared["parts"] + 1):
        ask(connection, Target(f"Part {number}", part(number), 200))
        if number in _TOLD:
            rows.append({"part": number, "seconds": time.perf_counter() - start} | memory())
    return rows


def a_contact_list() -> dict[str, float]:
    """Print every part of the list of all principals, in processor seconds."""
    django.setup()
    from contacts.access import Acting
    from contacts.models import Membership
    from forms.presenters.contact_list import contact_list_parts
    from forms.services.printing import print_contact_list

    from .paper import as_a_worker

    as_a_worker()
    own = Membership.objects.select_related("user", "unit__principal").get(user__username="seed.reader")
    by = Acting(user=own.user, membership=own, unit=own.unit, principal=own.unit.principal, role=own.role)
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
    } | memory_of("self")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(a_contact_list()), encoding="utf-8")
