"""Who is here: Flask-Login over sessions kept on the server, with idle and absolute limits that polls do not renew."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import structlog
from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from portal.core.db import write_mode
from portal.domain.accounts.models import UserAccount, UserSession
from portal.domain.accounts.queries import load_actor, session_with_user
from portal.domain.accounts.rules import session_alive
from portal.domain.accounts.services import factor_required
from portal.domain.units.models import Unit
from portal.web.access import QUIET
from portal.web.context import Viewer, runtime
from portal.web.db import db

SEEN_EVERY = timedelta(minutes=5)
TOKEN_BYTES = 32
manager = LoginManager()
log = structlog.get_logger("portal.login")


class SignedIn(UserMixin):
    """What Flask-Login keeps: its id is the session's random token, never the account's number."""

    def __init__(self, token: str, person: Viewer | None = None) -> None:
        self.token = token
        self.person = person

    def get_id(self) -> str:
        return self.token


def new_token() -> str:
    """A random session token; the cookie carries it, the table its hash."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def init_login(app: Flask) -> None:
    """Install the loader; `g.viewer` is set before access is checked."""
    manager.init_app(app)
    manager.session_protection = None  # the session is on the server, bound to its token
    manager.user_loader(_load)


def load_viewer() -> None:
    """Before each request: who is here. Static files and health need nobody."""
    g.viewer = None
    if request.endpoint in (None, "static"):
        return
    if current_user.is_authenticated:
        g.viewer = current_user.person


def keep_token(token: str) -> None:
    """Make this browser the holder of a session; what its cookie held before is dropped, nothing planted lives on."""
    session.clear()
    login_user(SignedIn(token))


def drop_token() -> None:
    """Make this browser nobody's."""
    logout_user()
    session.clear()


def _load(token: str) -> SignedIn | None:
    row = db.session.execute(session_with_user(token_hash(token))).one_or_none()
    if row is None:
        return None
    kept, account, unit = row
    settings, now = runtime().settings, runtime().clock.now()
    if not session_alive(kept.created_at, kept.seen_at, now, settings.session_idle, settings.session_absolute):
        return None
    person = _viewer(kept, account, unit)
    if now - kept.seen_at > SEEN_EVERY and not _is_poll():
        _touch(kept.id)
    return SignedIn(token, person)


def _viewer(kept: UserSession, account: UserAccount, unit: Unit) -> Viewer:
    who = load_actor(db.session(), account, runtime().clock.today())
    required = factor_required(who, runtime().settings.second_factor_for_all)
    owes_factor = required or account.totp_confirmed_at is not None
    return Viewer(
        actor=who,
        session_id=kept.id,
        unit_name=unit.name,
        post=account.post,
        theme=account.theme,
        must_change_password=account.must_change_password,
        needs_second_factor=owes_factor and kept.second_factor_at is None,
        has_second_factor=account.totp_confirmed_at is not None,
    )


def _is_poll() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, QUIET, False))


def _touch(session_id: int) -> None:
    """Move `seen_at` in a transaction of its own; a busy database may refuse it, then the next request tries again."""
    try:
        with write_mode(), runtime().session_factory() as own:
            own.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=runtime().clock.now()))
            own.commit()
    except SQLAlchemyError:
        log.warning("session_not_touched", session_id=session_id)
