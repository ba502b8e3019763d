"""The transaction edge: a request that writes commits once, at the end, and only when its answer is below 400."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Flask, Response, g, request

from portal.core.db import read_mode, write_mode
from portal.domain.access.actor import Work
from portal.web.context import detached_work, runtime
from portal.web.db import db

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
log = structlog.get_logger("portal.transaction")


class PortalFlask(Flask):
    """Flask whose views run inside the unit of work of their request.

    It wraps the view rather than hooking in after the request: a commit that fails must still become an answer.
    """

    def dispatch_request(self) -> Response:
        if request.method in SAFE_METHODS:
            return self.make_response(super().dispatch_request())
        db.session.rollback()  # what sign-in read belongs to its own, finished transaction
        with write_mode():
            try:
                response = self.make_response(super().dispatch_request())
                if response.status_code < 400:
                    db.session.commit()
                    committed = True
                else:
                    db.session.rollback()
                    committed = False
            except BaseException:
                db.session.rollback()
                _run_anyway(g.pop("after_refusal", []))
                raise
        if committed:
            _run(g.pop("after_commit", []))
        else:
            _run_anyway(g.pop("after_refusal", []))
        return response


def after_commit(action: Callable[[], Any]) -> None:
    """Run `action` once the request's transaction is committed (waking the worker, for one).

    Not when it is rolled back.
    """
    g.setdefault("after_commit", []).append(action)


def after_refusal(action: Callable[[], Any]) -> None:
    """Run `action` when the request's transaction is over and was not committed: what must be kept although it failed.

    The action opens a transaction of its own; when it fails too, that is logged and the answer stays what it was.
    """
    g.setdefault("after_refusal", []).append(action)


def _run_anyway(actions: list[Callable[[], Any]]) -> None:
    for action in actions:
        try:
            action()
        except Exception as error:
            log.warning("not_kept", endpoint=request.endpoint, error=type(error).__name__)


def _run(actions: list[Callable[[], Any]]) -> None:
    for action in actions:
        action()


@contextmanager
def own_transaction() -> Iterator[Work]:
    """A unit of work apart from the request's, committed at the end: what it writes is kept although the request fails.

    Use it before the request's own first query: on SQLite the two would wait for each other.
    """
    with write_mode(), runtime().session_factory() as session:
        yield detached_work(session)
        session.commit()


@contextmanager
def own_reading() -> Iterator[Work]:
    """A unit of work apart from the request's that only reads and is over at the end: what slow checks rest on."""
    with read_mode(), runtime().session_factory() as session:
        yield detached_work(session)
