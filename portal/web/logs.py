"""Structured logs: one JSON line for each request, with its id and no personal data."""

from __future__ import annotations

import logging
import sys
import time

import structlog
from flask import Flask, Response, g, request

from portal.config import Settings

log = structlog.get_logger("portal.request")


def init_logs(app: Flask, settings: Settings) -> None:
    """Configure structlog once and log every answer.

    Method, endpoint (not the address: it may hold names), status, milliseconds.
    """
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.get("request_id", ""))

    @app.after_request
    def _end(response: Response) -> Response:
        if request.endpoint != "static":
            spent = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
            log.info("request", method=request.method, endpoint=request.endpoint, status=response.status_code, ms=spent)
        return response
