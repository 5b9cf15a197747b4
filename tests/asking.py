"""Searching as a browser does: by POST, led on to the page's own address."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse


def search_for(client: Client, page: str, typed: dict[str, str], **more: Any) -> HttpResponse:
    """The answer that is seen in the end; with a page number, that page of it."""
    typed = dict(typed)
    number = typed.pop("sida", None)
    answer = client.post(reverse(page), typed, follow=True, **more)
    if number is None:
        return answer
    ((address, _),) = answer.redirect_chain
    return client.get(f"{address}&sida={number}")
