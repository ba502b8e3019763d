"""A workbook on its way in: received, its columns chosen, its rows kept, decided on, forgotten. Safe to repeat.

The caller has loaded the batch in scope, through the kind of the import, locked where it is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.core.bulk import insert_many
from portal.core.errors import RuleBroken
from portal.domain.access.actor import Work
from portal.domain.staging.enums import OPEN, ImportRowState, ImportState
from portal.domain.staging.models import ROW_TABLE, ImportBatch, ImportColumnChoice, ImportRow
from portal.domain.staging.queries import choices_of, old_batches, open_batches
from portal.domain.staging.rows import RowVerdict, StoredRow

KEEP = timedelta(days=30)
ROW_COLUMNS = ("batch_id", "number", "part", "state", "payload", "changes", "errors", "warnings")
S = ImportRowState


class ImportMoved(RuleBroken):
    """The records changed between the look at the rows and the decision; nothing was imported."""

    message = "Dữ liệu vừa được người khác sửa nên chưa nhập. Xin xem lại kết quả đối chiếu rồi nhập."


class ImportFinished(RuleBroken):
    """The batch was applied or given up before."""

    message = "Lần nhập này đã kết thúc. Xin tải tệp lên lại nếu cần nhập tiếp."


class RowsFaulty(RuleBroken):
    """All rows were asked for, and some are faulty."""

    message = (
        "Còn dòng cần sửa nên chưa nhập được tất cả. Xin chọn chỉ nhập các dòng hợp lệ, hoặc sửa tệp rồi tải lên lại."
    )


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file that was received: its name, where the store keeps it, its kind; how its likeliest sheet is laid out."""

    name: str
    sha256: str
    format: str
    layout: Mapping[str, Any] = field(default_factory=dict)


def begin_import(work: Work, kind: str, subject_id: int | None, unit_id: int, file: FileFacts) -> ImportBatch:
    """Keep a file until it is decided on; the actor's earlier ones for this record give way to it."""
    for earlier in work.session.scalars(open_batches(kind, subject_id, work.actor.user_id)):
        close_import(work, earlier, ImportState.CANCELLED)
    batch = ImportBatch(
        kind=kind,
        subject_id=subject_id,
        unit_id=unit_id,
        user_id=work.actor.user_id,
        file_name=file.name,
        sha256=file.sha256,
        file_format=file.format,
        layout=dict(file.layout),
        mapping={},
        notes=[],
        state=ImportState.MAPPING,
        created_at=work.clock.now(),
    )
    work.session.add(batch)
    work.session.flush()
    return batch


def choose_layout(work: Work, batch: ImportBatch, layout: Mapping[str, Any]) -> None:
    """Turn to another sheet or other rows of headings. Raises ImportFinished."""
    _check_open(batch)
    _forget_rows(work.session, batch)
    batch.state, batch.job_id = ImportState.MAPPING, None
    batch.layout = dict(layout)
    work.session.flush()


def choose_columns(
    work: Work, batch: ImportBatch, layout: Mapping[str, Any], mapping: Mapping[str, Any], memory: Mapping[str, str]
) -> None:
    """Settle which column is which field, remember it for the unit, and go on to reading. Raises ImportFinished."""
    _check_open(batch)
    _forget_rows(work.session, batch)
    batch.state, batch.job_id = ImportState.READING, None
    batch.layout, batch.mapping = dict(layout), dict(mapping)
    _remember(work, batch, memory)
    work.session.flush()


def put_rows(session: Session, rows: Sequence[StoredRow]) -> None:
    """Keep rows (see staging.rows.stored)."""
    insert_many(session, ROW_TABLE, ROW_COLUMNS, rows)


def drop_rows(session: Session, batch_id: int) -> None:
    """Forget the rows of a batch."""
    session.execute(delete(ROW_TABLE).where(ROW_TABLE.c.batch_id == batch_id))


def finish_reading(work: Work, batch: ImportBatch, states: Iterable[ImportRowState], notes: Sequence[str]) -> None:
    """All rows are kept: the batch waits for its decision. Raises ImportFinished."""
    _check_open(batch)
    _count(batch, states)
    batch.notes = list(notes)
    batch.state = ImportState.STAGED
    work.session.flush()


