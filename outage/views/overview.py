"""Lägesbild: how the outage stands over all units within reach, on a page and on a wall, live. No patient is named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET
from markupsafe import Markup, escape

from contacts.access import ActingRequest
from contacts.page_versions import Live, holds_until, live, part_with
from contacts.queries.branches import name_of_reach
from contacts.rules.branches import Branch
from contacts.rules.permissions import Border, Right, border_of
from contacts.views.shared import sharing
from contacts.views.tools import get_or_404, require
from outage.models import Outage
from outage.presenters.overview import matrix_rows, picture_of
from outage.queries.care_chains import seen_among, visible_chains
from outage.queries.matrix import Overview, overview_of, version_of_overview
from outage.queries.outages import outage_in_view
from outage.rules.overview import InOrder, LineGroup
from outage.rules.wording import clock_time, midnight_after

from ._tools import PageVersion, still_holds

LINES_A_PAGE = 50
# A chain by its number: the way to it, and what stands there for whoever may not open it.
_CHAIN = re.compile(r'<a( data-chain="([0-9]+)")[^>]*>[^<]*</a>(<span>[^<]*</span>)')


@require_GET
def overview(request: ActingRequest) -> HttpResponse:
    return _shown(request, "outage/overview/show.html")


@require_GET
def overview_now(request: ActingRequest) -> HttpResponse:
    """What of the page changes; 204 while what is shown there holds."""
    return _holds(request) or _shown(request, "outage/overview/fresh.html", lately=True)


@require_GET
def wall(request: ActingRequest) -> HttpResponse:
    """For a screen that many see: large, and nothing leads on from it."""
    return _shown(request, "outage/overview/wall.html", on_wall=True)


@require_GET
def wall_now(request: ActingRequest) -> HttpResponse:
    return _holds(request) or _shown(request, "outage/overview/wall_fresh.html", on_wall=True, lately=True)


@require_GET
def overview_chain(request: ActingRequest, number: int) -> HttpResponse:
    """Leads to the chain of that number; 404 where the unit does not see it."""
    require(request.acting, Right.READ_CARE)
    outage = get_or_404(outage_in_view, request.acting.principal)
    return redirect("chain", get_or_404(visible_chains(request.acting, outage).get, number=number).pk)


def _holds(request: ActingRequest) -> HttpResponse | None:
    require(request.acting, Right.SEE_OVERVIEW)
    now = timezone.now()
    if still_holds(request.headers.get("X-Shown", ""), request.acting, version_of_overview(), now):
        return HttpResponse(status=204, headers={"X-Shown-At": clock_time(now)})
    return None


def _shown(
    request: ActingRequest, template: str, *, on_wall: bool = False, lately: bool = False
) -> HttpResponse:
    """Who loads a page sees what they just did; one that refreshes itself what was so a moment ago."""
    acting, now = request.acting, timezone.now()
    require(acting, Right.SEE_OVERVIEW)
    outage = outage_in_view(acting.principal)
    context: dict[str, Any] = {"outage": outage, "on_wall": on_wall, "here": "overview"}
    if outage is None:
        context["version"] = PageVersion(acting, version_of_overview(), now, ())
    else:
        made = _of_now(request, outage, now, on_wall=on_wall, lately=lately)
        own = frozenset() if on_wall else seen_among(acting, outage, made.made.numbers)
        context["version"] = PageVersion(acting, made.version, now, made.moments)
        context["shared"] = made.made.on_page_of(own)
    return render(request, template, context)


def _of_now(
    request: ActingRequest, outage: Outage, now: datetime, *, on_wall: bool, lately: bool
) -> Live["_Shared"]:
    """The same for all who watch the same: it names no unit's own, and whom it leads on to is put in for each."""
    acting = request.acting
    alone = (
        border_of(acting.role, Right.SEE_OVERVIEW) is Border.UNIT or acting.unit.branch is Branch.UNSETTLED
    )
    reach = acting.unit.pk if alone else acting.unit.branch
    # A disposal makes no other version.
    of = outage.pk, outage.purged_at
    key = "overview", *of, acting.principal.pk, acting.role, reach, on_wall, request.GET.urlencode()

    def make() -> _Shared:
        # Times of today stand without their day, and the hour has a bar of its own.
        holds_until(now, midnight_after(now), now.replace(minute=0, second=0) + timedelta(hours=1))
        return _Shared(_html(request, outage, now, on_wall=on_wall))

    return live(key, version_of_overview(), now, make, lately=lately)


