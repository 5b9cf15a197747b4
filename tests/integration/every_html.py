"""The walk of `tests/same_html.py`; run by it alone."""

import os
import re
from collections import Counter, deque
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import Resolver404, resolve

from tests.clock import TUESDAY, going_from, standing_at
from tests.demo_mode import DEMO_MODE
from tests.integration.outage.pages import fields_of

OF_A_KIND = 4
LEFT_OUT = {"account_logout", "lock", "demo_login", "javascript-catalog"}
NOT_OURS = ("#", "mailto:", "tel:", "http:", "https:", "data:")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_NEW_EACH_TIME = re.compile(
    r'((?:csrfmiddlewaretoken|opened|version|seen|typed_by|held|next_mark|state|mark)"\s+value="|X-CSRFToken":\s*"|nonce="|'
    r'data-(?:mark|version|until|etag)=")[^"]*'
)
_HASHED = re.compile(r"(/static/[^\"]*?)\.[0-9a-f]{12}(\.[a-z0-9]+)")
_TOKENS = re.compile(
    r"gAAAA[\w%=-]+|\b[0-9A-F]{8}\b|\b(?:[0-9A-Z]{3,4}-){2,3}[0-9A-Z]{3,4}\b|\b[0-9A-Z]{3} [0-9A-Z]{2} [0-9A-Z]{2}\b|"
    r"(?<=/blad/)[0-9A-Z]{9}(?=/)|:\d\d(?:\.\d+)?(?=\+0[012]:00)"
)
# The trace numbers its rows across everything.
_ROWS = re.compile(r"(/logg(?:kontroll)?/(?:rad/)?)\d+/")


def told_alike(html: str) -> str:
    numbers: dict[str, str] = {}
    # Jinja's way to write them.
    html = html.replace("&#39;", "&#x27;").replace("&#34;", "&quot;")
    html = _UUID.sub(lambda m: numbers.setdefault(m[0], f"id-{len(numbers)}"), html)
    html = _TOKENS.sub("·", html)
    html = _HASHED.sub(r"\1\2", _ROWS.sub(r"\1N/", _NEW_EACH_TIME.sub(r"\1·", html)))
    lines = (re.sub(r"\s+", " ", line).strip() for line in re.sub(r">\s*<", ">\n<", html).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


class Walk:
    def __init__(self, client: Client, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.seen: Counter[tuple[str, ...]] = Counter()
        self.names: Counter[str] = Counter()
        folder.mkdir(parents=True, exist_ok=True)

    def run(self) -> None:
        left = deque(["/"])
        while left:
            path = left.popleft()
            answer = self.client.get(path, follow=True)
            page = self._keep("GET", path, answer)
            if page is None:
                continue
            at = answer.request["PATH_INFO"] + "?" + answer.request.get("QUERY_STRING", "")
            for tag in page.select("[href], [hx-get]"):
                href = str(tag.get("href") or tag["hx-get"])
                if tag.name != "link" and not href.startswith(NOT_OURS):
                    target = urldefrag(urljoin(at, href)).url
                    if self._is_new("GET", target):
                        left.append(target)
            for form in page.find_all("form"):
                self._send(form, at)

    def _send(self, form, at: str) -> None:  # type: ignore[no-untyped-def]
        path = urldefrag(urljoin(at, str(form.get("action") or at))).url
        fields, method = fields_of(form), str(form.get("method", "get")).upper()
        if self._is_new(method, path, *sorted(fields)):
            with transaction.atomic():
                send = self.client.post if method == "POST" else self.client.get
                self._keep(method, path, send(path, fields))
                transaction.set_rollback(True)

    def _is_new(self, method: str, path: str, *more: str) -> bool:
        parts = urlsplit(path)
        try:
            name = resolve(parts.path).url_name or parts.path
        except Resolver404:
            return False
        one, kind = (method, path, *more), (method, name, *sorted(parse_qs(parts.query)), "kind", *more)
        if name in LEFT_OUT or self.seen[one] or self.seen[kind] == OF_A_KIND:
            return False
        self.seen.update([one, kind])
        return True

    def _keep(self, method: str, path: str, answer) -> BeautifulSoup | None:  # type: ignore[no-untyped-def]
        is_page = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
        name = resolve(urlsplit(path).path).url_name or "none"
        self.names[name + method] += 1
        file = self.folder / f"{name}-{method}-{self.names[name + method]:02}.html"
        told = told_alike(answer.content.decode()) if is_page else ""
        file.write_text(f"{answer.status_code} {told_alike(answer.headers.get('Location', ''))}{told}")
        return BeautifulSoup(answer.content, "html.parser") if is_page else None


@pytest.mark.skipif("SAME_HTML" not in os.environ, reason="writes files to compare; run as a module")
@pytest.mark.django_db
@pytest.mark.parametrize("world", ["demo", "stage"])
def test_write_pages(world: str, request: pytest.FixtureRequest):
    from contacts.models import Membership
    from forms.demo.management.commands import demo
    from tests.integration.borders.filled import Stage

    folder = Path(os.environ["SAME_HTML"]) / world
    demo_mode = override_settings(**(DEMO_MODE if world == "demo" else {}))
    # What is made has an order in time, and all of it before the minute in which it is looked at.
    with demo_mode, going_from(TUESDAY):
        if world == "demo":
            call_command(demo.Command(), stdout=StringIO())
        else:
            Stage()
    request.getfixturevalue("no_typesetting")
    with demo_mode, standing_at(TUESDAY + timedelta(minutes=8)):
        # The first two of each role at each kind of unit.
        alike = Counter[tuple[str, ...]]()
        for number, membership in enumerate(Membership.objects.order_by("pk").select_related("user", "unit")):
            unit = membership.unit
            alike[kind := (membership.role, unit.ward_kind, unit.outpatient_kind, unit.municipal_kind)] += 1
            if alike[kind] > 2:
                continue
            client = Client(raise_request_exception=False)
            client.force_login(membership.user)
            session = client.session
            session["membership_id"] = membership.pk
            session.save()
            Walk(client, folder / f"{number:02}-{membership.role}").run()
