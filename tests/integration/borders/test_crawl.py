"""Nothing that a page offers is refused: each link on every page that a role reaches, and each button."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from contacts.access import Acting
from contacts.models import MunicipalKind, Unit
from contacts.rules.permissions import Role
from forms.models import SheetKind
from outage.project.menu import place_of
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_county, make_entry, make_event, make_outage, persons
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.pages import fields_of
from tests.long import runs

pytestmark = pytest.mark.django_db

# Refused for what was sent, or not at all: a page that is there.
ANSWERED = {200, 302, 400, 409, 422}
LOGS_OUT = {"account_logout", "lock", "show_on_wall", "demo_login"}
NOT_OURS = ("mailto:", "tel:", "http:", "https:", "data:")


def kind_of(method: str, path: str, *more: str) -> tuple[str, ...]:
    parts = urlsplit(path)
    return (method, resolve(parts.path).url_name or parts.path, *sorted(parse_qs(parts.query)), *more)


@dataclass
class Crawl:
    """Goes as one person from Läge to wherever the links lead."""

    client: Client
    wrong: list[str] = field(default_factory=list)
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    named: set[str] = field(default_factory=set)
    pressed: set[str] = field(default_factory=set)
    # The kinds of form that were met by whoever went before, and how many went.
    met: list[tuple[str, ...]] = field(default_factory=list)
    turn: int = 0

    def run(self) -> None:
        left = [("/", "start")]
        while left:
            path, where = left.pop()
            answer = self.client.get(path, follow=True)
            name = resolve(urlsplit(path).path).url_name or ""
            self.named.add(name)
            if answer.status_code not in ANSWERED:
                self.wrong.append(f"{where}: {path} answers {answer.status_code}")
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            page = BeautifulSoup(answer.content, "html.parser")
            at = answer.request["PATH_INFO"] + "?" + answer.request.get("QUERY_STRING", "")
            left += [(link, name) for link in self._links(page, at)]
            below = place_of(resolve(answer.request["PATH_INFO"]).url_name or "")[1]
            if below and page.h1 and answer.status_code == 200 and not page.select(".subways [aria-current]"):
                self.wrong.append(f"{where}: {path} lights no entry of the menu")
            for form in page.find_all("form"):
                self._press(form, at, name)

    def _links(self, page: BeautifulSoup, at: str) -> Iterator[str]:
        for link in page.find_all("a", href=True):
            href = str(link["href"])
            if href.startswith(("#", *NOT_OURS)):
                continue
            path = urldefrag(urljoin(at, href)).url
            if self._is_new(kind_of("GET", path)):
                yield path

    def _is_new(self, kind: tuple[str, ...]) -> bool:
        # Of each kind of address one: the tenth row of a list is as the first.
        self.seen[kind] += 1
        return self.seen[kind] == 1

    def _is_my_turn(self, kind: tuple[str, ...]) -> bool:
        """In `make test` the first who meets a form sends it, and every other of those who meet it later."""
        if kind not in self.met:
            self.met.append(kind)
            return True
        return (self.met.index(kind) + self.turn) % runs(2, full=1) == 0

    def _press(self, form: Tag, at: str, where: str) -> None:
        """Send a form as it stands on the page; what it writes is rolled back."""
        path = urldefrag(urljoin(at, str(form.get("action") or at))).url
        name = resolve(urlsplit(path).path).url_name or ""
        fields = fields_of(form)
        method = str(form.get("method", "get")).upper()
        kind = kind_of(method, path, *sorted(fields))
        if name in LOGS_OUT or not self._is_new(kind) or not self._is_my_turn(kind):
            return
        self.pressed.add(name)
        with transaction.atomic():
            send = self.client.post if method == "POST" else self.client.get
            status = send(path, fields).status_code
            transaction.set_rollback(True)
        if status not in ANSWERED:
            self.wrong.append(f"{where}: the form to {path} answers {status}")


def make_units(county: County) -> dict[str, Unit]:
    town = county.municipality
    return {
        "ward": county.ward,
        "social": county.social_care,
        "health centre": county.health_centre,
        "nursing": Unit.objects.create(
            principal=town, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
        ),
        "office": Unit.objects.create(principal=town, name="Kommunens växel"),
    }


def everybody(county: County, state: str) -> list[Acting]:
    """Each role at each kind of unit in an outage; before and after one what differs is what there is, not whose.

    In `make test` at the ward every role in one, every other before one, and the others after it; and in one who writes
    at a unit of the municipality.
    """
    units = make_units(county)
    here = dict(list(units.items())[: runs(2, full=5) if state == "going on" else 1])
    step = 1 if state == "going on" else runs(2, full=1)
    roles = {word: [*Role][(state == "none") % step :: step] for word in here}
    if state == "going on":
        roles["social"] = [*Role][: runs(2, full=len(Role))]
    return persons(
        *((f"{role.value}.{word}", unit, role) for word, unit in here.items() for role in roles[word]),
    )


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize("state", ["going on", "none", "ended"])
def test_no_link_and_no_button_leads_to_a_refusal(state: str, no_typesetting: None, client: Client):
    county = make_county()
    people = everybody(county, state)
    make_entry(county.region, "Avdelningens telefon", "090-785 00 00")
    if state != "none":
        outage = make_outage(county.alva)
        for by in (county.alva, county.cissi):
            chain = make_chain(county, outage, by)
            if by is county.alva:
                make_event(by, chain, "discharge")
                make_sheet(by, SheetKind.CARE_CHAIN, chain=chain, outage=outage)
        if state == "ended":
            end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    wrong: dict[str, Any] = {}
    met: list[tuple[str, ...]] = []
    for turn, by in enumerate(people):
        client.force_login(by.user)
        crawl = Crawl(client, met=met, turn=turn)
        crawl.run()
        assert {"status", "contacts", "checklists", "routine", "account"} <= crawl.named
        # Logged out, one would meet no refusal.
        assert "account_login" not in crawl.named
        assert ("review_log" in crawl.named) is (by.role is Role.LOG_REVIEWER)
        assert ("decisions" in crawl.named) is (by.role is Role.ROUTINE_OWNER)
        if crawl.wrong:
            wrong[by.user.username] = crawl.wrong
    assert sorted({line for lines in wrong.values() for line in lines}) == []
