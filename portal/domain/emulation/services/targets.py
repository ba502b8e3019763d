"""The plan's numbers of a year: one table that is edited as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.core.confidence import Confidence
from portal.core.errors import NotFound, VersionConflict
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationTarget
from portal.domain.emulation.services.catalogue_shared import (
    Errors,
    audit,
    changed_fields,
    check_right,
    new_code,
    refuse,
    text_in,
    year_in,
)

TARGET = "registration_target"
MOST = 1_000_000
CODES_LENGTH = 120


@dataclass(frozen=True, slots=True)
class TargetData:
    """A row of the table. Without titles it is the share of units that register, in per cent."""

    label: str
    number: int
    unit_of_measure: str
    source: str
    title_codes: Sequence[str] = ()
    confidence: Confidence = Confidence.UNSURE


@dataclass(frozen=True, slots=True)
class TargetChange:
    """A row as it was read (`version`) and as it should be; None: it is to go."""

    version: int
    data: TargetData | None


def update_targets(work: Work, year: int, changes: Mapping[int, TargetChange], added: Sequence[TargetData] = ()) -> int:
    """Bring the table of a year to what was typed; returns how many rows were added, changed or removed.

    Raises NotAllowed, NotFound, VersionConflict, InvalidInput: fields `<row id>-<field>`, `new<n>-<field>`, `year`.
    """
    check_right(work, Permission.CATALOGUE_MANAGE)
    rows = _locked(work, year, changes)
    titles = set(work.session.scalars(select(EmulationTitle.code)))
    errors: Errors = {}
    if added:
        year_in(errors, "year", year)
    wanted = {
        key: _values(f"{key}-", change.data, titles, errors)
        for key, change in changes.items()
        if change.data is not None
    }
    fresh = [_values(f"new{index}-", data, titles, errors) for index, data in enumerate(added)]
    refuse(errors)
    count = 0
    for key, change in changes.items():
        count += _change(work, rows[key], wanted.get(key) if change.data is not None else None)
    for values in fresh:
        made = RegistrationTarget(code=new_code(str(year)), year=year, **values)
        work.session.add(made)
        work.session.flush()
        audit(work, "target.created", TARGET, made.id, {"label": made.label, "number": made.number})
    work.session.flush()
    return count + len(fresh)


def _locked(work: Work, year: int, changes: Mapping[int, TargetChange]) -> dict[int, RegistrationTarget]:
    stmt = select(RegistrationTarget).where(RegistrationTarget.year == year).order_by(RegistrationTarget.id)
    found = work.session.scalars(stmt.with_for_update().execution_options(populate_existing=True))
    rows = {row.id: row for row in found}
    if not changes.keys() <= rows.keys():
        raise NotFound
    if any(rows[key].version != change.version for key, change in changes.items()):
        raise VersionConflict
    return rows


def _change(work: Work, row: RegistrationTarget, values: Mapping[str, Any] | None) -> int:
    if values is None:
        audit(work, "target.deleted", TARGET, row.id, {"label": row.label, "number": row.number})
        work.session.delete(row)
        return 1
    before = {name: getattr(row, name) for name in values}
    fields = changed_fields(row, values)
    if fields:
        changes = {name: [str(before[name]), str(values[name])] for name in fields}
        audit(work, "target.updated", TARGET, row.id, changes)
    return bool(fields)


def _values(prefix: str, data: TargetData, titles: Collection[str], errors: Errors) -> dict[str, Any]:
    codes = sorted({code for code in data.title_codes if code})
    joined = "|".join(codes)
    if any(code not in titles for code in codes) or len(joined) > CODES_LENGTH:
        errors.setdefault(f"{prefix}title_codes", []).append("Chọn danh hiệu, hình thức trong danh mục.")
    limit = MOST if codes else 100
    if not 0 <= data.number <= limit:
        what = "Nhập số từ 0 đến 1.000.000." if codes else "Nhập tỷ lệ từ 0 đến 100."
        errors.setdefault(f"{prefix}number", []).append(what)
    return {
        "label": text_in(errors, f"{prefix}label", data.label, 200, "Nhập nội dung chỉ tiêu."),
        "number": data.number,
        "unit_of_measure": text_in(errors, f"{prefix}unit_of_measure", data.unit_of_measure, 40, "Nhập đơn vị tính."),
        "source": text_in(errors, f"{prefix}source", data.source, 200, "Nhập căn cứ của chỉ tiêu."),
        "title_codes": joined,
        "confidence": data.confidence,
    }
