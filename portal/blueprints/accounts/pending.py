"""The secret that is being set up: sealed in this browser's cookie, good for ten minutes and for this session only."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import session

from portal.domain.accounts.totp import new_secret
from portal.web.context import runtime, viewer

PURPOSE = "totp-setup"
KEY = "totp-setup"
GOOD_FOR = timedelta(minutes=10)


def begin() -> None:
    """Draw a secret and keep it until its first code confirms it."""
    plain = f"{runtime().clock.now().isoformat()} {new_secret()}"
    session[KEY] = runtime().keyring.encrypt(PURPOSE, plain.encode(), _context())


def secret() -> str | None:
    """The secret in base32, or None when there is none, it is too old or another session's."""
    sealed = session.get(KEY)
    if not isinstance(sealed, str):
        return None
    try:
        since, _, drawn = runtime().keyring.decrypt(PURPOSE, sealed, _context()).decode().partition(" ")
    except (ValueError, RuntimeError):
        return None
    return drawn if runtime().clock.now() - datetime.fromisoformat(since) <= GOOD_FOR else None


def _context() -> str:
    person = viewer()
    return f"{person.actor.user_id}/{person.session_id}" if person else ""
