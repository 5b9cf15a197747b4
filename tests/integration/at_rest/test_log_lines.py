"""The log says which page was asked for, never what somebody typed as an address."""

import logging

import pytest
from django.test import Client

from outage.project.logs import PageNotAddress
from tests.factories import County


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/vardkedja/Tolvan Tolvansson/", "Not Found: en adress som inte finns"),
        ("/blad/Tolvan/?q=Tolvansson", "Not Found: /blad/<str:serial>/"),
    ],
)
def test_a_name_in_an_address_is_not_logged(
    county: County, client: Client, caplog: pytest.LogCaptureFixture, path: str, page: str
):
    client.force_login(county.alva.user)
    caplog.handler.addFilter(PageNotAddress())
    with caplog.at_level(logging.WARNING, "django.request"):
        assert client.get(path).status_code == 404
    assert [record.getMessage() for record in caplog.records] == [page]
