"""A workbook on its way into a registration: checked, staged, decided on. Safe to repeat at every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, Table, bindparam, delete, insert, select, update

from portal.core.errors import InvalidInput, NotFound, RuleBroken
from portal.domain.access.actor import Work
from portal.domain.emulation.import_enums import ImportRowState, ImportState
from portal.domain.emulation.import_models import ImportBatch, ImportRow
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.imports import get_import, rows_of
from portal.domain.emulation.services.bulk import apply_lines
from portal.domain.emulation.services.import_rows import RowInput, RowVerdict, check_rows, differs, kept, read_again
from portal.domain.emulation.services.shared import audit, begin_edit, giver_of, load_for_write

KEEP = timedelta(days=30)
S = ImportRowState


class ImportMoved(RuleBroken):
    """The lines changed between the look at the rows and the decision; nothing was imported."""

    message = "Danh sách vừa được người khác sửa nên chưa nhập. Xin xem lại kết quả đối chiếu rồi nhập."


class ImportFinished(RuleBroken):
    """The batch was applied or given up before."""

    message = "Lần nhập này đã kết thúc. Xin tải tệp lên lại nếu cần nhập tiếp."


class RowsFaulty(RuleBroken):
    """All rows were asked for, and some are faulty."""

    message = (
        "Còn dòng cần sửa nên chưa nhập được tất cả. Xin chọn chỉ nhập các dòng hợp lệ, hoặc sửa tệp rồi tải lên lại."
    )


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """What is kept of a workbook beside its rows."""

    file_name: str
    file_digest: str
    header_row: int
    columns: Mapping[str, str]
    notes: Sequence[str] = ()


def stage_import(
    work: Work,
    registration: EmulationRegistration,
    facts: WorkbookFacts,
    rows: Sequence[RowInput],
    verdicts: Sequence[RowVerdict],
) -> ImportBatch:
    """Keep a checked workbook until it is decided on; the actor's earlier one for this registration gives way to it.

    Raises NotAllowed, NotEditable.
    """
    begin_edit(work, registration)
    for earlier in _staged_by_actor(work, registration):
        _finish(work, earlier, ImportState.CANCELLED)
        _drop_rows(work, earlier)
    batch = ImportBatch(
        registration_id=registration.id,
        user_id=work.actor.user_id,
        file_name=facts.file_name,
        file_digest=facts.file_digest,
        header_row=facts.header_row,
        columns=dict(facts.columns),
        notes=list(facts.notes),
        created_at=work.clock.now(),
    )
    _count(batch, [verdict.state for verdict in verdicts])
    work.session.add(batch)
    work.session.flush()
    made = [{"batch_id": batch.id, **kept(row, verdict)} for row, verdict in zip(rows, verdicts, strict=True)]
    if made:
        work.session.execute(insert(ImportRow), made)
    _audit(work, registration, batch, "registration.import_staged", {"rows": len(made)})
    work.session.flush()
    return batch


def load_import(work: Work, registration_id: int, batch_id: int) -> ImportBatch:
    """A batch that the actor may decide on; NotFound otherwise."""
    found = work.session.scalars(get_import(work.actor, registration_id, batch_id, work.today())).one_or_none()
    if found is None:
        raise NotFound
    return found


def recheck(work: Work, batch: ImportBatch, registration: EmulationRegistration) -> dict[int, RowVerdict]:
    """The rows on which today's lines give another verdict than the one that is stored: row id to verdict."""
    rows = list(work.session.scalars(rows_of(batch.id)))
    verdicts = check_rows(work, registration, [read_again(row) for row in rows])
    return {row.id: verdict for row, verdict in zip(rows, verdicts, strict=True) if differs(row, verdict)}


def restage(work: Work, registration_id: int, batch_id: int, verdicts: Mapping[int, RowVerdict]) -> ImportBatch:
    """Store other verdicts, before anything is decided. Raises NotFound, ImportFinished."""
    batch = _locked(work, registration_id, batch_id)
    if batch.state is not ImportState.STAGED:
        raise ImportFinished
    changes = [
        {
            "row_id": row_id,
            "new_state": v.state,
            "new_changes": v.changes,
            "new_errors": v.errors,
            "new_notes": v.warnings,
        }
        for row_id, v in verdicts.items()
    ]
    table = _row_table()
    work.session.execute(
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(
            state=bindparam("new_state"),
            changes=bindparam("new_changes"),
            errors=bindparam("new_errors"),
            warnings=bindparam("new_notes"),
        ),
        changes,
    )
    work.session.expire_all()
    _count(batch, list(work.session.scalars(select(ImportRow.state).where(ImportRow.batch_id == batch_id))))
    work.session.flush()
    return batch


