"""What several views of units need."""

from __future__ import annotations

from datetime import date

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.core.errors import InvalidInput, NotAllowed, NotFound
from portal.domain.access.enums import Permission
from portal.domain.units import queries
from portal.domain.units.models import Unit
from portal.domain.units.policies import can_manage, can_restructure
from portal.domain.units.rules import day_within
from portal.web.context import actor, today, work


def unit_of(unit_id: int) -> Unit:
    """The unit, when the actor may read of it. Raises NotFound."""
    row = work().session.execute(queries.one_seen(actor(), unit_id)).one_or_none()
    if row is None:
        raise NotFound
    unit: Unit = row[0]
    return unit


def managed_unit(unit_id: int) -> Unit:
    """The unit, when the actor may correct it. Raises NotFound, NotAllowed."""
    unit = unit_of(unit_id)
    if not can_manage(work(), unit_id):
        raise NotAllowed
    return unit


def restructured_unit(unit_id: int) -> Unit:
    """The unit, when the actor may change what becomes of it. Raises NotFound, NotAllowed."""
    unit = unit_of(unit_id)
    if not can_restructure(work(), unit_id):
        raise NotAllowed
    return unit


def named_unit(text: str, field: str, permission: Permission = Permission.UNIT_MANAGE) -> Unit:
    """The one unit in reach today that a lookup field names. Raises InvalidInput on that field."""
    found = work().session.scalars(queries.named(actor(), text, today(), permission)).all()
    if not found:
        raise InvalidInput(
            {field: ["Không thấy đơn vị này trong phạm vi quản lý. Gõ mã hoặc tên rồi chọn trong gợi ý."]}
        )
    if len(found) > 1 and found[0].code != text.split(" – ", maxsplit=1)[0].strip():
        raise InvalidInput({field: ["Có nhiều đơn vị cùng tên. Nhập mã đơn vị."]})
    return found[0]


def lookup_text(unit: Unit) -> str:
    """What a lookup field shows for a unit."""
    return f"{unit.code} – {unit.name}"


def shown_day(unit: Unit) -> date:
    """The day on which a unit is shown: today, or the nearest day on which it exists."""
    return day_within(unit.valid_from, unit.valid_to, today())


def kind_choices() -> list[SelectChoice]:
    """Kinds for a select, from the top level down; the province itself is not made in the portal."""
    rows = work().session.execute(queries.kinds()).all()
    top = min(level.rank for _, level in rows)
    return [SelectChoice(kind.code, f"{kind.label} ({level.label})") for kind, level in rows if level.rank > top]
