"""Units as their pages show them: plain values, made once for each page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from portal.core.manifest import Shown
from portal.core.text import clean, fold
from portal.domain.units.enums import ChangeKind, PartSide
from portal.domain.units.models import Unit, UnitChange, UnitChangePart


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A row of the list."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    parent: str
    children: int
    valid_from: date
    valid_to: date | None
    url: str
    children_url: str


@dataclass(frozen=True, slots=True)
class PartGroup:
    """The units that play one part in a change: (name, address; empty when the actor may not read of it)."""

    label: str
    units: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A decision in a unit's history."""

    kind: ChangeKind
    decision_no: str
    decision_date: date
    effective_on: date
    note: str
    renamed: str
    groups: list[PartGroup]


def unit_rows(found: Iterable[Any], children: Mapping[int, int], list_url: Any) -> list[UnitRow]:
    """Rows of the list; `list_url(unit_id)` is the list of what stands below a unit."""
    base = url_for("units.list_units")
    return [
        UnitRow(
            id=r.id,
            code=r.code,
            name=r.name,
            short_name=r.short_name,
            kind=r.kind,
            parent=r.parent or "",
            children=children.get(r.id, 0),
            valid_from=r.valid_from,
            valid_to=r.valid_to,
            url=f"{base}/{r.id}",
            children_url=list_url(r.id) if r.id in children else "",
        )
        for r in found
    ]


def state_of(unit: Unit, on: date) -> Shown:
    """Whether the unit exists on a day."""
    if unit.valid_from > on:
        return Shown(f"Hoạt động từ {unit.valid_from:%d/%m/%Y}", "run", "clock")
    if unit.valid_to is None:
        return Shown("Đang hoạt động", "ok", "circle-check")
    if unit.valid_to > on:
        return Shown(f"Kết thúc từ {unit.valid_to:%d/%m/%Y}", "warn", "hourglass")
    return Shown(f"Đã kết thúc từ {unit.valid_to:%d/%m/%Y}", "idle", "circle-minus")


def change_views(
    found: Sequence[tuple[UnitChange, UnitChangePart]],
    parts: Iterable[tuple[UnitChangePart, str, str]],
    seen: Collection[int],
) -> list[ChangeView]:
    """A unit's history, with all that took part in each decision; those in `seen` are linked."""
    by_change: dict[int, dict[PartSide, list[tuple[str, str]]]] = {}
    base = url_for("units.list_units")
    for part, code, short_name in parts:
        label = part.old_name or part.new_name or short_name
        group = by_change.setdefault(part.change_id, {}).setdefault(part.side, [])
        group.append((f"{label} ({code})", f"{base}/{part.unit_id}" if part.unit_id in seen else ""))
    views: dict[int, ChangeView] = {}
    for change, part in found:
        if change.id in views:
            continue
        renamed = f"{part.old_name} → {part.new_name}" if change.kind is ChangeKind.RENAME else ""
        sides = {} if renamed else by_change[change.id]
        groups = [PartGroup(side.label, sides[side]) for side in PartSide if side in sides]
        views[change.id] = ChangeView(
            change.kind,
            change.decision_no,
            change.decision_date,
            change.effective_on,
            change.note,
            renamed,
            groups,
        )
    return list(views.values())


def ranked(words: str, found: Iterable[Any], most: int) -> list[str]:
    """Suggestions as "code – name", the nearest first: the code, then names that hold the words with marks."""
    exact, bare = clean(words).lower(), fold(words)

    def rank(row: Any) -> tuple[int, int]:
        if row.code.lower() == exact:
            return 0, 0
        names = (row.name.lower(), row.short_name.lower())
        if any(name.startswith(exact) for name in names):
            return 1, 0
        if any(exact in name for name in names):
            return 2, 0
        return 3, 0 if fold(row.short_name).startswith(bare) else 1

    return [f"{row.code} – {row.name}" for row in sorted(found, key=rank)[:most]]
