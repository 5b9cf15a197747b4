"""What somebody who asked for long work does next; in the tests it is done at once."""

from django.http import HttpResponse
from django.test import Client
from django.urls import resolve


def opened(client: Client, answer: HttpResponse) -> HttpResponse:
    """The file, by the button of the page that the answer leads to."""
    assert answer.status_code == 302, answer.status_code
    page = client.get(answer["Location"])
    fil = f"{answer['Location']}fil"
    assert resolve(answer["Location"]).url_name == "work"
    assert f'action="{fil}"' in page.text, page.text
    return client.post(fil)
