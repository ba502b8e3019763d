"""Workbooks that were read for a registration: for those who may edit it, and for nobody else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, select

from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission
from portal.domain.accounts.models import UserAccount
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.import_enums import ImportRowState, ImportState
from portal.domain.emulation.import_models import ImportBatch, ImportRow
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.registrations import visible_registrations

UNSCOPED = {
    "rows_of": "the rows of a batch that was loaded in scope",
    "title_names": "a catalogue that everyone reads",
}


def get_import(actor: Actor, registration_id: int, batch_id: int, on: date) -> Select[ImportBatch]:
    """One batch of a registration that the actor may edit (in whatever state it stands)."""
    return _batches(actor, registration_id, on).where(ImportBatch.id == batch_id)


def imports_of(actor: Actor, registration_id: int, on: date, most: int = 10) -> Select[ImportBatch, str]:
    """The latest batches of a registration, each with the name of the person who sent it in."""
    return (
        _batches(actor, registration_id, on)
        .add_columns(UserAccount.full_name)
        .join(UserAccount, UserAccount.id == ImportBatch.user_id)
        .where(ImportBatch.state != ImportState.CANCELLED)
        .order_by(ImportBatch.id.desc())
        .limit(most)
    )


def rows_of(batch_id: int, state: ImportRowState | None = None) -> Select[ImportRow]:
    """The rows in the workbook's order, all or those of one state."""
    stmt = select(ImportRow).where(ImportRow.batch_id == batch_id).order_by(ImportRow.number)
    return stmt if state is None else stmt.where(ImportRow.state == state)


def title_names(title_ids: Collection[int]) -> Select[int, str]:
    """The names of titles by their id."""
    return select(EmulationTitle.id, EmulationTitle.name).where(EmulationTitle.id.in_(sorted(title_ids)))


def _batches(actor: Actor, registration_id: int, on: date) -> Select[ImportBatch]:
    editable = actor.unit_ids(Permission.REGISTRATION_EDIT)
    known = visible_registrations(actor, on).with_only_columns(EmulationRegistration.id).order_by(None)
    return (
        select(ImportBatch)
        .join(EmulationRegistration, EmulationRegistration.id == ImportBatch.registration_id)
        .where(
            ImportBatch.registration_id == registration_id,
            EmulationRegistration.unit_id.in_(sorted(editable)),
            EmulationRegistration.id.in_(known),
        )
    )
