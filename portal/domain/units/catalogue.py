"""Levels and kinds of units as data: their labels, and what a kind owes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.units.models import UnitKind, UnitLevel
from portal.domain.units.policies import can_manage_catalogue

RowT = TypeVar("RowT", UnitKind, UnitLevel)


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What may be changed of a kind; see UnitKind."""

    label: str
    owes_registration: bool
    head_review: bool


def mark_of(row: UnitKind | UnitLevel) -> str:
    """A mark of a row's present values: a form carries it, so that the second of two editors is told."""
    values = [row.code, row.label]
    if isinstance(row, UnitKind):
        values += [str(row.owes_registration), str(row.head_review)]
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:16]


def update_kind(work: Work, code: str, facts: KindFacts, mark: str) -> UnitKind:
    """Change a kind. Raises NotAllowed, NotFound, InvalidInput, VersionConflict when it moved since `mark`."""
    kind = _lock(work, UnitKind, code)
    new = {
        "label": _label(facts.label),
        "owes_registration": facts.owes_registration,
        "head_review": facts.head_review,
    }
    _change(work, kind, "unit_kind", new, mark)
    return kind


def update_level(work: Work, code: str, label: str, mark: str) -> UnitLevel:
    """Change a level's label. Raises as update_kind does."""
    level = _lock(work, UnitLevel, code)
    _change(work, level, "unit_level", {"label": _label(label)}, mark)
    return level


def _lock(work: Work, model: type[RowT], code: str) -> RowT:
    row = work.session.scalars(
        select(model)
        .where(model.code == code)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    if not can_manage_catalogue(work):
        raise NotAllowed
    return row


def _label(text: str) -> str:
    label = clean(text)
    if not label:
        raise InvalidInput({"label": ["Nhập tên gọi."]})
    return label


def _change(work: Work, row: UnitKind | UnitLevel, object_type: str, new: dict[str, object], mark: str) -> None:
    if mark_of(row) != mark:
        raise VersionConflict
    changed = {
        name: {"old": getattr(row, name), "new": value} for name, value in new.items() if getattr(row, name) != value
    }
    for name in changed:
        setattr(row, name, new[name])
    work.session.flush()
    if changed:
        record(work, f"{object_type}.updated", object_type, row.code, detail=changed)
