"""Every form says whose it is, and every address that takes one refuses it from anybody else."""

import re
from functools import cache
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import get_resolver

from contacts.access import Acting, TypedBy
from contacts.models import AuditEntry, Submission, User
from outage.models import HeldForm
from outage.project.middleware import WITHOUT_MARK
from tests.architecture.test_templates import TEMPLATES, wrong_in
from tests.architecture.test_urls import EVERY
from tests.architecture.tree import ROOT
from tests.factories import County, make_county
from tests.kept import Keeper
from tests.long import runs

# What is not a form of a person at work: in and out, the log-in that goes on, what is held already. The pages of the
# log-in's own things and of the admin are refused like all others and keep nothing: they take secrets.
STEPS_IN = {
    "account_login",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "provider_log_in",
    "provider_answer",
    "saml_acs",
    "saml_sls",
    "saml_finish_acs",
    "saml_metadata",
}
KEEP_NOTHING = ("admin:", "mfa_", "account_", "usersessions_")
NOT_HELD = STEPS_IN | {
    "account_logout",
    "lock",
    "show_on_wall",
    "choose_assignment",
    "session_left",
    "held_form",
    "throw_away_held",
    # These take passwords and codes.
    "one_time_code",
    "emergency_log_in",
    "account",
}
ONLY_SEARCH = {
    "review_log",
    "chains",
    "log_call",
    "contacts",
    "advanced_search",
    "join_contact",
    "join_unit",
    "keep_contacts",
    "keep_people",
    "sheets",
}
WRITES = ("hx-post", "hx-put", "hx-patch", "hx-delete")


class Forms(HTMLParser):
    """Collects what would be sent without the field of a form of its own, and each form that has no secret."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._bare: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "form" and names.get("method") == "post":
            self._bare.append(self.getpos()[0])
        elif any(name in names for name in WRITES) and not self._bare:
            self.found.append(f"line {self.getpos()[0]}: <{tag}> writes outside a form")
        if tag == "mark" and self._bare:
            self._bare[-1] = 0

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._bare:
            line = self._bare.pop()
            if line:
                self.found.append(f"line {line}: a form without its mark")


def without_mark(page: str) -> list[str]:
    page = re.sub(r"{%\s*(csrf_token\b|form_ids\b|include \"[\w/]*_step_head\.html\").*?%}", "<mark>", page)
    page = re.sub(r"{{ (page\.in_each_form|c\.form_ids\(page\b.*?\)) }}", "<mark>", page)
    parser = Forms()
    parser.feed(re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "x", page, flags=re.DOTALL))
    return parser.found


def test_a_form_carries_its_mark():
    assert wrong_in(TEMPLATES, without_mark) == {}


INCLUDED = re.compile(r'{%\s*include "([^"]+)"([^%]*)%}')


@cache
def has_form(name: str) -> bool:
    text = (ROOT / "templates" / name).read_text(encoding="utf-8")
    has_mark = re.search(r"csrf_token|form_ids|in_each_form|print_list", text)
    return has_mark is not None or any(has_form(inner) for inner, _ in INCLUDED.findall(text))


def test_a_form_is_included_with_the_page_that_its_mark_is_of():
    def alone(page: str) -> list[str]:
        included = INCLUDED.findall(page)
        return [name for name, how in included if " only" in how and "page=" not in how and has_form(name)]

    assert wrong_in(TEMPLATES, alone) == {}


@pytest.mark.parametrize(
    "page",
    [
        '<form method="post"><button>Spara</button></form>',
        '<button hx-post="/x/">Spara</button>',
        '<form method="get"><button hx-delete="/x/"></button></form>',
    ],
)
def test_each_fault_is_seen(page: str):
    assert len(without_mark(page)) == 1


@pytest.fixture
def county(db, made_once: Keeper) -> County:
    return made_once("county", make_county)


def rows() -> tuple[int, int]:
    """Of what was written; that it was refused, and laid aside, is told."""
    return AuditEntry.objects.exclude(
        action__in=["access.denied", "held_form.kept"]
    ).count(), Submission.objects.count()


def guarded() -> list[tuple[str, str]]:
    return [
        (name, path)
        for name, path in EVERY
        if name
        not in NOT_HELD - {"session_left", "held_form", "throw_away_held", "account"}
        | ONLY_SEARCH
        | {"health", "alive", "metrics"}
        and not name.startswith(("admin:login", "admin:logout"))
    ]


def mark(acting: Acting) -> str:
    return TypedBy(acting.user.pk, acting.membership.pk).mark


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("htmx", [0, 1], ids=["whole page", "htmx"])
def test_every_address_refuses_a_form_of_anybody_else(county: County, htmx: int):
    """Each address with each mark; in `make test` with one of them as a whole page, another as a part of one."""
    User.objects.filter(pk=county.esa.user.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(county.esa.user)
    before = rows()
    headers = {"HX-Request": "true"} if htmx else {}
    marks: list[dict[str, str]] = [
        {},
        {"typed_by": ""},
        {"typed_by": "fel"},
        {"typed_by": mark(county.alva)},
        {"typed_by": TypedBy(county.esa.user.pk, None).mark},
        {"typed_by": TypedBy(county.esa.user.pk, county.alva.membership.pk).mark},
    ]
    for number, (name, path) in enumerate(guarded()):
        step = runs(len(marks), full=1)
        for sent in marks[(number + 3 * htmx) % step :: step]:
            answer = client.post(
                path, sent | {"client_id": "00000000-0000-4000-8000-000000000000"}, headers=headers
            )
            assert answer.status_code == 409, f"{name} ({path}) answered {answer.status_code} to {sent}"
    assert rows() == before


def test_every_view_that_takes_a_form_says_what_it_is_to_its_sender(county: County):
    client = Client()
    client.force_login(county.alva.user)
    silent = []
    for name, path in EVERY:
        if name in NOT_HELD | ONLY_SEARCH or name.startswith(KEEP_NOTHING):
            continue
        if client.post(path, {"typed_by": mark(county.alva)}).status_code == 405:
            continue
        if not hasattr(get_resolver().resolve(path).func, "held_as"):
            silent.append(name)
    assert silent == []


def test_what_is_held_nowhere_is_known():
    assert {"account_logout", "choose_assignment", "admin:logout"} | ONLY_SEARCH == WITHOUT_MARK


@pytest.mark.django_db
def test_a_password_is_never_held(county: County):
    client = Client()
    sent = {"typed_by": mark(county.alva), "password1": "hemligt", "username": "ny"}
    client.post("/admin/contacts/user/add/", sent)
    client.force_login(county.esa.user)
    client.post("/admin/contacts/user/add/", sent)
    client.post("/logga-in/", sent)
    assert not HeldForm.objects.exists()


@pytest.mark.django_db
def test_the_forms_of_the_admin_pages_carry_it_too(county: County):
    User.objects.filter(pk=county.esa.user.pk).update(is_staff=True, is_superuser=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(county.esa.user)
    page = client.get("/admin/contacts/principal/add/").content.decode()
    assert page.count('name="typed_by"') == page.count('name="csrfmiddlewaretoken"') > 0
