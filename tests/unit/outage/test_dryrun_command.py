"""`manage.py dryrun`: JSON in, JSON out, no database (none is allowed in these tests)."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from outage.rules.dryrun import run
from tests.long import runs

from .test_dryrun import FULL, NOW, ROUTINE, document

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


def dryrun(content: bytes | str, tmp_path: Path) -> Any:
    path = tmp_path / "try.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    out = io.StringIO()
    call_command("dryrun", str(path), stdout=out)
    return json.loads(out.getvalue())


def refusal(content: bytes | str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stop:
        dryrun(content, tmp_path)
    assert stop.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err.strip()


def test_the_answer_is_that_of_the_rules(tmp_path: Path) -> None:
    assert dryrun(json.dumps(FULL), tmp_path) == run(FULL, ROUTINE, NOW)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert dryrun(b"\xef\xbb\xbf" + json.dumps(document()).encode(), tmp_path)["outages"][0]["id"] == "o1"


def test_an_id_in_any_script_comes_back_as_it_was(tmp_path: Path) -> None:
    data = document(id="Åsele 🚑 \ud800")
    assert dryrun(json.dumps(data), tmp_path)["outages"][0]["id"] == data["outages"][0]["id"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "är inte JSON"),
        ("{", "är inte JSON"),
        ('{"outages": [NaN]}', "NaN är inget JSON-värde"),
        ('{"outages": -Infinity}', "-Infinity är inget JSON-värde"),
        (b'{"outages": "\xe5"}', "är inte UTF-8"),
        ("[" * 200_000, "för många nivåer"),
        ('{"outages": ' + "9" * 10_000 + "}", "går inte att läsa"),
        ('{"outages": [], "outages": []}', "'outages' står två gånger"),
        ("7", "dokumentet: ska vara ett objekt"),
        ("{}", "outages: saknas"),
        ('{"outages": [{"id": 7}]}', "outages[0].id: ska vara en text"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    content: bytes | str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in refusal(content, tmp_path, capsys)


@pytest.mark.parametrize("name", ["", ".", "missing.json", "new\nline", "\0"])
def test_a_file_that_can_not_be_read(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        call_command("dryrun", name)
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unknown_routine_names_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "try.json"
    path.write_text("{}")
    with pytest.raises(SystemExit) as stop:
        call_command("dryrun", str(path), "--routine", "nowhere")
    assert stop.value.code == 2
    assert "prator-2023-04-03" in capsys.readouterr().err


@pytest.mark.parametrize(("content", "code"), [(json.dumps(FULL), 0), (json.dumps({"outages": [{}]}), 2)])
def test_as_a_program_fed_through_a_pipe_with_no_database_in_reach(content: str, code: int) -> None:
    environment = os.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"}
    done = subprocess.run(
        [sys.executable, "manage.py", "dryrun", "-"],
        input=content,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert done.returncode == code
    if code:
        assert (done.stdout, done.stderr) == ("", "outages[0].id: saknas\n")
    else:
        assert (json.loads(done.stdout), done.stderr) == (run(FULL, ROUTINE, NOW), "")


def as_program(command: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a shell, as `dryrun` with what follows it."""
    # What is loaded into the tests, such as faketime, opens files of its own: one that is closed would not be it long.
    own = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    return subprocess.run(
        ["bash", "-c", f'"{sys.executable}" manage.py dryrun {command}'],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=own,
        check=False,
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("where", "words"),
    [
        (">/dev/full", "disken är full"),
        ("| true; exit ${PIPESTATUS[0]}", "mottagaren har stängt"),
        (">&-", "utgången är stängd"),
    ][: runs(2, full=3)],
)
def test_an_answer_that_can_not_be_written_is_one_line(where: str, words: str, tmp_path: Path) -> None:
    many = {"outages": [FULL["outages"][0] | {"id": f"o{number}"} for number in range(200)]}
    (tmp_path / "try.json").write_text(json.dumps(many))
    done = as_program(f"{tmp_path / 'try.json'} {where}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Svaret gick inte att skriva: {words}.\n"


def test_not_even_the_sentence_can_be_written() -> None:
    assert as_program("missing.json 2>/dev/full").returncode == 2


def test_standard_input_is_closed() -> None:
    done = as_program("- <&-")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "går inte att läsa" in done.stderr


def test_what_never_ends_is_refused_and_not_read_to_its_end() -> None:
    done = as_program("/dev/zero")
    assert (done.returncode, done.stderr) == (2, "/dev/zero: är för stor; högst 64 MB\n")


@pytest.mark.parametrize(
    ("name", "words"), [("missing.json", "den finns inte"), (".", "det är en mapp"), ("x" * 300, "för långt")]
)
def test_why_a_file_can_not_be_read_is_said_in_swedish(
    name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command("dryrun", name)
    assert capsys.readouterr().err.endswith(f"{words}\n")
