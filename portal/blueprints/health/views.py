"""GET /suc-khoe: health as JSON, for the supervisor and for people."""

from __future__ import annotations

from flask import Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.blueprints.health import bp
from portal.core import migrations
from portal.web.access import public
from portal.web.context import runtime


@bp.get("/suc-khoe")
@public
def show_health() -> tuple[Response, int]:
    """200 while the database answers and its revision is the code's; else 503 with what is wrong."""
    try:
        with runtime().engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        at, wanted = migrations.current(runtime().engine), migrations.head()
    except SQLAlchemyError:
        return jsonify(status="down", database="unreachable"), 503
    if at != wanted:
        return jsonify(status="down", database="ok", migrations={"at": at, "wanted": wanted}), 503
    return jsonify(status="ok", database="ok", migrations={"at": at}), 200
