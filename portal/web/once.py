"""What may be seen once (recovery codes, a first password): sealed in the cookie from a POST to the page after it."""

from __future__ import annotations

import json

from flask import request, session

from portal.web.context import runtime, viewer

PURPOSE = "once"


def keep_once(name: str, values: list[str]) -> None:
    """Keep values for the next page of this session; they open in this session only."""
    session[_key(name)] = runtime().keyring.encrypt(PURPOSE, json.dumps(values).encode(), _context(name))


def take_once(name: str) -> list[str] | None:
    """The values, which are then gone; None when there are none (seen already, or another session's)."""
    sealed = session.get(_key(name)) if request.method == "HEAD" else session.pop(_key(name), None)
    if not isinstance(sealed, str):
        return None
    try:
        values = json.loads(runtime().keyring.decrypt(PURPOSE, sealed, _context(name)))
    except (ValueError, LookupError, RuntimeError):
        return None
    return [str(v) for v in values]


def take_one(name: str) -> str | None:
    """The first of the values, or None."""
    return next(iter(take_once(name) or []), None)


def _key(name: str) -> str:
    return f"once-{name}"


def _context(name: str) -> str:
    person = viewer()
    return f"{name}/{person.session_id if person else 0}"
