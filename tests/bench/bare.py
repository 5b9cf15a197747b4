"""What the pages are measured against: one indexed read, one insert, no middleware. No part of the product."""

from collections.abc import Iterator
from itertools import cycle
from urllib.parse import parse_qs
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from contacts.access import acting_for
from contacts.models import DirectoryEntry, Submission, User
from contacts.page_versions import changed, of_unit
from contacts.seen import seeing
from outage.models import CareChain
from outage.queries.matrix import matrix_of
from outage.queries.outages import outage_in_view

from .targets import CHANGES

_user_id: int | None = None
_chains: Iterator[tuple[UUID, int]] | None = None


def read(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Answer with one value of one row, found by its primary key."""
    return JsonResponse({"number": CareChain.objects.values_list("number", flat=True).get(pk=chain_id)})


def read_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Answer with the name of one entry of the directory, found by its primary key."""
    return JsonResponse({"name": DirectoryEntry.objects.values_list("name", flat=True).get(pk=entry_id)})


def insert(request: HttpRequest) -> HttpResponse:
    """Insert one row, made as durable as the product makes its own."""
    global _user_id
    if _user_id is None:
        _user_id = User.objects.values_list("pk", flat=True).get(username="seed.nurse")
    Submission(id=uuid4(), kind="bench", content_hash="0" * 64, user_id=_user_id).save()
    return HttpResponse(status=201)


def matrix(request: HttpRequest) -> HttpResponse:
    """Answer with the size of a matrix that was read whole, of the outage that goes on."""
    by = acting_for(User.objects.get(username="seed.nurse"))
    outage = by and outage_in_view(by.principal)
    with seeing(lambda: "", only_reads=True):
        return JsonResponse({"rows": len(matrix_of(by, outage)) if by and outage else 0})


def change(query: str) -> None:
    """Have one chain read anew, as a call does that is logged in it: the one whose id the query names, else of all of
    the outage in turn.
    """
    global _chains
    chain = parse_qs(query)[CHANGES][0]
    if _chains is None:
        _chains = cycle(CareChain.objects.values_list("pk", "unit"))
    pk, unit = CareChain.objects.values_list("pk", "unit").get(pk=chain) if "-" in chain else next(_chains)
    with transaction.atomic():
        CareChain.objects.filter(pk=pk).update(rows=F("rows") + 1)
        changed(of_unit(unit))


urlpatterns = [
    path("bare/read/<uuid:chain_id>/", read),
    path("bare/entry/<int:entry_id>/", read_entry),
    path("bare/insert/", insert),
    path("bare/matrix/", matrix),
]


class BareUrls:
    """The only middleware of the bare views: it gives them addresses of their own."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return self.get_response(request)
