"""Every page that names a patient leaves a row of the trace that names exactly those it shows."""

import re
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from contacts.access import Acting
from contacts.models import AuditEntry
from contacts.models.encrypted import about_column, encrypted
from contacts.rules.trace_words import ELSEWHERE, FOUND, LISTED, LOOKS, READ
from forms.rendering import Rendered
from forms.services import printing
from outage.models import CareChain, CareChainDetails
from outage.services.held_forms import hold_form
from tests.factories import TOLVAN
from tests.integration.borders.filled import PATTERNS, Stage, filled
from tests.kept import Keeper
from tests.long import runs

pytestmark = pytest.mark.django_db

_NUMBERED = re.compile(r"årdkedj\w+ (\d+)")
LIVE = {"calls_to_make"}
# Where patients are found on the stage.
LISTING = ("status", "chains", "log_call", "back_registration", "enter_sheet", "shift", "shift_handover")
OF_ONE = (
    *("chain", "edit_chain", "join_chain", "undo_join", "open_patient"),
    *("chain_call", "correct_call", "move_call", "withdraw_call"),
    *("leave_open", "correct_event", "withdraw_event"),
)


@dataclass(frozen=True)
class Marks:
    """How each chain of a stage is known on a page: its id, its number, and the name of its patient."""

    chains: dict[UUID, CareChain]

    @classmethod
    def on(cls, stage: Stage) -> "Marks":
        """Everybody gets a name and a number of their own first."""
        CareChain.objects.filter(outage=stage.over).update(number=F("number") + 100)
        for chain in CareChain.objects.all():
            name = f"Patient{chain.number}en Tolvansson"
            column = about_column(CareChainDetails, "patient_name")
            lies = encrypted(name, chain.details.data_key_name(), column)
            QuerySet.update(CareChainDetails.objects.filter(chain=chain), patient_name=lies)
        return cls({chain.pk: chain for chain in CareChain.objects.select_related("details")})

    def shown_in(self, text: str, path: str) -> set[UUID]:
        """`path` is what was asked for: what an address says was known before."""
        numbers = {int(number) for number in _NUMBERED.findall(text)}
        return {
            pk
            for pk, chain in self.chains.items()
            if (str(pk) in text and str(pk) not in path)
            or f"Patient{chain.number}en" in text
            or chain.number in numbers
        }


@dataclass
class Walk:
    """What a person is shown, page by page, and what the trace says of it."""

    client: Client
    marks: Marks
    user: Any

    def __post_init__(self) -> None:
        self.wrong: list[str] = []
        self.before: set[UUID] = set()
        self.looked: dict[str, set[str]] = {}

    def newest(self) -> int:
        newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
        return newest or 0

    def look(self, answer: HttpResponse, before: int, what: str) -> None:
        """Compare an answer with the rows written since `before`: by one that is streamed, while it is read."""
        text = text_of(answer)
        rows = AuditEntry.objects.filter(pk__gt=before, action__in=LOOKS, user=self.user)
        noted = {row.chain for row in rows if row.chain} | {
            chain for row in rows if row.patients for chain in row.patients.chains
        }
        shown = self.marks.shown_in(text, answer.wsgi_request.get_full_path())
        if resolve(answer.wsgi_request.path).url_name in LIVE:
            # Who was shown before, on the page that asks again, is told of already.
            noted |= shown & self.before
        self.before |= noted
        if shown != noted:
            self.wrong.append(
                f"{what}: {answer.status_code} shows {self.named(shown - noted)} untold,"
                f" tells of {self.named(noted - shown)} not shown"
            )
        # That another unit has the patient has a row of its own.
        if len(own := [row.action for row in rows if row.action != ELSEWHERE]) > 1:
            self.wrong.append(f"{what}: {own}")
        if noted:
            self.looked.setdefault(what.split(" ")[0], set()).update(row.action for row in rows)
        denied = AuditEntry.objects.filter(pk__gt=before, action="access.denied", user=self.user)
        if answer.status_code < 400 and denied:
            self.wrong.append(f"{what}: denied {[row.changes for row in denied]} and answered")

    def named(self, chains: set[UUID]) -> list[int]:
        return sorted(self.marks.chains[pk].number for pk in chains)

    def get(self, path: str, name: str) -> None:
        before = self.newest()
        answer = self.client.get(path)
        self.look(answer, before, f"{name} GET")


def text_of(answer: HttpResponse) -> str:
    content = b"".join(answer) if answer.streaming else answer.content
    return content.decode("utf-8", "replace") if content else ""


@pytest.fixture
def laid_out_as_html(monkeypatch: pytest.MonkeyPatch) -> None:
    """A print is its HTML, so that it can be read what it says."""

    def render(html: str, *, title: str, sheets: list[object], pictures: object = None) -> Rendered:
        return Rendered(html.encode(), len(sheets), (1,) * len(sheets))

    monkeypatch.setattr(printing, "render", render)


@pytest.fixture
def stage(made_once: Keeper) -> Stage:
    return made_once("stage", Stage)


