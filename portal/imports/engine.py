"""The way of every import: a file is laid out, its columns are chosen, its rows are read and checked, then applied.

Nothing here commits, and all that reads files or checks rows changes nothing: pages and jobs call it before they write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from portal.core.collector import paused_collector
from portal.core.errors import InvalidInput, NotFound
from portal.core.filestore import FileStore
from portal.domain.access.actor import Work
from portal.domain.staging import queries, services
from portal.domain.staging.enums import ImportRowState, ImportState
from portal.domain.staging.models import ImportBatch
from portal.domain.staging.rows import Outcome, Rows, RowVerdict, StoredRow, Verdicts, from_stored, stored, verdict_of
from portal.imports._body import read_body
from portal.imports._book import Book, BookFormat, peek_book, read_book
from portal.imports._cells import text_of
from portal.imports._errors import WorkbookRefused
from portal.imports._header import header_from
from portal.imports._package import PackageLimits
from portal.imports.kinds import ImportKind, ImportTarget, kinds
from portal.imports.mapping import (
    Layout,
    column_map,
    is_sure,
    lay_out,
    memory_keys,
    remembered,
    says_group,
    to_remember,
)
from portal.imports.spec import ColumnMap

GONE = "Tệp đã tải lên không còn trong kho. Xin tải tệp lên lại."
EMPTY_TABLE = "Không có dòng nào được điền dưới dòng tiêu đề."


@dataclass(frozen=True, slots=True)
class Staged:
    """What a file holds and would do: its rows with what is said of each, sentences about it as a whole."""

    rows: Rows
    verdicts: Verdicts
    notes: Sequence[str]

    @paused_collector()
    def stored(self, batch_id: int) -> list[StoredRow]:
        """The rows as they are kept."""
        return stored(batch_id, self.rows, self.verdicts)

    def digest(self) -> str:
        """A short word for what the rows say: another word, another outcome."""
        v = self.verdicts
        told = repr(("".join(state.value[0] for state in v.states), v.changes, v.errors, v.warnings))
        return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The rows of a file, and sentences about it as a whole."""

    rows: Rows
    notes: Sequence[str]


def load_batch(work: Work, batch_id: int, *, lock: bool = False) -> tuple[ImportKind, ImportBatch]:
    """A batch that the actor may decide on, with its kind. Raises NotFound."""
    key = work.session.scalars(queries.kind_of(batch_id)).one_or_none()
    kind = kinds().get(key or "")
    if kind is None:
        raise NotFound
    stmt = kind.batches(work).where(ImportBatch.id == batch_id)
    if lock:
        stmt = stmt.with_for_update(of=ImportBatch).execution_options(populate_existing=True)
    batch = work.session.scalars(stmt).one_or_none()
    if batch is None:
        raise NotFound
    return kind, batch


@paused_collector()
def inspect(stream: BinaryIO, limits: PackageLimits, kind: ImportKind, target: ImportTarget) -> tuple[Book, Layout]:
    """Look at a file and say how its likeliest sheet is laid out. Raises WorkbookRefused."""
    book = peek_book(stream, limits)
    return book, lay_out(book, kind.fields, target.looks)


def with_memory(work: Work, kind: ImportKind, unit_id: int, layout: Layout) -> Layout:
    """The layout with what the unit chose before."""
    kept = services.choices_before(work, kind.key, unit_id, memory_keys(layout, kind.fields))
    return remembered(layout, kept, kind.fields)


@dataclass(frozen=True, slots=True)
class Source:
    """A received file: the store, its content there, its kind, and how many rows may be taken from it."""

    files: FileStore
    sha256: str
    format: str
    most_rows: int

    def book(self, only: str | None = None) -> Book:
        """The file, read again. Raises WorkbookRefused."""
        try:
            with self.files.open(self.sha256) as stream:
                return read_book(stream, BookFormat(self.format), only)
        except FileNotFoundError as error:
            raise WorkbookRefused(GONE) from error


def source_of(files: FileStore, batch: ImportBatch, most_rows: int) -> Source:
    """The file of a batch."""
    return Source(files, batch.sha256, batch.file_format, most_rows)


def layout_of(batch: ImportBatch) -> Layout:
    """How the file of a batch is laid out. Raises WorkbookRefused for a batch whose file was never kept."""
    if not batch.layout:
        raise WorkbookRefused(GONE)
    return Layout.from_json(batch.layout)


def turn_to(source: Source, kind: ImportKind, target: ImportTarget, sheet: str, row: int) -> Layout:
    """How another sheet, or other headings (from row `row`, from 0; -1: found anew), is laid out."""
    book = source.book()
    chosen = sheet if book.sheet(sheet) is not None else None
    return lay_out(book, kind.fields, target.looks, chosen, row if row >= 0 else None)


def settle(work: Work, kind: ImportKind, batch: ImportBatch, layout: Layout) -> None:
    """Keep the choice of columns; the batch then waits to be read."""
    memory = to_remember(layout, kind.fields)
    services.choose_columns(work, batch, layout.as_json(), column_map(layout).as_json(), memory)


def is_plain(layout: Layout, kind: ImportKind) -> bool:
    """Whether a file needs no look at its columns."""
    return is_sure(layout, kind.fields)


@paused_collector()
def read_file(source: Source, kind: ImportKind, target: ImportTarget, layout: Layout) -> ReadFile:
    """The rows of a received file as commands. Raises WorkbookRefused."""
    sheet = source.book(layout.sheet).sheet(layout.sheet)
    if sheet is None:
        raise WorkbookRefused(GONE)
    header = header_from(sheet, layout.first)
    mapping = column_map(layout)
    above = [text for row in sheet.cells[: header.first] for value in row if (text := text_of(value))]
    says = says_group(kind.fields, target.looks)
    most = min(kind.most_rows, source.most_rows)
    body = read_body(sheet, header, mapping, kind.fields, says, most)
    target.read(body.rows)
    notes = [*target.notes(above), *layout.notes, *body.notes(mapping.groups), *_unread_columns(layout)]
    if not body.rows.numbers:
        notes.append(EMPTY_TABLE)
    return ReadFile(body.rows, notes)


