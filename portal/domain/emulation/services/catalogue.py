"""Movements and titles of the catalogue: added, corrected, closed, and removed while nothing uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from portal.core.confidence import Confidence
from portal.core.text import clean, fold, sort_key
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import (
    EmulationMovement,
    EmulationTitle,
    LegalRegime,
    RegistrationPeriod,
    TitleAuthority,
)
from portal.domain.emulation.enums import MovementKind
from portal.domain.emulation.models import EmulationRegistration, RegistrationMovement
from portal.domain.emulation.services.catalogue_shared import (
    Errors,
    InUse,
    audit,
    changed_fields,
    check_right,
    locked,
    new_code,
    refuse,
    text_in,
    year_in,
)
from portal.domain.emulation.titles import title_form

MOVEMENT, TITLE = "emulation_movement", "emulation_title"
MOST_ALIASES, ALIAS_LENGTH = 60, 120


@dataclass(frozen=True, slots=True)
class MovementData:
    """A movement as it is typed; years are inclusive."""

    name: str
    kind: MovementKind
    year_from: int
    year_to: int
    launched_by: str = ""
    source: str = ""
    confidence: Confidence = Confidence.UNSURE


@dataclass(frozen=True, slots=True)
class AuthorityData:
    """Who decides a title under one regime; an empty `decided_by`: the regime does not have it."""

    decided_by: str
    citation: str = ""
    confidence: Confidence = Confidence.UNSURE


@dataclass(frozen=True, slots=True)
class TitleData:
    """What may be changed of a title: other writings, and who decides it by regime."""

    aliases: Sequence[str] = ()
    authorities: Mapping[str, AuthorityData] = field(default_factory=dict)


def create_movement(work: Work, data: MovementData) -> EmulationMovement:
    """Add a movement or a campaign. Raises NotAllowed, InvalidInput (fields of MovementData)."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    values = _movement_values(work, data, None)
    stem = "PT" if data.kind is MovementKind.MOVEMENT else "DT"
    made = EmulationMovement(code=new_code(f"{stem}{data.year_from}"), **values)
    work.session.add(made)
    work.session.flush()
    audit(work, "movement.created", MOVEMENT, made.id, {"code": made.code, "name": made.name})
    return made


def update_movement(work: Work, movement_id: int, version: int, data: MovementData) -> EmulationMovement:
    """Correct a movement. Raises NotAllowed, NotFound, VersionConflict, InvalidInput."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    movement = locked(work, EmulationMovement, movement_id, version)
    fields = changed_fields(movement, _movement_values(work, data, movement))
    if fields:
        audit(work, "movement.updated", MOVEMENT, movement.id, {"fields": fields})
        work.session.flush()
    return movement


def close_movement(work: Work, movement_id: int, version: int, *, closed: bool) -> EmulationMovement:
    """Close a movement to new registrations, or open it again. Raises NotAllowed, NotFound, VersionConflict."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    movement = locked(work, EmulationMovement, movement_id, version)
    if movement.closed != closed:
        movement.closed = closed
        audit(work, "movement.closed" if closed else "movement.reopened", MOVEMENT, movement.id, {})
        work.session.flush()
    return movement


def delete_movement(work: Work, movement_id: int, version: int) -> None:
    """Remove a movement that no registration has joined. Raises NotAllowed, NotFound, VersionConflict, InUse."""
    check_right(work, Permission.CATALOGUE_MANAGE)
    movement = locked(work, EmulationMovement, movement_id, version)
    if _joined(work, movement.id):
        raise InUse("Đã có đơn vị tham gia phong trào này nên không xóa được. Xin đóng phong trào nếu không dùng nữa.")
    audit(work, "movement.deleted", MOVEMENT, movement.id, {"code": movement.code, "name": movement.name})
    work.session.delete(movement)
    work.session.flush()


def update_title(work: Work, title_id: int, version: int, data: TitleData) -> EmulationTitle:
    """Change a title's other writings and who decides it. Raises NotAllowed, NotFound, VersionConflict, InvalidInput.

    Fields at fault: `aliases`, and `decided_by-<regime>`, `citation-<regime>`.
    """
    check_right(work, Permission.CATALOGUE_MANAGE)
    title = locked(work, EmulationTitle, title_id, version)
    errors: Errors = {}
    aliases = _aliases(work, title, data.aliases, errors)
    authorities = {code: _authority_values(code, one, errors) for code, one in data.authorities.items()}
    refuse(errors)
    fields = changed_fields(title, {"aliases": aliases})
    fields += [f"authority-{code}" for code in _set_authorities(work, title, authorities)]
    if fields:
        title.version += 1 if "aliases" not in fields else 0  # who decides stands in rows of its own
        audit(work, "title.updated", TITLE, title.id, {"code": title.code, "fields": fields})
        work.session.flush()
    return title


def writings_of(title: EmulationTitle) -> list[str]:
    """The other writings of a title, without its own names and code."""
    own = {fold(text) for text in (title.code, title.name, title.short_name)}
    return [text for text in title.aliases.split("|") if text and text not in own]


