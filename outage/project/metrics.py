"""What a monitoring server reads: how it stands, and how many requests took how long. No patient, no person.

Off without METRICS_TOKEN. In Prometheus' text format, summed over the processes of this server (`serving.py` has them
write in one folder).
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from secrets import compare_digest
from time import perf_counter

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from outage.queries.figures import figures

_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
# By the page's name: an address would hold what somebody typed into it.
_REQUESTS = Counter("driftstopp_requests", "Requests answered", ["page", "status"])
_TIMES = Histogram("driftstopp_request_seconds", "Time to make an answer", ["page"], buckets=_SECONDS)


class MetricsMiddleware:
    """Counts each request, outermost of all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        response = self.get_response(request)
        page = (request.resolver_match and request.resolver_match.view_name) or "-"
        _REQUESTS.labels(page, str(response.status_code)).inc()
        _TIMES.labels(page).observe(perf_counter() - began)
        return response


@login_not_required
@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """404 to who does not have the token, as where there are none."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not compare_digest(
        given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()
    ):
        raise Http404
    requests = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(_State())
    return HttpResponse(generate_latest(state) + generate_latest(requests), content_type=CONTENT_TYPE_LATEST)


class _State(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        info = GaugeMetricFamily("driftstopp_info", "The version", labels=["version"])
        info.add_metric([settings.VERSION], 1)
        yield info
        for name, figure in figures(timezone.now()).items():
            yield GaugeMetricFamily(f"driftstopp_{name}", figure.words, value=figure.value)
        room = GaugeMetricFamily("driftstopp_free_bytes", "Free room on the folder's disk", labels=["folder"])
        for folder in ("VAR_DIR", "SCAN_DIR"):
            # What is not there has no room: the first scan makes its folder, and a mount may be gone.
            with suppress(OSError):
                room.add_metric([folder], shutil.disk_usage(getattr(settings, folder)).free)
        yield room
