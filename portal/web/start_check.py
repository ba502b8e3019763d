"""Production serves no demonstration: the start is refused when demo accounts were ever loaded into its database."""

from __future__ import annotations

import structlog
from flask import Flask, request
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from portal.config import ConfigError, Settings
from portal.domain.accounts import demo_mark
from portal.web.context import runtime

log = structlog.get_logger("portal.start")
DEMO_DATABASE = (
    "The portal does not start:\n- The database holds the demonstration's accounts. Name an empty one in "
    "PORTAL_DATABASE_URL."
)
HEALTH = "health.show_health"


def init_start_check(app: Flask, settings: Settings) -> None:
    """Look at the database of a production now; when it is away, before the first page is served.

    Raises ConfigError. A database that is away does not keep the process from starting: the health page tells of it.
    """
    if not settings.is_production:
        return
    with app.app_context():
        engine = runtime().engine
    try:
        refuse_demo(engine)
    except OperationalError as error:
        log.warning("database_away", error=type(error.orig).__name__)
        _check_later(app, engine)
    finally:
        engine.dispose()  # nothing is open when a server forks its workers


def refuse_demo(engine: Engine) -> None:
    """Raises ConfigError when the database is a demonstration's."""
    if demo_mark.is_marked(engine):
        raise ConfigError(DEMO_DATABASE)


def _check_later(app: Flask, engine: Engine) -> None:
    checked = False

    @app.before_request
    def _look() -> None:
        nonlocal checked
        if not checked and request.endpoint != HEALTH:
            refuse_demo(engine)
            checked = True
