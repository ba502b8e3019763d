"""What every change of the catalogue needs: the right, the locked row, its version, clean texts, an audit entry."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.audit.services import record
from portal.domain.emulation.catalogue_models import (
    EmulationBlock,
    EmulationMovement,
    EmulationTitle,
    RegistrationPeriod,
    RegistrationTarget,
)
from portal.domain.emulation.services.shared import check_version

RowT = TypeVar("RowT", EmulationBlock, EmulationMovement, EmulationTitle, RegistrationPeriod, RegistrationTarget)
Errors = dict[str, list[str]]
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
YEAR_RANGE = f"Năm phải từ {EARLIEST_YEAR} đến {LATEST_YEAR}."


class InUse(RuleBroken):
    """The record is used by others and cannot be removed."""

    message = "Mục này đang được dùng nên không xóa được."


def check_right(work: Work, permission: Permission) -> None:
    """Raise NotAllowed unless the actor holds the permission."""
    if not work.actor.can(permission):
        raise NotAllowed


def locked(work: Work, model: type[RowT], row_id: int, version: int) -> RowT:
    """The row, locked until the transaction ends. Raises NotFound, VersionConflict when it moved since it was read."""
    stmt = select(model).where(model.id == row_id).with_for_update().execution_options(populate_existing=True)
    found = work.session.scalars(stmt).one_or_none()
    if found is None:
        raise NotFound
    check_version(found.version, version)
    return found


def text_in(errors: Errors, field: str, value: str, limit: int, missing: str = "") -> str:
    """One line of text, cleaned; what is wrong goes into `errors`. `missing`: what to say when it is empty."""
    text = clean(value)
    if not text and missing:
        errors.setdefault(field, []).append(missing)
    elif len(text) > limit:
        errors.setdefault(field, []).append(f"Dài quá {limit} ký tự.")
    return text


def year_in(errors: Errors, field: str, year: int) -> int:
    """A year of this century's catalogue."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        errors.setdefault(field, []).append(YEAR_RANGE)
    return year


def new_code(stem: str) -> str:
    """A code that nobody has: the stem and six signs."""
    return f"{stem}-{secrets.token_hex(3).upper()}"


def refuse(errors: Mapping[str, list[str]]) -> None:
    """Raise InvalidInput when something is wrong."""
    if errors:
        raise InvalidInput(errors)


def changed_fields(row: Any, values: Mapping[str, Any]) -> list[str]:
    """Set the values that differ; the names of their fields in order."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    return changed


def audit(work: Work, action: str, object_type: str, object_id: int, detail: Mapping[str, Any]) -> None:
    """An audit entry about a record of the catalogue."""
    record(work, action, object_type, object_id, detail=detail)