@paused_collector()
def check(work: Work, target: ImportTarget, read: ReadFile) -> Staged:
    """What the rows would do as things stand. Raises InvalidInput (file) on the whole."""
    return Staged(read.rows, verdicts_of(work, target, read.rows), read.notes)


def verdicts_of(work: Work, target: ImportTarget, rows: Rows) -> Verdicts:
    """The verdict on each row; those that make no command are faulty by what was read."""
    sound = rows.sound()
    found = target.check(work, [rows.commands[index] for index in sound])
    if len(sound) == len(rows):
        places: Sequence[int] = range(len(rows))
        states = found.states
    else:
        places = sound
        states = [ImportRowState.FAULTY] * len(rows)
        for index, state in zip(sound, found.states, strict=True):
            states[index] = state
    warnings = {**rows.warnings}
    for place, told in found.warnings.items():
        warnings[places[place]] = [*rows.warnings.get(places[place], ()), *told]
    return Verdicts(
        states,
        {places[place]: changes for place, changes in found.changes.items()},
        rows.errors | {places[place]: errors for place, errors in found.errors.items()},
        warnings,
    )


def keep_staged(work: Work, kind: ImportKind, batch: ImportBatch, staged: Staged) -> None:
    """Keep what was read and checked; the batch then waits for its decision."""
    services.drop_rows(work.session, batch.id)
    services.put_rows(work.session, staged.stored(batch.id))
    end_reading(work, kind, batch, staged)


def end_reading(work: Work, kind: ImportKind, batch: ImportBatch, staged: Staged) -> None:
    """All rows are kept: count them and record it."""
    services.finish_reading(work, batch, staged.verdicts.states, staged.notes)
    kind.record(work, batch, "staged", {"rows": len(staged.rows)})


@paused_collector()
def moved_rows(work: Work, batch: ImportBatch, target: ImportTarget) -> dict[tuple[int, int], RowVerdict]:
    """The rows that would do something else now than was shown, by number and part."""
    kept = work.session.execute(queries.verdicts_of(batch.id)).all()
    rows = _read_again(target, [(row.number, row.part, row.payload) for row in kept])
    verdicts = verdicts_of(work, target, rows)
    found = ((row, verdict_of(verdicts, index)) for index, row in enumerate(kept))
    return {
        (row.number, row.part): verdict
        for row, verdict in found
        if (row.state, row.changes or None, row.errors or None) != (verdict.state, verdict.changes, verdict.errors)
    }


def apply_batch(
    work: Work, kind: ImportKind, batch: ImportBatch, *, only_sound: bool, target: ImportTarget | None = None
) -> Outcome | None:
    """Bring the rows of a locked batch in, in this transaction: all, or the sound ones by explicit choice.

    None when that was done before. Raises RowsFaulty, ImportFinished (given up), ImportMoved (other than was shown).
    """
    if not services.check_decidable(batch, only_sound=only_sound):
        return None
    target = target or kind.target(work, batch.subject_id)
    shown = Outcome(batch.new_count, batch.changed_count, batch.same_count)
    faulty = batch.faulty_count
    kept = work.session.execute(queries.verdicts_of(batch.id))
    sound = [(row.number, row.part, row.payload) for row in kept if row.state is not ImportRowState.FAULTY]
    rows = _read_again(target, sound)
    try:
        outcome = target.apply(work, [command for command in rows.commands if command is not None])
    except InvalidInput as error:
        raise services.ImportMoved from error
    if outcome != shown:
        raise services.ImportMoved
    services.close_import(work, batch, ImportState.PARTLY if faulty else ImportState.APPLIED)
    detail = {"new": outcome.new, "changed": outcome.changed, "same": outcome.same, "left": faulty}
    kind.record(work, batch, "applied", detail)
    return outcome


def cancel_batch(work: Work, kind: ImportKind, batch: ImportBatch) -> None:
    """Give a locked batch up. A second call changes nothing. Raises ImportFinished when it was applied."""
    if batch.state is ImportState.CANCELLED:
        return
    if batch.state in (ImportState.APPLIED, ImportState.PARTLY):
        raise services.ImportFinished
    services.close_import(work, batch, ImportState.CANCELLED)
    kind.record(work, batch, "cancelled", {})


def _read_again(target: ImportTarget, kept: Sequence[tuple[int, int, Mapping[str, Any]]]) -> Rows:
    """Stored rows, read anew."""
    rows = from_stored([number for number, _, _ in kept], [part for _, part, _ in kept], [p for _, _, p in kept])
    target.read(rows)
    return rows


def place_of(mapping: ColumnMap, fallback: str, row_places: Mapping[str, int] | None, key: str) -> int:
    """The column (from 0) that a message about a field names; what has none is told at the field `fallback`."""
    if row_places and key in row_places:
        return row_places[key]
    found = mapping.place(key)
    return found if found is not None else mapping.place(fallback) or 0


def _unread_columns(layout: Layout) -> list[str]:
    unread_columns = [column for column in layout.columns if not column.choice and column.heading]
    if not unread_columns:
        return []
    names = ", ".join(f"“{column.heading[:60]}”" for column in unread_columns[:3])
    return [f"Không đọc {len(unread_columns)} cột: {names}{'…' if len(unread_columns) > 3 else ''}."]
