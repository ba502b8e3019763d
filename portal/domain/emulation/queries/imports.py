"""Workbooks that were read for a registration: for those who may edit it, and for nobody else."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, select

from portal.domain.access.actor import Actor
from portal.domain.access.enums import Permission
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.registrations import visible_registrations
from portal.domain.staging.models import ImportBatch

LINES = "emulation.lines"
"""The kind of imports that bring lines into a registration."""


def line_imports(actor: Actor, on: date) -> Select[ImportBatch]:
    """The batches of the registrations that the actor may edit (in whatever state those stand)."""
    editable = actor.unit_ids(Permission.REGISTRATION_EDIT)
    known = visible_registrations(actor, on).with_only_columns(EmulationRegistration.id).order_by(None)
    return (
        select(ImportBatch)
        .join(EmulationRegistration, EmulationRegistration.id == ImportBatch.subject_id)
        .where(
            ImportBatch.kind == LINES,
            EmulationRegistration.unit_id.in_(sorted(editable)),
            EmulationRegistration.id.in_(known),
        )
        .order_by(ImportBatch.id)
    )
