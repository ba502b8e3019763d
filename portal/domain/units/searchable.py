"""What search finds of units: by any name that they bore, and by their code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portal.core.manifest import Shown
from portal.core.search.documents import Document
from portal.core.search.kinds import AnyRow, AnySelect, Follow, Hit, Searchable
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission
from portal.domain.units.models import Unit, UnitKind, UnitName
from portal.domain.units.queries import seen_by

ENDED = "circle-off"


def records() -> AnySelect:
    """Units with all their names."""
    names = select(func.aggregate_strings(UnitName.name, " ")).where(UnitName.unit_id == Unit.id).scalar_subquery()
    return select(Unit.id, Unit.code, Unit.name, Unit.short_name, names.label("names"))


def document(row: AnyRow) -> Document:
    """A unit: its present names and code, and in the body every name that it bore."""
    return Document(f"{row.name} {row.short_name} {row.code}", row.names or "", row.id)


def visible(actor: Actor, _on: date) -> AnySelect:
    """The units that the actor may read of, those that have ended among them."""
    return select(Unit.id).where(seen_by(actor))


def hits(work: Work, ids: Sequence[int]) -> list[Hit]:
    """Units as search shows them (one query)."""
    rows = work.session.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.valid_to, UnitKind.label)
        .join(UnitKind, UnitKind.code == Unit.kind_code)
        .where(Unit.id.in_(ids), seen_by(work.actor))
    )
    today = work.today()
    return [_hit(row, ended=row.valid_to is not None and row.valid_to <= today) for row in rows]


def _hit(row: AnyRow, *, ended: bool) -> Hit:
    state = Shown(f"Kết thúc ngày {row.valid_to:%d/%m/%Y}", "idle", ENDED) if ended else None
    values: dict[str, Any] = {"unit_id": row.id}
    return Hit(row.id, row.name, f"{row.label}, mã {row.code}", "units.show_unit", values, state)


UNITS = Searchable(
    number=1,
    label="Đơn vị",
    icon="sitemap",
    permission=Permission.UNIT_VIEW,
    model=Unit,
    records=records,
    document=document,
    visible=visible,
    hits=hits,
    attributes=frozenset({"code", "name", "short_name"}),
    follows=(Follow(UnitName, lambda name: int(name.unit_id)),),
)