def _html(request: ActingRequest, outage: Outage, now: datetime, *, on_wall: bool) -> Markup:
    acting = request.acting
    found = overview_of(acting, outage)
    choices = _Choices(found, request.GET)
    lines = choices.among(found.groups)
    page_of_lines = Paginator(range(len(lines)), LINES_A_PAGE).get_page(request.GET.get("sida"))
    picture = picture_of(found, outage, now)
    context = {
        "outage": outage,
        "picture": picture,
        "reach": name_of_reach(acting, Right.SEE_OVERVIEW),
        "choices": choices,
        "page_of_lines": page_of_lines,
        # Each is made of what stands in it alone.
        "units": [part_with(row, now, "unit", row) for row in (*picture.units, *picture.hidden)],
        "rows": matrix_rows(lines[page_of_lines.start_index() - 1 : page_of_lines.end_index()], found, now),
        "on_wall": on_wall,
    }
    with sharing():
        return escape(render_to_string("outage/overview/picture.html", context, request))


class _Choices:
    """What of the matrix the address asks for; what it names that is no place counts for nothing."""

    def __init__(self, found: Overview, asked: Any) -> None:
        names = {str(unit.pk): unit.name for unit in found.units}
        of_units = (
            ("avdelning", "Avdelning", "ward"),
            ("enhet", "Enhet som öppnade eller ska ringa", "unit"),
        )
        municipalities = {str(pk): name for pk, name in found.municipalities.items()}
        self.fields = [
            _Field("kommun", "Kommun", "municipality", municipalities),
            *(
                _Field(
                    name, label, kind, {pk: names[pk] for pk in names if (kind, pk) in found.counted.places}
                )
                for name, label, kind in of_units
            ),
        ]
        for field in self.fields:
            wanted = asked.get(field.name, "")
            # What is not offered finds nothing: were it passed over, it would tell a place of protected patients alone.
            known = wanted in names or (field.name == "kommun" and wanted.isdecimal())
            field.chosen = wanted if known else ""

    @property
    def any(self) -> bool:
        return any(field.chosen for field in self.fields)

    def among(self, groups: Sequence[LineGroup]) -> InOrder:
        """What is chosen tells where a patient is: of one who is protected it finds nothing."""
        places = [(field.kind, field.chosen) for field in self.fields if field.chosen]
        return InOrder([group.narrowed(places) for group in groups] if places else groups)


@dataclass(slots=True)
class _Field:
    name: str
    label: str
    kind: str
    choices: dict[str, str]
    chosen: str = ""


class _Shared:
    """Each chain leads to its page for whoever sees it; for others nothing of it but the number is left. Made once for
    all who see the same of the chains that are shown.
    """

    def __init__(self, html: Markup) -> None:
        self._html = html
        self._found = [(int(found[2]), found) for found in _CHAIN.finditer(html)]
        self.numbers = tuple({number for number, _ in self._found})
        self._made: dict[frozenset[int], Markup] = {}

    def on_page_of(self, seen: frozenset[int]) -> Markup:
        """`seen` are those of `numbers` that whoever asks may open."""
        if seen not in self._made:
            pieces, end = [], 0
            for number, found in self._found:
                before, way = (
                    (1, slice(found.end(1), found.start(3))) if number in seen else (0, slice(*found.span(3)))
                )
                pieces += [self._html[end : found.start(before)], self._html[way]]
                end = found.end()
            self._made[seen] = Markup("").join([*pieces, self._html[end:]])
        return self._made[seen]
