"""What the operating system says no with is told in Swedish, with the file's name."""

import errno
import os
from pathlib import Path

import pytest

from contacts.file_errors import why


def said(what, *arguments) -> str:
    with pytest.raises(OSError) as refused:
        what(*arguments)
    return why(refused.value)


def test_what_happens_to_files_is_said_with_their_names(tmp_path: Path):
    file = tmp_path / "en fil"
    file.touch()
    assert said(open, tmp_path / "ingen") == f"{tmp_path}/ingen finns inte"
    assert said(open, tmp_path / "mapp" / "ingen") == f"mappen {tmp_path}/mapp finns inte"
    assert said(open, tmp_path) == f"{tmp_path} är en mapp"
    assert said(open, file / "x") == f"{file}/x ligger i något som inte är en mapp"
    assert said(open, tmp_path / ("x" * 300)).endswith("har ett för långt namn")
    assert said(file.mkdir) == f"{file} finns redan"


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_error_is_said_in_english(number: int):
    for error in (OSError(number, os.strerror(number)), OSError(number, os.strerror(number), "/en/fil")):
        assert os.strerror(number) not in why(error)
        assert "Errno" not in why(error)
    assert why(OSError(errno.ENOSPC, "No space left on device")) == "Filen får inte plats: disken är full"


def test_what_is_of_no_file_says_it_itself():
    assert why(ValueError("hej")) == "hej"
    assert why(OSError("hej")) == "hej"
