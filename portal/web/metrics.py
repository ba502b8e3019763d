"""Figures for a Prometheus: answers by endpoint, how long they took, and what waits for the worker.

Several web processes share their figures through files when PROMETHEUS_MULTIPROC_DIR is set (deploy/gunicorn.conf.py
does it); otherwise they are this process's own. No figure names a person.
"""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Iterable

import structlog
from flask import Flask, Response, g, request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from portal.core.runtime import Runtime
from portal.jobs.depth import Depth, queue_depth
from portal.web.context import runtime

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NOWHERE = "none"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")
ANSWERS = Counter("portal_answers", "Answers by endpoint, method and status.", ("endpoint", "method", "status"))
SECONDS = Histogram(
    "portal_answer_seconds",
    "Seconds from the request to its answer, by endpoint.",
    ("endpoint",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
log = structlog.get_logger("portal.metrics")


def init_metrics(app: Flask) -> None:
    """Count every answer."""

    @app.after_request
    def _count(response: Response) -> Response:
        endpoint = request.endpoint or NOWHERE
        method = request.method if request.method in METHODS else "other"
        ANSWERS.labels(endpoint, method, response.status_code).inc()
        if "started" in g:
            SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
        return response


def may_read(networks: Iterable[str]) -> bool:
    """Whether this request comes from an address that may read the figures.

    A request that a proxy passed on counts with its sender's address, and never when no proxy is configured.
    """
    if not runtime().settings.trusted_proxies and any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)


def exposition() -> bytes:
    """All figures in Prometheus's text form. Those of the queue are left out while the database is away."""
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry) + _queue_figures(runtime())


def _queue_figures(house: Runtime) -> bytes:
    try:
        with house.session_factory() as session:
            depth = queue_depth(session, house.clock.now())
    except SQLAlchemyError as error:
        log.warning("queue_not_counted", error=type(error).__name__)
        return b""
    registry = CollectorRegistry()
    registry.register(_QueueCollector(depth))
    return generate_latest(registry)


class _QueueCollector(Collector):
    """The depth of the queue as gauges."""

    def __init__(self, depth: Depth) -> None:
        self._depth = depth

    def collect(self) -> Iterable[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("portal_jobs", "Background jobs by state.", labels=["state"])
        for state, number in self._depth.jobs.items():
            jobs.add_metric([state.value], number)
        yield jobs
        yield GaugeMetricFamily(
            "portal_job_longest_wait_seconds", "Age of the job that waits longest.", self._depth.longest_wait
        )
        yield GaugeMetricFamily("portal_mail_waiting", "Messages that were not handed over yet.", self._depth.mail)
