"""What the documentation points at is there: files, headings, make targets, management commands."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from tests.architecture.tree import ROOT, relative

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
# In a code span, or first on a line of a block.
TARGET = re.compile(r"(?:`|^)(?:[A-Z]+=\S+ )*make ([a-z][a-z-]*)", re.MULTILINE)
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
# A path from the root of the repository in a code span; a name in capitals or `…` in it stands for any.
IN_THE_TREE = re.compile(
    r"`((?:contacts|docs|forms|outage|static|templates|tests|\.ci)/[^`\s:…]*)(?:::[^`]*)?`"
)
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def astray(page: Path) -> list[str]:
    """The links of a page that lead nowhere. What is elsewhere on the web is not asked for."""
    found = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_each_link_leads_to_a_file_and_its_heading(page: Path):
    assert astray(page) == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_each_file_that_is_named_by_its_path_is_there(page: Path):
    named = IN_THE_TREE.findall(page.read_text(encoding="utf-8"))
    assert [path for path in named if not any(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_each_command_that_is_named_is_there(page: Path):
    text = page.read_text(encoding="utf-8")
    assert set(TARGET.findall(text)) <= TARGETS
    assert set(COMMAND.findall(text)) <= set(get_commands())


def test_every_page_is_found_from_the_readme():
    reached, left = set[Path](), [ROOT / "README.md"]
    while left:
        page = left.pop()
        reached.add(page)
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            there = (page.parent / link.partition("#")[0]).resolve()
            within = there.rglob("*.md") if there.is_dir() and there != ROOT else [there]
            left += [p for p in within if p in PAGES and p not in reached]
    assert reached == set(PAGES)


def test_the_newest_version_of_the_changelog_is_the_one_that_pages_show():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[(\d\S*)\]", text, re.MULTILINE)[0] == settings.VERSION


def test_the_faults_are_found(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A b\n[x](none.md) [y](#a-b) [z](#c) [w](page.md#a-b) [v](https://a.example)", encoding="utf-8"
    )
    assert astray(page) == ["none.md", "#c"]
