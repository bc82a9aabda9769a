"""What the process counts of itself, in Prometheus's words, for whoever holds METRICS_TOKEN.

With PROMETHEUS_MULTIPROC_DIR the figures of all workers of a machine are added up; without, they are those of
the worker that answers.
"""

import os
from functools import cache
from hmac import compare_digest
from time import perf_counter

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client import generate_latest as written
from prometheus_client.multiprocess import MultiProcessCollector

# Given from memory before Django made a request of the call, or made by Django.
KEPT, MADE = "kept", "made"
ANSWERS = Counter(
    "osservatorio_answers_total", "Answers given, by way and by class of status.", ["way", "status"]
)
SECONDS = Histogram(
    "osservatorio_answer_seconds",
    "Seconds from the call to the head of the answer, by way.",
    ["way"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


def counted(way: str, status: str, started: float) -> None:
    """One answer whose status line is `status`, asked for at `started` of perf_counter."""
    answers, seconds = _meters(way, status[0])
    answers.inc()
    seconds.observe(perf_counter() - started)


@cache
def _meters(way: str, digit: str) -> tuple[Counter, Histogram]:
    """To find them by their labels costs as much as to count."""
    return ANSWERS.labels(way, f"{digit}xx"), SECONDS.labels(way)


@require_safe
def metrics(request) -> HttpResponse:
    """The figures as text; an address that does not exist for whoever has not the token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not settings.METRICS_TOKEN or not compare_digest(given, settings.METRICS_TOKEN.encode()):
        raise Http404
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return HttpResponse(
        written(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )
