"""Pages fetch nothing from elsewhere and carry no script or style of their own, so the strict CSP holds."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import APPS, ROOT, relative

# Django's and Jinja's.
TEMPLATES = sorted(
    path
    for folder in ("templates", *APPS)
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and path.suffix in {".html", ".jinja"}
)
STATIC = sorted(
    path for path in (ROOT / "static").rglob("*") if path.suffix in {".css", ".js", ".svg", ".json"}
)
ELSEWHERE = re.compile(r"^\s*(?:[a-z]+:)?//", re.IGNORECASE)
FETCHING = {"src", "srcset", "href", "xlink:href", "action", "formaction", "data", "poster", "background"}
CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:[a-z]+:)?//[^"')\s]*)""", re.IGNORECASE)
JS_ADDRESS = re.compile(r"""["'`]((?:https?|wss?):)?//[^"'`\s]""", re.IGNORECASE)
SVG_NAMESPACE = re.compile(r"""["'`]http://www\.w3\.org/[^"'`]*["'`]""")


class Faults(HTMLParser):
    """Collects what a page may not have. A plain link for a reader (<a href>) may lead elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self._add(f"inline <{tag}>")
        for name, value in attrs:
            if name == "style":
                self._add(f"style on <{tag}>")
            if name.startswith(("on", "hx-on")):
                self._add(f"{name} on <{tag}>")
            if name in FETCHING and tag != "a" and value and ELSEWHERE.match(value):
                self._add(f"{name}={value} on <{tag}>")
            if value and value.strip().lower().startswith("javascript:"):
                self._add(f"javascript: on <{tag}>")

    def _add(self, fault: str) -> None:
        self.found.append(f"line {self.getpos()[0]}: {fault}")


def wrong_in(paths: Iterable[Path], look: Callable[[str], list[Any]]) -> dict[str, list[Any]]:
    """What is found in the text of each file: a test for each file takes longer than reading them all."""
    return {relative(path): found for path in paths if (found := look(path.read_text(encoding="utf-8")))}


def faults_in(page: str) -> list[str]:
    parser = Faults()
    # Template comments are no part of the page, and a tag inside an attribute must not end it early.
    without_comments = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", page, flags=re.DOTALL)
    parser.feed(re.sub(r"{%.*?%}|{{.*?}}", "x", without_comments, flags=re.DOTALL))
    return parser.found


def test_a_template_has_nothing_inline_and_nothing_off_site():
    assert wrong_in(TEMPLATES, lambda text: faults_in(text) + CSS_ADDRESS.findall(text)) == {}


@pytest.mark.parametrize("path", STATIC, ids=relative)
def test_a_static_file_names_no_other_machine(path: Path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        assert JS_ADDRESS.findall(SVG_NAMESPACE.sub('""', text)) == []
    assert CSS_ADDRESS.findall(text) == []
    if path.suffix == ".svg":
        assert faults_in(text) == []


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        "<script>alert(1)</script>",
        "<style>p {}</style>",
        '<p style="color: red">',
        '<button {% if x %}disabled{% endif %} onclick="x()">',
        '<a href="javascript:x()">',
        '<img {{ attributes }} src="http://example.org/x.png">',
    ],
)
def test_each_fault_is_seen(page: str):
    assert len(faults_in(page)) == 1


def test_a_plain_link_and_our_own_files_are_fine():
    page = '<a href="https://example.org/">rutinen</a><script src="{% static "js/app.js" %}"></script>'
    assert faults_in(page) == []


def test_there_are_templates():
    assert {ROOT / "templates" / "base.html", ROOT / "templates" / "components.jinja"} <= set(TEMPLATES)


# Django's own widgets bring in more of Django's.
BROUGHT_IN = re.compile(r"""{%-?\s*(extends|include|part|import|from)\s+["']((?!django/)[^"']+)["']""")


def strangers(page: str, *, in_jinja: bool) -> list[str]:
    """What a template brings in that is not there, or that is written for the other engine."""
    return [
        name
        for tag, name in BROUGHT_IN.findall(page)
        if not (ROOT / "templates" / name).is_file() or name.endswith(".jinja") != (in_jinja or tag == "part")
    ]


def test_what_a_template_brings_in_is_there():
    for in_jinja in (False, True):
        paths = [path for path in TEMPLATES if (path.suffix == ".jinja") is in_jinja]
        assert wrong_in(paths, partial(strangers, in_jinja=in_jinja)) == {}


def test_what_is_not_there_is_seen():
    page = '{% include "gone.html" %}{% part "base.html" %}{% include "components.jinja" %}{% extends "base.html" %}'
    assert strangers(page, in_jinja=False) == ["gone.html", "base.html", "components.jinja"]
    assert strangers('{% import "base.html" as b %}{% include "components.jinja" %}', in_jinja=True) == [
        "base.html"
    ]


class TypedIn(HTMLParser):
    """Collects the boxes that one types in which do not say whether the browser may keep what is typed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        untyped = {"hidden", "checkbox", "radio", "file", "submit", "button"}
        typed = tag == "textarea" or (tag == "input" and values.get("type", "text") not in untyped)
        if typed and values.get("autocomplete") != "off":
            self.found.append(f"line {self.getpos()[0]}: <{tag} name={values.get('name')}>")


def kept_in(page: str) -> list[str]:
    parser = TypedIn()
    parser.feed(re.sub(r"{%.*?%}|{{.*?}}", "x", page, flags=re.DOTALL))
    return parser.found


def test_a_box_written_in_a_template_keeps_nothing_for_the_next_person():
    assert wrong_in((path for path in TEMPLATES if "widgets" not in path.parts), kept_in) == {}


# Each only shows or prints what is already written.
HARMLESS = ("Välj filen igen", "Visa de överhoppade igen", "Skriv ut pärmen", "Kontaktlista")
STARTING = re.compile(r"<button\b[^>]*\b(?:autofocus|data-start)\b[^>]*>(.*?)</button>", re.DOTALL)


def test_a_second_enter_writes_nothing_on_the_page_that_the_first_one_opened():
    def writing(page: str) -> list[str]:
        return [label for label in STARTING.findall(page) if not any(word in label for word in HARMLESS)]

    assert wrong_in(TEMPLATES, writing) == {}


class TypedAddresses(HTMLParser):
    """Collects the fields whose text a form or htmx would put into an address: it stays in the browser's history."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._gets = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "form":
            self._gets = (names.get("method") or "get").lower() == "get"
        is_text = tag == "textarea" or (
            tag == "input" and (names.get("type") or "text") not in {"hidden", "radio", "checkbox", "submit"}
        )
        if ("hx-get" in names and tag in {"form", "input", "textarea"}) or (is_text and self._gets):
            self.found.append(f"line {self.getpos()[0]}: <{tag}> puts what is typed into an address")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._gets = False


def typed_addresses(page: str) -> list[str]:
    parser = TypedAddresses()
    parser.feed(re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "x", page, flags=re.DOTALL))
    return parser.found


def test_nothing_that_is_typed_goes_into_an_address():
    assert wrong_in(TEMPLATES, typed_addresses) == {}


@pytest.mark.parametrize(
    "page",
    [
        '<form method="get"><input name="q"></form>',
        '<form><input type="search" name="q"></form>',
        '<form method="GET"><textarea name="q"></textarea></form>',
        '<form method="post"><input name="q" hx-get="/x/"></form>',
    ],
)
def test_a_field_that_does_is_seen(page: str):
    assert len(typed_addresses(page)) == 1
