"""Doing one thing to many rows: each row by itself, through its own service; what cannot be done is passed over with
its reason, and the rest is done. Safe to repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from portal.core.errors import InvalidInput, NotFound, PortalError, RuleBroken, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.audit.services import attempt, record
from portal.domain.lists.models import BulkRun
from portal.domain.lists.queries import one_run

MOST_ROWS = 200
"""How many rows one run takes: it is one transaction, and others wait for its locks."""
KEEP = timedelta(days=30)
MOVED = "Người khác vừa thay đổi dòng này. Xin xem lại rồi thực hiện riêng."


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A row that was chosen: its key as the list gave it, and how people call it."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class BulkCall:
    """What is done to which rows: `token` is the request's own, so that the same once more does nothing."""

    token: str
    list_name: str
    action: str
    rows: Sequence[BulkRow]
    detail: dict[str, Any]


def run_each(work: Work, call: BulkCall, act: Callable[[BulkRow], Any], undoable: bool = False) -> BulkRun:
    """Call `act` for each row in a savepoint of its own; what it returns is kept for the undo when it is `undoable`.

    A row whose service refuses (PortalError) is passed over with the reason. The same token again gives the run that is
    there. Writes one audit entry about the run beside those that the rows' own services write.
    """
    before: BulkRun | None = work.session.scalars(_by_token(work, call.token)).one_or_none()
    if before is not None:
        return before
    done = 0
    skipped: list[list[str]] = []
    kept: list[list[Any]] = []
    for row in call.rows:
        try:
            with attempt(work.session):
                given = act(row)
        except (PortalError, StaleDataError) as error:
            skipped.append([row.label, reason_of(error)])
            continue
        done += 1
        if undoable and given is not None:
            kept.append([row.label, given])
    return _put(work, call, done, skipped, kept)


def undo_run(work: Work, run_id: int, back: Callable[[Any], Any]) -> BulkRun:
    """Take back what a run did, row by row as far as it still can be; a second call changes nothing.

    Raises NotFound, RuleBroken (nothing to take back).
    """
    run = work.session.scalars(one_run(work.actor, run_id).with_for_update()).one_or_none()
    if run is None:
        raise NotFound
    rows: list[list[Any]] = run.undo.get("rows", [])
    if run.undone_at is not None:
        return run
    if not rows:
        raise RuleBroken("Lần thực hiện này không hoàn tác được.")
    restored = 0
    failed: list[list[str]] = []
    for label, kept in reversed(rows):
        try:
            with attempt(work.session):
                back(kept)
            restored += 1
        except (PortalError, StaleDataError) as error:
            failed.append([label, reason_of(error)])
    run.undone_at = work.clock.now()
    run.result = {**run.result, "restored": restored, "not_restored": failed}
    detail = {"list": run.list_name, "bulk_action": run.action, "done": restored, "skipped": len(failed)}
    record(work, "list.bulk_undone", "bulk_run", run.id, detail=detail)
    work.session.flush()
    return run


def drop_old_runs(work: Work) -> int:
    """Remove the results of runs of long ago, with the names in them; returns how many."""
    old = delete(BulkRun).where(BulkRun.at < work.clock.now() - KEEP).returning(BulkRun.id)
    return len(work.session.scalars(old).all())


def reason_of(error: Exception) -> str:
    """Why a row was passed over, in a sentence."""
    if isinstance(error, VersionConflict | StaleDataError):
        return MOVED
    if isinstance(error, InvalidInput):
        return " ".join(text for texts in error.errors.values() for text in texts)
    return error.message if isinstance(error, PortalError) else MOVED


def _by_token(work: Work, token: str) -> Any:
    return select(BulkRun).where(BulkRun.user_id == work.actor.user_id, BulkRun.token == token)


def _put(work: Work, call: BulkCall, done: int, skipped: list[list[str]], kept: list[Any]) -> BulkRun:
    run = BulkRun(
        user_id=work.actor.user_id,
        token=call.token,
        list_name=call.list_name,
        action=call.action,
        at=work.clock.now(),
        done=done,
        result={"skipped": skipped},
        undo={"rows": kept} if kept else {},
    )
    try:
        with attempt(work.session):
            work.session.add(run)
    except IntegrityError as error:  # the same request at the same moment, in another process
        raise RuleBroken("Yêu cầu này vừa được thực hiện. Xin tải lại danh sách để xem kết quả.") from error
    detail = {"list": call.list_name, "bulk_action": call.action, "done": done, "skipped": len(skipped), **call.detail}
    record(work, "list.bulk_done", "bulk_run", run.id, detail=detail)
    return run
