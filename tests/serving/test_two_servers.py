"""Two servers on one database: a whole outage across both, one of them killed in the middle."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.db import connection

from tests.browser.server import ROOT, Server
from tests.integration.outage.pages import errors_of, fields_of
from tests.serving.person import Person
from tests.template import copy_database

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

_NAME = "two_servers"
_PEOPLE = """
import django, json
django.setup()
from django.test import Client
from tests.factories import make_county
county = make_county()
told = {"municipality": county.municipality.pk, "outpatient_unit": str(county.health_centre.pk)}
for name in ("alva", "esa"):
    client = Client()
    client.force_login(county.somebody(name).user)
    told[name] = client.cookies["sessionid"].value
print(json.dumps(told))
"""
CALL = {
    "recipient": "municipality",
    "outcome": "reached",
    "number": "0910-00 00 00",
    "spoken_to": "Karin Påhittad",
    "spoken_to_unit": "Biståndsenheten",
    "read_back": "done",
    "messages": ["new:admission:inpatient"],
}


@dataclass
class Pair:
    """What both have is the database, the keys and the folder of scans, as on two machines."""

    one: Server
    other: Server
    url: str
    told: dict[str, Any]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg2.connect(self.url) as database, database.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    if connection.vendor != "postgresql":
        pytest.skip("two servers have no SQLite file together")
    copy_database(_NAME)
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{_NAME}"
    common = {
        "DATABASE_URL": url,
        "DATA_KEYS": Fernet.generate_key().decode(),
        "SCAN_DIR": str(tmp_path / "scans"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "DEMO": "0",
    }
    servers = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        servers.append(Server(tmp_path / name, workers=1, more=common))
    environment = servers[0].environment | {"DJANGO_SETTINGS_MODULE": "outage.project.settings"}
    for command in (["manage.py", "collectstatic", "--no-input", "-v0"], ["-c", _PEOPLE]):
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
    with ThreadPoolExecutor() as at_once:
        list(at_once.map(Server.start, servers))
    dsn = f"dbname={_NAME} user={connection.settings_dict['USER']} host={connection.settings_dict['HOST']}"
    yield Pair(*servers, dsn, json.loads(done.stdout))
    for server in servers:
        server.kill()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {_NAME} WITH (FORCE)")


def sent(person: Person, path: str, **typed: Any) -> str:
    """Open a form, send it as typed, and give where it led."""
    person.get(path)
    assert person.status == 200, path
    form = next(
        each
        for each in person.page.main.find_all("form", method="post")
        if "held" not in str(each.get("action"))
    )
    person.send(form, **typed)
    assert person.status == 200, (path, errors_of(person.page))
    return urlsplit(person.at).path


def test_a_whole_outage_across_both_and_one_is_killed_in_the_middle(pair: Pair):
    servers = cycle((pair.one.origin, pair.other.origin))
    alva, esa = (Person(pair.one.origin, pair.told[name]) for name in ("alva", "esa"))
    sent(esa, "/driftstopp/anmal/", scope="both_principals", sees="Snurrar.")
    chains = []
    # Each is told of once: of what is logged already the form would ask.
    for number in range(12):
        alva.origin = next(servers)
        chains.append(
            sent(
                alva,
                "/vardkedjor/ny/",
                identity=f"20000101{9800 + number}",
                patient_name=f"Påhittad {number}",
                before="not_admitted",
                municipality=pair.told["municipality"],
                outpatient_unit=pair.told["outpatient_unit"],
            )
        )
    for alva.origin in (pair.one.origin, pair.other.origin):
        # What one server has written the other shows.
        listed = str(alva.get("/vardkedjor/"))
        assert [path for path in chains if path not in listed] == []
    forms = []
    for chain in chains:
        alva.origin = next(servers)
        alva.get(f"{chain}samtal/")
        form = alva.form(method="post")
        forms.append((str(form["action"]), fields_of(form) | CALL | {"client_id": str(uuid4())}))
    for form in forms[:4]:
        # Opened at one, sent to the other.
        next(servers)
        alva.origin = next(servers)
        next(servers)
        alva.post(*form)
        assert alva.status == 200, errors_of(alva.page)

    def written() -> int:
        ((calls,),) = pair.rows("SELECT count(*) FROM outage_handover")
        return int(calls) - 4

    def send_to_the_one_that_dies(form: tuple[str, dict[str, Any]]) -> bool:
        try:
            return alva.of(pair.other.origin).post(*form) is not None
        except OSError:
            return False

    with ThreadPoolExecutor(max_workers=8) as at_once:
        answers = [at_once.submit(send_to_the_one_that_dies, form) for form in forms[4:]]
        # As soon as something has been written: the rest is under way.
        until = monotonic() + 20
        while written() == 0 and monotonic() < until:
            sleep(0.005)
        pair.other.kill()
        answered = [answer.result() for answer in answers]
    assert False in answered
    assert 0 < written() < len(answers)
    alva.origin = pair.one.origin
    # Who was not answered sends again, to the other; so do those who were, and those of before.
    for form in forms:
        alva.post(*form)
        assert alva.status == 200, errors_of(alva.page)
    ids = [str(each) for (each,) in pair.rows("SELECT id FROM outage_handover")]
    assert sorted(ids) == sorted(fields["client_id"] for _, fields in forms)
    pair.other.start()
    for alva.origin in (pair.one.origin, pair.other.origin):
        assert [chain for chain in chains if "Karin Påhittad" not in alva.get(chain).get_text(" ")] == []
    esa.origin = pair.other.origin
    sent(esa, "/driftstopp/avsluta/")
    for alva.origin in (pair.one.origin, pair.other.origin):
        assert "PRATOR åter i drift" in alva.get("/").get_text(" ")
    trail = subprocess.run(
        [sys.executable, "manage.py", "verify_trail"],
        cwd=ROOT,
        env=pair.one.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert trail.returncode == 0, trail.stdout + trail.stderr
