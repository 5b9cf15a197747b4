"""The steps of a log-in by OpenID Connect, and the content file of its provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEntry, Unit, User
from tests.factories import County
from tests.integration.log_in import openid_mock
from tests.integration.outage.holding import words

ALVA, WARD = "SE2321000222-A1", "SE2321000222-W1"
FILE = """
name = "SITHS"
levels = ["loa3"]
told = { person = "employeeHsaId", unit = "healthCareUnitHsaId", role = "commissionPurpose", level = "acr" }
roles = { "Vård och behandling" = "staff", "Administration" = "admin" }
[openid]
issuer = "ISSUER"
client_id = "driftstopp"
"""


@contextmanager
def openid_provider(settings: Any, folder: Path, county: County) -> Iterator[openid_mock.Provider]:
    """Alva and her ward have the ids that the provider tells."""
    User.objects.filter(pk=county.alva.user.pk).update(hsa_id=ALVA.lower())
    Unit.objects.filter(pk=county.ward.pk).update(hsa_id=WARD)
    with told_of_provider(settings, folder) as provider:
        yield provider


@contextmanager
def told_of_provider(settings: Any, folder: Path) -> Iterator[openid_mock.Provider]:
    """The product is told of a provider that runs, which has somebody with the ids of Alva and her ward."""
    cache.clear()
    with openid_mock.running() as provider:
        provider.claims = {
            "employeeHsaId": ALVA,
            "healthCareUnitHsaId": WARD,
            "commissionPurpose": "vård och behandling",
            "acr": "loa3",
        }
        settings.LOGIN_PROVIDER = str(write_file(folder, provider.issuer))
        settings.LOGIN_PROVIDER_SECRET = "hemligt"
        yield provider


def write_file(folder: Path, issuer: str) -> Path:
    file = folder / "siths.toml"
    file.write_text(FILE.replace("ISSUER", issuer), encoding="utf-8")
    return file


def send_there(client: Client, wanted: str = "") -> str:
    """Press the button, and give the address that the browser is sent to."""
    answer = client.post(reverse("provider_log_in"), {"next": wanted})
    assert answer.status_code == 302, words(answer)
    return answer.headers["Location"]


def come_back(there: str) -> str:
    """Log in at the provider, and give the address here that it sends the browser back to."""
    back = requests.post(there, data={"sub": "somebody"}, allow_redirects=False, timeout=10)
    return back.headers["Location"].removeprefix("http://testserver")


def log_in(client: Client, wanted: str = ""):
    return client.get(come_back(send_there(client, wanted)))


def is_in(client: Client) -> bool:
    return client.get(reverse("status")).status_code == 200


def trace() -> list[tuple[str, str, dict[str, Any]]]:
    """Of log-ins that came to nothing."""
    rows = AuditEntry.objects.filter(action__startswith="login.").order_by("pk")
    rows = rows.exclude(action__in=["login.in", "login.out", "login.locked", "login.unlocked"])
    return [(row.action, row.user.username if row.user else "", row.changes) for row in rows]