def apply_import(work: Work, registration_id: int, batch_id: int, *, only_sound: bool) -> ImportBatch:
    """Bring the batch's rows into the registration in one transaction: all, or the sound ones by explicit choice.

    A second call changes nothing and gives the finished batch.
    Raises NotFound, NotAllowed, NotEditable, RowsFaulty, ImportFinished (given up), ImportMoved (other than was shown).
    """
    registration = load_for_write(work, registration_id)
    batch = _locked(work, registration_id, batch_id)
    if batch.state in (ImportState.APPLIED, ImportState.PARTLY):
        return batch
    if batch.state is ImportState.CANCELLED:
        raise ImportFinished
    if batch.faulty_count and not only_sound:
        raise RowsFaulty
    shown = (batch.new_count, batch.changed_count, batch.same_count)
    sound = [read_again(row).command for row in work.session.scalars(rows_of(batch.id)) if row.state is not S.FAULTY]
    try:
        outcome = apply_lines(work, registration, [command for command in sound if command is not None])
    except InvalidInput as error:
        raise ImportMoved from error
    if (outcome.new, outcome.changed, outcome.same) != shown:
        raise ImportMoved
    batch = _locked(work, registration_id, batch_id)
    _finish(work, batch, ImportState.PARTLY if batch.faulty_count else ImportState.APPLIED)
    detail = {"new": outcome.new, "changed": outcome.changed, "same": outcome.same, "left": batch.faulty_count}
    _audit(work, registration, batch, "registration.import_applied", detail)
    work.session.flush()
    return batch


def cancel_import(work: Work, registration_id: int, batch_id: int) -> ImportBatch:
    """Give the batch up and forget its rows. A second call changes nothing. Raises NotFound, ImportFinished."""
    registration = load_for_write(work, registration_id)
    batch = _locked(work, registration_id, batch_id)
    if batch.state is ImportState.CANCELLED:
        return batch
    if batch.state is not ImportState.STAGED:
        raise ImportFinished
    _finish(work, batch, ImportState.CANCELLED)
    _drop_rows(work, batch)
    _audit(work, registration, batch, "registration.import_cancelled")
    work.session.flush()
    return batch


def drop_old_imports(work: Work) -> int:
    """Remove batches that were read more than thirty days ago, with what their rows say of people; returns how many."""
    old = select(ImportBatch.id).where(ImportBatch.created_at < work.clock.now() - KEEP)
    work.session.execute(delete(ImportRow).where(ImportRow.batch_id.in_(old)))
    done: CursorResult[Any] = work.session.execute(delete(ImportBatch).where(ImportBatch.id.in_(old)))  # type: ignore[assignment]
    return done.rowcount


def _locked(work: Work, registration_id: int, batch_id: int) -> ImportBatch:
    stmt = get_import(work.actor, registration_id, batch_id, work.today())
    found = work.session.scalars(
        stmt.with_for_update(of=ImportBatch).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _staged_by_actor(work: Work, registration: EmulationRegistration) -> list[ImportBatch]:
    stmt = select(ImportBatch).where(
        ImportBatch.registration_id == registration.id,
        ImportBatch.user_id == work.actor.user_id,
        ImportBatch.state == ImportState.STAGED,
    )
    return list(work.session.scalars(stmt.with_for_update(of=ImportBatch)))


def _finish(work: Work, batch: ImportBatch, state: ImportState) -> None:
    batch.state = state
    batch.finished_at = work.clock.now()
    batch.finished_by_id = work.actor.user_id


def _drop_rows(work: Work, batch: ImportBatch) -> None:
    work.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))


def _count(batch: ImportBatch, found: Sequence[ImportRowState]) -> None:
    counts = Counter(found)
    batch.new_count, batch.changed_count = counts[S.NEW], counts[S.CHANGED]
    batch.same_count, batch.faulty_count = counts[S.SAME], counts[S.FAULTY]


def _row_table() -> Table:
    table = ImportRow.__table__
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    return table


def _audit(
    work: Work,
    registration: EmulationRegistration,
    batch: ImportBatch,
    action: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    known = {"import": batch.id, "sha256": batch.file_digest, **(detail or {})}
    audit(work, registration, action, known, giver_of(work, registration))
