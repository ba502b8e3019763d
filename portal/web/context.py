"""What a view asks for: the process's runtime, who acts, and the unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import abort, current_app, g, request
from sqlalchemy.orm import Session

from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.web.db import db


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person as pages show them; plain values, read at the start of the request."""

    actor: Actor
    session_id: int
    unit_name: str
    post: str
    theme: str
    must_change_password: bool
    needs_second_factor: bool
    has_second_factor: bool


def runtime() -> Runtime:
    """The process's settings, keys, files and clock."""
    return cast(Runtime, current_app.extensions["portal"])


def viewer() -> Viewer | None:
    """The signed-in person, or None."""
    return cast("Viewer | None", g.get("viewer"))


def actor() -> Actor:
    """The person who acts; 401 when nobody is signed in (access has normally refused before)."""
    found = viewer()
    if found is None:
        abort(401)
    return found.actor


def work() -> Work:
    """The unit of work of this request: hand it to services and queries."""
    giver_id: int | None = g.get("on_behalf_of_id")
    return Work(db.session(), actor(), runtime().clock, request_id(), request.remote_addr or "", giver_id)


def come_in_for(giver_id: int | None) -> None:
    """Remember in whose name alone the person may call this view: the giver of a delegation, or None."""
    g.on_behalf_of_id = giver_id


def anonymous_work() -> Work:
    """A unit of work for pages before sign-in: nobody acts yet."""
    return Work(db.session(), Actor(0, "", "", 0), runtime().clock, request_id(), request.remote_addr or "")


def detached_work(session: Session) -> Work:
    """A unit of work in a session apart from the request's (see web.transaction); nobody need be signed in."""
    person = viewer()
    who = person.actor if person else Actor(0, "", "", 0)
    return Work(session, who, runtime().clock, request_id(), request.remote_addr or "")


def request_id() -> str:
    return cast(str, g.get("request_id", ""))


def today() -> date:
    """The present day in Vietnam."""
    return runtime().clock.today()