def change_verdicts(work: Work, batch: ImportBatch, verdicts: Mapping[tuple[int, int], RowVerdict]) -> None:
    """Store other verdicts (by number and part), before anything is decided. Raises ImportFinished."""
    if batch.state is not ImportState.STAGED:
        raise ImportFinished
    changes = [
        {
            "of_number": number,
            "of_part": part,
            "new_state": v.state,
            "new_changes": v.changes,
            "new_errors": v.errors,
            "new_notes": v.warnings,
        }
        for (number, part), v in verdicts.items()
    ]
    new = {"state": "new_state", "changes": "new_changes", "errors": "new_errors", "warnings": "new_notes"}
    values = {name: bindparam(param, type_=ROW_TABLE.c[name].type) for name, param in new.items()}
    columns = ROW_TABLE.c
    one = (columns.batch_id == batch.id, columns.number == bindparam("of_number"), columns.part == bindparam("of_part"))
    work.session.execute(update(ROW_TABLE).where(*one).values(**values), changes)
    work.session.expire_all()
    _count(batch, work.session.scalars(select(ImportRow.state).where(ImportRow.batch_id == batch.id)))
    work.session.flush()


def check_decidable(batch: ImportBatch, *, only_sound: bool) -> bool:
    """Whether the batch is still to be applied; False when it was. Raises ImportFinished, RowsFaulty."""
    if batch.state in (ImportState.APPLIED, ImportState.PARTLY):
        return False
    if batch.state is not ImportState.STAGED:
        raise ImportFinished
    if batch.faulty_count and not only_sound:
        raise RowsFaulty
    return True


def close_import(work: Work, batch: ImportBatch, state: ImportState) -> None:
    """Note how the batch ended; of one that is given up the rows are forgotten."""
    batch.state = state
    batch.finished_at = work.clock.now()
    batch.finished_by_id = work.actor.user_id
    if state is ImportState.CANCELLED:
        _forget_rows(work.session, batch, counts=False)
    work.session.flush()


def choices_before(work: Work, kind: str, unit_id: int, headings: Sequence[str]) -> dict[str, str]:
    """What the unit chose before for these headings."""
    return dict(work.session.execute(choices_of(kind, unit_id, headings)).all())


def drop_old_imports(work: Work) -> int:
    """Remove batches that were sent in more than thirty days ago, with what their rows say of people.

    Returns how many. Their files go with the daily search for files that no record names.
    """
    old = old_batches(work.clock.now() - KEEP)
    work.session.execute(delete(ImportRow).where(ImportRow.batch_id.in_(old)))
    done = work.session.execute(delete(ImportBatch).where(ImportBatch.id.in_(old)))
    return int(done.rowcount) if isinstance(done, CursorResult) else 0


def _check_open(batch: ImportBatch) -> None:
    if batch.state not in OPEN:
        raise ImportFinished


def _forget_rows(session: Session, batch: ImportBatch, *, counts: bool = True) -> None:
    drop_rows(session, batch.id)
    if counts:
        _count(batch, ())


def _count(batch: ImportBatch, found: Iterable[ImportRowState]) -> None:
    counts = Counter(found)
    batch.new_count, batch.changed_count = counts[S.NEW], counts[S.CHANGED]
    batch.same_count, batch.faulty_count = counts[S.SAME], counts[S.FAULTY]


def _remember(work: Work, batch: ImportBatch, memory: Mapping[str, str]) -> None:
    """Keep the choices for the unit's next workbook; two people who choose at once do not hinder each other."""
    if not memory:
        return
    dialect = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    common = {"unit_id": batch.unit_id, "kind": batch.kind, "chosen_at": work.clock.now()}
    asked = dialect.insert(ImportColumnChoice).values(
        [{**common, "heading": heading, "choice": choice} for heading, choice in sorted(memory.items())]
    )
    work.session.execute(
        asked.on_conflict_do_update(
            index_elements=["unit_id", "kind", "heading"],
            set_={"choice": asked.excluded.choice, "chosen_at": asked.excluded.chosen_at},
        )
    )
