"""GET /suc-khoe: health as JSON, for the supervisor and for people. GET /metrics: figures for a Prometheus."""

from __future__ import annotations

from flask import Response, jsonify

from portal.blueprints.health import bp
from portal.core import health
from portal.core.errors import NotFound
from portal.web import metrics
from portal.web.access import public, quiet
from portal.web.context import runtime


@bp.get("/suc-khoe")
@public
def show_health() -> tuple[Response, int]:
    """200 while the database answers and its revision is the code's; else 503 with what is wrong."""
    found = health.check(runtime().engine)
    if not found.reachable:
        return jsonify(status="down", database="unreachable"), 503
    status = "ok" if found.ok else "down"
    return jsonify(
        status=status, database="ok", migrations={"at": found.at, "wanted": found.wanted}
    ), 200 if found.ok else 503


@bp.get("/metrics")
@public
@quiet
def show_metrics() -> Response:
    """The figures, for the machine itself and the networks of PORTAL_METRICS_FROM; not found for everyone else."""
    if not metrics.may_read(runtime().settings.metrics_from):
        raise NotFound
    return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)
