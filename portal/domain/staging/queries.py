"""Workbooks on their way in. Who may see one is said by the kind of the import: its feature's query loads the batch."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.domain.accounts.models import UserAccount
from portal.domain.staging.enums import OPEN, ImportRowState, ImportState
from portal.domain.staging.models import ImportBatch, ImportColumnChoice, ImportRow

UNSCOPED = {
    "kind_of": "the kind alone; its own scoped query then loads the batch",
    "latest_batches": "cut by the feature that shows them to those who may import there",
    "own_batches": "the actor's own batches",
    "open_batches": "the actor's own batches that are not decided on",
    "rows_of": "the rows of a batch that was loaded in scope",
    "verdicts_of": "the rows of a batch that was loaded in scope",
    "choices_of": "what the unit of a batch loaded in scope chose before",
    "old_batches": "the house's own cleaning",
}


def kind_of(batch_id: int) -> Select[str]:
    """The kind of a batch."""
    return select(ImportBatch.kind).where(ImportBatch.id == batch_id)


def latest_batches(
    kind: str, subject_id: int | None, user_id: int | None = None, most: int = 10
) -> Select[ImportBatch, str]:
    """The latest batches into a record that were not given up, each with the name of the person who sent it in.

    `user_id` keeps to that person's.
    """
    stmt = (
        select(ImportBatch, UserAccount.full_name)
        .join(UserAccount, UserAccount.id == ImportBatch.user_id)
        .where(
            ImportBatch.kind == kind,
            ImportBatch.subject_id == subject_id if subject_id is not None else ImportBatch.subject_id.is_(None),
            ImportBatch.state != ImportState.CANCELLED,
        )
        .order_by(ImportBatch.id.desc())
        .limit(most)
    )
    return stmt if user_id is None else stmt.where(ImportBatch.user_id == user_id)


def own_batches(kind: str, user_id: int) -> Select[ImportBatch]:
    """A person's batches of a kind that nobody else decides on."""
    return select(ImportBatch).where(ImportBatch.kind == kind, ImportBatch.user_id == user_id).order_by(ImportBatch.id)


def open_batches(kind: str, subject_id: int | None, user_id: int) -> Select[ImportBatch]:
    """A person's batches into a record that are not decided on, locked."""
    return (
        select(ImportBatch)
        .where(
            ImportBatch.kind == kind,
            ImportBatch.subject_id == subject_id if subject_id is not None else ImportBatch.subject_id.is_(None),
            ImportBatch.user_id == user_id,
            ImportBatch.state.in_(OPEN),
        )
        .order_by(ImportBatch.id)
        .with_for_update(of=ImportBatch)
    )


def rows_of(batch_id: int, state: ImportRowState | None = None) -> Select[ImportRow]:
    """The rows in the workbook's order, all or those of one state."""
    stmt = select(ImportRow).where(ImportRow.batch_id == batch_id).order_by(ImportRow.number, ImportRow.part)
    return stmt if state is None else stmt.where(ImportRow.state == state)


def verdicts_of(batch_id: int) -> Select[*tuple[Any, ...]]:
    """What is kept of all rows, as plain columns."""
    return (
        select(
            ImportRow.number, ImportRow.part, ImportRow.state, ImportRow.payload, ImportRow.changes, ImportRow.errors
        )
        .where(ImportRow.batch_id == batch_id)
        .order_by(ImportRow.number, ImportRow.part)
    )


def choices_of(kind: str, unit_id: int, headings: Collection[str]) -> Select[str, str]:
    """What the unit chose before for these headings: (heading, choice)."""
    return (
        select(ImportColumnChoice.heading, ImportColumnChoice.choice)
        .where(
            ImportColumnChoice.kind == kind,
            ImportColumnChoice.unit_id == unit_id,
            ImportColumnChoice.heading.in_(sorted(headings)),
        )
        .order_by(ImportColumnChoice.heading)
    )


def old_batches(before: datetime) -> Select[int]:
    """Batches that were sent in before an instant."""
    return select(ImportBatch.id).where(ImportBatch.created_at < before)