def _movement_values(work: Work, data: MovementData, movement: EmulationMovement | None) -> dict[str, Any]:
    errors: Errors = {}
    values = {
        "name": text_in(errors, "name", data.name, 300, "Nhập tên phong trào, đợt thi đua."),
        "kind": data.kind,
        "year_from": year_in(errors, "year_from", data.year_from),
        "year_to": year_in(errors, "year_to", data.year_to),
        "launched_by": text_in(errors, "launched_by", data.launched_by, 200),
        "source": text_in(errors, "source", data.source, 200),
        "confidence": data.confidence,
    }
    if data.year_to < data.year_from:
        errors.setdefault("year_to", []).append("Năm kết thúc phải từ năm bắt đầu trở đi.")
    elif data.kind is MovementKind.CAMPAIGN and data.year_to != data.year_from:
        errors.setdefault("year_to", []).append("Đợt thi đua nằm trong một năm.")
    refuse(errors)
    if _same_name(work, data, movement):
        errors["name"] = ["Đã có phong trào, đợt thi đua cùng tên trong các năm này."]
    if movement is not None:
        years = _years_joined(work, movement.id)
        outside = [year for year in years if not data.year_from <= year <= data.year_to]
        if outside:
            errors["year_to"] = [f"Đã có đơn vị tham gia trong năm {outside[0]}; các năm phải bao gồm năm đó."]
    refuse(errors)
    return values


def _same_name(work: Work, data: MovementData, movement: EmulationMovement | None) -> bool:
    stmt = select(EmulationMovement.id, EmulationMovement.name).where(
        EmulationMovement.year_from <= data.year_to, EmulationMovement.year_to >= data.year_from
    )
    own, wanted = movement.id if movement else None, sort_key(data.name)
    return any(sort_key(name) == wanted for row_id, name in work.session.execute(stmt) if row_id != own)


def _joined(work: Work, movement_id: int) -> int:
    stmt = select(func.count()).where(RegistrationMovement.movement_id == movement_id)
    return work.session.scalars(stmt).one()


def _years_joined(work: Work, movement_id: int) -> list[int]:
    stmt = (
        select(RegistrationPeriod.year)
        .join(EmulationRegistration, EmulationRegistration.period_id == RegistrationPeriod.id)
        .join(RegistrationMovement, RegistrationMovement.registration_id == EmulationRegistration.id)
        .where(RegistrationMovement.movement_id == movement_id)
        .distinct()
        .order_by(RegistrationPeriod.year)
    )
    return list(work.session.scalars(stmt))


def _aliases(work: Work, title: EmulationTitle, given: Sequence[str], errors: Errors) -> str:
    """The writings as they are stored, each between bars; no writing may lead to two titles."""
    writings = {fold(clean(text)) for text in (title.code, title.name, title.short_name, *given)} - {""}
    found = errors.setdefault("aliases", [])
    if len(writings) > MOST_ALIASES:
        found.append(f"Nhiều nhất {MOST_ALIASES} cách viết.")
    found += [f"“{text[:40]}…” dài quá {ALIAS_LENGTH} ký tự." for text in sorted(writings) if len(text) > ALIAS_LENGTH]
    found += [f"“{text}” chứa dấu |." for text in sorted(writings) if "|" in text]
    others = list(work.session.scalars(select(EmulationTitle).where(EmulationTitle.id != title.id)))
    taken = {
        title_form(text): other.name
        for other in others
        for text in (other.code, other.name, other.short_name, *other.aliases.split("|"))
        if title_form(text)
    }
    for text in sorted(writings):
        if title_form(text) in taken:
            found.append(f"“{text}” đã là cách viết của “{taken[title_form(text)]}”.")
    if not found:
        del errors["aliases"]
    return "|" + "|".join(sorted(writings)) + "|"


def _authority_values(code: str, data: AuthorityData, errors: Errors) -> dict[str, Any]:
    return {
        "decided_by": text_in(errors, f"decided_by-{code}", data.decided_by, 200),
        "citation": text_in(errors, f"citation-{code}", data.citation, 200),
        "confidence": data.confidence,
    }


def _set_authorities(work: Work, title: EmulationTitle, wanted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Write who decides; the codes of the regimes for which something changed."""
    known = set(work.session.scalars(select(LegalRegime.code)))
    stmt = select(TitleAuthority).where(TitleAuthority.title_id == title.id)
    rows = {row.regime_code: row for row in work.session.scalars(stmt)}
    changed = []
    for code, values in sorted(wanted.items()):
        row = rows.get(code)
        if code not in known or (row is None and not values["decided_by"]):
            continue
        if row is None:
            work.session.add(TitleAuthority(title_id=title.id, regime_code=code, **values))
        elif not values["decided_by"]:
            work.session.delete(row)
        elif not changed_fields(row, values):
            continue
        changed.append(code)
    return changed
