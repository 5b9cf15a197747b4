"""What is installed names what is there. That it works is seen by `make try-install`, on a bare machine."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from tests.installed.guide import GUIDE, sections

DEPLOY = Path(settings.BASE_DIR) / "deploy"
UNITS = sorted((DEPLOY / "systemd").rglob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_gives_commands_that_are_there(unit: Path):
    started = re.findall(
        r"^ExecStart(?:Pre)?=\S+/python (\S+) ?(\S*)", unit.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert started
    for program, what in started:
        if program == "manage.py":
            assert what in get_commands()
        else:
            assert program == "-m" or (DEPLOY.parent / program).exists()


def test_the_guide_has_a_unit_for_each_timer_and_enables_it():
    text = GUIDE.read_text(encoding="utf-8")
    for timer in (DEPLOY / "systemd").glob("*.timer"):
        assert timer.with_suffix(".service").exists()
        assert timer.name in text


def test_the_guides_commands_are_found_by_their_headings():
    found = sections(
        "# A\n\n## B\n\n```sh\none\ntwo\n```\n\n### 2. C\n\n```\nnot this\n```\n\n```sh\nthree\n```\n"
    )
    assert found == {"B": ["one\ntwo"], "C": ["three"]}
    assert all(
        sections(GUIDE.read_text(encoding="utf-8"))[heading]
        for heading in ("Upgrade", "Roll back", "Services")
    )


def test_the_proxy_takes_what_the_pages_take_and_writes_no_file():
    proxy = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    taken = re.search(r"client_max_body_size (\d+)m;", proxy)
    assert taken
    assert int(taken[1]) * 1_000_000 >= max(settings.UPLOAD_ROOM.values()) + 5_000_000
    for name in ("proxy_request_buffering", "proxy_buffering", "access_log"):
        assert f"{name} off;" in proxy


def test_the_page_of_the_proxy_takes_nothing_from_elsewhere():
    page = (DEPLOY / "down" / "driftstopp-nere.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://|<script|style=", page)
    assert 'href="/driftstopp-nere.css"' in page


KEY, SECRET = "A" * 43 + "=", "k" * 50


@pytest.mark.parametrize(
    ("variables", "refused"),
    [
        ({}, ""),
        ({"DATA_KEYS": KEY, "SECRET_KEY": SECRET}, ""),
        ({"DATA_KEYS": f"{KEY},{KEY}", "SECRET_KEY": "$%^&*(-_=+)#!@\"'" * 4}, ""),
        ({"DATA_KEYS": "abc"}, "DATA_KEYS"),
        ({"DATA_KEYS": f"{KEY},abc"}, "DATA_KEYS"),
        ({"DATA_KEYS": KEY.replace("A", "/")}, "DATA_KEYS"),
        ({"DATA_KEYS": ","}, "DATA_KEYS"),
        ({"SECRET_KEY": "kort"}, "SECRET_KEY"),
        ({"SECRET_KEY": f"{SECRET} {SECRET}"}, "SECRET_KEY"),
    ],
)
def test_settings_are_written_with_keys_that_the_server_takes(
    tmp_path: Path, variables: dict[str, str], refused: str
):
    names = ("HOST", "DATABASE", "OWNER_PASSWORD", "SERVER_PASSWORD", "PURGE_PASSWORD")
    run = subprocess.run(
        [DEPLOY / "settings", tmp_path],
        env={"PATH": os.environ["PATH"]} | dict.fromkeys(names, "x") | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (refused in run.stderr, run.returncode) == (True, 1 if refused else 0)
    if refused:
        assert list(tmp_path.iterdir()) == []
        return
    written = (tmp_path / "env").read_text(encoding="utf-8")
    for name, value in variables.items():
        assert f"\n{name}={value}\n" in written
    assert re.search(r"^DATA_KEYS=[\w-]{43}=", written, re.MULTILINE)