@pytest.mark.long
def test_every_page_tells_whom_it_shows_and_nobody_else(laid_out_as_html: None, client: Client, stage: Stage):
    marks = Marks.on(stage)
    alva = stage.county.alva
    hold_form(by=alva.membership, path=reverse("edit_chain", args=[stage.chain]), content={"a": ["b"]})
    wrong: list[str] = []
    looked: dict[str, set[str]] = {}
    others = ("esa", "adam", "bo")
    for who in ("alva", *others):
        by = stage.somebody(who)
        client.force_login(by.user)
        walk = Walk(client, marks, by.user)
        addresses = [(name, path) for name in PATTERNS for path in stage.addresses(name)]
        if who in others:
            # In `make test` each address is asked for by whose patient it is, and by one of the others; what patients
            # stand on by all.
            step = runs(len(others), full=1)
            addresses = [
                (name, path)
                for number, (name, path) in enumerate(addresses)
                if name in (*LISTING, *OF_ONE) or number % step == others.index(who) % step
            ]
        for name, path in addresses:
            walk.get(path, name)
        wrong += [f"{who}: {line}" for line in walk.wrong]
        for name, actions in walk.looked.items():
            looked.setdefault(name, set()).update(actions)
    assert not wrong, "\n".join(wrong)
    # A walk that meets nobody would find nothing wrong either.
    assert {name: looked[name] for name in LISTING} == {name: {LISTED} for name in LISTING}
    assert {name: looked[name] for name in OF_ONE} == {name: {READ} for name in OF_ONE}


@pytest.mark.long
def test_every_form_that_is_sent_tells_whom_its_answer_shows(
    laid_out_as_html: None, client: Client, stage: Stage
):
    marks = Marks.on(stage)
    forms = filled(client, stage)
    wrong = []
    for number, form in enumerate(forms):
        by = stage.somebody(form.post.by)
        client.force_login(by.user)
        walk = Walk(client, marks, by.user)
        sent = ({**form.shown, **form.post.typed(stage)}, form.shown, {})
        ways = list(product(sent, ({}, {"HX-Request": "true"})))
        # In `make test` one or two ways of each form, and each way of every fourth.
        for data, headers in ways[number % runs(4, full=1) :: runs(4, full=1)]:
            with transaction.atomic():
                before = walk.newest()
                answer = client.post(form.path, data, headers=headers)
                walk.look(answer, before, f"{form.name} POST")
                transaction.set_rollback(True)
        wrong += walk.wrong
    assert not wrong, "\n".join(wrong)


def test_what_is_searched_for_asked_about_and_told_afterwards(client: Client, stage: Stage):
    marks = Marks.on(stage)
    alva, bo = stage.county.alva, stage.county.bo
    held = hold_form(by=alva.membership, path=reverse("edit_chain", args=[stage.chain]), content={"a": ["b"]})
    assert held is not None
    chain = [stage.chain]
    reason = {"reason": "rings"}
    emergency = {"number": TOLVAN, "chain": stage.chain, "reason": "is_here", "client_id": uuid4()}
    (called,) = filled(client, stage, {"chain_call"})
    tried = {**called.shown, **called.post.typed(stage)}
    steps: list[tuple[Acting, str, list[Any], dict[str, Any] | None]] = [
        (alva, "held_form", [held.pk], None),
        (alva, "chains", [], {"sok": "Tolvansson"}),
        (alva, "chains", [], {"sok": "Patient2en"}),
        (alva, "log_call", [], {"sok": TOLVAN}),
        (alva, "new_chain", [], {"patient_name": "Ny Tolvansson", "identity": TOLVAN}),
        (alva, "paste_patients", [], {"text": f"{TOLVAN} Ny Tolvansson", "do": "look"}),
        (alva, "join_chain", chain, {"sok": "Tolvansson"}),
        (alva, "move_call", [stage.call], {"sok": "Tolvansson", "search": "1"}),
        (alva, "back_registration", [], None),
        (alva, "open_patient", [stage.hidden], reason),
        (alva, "chain", [stage.hidden], None),
        (alva, "edit_chain", [stage.hidden], None),
        (alva, "chains", [], None),
        # What was just logged is told on the next page, whichever that is.
        (alva, "chain_call", chain, tried),
        (alva, "contacts", [], None),
        (bo, "chains", [], {"sok": TOLVAN}),
        (bo, "open_elsewhere", [], emergency),
        (bo, "chain", chain, None),
        (bo, "chain_call", chain, None),
    ]
    walks = {by: Walk(client, marks, by.user) for by in (alva, bo)}
    for by, name, args, data in steps:
        walk = walks[by]
        if client.session.get("_auth_user_id") != str(by.user.pk):
            client.force_login(by.user)
        before, path = walk.newest(), reverse(name, args=args)
        answer = client.get(path) if data is None else client.post(path, data)
        walk.look(answer, before, f"{name} {data is not None}")
    wrong = [line for walk in walks.values() for line in walk.wrong]
    assert not wrong, "\n".join(wrong)
    assert walks[alva].looked["contacts"] == {LISTED}
    assert FOUND in walks[alva].looked["chains"]
    assert walks[bo].looked["chain"] == {READ}
