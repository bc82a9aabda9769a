"""What each process counts, in the text format of Prometheus, for clients that send METRICS_TOKEN.

With PROMETHEUS_MULTIPROC_DIR the figures of all workers of a machine are added up; without, they are those of
the worker that responds.
"""

import os
from hmac import compare_digest
from time import perf_counter

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

# Values of the label `way`: a cached response that Django did not see, or one that Django rendered.
CACHED, RENDERED = "kept", "made"
RESPONSES = Counter(
    "osservatorio_answers_total", "Answers given, by way and by class of status.", ["way", "status"]
)
SECONDS = Histogram(
    "osservatorio_answer_seconds",
    "Seconds from the call to the head of the answer, by way.",
    ["way"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


def count(way: str, status: str, started: float) -> None:
    """Count one response whose status line is `status`; `started` is perf_counter() at the request."""
    RESPONSES.labels(way, f"{status[0]}xx").inc()
    SECONDS.labels(way).observe(perf_counter() - started)


@require_safe
def metrics(request) -> HttpResponse:
    """All figures as text. 404 without the token in the Authorization header."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not settings.METRICS_TOKEN or not compare_digest(token, settings.METRICS_TOKEN.encode()):
        raise Http404
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )
