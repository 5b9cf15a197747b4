"""Asks for every address there is, by any method, with what the page's forms hold and what nobody should send."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bs4 import BeautifulSoup, SoupStrainer, Tag
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from contacts.access import TYPED_BY_FIELD
from outage.project.typed import without_charset
from tests.integration.fuzz.hostile import (
    BODIES,
    CONTENT_TYPES,
    DATES,
    FILES,
    HEADERS,
    NEXTS,
    NUMBERS,
    encoded,
    leads_off,
    multipart,
    quoted,
    text,
)
from tests.integration.fuzz.world import Stands, World
from tests.integration.outage.pages import Fields, fields_of
from tests.marks import Browser

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
METHODS = ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", ""]
# Typesetting takes a thousand times what the rest of a request does: these are asked for seldom.
SLOW = re.compile(r"pdf|samtalsstod|kontaktlista|beredskapsparm|blad/nya")
LEADING = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url")
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
PLAUSIBLE = [
    "Åsa Påhittad",
    "19121212-1212",
    "10.40",
    "2026-11-24",
    "0980-319 206",
    "Karin",
    "1",
    "15 juni",
    "8-17",
]


# fmt: off
OF_THE_ADMIN = [
    "next", "o", "p", "e", "all", "term", "action", "app_label", "model_name", "field_name", "_selected_action",
    "_popup", "_to_field", "_facets", "_changelist_filters", "_save", "_addanother", "_continue", "_saveasnew",
]
ENDS = [
    "exact", "id__exact", "in", "isnull", "isempty", "year", "month", "day", "gte", "lt", "range", "regex", "date",
    "contains", "x", "name",
]
# fmt: on


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Every route, arguments and all; those in regular expressions are the admin's own, of which one is asked for."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry.pattern, RoutePattern):
            yield prefix + str(entry.pattern)
        elif entry.name == "app_list":
            yield prefix + "<str:app_label>/"


def _names() -> list[str]:
    """Names that a query string or a form may have: those the code reads, those of the admin's lists."""
    found = set(OF_THE_ADMIN)
    for app in ("contacts", "outage", "forms"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            found |= set(re.findall(r'(?:GET|POST)(?:\.get(?:list)?\(|\[)"(\w+)"', path.read_text("utf-8")))
    return sorted(found)


def _lookups(model: Any) -> list[str]:
    names = [each.name for each in model._meta.get_fields()]
    return names + [f"{name}__{end}" for name in names for end in ENDS]


NAMES = _names()
LOOKUPS = {
    f"{model._meta.app_label}/{model._meta.model_name}": _lookups(model) for model in admin.site._registry
}


class Served(Browser):
    """Sends as the server passes on."""

    def request(self, **sent: Any) -> Any:
        return super().request(**sent | {"CONTENT_TYPE": without_charset(sent.get("CONTENT_TYPE", ""))})


@dataclass
class Asked:
    """One request, so that it can be made again by hand."""

    who: str
    method: str
    path: str
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        more = f" {self.content_type} {self.body[:600]!r}" if self.content_type else ""
        return f"{self.who}: {self.method} {self.path[:600]}{more} {self.headers or ''}"


class Fuzzer:
    """Makes requests chosen by a seed, and keeps what came of them that must never come."""

    def __init__(self, seed: int) -> None:
        self.chosen = Random(seed)
        self.world = World(list(Stands)[seed % len(Stands)])
        self.found: list[str] = []
        self.made = 0
        self._with_forms: list[tuple[Any, str]] = []
        self.routes = sorted(set(routes(get_resolver().url_patterns)))
        self._browsers: dict[str, Served] = {}

    def run(self, requests: int) -> None:
        while self.made < requests:
            for route in self.chosen.sample(self.routes, len(self.routes)):
                if self.made < requests and not (SLOW.search(route) and self.chosen.random() < 0.95):
                    self._visit(self._somebody(route), route)
                if self.made < requests and self._with_forms and self.chosen.random() < 0.5:
                    self._visit(*self.chosen.choice(self._with_forms))

    def _visit(self, who: Any, route: str) -> None:
        """Open a page, and send its forms, or what it has none of."""
        path = self._path(route)
        page = self._ask(who, self._reading(route, path))
        forms = _forms_of(page)
        if forms:
            self._with_forms.append((who, route))
        if forms and self.chosen.random() < 0.8:
            for form in self.chosen.sample(forms, min(2, len(forms))):
                self._ask(who, self._sending(form, path))
        if self.chosen.random() < 0.4:
            self._ask(who, self._nonsense(path))

    def _somebody(self, route: str) -> Any:
        """Mostly one who gets further than to the log-in, or the choice of an assignment."""
        people = self.world.people
        if route.startswith("/admin/"):
            people = [person for person in people if getattr(person, "is_staff", False)]
            people += [person for person in people if person.is_superuser] * 2
        elif self.chosen.random() < 0.9:
            people = self.world.at_work
        return self.chosen.choice(people)

    def _path(self, route: str) -> str:
        def value(found: re.Match[str]) -> str:
            known = self.world.ids(found[2], route) if self.chosen.random() < 0.85 else []
            if known:
                return self.chosen.choice(known)
            wrong = {
                "row": lambda: self.chosen.choice(
                    ["0", str(2**31), str(2**63), str(2**64), "9" * 300, "9" * 4_400]
                ),
                "uuid": lambda: f"00000000-0000-4000-8000-{self.chosen.randrange(9):012x}",
                "slug": lambda: self.chosen.choice(["a", "-", "_", "a" * 300]),
            }.get(found[1] or "str", lambda: quoted(text(self.chosen)))
            return wrong()

        return ARGUMENT.sub(value, route)

    def _reading(self, route: str, path: str) -> Asked:
        if self.chosen.random() < 0.6:
            path += "?" + encoded(self._query(route))
        return Asked("", "GET", path, headers=self._headers())

    def _query(self, route: str) -> Fields:
        admins = LOOKUPS.get("/".join(route.split("/")[2:4]), [])
        names = [self.chosen.choice(self.chosen.choice([NAMES, admins or NAMES])) for _ in range(self._few())]
        return {name: [self._value(name) for _ in range(self.chosen.choice([1, 1, 1, 2]))] for name in names}

    def _value(self, name: str) -> str:
        """One that fits the name sometimes: what is thrown out at the door proves nothing of what lies behind."""
        if name == "next":
            return self.chosen.choice(NEXTS)
        kind = self.chosen.random()
        if kind < 0.3:
            return self.chosen.choice(NUMBERS)
        return self.chosen.choice(DATES + PLAUSIBLE) if kind < 0.5 else text(self.chosen)

    def _few(self) -> int:
        return self.chosen.choice([1, 1, 1, 2, 3])

    def _headers(self) -> dict[str, str]:
        if self.chosen.random() < 0.7:
            return {}
        names = self.chosen.sample(sorted(HEADERS), self._few())
        return {name: self.chosen.choice(HEADERS[name]) for name in names}

    def _sending(self, form: Tag, page: str) -> Asked:
        """A form as the browser would send it, filled in, with a few things changed that no browser would."""
        fields, files = fields_of(form), {}
        for box in form.find_all(["input", "textarea", "select", "button"]):
            name, kind = box.get("name"), box.get("type", "text")
            if not name or name == TYPED_BY_FIELD or self.chosen.random() < 0.4:
                continue
            if kind == "file":
                files[name] = self.chosen.choice(FILES)
            elif box.name == "select":
                fields[name] = [
                    self.chosen.choice([o.get("value", "") for o in box.find_all("option")] or [""])
                ]
            elif kind in {"checkbox", "radio", "submit"} or box.name == "button":
                fields[name] = [box.get("value", "on")]
            elif kind != "hidden" and not any(fields.get(name, [])):
                fields[name] = [self.chosen.choice(PLAUSIBLE)]
        self._spoil(fields)
        if self.chosen.random() < 0.08:
            # Another's form is held for them, and shown to them in more pages than its own.
            fields[TYPED_BY_FIELD] = [self.chosen.choice(self.world.marks)]
        target = (form.get("action") or page).partition("#")[0]
        if form.get("method", "get").lower() == "get":
            return Asked("", "GET", target.partition("?")[0] + "?" + encoded(fields), headers=self._headers())
        headers = self._headers() | ({"HX-Request": "true"} if self.chosen.random() < 0.2 else {})
        if files or self.chosen.random() < 0.2:
            return Asked("", "POST", target, multipart(fields, files), MULTIPART, headers)
        return Asked("", "POST", target, encoded(fields).encode(), URLENCODED, headers)

    def _spoil(self, fields: Fields) -> None:
        for _ in range(self.chosen.choice([0, 1, 1, 1, 2, 3, 8])):
            # Whose form it is opens the door; that it is asked for is another test's.
            name = self.chosen.choice([name for name in fields if name != TYPED_BY_FIELD] or NAMES)
            match self.chosen.randrange(5):
                case 0 | 1:
                    fields[name] = [self._value(name)]
                case 2:
                    fields[name] = [*fields.get(name, []), self._value(name)]
                case 3:
                    fields.pop(name, None)
                case _:
                    other = self.chosen.choice(NAMES)
                    fields[other] = [self._value(other)]

    def _nonsense(self, path: str) -> Asked:
        path += self.chosen.choice(["", "?" + encoded({"next": [self.chosen.choice(NEXTS)], "q": ["å"]})])
        if self.chosen.random() < 0.2:
            return Asked("", self.chosen.choice(METHODS), path, b"x", "text/plain", self._headers())
        if self.chosen.random() < 0.4:
            body, kind = self.chosen.choice(BODIES), self.chosen.choice(CONTENT_TYPES)
            return Asked("", self.chosen.choice(["POST", "POST", "GET"]), path, body, kind, self._headers())
        fields = {name: [self._value(name)] for name in self.chosen.sample(NAMES, self._few())}
        return Asked("", "POST", path, encoded(fields).encode(), URLENCODED, self._headers())

    def _ask(self, who: Any, asked: Asked) -> HttpResponse:
        browser = self._browser(who)
        browser.handler.enforce_csrf_checks = self.chosen.random() < 0.03
        asked.who = who.get_username() or "nobody"
        self.made += 1
        # A savepoint: on PostgreSQL the first error would be that of every request after it.
        with transaction.atomic():
            # By itself the test client takes an empty type for no body.
            more = {"CONTENT_TYPE": asked.content_type} if asked.content_type else {}
            answer: Any = browser.generic(
                asked.method,
                asked.path,
                asked.body,
                asked.content_type or URLENCODED,
                headers=asked.headers,
                **more,
            )
            body = answer.getvalue() if answer.streaming else answer.content
            raised = answer.exc_info
            if raised:
                transaction.set_rollback(True)
        self._judge(asked, answer, body, raised)
        return answer

    def _judge(self, asked: Asked, answer: HttpResponse, body: bytes, raised: Any) -> None:
        wrong = []
        if raised or answer.status_code == 500:
            wrong.append(
                f"{answer.status_code} {raised and raised[0].__name__}: {raised and raised[1]}"[:500]
            )
            if raised:
                wrong.append(_where(raised[2]))
        if b"Traceback (most recent" in body:
            wrong.append("a traceback")
        wrong += [
            f"leads to {answer[name]}" for name in LEADING if name in answer and leads_off(answer[name])
        ]
        if wrong:
            self.found.append(f"{asked}\n    " + "\n    ".join(wrong))

    def _browser(self, who: Any) -> Served:
        name = who.get_username()
        browser = self._browsers.setdefault(name, Served(raise_request_exception=False))
        browser.exc_info = None
        if who.is_authenticated and SESSION_KEY not in browser.session:
            browser.force_login(who)
        if not who.is_authenticated:
            browser.cookies.clear()
        return browser


def _forms_of(page: HttpResponse) -> list[Tag]:
    if page.streaming or page.status_code not in {200, 422} or "html" not in page.get("Content-Type", ""):
        return []
    found = BeautifulSoup(page.content, "html.parser", parse_only=SoupStrainer("form"))
    return [form for form in found.find_all("form") if "logga-ut" not in form.get("action", "")]


def _where(trace: Any) -> str:
    """The innermost lines, ours and the last of all."""
    lines = []
    while trace:
        path = Path(trace.tb_frame.f_code.co_filename)
        lines.append(
            (settings.BASE_DIR in path.parents and ".venv" not in path.parts, f"{path}:{trace.tb_lineno}")
        )
        trace = trace.tb_next
    own = [line for ours, line in lines if ours and "/tests/" not in line]
    return f"{(own or ['?'])[-1]} … {lines[-1][1]}"
