"""Cổng Nội vụ tỉnh Hưng Yên: the application factory."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint
from flask_wtf import CSRFProtect
from sqlalchemy.orm import sessionmaker
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import blueprints as blueprint_package
from portal import cli as cli_package
from portal.config import Settings
from portal.core.clock import Clock
from portal.core.db import configure_engine, load_models
from portal.core.filestore import FileStore
from portal.core.keyring import KeyRing
from portal.core.outbox import Post
from portal.core.outbox import attach as attach_post
from portal.core.runtime import Runtime, clock_from
from portal.core.search import index as search_index
from portal.domain.audit.services import attach
from portal.jobs import waker
from portal.web.access import check_access
from portal.web.assets import init_assets
from portal.web.conflicts import apply_choices
from portal.web.db import db, guard_reads
from portal.web.errors import init_errors
from portal.web.formats import init_formats
from portal.web.headers import init_headers
from portal.web.lists.taking import init_exports
from portal.web.login import init_login, load_viewer
from portal.web.logs import init_logs
from portal.web.menu import init_menu
from portal.web.metrics import init_metrics
from portal.web.record_numbers import init_record_numbers
from portal.web.start_check import init_start_check
from portal.web.transaction import PortalFlask

csrf = CSRFProtect()


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> PortalFlask:
    """Build the portal.

    Without `settings` they are read from the environment; ConfigError when they do not allow a start.
    """
    settings = settings or Settings.from_env()
    load_models()
    app = PortalFlask(__name__)
    app.config.update(_flask_config(settings))
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=1, x_host=1)  # type: ignore[method-assign]
    _init_runtime(app, settings, clock)
    init_headers(app, settings)
    init_logs(app, settings)
    init_metrics(app)
    init_start_check(app, settings)
    csrf.init_app(app)
    init_login(app)
    app.before_request(apply_choices)
    app.before_request(load_viewer)
    app.before_request(check_access)
    init_errors(app)
    init_menu(app)
    init_formats(app)
    init_record_numbers(app)
    for blueprint in blueprints_of():
        app.register_blueprint(blueprint)
    init_exports(app)
    _register_commands(app)
    init_assets(app)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    connect_args = {"timeout": 5} if settings.is_sqlite else {}
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": connect_args, "pool_pre_ping": not settings.is_sqlite},
        "MAX_CONTENT_LENGTH": settings.max_upload_bytes + 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-cong" if settings.secure_cookies else "cong",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_ENABLED": settings.environment != "test",  # tests post plainly; tests of the token switch it on
        "TESTING": settings.environment == "test",
    }


def _init_runtime(app: PortalFlask, settings: Settings, clock: Clock | None) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    configure_engine(engine)
    keyring = KeyRing(settings.keyring)
    factory = sessionmaker(engine, expire_on_commit=False)
    post = Post(settings.public_url) if settings.mail else None
    app.extensions["portal"] = Runtime(
        settings, engine, factory, keyring, FileStore(settings.files_dir), clock or clock_from(settings)
    )
    search_index.attach(factory)
    attach(factory, keyring)
    waker.attach(factory, engine, settings)
    attach_post(factory, post)
    # Each app has its own maker; the scoped session's maker is made once for the process, and keeps the last app's
    # key ring.
    maker = db.session.session_factory
    if maker not in _ATTACHED:
        _ATTACHED.add(maker)
        guard_reads(maker)
        search_index.attach(maker)
        attach(maker, keyring)
    waker.attach(maker, engine, settings)
    attach_post(maker, post)


_ATTACHED: set[object] = set()


def blueprints_of() -> list[Blueprint]:
    """Every package under blueprints/ gives its `bp`."""
    return [
        importlib.import_module(f"{blueprint_package.__name__}.{info.name}").bp
        for info in pkgutil.iter_modules(blueprint_package.__path__)
        if info.ispkg
    ]


def _register_commands(app: PortalFlask) -> None:
    """Every module under cli/ gives its `group` (or single command)."""
    for info in pkgutil.iter_modules(cli_package.__path__):
        module = importlib.import_module(f"{cli_package.__name__}.{info.name}")
        if hasattr(module, "group"):
            app.cli.add_command(module.group)
